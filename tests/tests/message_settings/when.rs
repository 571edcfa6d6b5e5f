//! Guards. Which messages are deferred, in which order they are handled, and when they are
//! dropped.

use actor_core::future::join_all;
use actor_core::prelude::*;
use actor_core::supervision::{Child, Supervisor};
use async_channel::{Receiver, unbounded};
use futures_lite::future::{poll_once, yield_now};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tests::{Gate, Mark, Tally};

/// Lends what it has; a larger request is deferred.
#[derive(Clone)]
#[actor(deferred = 3)]
struct Store {
    free: u32,
    /// The life that this is.
    lives: Tally,
    log: Arc<Mutex<Vec<String>>>,
    restocks: bool,
}

#[actor]
impl Store {
    #[message(when = self.free >= *amount)]
    fn take(&mut self, amount: u32) -> u32 {
        self.free -= amount;
        self.note(format!("take {amount}"));
        self.free
    }

    fn put(&mut self, amount: u32) {
        self.free += amount;
        self.note(format!("put {amount}"));
    }

    /// Its arguments are seen as the handler names them.
    #[message(when = label.len() <= self.free as usize && a + b.len() <= 9 && *_c != 'x')]
    fn mixed(&mut self, mut label: String, (a, b): (usize, Vec<u8>), _c: char) -> String {
        label.push_str(&format!(" {a} {b:?}"));
        label
    }

    #[message(when = Self::judge(number))]
    fn judged(&mut self, number: i64) -> i64 {
        self.note(format!("judged {number}"));
        number
    }

    /// Dropped together with its message.
    #[message(when = self.free >= 100)]
    fn carry(&mut self, mark: Mark) {
        drop(mark);
    }

    #[message(when = self.free > 0)]
    async fn slow(&mut self, gate: Gate) -> u32 {
        gate.pass().await;
        self.free
    }

    /// Answered later by the owner of the reply.
    #[message(when = self.free >= 50)]
    fn later(&mut self, reply: Reply<u32>) {
        let _ = reply.send(self.free);
    }

    fn fail(&mut self) {
        panic!("planned");
    }

    async fn hold(&mut self, gate: Gate) {
        gate.pass().await;
    }

    /// Takes something by a timer, and then counts one by another.
    fn remind(&mut self, ticked: Tally, context: &Context<Self>) {
        context.after(Duration::ZERO, |me| me.take(7)).detach();
        context.after(Duration::from_millis(1), move |me| me.tick(ticked.clone())).detach();
    }

    fn tick(&mut self, ticked: Tally) {
        ticked.add();
    }

    fn nothing(&self) {}

    #[on_start]
    fn begin(&mut self) {
        self.lives.add();
        if self.restocks && self.lives.count() > 1 {
            self.free = 1000;
        }
    }
}

impl Store {
    fn with(free: u32) -> Self {
        Store { free, lives: Tally::default(), log: Arc::default(), restocks: false }
    }

    fn judge(number: &i64) -> bool {
        assert!(*number >= 0, "no such number");
        *number == 0
    }

    fn note(&mut self, what: String) {
        self.log.lock().unwrap().push(what);
    }

    fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }
}

/// Polls a call once, and waits until its message has been taken out of the mailbox.
async fn asked<T>(store: &StoreAddr, call: &mut actor_core::Call<'_, Store, T>) {
    assert!(poll_once(call).await.is_none());
    store.nothing().await.unwrap();
}

pub fn a_guard_sees_the_arguments_by_reference(system: &System) {
    system.block_on(async {
        let store = Store::with(3).spawn();
        let answer = store.mixed("abc".into(), (1, vec![2, 3]), 'c').await;
        assert_eq!(answer, Ok("abc 1 [2, 3]".to_owned()));
        let mut longer = store.mixed("abcd".into(), (1, vec![]), 'c');
        let mut larger = store.mixed("abc".into(), (9, vec![1]), 'c');
        let mut refused = store.mixed("abc".into(), (1, vec![]), 'x');
        asked(&store, &mut longer).await;
        asked(&store, &mut larger).await;
        asked(&store, &mut refused).await;
        store.put(1).await.unwrap();
        assert_eq!(longer.await, Ok("abcd 1 []".to_owned()));
        assert!(poll_once(&mut larger).await.is_none());
        assert!(poll_once(&mut refused).await.is_none());
    });
}

