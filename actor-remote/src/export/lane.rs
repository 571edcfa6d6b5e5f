//! The queue of one export for one node, so that a full mailbox does not delay messages to other actors.
//!
//! Invariant: behind each request to end the actor is a message, or there is no other request in front of it. Messages
//! need credit, so their number is limited, and that of the requests with it.

use super::{Parcel, Sends};
use async_channel::{Receiver, Sender};
use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// An entry of a lane.
pub(crate) enum Item {
    Message(Parcel),
    Sends(Sends),
    /// Stop the actor for the other node.
    Stop,
    /// Refuse a kill that the other node may not order.
    RefuseKill,
    /// Drop this when all messages before it have been accepted.
    Barrier(Arc<dyn Any + Send + Sync>),
}

/// The end of the queue at which entries are added.
#[derive(Clone)]
pub(crate) struct Lane {
    items: Sender<Item>,
    ends_with_request: Arc<AtomicBool>,
}

/// The end of the queue at which entries are taken.
pub(crate) struct LaneItems {
    items: Receiver<Item>,
    ends_with_request: Arc<AtomicBool>,
}

/// Returns the two ends of an empty queue.
pub(crate) fn lane() -> (Lane, LaneItems) {
    let (sender, receiver) = async_channel::unbounded();
    let ends_with_request = Arc::<AtomicBool>::default();
    let lane = Lane { items: sender, ends_with_request: ends_with_request.clone() };
    (lane, LaneItems { items: receiver, ends_with_request })
}

impl Item {
    fn is_request(&self) -> bool {
        matches!(self, Item::Stop | Item::RefuseKill)
    }
}

impl Lane {
    /// Adds an entry. Called under the lock of the state. A request behind another one, without a message between
    /// them, is left out: the first one ends the actor or the addresses of the other node for both.
    pub(crate) fn push(&self, item: Item) {
        let is_request = item.is_request();
        let is_barrier = matches!(item, Item::Barrier(_));
        if is_request && self.ends_with_request.swap(true, Ordering::Relaxed) {
            return;
        }
        if !is_request && !is_barrier {
            self.ends_with_request.store(false, Ordering::Relaxed);
        }
        // The task of the lane ends with the session.
        let _ = self.items.try_send(item);
    }
}

impl LaneItems {
    pub(super) fn try_next(&self) -> Option<Item> {
        self.items.try_recv().ok().map(|item| self.took(item))
    }

    /// Waits for the next entry. Returns `None` if there are no further ones.
    pub(super) async fn next(&self) -> Option<Item> {
        self.items.recv().await.ok().map(|item| self.took(item))
    }

    /// Called before the entry is handled: a request that is added later is not covered by it.
    fn took(&self, item: Item) -> Item {
        if item.is_request() {
            self.ends_with_request.store(false, Ordering::Relaxed);
        }
        item
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(items: &LaneItems) -> Vec<&'static str> {
        std::iter::from_fn(|| items.try_next())
            .map(|item| match item {
                Item::Stop => "stop",
                Item::RefuseKill => "refuse",
                Item::Barrier(_) => "barrier",
                Item::Message(_) | Item::Sends(_) => "message",
            })
            .collect()
    }

    #[test]
    fn a_request_behind_another_one_is_left_out() {
        let (lane, items) = lane();
        lane.push(Item::Stop);
        lane.push(Item::RefuseKill);
        lane.push(Item::Barrier(Arc::new(())));
        lane.push(Item::Stop);
        lane.push(Item::Sends(Sends::default()));
        lane.push(Item::Stop);
        assert_eq!(kinds(&items), ["stop", "barrier", "message", "stop"]);
        lane.push(Item::RefuseKill);
        assert_eq!(kinds(&items), ["refuse"], "the queue was empty");
    }
}
