//! The user's messages in order of acceptance, those with priority apart, and the senders that wait
//! for room. No lock here: the lane's mutex is round it.

use super::block::Block;
use super::waiting::Waiting;
use crate::actor::Way;
use std::collections::VecDeque;
use std::task::Waker;

/// A sender's place among those that wait for room.
pub(crate) type Ticket = u64;

/// The mailbox proper.
///
/// Invariant: `first` is `None` only if `more` is empty. While anybody waits, nothing is accepted
/// past them, but what needs no room.
pub(crate) struct Queue<M> {
    /// The oldest message lies here, so that an actor with one message at a time needs no block.
    first: Option<M>,
    more: Block<M>,
    /// Messages of the batch that is out, as of the last publication: they still count.
    out: u32,
    /// Of the messages that count, those that need no room: the bound is for the others.
    free: u32,
    /// How many messages were ever accepted: notices take their place in the order from it.
    accepted: u64,
    /// Made when a sender first waits or a message with priority comes, and kept: a call that was
    /// let in does not hear of it, so tickets must never be used twice.
    rare: Option<Box<Rare<M>>>,
}

/// What most mailboxes never need.
struct Rare<M> {
    next: Ticket,
    /// Who waits for room among the ordinary messages.
    ordinary: Waiting<M>,
    /// Messages with priority. They take no place in the order of the others.
    urgent: VecDeque<M>,
    /// Of these, those that need no room.
    urgent_free: u32,
    /// Who waits for room among them.
    urgent_waiting: Waiting<M>,
}

/// Why a message was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    Stopped,
    Full,
}

