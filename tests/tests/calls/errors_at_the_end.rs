//! The error that a caller gets when the actor ends.

use actor_core::future::{join_all, zip};
use actor_core::prelude::*;
use tests::{Gate, Tally, reached};

/// Can end in every possible way.
#[actor(capacity = 8)]
struct Mortal {
    entered: Gate,
    gate: Gate,
    handled: Tally,
    stopped: Tally,
}

impl Mortal {
    fn new() -> Self {
        Mortal {
            entered: Gate::new(),
            gate: Gate::new(),
            handled: Tally::default(),
            stopped: Tally::default(),
        }
    }
}

#[actor(remote)]
impl Mortal {
    fn panic_now(&self) -> u32 {
        panic!("sync")
    }

    async fn panic_later(&mut self) -> u32 {
        futures_lite::future::yield_now().await;
        panic!("async")
    }

    /// Comes no further than the gate.
    async fn hang(&mut self) -> u32 {
        self.entered.open();
        self.gate.pass().await;
        1
    }

    async fn panic_at_the_gate(&mut self) -> u32 {
        self.entered.open();
        self.gate.pass().await;
        panic!("at the gate")
    }

    fn kill_yourself(&self, context: &Context<Self>) -> u32 {
        context.address().kill();
        2
    }

    fn work(&self) -> u32 {
        self.handled.add();
        3
    }

    #[on_stop]
    fn end(&mut self, _exit: &Exit) {
        self.stopped.add();
    }
}

pub fn a_call_that_panics_returns_panicked(system: &System) {
    system.block_on(async {
        let answer = reached(Mortal::new().spawn()).await.panic_now().await;
        let Err(CallError::Panicked(failure)) = answer else { panic!("{answer:?}") };
        assert_eq!((failure.handler(), failure.message()), ("panic_now", "sync"));

        let mortal = reached(Mortal::new().spawn()).await;
        let answer = mortal.panic_later().await;
        let Err(CallError::Panicked(failure)) = answer else { panic!("{answer:?}") };
        assert_eq!((failure.handler(), failure.message()), ("panic_later", "async"));
        assert_eq!(failure.kind(), FailureKind::Panic);
        let Exit::Failed(exit) = mortal.join().await else { panic!("another exit") };
        assert_eq!(exit.to_string(), failure.to_string());
    });
}

pub fn the_failure_of_a_call_is_the_exit_of_its_actor(system: &System) {
    system.block_on(async {
        let mortal = Mortal::new().spawn();
        let answer = mortal.panic_now().await;
        let Err(CallError::Panicked(failure)) = answer else { panic!("{answer:?}") };
        assert_eq!(failure.id(), mortal.id());
        assert_eq!(mortal.join().await, Exit::Failed(failure));
    });
}

pub fn a_call_whose_actor_is_killed_meanwhile_returns_killed(system: &System) {
    system.block_on(async {
        let state = Mortal::new();
        let entered = state.entered.clone();
        let mortal = reached(state.spawn()).await;
        let kill = async {
            entered.pass().await;
            mortal.kill();
        };
        let (answer, ()) = zip(mortal.hang(), kill).await;
        assert_eq!(answer, Err(CallError::Killed));
        assert_eq!(mortal.join().await, Exit::Killed);
    });
}

pub fn a_sync_handler_that_is_killed_runs_to_its_return(system: &System) {
    system.block_on(async {
        let mortal = reached(Mortal::new().spawn()).await;
        let (answer, behind) = zip(mortal.kill_yourself(), mortal.work()).await;
        assert_eq!((answer, behind), (Ok(2), Err(CallError::Stopped)));
        assert_eq!(mortal.join().await, Exit::Killed);
    });
}

/// Queues 100 calls behind one that ends the actor, 92 of them waiting for capacity, and expects
/// that each gets `Stopped`.
async fn expect_stopped<C: Future<Output = Result<u32, CallError>>>(
    call: impl Fn() -> C,
    last: impl Future<Output = Result<u32, CallError>>,
    end: impl AsyncFnOnce(),
) -> Result<u32, CallError> {
    let queued = join_all((0..100).map(|_| call()));
    let ((last, queued), ()) = zip(zip(last, queued), end()).await;
    assert_eq!(queued, vec![Err(CallError::Stopped); 100]);
    last
}

