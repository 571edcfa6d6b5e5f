//! The state under the mailbox's lock: the messages, and the `CellState`, which is independent of
//! their type. The `CellState` decides about admission and counts; this file moves the messages,
//! and takes no lock.
//!
//! Compiled for each actor: everything that does not need the messages is in `capacity`.

use super::capacity::{OnFull, PushError, Ticket};
use super::header::{Header, SENDERS_WAITING};
use super::state::CellState;
use crate::cell::message::Delivery;
use crate::executor::spare;
use actor_atomic::move_value;
use std::collections::VecDeque;
use std::ops::RangeInclusive;
use std::task::Waker;

/// The state under a mailbox's lock. A guard of it is usable without the type of the messages, as a
/// `MailboxState<dyn AnyQueue>`.
pub(crate) struct MailboxState<Q: ?Sized> {
    pub(crate) cell: CellState,
    pub(crate) queue: Q,
}

/// The messages of a mailbox, without their type.
pub(crate) trait AnyQueue: Send {
    /// Admits waiting senders up to the capacity. Returns their wakers.
    fn admit(&mut self, cell: &mut CellState, header: &Header) -> Vec<Waker>;
    /// Releases the memory of a past burst.
    fn release_burst(&mut self, cell: &mut CellState);
    /// Returns whether a pool has no place for member `number`. Always `false` for a single actor.
    fn is_too_small_for(&self, _number: usize) -> bool {
        false
    }
}

impl<Q: AnyQueue + ?Sized> MailboxState<Q> {
    /// Admits waiting senders up to the capacity. Returns the wakers to wake after the lock is
    /// released.
    #[inline]
    pub(crate) fn admit_waiters(&mut self, header: &Header) -> Option<Vec<Waker>> {
        if header.flags() & SENDERS_WAITING == 0 {
            return None;
        }
        Some(self.queue.admit(&mut self.cell, header))
    }

    #[inline]
    pub(crate) fn release_burst(&mut self) {
        self.queue.release_burst(&mut self.cell);
    }
}

/// The messages of one mailbox. Each operation also gets the `CellState`, which counts them.
///
/// Invariant: `first` is `None` only if `more` is empty. The `CellState` counts as many messages as there are.
pub(crate) struct MessageQueue<M> {
    /// The oldest message. Stored here, so that an actor with one message at a time needs no
    /// further memory.
    first: Option<M>,
    more: LazyDeque<M>,
    /// Priority messages and messages of waiting senders, each in the slot chosen by the `CellState`.
    side: LazyDeque<M>,
}

