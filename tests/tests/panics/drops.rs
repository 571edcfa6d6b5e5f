//! Panics while values that users give to actors are dropped: states, messages, answers, payloads, closures;
//! and in the hook for incidents.

use crate::every_place::Ends;
use crate::handlers_and_hooks::end_of;
use actor_core::prelude::*;
use actor_core::supervision::{Child, Supervisor};
use actor_core::{
    Reply,
    topic::{Topic, TopicStream},
};
use futures_lite::{StreamExt, stream};
use std::future::pending;
use std::panic::panic_any;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tests::{Gate, Tally};

/// Panics when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        assert!(std::thread::panicking(), "planned");
    }
}

/// Panics when it is dropped, and is the state of an actor.
#[actor]
struct Node {
    _bomb: Option<Bomb>,
    waits: Gate,
}

#[actor]
impl Node {
    fn strike(&self, _bomb: Bomb) {}

    fn ping(&self) {}

    async fn hang(&self) {
        self.waits.open();
        pending::<()>().await;
    }

    fn hold_bomb(&self, context: &Context<Self>) {
        let bomb = Bomb;
        let timer = context.after(Duration::from_secs(3600), move |me| {
            let _ = &bomb;
            me.ping()
        });
        drop(timer);
    }

    /// Dropped before it is polled.
    fn drop_task(&self, context: &Context<Self>) {
        let bomb = Bomb;
        drop(context.spawn_task(async move { drop(bomb) }));
    }

    /// Dropped before it is polled.
    fn drop_stream(&self, context: &Context<Self>) {
        let bomb = Bomb;
        let never = stream::poll_fn(move |_| {
            let _ = &bomb;
            std::task::Poll::<Option<u32>>::Pending
        });
        drop(context.attach(never, |me, _number| me.ping()));
    }
}

#[actor]
struct Answers;

#[actor]
impl Answers {
    /// Answers when its caller has left.
    async fn strike(&self, waits: Gate, mut reply: Reply<Bomb>) {
        waits.open();
        reply.closed().await;
        drop(reply.send(Bomb));
    }

    fn payload(&self) {
        panic_any(Bomb);
    }
}

fn node(bomb: Option<Bomb>) -> NodeAddr {
    Node { _bomb: bomb, waits: Gate::new() }.spawn()
}

/// A node at work in `hang`.
async fn hanging(bomb: Option<Bomb>) -> NodeAddr {
    let waits = Gate::new();
    let node = Node { _bomb: bomb, waits: waits.clone() }.spawn();
    node.hang().send().await.unwrap();
    waits.pass().await;
    node
}

fn is_swallowed(system: &System) -> Ends {
    assert!(system.counters().suppressed_panics > 0);
    Ends::Incident
}

pub fn state(system: &System) -> Ends {
    system.block_on(async {
        let node = node(Some(Bomb));
        node.stop();
        end_of(&node).await
    })
}

pub fn killed_state(system: &System) -> Ends {
    system.block_on(async {
        let node = hanging(Some(Bomb)).await;
        node.kill();
        assert_eq!(node.join().await, Exit::Killed);
        is_swallowed(system)
    })
}

/// Dropped by a life that is killed before it takes its state.
pub fn untaken_state(system: &System) -> Ends {
    system.block_on(async {
        let node = Node::try_spawn_with(|me: NodeAddr| async move {
            me.kill();
            Ok::<_, String>(Node { _bomb: Some(Bomb), waits: Gate::new() })
        });
        assert_eq!(node.join().await, Exit::Killed);
        is_swallowed(system)
    })
}

pub fn child_factory(system: &System) -> Ends {
    system.block_on(async {
        let (supervisor, bomb) = (Supervisor::one_for_one().spawn(), Bomb);
        let child = supervisor.start(Child::new("child", move || {
            let _ = &bomb;
            Node { _bomb: None, waits: Gate::new() }
        }));
        assert_eq!(child.ping().await, Ok(()));
        child.stop();
        assert_eq!(child.join().await, Exit::Stopped);
        supervisor.stop();
        assert_eq!(supervisor.join().await, Exit::Stopped);
        is_swallowed(system)
    })
}

