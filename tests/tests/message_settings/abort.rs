//! `#[message(abort)]`: a handler is dropped at its next await when its caller has left; and handlers that
//! wait for that themselves.

use actor_core::future::or;
use actor_core::prelude::*;
use actor_core::{
    CallError,
    supervision::{Child, Supervisor},
};
use futures_lite::future::poll_once;
use std::time::Duration;
use tests::{Gate, Mark, Tally};

/// A deadline that passes in a test. On a busy machine, a handler begins late.
const SHORT: Duration = Duration::from_millis(250);

/// A value in the future of a handler: its drop is counted, and can panic.
struct Held {
    _mark: Mark,
    panics: bool,
}

impl Drop for Held {
    fn drop(&mut self) {
        assert!(!self.panics || std::thread::panicking(), "on purpose");
    }
}

#[actor]
trait Page {
    async fn show(&self, gate: Gate) -> u32;
    async fn print(&self, gate: Gate) -> u32;
}

#[actor]
struct Renderer {
    inner: Option<RendererAddr>,
    entered: Tally,
    dropped: Tally,
    finished: Tally,
    balance: u32,
}

#[actor]
impl Renderer {
    /// Breaks the invariant of the state between two awaits of the test, and nowhere else.
    #[message(abort)]
    async fn render(&mut self, gate: Gate) -> u32 {
        let held = Held { _mark: self.dropped.mark(), panics: false };
        self.balance += 1;
        self.entered.add();
        gate.pass().await;
        self.finished.add();
        drop(held);
        self.balance
    }

    #[message(abort)]
    async fn render_and_panic(&mut self, gate: Gate) {
        let _held = Held { _mark: self.dropped.mark(), panics: true };
        self.entered.add();
        gate.pass().await;
    }

    #[message(abort)]
    async fn outer(&mut self, gate: Gate) -> Result<u32, CallError> {
        let _held = Held { _mark: self.dropped.mark(), panics: false };
        let answer = self.inner.as_ref().unwrap().render(gate).await;
        self.finished.add();
        answer
    }

    #[message(abort, concurrent)]
    async fn look(&self, gate: Gate) -> u32 {
        let _held = Held { _mark: self.dropped.mark(), panics: false };
        self.entered.add();
        gate.pass().await;
        self.balance
    }

    /// The wait for the call is never polled after the deadline: only the deadline ends the handler.
    #[message(abort)]
    async fn sleep(&mut self, gate: Gate) {
        let _held = Held { _mark: self.dropped.mark(), panics: false };
        self.entered.add();
        gate.pass().await;
        self.finished.add();
    }

    async fn finish(&mut self, gate: Gate) -> u32 {
        self.entered.add();
        gate.pass().await;
        self.finished.add();
        self.balance
    }

    /// Leaves its own call unpolled, so that its callee learns of the end by the deadline alone.
    async fn leaves_its_call_alone(&mut self, gate: Gate, callees: Gate) {
        let mut call = self.inner.as_ref().unwrap().sleep(callees);
        let early = poll_once(&mut call).await;
        assert!(early.is_none());
        gate.pass().await;
        let end = call.await;
        assert_eq!(end, Err(CallError::DeadlineExceeded { started: true }));
        self.finished.add();
    }

    async fn watch(&mut self, gate: Gate, context: &Context<Self>) -> bool {
        self.entered.add();
        let gone = async {
            context.caller_gone().await;
            true
        };
        let open = async {
            gate.pass().await;
            false
        };
        let is_gone = or(gone, open).await;
        self.finished.add();
        is_gone
    }

    fn balance(&self) -> u32 {
        self.balance
    }
}

#[actor]
impl Page for Renderer {
    #[message(abort)]
    async fn show(&self, gate: Gate) -> u32 {
        let _held = Held { _mark: self.dropped.mark(), panics: false };
        self.entered.add();
        gate.pass().await;
        self.balance
    }

    async fn print(&self, gate: Gate) -> u32 {
        self.entered.add();
        gate.pass().await;
        self.finished.add();
        self.balance
    }
}

#[derive(Clone, Default)]
struct Tallies {
    entered: Tally,
    dropped: Tally,
    finished: Tally,
}

impl Tallies {
    fn renderer(&self, inner: Option<&RendererAddr>) -> Renderer {
        Renderer {
            inner: inner.cloned(),
            entered: self.entered.clone(),
            dropped: self.dropped.clone(),
            finished: self.finished.clone(),
            balance: 0,
        }
    }
}

pub fn an_abort_handler_is_dropped_with_its_call_and_the_life_goes_on(system: &System) {
    let before = system.counters();
    system.block_on(async {
        let all = Tallies::default();
        let renderer = all.renderer(None).spawn();
        for round in 1..=3 {
            let mut call = renderer.render(Gate::new());
            assert!(poll_once(&mut call).await.is_none());
            all.entered.reaches(round).await;
            assert_eq!(all.dropped.count(), round - 1);
            drop(call);
            all.dropped.reaches(round).await;
            let aborted = system.counters().aborted_handlers - before.aborted_handlers;
            assert_eq!(aborted, round as u64, "counted before the handler is dropped");
        }
        assert_eq!(renderer.balance().await, Ok(3), "the state lives on");
        assert_eq!(all.finished.count(), 0);
        let gate = Gate::new();
        gate.open();
        assert_eq!(renderer.render(gate).await, Ok(4), "a caller that waits gets its reply");
    });
    let after = system.counters();
    assert_eq!(after.aborted_handlers - before.aborted_handlers, 3);
    assert_eq!(after.suppressed_panics, before.suppressed_panics);
}

