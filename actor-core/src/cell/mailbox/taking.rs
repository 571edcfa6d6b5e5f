//! How the run loop takes messages out of its mailbox, returns and discards them.

use super::Mailbox;
use crate::cell::handle::{DynMailbox, wake_all};
use crate::cell::lazy_deque::LazyDeque;
use crate::cell::message::Protocol;

impl<A: Protocol> Mailbox<A> {
    /// Takes the oldest message, and moves the messages behind it into the empty `batch`, up to the
    /// budget of the turn. If a flag has to be handled first, or the message may not be handled
    /// `at_once`, it goes into the batch too; returns whether a flag is set. Closes the mailbox if
    /// it is empty, no flag is set, no sender is left and no handler runs.
    pub(crate) fn fetch(
        &self,
        batch: &mut LazyDeque<A::Message>,
        at_once: fn(&A::Message) -> bool,
        is_alone: bool,
    ) -> (Option<A::Message>, bool) {
        let mut locked = self.state.lock();
        let admitted = locked.admit_waiters(&self.header);
        let first = locked.take(&self.header, batch, at_once);
        // Under the lock: a system message that was posted before a message was accepted is seen
        // here.
        let is_flagged = self.header.flags() != 0;
        let is_finished = first.is_none() && is_alone && locked.cell.is_finished(&self.header);
        drop(locked);
        wake_all(admitted);
        if is_finished {
            // An address created between the two locks, by `upgrade`, keeps it alive.
            self.untyped().close_if_unreferenced();
        }
        (first, is_flagged)
    }

    /// Takes the oldest priority message, if it is `wanted`.
    pub(crate) fn take_priority(&self, wanted: fn(&A::Message) -> bool) -> Option<A::Message> {
        let mut locked = self.state.lock();
        let message = locked.take_priority(&self.header, wanted);
        let admitted = locked.admit_waiters(&self.header);
        drop(locked);
        wake_all(admitted);
        message
    }

    /// Returns the rest of a batch to the front of the queue. Returns whether the mailbox is then
    /// closed and empty, which is permanent.
    pub(crate) fn put_back(&self, batch: &mut LazyDeque<A::Message>) -> bool {
        let mut locked = self.state.lock();
        locked.put_back(&self.header, batch);
        // Every returned message has been taken, or is here.
        self.header.set_in_flight(0);
        locked.cell.closed && locked.cell.total(&self.header) == 0
    }

    /// Discards the queued messages: calls get `Stopped`, sends are reported. No more messages
    /// arrive.
    pub(crate) fn discard(&self) {
        loop {
            let message = self.state.lock().take_any(&self.header);
            let Some(message) = message else { return };
            self.throw_away(message);
        }
    }
}
