//! The capacity of a mailbox: message counts, admission, and the side queues of priority messages
//! and waiting senders. Compiled once for all actors; `queue` stores the messages and applies these
//! decisions. The mailbox's lock protects this state, and no function here takes it.
//!
//! While a sender waits, no message is accepted ahead of it, except messages that need no capacity.

use super::header::{
    Header, KILL, PRIORITY, ParkReason, SENDERS_WAITING, STOP, STOP_FOR_RESTART, STOP_SELF,
    SYSTEM_MESSAGE,
};
use super::ordered_map::OrderedMap;
use super::state::CellState;
use crate::cell::message::Delivery;
use crate::event::Event;
use crate::sync::Arc;
use std::collections::VecDeque;
use std::task::Waker;

/// The id of a waiting sender.
pub(crate) type Ticket = u64;

/// The counts of ordinary messages. The header counts the messages in the batch of the run loop.
#[derive(Default)]
pub(super) struct QueueLen {
    /// The number of messages accepted so far, from which system messages get their sequence
    /// number.
    accepted: u64,
    /// The number of queued messages.
    queued: u32,
    /// The number of messages not taken yet that need no capacity.
    unbounded: u32,
}

/// Whether the mailbox is closed, which is permanent. Only this file sets it.
#[derive(Default)]
pub(super) struct Closed(bool);

/// The reason for which a message was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PushError {
    Closed,
    Full,
}

/// The behavior of a push if the mailbox is full.
pub(crate) enum OnFull<'a> {
    Fail,
    /// The call waits for its reply, and needs no notification of its admission.
    Wait,
    /// The send waits. The waker is taken out, and woken when the message is admitted.
    WaitAndNotify(&'a mut Option<Waker>),
}

impl CellState {
    /// Returns whether a message with these delivery options is accepted immediately. The answer
    /// may change at any time, because the loop takes messages without the lock. The caller
    /// therefore asks once.
    #[inline]
    pub(super) fn has_capacity(&self, header: &Header, delivery: Delivery) -> bool {
        let capacity = header.current_capacity();
        let len = match self.side() {
            Some(side) if side.is_waited_for(delivery.priority) => return delivery.unbounded,
            Some(side) if delivery.priority => side.priority_bounded(),
            None if delivery.priority => 0,
            _ => self.bounded(header),
        };
        delivery.unbounded || capacity == u32::MAX || len < capacity as usize
    }

    /// Accepts an ordinary message, if the mailbox is open and has capacity. Returns whether it was
    /// accepted.
    #[inline]
    pub(super) fn accept(&mut self, header: &Header, delivery: Delivery) -> bool {
        let has_capacity = !self.closed.0 && self.has_capacity(header, delivery);
        if has_capacity {
            self.counts.unbounded += u32::from(delivery.unbounded);
            self.counts.accept();
        }
        has_capacity
    }

    /// Accepts a priority message. Returns its slot.
    #[cold]
    pub(super) fn accept_priority(&mut self, header: &Header, delivery: Delivery) -> usize {
        header.set_flag(PRIORITY);
        self.side_mut().push_priority(delivery.unbounded)
    }

    /// Adds a message to the waiting ones, if `wait` allows it. Returns its slot.
    #[cold]
    pub(super) fn add_waiter(
        &mut self,
        header: &Header,
        delivery: Delivery,
        wait: OnFull<'_>,
    ) -> Result<(Ticket, usize), PushError> {
        let waker = match wait {
            OnFull::Fail => return Err(PushError::Full),
            OnFull::Wait => None,
            OnFull::WaitAndNotify(waker) => waker.take(),
        };
        header.set_flag(SENDERS_WAITING);
        Ok(self.side_mut().wait(delivery.priority, waker))
    }

    /// Admits the longest-waiting sender if there is capacity. Returns the slot of an ordinary
    /// message, which the caller moves to the end of the queue, or `None` if no further sender is
    /// admitted.
    pub(super) fn admit_waiter(&mut self, header: &Header, wake: &mut Vec<Waker>) -> Option<usize> {
        let capacity = header.current_capacity() as usize;
        let has_capacity = self.bounded(header) < capacity;
        let side = self.side_mut();
        let slot = if has_capacity { side.admit(wake) } else { None };
        if slot.is_some() {
            self.counts.accept();
            return slot;
        }
        side.admit_priority(capacity, wake);
        let (has_priority, waits) = (side.first_priority().is_some(), side.is_waited_for_at_all());
        if !waits {
            header.clear_flag(SENDERS_WAITING);
        }
        if has_priority {
            header.set_flag(PRIORITY);
        }
        None
    }

