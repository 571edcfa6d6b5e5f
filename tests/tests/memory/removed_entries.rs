//! The lists of a long-lived actor, topic, pool, supervisor or mailbox: each entry is removed
//! again.

use crate::measure::{ROUNDS, stay_flat};
use actor_core::prelude::*;
use actor_core::{
    future,
    process::{Inbox, spawn_process},
    supervision::{Child, Supervisor},
    time,
    topic::Topic,
};
use futures_lite::future::poll_once;
use futures_lite::{StreamExt, stream};
use std::pin::pin;
use std::time::Duration;
use tests::{Gate, Tally};

const FAR: Duration = Duration::from_secs(3600);

/// Makes things through its context.
#[actor(capacity = 1)]
struct Maker {
    topic: Topic<u32>,
    /// The messages that its resources have sent.
    handled: Tally,
}

#[actor]
impl Maker {
    fn timer(&self, context: &Context<Self>) {
        context.after(FAR, |me| me.nothing(0)).cancel();
    }

    fn due_timer(&self, context: &Context<Self>) {
        context.after(Duration::ZERO, |me| me.nothing(0)).detach();
    }

    fn task(&self, context: &Context<Self>) {
        drop(context.spawn_task(std::future::pending()));
        context.spawn_task(async {}).detach();
    }

    fn stream(&self, context: &Context<Self>) {
        context.attach(stream::once(7), |me, item| me.nothing(item)).detach();
        drop(context.attach(stream::pending(), |me, item| me.nothing(item)));
    }

    fn pipe(&self, context: &Context<Self>) {
        context.pipe(async { 7 }, |me, item| me.nothing(item.unwrap_or(0)));
    }

    fn subscribe(&self, context: &Context<Self>) {
        drop(self.topic.subscribe(&context.address(), |me, item| me.nothing(item)));
    }

    fn nothing(&self, _item: u32) {
        self.handled.add();
    }

    async fn block(&self, gate: Gate) {
        gate.pass().await;
    }
}

/// Listens to a topic for a moment.
#[actor]
struct Listener;

#[actor]
impl Listener {
    fn hear(&self, _item: u32) {}
}

fn maker() -> MakerAddr {
    Maker { topic: Topic::new(), handled: Tally::default() }.spawn()
}

/// Runs one of a maker's messages repeatedly.
async fn made(what: &str, order: fn(&MakerAddr) -> actor_core::Call<'_, Maker, ()>) {
    let maker = maker();
    stay_flat(what, ROUNDS, async |_| order(&maker).await.unwrap()).await;
}

/// The same for a message that creates a resource which sends one message. Each round waits for that:
/// otherwise the maximum number in flight would depend on the load of the machine, and with it the
/// sizes of tables.
async fn made_and_handled(what: &str, order: fn(&MakerAddr) -> actor_core::Call<'_, Maker, ()>) {
    let handled = Tally::default();
    let maker = Maker { topic: Topic::new(), handled: handled.clone() }.spawn();
    let round = async |number| {
        order(&maker).await.unwrap();
        handled.reaches(number + 1).await;
    };
    stay_flat(what, ROUNDS, round).await;
}

pub fn resources_of_a_context_leave_nothing(system: &System) {
    system.block_on(async {
        made("cancelled timers", |maker| maker.timer()).await;
        made_and_handled("timers", |maker| maker.due_timer()).await;
        made("tasks", |maker| maker.task()).await;
        made_and_handled("streams", |maker| maker.stream()).await;
        made_and_handled("pipes", |maker| maker.pipe()).await;
        made("subscriptions", |maker| maker.subscribe()).await;
    });
}

pub fn names_leave_nothing(system: &System) {
    system.block_on(async {
        let lasting = maker();
        stay_flat("names", ROUNDS, async |number| {
            let name = format!("name {number}");
            lasting.register(&name).unwrap();
            assert!(lasting.unregister(&name));
        })
        .await;
        stay_flat("names of actors that end", ROUNDS, async |number| {
            let brief = Listener.spawn();
            brief.register(format!("brief {number}")).unwrap();
            brief.stop();
            brief.join().await;
        })
        .await;
    });
}

