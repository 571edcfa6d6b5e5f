//! The state under the mailbox's lock: the messages, and the seat, which is independent of their
//! type. The seat decides about admission and counts; the messages are moved here. No lock here.
//!
//! Compiled for each actor: everything that does not need the messages is in `queue`.

use super::header::{Core, WAITING};
use super::lazy_deque::Block;
use super::queue::{Refused, Ticket, Wait};
use super::state::Seat;
use crate::cell::message::Delivery;
use std::task::Waker;

/// Invariant: `first` is `None` only if `more` is empty. The seat counts as many messages as there are.
pub(crate) struct Lane<M> {
    /// The oldest message is stored here, so that an actor with one message at a time needs no
    /// block.
    first: Option<M>,
    more: Block<M>,
    /// Priority messages and messages of waiting senders, each in the slot chosen by the seat.
    apart: Block<M>,
    pub(crate) seat: Seat,
}

impl<M> Lane<M> {
    pub(crate) fn new(seat: Seat) -> Self {
        Lane { first: None, more: Block::new(), apart: Block::new(), seat }
    }

    /// Takes the message out of `message`, which must contain one, unless it is rejected. Returns a
    /// ticket if the message waits for capacity.
    #[inline]
    pub(crate) fn push(
        &mut self,
        message: &mut Option<M>,
        core: &Core,
        delivery: Delivery,
        wait: Wait<'_>,
    ) -> Result<Option<Ticket>, Refused> {
        if self.seat.closed {
            return Err(Refused::Stopped);
        }
        if !self.seat.has_room(core, delivery) {
            let (ticket, place) = self.seat.enter_waiting(core, delivery, wait)?;
            self.apart.lay(place, message);
            return Ok(Some(ticket));
        }
        if delivery.priority {
            let place = self.seat.enter_urgent(core, delivery);
            self.apart.lay(place, message);
        } else {
            self.seat.enter(delivery);
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

    /// Admits waiting senders up to the capacity. Returns the wakers to wake after the lock is
    /// released.
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

    /// After `let_in`: returns the oldest message and moves the messages behind it into the empty
    /// `batch`, up to the budget of the turn in total. If the oldest may not be handled `at_once`,
    /// it goes first into the batch. These messages keep counting until they are handled.
    pub(crate) fn take(
        &mut self,
        core: &Core,
        batch: &mut Block<M>,
        at_once: fn(&M) -> bool,
    ) -> Option<M> {
        debug_assert!(batch.is_empty());
        let Some(message) = &self.first else { return None };
        // Waiting senders were admitted if there was capacity, so there is no flag to handle for
        // them.
        let at_once = core.signals() & !WAITING == 0 && at_once(message);
        // Never destructured: that would copy it once more.
        let mut first = self.first.take();
        let rest = (core.budget() as usize).saturating_sub(1);
        if at_once && self.more.len() <= rest {
            // The usual case: the two blocks are swapped, without an allocation or copy.
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

    /// Returns all messages: the oldest, and those behind it in exchange for the empty `rest`. They
    /// keep counting until they are taken.
    pub(super) fn draw(&mut self, core: &Core, rest: &mut Block<M>) -> Option<M> {
        debug_assert!(rest.is_empty());
        let first = self.first.take()?;
        std::mem::swap(rest, &mut self.more);
        self.seat.hand_out(core, 1 + rest.len());
        Some(first)
    }

    /// Puts returned but untaken messages back to the front, in order.
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

    /// Removes the oldest priority message, if it is `wanted`.
    pub(crate) fn take_urgent(&mut self, core: &Core, wanted: fn(&M) -> bool) -> Option<M> {
        let place = self.seat.urgent()?;
        match self.apart.get(place) {
            Some(message) if !wanted(message) => return None,
            _ => {}
        }
        self.seat.took_urgent(core);
        self.apart.take(place)
    }

    /// Removes the oldest ordinary message, bypassing any batch, if it is `wanted`.
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

    /// Removes any message, priority messages first.
    pub(crate) fn take_any(&mut self, core: &Core) -> Option<M> {
        let message = self.take_urgent(core, |_| true);
        if message.is_some() { message } else { self.take_one(|_| true) }
    }

    /// A sender stops waiting; returns its message if it was not accepted. The waker must be
    /// dropped after the lock is released.
    pub(crate) fn leave(&mut self, ticket: Ticket) -> (Option<M>, Option<Waker>) {
        match self.seat.leave(ticket) {
            Some((place, waker)) => (self.apart.take(place), waker),
            None => (None, None),
        }
    }

    /// Removes the side-queue message in this slot.
    pub(crate) fn take_apart(&mut self, place: usize) -> Option<M> {
        self.apart.take(place)
    }

    /// Releases the blocks of a past burst.
    #[inline]
    pub(crate) fn give_back(&mut self) {
        self.more.give_back();
        if !self.apart.is_empty() && self.seat.forget_places() {
            self.apart = Block::new();
        }
    }
}
