//! Side queues: priority messages and messages of waiting senders. Only their slots are managed
//! here; the messages are stored in the mailbox. No lock here: the mailbox's mutex protects this.

use super::capacity::Ticket;
use super::ordered_map::OrderedMap;
use std::collections::VecDeque;
use std::task::Waker;

/// Created when a sender first waits or the first priority message arrives, and then kept: an
/// admitted call is not notified and keeps its ticket, so tickets must never be reused.
#[derive(Default)]
pub(crate) struct SideQueue {
    next: Ticket,
    /// Senders of ordinary messages that wait for capacity.
    ordinary: WaitingSenders,
    /// Priority messages. They have no sequence number among the other messages.
    priority: VecDeque<PriorityEntry>,
    /// The number of these that need no capacity.
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
    /// The free slots.
    left: Vec<usize>,
}

impl SlotAllocator {
    fn take(&mut self) -> usize {
        if let Some(slot) = self.left.pop() {
            return slot;
        }
        self.count += 1;
        self.count - 1
    }
}

impl SideQueue {
    /// Adds a priority message. Returns its slot.
    pub(super) fn push_priority(&mut self, is_unbounded: bool) -> usize {
        let slot = self.slots.take();
        self.accept_priority(slot, is_unbounded);
        slot
    }

    fn accept_priority(&mut self, slot: usize, is_unbounded: bool) {
        self.priority_unbounded += usize::from(is_unbounded);
        self.priority.push_back(PriorityEntry { slot, is_unbounded });
    }

    /// Returns the slot of the oldest priority message.
    pub(super) fn first_priority(&self) -> Option<usize> {
        self.priority.front().map(|priority| priority.slot)
    }

    /// Removes the oldest priority message.
    pub(super) fn took_priority(&mut self) {
        if let Some(priority) = self.priority.pop_front() {
            self.priority_unbounded -= usize::from(priority.is_unbounded);
            self.slots.left.push(priority.slot);
        }
    }

    pub(super) fn priority_len(&self) -> usize {
        self.priority.len()
    }

    /// Returns the number of priority messages that count against the capacity.
    #[inline]
    pub(super) fn priority_bounded(&self) -> usize {
        self.priority.len() - self.priority_unbounded
    }

    /// Releases the memory if the side queues are empty. Returns whether they were.
    pub(super) fn reset_if_empty(&mut self) -> bool {
        let is_empty = self.priority.is_empty() && !self.is_waited_for_at_all();
        if is_empty {
            *self = SideQueue { next: self.next, ..SideQueue::default() };
        }
        is_empty
    }

    /// Returns whether any sender waits in the queue for `priority` or ordinary messages.
    #[inline]
    pub(super) fn is_waited_for(&self, priority: bool) -> bool {
        let waiting = if priority { &self.priority_waiting } else { &self.ordinary };
        !waiting.is_empty()
    }

    pub(super) fn is_waited_for_at_all(&self) -> bool {
        self.is_waited_for(false) || self.is_waited_for(true)
    }

    /// Adds a sender after all waiting ones. Returns its ticket, which is higher than all earlier
    /// ones, and the slot of its message.
    pub(super) fn wait(&mut self, priority: bool, waker: Option<Waker>) -> (Ticket, usize) {
        let (ticket, slot) = (self.next, self.slots.take());
        self.next += 1;
        let waiting = if priority { &mut self.priority_waiting } else { &mut self.ordinary };
        waiting.insert(ticket, WaitingSender { slot, waker });
        (ticket, slot)
    }

    /// Admits the longest-waiting sender of an ordinary message. Returns the slot of the message,
    /// which the caller moves to the queue.
    pub(super) fn admit(&mut self, wake: &mut Vec<Waker>) -> Option<usize> {
        let WaitingSender { slot, waker } = self.ordinary.pop_first()?;
        wake.extend(waker);
        self.slots.left.push(slot);
        Some(slot)
    }

    /// Admits senders of priority messages up to the capacity. Their messages stay in their slots.
    pub(super) fn admit_priority(&mut self, room: usize, wake: &mut Vec<Waker>) {
        while self.priority_bounded() < room {
            let Some(WaitingSender { slot, waker }) = self.priority_waiting.pop_first() else {
                return;
            };
            wake.extend(waker);
            self.accept_priority(slot, false);
        }
    }

    pub(super) fn is_waiting(&self, ticket: Ticket) -> bool {
        self.ordinary.contains(ticket) || self.priority_waiting.contains(ticket)
    }

    /// Updates the waker of a waiting sender. Returns the waker that is no longer needed.
    pub(super) fn exchange(&mut self, ticket: Ticket, waker: Waker) -> Option<Waker> {
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
    pub(super) fn leave(&mut self, ticket: Ticket) -> Option<(usize, Option<Waker>)> {
        let left = self.ordinary.remove(ticket);
        let WaitingSender { slot, waker } =
            left.or_else(|| self.priority_waiting.remove(ticket))?;
        self.slots.left.push(slot);
        Some((slot, waker))
    }

    /// Closes the side queues. Returns the slots of waiting calls, and adds the wakers of the other
    /// senders to `wake`. Values to drop stay in their slots, because no new message arrives.
    pub(super) fn close(&mut self, wake: &mut Vec<Waker>) -> Vec<usize> {
        let mut slots = Vec::new();
        for waiting in [&mut self.ordinary, &mut self.priority_waiting] {
            let calls = waiting.take_if(|sender| sender.waker.is_none());
            slots.extend(calls.into_iter().map(|call| call.slot));
            waiting.each(|sender| wake.extend(sender.waker.take()));
        }
        slots
    }
}
