//! A life that fails while concurrent handlers run: they finish, and no input that waited for them starts.

use actor_core::prelude::*;
use actor_core::supervision::{Child, Supervisor};
use futures_lite::future::{poll_once, yield_now};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tests::{Gate, Tally};

#[actor]
struct Leaf;

#[actor]
impl Leaf {
    fn link(&self, desk: DeskAddr, context: &Context<Self>) {
        context.link(&desk);
    }

    fn fail(&self) {
        panic!("planned");
    }
}

#[derive(Clone, Default)]
struct Seen {
    entered: Tally,
    log: Arc<Mutex<Vec<&'static str>>>,
}

#[derive(Default)]
#[actor(max_concurrent = 4)]
struct Desk {
    is_open: AtomicBool,
    seen: Seen,
}

#[actor]
impl Desk {
    #[message(concurrent)]
    async fn hold(&self, gate: Gate) {
        self.seen.entered.add();
        gate.pass().await;
    }

    #[message(concurrent)]
    async fn fail(&self, gate: Gate) {
        self.hold(gate).await;
        panic!("planned");
    }

    #[message(concurrent)]
    async fn open(&self) {
        self.is_open.store(true, Ordering::SeqCst);
    }

    #[message(concurrent)]
    async fn ping(&self) {}

    #[message(concurrent)]
    async fn arm(&self, context: &Context<Self>) {
        context.after(Duration::ZERO, |me| me.tick()).detach();
    }

    #[message(concurrent)]
    async fn raise(&self, context: &Context<Self>) {
        context.spawn_child(Leaf).stop();
    }

    #[message(concurrent)]
    async fn raise_failing(&self, context: &Context<Self>) {
        let _ = context.spawn_child(Leaf).fail().try_send();
    }

    #[message(when = self.is_open.load(Ordering::SeqCst))]
    fn enter(&mut self) {
        self.note("entered");
    }

    fn tick(&mut self) {
        self.note("ticked");
    }

    #[on_exit]
    fn left(&mut self, _id: ActorId, _exit: Exit) {
        self.note("told");
    }
}

impl Desk {
    fn new(seen: &Seen) -> Self {
        Desk { seen: seen.clone(), ..Desk::default() }
    }

    fn note(&self, what: &'static str) {
        self.seen.log.lock().unwrap().push(what);
    }
}

/// Waits until an input that needs the state for itself is next: then no other handler starts.
async fn until_an_input_waits(desk: &DeskAddr) {
    while desk.ping().timeout(Duration::from_millis(5)).await.is_ok() {
        yield_now().await;
    }
}

/// Lets one of two running handlers fail, and then the other end, after `prepare`.
async fn fail_after(prepare: impl AsyncFnOnce(&DeskAddr)) -> Vec<&'static str> {
    let (seen, fails, ends) = (Seen::default(), Gate::new(), Gate::new());
    let desk = Desk::new(&seen).spawn();
    let failing = actor_core::spawn_task(desk.fail(fails.clone()).into_owned());
    let holding = actor_core::spawn_task(desk.hold(ends.clone()).into_owned());
    seen.entered.reaches(2).await;
    prepare(&desk).await;
    until_an_input_waits(&desk).await;
    // Observes the failure of the desk.
    let mut end = desk.join();
    assert!(poll_once(&mut end).await.is_none());
    fails.open();
    assert!(matches!(failing.await, Err(CallError::Panicked(_))));
    ends.open();
    assert_eq!(holding.await, Ok(()));
    assert!(matches!(end.await, Exit::Failed(_)));
    let log = seen.log.lock().unwrap();
    log.clone()
}

pub fn a_message_of_a_timer_that_waits_is_not_handled_after_a_failure(system: &System) {
    system.block_on(async {
        let log = fail_after(async |desk| desk.arm().await.unwrap()).await;
        assert!(log.is_empty(), "{log:?}");
        // As for a tick that has no message yet.
        assert_eq!(system.counters().undelivered, 0);
    });
}