pub fn calls_queued_at_an_actor_that_ends_return_stopped(system: &System) {
    system.block_on(async {
        for is_killed in [true, false] {
            let state = Mortal::new();
            let (entered, gate) = (state.entered.clone(), state.gate.clone());
            let (handled, stopped) = (state.handled.clone(), state.stopped.clone());
            let mortal = reached(state.spawn()).await;
            let end = async || {
                entered.pass().await;
                if is_killed { mortal.kill() } else { gate.open() }
            };
            let last = expect_stopped(|| mortal.work(), mortal.panic_at_the_gate(), end).await;
            let exit = mortal.join().await;
            if is_killed {
                assert_eq!((last, exit), (Err(CallError::Killed), Exit::Killed));
            } else {
                let Err(CallError::Panicked(failure)) = last else { panic!("{last:?}") };
                let Exit::Failed(exit) = exit else { panic!("{exit:?}") };
                assert_eq!(exit.to_string(), failure.to_string());
            }
            assert_eq!(handled.count(), 0);
            assert_eq!(stopped.count(), usize::from(!is_killed));
        }
    });
}

/// Refuses to start, after a while.
#[actor(capacity = 8)]
struct Unwilling {
    gate: Gate,
}

#[actor(remote)]
impl Unwilling {
    #[on_start]
    async fn begin(&mut self) -> Result<(), String> {
        self.gate.pass().await;
        Err("no".into())
    }

    fn work(&self) {}
}

pub fn calls_queued_at_an_actor_that_fails_to_start_return_stopped(system: &System) {
    system.block_on(async {
        let gate = Gate::new();
        let unwilling = reached(Unwilling { gate: gate.clone() }.spawn()).await;
        let queued = join_all((0..100).map(|_| unwilling.work()));
        let (queued, ()) = zip(queued, async { gate.open() }).await;
        assert_eq!(queued, vec![Err(CallError::Stopped); 100]);
        assert!(matches!(unwilling.join().await, Exit::Failed(_)));
    });
}

/// Ends by a message that takes its state. Such a message stays in its process.
#[actor(capacity = 8)]
struct Closing {
    entered: Gate,
    gate: Gate,
    handled: Tally,
    stopped: Tally,
}

impl Closing {
    fn new() -> Self {
        Closing {
            entered: Gate::new(),
            gate: Gate::new(),
            handled: Tally::default(),
            stopped: Tally::default(),
        }
    }
}

#[actor]
impl Closing {
    fn work(&self) -> u32 {
        self.handled.add();
        3
    }

    /// The last message.
    #[message(last)]
    fn close(self) -> u32 {
        4
    }

    #[message(last)]
    async fn close_later(self) -> u32 {
        self.entered.open();
        self.gate.pass().await;
        5
    }

    #[on_stop]
    fn end(&mut self, _exit: &Exit) {
        self.stopped.add();
    }
}

pub fn a_self_handler_is_the_last_message(system: &System) {
    system.block_on(async {
        let state = Closing::new();
        let (handled, stopped) = (state.handled.clone(), state.stopped.clone());
        let closing = state.spawn();
        assert_eq!(closing.close().await, Ok(4));
        assert_eq!(closing.join().await, Exit::Stopped);
        assert_eq!(closing.work().await, Err(CallError::Stopped));
        assert_eq!(closing.close().await, Err(CallError::Stopped));
        let refused = closing.work().try_send().unwrap_err();
        assert_eq!(refused.reason(), SendReason::Stopped);
        assert_eq!((handled.count(), stopped.count()), (0, 0), "`#[on_stop]` ran");
    });
}

pub fn messages_behind_a_self_handler_are_stopped(system: &System) {
    system.block_on(async {
        let state = Closing::new();
        let (entered, gate) = (state.entered.clone(), state.gate.clone());
        let (handled, stopped) = (state.handled.clone(), state.stopped.clone());
        let closing = state.spawn();
        let end = async || {
            entered.pass().await;
            gate.open();
        };
        assert_eq!(expect_stopped(|| closing.work(), closing.close_later(), end).await, Ok(5));
        assert_eq!(closing.join().await, Exit::Stopped);
        assert_eq!((handled.count(), stopped.count()), (0, 0));

        // The message is sent, not called: it ends the actor all the same.
        let closing = Closing::new().spawn();
        closing.close().send().await.unwrap();
        assert_eq!(closing.join().await, Exit::Stopped);
    });
}
