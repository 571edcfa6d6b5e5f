//! Addresses that are in flight while the sender drops its own, or while their actor ends.

use crate::subject::{LIMIT, SubjectAddr, Two, spawn, two};
use actor_core::prelude::*;
use actor_core::time;
use futures_lite::StreamExt;
use std::pin::pin;
use std::time::Duration;

/// Takes addresses of actors of its own node.
#[actor(remote)]
trait Desk {
    /// Is busy for a while.
    async fn work(&mut self, millis: u64, bytes: Vec<u8>);
    async fn hand_in(&mut self, subject: SubjectAddr) -> bool;
    /// Returns a new actor, to which nothing else refers.
    fn fresh(&mut self) -> SubjectAddr;
    async fn stream(&mut self, subjects: Vec<SubjectAddr>, items: Replies<SubjectAddr>);
}

#[actor(capacity = 1)]
struct Clerk;

#[actor]
impl Clerk {}

#[actor]
impl Desk for Clerk {
    async fn work(&mut self, millis: u64, _bytes: Vec<u8>) {
        time::sleep(Duration::from_millis(millis)).await;
    }

    async fn hand_in(&mut self, subject: SubjectAddr) -> bool {
        subject.add(1).await.is_ok()
    }

    fn fresh(&mut self) -> SubjectAddr {
        crate::subject::Counter::default().spawn().into()
    }

    async fn stream(&mut self, subjects: Vec<SubjectAddr>, items: Replies<SubjectAddr>) {
        for subject in subjects {
            if items.send(subject).await.is_err() {
                return;
            }
        }
    }
}

async fn desk(two: &Two) -> DeskAddr {
    let desk = DeskAddr::from(Clerk.spawn_on(two.server.system()));
    two.server.register("desk", &desk).unwrap();
    two.client.wait_for("desk", LIMIT).await.unwrap()
}

/// The message waits at the mailbox of the receiver.
#[actor_core::test(seeds = 12)]
async fn an_address_on_its_way_home_keeps_its_actor_until_the_mailbox_accepts_it() {
    let two = two().await;
    let desk = desk(&two).await;
    let fresh = desk.fresh().await.unwrap();
    for _ in 0..4 {
        desk.work(500, Vec::new()).send().await.unwrap();
    }
    let handed = desk.hand_in(fresh.clone());
    drop(fresh);
    assert_eq!(handed.await, Ok(true));
}

/// The message waits on this side, without credit.
#[actor_core::test(seeds = 12)]
async fn an_address_on_its_way_home_keeps_its_actor_while_its_message_waits_for_credit() {
    let two = two().await;
    let desk = desk(&two).await;
    let fresh = desk.fresh().await.unwrap();
    for _ in 0..6 {
        desk.work(500, vec![7; 30_000]).send().await.unwrap();
    }
    let handed = desk.hand_in(fresh.clone());
    drop(fresh);
    assert_eq!(handed.await, Ok(true));
}

/// The item waits at its reader, without being decoded.
#[actor_core::test(seeds = 12)]
async fn the_address_of_an_actor_that_ends_before_its_item_is_read_is_an_ended_one() {
    let two = two().await;
    let desk = desk(&two).await;
    let ends = spawn(&two.server);
    two.server.register("ends", &ends).unwrap();
    let source = SourceAddr::from(Spring { ends: ends.clone() }.spawn_on(two.server.system()));
    two.server.register("source", &source).unwrap();
    drop(desk);
    let source: SourceAddr = two.client.wait_for("source", LIMIT).await.unwrap();
    let mut items = pin!(source.flow(8).stream_of(4));
    time::sleep(Duration::from_secs(1)).await;
    ends.stop();
    time::sleep(Duration::from_secs(1)).await;
    let mut last = None;
    while let Some(item) = items.next().await {
        last = Some(item.unwrap());
        let exit = time::timeout(LIMIT, last.as_ref().unwrap().join()).await;
        assert!(exit.is_ok(), "a joiner of an ended actor waits");
    }
    assert!(last.is_some());
}

#[actor(remote)]
trait Source {
    async fn flow(&mut self, count: u64, items: Replies<SubjectAddr>);
}

#[actor]
struct Spring {
    ends: SubjectAddr,
}

#[actor]
impl Spring {}

#[actor]
impl Source for Spring {
    async fn flow(&mut self, count: u64, items: Replies<SubjectAddr>) {
        for _ in 0..count {
            if items.send(self.ends.clone()).await.is_err() {
                return;
            }
        }
    }
}
