//! An async message of a protocol borrows the state: what holds meanwhile, and at an end in the
//! midst. For an actor without async messages of its own, and for one that has some.

use actor_core::prelude::*;
use tests::{Gate, Tally};

#[actor]
trait Work {
    async fn enter(&mut self, entered: Gate, gate: Gate) -> u32;
    async fn fail(&mut self, gate: Gate) -> u32;
    fn fail_now(&mut self) -> u32;
    async fn tick(&mut self) -> u32;
}

#[derive(Clone, Default)]
struct Marks {
    /// Counts the ends that had the state.
    stopped: Tally,
    dropped: Tally,
}

macro_rules! worker {
    ($name:ident, $($later:tt)*) => {
        #[actor]
        struct $name {
            marks: Marks,
            ticks: u32,
            _mark: tests::Mark,
        }

        #[actor]
        impl $name {
            $($later)* fn ticks(&self) -> u32 {
                self.ticks
            }

            #[on_stop]
            fn end(&mut self, _exit: &Exit) {
                self.marks.stopped.add();
            }
        }

        #[actor]
        impl Work for $name {
            async fn enter(&mut self, entered: Gate, gate: Gate) -> u32 {
                entered.open();
                gate.pass().await;
                self.tick().await
            }

            async fn fail(&mut self, gate: Gate) -> u32 {
                gate.pass().await;
                panic!("on purpose")
            }

            fn fail_now(&mut self) -> u32 {
                panic!("on purpose")
            }

            async fn tick(&mut self) -> u32 {
                futures_lite::future::yield_now().await;
                self.ticks += 1;
                self.ticks
            }
        }

        impl From<Marks> for $name {
            fn from(marks: Marks) -> Self {
                let _mark = marks.dropped.mark();
                $name { marks, ticks: 0, _mark }
            }
        }
    };
}

worker! { Now, }
worker! { Later, async }

/// One of each, with its marks.
fn both() -> [(WorkAddr, Marks); 2] {
    let (one, two) = (Marks::default(), Marks::default());
    let now: WorkAddr = Now::from(one.clone()).spawn().into();
    let later: WorkAddr = Later::from(two.clone()).spawn().into();
    [(now, one), (later, two)]
}

async fn ends_failed(work: WorkAddr, marks: &Marks, handler: &str, told: CallError) {
    let CallError::Panicked(failure) = told else { panic!("the caller is told {told:?}") };
    assert_eq!((failure.handler(), failure.message()), (handler, "on purpose"));
    assert_eq!(work.join().await, Exit::Failed(failure));
    // The state was there for the hook, and then it was dropped.
    assert_eq!((marks.stopped.count(), marks.dropped.count()), (1, 1));
}

pub(crate) fn a_panic_of_a_sync_handler_leaves_the_state(system: &System) {
    system.block_on(async {
        for (work, marks) in both() {
            let told = work.fail_now().await.unwrap_err();
            ends_failed(work, &marks, "fail_now", told).await;
        }
    });
}

pub(crate) fn a_panic_of_a_pending_handler_leaves_the_state(system: &System) {
    system.block_on(async {
        for (work, marks) in both() {
            let gate = Gate::new();
            let fail = work.fail(gate.clone());
            let (told, ()) = actor_core::future::zip(fail, async { gate.open() }).await;
            ends_failed(work, &marks, "fail", told.unwrap_err()).await;
        }
    });
}

pub(crate) fn a_pending_handler_is_killed(system: &System) {
    system.block_on(async {
        for (work, marks) in both() {
            let (entered, gate) = (Gate::new(), Gate::new());
            let call = work.enter(entered.clone(), gate);
            let kill = async {
                entered.pass().await;
                work.kill();
            };
            let (told, ()) = actor_core::future::zip(call, kill).await;
            assert_eq!(told, Err(CallError::Killed));
            assert_eq!(work.join().await, Exit::Killed);
            assert_eq!((marks.stopped.count(), marks.dropped.count()), (0, 1));
        }
    });
}

pub(crate) fn nothing_else_is_handled_meanwhile(system: &System) {
    system.block_on(async {
        for (work, _marks) in both() {
            let (entered, gate) = (Gate::new(), Gate::new());
            let call = work.enter(entered.clone(), gate.clone());
            let behind = async {
                entered.pass().await;
                let tick = work.tick();
                let (tick, ()) = actor_core::future::zip(tick, async { gate.open() }).await;
                tick
            };
            let both = actor_core::future::zip(call, behind).await;
            assert_eq!(both, (Ok(1), Ok(2)));
        }
    });
}

pub(crate) fn a_stop_waits_for_a_pending_handler(system: &System) {
    system.block_on(async {
        for (work, marks) in both() {
            let (entered, gate) = (Gate::new(), Gate::new());
            let call = work.enter(entered.clone(), gate.clone());
            let stop = async {
                entered.pass().await;
                work.stop();
                gate.open();
            };
            let (told, ()) = actor_core::future::zip(call, stop).await;
            assert_eq!(told, Ok(1));
            assert_eq!((work.join().await, marks.stopped.count()), (Exit::Stopped, 1));
        }
    });
}

pub(crate) fn a_thousand_async_messages_are_handled_one_by_one(system: &System) {
    async fn thousand(work: WorkAddr) -> Option<Result<u32, CallError>> {
        for _ in 0..500 {
            work.tick().send().await.unwrap();
        }
        let calls = (0..500).map(|_| work.tick());
        actor_core::future::join_all(calls).await.pop()
    }

    system.block_on(async {
        let now = Now::from(Marks::default()).spawn();
        assert_eq!(thousand(now.clone().into()).await, Some(Ok(1000)));
        assert_eq!(now.ticks().await, Ok(1000));
        let later = Later::from(Marks::default()).spawn();
        assert_eq!(thousand(later.clone().into()).await, Some(Ok(1000)));
        assert_eq!(later.ticks().await, Ok(1000));
    });
}
