//! The protocol of the tests, and its actor.

use actor_core::prelude::*;
use actor_core::time::sleep;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::time::Duration;

/// An actor that counts, waits and checks the order of its messages.
#[actor(remote)]
pub trait Store {
    /// Adds `amount` and returns the total.
    fn add(&mut self, amount: u64) -> u64;

    /// Replies after this many milliseconds. Does not delay other messages.
    fn reply_later(&self, milliseconds: u64, reply: Reply<u64>);

    /// Occupies the actor for this many milliseconds.
    async fn occupy(&mut self, milliseconds: u64);

    /// Records message `number` of a sender.
    fn note(&mut self, sender: u32, number: u64);

    /// Returns the number of recorded messages, and of those that were not the next one.
    fn order(&self) -> (u64, u64);

    /// Returns the length of a text.
    fn length(&self, text: String) -> u64;

    /// Takes an argument whose decoding blocks its thread.
    fn read(&self, slow: Slow);

    /// Asks another store to add `amount`.
    async fn pass_on(&self, to: StoreAddr, amount: u64) -> Option<u64>;

    /// Sends the messages 0 to `count` of a sender to another store, and returns how many were sent.
    async fn pass_notes(&self, to: StoreAddr, sender: u32, count: u64) -> u64;

    /// Returns the given address.
    fn echo(&self, address: StoreAddr) -> StoreAddr;
}

/// A number of milliseconds, for which its decoder blocks.
#[derive(Debug)]
pub struct Slow(pub u64);

impl Serialize for Slow {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Slow {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let milliseconds = u64::deserialize(deserializer)?;
        std::thread::sleep(Duration::from_millis(milliseconds));
        Ok(Slow(milliseconds))
    }
}

/// A store in memory.
#[actor]
#[derive(Default)]
pub struct Memory {
    total: u64,
    order: Order,
}

/// The messages of each sender that have arrived.
#[derive(Default)]
pub struct Order {
    last: BTreeMap<u32, u64>,
    count: u64,
    out_of_order: u64,
}

impl Order {
    pub(crate) fn note(&mut self, sender: u32, number: u64) {
        let next = self.last.get(&sender).map_or(0, |last| last + 1);
        self.out_of_order += u64::from(number != next);
        self.last.insert(sender, number);
        self.count += 1;
    }

    /// Returns the number of messages, and of those that were not the next one of their sender.
    pub(crate) fn count(&self) -> (u64, u64) {
        (self.count, self.out_of_order)
    }
}

#[actor]
impl Memory {}

#[actor]
impl Store for Memory {
    fn add(&mut self, amount: u64) -> u64 {
        self.total += amount;
        self.total
    }

    fn reply_later(&self, milliseconds: u64, reply: Reply<u64>) {
        let later = async move {
            sleep(Duration::from_millis(milliseconds)).await;
            // The caller may have left.
            let _ = reply.send(milliseconds);
        };
        actor_core::spawn_task(later).detach();
    }

    async fn occupy(&mut self, milliseconds: u64) {
        sleep(Duration::from_millis(milliseconds)).await;
    }

    fn note(&mut self, sender: u32, number: u64) {
        self.order.note(sender, number);
    }

    fn order(&self) -> (u64, u64) {
        self.order.count()
    }

    fn length(&self, text: String) -> u64 {
        text.len() as u64
    }

    fn read(&self, _slow: Slow) {}

    async fn pass_on(&self, to: StoreAddr, amount: u64) -> Option<u64> {
        to.add(amount).await.ok()
    }

    async fn pass_notes(&self, to: StoreAddr, sender: u32, count: u64) -> u64 {
        for number in 0..count {
            if to.note(sender, number).send().await.is_err() {
                return number;
            }
        }
        count
    }

    fn echo(&self, address: StoreAddr) -> StoreAddr {
        address
    }
}
