//! What the one lock of a mailbox guards: the messages, and the seat, which knows none. The seat says
//! who may enter, and counts; here the messages are moved. No lock here.
//!
//! Compiled for each actor: what can be said without the messages stands in `queue`.

use super::block::Block;
use super::core::{Core, WAITING};
use super::queue::{Refused, Ticket, Wait};
use super::seat::Seat;
use crate::cell::message::Way;
use std::task::Waker;

/// Invariant: `first` is `None` only if `more` is empty. The seat counts as many messages as there are.
pub(crate) struct Lane<M> {
    /// The oldest message lies here, so that an actor with one message at a time needs no block.
    first: Option<M>,
    more: Block<M>,
    /// Those with priority, and those of senders that wait for room, each at the place that the seat
    /// says.
    apart: Block<M>,
    pub(crate) seat: Seat,
}

impl<M> Lane<M> {
    pub(crate) fn new(seat: Seat) -> Self {
        Lane { first: None, more: Block::new(), apart: Block::new(), seat }
    }

    /// Takes the message, which is there, out of `message`, unless it is refused; with a ticket if it
    /// waits for room.
    #[inline]
    pub(crate) fn push(
        &mut self,
        message: &mut Option<M>,
        core: &Core,
        way: Way,
        wait: Wait<'_>,
    ) -> Result<Option<Ticket>, Refused> {
        if self.seat.closed {
            return Err(Refused::Stopped);
        }
        if !self.seat.has_room(core, way) {
            let (ticket, place) = self.seat.enter_waiting(core, way, wait)?;
            self.apart.lay(place, message);
            return Ok(Some(ticket));
        }
        if way.priority {
            let place = self.seat.enter_urgent(core, way);
            self.apart.lay(place, message);
        } else {
            self.seat.enter(way);
            self.accept(message);
        }
        Ok(None)
    }

    #[inline]
    fn accept(&mut self, message: &mut Option<M>) {
        if self.first.is_none() {
            self.first = message.take();
        } else {
            self.more.push_back(message);
        }
    }

    /// Lets waiting senders in, as far as there is room. Who is to be woken when the lock is gone
    /// comes back.
    #[inline]
    pub(crate) fn let_in(&mut self, core: &Core) -> Option<Vec<Waker>> {
        if core.signals() & WAITING == 0 { None } else { Some(self.admit(core)) }
    }

    #[cold]
    fn admit(&mut self, core: &Core) -> Vec<Waker> {
        let mut wake = Vec::new();
        while let Some(place) = self.seat.admit(core, &mut wake) {
            let mut message = self.apart.take(place);
            self.accept(&mut message);
        }
        wake
    }

    /// After `let_in`: hands out the oldest message, and moves those behind it into the empty `batch`, as many in all
    /// as are left of the turn. If it may not be handled `at_once`, it goes before them. They go on
    /// counting until they are handled.
    pub(crate) fn take(
        &mut self,
        core: &Core,
        batch: &mut Block<M>,
        at_once: fn(&M) -> bool,
    ) -> Option<M> {
        debug_assert!(batch.is_empty());
        let Some(message) = &self.first else { return None };
        // A sender that waits was let in if there was room: nothing is to be heeded for it.
        let at_once = core.signals() & !WAITING == 0 && at_once(message);
        // Never taken apart: it would be copied once more.
        let mut first = self.first.take();
        let rest = (core.budget() as usize).saturating_sub(1);
        if at_once && self.more.len() <= rest {
            // The usual case: the two blocks change places, and nothing is allocated or copied.
            std::mem::swap(batch, &mut self.more);
        } else {
            if !at_once {
                batch.push_back(&mut first);
            }
            self.more.hand_over(rest, batch);
            self.first = self.more.pop_front();
        }
        self.seat.hand_out(core, usize::from(at_once) + batch.len());
        first
    }

    /// Hands out all messages: the oldest, and those behind it in exchange for the empty `rest`.
    /// They go on counting until they are taken.
    pub(super) fn draw(&mut self, core: &Core, rest: &mut Block<M>) -> Option<M> {
        debug_assert!(rest.is_empty());
        let first = self.first.take()?;
        std::mem::swap(rest, &mut self.more);
        self.seat.hand_out(core, 1 + rest.len());
        Some(first)
    }

    /// Puts messages that were handed out and not taken back to the front, in order.
    pub(super) fn put_back(&mut self, core: &Core, messages: &mut Block<M>) {
        if messages.is_empty() {
            return;
        }
        self.seat.come_back(core, messages.len());
        let mut next = self.first.take();
        while next.is_some() {
            messages.push_back(&mut next);
            next = self.more.pop_front();
        }
        std::mem::swap(messages, &mut self.more);
        self.first = self.more.pop_front();
    }

    /// Takes the oldest message with priority for good, if it is `wanted`.
    pub(crate) fn take_urgent(&mut self, core: &Core, wanted: fn(&M) -> bool) -> Option<M> {
        let place = self.seat.urgent()?;
        match self.apart.get(place) {
            Some(message) if !wanted(message) => return None,
            _ => {}
        }
        self.seat.took_urgent(core);
        self.apart.take(place)
    }

    /// Takes the oldest ordinary message for good, past any batch, if it is `wanted`.
    pub(crate) fn take_one(&mut self, wanted: fn(&M) -> bool) -> Option<M> {
        match &self.first {
            Some(message) if wanted(message) => {}
            _ => return None,
        }
        let first = self.first.take();
        self.first = self.more.pop_front();
        self.seat.took_queued();
        first
    }

    /// Takes any message for good, those with priority first.
    pub(crate) fn take_any(&mut self, core: &Core) -> Option<M> {
        let message = self.take_urgent(core, |_| true);
        if message.is_some() { message } else { self.take_one(|_| true) }
    }

    /// A sender waits no more; its message comes back if it was not accepted. The waker is to be
    /// dropped when the lock is gone.
    pub(crate) fn leave(&mut self, ticket: Ticket) -> (Option<M>, Option<Waker>) {
        match self.seat.leave(ticket) {
            Some((place, waker)) => (self.apart.take(place), waker),
            None => (None, None),
        }
    }

    /// Takes what lies apart at this place.
    pub(crate) fn take_apart(&mut self, place: usize) -> Option<M> {
        self.apart.take(place)
    }

    /// Gives back the blocks of a burst that is over.
    #[inline]
    pub(crate) fn give_back(&mut self) {
        self.more.give_back();
        if !self.apart.is_empty() && self.seat.forget_places() {
            self.apart = Block::new();
        }
    }
}