impl<M: 'static> MessageQueue<M> {
    pub(crate) fn new() -> Self {
        MessageQueue { first: None, more: LazyDeque::new(), side: LazyDeque::new() }
    }

    /// Takes the message out of `message`, which must contain one, unless it is rejected. Returns a
    /// ticket if the message waits for capacity.
    #[inline]
    pub(crate) fn push(
        &mut self,
        cell: &mut CellState,
        message: &mut Option<M>,
        header: &Header,
        delivery: Delivery,
        wait: OnFull<'_>,
    ) -> Result<Option<Ticket>, PushError> {
        if delivery.priority || !cell.accept(header, delivery) {
            return self.push_aside(cell, message, header, delivery, wait);
        }
        self.accept(message);
        Ok(None)
    }

    /// Puts a priority message, or an ordinary one for which there is no capacity, into the side queues.
    /// Fails if the mailbox is closed.
    #[cold]
    fn push_aside(
        &mut self,
        cell: &mut CellState,
        message: &mut Option<M>,
        header: &Header,
        delivery: Delivery,
        wait: OnFull<'_>,
    ) -> Result<Option<Ticket>, PushError> {
        if cell.is_closed() {
            return Err(PushError::Closed);
        }
        if delivery.priority && cell.has_capacity(header, delivery) {
            let slot = cell.accept_priority(header, delivery);
            self.side.put(slot, message);
            return Ok(None);
        }
        let (ticket, slot) = cell.add_waiter(header, delivery, wait)?;
        self.side.put(slot, message);
        Ok(Some(ticket))
    }

    #[inline]
    fn accept(&mut self, message: &mut Option<M>) {
        if self.first.is_none() {
            move_value(message, &mut self.first);
        } else {
            self.more.push_back(message);
        }
    }

    /// Moves the oldest message into the empty slot `first`, and the later messages into the empty
    /// `batch`. If the oldest may not start now, because of a flag or of the handlers that it would
    /// run alongside, it goes into the batch first, and only as many messages follow as the turn has
    /// a budget for. These messages count as queued until they are handled.
    #[inline]
    pub(super) fn take(
        &mut self,
        cell: &mut CellState,
        header: &Header,
        flags: u32,
        first: &mut Option<M>,
        batch: &mut LazyDeque<M>,
        alongside: Option<fn(&M) -> bool>,
    ) {
        debug_assert!(first.is_none() && batch.is_empty());
        let Some(message) = &self.first else { return };
        // Waiting senders have been admitted as far as there was capacity, so their flag does not
        // count here.
        let at_once =
            flags & !SENDERS_WAITING == 0 && alongside.is_none_or(|may_start| may_start(message));
        // Never destructured, because that would copy the message once more.
        move_value(&mut self.first, first);
        let rest = (header.budget() as usize).saturating_sub(1);
        if at_once && (rest > 0 || self.more.is_empty()) {
            // The usual case: the two deques are swapped, without an allocation or copy, however
            // many messages there are. Messages that are left at the end of the turn stay in the
            // batch.
            std::mem::swap(batch, &mut self.more);
        } else {
            if !at_once {
                batch.push_back(first);
            }
            self.more.move_front_to(rest, batch);
            self.first = self.more.pop_front();
        }
        cell.move_to_batch(header, usize::from(at_once) + batch.len());
    }

    /// Takes all messages: returns the oldest, and exchanges the others for the empty `rest`. The
    /// messages count as queued until they are taken.
    pub(super) fn drain(
        &mut self,
        cell: &mut CellState,
        header: &Header,
        rest: &mut LazyDeque<M>,
    ) -> Option<M> {
        debug_assert!(rest.is_empty());
        let first = self.first.take()?;
        std::mem::swap(rest, &mut self.more);
        cell.move_to_batch(header, 1 + rest.len());
        Some(first)
    }

    /// Puts drained or fetched messages that were not taken back at the front, in order.
    pub(crate) fn put_back(
        &mut self,
        cell: &mut CellState,
        header: &Header,
        messages: &mut LazyDeque<M>,
    ) {
        if messages.is_empty() {
            return;
        }
        cell.return_from_batch(header, messages.len());
        let mut next = self.first.take();
        while next.is_some() {
            messages.push_back(&mut next);
            next = self.more.pop_front();
        }
        std::mem::swap(messages, &mut self.more);
        self.first = self.more.pop_front();
    }

    /// Removes the oldest priority message, if it may start `alongside` the running handlers.
    pub(crate) fn take_priority(
        &mut self,
        cell: &mut CellState,
        header: &Header,
        alongside: Option<fn(&M) -> bool>,
    ) -> Option<M> {
        let slot = cell.first_priority()?;
        if let (Some(may_start), Some(message)) = (alongside, self.side.get(slot))
            && !may_start(message)
        {
            return None;
        }
        cell.took_priority(header);
        self.side.take(slot)
    }

    /// Removes the oldest ordinary message, bypassing any batch, if it may start `alongside` the running
    /// handlers.
    pub(crate) fn take_one(
        &mut self,
        cell: &mut CellState,
        alongside: Option<fn(&M) -> bool>,
    ) -> Option<M> {
        let may_start = |message: &M| alongside.is_none_or(|may_start| may_start(message));
        if !self.first.as_ref().is_some_and(may_start) {
            return None;
        }
        let first = self.first.take();
        self.first = self.more.pop_front();
        cell.took_queued();
        first
    }

    /// Removes any message, priority messages first.
    pub(crate) fn take_any(&mut self, cell: &mut CellState, header: &Header) -> Option<M> {
        let message = self.take_priority(cell, header, None);
        if message.is_some() { message } else { self.take_one(cell, None) }
    }

    /// Removes a waiting sender, and returns its message if it was not accepted. The returned waker
    /// must be dropped after the lock is released.
    pub(crate) fn leave(
        &mut self,
        cell: &mut CellState,
        ticket: Ticket,
    ) -> (Option<M>, Option<Waker>) {
        match cell.leave(ticket) {
            Some((slot, waker)) => (self.side.take(slot), waker),
            None => (None, None),
        }
    }

    /// Removes the side-queue message in this slot.
    pub(crate) fn take_side_message(&mut self, slot: usize) -> Option<M> {
        self.side.take(slot)
    }
}

impl<M: Send + 'static> AnyQueue for MessageQueue<M> {
    #[cold]
    fn admit(&mut self, cell: &mut CellState, header: &Header) -> Vec<Waker> {
        let mut wake = Vec::new();
        while let Some(slot) = cell.admit_waiter(header, &mut wake) {
            let mut message = self.side.take(slot);
            self.accept(&mut message);
        }
        wake
    }

    #[inline]
    fn release_burst(&mut self, cell: &mut CellState) {
        self.more.release_if_empty();
        if !self.side.is_empty() && cell.reset_if_empty() {
            self.side = LazyDeque::new();
        }
    }
}

/// The size, in bytes, up to which a message is copied through a temporary: it fits into registers, and
/// fewer instructions move it.
pub(crate) const SMALL: usize = 128;

/// A deque of messages that takes one word until it is first used, which never happens for most
/// actors. Its contents are handed over by swapping that word.
///
/// The deque is compiled for each actor. It is therefore the only container of messages in a mailbox,
/// and has few operations. Its elements are slots, which can be empty.
#[allow(clippy::box_collection, reason = "one word, where a deque takes four")]
pub(crate) struct LazyDeque<M>(Option<Box<VecDeque<Option<M>>>>);

/// The capacities, in bytes, of the buffers that a worker keeps for the next burst: smaller ones are quickly
/// allocated, and larger ones would be kept for a single burst.
const SPARE: RangeInclusive<usize> = 32 << 10..=1 << 20;