pub fn pool_factory(system: &System) -> Ends {
    system.block_on(async {
        let bomb = Bomb;
        let pool = Node::pool(2, move || {
            let _ = &bomb;
            Node { _bomb: None, waits: Gate::new() }
        });
        assert_eq!(pool.ping().await, Ok(()));
        pool.stop();
        assert_eq!(pool.join().await, Exit::Stopped);
        drop(pool);
        // A member may have the last reference.
        while system.counters().suppressed_panics == 0 {
            actor_core::future::yield_now().await;
        }
        Ends::Incident
    })
}

pub fn argument(system: &System) -> Ends {
    system.block_on(async {
        let node = node(None);
        assert!(node.strike(Bomb).await.is_err());
        end_of(&node).await
    })
}

pub fn handler_future(system: &System) -> Ends {
    #[actor]
    struct Holder;

    #[actor]
    impl Holder {
        async fn hang(&self, waits: Gate) {
            let _bomb = Bomb;
            waits.open();
            pending::<()>().await;
        }
    }

    system.block_on(async {
        let (holder, waits) = (Holder.spawn(), Gate::new());
        holder.hang(waits.clone()).send().await.unwrap();
        waits.pass().await;
        holder.kill();
        assert_eq!(holder.join().await, Exit::Killed);
        is_swallowed(system)
    })
}

pub fn discarded_message(system: &System) -> Ends {
    system.block_on(async {
        let node = hanging(None).await;
        let call = actor_core::spawn_task(node.strike(Bomb).into_owned());
        for _ in 0..3 {
            node.strike(Bomb).send().await.unwrap();
        }
        while node.len() < 4 {
            actor_core::future::yield_now().await;
        }
        node.kill();
        assert_eq!(node.join().await, Exit::Killed);
        assert_eq!(call.await, Err(CallError::Stopped));
        assert!(system.counters().suppressed_panics >= 4);
        is_swallowed(system)
    })
}

pub fn unheard_answer(system: &System) -> Ends {
    system.block_on(async {
        let answers = Answers.spawn();
        let waits = Gate::new();
        let call = actor_core::spawn_task(answers.strike(waits.clone()).into_owned());
        waits.pass().await;
        drop(call);
        end_of(&answers).await
    })
}

pub fn payload(system: &System) -> Ends {
    system.block_on(async {
        let answers = Answers.spawn();
        assert!(answers.payload().await.is_err());
        let Exit::Failed(failure) = answers.join().await else { panic!("it did not fail") };
        assert_eq!((failure.handler(), failure.message()), ("payload", "opaque panic"));
        Ends::Life("strike")
    })
}

pub fn closure(system: &System) -> Ends {
    system.block_on(async {
        let node = node(None);
        node.hold_bomb().await.unwrap();
        assert_eq!(node.ping().await, Ok(()));
        node.stop();
        assert_eq!(node.join().await, Exit::Stopped);
        is_swallowed(system)
    })
}

pub fn stream(system: &System) -> Ends {
    system.block_on(async {
        let node = node(None);
        node.drop_stream().send().await.unwrap();
        end_of(&node).await
    })
}

/// An item whose clones panic when they are dropped: those that subscribers have.
struct Item {
    is_clone: bool,
}

impl Clone for Item {
    fn clone(&self) -> Self {
        Item { is_clone: true }
    }
}

impl Drop for Item {
    fn drop(&mut self) {
        assert!(!self.is_clone || std::thread::panicking(), "planned");
    }
}

const ITEM: Item = Item { is_clone: false };

pub fn task(system: &System) -> Ends {
    system.block_on(async {
        let node = node(None);
        node.drop_task().send().await.unwrap();
        end_of(&node).await
    })
}

