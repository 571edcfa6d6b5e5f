//! The type-independent part of the queue: message counts, admission and waiting senders. Compiled
//! once for all actors; `lane` applies its decisions. No lock here: the lane's mutex protects this.
//!
//! While a sender waits, no message is accepted ahead of it, except messages that need no capacity.

use super::header::{Core, NOTICE, STOP, URGENT, WAITING};
use super::side_queue::Apart;
use super::state::{Records, Seat};
use crate::cell::message::Delivery;
use crate::event::Event;
use crate::sync::Arc;
use std::task::Waker;

/// The id of a waiting sender.
pub(crate) type Ticket = u64;

/// The counts of ordinary messages. Messages that were returned to the loop and not taken yet are
/// counted in the core.
#[derive(Default)]
pub(super) struct Counts {
    /// The number of messages accepted so far, from which system messages get their sequence
    /// number.
    accepted: u64,
    /// The number of messages in the lane.
    queued: u32,
    /// The number of untaken messages that need no capacity and do not count against it.
    free: u32,
}

/// The reason for which a message was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    Stopped,
    Full,
}

/// What a message does if the mailbox is full.
pub(crate) enum Wait<'a> {
    No,
    /// A call waits for its reply and needs no notification of its admission.
    Unheard,
    /// The waker is taken if the send waits.
    Heard(&'a mut Option<Waker>),
}

impl Seat {
    /// Whether a message with these delivery options is accepted immediately. The answer may change
    /// at any time, because the loop takes messages without the lock: it is computed once.
    #[inline]
    pub(super) fn has_room(&self, core: &Core, delivery: Delivery) -> bool {
        let room = core.room();
        let len = match self.apart() {
            Some(apart) if apart.is_waited_for(delivery.priority) => return delivery.unbounded,
            Some(apart) if delivery.priority => apart.urgent_bounded(),
            None if delivery.priority => 0,
            _ => self.bounded(core),
        };
        delivery.unbounded || room == u32::MAX || len < room as usize
    }

    /// Accepts an ordinary message.
    #[inline]
    pub(super) fn enter(&mut self, delivery: Delivery) {
        self.counts.free += u32::from(delivery.unbounded);
        self.counts.accept();
    }

    /// Accepts a priority message; returns its slot.
    #[cold]
    pub(super) fn enter_urgent(&mut self, core: &Core, delivery: Delivery) -> usize {
        core.raise(URGENT);
        self.apart_mut().push_urgent(delivery.unbounded)
    }

    /// Adds a message to the waiting ones, if it waits; returns its slot.
    #[cold]
    pub(super) fn enter_waiting(
        &mut self,
        core: &Core,
        delivery: Delivery,
        wait: Wait<'_>,
    ) -> Result<(Ticket, usize), Refused> {
        let waker = match wait {
            Wait::No => return Err(Refused::Full),
            Wait::Unheard => None,
            Wait::Heard(waker) => waker.take(),
        };
        core.raise(WAITING);
        Ok(self.apart_mut().wait(delivery.priority, waker))
    }

    /// Admits the longest-waiting sender if there is capacity. Returns the slot of an ordinary
    /// message, which has to be moved to the end of the queue; `None`: no further sender is
    /// admitted.
    pub(super) fn admit(&mut self, core: &Core, wake: &mut Vec<Waker>) -> Option<usize> {
        let room = core.room() as usize;
        let has_room = self.bounded(core) < room;
        let apart = self.apart_mut();
        let place = if has_room { apart.let_in(wake) } else { None };
        if place.is_some() {
            self.counts.accept();
            return place;
        }
        apart.let_in_urgent(room, wake);
        let (is_urgent, waits) = (apart.urgent().is_some(), apart.is_waited_for_at_all());
        if !waits {
            core.lower(WAITING);
        }
        if is_urgent {
            core.raise(URGENT);
        }
        None
    }

    #[inline]
    fn apart(&self) -> Option<&Apart> {
        self.known().and_then(|records| records.apart.as_deref())
    }

    /// Resets the slots if the side queues are empty. Not for a closed mailbox: waiting calls stay
    /// there until they are dropped without the lock.
    #[cold]
    pub(super) fn forget_places(&mut self) -> bool {
        !self.closed
            && self
                .known_mut()
                .and_then(|records| records.apart.as_mut())
                .is_none_or(|apart| apart.forget_places())
    }

    fn apart_mut(&mut self) -> &mut Apart {
        self.records().apart.get_or_insert_default()
    }

    /// The number of ordinary messages that were accepted and not taken yet.
    #[inline]
    pub(super) fn len(&self, core: &Core) -> usize {
        self.counts.queued as usize + core.left() as usize
    }

    /// The number of all messages that were accepted and not taken yet.
    pub(crate) fn total(&self, core: &Core) -> usize {
        self.len(core) + self.apart().map_or(0, Apart::urgent_len)
    }

