//! The queue of one export for one node, so that a full mailbox does not delay messages to other actors.
//!
//! Invariants:
//! - Behind each request to end the actor is a message, or there is no other request in front of it. Messages
//!   need credit, so their number is limited, and that of the requests with it.
//! - A call that a lane watches is in the table of the session until it is answered or cancelled. Each
//!   cancellation counts in `Cancels` under the lock of that table, and then wakes the lane. The lane looks into the
//!   table if the count has changed since one of its calls arrived, or since the last look. So it misses no
//!   cancellation, and a call needs nothing of its own to wait for one.

use super::Messages;
use crate::node::Announced;
use crate::stream::producer::ItemCredit;
use crate::trace::TraceParent;
use actor_core::call::ReplyReceiver;
use async_channel::{Receiver, Sender};
use std::any::Any;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::Instant;

/// The sender of the queue.
#[derive(Clone)]
pub(crate) struct Lane {
    items: Sender<Item>,
    ends_with_request: Arc<AtomicBool>,
    pub(crate) cancels: Arc<Cancels>,
}

/// The receiver of the queue.
pub(crate) struct LaneItems {
    items: Receiver<Item>,
    ends_with_request: Arc<AtomicBool>,
}

/// Creates an empty queue. Returns the sender and the receiver.
pub(crate) fn lane() -> (Lane, LaneItems) {
    let (sender, receiver) = async_channel::unbounded();
    let ends_with_request = Arc::<AtomicBool>::default();
    let lane = Lane {
        items: sender,
        ends_with_request: ends_with_request.clone(),
        cancels: Arc::default(),
    };
    (lane, LaneItems { items: receiver, ends_with_request })
}

impl Lane {
    /// Adds an entry. Called under the lock of the state. Skips a request that directly follows another queued
    /// request, because the first request already ends the actor, or the addresses of the other node.
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

    /// Records that an entry was taken. Called before the entry is handled, so that a later request is queued.
    fn took(&self, item: Item) -> Item {
        if item.is_request() {
            self.ends_with_request.store(false, Ordering::Relaxed);
        }
        item
    }
}

/// The number of calls of a lane that were cancelled.
#[derive(Default)]
pub(crate) struct Cancels {
    count: AtomicU64,
    /// Wakes the lane.
    waker: Mutex<Option<Waker>>,
}

impl Cancels {
    /// Counts a cancelled call. The caller has the lock of the table, and wakes the lane once it is released.
    pub(crate) fn add(&self) {
        self.count.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    fn waker(&self) -> MutexGuard<'_, Option<Waker>> {
        self.waker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes the lane, which then looks at the count.
    pub(crate) fn wake(&self) {
        let waker = self.waker().take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Drops the waker, because the lane has ended. So none is dropped with the last call, under the lock of the table.
    pub(super) fn end(&self) {
        let waker = self.waker().take();
        drop(waker);
    }

    /// Sets the waker of the lane. The lane reads the count behind this.
    pub(super) fn follow(&self, waker: &Waker) {
        let mut known = self.waker();
        if known.as_ref().is_some_and(|known| known.will_wake(waker)) {
            return;
        }
        let stale = known.replace(waker.clone());
        drop(known);
        drop(stale);
    }
}

/// An entry of a lane.
pub(crate) enum Item {
    Messages(Messages),
    Parcel(Box<Parcel>),
    /// Stop the actor for the other node.
    Stop,
    /// Refuse a kill that the other node may not order.
    RefuseKill,
    /// Drop this when all messages before it have been accepted.
    Barrier(Arc<dyn Any + Send + Sync>),
}

impl Item {
    fn is_request(&self) -> bool {
        matches!(self, Item::Stop | Item::RefuseKill)
    }
}

/// A message that came with addresses or a trace, or whose reply is a stream.
pub(crate) struct Parcel {
    pub(crate) method: u64,
    pub(crate) body: Vec<u8>,
    pub(crate) announced: Announced,
    pub(crate) trace: Option<TraceParent>,
    pub(crate) call: Option<Asked>,
}

/// A call of another node.
pub(crate) struct Asked {
    pub(crate) number: u64,
    /// The number of cancelled calls of the lane when this one arrived.
    pub(crate) cancels: u64,
    /// On the clock of this node.
    pub(crate) deadline: Option<Instant>,
    /// The reader of the replies, if they are a stream.
    pub(crate) reader: Option<StreamReader>,
}

/// The reader of a stream on the other node.
pub(crate) struct StreamReader {
    /// The capacity for the items.
    pub(crate) credit: Arc<ItemCredit>,
    /// Resolves when the call is cancelled, or the session is over.
    pub(crate) cancelled: ReplyReceiver<()>,
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
                Item::Messages(_) | Item::Parcel(_) => "message",
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
        lane.push(Item::Messages(Messages::new(0, 0)));
        lane.push(Item::Stop);
        assert_eq!(kinds(&items), ["stop", "barrier", "message", "stop"]);
        lane.push(Item::RefuseKill);
        assert_eq!(kinds(&items), ["refuse"], "the queue was empty");
    }
}