pub fn topic_item(system: &System) -> Ends {
    system.block_on(async {
        let topic = Topic::new();
        let mut stream = topic.stream().drop_oldest(1);
        let mut other = topic.stream();
        // The second displaces the first.
        assert_eq!(topic.publish(ITEM).try_send(), 0);
        assert_eq!(topic.publish(ITEM).try_send(), 0);
        assert!(stream.next().await.is_some_and(|lagged| lagged.is_err()));
        std::mem::forget(stream.next().await);
        // The next subscriber gets both all the same.
        for _ in 0..2 {
            std::mem::forget(other.next().await);
        }
        Ends::Contained
    })
}

/// An item for which a subscriber has no capacity.
pub fn topic_item_refused(system: &System) -> Ends {
    system.block_on(async {
        let topic = Topic::new();
        let _full = topic.stream();
        for _ in 0..64 {
            assert_eq!(topic.publish(ITEM).try_send(), 0);
        }
        let mut other = topic.stream();
        assert_eq!(topic.publish(ITEM).try_send(), 1);
        // The next subscriber gets it all the same.
        std::mem::forget(other.next().await);
        Ends::Contained
    })
}

/// An item whose copy ends the subscription for which it is made.
struct Ending {
    subscription: Arc<Mutex<Option<TopicStream<Ending>>>>,
    is_clone: bool,
}

impl Clone for Ending {
    fn clone(&self) -> Self {
        let ended = self.subscription.lock().unwrap().take();
        drop(ended);
        Ending { subscription: self.subscription.clone(), is_clone: true }
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        assert!(!self.is_clone || std::thread::panicking(), "planned");
    }
}

/// An item for a subscriber that leaves while the item is published.
pub fn topic_item_too_late(system: &System) -> Ends {
    system.block_on(async {
        let topic = Topic::new();
        let subscription = Arc::new(Mutex::new(Some(topic.stream())));
        let mut other = topic.stream();
        topic.publish(Ending { subscription, is_clone: false }).await;
        std::mem::forget(other.next().await);
        Ends::Contained
    })
}

/// What a subscriber leaves unread.
pub fn topic_item_left(system: &System) -> Ends {
    system.block_on(async {
        let topic = Topic::new();
        let stream = topic.stream();
        for _ in 0..3 {
            assert_eq!(topic.publish(ITEM).try_send(), 0);
        }
        drop(stream);
        assert_eq!(topic.subscribers(), 0);
        Ends::Contained
    })
}

/// An item of a streaming reply, which counts its drop.
struct Reading(Tally);

impl Drop for Reading {
    fn drop(&mut self) {
        self.0.add();
        assert!(std::thread::panicking(), "planned");
    }
}

/// What a reader leaves unread, while the producer keeps its end.
pub fn stream_item_left(_: &System) -> Ends {
    let dropped = Tally::default();
    let (replies, stream) = Replies::pair(4);
    for _ in 0..3 {
        assert!(replies.try_send(Reading(dropped.clone())).is_ok());
    }
    drop(stream);
    assert_eq!(dropped.count(), 3);
    assert!(replies.is_closed());
    Ends::Contained
}

pub fn incident_hook(system: &System) -> Ends {
    // A system of its own, on the thread that is its only one: the hook is set when it is built.
    let own = System::builder().threads(1).on_incident(|_| panic!("planned")).build();
    own.block_on(async {
        let node = hanging(None).await;
        node.ping().send().await.unwrap();
        node.kill();
        assert_eq!(node.join().await, Exit::Killed);
    });
    assert_eq!((own.counters().undelivered, own.counters().suppressed_panics), (1, 1));
    assert!(own.block_on(own.shutdown(Duration::from_secs(30))).is_clean());
    assert_eq!(system.counters().suppressed_panics, 0);
    Ends::Incident
}