impl<M: 'static> LazyDeque<M> {
    /// Whether a usual burst of messages takes a buffer that is worth keeping.
    const IS_LARGE: bool = size_of::<M>() > 256;

    pub(crate) const fn new() -> Self {
        LazyDeque(None)
    }

    pub(crate) fn len(&self) -> usize {
        match &self.0 {
            Some(messages) => messages.len(),
            None => 0,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes the message out of `message`, which must contain one.
    #[inline]
    pub(crate) fn push_back(&mut self, message: &mut Option<M>) {
        if self.0.is_none() {
            self.allocate();
        }
        let Some(messages) = &mut self.0 else { return };
        if const { size_of::<M>() <= SMALL } {
            messages.push_back(message.take());
            return;
        }
        // Unlike `push_back`, this writes the slot in place: a large message is copied once.
        messages.resize_with(messages.len() + 1, || None);
        if let Some(slot) = messages.back_mut() {
            move_value(message, slot);
        }
    }

    #[cold]
    fn allocate(&mut self) {
        let spare = if Self::IS_LARGE { spare::take() } else { None };
        self.0 = Some(spare.unwrap_or_default());
    }

    #[inline]
    pub(crate) fn pop_front(&mut self) -> Option<M> {
        if let Some(messages) = &mut self.0
            && let Some(message) = messages.pop_front()
        {
            message
        } else {
            None
        }
    }

    /// Moves the first message, if there is one, into the empty `slot`.
    #[inline]
    pub(crate) fn pop_into(&mut self, slot: &mut Option<M>) {
        let Some(messages) = &mut self.0 else { return };
        if const { size_of::<M>() <= SMALL } {
            if let Some(mut first) = messages.pop_front() {
                move_value(&mut first, slot);
            }
        } else if let Some(first) = messages.front_mut() {
            move_value(first, slot);
            // The slot is empty, which the compiler cannot see.
            std::mem::forget(messages.pop_front());
        }
    }

    /// Returns the message in this slot.
    #[inline]
    pub(crate) fn get(&self, slot: usize) -> Option<&M> {
        if let Some(messages) = &self.0
            && let Some(Some(message)) = messages.get(slot)
        {
            Some(message)
        } else {
            None
        }
    }

    /// Takes the message out of this slot, which stays as an empty slot.
    pub(super) fn take(&mut self, slot: usize) -> Option<M> {
        if let Some(messages) = &mut self.0
            && let Some(message) = messages.get_mut(slot)
        {
            message.take()
        } else {
            None
        }
    }

    /// Puts the message into this slot, which must be empty or the next new one.
    pub(super) fn put(&mut self, slot: usize, message: &mut Option<M>) {
        if let Some(messages) = &mut self.0
            && let Some(empty) = messages.get_mut(slot)
        {
            *empty = message.take();
        } else {
            self.push_back(message);
        }
    }

    /// Moves the first `count` messages to the end of `into`.
    pub(super) fn move_front_to(&mut self, count: usize, into: &mut LazyDeque<M>) {
        // A plain loop, because `drain` would be compiled for each actor and is many times as long.
        for _ in 0..count {
            let mut message = self.pop_front();
            if message.is_none() {
                return;
            }
            into.push_back(&mut message);
        }
    }

    /// Returns whether the deque has allocated memory.
    pub(crate) fn is_allocated(&self) -> bool {
        self.0.is_some()
    }

    /// Releases the memory if the deque contains no message.
    #[inline]
    pub(crate) fn release_if_empty(&mut self) {
        if self.0.is_some() && self.is_empty() {
            self.release();
        }
    }

    #[cold]
    fn release(&mut self) {
        let Some(messages) = self.0.take() else { return };
        if Self::IS_LARGE && SPARE.contains(&(messages.capacity() * size_of::<Option<M>>())) {
            spare::put(messages);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::LazyDeque;
    use crate::executor::spare;

    /// Returns the capacity with which a deque begins after a burst of `length` messages of `BYTES` bytes.
    fn capacity_after_burst<const BYTES: usize>(length: usize) -> usize {
        let mut deque = LazyDeque::new();
        for _ in 0..length {
            deque.push_back(&mut Some([0_u8; BYTES]));
        }
        while deque.pop_front().is_some() {}
        deque.release_if_empty();
        assert!(!deque.is_allocated());
        deque.allocate();
        deque.0.map_or(0, |messages| messages.capacity())
    }

    #[test]
    fn a_worker_keeps_the_buffer_of_a_burst_of_large_messages_if_it_is_neither_small_nor_huge() {
        spare::clear();
        assert!(capacity_after_burst::<1024>(64) >= 64);
        assert_eq!(capacity_after_burst::<1024>(4), 0, "quickly allocated");
        assert_eq!(capacity_after_burst::<1024>(1100), 0, "more than 1 MiB");
        assert_eq!(
            capacity_after_burst::<128>(512),
            0,
            "messages of this size are seldom worth it"
        );
        spare::end();
        assert_eq!(capacity_after_burst::<1024>(64), 0, "another thread keeps none");
    }
}
