//! An async protocol message borrows the state: the effects during the borrow, and at an end in the
//! middle of it. For actors with and without async messages of their own.

use actor_core::prelude::*;
use tests::{Gate, Tally, reached};

#[actor(remote)]
trait Work {
    async fn enter(&mut self, entered: Gate, gate: Gate) -> u32;
    async fn fail(&mut self, gate: Gate) -> u32;
    fn fail_now(&mut self) -> u32;
    async fn tick(&mut self) -> u32;
    async fn kill_oneself(&mut self, me: WorkAddr) -> u32;
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

            async fn kill_oneself(&mut self, me: WorkAddr) -> u32 {
                me.kill();
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
async fn both() -> [(WorkAddr, Marks); 2] {
    let (one, two) = (Marks::default(), Marks::default());
    let now = reached::<WorkAddr>(Now::from(one.clone()).spawn().into()).await;
    let later = reached::<WorkAddr>(Later::from(two.clone()).spawn().into()).await;
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
        for (work, marks) in both().await {
            let told = work.fail_now().await.unwrap_err();
            ends_failed(work, &marks, "fail_now", told).await;
        }
    });
}

pub(crate) fn a_panic_of_a_pending_handler_leaves_the_state(system: &System) {
    system.block_on(async {
        for (work, marks) in both().await {
            let gate = Gate::new();
            let fail = work.fail(gate.clone());
            let (told, ()) = actor_core::future::zip(fail, async { gate.open() }).await;
            ends_failed(work, &marks, "fail", told.unwrap_err()).await;
        }
    });
}

pub(crate) fn a_pending_handler_is_killed(system: &System) {
    system.block_on(async {
        for (work, marks) in both().await {
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

pub(crate) fn a_kill_by_the_handler_itself_takes_effect_when_it_returns(system: &System) {
    system.block_on(async {
        for (work, marks) in both().await {
            assert_eq!(work.kill_oneself(work.clone()).await, Ok(0));
            assert_eq!(work.join().await, Exit::Killed);
            assert_eq!((marks.stopped.count(), marks.dropped.count()), (0, 1));
        }
    });
}

pub(crate) fn no_other_message_is_handled_while_a_handler_is_pending(system: &System) {
    system.block_on(async {
        for (work, _marks) in both().await {
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
        for (work, marks) in both().await {
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
        assert_eq!(thousand(reached(now.clone().into()).await).await, Some(Ok(1000)));
        assert_eq!(now.ticks().await, Ok(1000));
        let later = Later::from(Marks::default()).spawn();
        assert_eq!(thousand(reached(later.clone().into()).await).await, Some(Ok(1000)));
        assert_eq!(later.ticks().await, Ok(1000));
    });
}

/// Panics when it is dropped, if it is live.
struct Fuse(bool);

impl Drop for Fuse {
    fn drop(&mut self) {
        assert!(!self.0 || std::thread::panicking(), "on purpose");
    }
}

macro_rules! fragile {
    ($name:ident, $($later:tt)*) => {
        #[actor]
        struct $name {
            _state: Fuse,
            order: Order,
        }

        #[actor]
        impl $name {
            $($later)* fn bear(&self, context: &Context<Self>) {
                context.spawn_child(Child { order: self.order.clone() });
            }
        }

        #[actor]
        impl Hang for $name {
            async fn hang(&mut self, entered: Gate, fuse: bool) {
                let _fuse = Fuse(fuse);
                entered.open();
                std::future::pending::<()>().await;
            }
        }

        impl Drop for $name {
            fn drop(&mut self) {
                self.order.lock().unwrap().push("state");
            }
        }
    };
}

type Order = std::sync::Arc<std::sync::Mutex<Vec<&'static str>>>;

#[actor]
trait Hang {
    async fn hang(&mut self, entered: Gate, fuse: bool);
}

fragile! { FragileNow, }
fragile! { FragileLater, async }

#[actor]
struct Child {
    order: Order,
}

#[actor]
impl Child {}

impl Drop for Child {
    fn drop(&mut self) {
        self.order.lock().unwrap().push("child");
    }
}

/// Kills an actor in its handler, which has the state; says how often a panic was swallowed.
async fn killed(hang: HangAddr, order: Order, fuse: bool) -> u64 {
    let system = System::current();
    let before = system.counters().suppressed_panics;
    let entered = Gate::new();
    let call = actor_core::spawn_task(hang.hang(entered.clone(), fuse).into_owned());
    entered.pass().await;
    hang.kill();
    assert_eq!((call.await, hang.join().await), (Err(CallError::Killed), Exit::Killed));
    assert_eq!(*order.lock().unwrap(), ["child", "state"], "the state goes at its step of the end");
    system.counters().suppressed_panics - before
}

pub(crate) fn a_kill_drops_the_handler_before_the_borrowed_state(system: &System) {
    system.block_on(async {
        for (fuse, state, wanted) in [(false, false, 0), (true, false, 1), (false, true, 1)] {
            let order = Order::default();
            let now = FragileNow { _state: Fuse(state), order: order.clone() }.spawn();
            now.bear().await.unwrap();
            assert_eq!(killed(now.into(), order, fuse).await, wanted);
            let order = Order::default();
            let later = FragileLater { _state: Fuse(state), order: order.clone() }.spawn();
            later.bear().await.unwrap();
            assert_eq!(killed(later.into(), order, fuse).await, wanted);
        }
    });
}