pub fn a_true_guard_is_handled_at_once(system: &System) {
    system.block_on(async {
        let store = Store::with(5).spawn();
        let mut first = store.take(6);
        asked(&store, &mut first).await;
        // It came later, and overtakes the deferred one.
        assert_eq!(store.take(2).await, Ok(3));
        assert!(poll_once(&mut first).await.is_none());
    });
}

pub fn deferred_messages_are_retried_oldest_first_before_the_mailbox(system: &System) {
    system.block_on(async {
        let store = Store::with(0);
        let address = store.clone().spawn();
        let mut calls = [address.take(3), address.take(2), address.take(1)];
        for call in &mut calls {
            asked(&address, call).await;
        }
        // Later messages wait in the mailbox in the meantime.
        let gate = Gate::new();
        address.hold(gate.clone()).send().await.unwrap();
        address.put(2).send().await.unwrap();
        address.put(4).send().await.unwrap();
        let last = address.take(0);
        gate.open();
        let [first, second, third] = calls;
        assert_eq!(last.await, Ok(0));
        assert_eq!(second.await, Ok(0));
        assert_eq!(first.await, Ok(1));
        assert_eq!(third.await, Ok(0));
        let log = ["put 2", "take 2", "put 4", "take 3", "take 1", "take 0"];
        assert_eq!(store.log(), log);
    });
}

pub fn a_deferred_message_holds_nothing_back(system: &System) {
    system.block_on(async {
        let store = Store::with(0).prepare().capacity(1).spawn();
        let mut calls = [store.take(1), store.take(1), store.take(1)];
        for call in &mut calls {
            asked(&store, call).await;
        }
        // The mailbox is empty, regardless of deferred messages.
        assert_eq!(store.len(), 0);
        store.put(3).try_send().unwrap();
        assert!(join_all(calls).await.iter().all(Result::is_ok));
    });
}

pub fn a_dropped_deferred_call_frees_its_slot_and_is_never_handled(system: &System) {
    system.block_on(async {
        let store = Store::with(0);
        let address = store.clone().spawn();
        let mut dropped = address.take(1);
        asked(&address, &mut dropped).await;
        let late = address.take(1).timeout(Duration::from_millis(5)).await.unwrap_err();
        assert!(late.never_handled(), "{late:?}");
        drop(dropped);
        let before = system.counters().skipped_calls;
        address.put(5).await.unwrap();
        assert_eq!(address.take(5).await, Ok(0));
        assert_eq!(store.log(), ["put 5", "take 5"]);
        assert_eq!(system.counters().skipped_calls - before, 2);
        // Their places are free again.
        let mut calls = [address.take(1), address.take(1), address.take(1)];
        for call in &mut calls {
            asked(&address, call).await;
        }
    });
}

pub fn a_caller_that_has_left_takes_no_capacity_from_others(system: &System) {
    system.block_on(async {
        let store = Store::with(0).spawn();
        let mut calls = vec![];
        for _ in 0..3 {
            let mut call = store.take(1);
            asked(&store, &mut call).await;
            calls.push(call);
        }
        drop(calls.split_off(1));
        // The limit counts only callers that still wait.
        let mut more = store.take(2);
        asked(&store, &mut more).await;
        store.put(3).await.unwrap();
        assert_eq!(more.await, Ok(0));
    });
}

pub fn past_the_limit_a_call_gets_full_and_a_send_is_reported(system: &System) {
    system.block_on(async {
        let store = Store::with(0).spawn();
        let mut calls = [store.take(1), store.take(1), store.take(1)];
        for call in &mut calls {
            asked(&store, call).await;
        }
        let refused = store.take(1).await.unwrap_err();
        assert_eq!(refused, CallError::Full);
        assert!(refused.never_handled());
        let before = system.counters().undelivered;
        let dropped = Tally::default();
        store.carry(dropped.mark()).send().await.unwrap();
        dropped.reaches(1).await;
        store.nothing().await.unwrap();
        assert_eq!(system.counters().undelivered - before, 1);
        // The others are still there.
        store.put(3).await.unwrap();
        assert!(join_all(calls).await.iter().all(Result::is_ok));
    });
}