    /// Resets the slots if the side queues are empty. Not for a closed mailbox: waiting calls stay
    /// there until they are dropped without the lock.
    #[cold]
    pub(super) fn reset_if_empty(&mut self) -> bool {
        !self.closed.0 && self.existing_side_mut().is_none_or(|side| side.reset_if_empty())
    }

    /// Returns the number of ordinary messages that were accepted and not taken yet.
    #[inline]
    pub(super) fn len(&self, header: &Header) -> usize {
        self.counts.queued as usize + header.in_flight() as usize
    }

    /// Returns the number of all messages that were accepted and not taken yet.
    pub(crate) fn total(&self, header: &Header) -> usize {
        self.len(header) + self.side().map_or(0, SideQueue::priority_len)
    }

    /// Returns the number of ordinary messages that count against the capacity.
    #[inline]
    fn bounded(&self, header: &Header) -> usize {
        self.len(header).saturating_sub(self.counts.unbounded as usize)
    }

    /// Returns the number of queued messages, without the messages in the batch of the run loop.
    pub(super) fn queued(&self) -> usize {
        self.counts.queued as usize
    }

    /// Returns the sequence number for a new system message: the number of messages that have to be
    /// taken before it.
    pub(crate) fn accepted(&self) -> u64 {
        self.counts.accepted
    }

    /// Returns the number of messages taken so far.
    pub(super) fn taken_count(&self, header: &Header) -> u64 {
        self.counts.accepted - self.len(header) as u64
    }

    /// Counts `count` messages as moved from the queue to the batch of the run loop.
    pub(super) fn move_to_batch(&mut self, header: &Header, count: usize) {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        self.counts.queued = self.counts.queued.saturating_sub(count);
        header.add_in_flight(count);
    }

    /// Counts `count` messages of the batch, which were not taken, as queued again.
    pub(super) fn return_from_batch(&mut self, header: &Header, count: usize) {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        self.counts.queued += count;
        header.set_in_flight(header.in_flight().saturating_sub(count));
    }

    /// Counts a queued message as taken.
    pub(super) fn took_queued(&mut self) {
        self.counts.queued -= 1;
    }

    /// Counts a message that needs no capacity as taken.
    pub(crate) fn took_unbounded(&mut self) {
        self.counts.unbounded -= 1;
    }

    /// Counts a message that needs no capacity as queued again.
    pub(crate) fn returned_unbounded(&mut self) {
        self.counts.unbounded += 1;
    }

    /// Returns the slot of the oldest priority message.
    pub(super) fn first_priority(&self) -> Option<usize> {
        self.side().and_then(SideQueue::first_priority)
    }

    /// Removes the oldest priority message.
    pub(super) fn took_priority(&mut self, header: &Header) {
        if let Some(side) = self.existing_side_mut() {
            side.took_priority();
            if side.first_priority().is_none() {
                header.clear_flag(PRIORITY);
            }
        }
    }

    /// Returns whether a priority message is queued.
    pub(crate) fn has_priority(&self) -> bool {
        self.first_priority().is_some()
    }

    /// Returns whether another actor may wait for this one: for the reply to a message that was not
    /// taken, for capacity, or for a change of its state. The caller of a message that is being
    /// handled is not visible here.
    pub(super) fn may_be_waited_for(&self, header: &Header) -> bool {
        self.len(header) != 0
            || self.has_state_event()
            || self
                .side()
                .is_some_and(|side| side.first_priority().is_some() || side.is_waited_for_at_all())
    }

    /// Returns whether the sender with `ticket` waits for capacity.
    pub(super) fn is_waiting(&self, ticket: Ticket) -> bool {
        !self.closed.0 && self.side().is_some_and(|side| side.is_waiting(ticket))
    }

    /// Polls the wait of a sender. Returns whether the sender still waits; `waker` then wakes it. A
    /// returned waker must be dropped after the lock is released.
    pub(super) fn wait_on(&mut self, ticket: Ticket, waker: Waker) -> (bool, Option<Waker>) {
        if !self.is_waiting(ticket) {
            return (false, Some(waker));
        }
        (true, self.side_mut().exchange(ticket, waker))
    }

    /// Removes a waiting sender. Returns the slot of its message and its waker, or `None` if the
    /// message was accepted.
    pub(super) fn leave(&mut self, ticket: Ticket) -> Option<(usize, Option<Waker>)> {
        self.existing_side_mut()?.leave(ticket)
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.0
    }

    /// Marks the mailbox as closed, for an actor whose run loop has ended, or that has none.
    pub(crate) fn mark_closed(&mut self) {
        self.closed = Closed(true);
    }

