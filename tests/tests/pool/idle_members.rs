//! A member that handles a message of its own is not idle: messages that arrive in the meantime go
//! to the other members.

use actor_core::Failure;
use actor_core::prelude::*;
use std::time::Duration;
use tests::{Gate, Tally};

/// The ways to make a member handle a message of its own.
#[derive(Clone, Copy, Debug)]
enum Source {
    Timer,
    Stream,
    Pipe,
    Monitor,
    Child,
}

const SOURCES: [Source; 5] =
    [Source::Timer, Source::Stream, Source::Pipe, Source::Monitor, Source::Child];

#[actor]
struct Other;

#[actor]
impl Other {}

#[actor]
struct Worker {
    /// Opens before the member's own message arrives.
    go: Gate,
    entered: Tally,
    over: Gate,
}

#[actor]
impl Worker {
    fn arm(&self, source: Source, context: &Context<Self>) {
        let go = self.go.clone();
        let wait = async move { go.pass().await };
        match source {
            Source::Timer => context.after(Duration::from_millis(1), |me| me.hold()).detach(),
            Source::Stream => {
                let items = futures_lite::stream::once_future(wait);
                context.attach(Box::pin(items), |me, ()| me.hold()).detach();
            }
            Source::Pipe => context.pipe(wait, |me, outcome| me.piped(outcome)),
            Source::Monitor => {
                let other = Other.spawn();
                context.monitor(&other, |me, _exit| me.hold());
                context
                    .spawn_task(async move {
                        wait.await;
                        other.stop()
                    })
                    .detach();
            }
            Source::Child => {
                let child = context.spawn_child(Other);
                context
                    .spawn_task(async move {
                        wait.await;
                        child.stop()
                    })
                    .detach();
            }
        }
    }

    async fn hold(&mut self) {
        self.entered.add();
        self.over.pass().await;
    }

    async fn piped(&mut self, _outcome: Result<(), Failure>) {
        self.hold().await;
    }

    #[on_exit]
    async fn child_gone(&mut self, _id: ActorId, _exit: Exit) {
        self.hold().await;
    }

    async fn call_own_pool(&mut self, context: &Context<Self>) -> Result<Option<usize>, CallError> {
        context.address().quick().await
    }

    fn call_later(&mut self, context: &Context<Self>) {
        context.after(Duration::from_millis(1), |me| me.call_own_pool()).detach();
    }

    fn quick(&self, context: &Context<Self>) -> Option<usize> {
        self.entered.add();
        context.pool_index()
    }
}

fn pool(size: usize) -> (WorkerAddr, Gate, Tally, Gate) {
    let (go, entered, over) = (Gate::new(), Tally::default(), Gate::new());
    let (to_go, to_enter, to_end) = (go.clone(), entered.clone(), over.clone());
    let make =
        move || Worker { go: to_go.clone(), entered: to_enter.clone(), over: to_end.clone() };
    (Worker::pool(size, make), go, entered, over)
}

pub fn a_member_busy_with_its_own_work_gets_no_message_while_another_idles(system: &System) {
    system.block_on(async {
        for source in SOURCES {
            let (pool, go, entered, over) = pool(3);
            // The member that is armed is poked first if the others idled before it.
            actor_core::time::sleep(Duration::from_millis(2)).await;
            pool.arm(source).await.unwrap();
            go.open();
            entered.reaches(1).await;
            // One at a time: the member that is woken for it has to take it.
            for _ in 0..20 {
                assert!(pool.quick().await.is_ok(), "{source:?}");
            }
            over.open();
            // It looks at the mailbox again when it is done.
            pool.quick().await.unwrap();
            pool.stop();
            assert_eq!(pool.join().await, Exit::Stopped);
        }
    });
}

pub fn a_member_takes_messages_again_after_its_own_work(system: &System) {
    system.block_on(async {
        for source in SOURCES {
            let (pool, go, entered, over) = pool(1);
            pool.arm(source).await.unwrap();
            go.open();
            entered.reaches(1).await;
            let waiting = actor_core::spawn_task(pool.quick().into_owned());
            over.open();
            assert_eq!(waiting.await, Ok(Some(0)), "{source:?}");
            // A message that arrives once the member is idle is not forgotten either.
            assert_eq!(pool.quick().await, Ok(Some(0)), "{source:?}");
            pool.stop();
            assert_eq!(pool.join().await, Exit::Stopped);
        }
    });
}

pub fn a_message_that_comes_with_a_tick_is_passed_on(system: &System) {
    system.block_on(async {
        for _ in 0..20 {
            let (pool, _go, entered, over) = pool(2);
            pool.arm(Source::Timer).await.unwrap();
            // It may find the member before the tick, with it, or after it.
            actor_core::time::sleep(Duration::from_millis(1)).await;
            assert!(pool.quick().await.is_ok());
            entered.reaches(2).await;
            over.open();
            pool.stop();
            assert_eq!(pool.join().await, Exit::Stopped);
        }
    });
}

pub fn a_tick_whose_handler_calls_the_pool_is_answered_by_another_member(system: &System) {
    system.block_on(async {
        let (pool, _go, entered, over) = pool(4);
        pool.call_later().await.unwrap();
        entered.reaches(1).await;
        over.open();
        pool.stop();
        assert_eq!(pool.join().await, Exit::Stopped);
    });
}

#[test]
fn a_message_that_comes_with_a_tick_is_passed_on_under_every_seed() {
    for seed in 0..300 {
        let system = System::simulation(seed);
        a_message_that_comes_with_a_tick_is_passed_on(&system);
    }
}