pub fn a_drain_handles_messages_whose_guard_becomes_true_and_rejects_the_rest(system: &System) {
    system.block_on(async {
        let store = Store::with(0);
        let address = store.clone().spawn();
        let (mut small, mut large) = (address.take(3), address.take(30));
        asked(&address, &mut large).await;
        asked(&address, &mut small).await;
        let gone = Tally::default();
        address.carry(gone.mark()).send().await.unwrap();
        let gate = Gate::new();
        address.hold(gate.clone()).send().await.unwrap();
        let mut behind = address.put(2);
        assert!(poll_once(&mut behind).await.is_none());
        let mut last = address.put(2);
        assert!(poll_once(&mut last).await.is_none());
        address.stop();
        let before = system.counters().undelivered;
        gate.open();
        assert_eq!(behind.await, Ok(()));
        assert_eq!(small.await, Ok(1));
        assert_eq!(large.await, Err(CallError::Stopped));
        assert_eq!(address.join().await, Exit::Stopped);
        assert_eq!(gone.count(), 1);
        assert_eq!(system.counters().undelivered - before, 1);
        assert_eq!(store.log(), ["put 2", "put 2", "take 3"]);
    });
}

pub fn a_kill_rejects_deferred_messages(system: &System) {
    system.block_on(async {
        let store = Store::with(0).spawn();
        let mut call = store.take(1);
        asked(&store, &mut call).await;
        store.kill();
        assert_eq!(call.await, Err(CallError::Stopped));
        assert_eq!(store.join().await, Exit::Killed);
    });
}

pub fn deferred_messages_survive_a_restart_in_order(system: &System) {
    system.block_on(async {
        let mut store = Store::with(0);
        store.restocks = true;
        let supervisor = Supervisor::one_for_one().spawn();
        let make = store.clone();
        let address = supervisor.start(Child::new("store", move || make.clone()));
        let (mut first, mut second) = (address.take(1), address.take(2));
        asked(&address, &mut first).await;
        asked(&address, &mut second).await;
        assert!(matches!(address.fail().await, Err(CallError::Panicked(_))));
        // The second life has plenty, from its start.
        assert_eq!(first.await, Ok(999));
        assert_eq!(second.await, Ok(997));
        assert_eq!(store.log(), ["take 1", "take 2"]);
        supervisor.stop();
        supervisor.join().await;
    });
}

pub fn without_a_next_life_deferred_messages_are_stopped(system: &System) {
    system.block_on(async {
        let store = Store::with(0).spawn();
        let mut call = store.take(1);
        asked(&store, &mut call).await;
        assert!(matches!(store.fail().await, Err(CallError::Panicked(_))));
        assert_eq!(call.await, Err(CallError::Stopped));
    });
}

pub fn a_panic_in_a_guard_loses_the_message_that_it_was_evaluated_for(system: &System) {
    system.block_on(async {
        let store = Store::with(0);
        let supervisor = Supervisor::one_for_one().spawn();
        let make = store.clone();
        let address = supervisor.start(Child::new("store", move || make.clone()));
        let mut kept = address.judged(1);
        asked(&address, &mut kept).await;
        let Err(CallError::Panicked(failure)) = address.judged(-1).await else {
            panic!("the guard has panicked");
        };
        assert_eq!((failure.message(), failure.handler()), ("no such number", "judged"));
        // One life and one message were lost; the others continue, deferred and new.
        assert_eq!(address.judged(0).await, Ok(0));
        assert_eq!(store.lives.count(), 2);
        assert!(poll_once(&mut kept).await.is_none());
        supervisor.stop();
        assert_eq!(kept.await, Err(CallError::Stopped));
        supervisor.join().await;
    });
}

/// Its guard panics when it is asked for the second time.
#[actor]
struct Touchy {
    asked: Arc<Mutex<u32>>,
}

#[actor]
impl Touchy {
    #[message(when = self.count() > 9)]
    fn wait(&mut self) {}

    fn nothing(&self) {}
}

impl Touchy {
    fn count(&self) -> u32 {
        let mut asked = self.asked.lock().unwrap();
        *asked += 1;
        let count = *asked;
        drop(asked);
        assert!(count != 2, "asked again");
        count
    }
}

pub fn a_panic_in_a_guard_that_is_reevaluated_loses_its_message(system: &System) {
    system.block_on(async {
        let touchy = Touchy { asked: Arc::default() }.spawn();
        let mut call = touchy.wait();
        assert!(poll_once(&mut call).await.is_none());
        touchy.nothing().send().await.unwrap();
        let Err(CallError::Panicked(failure)) = call.await else { panic!("it has panicked") };
        assert_eq!((failure.message(), failure.handler()), ("asked again", "wait"));
        assert!(matches!(touchy.join().await, Exit::Failed(_)));
    });
}