pub fn a_hook_that_waits_does_not_run_after_a_failure(system: &System) {
    system.block_on(async {
        let log = fail_after(async |desk| desk.raise().await.unwrap()).await;
        assert!(log.is_empty(), "{log:?}");
    });
}

pub fn a_failure_of_a_child_whose_hook_waits_is_reported_after_a_failure(system: &System) {
    system.block_on(async {
        let log = fail_after(async |desk| desk.raise_failing().await.unwrap()).await;
        assert!(log.is_empty(), "{log:?}");
        assert_eq!(system.counters().unobserved_failures, 1);
    });
}

pub fn a_second_panic_is_reported_and_the_first_is_the_cause(system: &System) {
    system.block_on(async {
        let (seen, gate) = (Seen::default(), Gate::new());
        let desk = Desk::new(&seen).spawn();
        let calls = [(); 2].map(|()| actor_core::spawn_task(desk.fail(gate.clone()).into_owned()));
        seen.entered.reaches(2).await;
        let before = system.counters().suppressed_panics;
        let end = desk.join();
        gate.open();
        for call in calls {
            assert!(matches!(call.await, Err(CallError::Panicked(_))));
        }
        assert!(matches!(end.await, Exit::Failed(_)));
        assert_eq!(system.counters().suppressed_panics - before, 1);
    });
}

pub fn a_deferred_message_that_waits_for_handlers_goes_to_the_next_life(system: &System) {
    system.block_on(async {
        let (seen, fails, ends) = (Seen::default(), Gate::new(), Gate::new());
        let make = seen.clone();
        let supervisor = Supervisor::one_for_one().spawn();
        let desk = supervisor.start(Child::new("desk", move || Desk::new(&make)));
        let mut enter = desk.enter();
        assert!(poll_once(&mut enter).await.is_none());
        let failing = actor_core::spawn_task(desk.fail(fails.clone()).into_owned());
        let holding = actor_core::spawn_task(desk.hold(ends.clone()).into_owned());
        seen.entered.reaches(2).await;
        // Its guard is true from now on, but it needs the state for itself.
        desk.open().await.unwrap();
        until_an_input_waits(&desk).await;
        fails.open();
        assert!(matches!(failing.await, Err(CallError::Panicked(_))));
        ends.open();
        assert_eq!(holding.await, Ok(()));
        // The next life is closed at first.
        desk.ping().await.unwrap();
        assert!(poll_once(&mut enter).await.is_none());
        desk.open().await.unwrap();
        assert_eq!(enter.await, Ok(()));
        supervisor.stop();
        assert_eq!(supervisor.join().await, Exit::Stopped);
    });
}

pub fn a_notice_of_a_link_that_waits_for_handlers_goes_to_the_next_life(system: &System) {
    system.block_on(async {
        let (seen, fails, ends) = (Seen::default(), Gate::new(), Gate::new());
        let make = seen.clone();
        let supervisor = Supervisor::one_for_one().spawn();
        let desk = supervisor.start(Child::new("desk", move || Desk::new(&make)));
        let leaf = Leaf.spawn();
        leaf.link(desk.clone()).await.unwrap();
        let failing = actor_core::spawn_task(desk.fail(fails.clone()).into_owned());
        let holding = actor_core::spawn_task(desk.hold(ends.clone()).into_owned());
        seen.entered.reaches(2).await;
        leaf.stop();
        leaf.join().await;
        until_an_input_waits(&desk).await;
        fails.open();
        assert!(matches!(failing.await, Err(CallError::Panicked(_))));
        ends.open();
        assert_eq!(holding.await, Ok(()));
        desk.ping().await.unwrap();
        while seen.log.lock().unwrap().is_empty() {
            desk.ping().await.unwrap();
        }
        assert_eq!(*seen.log.lock().unwrap(), ["told"]);
        supervisor.stop();
        assert_eq!(supervisor.join().await, Exit::Stopped);
    });
}
