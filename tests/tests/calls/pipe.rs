//! An actor that pipes a future handles other messages in the meantime.

use actor_core::Failure;
use actor_core::future::{join_all, zip};
use actor_core::prelude::*;
use futures_lite::future::{poll_once, yield_now};
use std::collections::BTreeMap;
use std::time::Duration;
use tests::{Gate, Tally, reached};

/// Where values come from.
#[actor]
struct Store {
    gate: Gate,
    loads: Tally,
}

#[actor(remote)]
impl Store {
    async fn load(&mut self, key: u32) -> u32 {
        self.loads.add();
        self.gate.pass().await;
        key * 2
    }

    fn fail(&self) -> u32 {
        panic!("the store is broken")
    }
}

/// The failures of the calls and futures.
type Failed = (Vec<Result<u32, CallError>>, Vec<Result<u32, Failure>>);

/// Loads each key once, however many ask for it.
#[actor(capacity = 16)]
struct Cache {
    store: StoreAddr,
    gate: Gate,
    loads: Tally,
    values: BTreeMap<u32, u32>,
    waiting: BTreeMap<u32, Vec<Reply<u32>>>,
    failed: Vec<Result<u32, CallError>>,
    panicked: Vec<Result<u32, Failure>>,
    failures: Tally,
}

impl Cache {
    async fn new(gate: &Gate, loads: &Tally) -> Self {
        let store = Store { gate: gate.clone(), loads: loads.clone() };
        Cache {
            store: reached(store.spawn()).await,
            gate: gate.clone(),
            loads: loads.clone(),
            values: BTreeMap::new(),
            waiting: BTreeMap::new(),
            failed: vec![],
            panicked: vec![],
            failures: Tally::default(),
        }
    }
}

#[actor]
impl Cache {
    /// By a future of its own.
    fn get(&mut self, key: u32, reply: Reply<u32>, context: &Context<Self>) {
        let waiting = self.waiting.entry(key).or_default();
        waiting.push(reply);
        if waiting.len() > 1 {
            return;
        }
        let (gate, loads) = (self.gate.clone(), self.loads.clone());
        let load = async move {
            loads.add();
            gate.pass().await;
            key * 2
        };
        context.pipe(load, move |me, value| me.loaded(key, value));
    }

    /// By another actor.
    fn ask(&mut self, key: u32, reply: Reply<u32>, context: &Context<Self>) {
        let waiting = self.waiting.entry(key).or_default();
        waiting.push(reply);
        if waiting.len() == 1 {
            self.store.load(key).pipe(context, move |me, value| me.answered(key, value));
        }
    }

    fn load_slowly(&mut self, context: &Context<Self>) {
        let load = async {
            actor_core::time::sleep(Duration::from_millis(100)).await;
            1
        };
        context.pipe(load, |me, value| me.loaded(0, value));
    }

    fn load_and_panic(&mut self, context: &Context<Self>) {
        let load = async {
            yield_now().await;
            if true {
                panic!("while loading")
            }
            0
        };
        context.pipe(load, |me, value| me.loaded(0, value));
    }

    fn ask_and_fail(&mut self, context: &Context<Self>) {
        self.store.fail().pipe(context, |me, value| me.answered(0, value));
    }

    fn loaded(&mut self, key: u32, value: Result<u32, Failure>) {
        match value {
            Ok(value) => self.keep(key, value),
            Err(_) => {
                self.panicked.push(value);
                self.failures.add();
            }
        }
    }

    fn answered(&mut self, key: u32, value: Result<u32, CallError>) {
        match value {
            Ok(value) => self.keep(key, value),
            Err(_) => {
                self.failed.push(value);
                self.failures.add();
            }
        }
    }

    fn value(&self, key: u32) -> Option<u32> {
        self.values.get(&key).copied()
    }

    fn waiting(&self, key: u32) -> usize {
        self.waiting.get(&key).map_or(0, Vec::len)
    }

    fn failures(&mut self) -> Failed {
        (std::mem::take(&mut self.failed), std::mem::take(&mut self.panicked))
    }
}

