//! What the run loop takes out of its mailbox, and what it puts back or throws away.

use super::Mail;
use crate::actor::{Dispatch, Way};
use crate::cell::block::Block;
use crate::cell::core::{NOTICE, URGENT};
use crate::cell::post::{announce, wake_all};
use crate::cell::seat::Notice;
use crate::sync::atomic::Ordering;

impl<A: Dispatch> Mail<A> {
    /// Takes the oldest message, and those behind it into the empty `batch`, at most what is left
    /// of the turn; says whether there are signals to be heeded before them. When there is nothing
    /// to take, nothing else to heed and nobody left to bring anything, closes the mailbox, if nothing
    /// else runs.
    pub(crate) fn fetch(
        &self,
        batch: &mut Block<A::Message>,
        is_alone: bool,
    ) -> (Option<A::Message>, bool) {
        let mut lane = self.lane.lock();
        let admitted = self.publish(&mut lane);
        let first = lane.queue.take(batch, self.core.budget());
        // Under the lock: a notice that was posted before a message was accepted is seen here.
        let signalled = self.core.signals() != 0;
        let forsaken = first.is_none() && is_alone && self.is_forsaken(&lane);
        drop(lane);
        wake_all(admitted);
        if forsaken {
            // An address made between the two locks, by `upgrade`, lets it live on.
            self.close_if_forsaken();
        }
        (first, signalled)
    }

    /// Takes the oldest message with priority, if it is `wanted`.
    pub(crate) fn take_urgent(&self, wanted: fn(&A::Message) -> bool) -> Option<A::Message> {
        let mut lane = self.lane.lock();
        let message = lane.queue.take_urgent(Way::of::<A>, wanted);
        let admitted = self.publish(&mut lane);
        if !lane.queue.is_urgent() {
            self.core.lower(URGENT);
        }
        drop(lane);
        wake_all(admitted);
        message
    }

    /// A message of the batch that is out, which needed no room, was taken.
    pub(crate) fn took_free(&self) {
        self.lane.lock().queue.took_free(true);
    }

    /// Makes room for waiting senders between two messages of a batch.
    pub(crate) fn make_room(&self) {
        let admitted = self.publish(&mut self.lane.lock());
        wake_all(admitted);
    }

    fn close_if_forsaken(&self) {
        let mut lane = self.lane.lock();
        if self.is_forsaken(&lane) {
            // Nobody waits for room in an empty mailbox, so there is nobody to wake or to drop.
            let changed = self.shut(&mut lane);
            drop(lane);
            announce(changed);
        }
    }

    /// Takes the oldest notice, if all messages that were accepted before it have been taken.
    pub(crate) fn take_due_notice(&self) -> Option<Notice> {
        let mut lane = self.lane.lock();
        let position = lane.queue.position(self.core.taken.load(Ordering::Relaxed));
        let notices = &mut lane.seat.records().notices;
        let is_due = notices.front().is_some_and(|(due, _)| *due <= position);
        let notice = if is_due { notices.pop_front() } else { None };
        if notices.is_empty() {
            self.core.lower(NOTICE);
        }
        notice.map(|(_, notice)| notice)
    }

    /// Puts what is left of a batch back in front of the queue. Whether it refuses and holds nothing
    /// then, which stays so.
    pub(crate) fn put_back(&self, batch: &mut Block<A::Message>) -> bool {
        let mut lane = self.lane.lock();
        self.core.taken.store(0, Ordering::Relaxed);
        lane.queue.put_back(batch);
        lane.seat.closed && lane.queue.total(0) == 0
    }

    /// Throws away what is queued: calls hear `Stopped`, sends are reported.
    pub(crate) fn discard(&self) {
        let messages = self.lane.lock().queue.drain();
        for message in messages {
            self.throw_away(message);
        }
    }
}
