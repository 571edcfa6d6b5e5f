//! Each actor that implements a protocol chooses how its messages wait.

use actor_core::prelude::*;
use actor_core::supervision::{Child, Supervisor};
use futures_lite::future::poll_once;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tests::{Gate, Tally, reached};

/// Lends what it has.
#[actor(remote)]
trait Store {
    fn take(&mut self, amount: u32, what: (String, u8)) -> u32;
    async fn slowly(&mut self, amount: u32) -> u32;
    fn later(&mut self, amount: u32, reply: Reply<u32>);
    fn put(&mut self, amount: u32);
    fn give_back(&mut self, amount: u32);
    fn hurry(&mut self, amount: u32);
    async fn hold(&mut self, entered: Gate, gate: Gate);
    fn judged(&mut self, number: i64) -> i64;
    fn fail(&mut self);
    fn nothing(&self) {}
}

/// Has an argument that cannot leave the process.
#[actor]
trait Passes {
    /// The second is plain data.
    fn pass_on(&mut self, amount: u32, #[data] reply: Reply<u32>);
    fn passed(&self) {}
}

#[derive(Clone, Default)]
struct Shelf {
    free: u32,
    lives: Tally,
    log: Arc<Mutex<Vec<String>>>,
}

impl Shelf {
    fn with(free: u32) -> Self {
        Shelf { free, ..Shelf::default() }
    }

    fn note(&self, what: &str, amount: u32) {
        self.log.lock().unwrap().push(format!("{what} {amount}"));
    }

    fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }
}

/// The same store in actors of different kinds.
macro_rules! store {
    ($name:ident { $($own:tt)* }) => {
        #[derive(Clone)]
        #[actor(deferred = 3, capacity = 2)]
        struct $name(Shelf);

        #[actor]
        impl $name {
            $($own)*

            #[on_start]
            fn begin(&mut self) {
                self.0.lives.add();
                if self.0.lives.count() > 1 {
                    self.0.free = 1000;
                }
            }
        }

        #[actor]
        impl Store for $name {
            #[message(when = self.0.free >= *wanted && name.len() < 5 && *_mark != 9)]
            fn take(&mut self, wanted: u32, (name, _mark): (String, u8)) -> u32 {
                self.0.free -= wanted;
                self.0.note(&name, wanted);
                self.0.free
            }

            #[message(when = self.0.free >= *amount)]
            async fn slowly(&mut self, amount: u32) -> u32 {
                actor_core::time::sleep(Duration::from_millis(1)).await;
                self.0.free -= amount;
                self.0.free
            }

            #[message(when = self.0.free >= *amount)]
            fn later(&mut self, amount: u32, reply: Reply<u32>) {
                let _ = reply.send(self.0.free - amount);
            }

            fn put(&mut self, amount: u32) {
                self.0.free += amount;
                self.0.note("put", amount);
            }

            #[message(unbounded)]
            fn give_back(&mut self, amount: u32) {
                self.0.note("back", amount);
            }

            #[message(priority, unbounded)]
            fn hurry(&mut self, amount: u32) {
                self.0.note("hurry", amount);
            }

            async fn hold(&mut self, entered: Gate, gate: Gate) {
                entered.open();
                gate.pass().await;
            }

            #[message(when = Self::judge(*number))]
            fn judged(&mut self, number: i64) -> i64 {
                number
            }

            fn fail(&mut self) {
                panic!("planned");
            }
        }

        #[actor]
        impl Passes for $name {
            #[message(when = self.0.free >= *amount && !_reply.is_closed())]
            fn pass_on(&mut self, amount: u32, #[data] _reply: Reply<u32>) {
                let _ = _reply.send(amount);
            }
        }

        impl $name {
            fn judge(number: i64) -> bool {
                assert!(number >= 0, "no such number");
                number == 0
            }
        }
    };
}