/// Whether a message waits where there is no room.
pub(crate) enum Wait<'a> {
    No,
    /// A call: it waits for its reply, and need not hear that it was let in.
    Unheard,
    /// The waker is taken if it does wait.
    Heard(&'a mut Option<Waker>),
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
        Queue { first: None, more: Block::new(), out: 0, free: 0, accepted: 0, rare: None }
    }

    /// Ordinary messages accepted and not yet taken; `taken` is what the loop has taken of its batch.
    pub(crate) fn len(&self, taken: u32) -> usize {
        self.queued() + self.out.saturating_sub(taken) as usize
    }

    /// All messages accepted and not yet taken.
    pub(crate) fn total(&self, taken: u32) -> usize {
        let urgent = match &self.rare {
            Some(rare) => rare.urgent.len(),
            None => 0,
        };
        self.len(taken) + urgent
    }

    /// Of the ordinary messages, those that the bound is for.
    pub(crate) fn bounded(&self, taken: u32) -> usize {
        self.len(taken) - self.free as usize
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

    /// Whether a message that comes that way is accepted at once.
    pub(crate) fn has_room(&self, way: Way, capacity: u32, taken: u32) -> bool {
        let Some(rare) = &self.rare else {
            let len = if way.priority { 0 } else { self.bounded(taken) };
            return way.unbounded || capacity == u32::MAX || len < capacity as usize;
        };
        let (waiting, len) = if way.priority {
            (&rare.urgent_waiting, rare.urgent.len() - rare.urgent_free as usize)
        } else {
            (&rare.ordinary, self.bounded(taken))
        };
        way.unbounded || waiting.is_empty() && (capacity == u32::MAX || len < capacity as usize)
    }

    /// Whether a sender waits for room.
    pub(crate) fn is_waited_for(&self) -> bool {
        match &self.rare {
            Some(rare) => !rare.ordinary.is_empty() || !rare.urgent_waiting.is_empty(),
            None => false,
        }
    }

    /// Whether a message with priority waits.
    pub(crate) fn is_urgent(&self) -> bool {
        match &self.rare {
            Some(rare) => !rare.urgent.is_empty(),
            None => false,
        }
    }

    /// Takes the message, which is there, out of `message`.
    #[inline]
    pub(crate) fn push(&mut self, message: &mut Option<M>, way: Way) {
        if way.priority {
            return self.push_urgent(message, way);
        }
        self.free += u32::from(way.unbounded);
        self.accept(message);
    }

    #[cold]
    fn push_urgent(&mut self, message: &mut Option<M>, way: Way) {
        let rare = self.rare();
        if let Some(message) = message.take() {
            rare.urgent.push_back(message);
        }
        rare.urgent_free += u32::from(way.unbounded);
    }

    #[inline]
    fn accept(&mut self, message: &mut Option<M>) {
        self.accepted += 1;
        if self.first.is_none() {
            self.first = message.take();
        } else if let Some(message) = message.take() {
            self.more.push_back(message);
        }
    }

    fn rare(&mut self) -> &mut Rare<M> {
        match &mut self.rare {
            Some(rare) => rare,
            empty => empty.insert(Box::new(Rare {
                next: 0,
                ordinary: Waiting::default(),
                urgent: VecDeque::new(),
                urgent_free: 0,
                urgent_waiting: Waiting::default(),
            })),
        }
    }

    /// Takes the oldest message with priority, if `wanted` says so.
    pub(crate) fn take_urgent(&mut self, way: fn(&M) -> Way, wanted: fn(&M) -> bool) -> Option<M> {
        let rare = self.rare.as_mut()?;
        let first = rare.urgent.front()?;
        if !wanted(first) {
            return None;
        }
        rare.urgent_free -= u32::from(way(first).unbounded);
        rare.urgent.pop_front()
    }

    /// One that needs no room was taken: it counts no more. Unless it was of the batch that is out,
    /// it is gone from the queue already.
    pub(crate) fn took_free(&mut self, of_batch: bool) {
        self.free -= 1;
        self.out -= u32::from(of_batch);
    }

    /// Hands out the oldest message, and moves those behind it into the empty `batch`, at most
    /// `most` in all. They go on counting until published.
    pub(crate) fn take(&mut self, batch: &mut Block<M>, most: u32) -> Option<M> {
        debug_assert!(batch.is_empty() && self.out == 0);
        // Never taken apart: it would be copied once more.
        let first = self.first.take();
        if first.is_none() {
            return first;
        }
        let rest = (most as usize).saturating_sub(1);
        if self.more.len() <= rest {
            // The usual case: the two blocks change places, and nothing is allocated or copied.
            std::mem::swap(batch, &mut self.more);
        } else {
            self.more.hand_over(rest, batch);
            self.first = self.more.pop_front();
        }
        self.out = 1 + u32::try_from(batch.len()).unwrap_or(u32::MAX - 1);
        first
    }

    /// Takes the oldest ordinary message for good, past any batch, if `wanted` says so.
    pub(crate) fn take_one(&mut self, wanted: impl FnOnce(&M) -> bool) -> Option<M> {
        let message = self.first.take_if(|message| wanted(message))?;
        self.first = self.more.pop_front();
        Some(message)
    }

    /// Hands out all messages: the oldest, and those behind it in exchange for the empty `rest`.
    /// They go on counting until published.
    pub(crate) fn draw(&mut self, rest: &mut VecDeque<M>) -> Option<M> {
        debug_assert!(rest.is_empty());
        let first = self.first.take()?;
        self.more.exchange(rest);
        self.out += 1 + u32::try_from(rest.len()).unwrap_or(u32::MAX - 1);
        Some(first)
    }

    /// Puts what is left of a batch back to the front, in order.
    pub(crate) fn put_back(&mut self, batch: &mut Block<M>) {
        while let Some(message) = batch.pop_back() {
            self.put_first(message);
        }
        self.out = 0;
    }

    /// Puts messages that were handed out and not taken back to the front, in order.
    pub(crate) fn restore(&mut self, messages: impl DoubleEndedIterator<Item = M>) {
        for message in messages.rev() {
            self.out = self.out.saturating_sub(1);
            self.put_first(message);
        }
    }

    fn put_first(&mut self, message: M) {
        if let Some(second) = self.first.replace(message) {
            self.more.push_front(second);
        }
    }

    /// The loop has taken `taken` messages of its batch: they count no more.
    pub(crate) fn publish(&mut self, taken: u32) {
        self.out = self.out.saturating_sub(taken);
    }

    /// Gives back the block of a burst that is over.
    pub(crate) fn give_back(&mut self) {
        self.more.give_back();
    }

    /// Lets in as many waiting senders as there is room for, in order. The wakers are to be woken
    /// when the lock is gone.
    #[cold]
    pub(crate) fn admit(&mut self, capacity: u32) -> Vec<Waker> {
        let (room, mut wake) = (capacity as usize, Vec::new());
        while self.bounded(0) < room {
            let Some(rare) = &mut self.rare else { break };
            let mut message = rare.ordinary.pop(&mut wake);
            if message.is_none() {
                break;
            }
            self.accept(&mut message);
        }
        let Some(rare) = &mut self.rare else { return wake };
        while rare.urgent.len() - (rare.urgent_free as usize) < room {
            let Some(message) = rare.urgent_waiting.pop(&mut wake) else { break };
            rare.urgent.push_back(message);
        }
        wake
    }

    /// The message, which is there, waits for room behind all that wait already, if it does.
    #[cold]
    pub(crate) fn wait(
        &mut self,
        message: &mut Option<M>,
        way: Way,
        wait: Wait<'_>,
    ) -> Result<Option<Ticket>, Refused> {
        let waker = match wait {
            Wait::No => return Err(Refused::Full),
            Wait::Unheard => None,
            Wait::Heard(waker) => waker.take(),
        };
        let Some(message) = message.take() else { return Ok(None) };
        let rare = self.rare();
        let ticket = rare.next;
        rare.next += 1;
        let waiting = if way.priority { &mut rare.urgent_waiting } else { &mut rare.ordinary };
        waiting.wait(ticket, message, waker);
        Ok(Some(ticket))
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
        let Some(rare) = &mut self.rare else { return (Room::Accepted, Some(waker)) };
        let found = match rare.ordinary.look(ticket, waker) {
            Err(waker) => rare.urgent_waiting.look(ticket, waker),
            found => found,
        };
        match found {
            Ok(old) => (Room::StillWaiting, old),
            Err(waker) => (Room::Accepted, Some(waker)),
        }
    }

    /// Whether the holder of `ticket` waits for room.
    pub(crate) fn is_waiting(&self, ticket: Ticket) -> bool {
        match &self.rare {
            Some(rare) => {
                rare.ordinary.is_waiting(ticket) || rare.urgent_waiting.is_waiting(ticket)
            }
            None => false,
        }
    }

    /// A sender waits no more; its message comes back if it was not accepted.
    pub(crate) fn leave(&mut self, ticket: Ticket) -> Option<(M, Option<Waker>)> {
        let rare = self.rare.as_mut()?;
        match rare.ordinary.leave(ticket) {
            None => rare.urgent_waiting.leave(ticket),
            left => left,
        }
    }

    /// The mailbox closes: calls are handed out to be dropped, sends are to be woken, since their
    /// message goes back to them.
    pub(crate) fn close(&mut self, wake: &mut Vec<Waker>) -> Vec<M> {
        let mut calls = Vec::new();
        if let Some(rare) = &mut self.rare {
            rare.ordinary.close(&mut calls, wake);
            rare.urgent_waiting.close(&mut calls, wake);
        }
        calls
    }

    /// Hands out all that is queued, to be dropped without the lock.
    pub(crate) fn drain(&mut self) -> Vec<M> {
        self.free = 0;
        // Plain loops: this is compiled for each actor, and iterators are many times as long.
        let mut all = Vec::new();
        if let Some(rare) = &mut self.rare {
            rare.urgent_free = 0;
            while let Some(message) = rare.urgent.pop_front() {
                all.push(message);
            }
        }
        let mut next = self.first.take();
        while let Some(message) = next {
            all.push(message);
            next = self.more.pop_front();
        }
        all
    }
}