impl Cache {
    fn keep(&mut self, key: u32, value: u32) {
        self.values.insert(key, value);
        for reply in self.waiting.remove(&key).unwrap_or_default() {
            let _ = reply.send(value);
        }
    }
}

pub fn an_actor_that_loads_answers_other_calls_meanwhile(system: &System) {
    system.block_on(async {
        let (gate, loads) = (Gate::new(), Tally::default());
        let cache = Cache::new(&gate, &loads).await.spawn();
        let (mut first, mut second) = (cache.get(4), cache.ask(5));
        assert!(poll_once(&mut first).await.is_none());
        assert!(poll_once(&mut second).await.is_none());
        loads.reaches(2).await;
        for _ in 0..100 {
            assert_eq!((cache.value(4).await, cache.value(5).await), (Ok(None), Ok(None)));
        }
        gate.open();
        assert_eq!((first.await, second.await), (Ok(8), Ok(10)));
        assert_eq!((cache.value(4).await, cache.value(5).await), (Ok(Some(8)), Ok(Some(10))));
    });
}

pub fn a_load_of_100_ms_holds_up_no_call(system: &System) {
    system.block_on(async {
        let mut answered = 0;
        // If the machine stalls for the whole time of a load, there is nothing to see: try again.
        for _ in 0..20 {
            let cache = Cache::new(&Gate::new(), &Tally::default()).await.spawn();
            let begun = actor_core::time::now();
            cache.load_slowly().await.unwrap();
            while cache.value(0).await.unwrap().is_none() {
                answered += 1;
                actor_core::time::sleep(Duration::from_millis(5)).await;
            }
            assert!(actor_core::time::now() - begun >= Duration::from_millis(100));
            if answered > 0 {
                break;
            }
        }
        assert!(answered > 0, "no call was answered during a load");
    });
}

pub fn a_thousand_callers_of_one_key_are_answered_by_one_load(system: &System) {
    system.block_on(async {
        for is_own_load in [true, false] {
            let (gate, loads) = (Gate::new(), Tally::default());
            let cache = Cache::new(&gate, &loads).await.spawn();
            let calls = (0..1000).map(|_| if is_own_load { cache.get(4) } else { cache.ask(4) });
            let opener = async {
                loads.reaches(1).await;
                // None is answered before all wait for the load.
                while cache.waiting(4).await.unwrap() < 1000 {}
                gate.open();
            };
            let (answers, ()) = zip(join_all(calls), opener).await;
            assert_eq!(answers, vec![Ok(8); 1000]);
            assert_eq!(loads.count(), 1);
        }
    });
}

pub fn a_panic_in_the_piped_future_arrives_as_a_failure(system: &System) {
    system.block_on(async {
        let cache = Cache::new(&Gate::new(), &Tally::default()).await;
        let failures = cache.failures.clone();
        let cache = cache.spawn();
        cache.load_and_panic().await.unwrap();
        failures.reaches(1).await;
        let (_, panicked) = cache.failures().await.unwrap();
        let [Err(failure)] = &panicked[..] else { panic!("{panicked:?}") };
        assert_eq!((failure.kind(), failure.message()), (FailureKind::Panic, "while loading"));
        assert_eq!(failure.id(), cache.id());
        assert!(failure.location().is_some());
        // It is a value, not a failure of this life.
        assert_eq!(cache.value(0).await, Ok(None));
    });
}

pub fn a_piped_call_that_fails_arrives_as_its_error(system: &System) {
    system.block_on(async {
        let cache = Cache::new(&Gate::new(), &Tally::default()).await;
        let failures = cache.failures.clone();
        let cache = cache.spawn();
        cache.ask_and_fail().await.unwrap();
        failures.reaches(1).await;
        let (failed, _) = cache.failures().await.unwrap();
        let [Err(CallError::Panicked(failure))] = &failed[..] else { panic!("{failed:?}") };
        assert_eq!(failure.message(), "the store is broken");
        // The store has ended by now.
        cache.ask_and_fail().await.unwrap();
        failures.reaches(2).await;
        let (failed, _) = cache.failures().await.unwrap();
        assert_eq!(failed, [Err(CallError::Stopped)]);
    });
}
