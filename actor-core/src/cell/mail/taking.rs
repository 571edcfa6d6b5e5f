//! What the run loop takes out of its mailbox, and what it puts back or throws away.

use super::Mail;
use crate::cell::block::Block;
use crate::cell::message::Protocol;
use crate::cell::post::{AnyMail, wake_all};

impl<A: Protocol> Mail<A> {
    /// Takes the oldest message, and those behind it into the empty `batch`, at most what is left
    /// of the turn. If there are signals to be heeded before it, or it may not be handled `at_once`,
    /// it goes into the batch too; says whether there are. When there is nothing to take, nothing else
    /// to heed and nobody left to bring anything, closes the mailbox, if nothing else runs.
    pub(crate) fn fetch(
        &self,
        batch: &mut Block<A::Message>,
        at_once: fn(&A::Message) -> bool,
        is_alone: bool,
    ) -> (Option<A::Message>, bool) {
        let mut lane = self.lane.lock();
        let admitted = lane.let_in(&self.core);
        let first = lane.take(&self.core, batch, at_once);
        // Under the lock: a notice that was posted before a message was accepted is seen here.
        let signalled = self.core.signals() != 0;
        let forsaken = first.is_none() && is_alone && lane.seat.is_forsaken(&self.core);
        drop(lane);
        wake_all(admitted);
        if forsaken {
            // An address made between the two locks, by `upgrade`, lets it live on.
            self.untyped().close_if_forsaken();
        }
        (first, signalled)
    }

    /// Takes the oldest message with priority, if it is `wanted`.
    pub(crate) fn take_urgent(&self, wanted: fn(&A::Message) -> bool) -> Option<A::Message> {
        let mut lane = self.lane.lock();
        let message = lane.take_urgent(&self.core, wanted);
        let admitted = lane.let_in(&self.core);
        drop(lane);
        wake_all(admitted);
        message
    }

    /// Puts what is left of a batch back in front of the queue. Whether it refuses and holds nothing
    /// then, which stays so.
    pub(crate) fn put_back(&self, batch: &mut Block<A::Message>) -> bool {
        let mut lane = self.lane.lock();
        lane.put_back(&self.core, batch);
        // Whatever was handed out has been taken, or lies here.
        self.core.set_left(0);
        lane.seat.closed && lane.seat.total(&self.core) == 0
    }

    /// Throws away what is queued: calls hear `Stopped`, sends are reported. Nothing comes any more.
    pub(crate) fn discard(&self) {
        loop {
            let message = self.lane.lock().take_any(&self.core);
            let Some(message) = message else { return };
            self.throw_away(message);
        }
    }
}
