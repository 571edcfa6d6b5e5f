//! The senders that wait for room in one lane, in order. No lock here: the lane's mutex is round it.

use super::ordered::Ordered;
use super::queue::Ticket;
use std::task::Waker;

/// Who waits is known apart from the messages, so that each actor has to compile only these.
pub(super) struct Waiting<M> {
    senders: Senders,
    /// Each at the place of its sender.
    messages: Vec<Option<M>>,
}

#[derive(Default)]
struct Senders {
    waiting: Ordered<Sender>,
    /// Places that were left.
    free: Vec<usize>,
}

struct Sender {
    place: usize,
    /// `None` for a call: it waits for the reply, and need not hear that it was accepted.
    waker: Option<Waker>,
}

impl<M> Default for Waiting<M> {
    fn default() -> Self {
        Waiting { senders: Senders::default(), messages: Vec::new() }
    }
}

impl<M> Waiting<M> {
    pub(super) fn is_empty(&self) -> bool {
        self.senders.waiting.is_empty()
    }

    /// Waits behind all who wait already; tickets only grow.
    pub(super) fn wait(&mut self, ticket: Ticket, message: M, waker: Option<Waker>) {
        let place = self.senders.enter(ticket, self.messages.len(), waker);
        match self.messages.get_mut(place) {
            Some(empty) => *empty = Some(message),
            None => self.messages.push(Some(message)),
        }
    }

    /// Hands out the message of who has waited longest.
    pub(super) fn pop(&mut self, wake: &mut Vec<Waker>) -> Option<M> {
        let place = self.senders.pop(wake)?;
        self.take(place)
    }

    /// Looks after a waiting sender, whose old waker comes back to be dropped without the lock; gives
    /// the new one back if nobody waits under that ticket.
    pub(super) fn look(&mut self, ticket: Ticket, waker: Waker) -> Result<Option<Waker>, Waker> {
        self.senders.look(ticket, waker)
    }

    pub(super) fn is_waiting(&self, ticket: Ticket) -> bool {
        self.senders.waiting.contains(ticket)
    }

    pub(super) fn leave(&mut self, ticket: Ticket) -> Option<(M, Option<Waker>)> {
        let (place, waker) = self.senders.leave(ticket)?;
        let message = self.take(place)?;
        Some((message, waker))
    }

    /// The mailbox closes: calls are handed out to be dropped, sends are to be woken, since their
    /// message goes back to them.
    pub(super) fn close(&mut self, calls: &mut Vec<M>, wake: &mut Vec<Waker>) {
        for place in self.senders.close(wake) {
            if let Some(message) = self.take(place) {
                calls.push(message);
            }
        }
    }

    fn take(&mut self, place: usize) -> Option<M> {
        self.messages.get_mut(place)?.take()
    }
}

impl Senders {
    /// Gives a sender its place, which is `next` if none is free.
    fn enter(&mut self, ticket: Ticket, next: usize, waker: Option<Waker>) -> usize {
        let place = self.free.pop().unwrap_or(next);
        self.waiting.insert(ticket, Sender { place, waker });
        place
    }

    fn pop(&mut self, wake: &mut Vec<Waker>) -> Option<usize> {
        let Sender { place, waker } = self.waiting.pop_first()?;
        wake.extend(waker);
        self.free.push(place);
        Some(place)
    }

    fn look(&mut self, ticket: Ticket, waker: Waker) -> Result<Option<Waker>, Waker> {
        match self.waiting.get_mut(ticket) {
            None => Err(waker),
            Some(sender) => Ok(sender.waker.replace(waker)),
        }
    }

    fn leave(&mut self, ticket: Ticket) -> Option<(usize, Option<Waker>)> {
        let Sender { place, waker } = self.waiting.remove(ticket)?;
        self.free.push(place);
        Some((place, waker))
    }

    /// The places of the calls, which wait no more; the others are to be woken.
    fn close(&mut self, wake: &mut Vec<Waker>) -> Vec<usize> {
        let calls = self.waiting.take_if(|sender| sender.waker.is_none());
        self.waiting.each(|sender| wake.extend(sender.waker.take()));
        let places: Vec<usize> = calls.into_iter().map(|call| call.place).collect();
        self.free.extend(&places);
        places
    }
}
