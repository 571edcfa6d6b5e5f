//! The state under the mailbox's lock: the messages, and the `CellState`, which is independent of their
//! type. The `CellState` decides about admission and counts; the messages are moved here. No lock here.
//!
//! Compiled for each actor: everything that does not need the messages is in `queue`.

use super::header::{Header, SENDERS_WAITING};
use super::lazy_deque::LazyDeque;
use super::queue::{OnFull, PushError, Ticket};
use super::state::CellState;
use crate::cell::message::Delivery;
use std::task::Waker;

/// Invariant: `first` is `None` only if `more` is empty. The `CellState` counts as many messages as there are.
pub(crate) struct MailboxState<M> {
    /// The oldest message is stored here, so that an actor with one message at a time needs no
    /// block.
    first: Option<M>,
    more: LazyDeque<M>,
    /// Priority messages and messages of waiting senders, each in the slot chosen by the `CellState`.
    side: LazyDeque<M>,
    pub(crate) cell: CellState,
}

impl<M> MailboxState<M> {
    pub(crate) fn new(cell: CellState) -> Self {
        MailboxState { first: None, more: LazyDeque::new(), side: LazyDeque::new(), cell }
    }

    /// Takes the message out of `message`, which must contain one, unless it is rejected. Returns a
    /// ticket if the message waits for capacity.
    #[inline]
    pub(crate) fn push(
        &mut self,
        message: &mut Option<M>,
        header: &Header,
        delivery: Delivery,
        wait: OnFull<'_>,
    ) -> Result<Option<Ticket>, PushError> {
        if self.cell.closed {
            return Err(PushError::Closed);
        }
        if !self.cell.has_capacity(header, delivery) {
            let (ticket, slot) = self.cell.add_waiter(header, delivery, wait)?;
            self.side.put(slot, message);
            return Ok(Some(ticket));
        }
        if delivery.priority {
            let slot = self.cell.accept_priority(header, delivery);
            self.side.put(slot, message);
        } else {
            self.cell.accept(delivery);
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
    pub(crate) fn admit_waiters(&mut self, header: &Header) -> Option<Vec<Waker>> {
        if header.flags() & SENDERS_WAITING == 0 { None } else { Some(self.admit(header)) }
    }

    #[cold]
    fn admit(&mut self, header: &Header) -> Vec<Waker> {
        let mut wake = Vec::new();
        while let Some(slot) = self.cell.admit_waiter(header, &mut wake) {
            let mut message = self.side.take(slot);
            self.accept(&mut message);
        }
        wake
    }

    /// After `admit_waiters`: returns the oldest message and moves the messages behind it into the empty
    /// `batch`, up to the budget of the turn in total. If the oldest may not be handled `at_once`,
    /// it goes first into the batch. These messages keep counting until they are handled.
    pub(crate) fn take(
        &mut self,
        header: &Header,
        batch: &mut LazyDeque<M>,
        at_once: fn(&M) -> bool,
    ) -> Option<M> {
        debug_assert!(batch.is_empty());
        let Some(message) = &self.first else { return None };
        // Waiting senders were admitted if there was capacity, so there is no flag to handle for
        // them.
        let at_once = header.flags() & !SENDERS_WAITING == 0 && at_once(message);
        // Never destructured: that would copy it once more.
        let mut first = self.first.take();
        let rest = (header.budget() as usize).saturating_sub(1);
        if at_once && self.more.len() <= rest {
            // The usual case: the two blocks are swapped, without an allocation or copy.
            std::mem::swap(batch, &mut self.more);
        } else {
            if !at_once {
                batch.push_back(&mut first);
            }
            self.more.move_front_to(rest, batch);
            self.first = self.more.pop_front();
        }
        self.cell.move_to_batch(header, usize::from(at_once) + batch.len());
        first
    }

    /// Returns all messages: the oldest, and those behind it in exchange for the empty `rest`. They
    /// keep counting until they are taken.
    pub(super) fn drain(&mut self, header: &Header, rest: &mut LazyDeque<M>) -> Option<M> {
        debug_assert!(rest.is_empty());
        let first = self.first.take()?;
        std::mem::swap(rest, &mut self.more);
        self.cell.move_to_batch(header, 1 + rest.len());
        Some(first)
    }

    /// Puts returned but untaken messages back to the front, in order.
    pub(super) fn put_back(&mut self, header: &Header, messages: &mut LazyDeque<M>) {
        if messages.is_empty() {
            return;
        }
        self.cell.return_from_batch(header, messages.len());
        let mut next = self.first.take();
        while next.is_some() {
            messages.push_back(&mut next);
            next = self.more.pop_front();
        }
        std::mem::swap(messages, &mut self.more);
        self.first = self.more.pop_front();
    }

    /// Removes the oldest priority message, if it is `wanted`.
    pub(crate) fn take_priority(&mut self, header: &Header, wanted: fn(&M) -> bool) -> Option<M> {
        let slot = self.cell.first_priority()?;
        match self.side.get(slot) {
            Some(message) if !wanted(message) => return None,
            _ => {}
        }
        self.cell.took_priority(header);
        self.side.take(slot)
    }

    /// Removes the oldest ordinary message, bypassing any batch, if it is `wanted`.
    pub(crate) fn take_one(&mut self, wanted: fn(&M) -> bool) -> Option<M> {
        match &self.first {
            Some(message) if wanted(message) => {}
            _ => return None,
        }
        let first = self.first.take();
        self.first = self.more.pop_front();
        self.cell.took_queued();
        first
    }

    /// Removes any message, priority messages first.
    pub(crate) fn take_any(&mut self, header: &Header) -> Option<M> {
        let message = self.take_priority(header, |_| true);
        if message.is_some() { message } else { self.take_one(|_| true) }
    }

    /// A sender stops waiting; returns its message if it was not accepted. The waker must be
    /// dropped after the lock is released.
    pub(crate) fn leave(&mut self, ticket: Ticket) -> (Option<M>, Option<Waker>) {
        match self.cell.leave(ticket) {
            Some((slot, waker)) => (self.side.take(slot), waker),
            None => (None, None),
        }
    }

    /// Removes the side-queue message in this slot.
    pub(crate) fn take_side_message(&mut self, slot: usize) -> Option<M> {
        self.side.take(slot)
    }

    /// Releases the blocks of a past burst.
    #[inline]
    pub(crate) fn release_burst(&mut self) {
        self.more.release_if_empty();
        if !self.side.is_empty() && self.cell.reset_if_empty() {
            self.side = LazyDeque::new();
        }
    }
}