store! { Plain {} }
store! { Later { async fn own(&self) {} } }
store! { Guarded { #[message(when = self.0.free < 1_000_000)] fn own(&self) {} } }
store! { Ranked { #[message(priority)] fn own(&self) {} } }
store! { Shared { #[message(concurrent)] async fn own(&self) {} } }

/// Such a store in each kind of actor.
async fn each(shelf: &Shelf) -> Vec<StoreAddr> {
    let mut stores = Vec::new();
    for (store, _) in each_kind(shelf) {
        stores.push(reached(store).await);
    }
    stores
}

fn each_kind(shelf: &Shelf) -> [(StoreAddr, PassesAddr); 5] {
    let fresh = || Shelf { log: Arc::default(), lives: Tally::default(), ..shelf.clone() };
    let plain = Plain(fresh()).spawn();
    let (later, guarded) = (Later(fresh()).spawn(), Guarded(fresh()).spawn());
    let (ranked, shared) = (Ranked(fresh()).spawn(), Shared(fresh()).spawn());
    // The actor's own messages, with their own settings, are not affected.
    later.own().try_send().unwrap();
    guarded.own().try_send().unwrap();
    ranked.own().try_send().unwrap();
    shared.own().try_send().unwrap();
    [
        (plain.clone().into(), plain.into()),
        (later.clone().into(), later.into()),
        (guarded.clone().into(), guarded.into()),
        (ranked.clone().into(), ranked.into()),
        (shared.clone().into(), shared.into()),
    ]
}

fn word() -> (String, u8) {
    ("take".into(), 0)
}

/// Polls a call once, and waits until its message has been taken out of the mailbox.
async fn asked<T>(store: &StoreAddr, call: &mut actor_core::Call<'_, AnyStore, T>) {
    assert!(poll_once(call).await.is_none());
    store.nothing().await.unwrap();
}

/// Has a handler at work until the gate is opened.
async fn held(store: &StoreAddr) -> Gate {
    let (entered, gate) = (Gate::new(), Gate::new());
    store.hold(entered.clone(), gate.clone()).send().await.unwrap();
    entered.pass().await;
    gate
}

pub(crate) fn a_deferred_message_is_handled_when_its_guard_becomes_true(system: &System) {
    system.block_on(async {
        for store in each(&Shelf::with(1)).await {
            let (mut take, mut slowly) = (store.take(3, word()), store.slowly(2));
            let mut later = store.later(5);
            asked(&store, &mut take).await;
            asked(&store, &mut slowly).await;
            asked(&store, &mut later).await;
            assert_eq!(store.slowly(1).await, Ok(0));
            store.put(3).await.unwrap();
            assert_eq!(take.await, Ok(0));
            assert!(poll_once(&mut slowly).await.is_none());
            store.put(7).await.unwrap();
            assert_eq!((slowly.await, later.await), (Ok(5), Ok(0)));
        }
    });
}

pub(crate) fn a_guard_names_the_arguments_as_its_handler_does(system: &System) {
    system.block_on(async {
        for store in each(&Shelf::with(9)).await {
            let mut longer = store.take(1, ("takes".into(), 0));
            let mut marked = store.take(1, ("take".into(), 9));
            asked(&store, &mut longer).await;
            asked(&store, &mut marked).await;
            assert_eq!(store.take(1, ("take".into(), 8)).await, Ok(8));
        }
    });
}

pub(crate) fn a_guard_sees_a_reply_that_is_data(system: &System) {
    system.block_on(async {
        for (_, passes) in each_kind(&Shelf::with(9)) {
            let (reply, answer) = Reply::pair();
            passes.pass_on(4, reply).await.unwrap();
            assert_eq!(answer.await, Ok(4));
            let (reply, answer) = Reply::pair();
            drop(answer);
            let mut closed = passes.pass_on(4, reply);
            assert!(poll_once(&mut closed).await.is_none());
            passes.passed().await.unwrap();
            assert!(poll_once(&mut closed).await.is_none());
        }
    });
}

pub(crate) fn past_the_limit_of_deferred_messages_a_call_gets_full(system: &System) {
    system.block_on(async {
        for store in each(&Shelf::with(0)).await {
            let mut calls = [store.slowly(1), store.slowly(1), store.slowly(1)];
            for call in &mut calls {
                asked(&store, call).await;
            }
            assert_eq!(store.slowly(1).await, Err(CallError::Full));
            drop(calls);
            let mut more = store.slowly(1);
            asked(&store, &mut more).await;
        }
    });
}

pub(crate) fn a_stop_rejects_deferred_messages(system: &System) {
    system.block_on(async {
        for store in each(&Shelf::with(0)).await {
            let (mut small, mut large) = (store.take(1, word()), store.take(10, word()));
            asked(&store, &mut large).await;
            asked(&store, &mut small).await;
            let gate = held(&store).await;
            store.put(2).send().await.unwrap();
            store.stop();
            gate.open();
            assert_eq!(small.await, Ok(1));
            assert_eq!(large.await, Err(CallError::Stopped));
            assert_eq!(store.join().await, Exit::Stopped);
        }
    });
}

pub(crate) fn deferred_messages_survive_a_restart(system: &System) {
    system.block_on(async {
        let supervisor = Supervisor::one_for_one().spawn();
        let (plain, guarded) = (Shelf::with(0), Shelf::with(0));
        let (one, two) = (plain.clone(), guarded.clone());
        let stores: [StoreAddr; 2] = [
            supervisor.start(Child::new("plain", move || Plain(one.clone()))).into(),
            supervisor.start(Child::new("guarded", move || Guarded(two.clone()))).into(),
        ];
        for (store, shelf) in stores.into_iter().zip([plain, guarded]) {
            let store = &reached(store).await;
            let (mut first, mut second) = (store.take(1, word()), store.take(2, word()));
            asked(store, &mut first).await;
            asked(store, &mut second).await;
            assert!(matches!(store.fail().await, Err(CallError::Panicked(_))));
            // The second life has plenty, from its start.
            assert_eq!((first.await, second.await), (Ok(999), Ok(997)));
            assert_eq!(shelf.log(), ["take 1", "take 2"]);
        }
        supervisor.stop();
        supervisor.join().await;
    });
}

pub(crate) fn a_panic_in_a_guard_is_reported_to_its_caller(system: &System) {
    system.block_on(async {
        for store in each(&Shelf::with(0)).await {
            let Err(CallError::Panicked(failure)) = store.judged(-1).await else {
                panic!("the guard has panicked");
            };
            assert_eq!((failure.handler(), failure.message()), ("judged", "no such number"));
            assert!(matches!(store.join().await, Exit::Failed(_)));
        }
    });
}

pub(crate) fn a_message_with_priority_is_taken_first(system: &System) {
    system.block_on(async {
        let shelf = Shelf::with(0);
        let plain: StoreAddr = Plain(shelf.clone()).spawn().into();
        let ranked: StoreAddr = Ranked(shelf.clone()).spawn().into();
        for store in [plain, ranked] {
            let gate = held(&store).await;
            store.put(1).try_send().unwrap();
            store.hurry(2).try_send().unwrap();
            store.put(3).try_send().unwrap();
            store.hurry(4).try_send().unwrap();
            gate.open();
            store.nothing().await.unwrap();
        }
        let once = ["hurry 2", "hurry 4", "put 1", "put 3"];
        assert_eq!(shelf.log(), [once, once].concat());
    });
}

pub(crate) fn an_unbounded_message_needs_no_capacity(system: &System) {
    system.block_on(async {
        for store in each(&Shelf::with(0)).await {
            let gate = held(&store).await;
            store.put(1).try_send().unwrap();
            store.put(1).try_send().unwrap();
            assert_eq!(store.put(1).try_send().unwrap_err().reason(), SendReason::Full);
            for amount in 0..5 {
                store.give_back(amount).try_send().unwrap();
            }
            // They take no capacity from other messages either.
            let mut waits = store.put(1);
            assert!(poll_once(&mut waits).await.is_none());
            gate.open();
            waits.await.unwrap();
            store.stop();
            store.join().await;
            let refused = store.give_back(1).try_send().unwrap_err();
            assert_eq!(refused.reason(), SendReason::Stopped);
        }
    });
}

/// A message that is answered later, and may be deferred.
#[actor]
trait Ask {
    fn ask(&mut self, reply: Reply<u32>);
}

/// An alias, so that the name does not show that it is a `Reply`.
type Answer = Reply<u32>;

#[actor]
struct Aliased;

#[actor]
impl Aliased {}

#[actor]
impl Ask for Aliased {
    #[message(when = true)]
    fn ask(&mut self, reply: Answer) {
        let _ = reply.send(1);
    }
}

pub(crate) fn a_guard_next_to_an_alias_of_reply_is_reported(system: &System) {
    system.block_on(async {
        let aliased: AskAddr = Aliased.spawn().into();
        let Err(CallError::Panicked(failure)) = aliased.ask().await else {
            panic!("the guard has no such argument");
        };
        assert!(failure.message().contains("names the types of its arguments as the trait does"));
    });
}
