//! The order of a mailbox without its messages: how many there are, who may enter, and who waits for
//! room. Compiled once for all actors; what it says, `lane` does. No lock here: the lane's mutex is
//! round it.
//!
//! While anybody waits, nothing is accepted past them, but what needs no room.

use super::core::{Core, NOTICE, STOP, URGENT, WAITING};
use super::seat::{Records, Seat};
use super::waiting::Apart;
use crate::cell::message::Way;
use crate::event::Event;
use crate::sync::Arc;
use std::task::Waker;

/// A sender's place among those that wait for room.
pub(crate) type Ticket = u64;

/// How many ordinary messages there are. Those that were handed out and not taken yet are counted in
/// the core.
#[derive(Default)]
pub(super) struct Counts {
    /// How many messages were ever accepted: notices take their place in the order from it.
    accepted: u64,
    /// Messages that lie in the lane.
    queued: u32,
    /// Of all that are not taken, those that need no room: the bound is for the others.
    free: u32,
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

impl Seat {
    /// Whether a message that comes that way is accepted at once. It may be so a moment later, since
    /// the loop takes messages without the lock: it is asked once.
    #[inline]
    pub(super) fn has_room(&self, core: &Core, way: Way) -> bool {
        let room = core.room();
        let len = match self.apart() {
            Some(apart) if apart.is_waited_for(way.priority) => return way.unbounded,
            Some(apart) if way.priority => apart.urgent_bounded(),
            None if way.priority => 0,
            _ => self.bounded(core),
        };
        way.unbounded || room == u32::MAX || len < room as usize
    }

    /// An ordinary message is accepted.
    #[inline]
    pub(super) fn enter(&mut self, way: Way) {
        self.counts.free += u32::from(way.unbounded);
        self.counts.accept();
    }

    /// A message with priority is accepted: where it lies.
    #[cold]
    pub(super) fn enter_urgent(&mut self, core: &Core, way: Way) -> usize {
        core.raise(URGENT);
        self.apart_mut().push_urgent(way.unbounded)
    }

    /// A message for which there is no room waits behind all that wait already, if it does: where it
    /// lies.
    #[cold]
    pub(super) fn enter_waiting(
        &mut self,
        core: &Core,
        way: Way,
        wait: Wait<'_>,
    ) -> Result<(Ticket, usize), Refused> {
        let waker = match wait {
            Wait::No => return Err(Refused::Full),
            Wait::Unheard => None,
            Wait::Heard(waker) => waker.take(),
        };
        core.raise(WAITING);
        Ok(self.apart_mut().wait(way.priority, waker))
    }

    /// Lets in who has waited longest, if there is room: gives out the place of an ordinary message,
    /// which is to be moved behind the others. `None`: nobody else is let in.
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

    /// Starts to count places anew, if nothing lies apart. Not of a mailbox that refuses: calls that
    /// waited for room lie there until they are dropped without the lock.
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

    /// Ordinary messages that were accepted and not taken yet.
    #[inline]
    pub(super) fn len(&self, core: &Core) -> usize {
        self.counts.queued as usize + core.left() as usize
    }

    /// All messages that were accepted and not taken yet.
    pub(crate) fn total(&self, core: &Core) -> usize {
        self.len(core) + self.apart().map_or(0, Apart::urgent_len)
    }

    /// Of the ordinary messages, those that the bound is for.
    #[inline]
    fn bounded(&self, core: &Core) -> usize {
        self.len(core).saturating_sub(self.counts.free as usize)
    }

    /// Messages that lie here, what was handed out apart.
    pub(super) fn queued(&self) -> usize {
        self.counts.queued as usize
    }

    /// The position of what comes now: as many messages have to be taken before it.
    pub(crate) fn accepted(&self) -> u64 {
        self.counts.accepted
    }

    /// How many messages were ever taken.
    pub(super) fn position(&self, core: &Core) -> u64 {
        self.counts.accepted - self.len(core) as u64
    }

    /// So many messages are handed out.
    pub(super) fn hand_out(&mut self, core: &Core, count: usize) {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        self.counts.queued = self.counts.queued.saturating_sub(count);
        core.set_left(core.left() + count);
    }

    /// So many messages that were handed out, and not taken, come back.
    pub(super) fn come_back(&mut self, core: &Core, count: usize) {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        self.counts.queued += count;
        core.set_left(core.left().saturating_sub(count));
    }

    /// A message that lay here was taken for good.
    pub(super) fn took_queued(&mut self) {
        self.counts.queued -= 1;
    }

    /// One that needs no room was taken: it counts no more.
    pub(crate) fn took_free(&mut self) {
        self.counts.free -= 1;
    }

    /// Where the oldest message with priority lies.
    pub(super) fn urgent(&self) -> Option<usize> {
        self.apart().and_then(Apart::urgent)
    }

    /// The oldest message with priority is taken.
    pub(super) fn took_urgent(&mut self, core: &Core) {
        if let Some(apart) = self.known_mut().and_then(|records| records.apart.as_deref_mut()) {
            apart.took_urgent();
            if apart.urgent().is_none() {
                core.lower(URGENT);
            }
        }
    }

    /// Whether a message with priority waits.
    pub(crate) fn is_urgent(&self) -> bool {
        self.urgent().is_some()
    }

    /// Whether another actor may wait for this one: for the answer to a message that is not taken, for room,
    /// or for a change of its state. The caller of a message that is handled is not seen here.
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

    /// Whether the holder of `ticket` waits for room.
    pub(super) fn is_waiting(&self, ticket: Ticket) -> bool {
        !self.closed && self.apart().is_some_and(|apart| apart.is_waiting(ticket))
    }

    /// A sender looks after its message: it goes on waiting, to be told by `waker`, or gets it back.
    /// Whichever waker comes back is to be dropped when the lock is gone.
    pub(super) fn wait_on(&mut self, ticket: Ticket, waker: Waker) -> (bool, Option<Waker>) {
        if !self.is_waiting(ticket) {
            return (false, Some(waker));
        }
        (true, self.apart_mut().exchange(ticket, waker))
    }

    /// A sender waits no more: where its message lies, unless that was accepted.
    pub(super) fn leave(&mut self, ticket: Ticket) -> Option<(usize, Option<Waker>)> {
        self.known_mut()?.apart.as_mut()?.leave(ticket)
    }

    /// The mailbox refuses from now on. Who is told of that comes back.
    pub(crate) fn shut(&mut self, core: &Core) -> Option<Arc<Event>> {
        self.closed = true;
        core.raise(STOP);
        if self.known().is_some_and(|records| records.overseen.is_some()) {
            // Between two lives it is deaf to a stop, but not to this.
            core.raise(NOTICE);
        }
        // Who waits for room now waits for nothing.
        core.lower(WAITING);
        self.changed()
    }

    /// Nobody is let in any more: the places of waiting calls are given out, whose messages are to be
    /// dropped, and senders are to be woken, since their message goes back to them.
    pub(crate) fn send_away(&mut self, wake: &mut Vec<Waker>) -> Vec<usize> {
        match self.known_mut().and_then(|records| records.apart.as_deref_mut()) {
            Some(apart) => apart.close(wake),
            None => Vec::new(),
        }
    }

    /// Whether nothing is left to do, and nobody to bring anything.
    pub(super) fn is_forsaken(&self, core: &Core) -> bool {
        self.is_left_alone(core) && self.total(core) == 0
    }

    /// Whether it is open, without notices, and nobody is left to send it a message.
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