    /// Closes the mailbox, and sets the flags for the run loop. Returns the event to notify.
    pub(crate) fn close(&mut self, header: &Header) -> Option<Arc<Event>> {
        self.mark_closed();
        header.set_flag(STOP);
        if self.supervision().is_some() {
            // Between two lives, the loop ignores a stop, but not this flag.
            header.set_flag(SYSTEM_MESSAGE);
        }
        // No sender waits for capacity anymore.
        header.clear_flag(SENDERS_WAITING);
        self.state_changed()
    }

    /// Closes the waiting lists: no more senders are admitted. Returns the slots of waiting
    /// calls, whose messages have to be dropped. Adds the wakers of waiting sends to `wake`,
    /// because their messages are returned.
    pub(crate) fn close_waiters(&mut self, wake: &mut Vec<Waker>) -> Vec<usize> {
        match self.existing_side_mut() {
            Some(side) => side.close(wake),
            None => Vec::new(),
        }
    }

    /// Returns whether the mailbox is empty and unreferenced.
    pub(super) fn is_finished(&self, header: &Header) -> bool {
        self.is_unreferenced(header) && self.total(header) == 0
    }

    /// Returns whether the mailbox is open, unreferenced and without system messages.
    pub(super) fn is_unreferenced(&self, header: &Header) -> bool {
        !header.is_referenced() && !self.closed.0 && !self.has_system_messages()
    }

    /// Returns whether a task that parks for this reason has more to do.
    pub(super) fn has_more(&self, header: &Header, park_reason: ParkReason, woken: bool) -> bool {
        let flags = header.flags();
        match park_reason {
            ParkReason::Yield => true,
            ParkReason::HandlerPending => woken || flags & KILL != 0,
            ParkReason::SystemOnly => {
                flags & (KILL | SYSTEM_MESSAGE | STOP_SELF | STOP_FOR_RESTART) != 0
            }
            ParkReason::Idle => {
                self.len(header) != 0 || flags & !SENDERS_WAITING != 0 || self.is_finished(header)
            }
            ParkReason::Concurrent => {
                woken || flags & !SENDERS_WAITING != 0 || self.len(header) != 0
            }
            ParkReason::Receiving => woken || flags & !SENDERS_WAITING != 0 || self.has_new(header),
        }
    }

    /// Returns whether an actor that waits for messages has nothing to do, and no sender waits for
    /// capacity. Like `has_more`, but only for the usual case, which needs few checks.
    #[inline]
    pub(super) fn has_nothing_to_do(&self, header: &Header) -> bool {
        self.counts.queued == 0 && header.is_quiet()
    }

    /// Returns whether draining would find anything new: messages, or the end of the mailbox.
    pub(in crate::cell) fn has_new(&self, header: &Header) -> bool {
        self.queued() != 0 || self.is_unreferenced(header)
    }
}

impl QueueLen {
    #[inline]
    fn accept(&mut self) {
        self.accepted += 1;
        self.queued += 1;
    }
}

/// Priority messages and messages of waiting senders. Only their slots are managed here; the messages are in
/// `queue`.
///
/// Created when a sender first waits or the first priority message arrives, and then kept: an
/// admitted call is not notified and keeps its ticket, so tickets must never be reused.
#[derive(Default)]
pub(crate) struct SideQueue {
    next: Ticket,
    /// Senders of ordinary messages that wait for capacity.
    ordinary: WaitingSenders,
    /// Priority messages. They have no sequence number among the other messages.
    priority: VecDeque<PriorityEntry>,
    /// The number of priority messages that need no capacity.
    priority_unbounded: usize,
    /// Senders of priority messages that wait for capacity.
    priority_waiting: WaitingSenders,
    slots: SlotAllocator,
}

struct PriorityEntry {
    slot: usize,
    is_unbounded: bool,
}

/// The senders that wait for capacity in one queue, in order.
type WaitingSenders = OrderedMap<WaitingSender>;

struct WaitingSender {
    slot: usize,
    /// `None` for a call, which waits for the reply and needs no notification of its admission.
    waker: Option<Waker>,
}

#[derive(Default)]
struct SlotAllocator {
    count: usize,
    free: Vec<usize>,
}

impl SlotAllocator {
    fn take(&mut self) -> usize {
        if let Some(slot) = self.free.pop() {
            return slot;
        }
        self.count += 1;
        self.count - 1
    }
}

impl SideQueue {
    /// Adds a priority message. Returns its slot.
    fn push_priority(&mut self, is_unbounded: bool) -> usize {
        let slot = self.slots.take();
        self.accept_priority(slot, is_unbounded);
        slot
    }