    /// The number of ordinary messages that count against the capacity.
    #[inline]
    fn bounded(&self, core: &Core) -> usize {
        self.len(core).saturating_sub(self.counts.free as usize)
    }

    /// The number of messages in the lane, without those returned to the loop.
    pub(super) fn queued(&self) -> usize {
        self.counts.queued as usize
    }

    /// The sequence number for a new system message: this many messages have to be taken before it.
    pub(crate) fn accepted(&self) -> u64 {
        self.counts.accepted
    }

    /// The number of messages taken so far.
    pub(super) fn position(&self, core: &Core) -> u64 {
        self.counts.accepted - self.len(core) as u64
    }

    /// Returns this many messages to the loop.
    pub(super) fn hand_out(&mut self, core: &Core, count: usize) {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        self.counts.queued = self.counts.queued.saturating_sub(count);
        core.set_left(core.left() + count);
    }

    /// Takes back this many messages that were returned and not taken.
    pub(super) fn come_back(&mut self, core: &Core, count: usize) {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        self.counts.queued += count;
        core.set_left(core.left().saturating_sub(count));
    }

    /// A message of the lane was taken.
    pub(super) fn took_queued(&mut self) {
        self.counts.queued -= 1;
    }

    /// A message that needs no capacity was taken.
    pub(crate) fn took_free(&mut self) {
        self.counts.free -= 1;
    }

    /// The slot of the oldest priority message.
    pub(super) fn urgent(&self) -> Option<usize> {
        self.apart().and_then(Apart::urgent)
    }

    /// Removes the oldest priority message.
    pub(super) fn took_urgent(&mut self, core: &Core) {
        if let Some(apart) = self.known_mut().and_then(|records| records.apart.as_deref_mut()) {
            apart.took_urgent();
            if apart.urgent().is_none() {
                core.lower(URGENT);
            }
        }
    }

    /// Whether a priority message is queued.
    pub(crate) fn is_urgent(&self) -> bool {
        self.urgent().is_some()
    }

    /// Whether another actor may wait for this one: for the reply to an untaken message, for
    /// capacity, or for a change of its state. The caller of a message that is being handled is not
    /// visible here.
    pub(super) fn may_be_waited_for(&self, core: &Core) -> bool {
        let is_sought = |known: &Records| {
            known.changed.is_some()
                || known
                    .apart
                    .as_deref()
                    .is_some_and(|apart| apart.urgent().is_some() || apart.is_waited_for_at_all())
        };
        self.len(core) != 0 || self.known().is_some_and(is_sought)
    }

    /// Whether the sender with `ticket` waits for capacity.
    pub(super) fn is_waiting(&self, ticket: Ticket) -> bool {
        !self.closed && self.apart().is_some_and(|apart| apart.is_waiting(ticket))
    }

    /// A sender polls its wait: returns whether it still waits, to be woken by `waker`. A returned
    /// waker must be dropped after the lock is released.
    pub(super) fn wait_on(&mut self, ticket: Ticket, waker: Waker) -> (bool, Option<Waker>) {
        if !self.is_waiting(ticket) {
            return (false, Some(waker));
        }
        (true, self.apart_mut().exchange(ticket, waker))
    }

    /// A sender stops waiting: returns the slot of its message, unless that was accepted.
    pub(super) fn leave(&mut self, ticket: Ticket) -> Option<(usize, Option<Waker>)> {
        self.known_mut()?.apart.as_mut()?.leave(ticket)
    }

    /// Closes the mailbox. Returns the event to notify.
    pub(crate) fn shut(&mut self, core: &Core) -> Option<Arc<Event>> {
        self.closed = true;
        core.raise(STOP);
        if self.known().is_some_and(|records| records.supervision.is_some()) {
            // Between two lives, the loop ignores a stop, but not this flag.
            core.raise(NOTICE);
        }
        // No sender waits for capacity any more.
        core.lower(WAITING);
        self.changed()
    }

    /// No sender is admitted any more: returns the slots of waiting calls, whose messages have to
    /// be dropped. Waiting sends have to be woken, because their messages are returned.
    pub(crate) fn send_away(&mut self, wake: &mut Vec<Waker>) -> Vec<usize> {
        match self.known_mut().and_then(|records| records.apart.as_deref_mut()) {
            Some(apart) => apart.close(wake),
            None => Vec::new(),
        }
    }

    /// Whether the mailbox is empty and unreferenced.
    pub(super) fn is_forsaken(&self, core: &Core) -> bool {
        self.is_left_alone(core) && self.total(core) == 0
    }

    /// Whether the mailbox is open, without system messages and unreferenced.
    pub(super) fn is_left_alone(&self, core: &Core) -> bool {
        !core.is_kept() && !self.closed && !self.has_notices()
    }
}

impl Counts {
    #[inline]
    fn accept(&mut self) {
        self.accepted += 1;
        self.queued += 1;
    }
}