pub fn a_handler_that_awaits_and_one_that_answers_later_may_have_guards(system: &System) {
    system.block_on(async {
        let store = Store::with(0).spawn();
        let gate = Gate::new();
        gate.open();
        let (mut slow, mut later) = (store.slow(gate), store.later());
        asked(&store, &mut slow).await;
        asked(&store, &mut later).await;
        store.put(49).await.unwrap();
        assert_eq!(slow.await, Ok(49));
        store.put(1).await.unwrap();
        assert_eq!(later.await, Ok(50));
    });
}

pub fn messages_of_a_timer_are_deferred_too(system: &System) {
    system.block_on(async {
        let store = Store::with(0);
        let address = store.clone().spawn();
        let ticked = Tally::default();
        address.remind(ticked.clone()).await.unwrap();
        ticked.reaches(1).await;
        assert_eq!(store.log(), Vec::<String>::new());
        address.put(7).await.unwrap();
        address.nothing().await.unwrap();
        assert_eq!(store.log(), ["put 7", "take 7"]);
    });
}

/// A generic actor, whose guard uses its own type.
#[actor]
struct Shelf<T: Send + 'static, const ROOM: usize> {
    items: Vec<T>,
}

#[actor]
impl<T: Send + Clone + PartialEq + 'static, const ROOM: usize> Shelf<T, ROOM> {
    #[message(when = self.items.len() < ROOM)]
    fn put(&mut self, item: T) {
        self.items.push(item);
    }

    #[message(when = self.items.contains(wanted), priority)]
    fn take(&mut self, wanted: T) -> T {
        self.items.retain(|item| *item != wanted);
        wanted
    }

    #[message(when = self.items.iter().copied_of::<T, usize>(0) > ROOM)]
    fn never(&mut self) {}
}

/// A method whose call has commas of its own.
trait CopiedOf {
    fn copied_of<A, B>(self, of: B) -> B;
}

impl<I: Iterator> CopiedOf for I {
    fn copied_of<A, B>(self, of: B) -> B {
        of
    }
}

pub fn generic_actors_have_guards(system: &System) {
    system.block_on(async {
        let shelf = Shelf::<&str, 1> { items: vec![] }.spawn();
        let mut take = shelf.take("b");
        assert!(poll_once(&mut take).await.is_none());
        shelf.put("a").await.unwrap();
        let mut second = shelf.put("b");
        assert!(poll_once(&mut second).await.is_none());
        assert_eq!(shelf.take("a").await, Ok("a"));
        assert_eq!(second.await, Ok(()));
        assert_eq!(take.await, Ok("b"));
        assert_eq!(
            shelf.never().timeout(Duration::from_millis(1)).await,
            Err(CallError::Timeout { started: false })
        );
    });
}

/// The members of a pool: each has its own deferred messages.
#[actor]
struct Member {
    opened: bool,
    permits: Receiver<()>,
}

#[actor]
impl Member {
    #[message(when = self.opened)]
    fn enter(&mut self, context: &Context<Self>) -> Option<usize> {
        context.pool_index()
    }

    async fn open(&mut self, context: &Context<Self>) -> Option<usize> {
        self.permits.recv().await.unwrap();
        self.opened = true;
        context.pool_index()
    }
}

pub fn deferred_messages_of_a_pool_member_are_its_own(system: &System) {
    system.block_on(async {
        let (permit, permits) = unbounded();
        let pool = Member::pool(1, move || Member { opened: false, permits: permits.clone() });
        let mut calls = [pool.enter(), pool.enter()];
        for call in &mut calls {
            assert!(poll_once(call).await.is_none());
        }
        while pool.len() > 0 {
            yield_now().await;
        }
        // Another member opens; the first keeps its deferred message.
        Addr::resize(&pool, 2).unwrap();
        let mut opens = [pool.open(), pool.open()];
        for open in &mut opens {
            assert!(poll_once(open).await.is_none());
        }
        while pool.len() > 0 {
            yield_now().await;
        }
        permit.try_send(()).unwrap();
        permit.try_send(()).unwrap();
        let mut members: Vec<_> = join_all(opens).await.into_iter().map(Result::unwrap).collect();
        members.sort_unstable();
        assert_eq!(members, [Some(0), Some(1)]);
        let entered: Vec<_> = join_all(calls).await.into_iter().map(Result::unwrap).collect();
        assert_eq!(entered, [Some(0), Some(0)]);
        let mut last = pool.enter();
        let _ = poll_once(&mut last).await;
        pool.stop();
        assert_eq!(pool.join().await, Exit::Stopped);
        assert!(last.await.is_ok());
    });
}
