//! The user's messages in order of acceptance, and the senders that wait for room. No lock here:
//! the lane's mutex is round it.

use std::collections::{BTreeMap, VecDeque};
use std::task::Waker;

/// A sender's place among those that wait for room.
pub(crate) type Ticket = u64;

/// The mailbox proper.
///
/// Invariant: `first` is `None` only if `more` is empty. While anybody waits, nothing is accepted
/// past them.
pub(crate) struct Queue<M> {
    /// The oldest message lies here, so that an actor with one message at a time needs no block.
    first: Option<M>,
    more: VecDeque<M>,
    /// Messages of the batch that is out, as of the last publication: they still count.
    out: u32,
    /// How many messages were ever accepted: notices take their place in the order from it.
    accepted: u64,
    /// Made when a sender first waits, and kept: a call that was let in does not hear of it, so
    /// tickets must never be used twice.
    waiting: Option<Box<Waiting<M>>>,
}

struct Waiting<M> {
    next: Ticket,
    senders: BTreeMap<Ticket, Sender<M>>,
}

struct Sender<M> {
    message: M,
    /// `None` for a call: it waits for the reply, and need not hear that it was accepted.
    waker: Option<Waker>,
}

/// Why a message was not accepted.
pub(crate) enum Refused<M> {
    Stopped(M),
    Full(M),
}

/// What a waiting sender finds.
pub(crate) enum Room<M> {
    /// The message was accepted.
    Accepted,
    /// The mailbox has closed: here is the message back.
    Stopped(M),
    StillWaiting,
}

impl<M> Queue<M> {
    pub(crate) const fn new() -> Self {
        Queue { first: None, more: VecDeque::new(), out: 0, accepted: 0, waiting: None }
    }

    /// Messages accepted and not yet taken; `taken` is what the loop has taken of its batch.
    pub(crate) fn len(&self, taken: u32) -> usize {
        self.queued() + self.out.saturating_sub(taken) as usize
    }

    /// Messages that lie here, the batch that is out apart.
    pub(crate) fn queued(&self) -> usize {
        usize::from(self.first.is_some()) + self.more.len()
    }

    /// The position of what comes now: as many messages have to be taken before it.
    pub(crate) fn accepted(&self) -> u64 {
        self.accepted
    }

    /// How many messages were ever taken.
    pub(crate) fn position(&self, taken: u32) -> u64 {
        self.accepted - self.len(taken) as u64
    }

    pub(crate) fn has_room(&self, capacity: u32, taken: u32) -> bool {
        !self.is_waited_for() && (capacity == u32::MAX || self.len(taken) < capacity as usize)
    }

    /// Whether a sender waits for room.
    pub(crate) fn is_waited_for(&self) -> bool {
        self.waiting.as_ref().is_some_and(|waiting| !waiting.senders.is_empty())
    }

    pub(crate) fn push(&mut self, message: M) {
        self.accepted += 1;
        if self.first.is_none() {
            self.first = Some(message);
        } else {
            self.more.push_back(message);
        }
    }

    /// Hands out the oldest message, and moves those behind it into the empty `batch`, at most
    /// `most` in all. They go on counting until published.
    pub(crate) fn take(&mut self, batch: &mut VecDeque<M>, most: u32) -> Option<M> {
        debug_assert!(batch.is_empty() && self.out == 0);
        let first = self.first.take()?;
        let rest = (most as usize).saturating_sub(1);
        if self.more.len() <= rest {
            // The usual case: the two blocks change places, and nothing is allocated or copied.
            std::mem::swap(batch, &mut self.more);
        } else {
            batch.extend(self.more.drain(..rest));
            self.first = self.more.pop_front();
        }
        self.out = 1 + u32::try_from(batch.len()).unwrap_or(u32::MAX - 1);
        Some(first)
    }

    /// Takes the oldest message for good, past any batch.
    pub(crate) fn take_one(&mut self) -> Option<M> {
        let message = self.first.take()?;
        self.first = self.more.pop_front();
        Some(message)
    }

