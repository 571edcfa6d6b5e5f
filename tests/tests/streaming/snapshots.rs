//! A snapshot shows the waits of both ends.

use actor_core::future::yield_now;
use actor_core::prelude::*;
use actor_core::snapshot::{ActorSnapshot, WaitKind};
use futures_lite::StreamExt;
use tests::Gate;

/// Keeps its replies, or sends without an end.
#[actor]
struct Producer {
    kept: Vec<Replies<u32>>,
}

#[actor]
impl Producer {
    fn keep(&mut self, replies: Replies<u32>) {
        self.kept.push(replies);
    }

    async fn forever(&mut self, replies: Replies<u32>) {
        while replies.send(1).await.is_ok() {}
    }
}

#[actor]
struct Consumer {
    producer: ProducerAddr,
}

#[actor]
impl Consumer {
    async fn wait_for_an_item(&self) -> bool {
        self.producer.keep().stream().next().await.is_none()
    }

    async fn read_one(&self, gate: Gate) {
        let mut stream = self.producer.forever().stream_of(1);
        stream.next().await;
        gate.pass().await;
    }
}

/// The actor, once its handler waits for another one.
async fn waiting(id: ActorId) -> ActorSnapshot {
    loop {
        let snapshot = System::current().snapshot();
        if let Some(seen) = snapshot.actor(id).filter(|seen| seen.waits_for.is_some()) {
            assert!(snapshot.cycles().is_empty());
            return seen.clone();
        }
        yield_now().await;
    }
}

pub fn a_snapshot_shows_both_waits(system: &System) {
    system.block_on(async {
        let producer = Producer { kept: vec![] }.spawn();
        let consumer = Consumer { producer: producer.clone() }.spawn();
        consumer.wait_for_an_item().send().await.unwrap();
        let seen = waiting(consumer.id()).await;
        assert_eq!((seen.waits_for, seen.wait_kind), (Some(producer.id()), Some(WaitKind::Item)));
        producer.kill();

        let producer = Producer { kept: vec![] }.spawn();
        let consumer = Consumer { producer: producer.clone() }.spawn();
        let gate = Gate::new();
        consumer.read_one(gate.clone()).send().await.unwrap();
        let seen = waiting(producer.id()).await;
        let room = (Some(consumer.id()), Some(WaitKind::ItemRoom));
        assert_eq!((seen.waits_for, seen.wait_kind), room);
        gate.open();
    });
}
