//! Links and monitors of a long-lived actor, to short-lived actors, and repeatedly to the same actor.

use crate::measure::{ROUNDS, stay_flat};
use actor_core::prelude::*;
use actor_core::{
    process::{ExitNotice, Inbox, Process, spawn_process},
    supervision::{Child, Supervisor},
};
use std::time::Duration;

/// Lives for a moment, or longer than all others.
#[actor]
struct Brief;

#[actor]
impl Brief {}

/// Links itself to others, and is notified of their exits.
#[actor]
struct Boss;

#[actor]
impl Boss {
    fn link(&self, other: BriefAddr, context: &Context<Self>) {
        context.link(&other);
    }

    fn link_and_cancel(&self, other: BriefAddr, context: &Context<Self>) {
        context.link(&other).cancel();
    }

    fn link_itself(&self, context: &Context<Self>) {
        context.link(&context.address()).cancel();
    }

    fn monitor(&self, other: BriefAddr, context: &Context<Self>) {
        context.monitor(&other, |me, _| me.ping());
    }

    fn monitor_and_cancel(&self, other: BriefAddr, context: &Context<Self>) {
        context.monitor(&other, |me, _| me.ping()).cancel();
    }

    fn child(&self, context: &Context<Self>) -> BriefAddr {
        context.spawn_child(Brief)
    }

    fn linked_child(&self, context: &Context<Self>) -> BriefAddr {
        let child = context.spawn_child(Brief);
        context.link(&child);
        child
    }

    #[on_exit]
    fn told(&self, _id: ActorId, _exit: Exit) {}

    fn ping(&self) {}
}

/// Is notified of no exit.
#[actor]
struct Plain;

#[actor]
impl Plain {
    fn link(&self, other: BriefAddr, context: &Context<Self>) {
        context.link(&other);
    }
}

async fn end(brief: &BriefAddr) {
    brief.stop();
    brief.join().await;
}

pub fn links_to_actors_that_end_keep_nothing(system: &System) {
    system.block_on(async {
        let (boss, plain) = (Boss.spawn(), Plain.spawn());
        stay_flat("with #[on_exit]", ROUNDS, async |_| {
            let brief = Brief.spawn();
            boss.link(brief.clone()).await.unwrap();
            end(&brief).await;
        })
        .await;
        stay_flat("without", ROUNDS, async |_| {
            let brief = Brief.spawn();
            plain.link(brief.clone()).await.unwrap();
            end(&brief).await;
        })
        .await;
        stay_flat("after the end", ROUNDS, async |_| {
            let brief = Brief.spawn();
            end(&brief).await;
            boss.link(brief).await.unwrap();
        })
        .await;
    });
}

pub fn linking_the_same_actor_again_keeps_nothing(system: &System) {
    system.block_on(async {
        let (boss, lasting) = (Boss.spawn(), Brief.spawn());
        let again = async |_| boss.link(lasting.clone()).await.unwrap();
        stay_flat("linked again", ROUNDS, again).await;
        let cancelled = async |_| boss.link_and_cancel(lasting.clone()).await.unwrap();
        stay_flat("linked and cancelled", ROUNDS, cancelled).await;
        let itself = async |_| boss.link_itself().await.unwrap();
        stay_flat("linked to itself", ROUNDS, itself).await;
    });
}

/// Links a long-lived actor in each life, and one that ends only after that life.
#[actor]
struct Phoenix {
    lasting: BriefAddr,
    brief: Option<BriefAddr>,
}

#[actor]
impl Phoenix {
    #[on_start]
    fn begin(&mut self, context: &Context<Self>) {
        context.link(&self.lasting);
        context.link(self.brief.insert(Brief.spawn()));
    }

    /// Ends this life; the next one follows.
    fn leave(&self, context: &Context<Self>) {
        context.stop();
    }
}

pub fn links_of_each_life_keep_nothing(system: &System) {
    system.block_on(async {
        let lasting = Brief.spawn();
        let supervisor =
            Supervisor::one_for_one().intensity(usize::MAX, Duration::from_millis(1)).spawn();
        let phoenix = supervisor.start(Child::new("phoenix", move || Phoenix {
            lasting: lasting.clone(),
            brief: None,
        }));
        stay_flat("links of each life", ROUNDS, async |_| phoenix.leave().await.unwrap()).await;
        supervisor.stop();
        supervisor.join().await;
    });
}

pub fn monitors_keep_nothing(system: &System) {
    system.block_on(async {
        let (boss, lasting) = (Boss.spawn(), Brief.spawn());
        stay_flat("monitors", ROUNDS, async |_| {
            let brief = Brief.spawn();
            boss.monitor(brief.clone()).await.unwrap();
            end(&brief).await;
        })
        .await;
        let cancelled = async |_| boss.monitor_and_cancel(lasting.clone()).await.unwrap();
        stay_flat("cancelled monitors", ROUNDS, cancelled).await;
    });
}

pub fn children_that_end_keep_nothing(system: &System) {
    system.block_on(async {
        let boss = Boss.spawn();
        let child = async |_| end(&boss.child().await.unwrap()).await;
        stay_flat("children", ROUNDS, child).await;
        let linked = async |_| end(&boss.linked_child().await.unwrap()).await;
        stay_flat("linked children", ROUNDS, linked).await;
    });
}

enum Order {
    Link(BriefAddr, Reply<()>),
    Monitor(BriefAddr, Reply<()>),
    Told,
}

impl From<ExitNotice> for Order {
    fn from(_: ExitNotice) -> Self {
        Order::Told
    }
}

fn watcher() -> Process<Order, ()> {
    spawn_process(async |mut inbox: Inbox<Order>| {
        while let Some(order) = inbox.receive().await {
            let reply = match order {
                Order::Link(other, reply) => {
                    inbox.link(&other);
                    reply
                }
                Order::Monitor(other, reply) => {
                    inbox.monitor(&other);
                    reply
                }
                Order::Told => continue,
            };
            let _ = reply.send(());
        }
    })
}

pub fn links_and_monitors_of_a_process_keep_nothing(system: &System) {
    system.block_on(async {
        let process = watcher();
        for (what, order) in [
            ("links", Order::Link as fn(BriefAddr, Reply<()>) -> Order),
            ("monitors", Order::Monitor),
        ] {
            stay_flat(what, ROUNDS, async |_| {
                let brief = Brief.spawn();
                process.ask(|reply| order(brief.clone(), reply)).await.unwrap();
                end(&brief).await;
            })
            .await;
        }
    });
}
