//! Each life creates the resources of `#[on_start]` again: each resource must exist once, not once per life.

use crate::support::{LONG, patient, stop};
use actor_core::prelude::*;
use actor_core::{
    Failure,
    context::Attachment,
    process::{Inbox, Process},
    supervision::{Child, Supervisor},
    topic::{Subscription, Topic},
};
use std::any::Any;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tests::Gate;

/// The resources of a life. A new kind has to be created in `begin` and checked in
/// `assert_there_once`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Thing {
    Name,
    Link,
    Monitor,
    Subscription,
    HeldSubscription,
    Timer,
    Ticks,
    Stream,
    Pipe,
    Task,
    Child,
    Process,
}

const THINGS: [Thing; 12] = [
    Thing::Name,
    Thing::Link,
    Thing::Monitor,
    Thing::Subscription,
    Thing::HeldSubscription,
    Thing::Timer,
    Thing::Ticks,
    Thing::Stream,
    Thing::Pipe,
    Thing::Task,
    Thing::Child,
    Thing::Process,
];

#[actor]
struct Other {
    _token: Option<Arc<()>>,
}

#[actor]
impl Other {}

/// The environment of a maker's lives.
#[derive(Clone)]
struct World {
    thing: Thing,
    /// Each thing that is made holds a clone.
    token: Arc<()>,
    topic: Topic<u32>,
    other: OtherAddr,
    items: async_channel::Receiver<u32>,
    gate: Gate,
    /// The lives that were notified by their resources.
    told: Arc<Mutex<Vec<u32>>>,
}

#[actor]
struct Maker {
    world: World,
    held: Vec<Box<dyn Any + Send>>,
}

#[actor]
impl Maker {
    #[on_start]
    fn begin(&mut self, context: &Context<Self>) -> Result<(), String> {
        let World { token, topic, other, items, gate, .. } = self.world.clone();
        let (life, me) = (context.restarts(), context.address());
        match self.world.thing {
            Thing::Name => me.register("maker").map_err(|error| error.to_string())?,
            Thing::Link => _ = context.link(&other),
            Thing::Monitor => {
                context.monitor(&other, move |me, _exit| {
                    let _held = &token;
                    me.tell(life)
                });
            }
            Thing::Subscription => topic
                .subscribe(&me, move |me, _| {
                    let _held = &token;
                    me.tell(life)
                })
                .detach(),
            Thing::HeldSubscription => {
                let held: Subscription = topic
                    .subscribe(&me, move |me, _| {
                        let _held = &token;
                        me.tell(life)
                    })
                    .into();
                self.held.push(Box::new(held));
            }
            Thing::Timer => context
                .after(LONG, move |me| {
                    let _held = &token;
                    me.tell(life)
                })
                .detach(),
            Thing::Ticks => context
                .every(Duration::from_millis(1), move |me| {
                    let _held = &token;
                    me.tell(life)
                })
                .detach(),
            Thing::Stream => {
                let attached: Attachment<Maker> = context.attach(items, move |me, _| {
                    let _held = &token;
                    me.tell(life)
                });
                attached.detach();
            }
            Thing::Pipe => context.pipe(
                async move {
                    gate.pass().await;
                    drop(token);
                    life
                },
                |me, life| me.piped(life),
            ),
            Thing::Task => {
                let wait = async move {
                    std::future::pending::<()>().await;
                    drop(token);
                };
                context.spawn_task(wait).detach();
            }
            Thing::Child => _ = context.spawn_child(Other { _token: Some(token) }),
            Thing::Process => {
                let process: Process<u32, ()> =
                    Process::prepare(|mut inbox: Inbox<u32>| async move {
                        while inbox.receive().await.is_some() {}
                        drop(token);
                    })
                    .spawn();
                self.held.push(Box::new(process));
            }
        }
        Ok(())
    }

    fn tell(&self, life: u32) {
        self.world.told.lock().unwrap().push(life);
    }

    fn piped(&self, life: Result<u32, Failure>) {
        self.tell(life.unwrap());
    }

    fn fail(&self) {
        panic!("planned");
    }

    fn ping(&self) {}

    #[on_exit]
    fn ended(&mut self, _id: ActorId, _exit: Exit, context: &Context<Self>) {
        self.tell(context.restarts());
    }
}

/// Waits a long time for it, because the resources of a life may end a moment after it.
async fn until(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..2_000 {
        if is_so() {
            return;
        }
        actor_core::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("not so after ten seconds: {what}");
}

/// The third restart runs, which is life 3.
async fn assert_there_once(world: &World, maker: &MakerAddr, send: &async_channel::Sender<u32>) {
    let told = || world.told.lock().unwrap().clone();
    let tokens = match world.thing {
        Thing::Name | Thing::Link => 0,
        _ => 1,
    };
    // Those of the test, of the factory and of the state.
    until("one holds the token", || Arc::strong_count(&world.token) == 3 + tokens).await;
    match world.thing {
        Thing::Name => assert_eq!(MakerAddr::lookup("maker").as_ref(), Some(maker)),
        Thing::Link => {
            let other = world.other.id();
            let links = System::current().snapshot().actor(other).unwrap().links.clone();
            assert_eq!(links, [maker.id()]);
            world.other.stop();
        }
        Thing::Monitor => world.other.stop(),
        Thing::Subscription | Thing::HeldSubscription => {
            assert_eq!(world.topic.subscribers(), 1);
            world.topic.publish(7).await;
        }
        Thing::Stream => send.send(7).await.unwrap(),
        Thing::Pipe => world.gate.open(),
        Thing::Ticks => world.told.lock().unwrap().clear(),
        Thing::Timer | Thing::Task | Thing::Child | Thing::Process => return,
    }
    match world.thing {
        Thing::Name => {}
        Thing::Ticks => {
            until("it ticks", || told().len() > 3).await;
            assert!(told().iter().all(|life| *life == 3), "{:?}", told());
        }
        _ => {
            until("it was told", || !told().is_empty()).await;
            // A second one would have come by then.
            for _ in 0..20 {
                maker.ping().await.unwrap();
            }
            assert_eq!(told(), [3]);
        }
    }
}

pub fn resources_of_on_start_exist_once_after_three_restarts(system: &System) {
    system.block_on(async {
        for thing in THINGS {
            let (send, items) = async_channel::unbounded();
            let world = World {
                thing,
                token: Arc::default(),
                topic: Topic::new(),
                other: Other { _token: None }.spawn(),
                items,
                gate: Gate::new(),
                told: Arc::default(),
            };
            let supervisor = patient(Supervisor::one_for_one()).spawn();
            let given = world.clone();
            let make = move || Maker { world: given.clone(), held: vec![] };
            let maker = supervisor.start(Child::new("maker", make));
            for _ in 0..3 {
                assert!(matches!(maker.fail().await, Err(CallError::Panicked(_))), "{thing:?}");
            }
            assert_eq!(maker.ping().await, Ok(()), "{thing:?}");
            assert_there_once(&world, &maker, &send).await;
            stop(&supervisor).await;
            // Nothing of the last life is left either.
            until("all is gone", || Arc::strong_count(&world.token) == 1).await;
            assert_eq!(world.topic.subscribers(), 0, "{thing:?}");
            assert_eq!(MakerAddr::lookup("maker"), None, "{thing:?}");
        }
    });
}
