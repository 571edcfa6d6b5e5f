//! The senders that wait for room in one lane, in order. No lock here: the lane's mutex is round it.

use super::ordered::Ordered;
use super::queue::{Room, Ticket};
use std::task::Waker;

pub(super) struct Waiting<M> {
    senders: Ordered<Sender<M>>,
}

struct Sender<M> {
    message: M,
    /// `None` for a call: it waits for the reply, and need not hear that it was accepted.
    waker: Option<Waker>,
}

impl<M> Default for Waiting<M> {
    fn default() -> Self {
        Waiting { senders: Ordered::default() }
    }
}

impl<M> Waiting<M> {
    pub(super) fn is_empty(&self) -> bool {
        self.senders.is_empty()
    }

    /// Waits behind all who wait already; tickets only grow.
    pub(super) fn wait(&mut self, ticket: Ticket, message: M, waker: Option<Waker>) {
        self.senders.insert(ticket, Sender { message, waker });
    }

    /// Hands out the message of who has waited longest.
    pub(super) fn pop(&mut self, wake: &mut Vec<Waker>) -> Option<M> {
        let sender = self.senders.pop_first()?;
        wake.extend(sender.waker);
        Some(sender.message)
    }

    /// Looks after a waiting sender, whose old waker comes back to be dropped without the lock; gives
    /// the new one back if nobody waits under that ticket.
    pub(super) fn look(
        &mut self,
        ticket: Ticket,
        waker: Waker,
    ) -> Result<(Room<M>, Option<Waker>), Waker> {
        match self.senders.get_mut(ticket) {
            None => Err(waker),
            Some(sender) => Ok((Room::StillWaiting, sender.waker.replace(waker))),
        }
    }

    pub(super) fn is_waiting(&self, ticket: Ticket) -> bool {
        self.senders.contains(ticket)
    }

    pub(super) fn leave(&mut self, ticket: Ticket) -> Option<(M, Option<Waker>)> {
        let sender = self.senders.remove(ticket)?;
        Some((sender.message, sender.waker))
    }

    /// The mailbox closes: calls are handed out to be dropped, sends are to be woken, since their
    /// message goes back to them.
    pub(super) fn close(&mut self, calls: &mut Vec<M>, wake: &mut Vec<Waker>) {
        for sender in self.senders.take_if(|sender| sender.waker.is_none()) {
            calls.push(sender.message);
        }
        self.senders.each(|sender| wake.extend(sender.waker.take()));
    }
}