pub fn the_drop_of_the_outermost_call_runs_down_the_chain(system: &System) {
    let before = system.counters();
    system.block_on(async {
        let all = Tallies::default();
        let last = all.renderer(None).spawn();
        let middle = all.renderer(Some(&last)).spawn();
        let first = all.renderer(Some(&middle)).spawn();
        // The call of the first is queued at the middle one, which handles another.
        let mut busy = middle.outer(Gate::new());
        assert!(poll_once(&mut busy).await.is_none());
        all.entered.reaches(1).await;
        let mut queued = first.outer(Gate::new());
        assert!(poll_once(&mut queued).await.is_none());
        while middle.len() == 0 {
            futures_lite::future::yield_now().await;
        }
        drop(queued);
        all.dropped.reaches(1).await;
        drop(busy);
        // The two handlers of the busy call: one in the middle actor, and one in the last.
        all.dropped.reaches(3).await;
        assert_eq!(first.balance().await, Ok(0));
        assert_eq!(middle.balance().await, Ok(0), "the queued message was skipped");
        assert_eq!((all.entered.count(), all.finished.count()), (1, 0));
    });
    let after = system.counters();
    assert_eq!(after.aborted_handlers - before.aborted_handlers, 3);
    assert_eq!(after.skipped_calls - before.skipped_calls, 1);
}

pub fn a_send_is_never_aborted(system: &System) {
    system.block_on(async {
        let all = Tallies::default();
        let renderer = all.renderer(None).spawn();
        let gate = Gate::new();
        renderer.render(gate.clone()).send().await.unwrap();
        all.entered.reaches(1).await;
        gate.open();
        all.finished.reaches(1).await;
        renderer.watch(Gate::new()).timeout(SHORT).await.unwrap_err();
        all.finished.reaches(2).await;
    });
}

pub fn a_handler_without_abort_finishes(system: &System) {
    system.block_on(async {
        let all = Tallies::default();
        let renderer = all.renderer(None).spawn();
        let gate = Gate::new();
        let mut call = renderer.finish(gate.clone());
        assert!(poll_once(&mut call).await.is_none());
        all.entered.reaches(1).await;
        drop(call);
        gate.open();
        all.finished.reaches(1).await;
    });
}

pub fn concurrent_abort_handlers_are_dropped_one_by_one(system: &System) {
    system.block_on(async {
        let all = Tallies::default();
        let renderer = all.renderer(None).spawn();
        let gate = Gate::new();
        let mut one = renderer.look(gate.clone());
        let mut two = renderer.look(gate.clone());
        assert!(poll_once(&mut one).await.is_none() && poll_once(&mut two).await.is_none());
        all.entered.reaches(2).await;
        drop(one);
        all.dropped.reaches(1).await;
        gate.open();
        assert_eq!(two.await, Ok(0));
    });
}

pub fn messages_of_protocols_are_aborted_as_their_impl_says(system: &System) {
    system.block_on(async {
        let all = Tallies::default();
        let page: PageAddr = all.renderer(None).spawn().into();
        let mut call = page.show(Gate::new());
        assert!(poll_once(&mut call).await.is_none());
        all.entered.reaches(1).await;
        drop(call);
        all.dropped.reaches(1).await;
        let gate = Gate::new();
        let mut call = page.print(gate.clone());
        assert!(poll_once(&mut call).await.is_none());
        all.entered.reaches(2).await;
        drop(call);
        gate.open();
        all.finished.reaches(1).await;
    });
}

pub fn an_abort_handler_ends_with_its_deadline_though_its_caller_does_not_look(system: &System) {
    system.block_on(async {
        let all = Tallies::default();
        let inner = all.renderer(None).spawn();
        let outer = all.renderer(Some(&inner)).spawn();
        let gate = Gate::new();
        let call = outer.leaves_its_call_alone(gate.clone(), Gate::new()).timeout(SHORT);
        assert_eq!(call.await, Err(CallError::Timeout { started: true }));
        all.dropped.reaches(1).await;
        assert_eq!(all.finished.count(), 0);
        gate.open();
        all.finished.reaches(1).await;
    });
}

pub fn a_panic_while_an_abort_handler_is_dropped_fails_the_life(system: &System) {
    system.block_on(async {
        let all = Tallies::default();
        let supervisor = Supervisor::one_for_one().spawn();
        let made = all.clone();
        let renderer = supervisor.start(Child::new("renderer", move || made.renderer(None)));
        let mut call = renderer.render_and_panic(Gate::new());
        assert!(poll_once(&mut call).await.is_none());
        all.entered.reaches(1).await;
        drop(call);
        all.dropped.reaches(1).await;
        assert_eq!(renderer.balance().await, Ok(0), "the next life handles it");
        let counters = System::current().counters();
        assert_eq!(counters.restartable_failures, 1);
        supervisor.stop();
        supervisor.join().await;
    });
}

pub fn a_handler_can_wait_for_its_caller_to_leave(system: &System) {
    system.block_on(async {
        let all = Tallies::default();
        let renderer = all.renderer(None).spawn();
        let mut call = renderer.watch(Gate::new());
        assert!(poll_once(&mut call).await.is_none());
        all.entered.reaches(1).await;
        drop(call);
        all.finished.reaches(1).await;
        let gate = Gate::new();
        gate.open();
        assert_eq!(renderer.watch(gate).await, Ok(false), "a caller that waits");
    });
}