    /// Hands out all messages: the oldest, and those behind it in exchange for the empty `rest`.
    /// They go on counting until published.
    pub(crate) fn draw(&mut self, rest: &mut VecDeque<M>) -> Option<M> {
        debug_assert!(rest.is_empty());
        let first = self.first.take()?;
        std::mem::swap(rest, &mut self.more);
        self.out += 1 + u32::try_from(rest.len()).unwrap_or(u32::MAX - 1);
        Some(first)
    }

    /// Puts what is left of a batch back to the front, in order.
    pub(crate) fn put_back(&mut self, batch: &mut VecDeque<M>) {
        self.restore(batch.drain(..));
        self.out = 0;
    }

    /// Puts messages that were handed out and not taken back to the front, in order.
    pub(crate) fn restore(&mut self, messages: impl DoubleEndedIterator<Item = M>) {
        for message in messages.rev() {
            self.out = self.out.saturating_sub(1);
            if let Some(second) = self.first.replace(message) {
                self.more.push_front(second);
            }
        }
    }

    /// The loop has taken `taken` messages of its batch: they count no more.
    pub(crate) fn publish(&mut self, taken: u32) {
        self.out = self.out.saturating_sub(taken);
    }

    /// Gives back the block of a burst that is over.
    pub(crate) fn give_back(&mut self) {
        if self.first.is_none() && self.more.capacity() != 0 {
            self.more = VecDeque::new();
        }
    }

    /// Lets in as many waiting senders as there is room for, in order. The wakers are to be woken
    /// when the lock is gone.
    pub(crate) fn admit(&mut self, capacity: u32, wake: &mut Vec<Waker>) {
        while self.len(0) < capacity as usize {
            let first = self.waiting.as_mut().and_then(|waiting| waiting.senders.pop_first());
            let Some((_, sender)) = first else { return };
            self.push(sender.message);
            wake.extend(sender.waker);
        }
    }

    /// Waits for room behind all who wait already.
    pub(crate) fn wait(&mut self, message: M, waker: Option<Waker>) -> Ticket {
        let waiting = self
            .waiting
            .get_or_insert_with(|| Box::new(Waiting { next: 0, senders: BTreeMap::new() }));
        let ticket = waiting.next;
        waiting.next += 1;
        waiting.senders.insert(ticket, Sender { message, waker });
        ticket
    }

    /// Looks after a waiting sender; a waker handed out is to be dropped without the lock.
    pub(crate) fn look(
        &mut self,
        ticket: Ticket,
        closed: bool,
        waker: Waker,
    ) -> (Room<M>, Option<Waker>) {
        if closed {
            return match self.leave(ticket) {
                Some((message, _)) => (Room::Stopped(message), Some(waker)),
                None => (Room::Accepted, Some(waker)),
            };
        }
        let sender = self.waiting.as_mut().and_then(|waiting| waiting.senders.get_mut(&ticket));
        match sender {
            None => (Room::Accepted, Some(waker)),
            Some(sender) => (Room::StillWaiting, sender.waker.replace(waker)),
        }
    }

    /// A sender waits no more; its message comes back if it was not accepted.
    pub(crate) fn leave(&mut self, ticket: Ticket) -> Option<(M, Option<Waker>)> {
        let sender = self.waiting.as_mut()?.senders.remove(&ticket)?;
        Some((sender.message, sender.waker))
    }

    /// The mailbox closes: calls are handed out to be dropped, sends are to be woken, since their
    /// message goes back to them.
    pub(crate) fn close(&mut self, wake: &mut Vec<Waker>) -> Vec<M> {
        let Some(waiting) = &mut self.waiting else { return Vec::new() };
        let mut calls = Vec::new();
        for (ticket, mut sender) in std::mem::take(&mut waiting.senders) {
            match sender.waker.take() {
                None => calls.push(sender.message),
                Some(waker) => {
                    wake.push(waker);
                    waiting.senders.insert(ticket, sender);
                }
            }
        }
        calls
    }

    /// Hands out all that is queued, to be dropped without the lock.
    pub(crate) fn drain(&mut self) -> Vec<M> {
        self.first.take().into_iter().chain(std::mem::take(&mut self.more)).collect()
    }
}
