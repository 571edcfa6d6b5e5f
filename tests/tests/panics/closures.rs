//! Panics in the closures, streams and futures that a life is given, and in those of topics.

use crate::every_place::Ends;
use crate::handlers_and_hooks::{end_of, is_callers};
use actor_core::prelude::*;
use actor_core::topic::{Topic, TopicKey};
use futures_lite::{Stream, StreamExt, stream};
use std::time::Duration;
use tests::Gate;

type Step = Box<dyn FnOnce(&Context<Node>) + Send>;

#[actor]
struct Node;

#[actor]
impl Node {
    fn run(&self, step: Step, context: &Context<Self>) {
        step(context);
    }

    fn ping(&self) {}

    fn take(&self, _number: u32) {}

    async fn hold(&self, gate: Gate) {
        gate.pass().await;
    }

    fn open(&self, gate: Gate) {
        gate.open();
    }
}

/// A node that has done `step` fails.
fn fails_by(system: &System, step: impl FnOnce(&Context<Node>) + Send + 'static) -> Ends {
    system.block_on(async {
        let node = Node.spawn();
        node.run(Box::new(step)).send().await.unwrap();
        end_of(&node).await
    })
}

fn strike<T>() -> T {
    panic!("planned")
}

fn broken() -> impl Stream<Item = u32> + Send {
    stream::iter([1]).chain(stream::poll_fn(|_| strike()))
}

pub fn timer(system: &System) -> Ends {
    fails_by(system, |context| {
        let timer = context.after(Duration::ZERO, |me| {
            assert!(!me.is_alive(), "planned");
            me.ping()
        });
        timer.detach();
    })
}

pub fn stream(system: &System) -> Ends {
    fails_by(system, |context| context.attach(broken(), |me, number| me.take(number)).detach())
}

pub fn stream_closure(system: &System) -> Ends {
    fails_by(system, |context| {
        let attachment = context.attach(stream::iter([1]), |me, number: u32| {
            assert!(!me.is_alive(), "planned");
            me.take(number)
        });
        attachment.detach();
    })
}

pub fn stream_end(system: &System) -> Ends {
    fails_by(system, |context| {
        let attachment = context.attach(stream::iter([1]), |me, number| me.take(number));
        let attachment = attachment.on_end(|me| {
            assert!(!me.is_alive(), "planned");
            me.ping()
        });
        attachment.detach();
    })
}

pub fn monitor(system: &System) -> Ends {
    fails_by(system, |context| {
        context.monitor(&Node.spawn(), |me, _exit| {
            assert!(!me.is_alive(), "planned");
            me.ping()
        });
    })
}

/// The closure is notified of it, as a caller is.
pub fn piped_future(system: &System) -> Ends {
    system.block_on(async {
        let (node, told) = (Node.spawn(), Gate::new());
        let gate = told.clone();
        let step: Step = Box::new(move |context| {
            context.pipe(async { strike::<u32>() }, move |me, outcome| {
                let failure = outcome.expect_err("it panicked");
                assert_eq!((failure.handler(), failure.message()), ("pipe", "planned"));
                me.open(gate)
            });
        });
        node.run(step).await.unwrap();
        told.pass().await;
        node.stop();
        assert_eq!(node.join().await, Exit::Stopped);
        Ends::Caller
    })
}

pub fn pipe_closure(system: &System) -> Ends {
    fails_by(system, |context| {
        context.pipe(async { 1 }, |me, _outcome| {
            assert!(!me.is_alive(), "planned");
            me.ping()
        });
    })
}

pub fn life_task(system: &System) -> Ends {
    fails_by(system, |context| context.spawn_task(async { strike() }).detach())
}

pub fn subscription(system: &System) -> Ends {
    system.block_on(async {
        let (topic, node) = (Topic::new(), Node.spawn());
        let subscription = topic.subscribe(&node, |me, number: u32| {
            assert!(!me.is_alive(), "planned");
            me.take(number)
        });
        subscription.detach();
        topic.publish(1).await;
        let ends = end_of(&node).await;
        while topic.subscribers() > 0 {
            actor_core::future::yield_now().await;
        }
        ends
    })
}

pub fn lag(system: &System) -> Ends {
    system.block_on(async {
        let (topic, node, gate) = (Topic::new(), Node.spawn(), Gate::new());
        let subscription = topic.subscribe(&node, |me, number: u32| me.take(number));
        let subscription = subscription.drop_oldest(1).on_lag(|me, _lost| {
            assert!(!me.is_alive(), "planned");
            me.ping()
        });
        subscription.detach();
        node.hold(gate.clone()).send().await.unwrap();
        // More than fit into the mailbox and the buffer.
        for number in 0..200 {
            topic.publish(number).await;
        }
        gate.open();
        end_of(&node).await
    })
}

/// The reader of a stream gets the panic itself.
pub fn topic_key(system: &System) -> Ends {
    system.block_on(async {
        let topic = Topic::new();
        let mut other = topic.stream();
        let mut broken = topic.stream().latest_by(|_: &u32| strike::<TopicKey>());
        let mut last = topic.stream();
        topic.publish(1).await;
        assert_eq!((other.next().await, last.next().await), (Some(Ok(1)), Some(Ok(1))));
        let ends = is_callers(|| {
            futures_lite::future::block_on(broken.next());
        });
        assert_eq!(ends, Ends::Caller);
        broken = broken.wait();
        topic.publish(2).await;
        assert_eq!(broken.next().await, Some(Ok(2)));
        let node = Node.spawn();
        let subscription = topic.subscribe(&node, |me, number| me.take(number));
        subscription.latest_by(|_| strike::<TopicKey>()).detach();
        topic.publish(3).await;
        end_of(&node).await
    })
}

/// Panics when it is cloned.
struct Single;

impl Clone for Single {
    fn clone(&self) -> Self {
        strike()
    }
}

pub fn topic_item_clone(system: &System) -> Ends {
    system.block_on(async {
        let topic = Topic::new();
        let _stream = topic.stream();
        let ends = is_callers(|| {
            topic.publish(Single).try_send();
        });
        assert_eq!(topic.subscribers(), 1);
        ends
    })
}
