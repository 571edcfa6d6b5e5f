//! Subscribers of a topic over nodes.

use crate::store::Order;
use actor_core::prelude::*;
use actor_remote::{Node, NodeTopic};
use std::collections::BTreeSet;

/// A publisher, and the number of its item.
pub type Item = (u32, u64);

/// The number of an item that only shows that its publisher reaches the subscriber.
const HELLO: u64 = u64::MAX;

/// The topic of the tests on one node, with the subscribers that it has there.
#[derive(Debug)]
pub struct Broadcast {
    topic: NodeTopic<Item>,
    readers: Vec<ReaderAddr>,
}

/// Counts the items of each publisher, and those that were not the next one.
#[actor]
#[derive(Default)]
pub struct Reader {
    order: Order,
    publishers: BTreeSet<u32>,
}

#[actor]
impl Reader {
    fn read(&mut self, (publisher, number): Item) {
        if number == HELLO {
            self.publishers.insert(publisher);
        } else {
            self.order.note(publisher, number);
        }
    }

    /// Returns the number of items, and of those that were not the next one of their publisher.
    fn seen(&self) -> (u64, u64) {
        self.order.count()
    }

    /// Returns the number of publishers that have said hello.
    fn publishers(&self) -> usize {
        self.publishers.len()
    }
}

impl Broadcast {
    /// Returns the topic of a node, to which this number of actors subscribe.
    pub fn of(node: &Node, readers: usize) -> Self {
        let topic = node.topic("news");
        let readers = (0..readers).map(|_| {
            let reader = Reader::default().spawn();
            topic.local().subscribe(&reader, |me, item| me.read(item)).detach();
            reader
        });
        Broadcast { readers: readers.collect(), topic: topic.clone() }
    }

    /// Returns the topic itself.
    pub fn topic(&self) -> &NodeTopic<Item> {
        &self.topic
    }

    /// Shows the subscribers that this publisher reaches them.
    pub async fn say_hello(&self, publisher: u32) {
        self.topic.publish((publisher, HELLO)).await;
    }

    /// Publishes the items 0 to `count` of a publisher.
    pub async fn publish(&self, publisher: u32, count: u64) {
        for number in 0..count {
            self.topic.publish((publisher, number)).await;
        }
    }

    /// Returns the least number of publishers from which a subscriber has got a hello.
    ///
    /// # Panics
    /// If there is no subscriber, or one has ended.
    pub async fn publishers(&self) -> usize {
        let mut least = usize::MAX;
        for reader in &self.readers {
            least = least.min(reader.publishers().await.expect("it runs"));
        }
        least
    }

    /// Returns the least number of items that a subscriber has got, the greatest, and the number of all items
    /// that were not the next one of their publisher.
    ///
    /// # Panics
    /// If a subscriber has ended.
    pub async fn seen(&self) -> (u64, u64, u64) {
        let (mut least, mut most, mut wrong) = (u64::MAX, 0, 0);
        for reader in &self.readers {
            let (count, out_of_order) = reader.seen().await.expect("it runs");
            (least, most, wrong) = (least.min(count), most.max(count), wrong + out_of_order);
        }
        (least, most, wrong)
    }
}
