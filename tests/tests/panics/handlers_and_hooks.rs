//! Panics in the code that a life runs: handlers, hooks, guards, factories, the functions of
//! processes.

use crate::every_place::Ends;
use actor_core::prelude::*;
use actor_core::{
    process::{Inbox, spawn_process},
    supervision::{Child, Restart, Supervisor},
};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The code that panics, in addition to the handlers that always panic.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum At {
    Message,
    Guard,
    Start,
    Stop,
    Exit,
}

#[actor]
pub struct Node {
    pub at: At,
}

#[actor]
impl Node {
    #[on_start]
    fn begin(&mut self) {
        assert!(self.at != At::Start, "planned");
    }

    pub fn strike(&self) {
        panic!("planned");
    }

    pub fn ping(&self) {}

    #[message(when = self.at != At::Guard || strike_in_guard())]
    fn guarded(&self) {}

    fn lose_child(&self, context: &Context<Self>) {
        context.spawn_child(Node { at: At::Message }).kill();
    }

    #[on_stop]
    fn stopped(&mut self, _exit: &Exit) {
        assert!(self.at != At::Stop, "planned");
    }

    #[on_exit]
    fn told(&mut self, _id: ActorId, _exit: Exit) {
        assert!(self.at != At::Exit, "planned");
    }
}

fn strike_in_guard() -> bool {
    panic!("planned");
}

#[actor]
struct Later;

#[actor]
impl Later {
    async fn strike(&self) {
        actor_core::future::yield_now().await;
        panic!("planned");
    }
}

#[actor]
struct Shared;

#[actor]
impl Shared {
    #[message(concurrent)]
    async fn strike(&self) {
        actor_core::future::yield_now().await;
        panic!("planned");
    }
}

#[actor]
trait Striker {
    async fn strike(&self);
}

#[actor]
struct Serves;

#[actor]
impl Serves {}

#[actor]
impl Striker for Serves {
    async fn strike(&self) {
        actor_core::future::yield_now().await;
        panic!("planned");
    }
}

/// Waits for the end that a panic has brought about: where that was, as the failure says.
pub async fn end_of<P: ?Sized>(actor: &Addr<P>) -> Ends {
    let Exit::Failed(failure) = actor.join().await else { panic!("it did not fail") };
    assert_eq!((failure.kind(), failure.message()), (FailureKind::Panic, "planned"));
    assert!(failure.location().is_some_and(|place| place.file().contains("panics/")));
    assert!(!actor.is_alive());
    Ends::Life(known(failure.handler()))
}

/// The same name, as long as the program.
fn known(handler: &str) -> &'static str {
    handler.to_owned().leak()
}

/// Whether `run` panics, which is the caller's then.
pub fn is_callers(run: impl FnOnce()) -> Ends {
    let panicked = catch_unwind(AssertUnwindSafe(run));
    let payload = panicked.expect_err("the panic is the caller's");
    assert_eq!(payload.downcast_ref::<&str>(), Some(&"planned"));
    Ends::Caller
}

pub fn handler(system: &System) -> Ends {
    system.block_on(async {
        let node = Node { at: At::Message }.spawn();
        assert!(matches!(node.strike().await, Err(CallError::Panicked(_))));
        end_of(&node).await
    })
}

pub fn async_handler(system: &System) -> Ends {
    system.block_on(async {
        let later = Later.spawn();
        assert!(matches!(later.strike().await, Err(CallError::Panicked(_))));
        end_of(&later).await
    })
}

pub fn concurrent_handler(system: &System) -> Ends {
    system.block_on(async {
        let shared = Shared.spawn();
        let calls = [shared.strike(), shared.strike()];
        let answers = actor_core::future::join_all(calls).await;
        // The second may not have started by then.
        assert!(matches!(answers[0], Err(CallError::Panicked(_))), "{answers:?}");
        assert!(matches!(answers[1], Err(CallError::Panicked(_) | CallError::Stopped)));
        end_of(&shared).await
    })
}

pub fn protocol_handler(system: &System) -> Ends {
    system.block_on(async {
        let serves = Serves.spawn();
        let striker: StrikerAddr = serves.clone().into();
        assert!(matches!(striker.strike().await, Err(CallError::Panicked(_))));
        end_of(&serves).await
    })
}

pub fn pool_member(system: &System) -> Ends {
    system.block_on(async {
        let pool = Node::pool(1, || Node { at: At::Message });
        let Err(CallError::Panicked(failure)) = pool.strike().await else {
            panic!("it did not fail")
        };
        // The member is started again.
        assert_eq!(pool.ping().await, Ok(()));
        pool.stop();
        assert_eq!(pool.join().await, Exit::Stopped);
        Ends::Life(known(failure.handler()))
    })
}

pub fn process_function(system: &System) -> Ends {
    system.block_on(async {
        let process = spawn_process(|mut inbox: Inbox<u8>| async move {
            inbox.receive().await;
            panic!("planned");
        });
        process.send(1).await.unwrap();
        end_of(&process).await
    })
}

pub fn select_closure(system: &System) -> Ends {
    system.block_on(async {
        let process = spawn_process(|mut inbox: Inbox<u8>| async move {
            inbox.select(|_| -> Result<(), u8> { panic!("planned") }).await;
        });
        process.send(1).await.unwrap();
        end_of(&process).await
    })
}

pub fn guard(system: &System) -> Ends {
    system.block_on(async {
        let node = Node { at: At::Guard }.spawn();
        assert!(matches!(node.guarded().await, Err(CallError::Panicked(_))));
        end_of(&node).await
    })
}

pub fn on_start(system: &System) -> Ends {
    system.block_on(async {
        let node = Node { at: At::Start }.spawn();
        assert_eq!(node.ping().await, Err(CallError::Stopped));
        assert!(matches!(node.started().await, Err(Exit::Failed(_))));
        end_of(&node).await
    })
}

pub fn on_stop(system: &System) -> Ends {
    system.block_on(async {
        let node = Node { at: At::Stop }.spawn();
        node.stop();
        end_of(&node).await
    })
}

pub fn on_exit(system: &System) -> Ends {
    system.block_on(async {
        let node = Node { at: At::Exit }.spawn();
        node.lose_child().await.unwrap();
        end_of(&node).await
    })
}

pub fn factory(system: &System) -> Ends {
    system.block_on(async {
        let mut address = None;
        let ends = is_callers(|| {
            let place = &mut address;
            Node::spawn_with(move |me| {
                *place = Some(me.clone());
                panic!("planned")
            });
        });
        let address = address.expect("it was given out before");
        assert_eq!(address.join().await, Exit::Stopped);
        ends
    })
}

pub fn async_factory(system: &System) -> Ends {
    system.block_on(async {
        let node = Node::try_spawn_with(|_| async {
            actor_core::future::yield_now().await;
            assert!(std::thread::panicking(), "planned");
            Err("never")
        });
        assert!(node.started().await.is_err());
        end_of(&node).await
    })
}

pub fn child_factory(system: &System) -> Ends {
    system.block_on(async {
        let supervisor = Supervisor::one_for_one().spawn();
        let child = Child::<Node>::new("child", || panic!("planned"));
        let child = supervisor.start(child.restart(Restart::Temporary));
        let ends = end_of(&child).await;
        supervisor.stop();
        assert_eq!(supervisor.join().await, Exit::Stopped);
        ends
    })
}

pub fn future_of_block_on(system: &System) -> Ends {
    is_callers(|| system.block_on(async { panic!("planned") }))
}