    fn accept_priority(&mut self, slot: usize, is_unbounded: bool) {
        self.priority_unbounded += usize::from(is_unbounded);
        self.priority.push_back(PriorityEntry { slot, is_unbounded });
    }

    /// Returns the slot of the oldest priority message.
    fn first_priority(&self) -> Option<usize> {
        self.priority.front().map(|priority| priority.slot)
    }

    /// Removes the oldest priority message.
    fn took_priority(&mut self) {
        if let Some(priority) = self.priority.pop_front() {
            self.priority_unbounded -= usize::from(priority.is_unbounded);
            self.slots.free.push(priority.slot);
        }
    }

    fn priority_len(&self) -> usize {
        self.priority.len()
    }

    /// Returns the number of priority messages that count against the capacity.
    #[inline]
    fn priority_bounded(&self) -> usize {
        self.priority.len() - self.priority_unbounded
    }

    /// Releases the memory if the side queues are empty. Returns whether they were.
    fn reset_if_empty(&mut self) -> bool {
        let is_empty = self.priority.is_empty() && !self.is_waited_for_at_all();
        if is_empty {
            *self = SideQueue { next: self.next, ..SideQueue::default() };
        }
        is_empty
    }

    /// Returns whether any sender waits in the queue for `priority` or ordinary messages.
    #[inline]
    fn is_waited_for(&self, priority: bool) -> bool {
        let waiting = if priority { &self.priority_waiting } else { &self.ordinary };
        !waiting.is_empty()
    }

    fn is_waited_for_at_all(&self) -> bool {
        self.is_waited_for(false) || self.is_waited_for(true)
    }

    /// Adds a sender after all waiting ones. Returns its ticket, which is higher than all earlier
    /// ones, and the slot of its message.
    fn wait(&mut self, priority: bool, waker: Option<Waker>) -> (Ticket, usize) {
        let (ticket, slot) = (self.next, self.slots.take());
        self.next += 1;
        let waiting = if priority { &mut self.priority_waiting } else { &mut self.ordinary };
        waiting.insert(ticket, WaitingSender { slot, waker });
        (ticket, slot)
    }

    /// Admits the longest-waiting sender of an ordinary message. Returns the slot of the message,
    /// which the caller moves to the queue.
    fn admit(&mut self, wake: &mut Vec<Waker>) -> Option<usize> {
        let WaitingSender { slot, waker } = self.ordinary.pop_first()?;
        wake.extend(waker);
        self.slots.free.push(slot);
        Some(slot)
    }

    /// Admits senders of priority messages up to the capacity. Their messages stay in their slots.
    fn admit_priority(&mut self, room: usize, wake: &mut Vec<Waker>) {
        while self.priority_bounded() < room {
            let Some(WaitingSender { slot, waker }) = self.priority_waiting.pop_first() else {
                return;
            };
            wake.extend(waker);
            self.accept_priority(slot, false);
        }
    }

    fn is_waiting(&self, ticket: Ticket) -> bool {
        self.ordinary.contains(ticket) || self.priority_waiting.contains(ticket)
    }

    /// Updates the waker of a waiting sender. Returns the waker that is no longer needed.
    fn exchange(&mut self, ticket: Ticket, waker: Waker) -> Option<Waker> {
        let sender = match self.ordinary.get_mut(ticket) {
            None => self.priority_waiting.get_mut(ticket),
            found => found,
        };
        match sender {
            Some(sender) => sender.waker.replace(waker),
            None => Some(waker),
        }
    }

    /// Removes a waiting sender. Returns the slot of its message, and its waker.
    fn leave(&mut self, ticket: Ticket) -> Option<(usize, Option<Waker>)> {
        let left = self.ordinary.remove(ticket);
        let WaitingSender { slot, waker } =
            left.or_else(|| self.priority_waiting.remove(ticket))?;
        self.slots.free.push(slot);
        Some((slot, waker))
    }

    /// Closes the side queues. Returns the slots of waiting calls, and adds the wakers of the other
    /// senders to `wake`. Values to drop stay in their slots, because no new message arrives.
    fn close(&mut self, wake: &mut Vec<Waker>) -> Vec<usize> {
        let mut slots = Vec::new();
        for waiting in [&mut self.ordinary, &mut self.priority_waiting] {
            let calls = waiting.take_if(|sender| sender.waker.is_none());
            slots.extend(calls.into_iter().map(|call| call.slot));
            waiting.each(|sender| wake.extend(sender.waker.take()));
        }
        slots
    }
}