pub fn waiters_that_give_up_leave_nothing(system: &System) {
    system.block_on(async {
        let (maker, gate) = (maker(), Gate::new());
        maker.block(gate.clone()).send().await.unwrap();
        // It is taken when the next one has found room.
        maker.nothing(1).send().await.unwrap();
        stay_flat("joins", ROUNDS, async |_| {
            assert_eq!(poll_once(pin!(maker.join())).await, None);
            assert_eq!(poll_once(pin!(maker.downgrade().join())).await, None);
        })
        .await;
        stay_flat("senders and callers", ROUNDS, async |_| {
            assert!(poll_once(pin!(maker.nothing(2).send())).await.is_none());
            assert!(poll_once(pin!(maker.nothing(2))).await.is_none());
            assert!(poll_once(pin!(maker.nothing(2).timeout(FAR))).await.is_none());
        })
        .await;
        stay_flat("sleeps", ROUNDS, async |_| {
            assert_eq!(poll_once(pin!(time::sleep(FAR))).await, None);
        })
        .await;
        gate.open();
        maker.stop();
        maker.join().await;
    });
}

pub fn subscribers_that_end_leave_nothing(system: &System) {
    system.block_on(async {
        let topic = Topic::new();
        stay_flat("subscribers", ROUNDS, async |_| {
            let listener = Listener.spawn();
            topic.subscribe(&listener, |me, item| me.hear(item)).detach();
            topic.publish(1).await;
            listener.stop();
            listener.join().await;
            // A separate task ends its subscription.
            while topic.subscribers() > 0 {
                future::yield_now().await;
            }
        })
        .await;
        stay_flat("streams", ROUNDS, async |number| {
            let mut stream = topic.stream().latest_by(move |_| number as u64);
            topic.publish(1).await;
            assert_eq!(stream.next().await, Some(Ok(1)));
        })
        .await;
        let mut keyed = topic.stream().latest_by(|item| *item);
        stay_flat("keyed items", ROUNDS, async |number| {
            let item = u32::try_from(number).unwrap();
            topic.publish(item).await;
            assert_eq!(keyed.next().await, Some(Ok(item)));
        })
        .await;
    });
}

pub fn tasks_leave_nothing(system: &System) {
    system.block_on(async {
        stay_flat("tasks", ROUNDS, async |number| {
            assert_eq!(actor_core::spawn_task(async move { number }).await, number);
            actor_core::spawn_task(async {}).detach();
            drop(actor_core::spawn_task(std::future::pending::<()>()));
        })
        .await;
    });
}

pub fn processes_leave_nothing(system: &System) {
    system.block_on(async {
        stay_flat("processes", ROUNDS, async |_| {
            let process =
                spawn_process(async |mut inbox: Inbox<u32>| inbox.receive().await.unwrap_or(0));
            process.send(7).await.unwrap();
            assert_eq!(process.result().await, Ok(7));
        })
        .await;
        // Those that no selection takes are kept by the inbox, and taken in the end.
        let selecting = spawn_process(async |mut inbox: Inbox<u32>| {
            loop {
                let odd =
                    inbox.select(|item| if item % 2 == 1 { Ok(item) } else { Err(item) }).await;
                let even =
                    inbox.select(|item| if item % 2 == 0 { Ok(item) } else { Err(item) }).await;
                if odd.is_none() || even.is_none() {
                    return;
                }
            }
        });
        stay_flat("selected messages", ROUNDS, async |_| {
            selecting.send(2).await.unwrap();
            selecting.send(1).await.unwrap();
        })
        .await;
    });
}

pub fn children_and_members_that_end_leave_nothing(system: &System) {
    system.block_on(async {
        let supervisor = Supervisor::one_for_one().spawn();
        stay_flat("supervised children", ROUNDS, async |_| {
            let child = supervisor.start(Child::new("listener", || Listener));
            supervisor.stop_child(&child);
            child.join().await;
        })
        .await;
        let pool = Listener::pool(1, || Listener);
        stay_flat("members", ROUNDS / 10, async |_| {
            pool.resize(3).unwrap();
            pool.hear(1).await.unwrap();
            pool.resize(1).unwrap();
            pool.hear(1).await.unwrap();
        })
        .await;
        supervisor.stop();
        supervisor.join().await;
    });
}
