//! How the run loop takes messages out of its mailbox, returns and discards them.

use super::Mail;
use crate::cell::handle::{AnyMail, wake_all};
use crate::cell::lazy_deque::Block;
use crate::cell::message::Protocol;

impl<A: Protocol> Mail<A> {
    /// Takes the oldest message, and moves the messages behind it into the empty `batch`, up to the
    /// budget of the turn. If a flag has to be handled first, or the message may not be handled
    /// `at_once`, it goes into the batch too; returns whether a flag is set. Closes the mailbox if
    /// it is empty, no flag is set, no sender is left and no handler runs.
    pub(crate) fn fetch(
        &self,
        batch: &mut Block<A::Message>,
        at_once: fn(&A::Message) -> bool,
        is_alone: bool,
    ) -> (Option<A::Message>, bool) {
        let mut lane = self.lane.lock();
        let admitted = lane.let_in(&self.core);
        let first = lane.take(&self.core, batch, at_once);
        // Under the lock: a system message that was posted before a message was accepted is seen
        // here.
        let signalled = self.core.signals() != 0;
        let forsaken = first.is_none() && is_alone && lane.seat.is_forsaken(&self.core);
        drop(lane);
        wake_all(admitted);
        if forsaken {
            // An address created between the two locks, by `upgrade`, keeps it alive.
            self.untyped().close_if_forsaken();
        }
        (first, signalled)
    }

    /// Takes the oldest priority message, if it is `wanted`.
    pub(crate) fn take_urgent(&self, wanted: fn(&A::Message) -> bool) -> Option<A::Message> {
        let mut lane = self.lane.lock();
        let message = lane.take_urgent(&self.core, wanted);
        let admitted = lane.let_in(&self.core);
        drop(lane);
        wake_all(admitted);
        message
    }

    /// Returns the rest of a batch to the front of the queue. Returns whether the mailbox is then
    /// closed and empty, which is permanent.
    pub(crate) fn put_back(&self, batch: &mut Block<A::Message>) -> bool {
        let mut lane = self.lane.lock();
        lane.put_back(&self.core, batch);
        // Every returned message has been taken, or is here.
        self.core.set_left(0);
        lane.seat.closed && lane.seat.total(&self.core) == 0
    }

    /// Discards the queued messages: calls get `Stopped`, sends are reported. No more messages
    /// arrive.
    pub(crate) fn discard(&self) {
        loop {
            let message = self.lane.lock().take_any(&self.core);
            let Some(message) = message else { return };
            self.throw_away(message);
        }
    }
}
