//! Side queues: priority messages and messages of waiting senders. Only their slots are managed
//! here; the messages are stored in the lane. No lock here: the lane's mutex protects this.

use super::ordered_map::Ordered;
use super::queue::Ticket;
use std::collections::VecDeque;
use std::task::Waker;

/// Created when a sender first waits or the first priority message arrives, and then kept: an
/// admitted call is not notified, so tickets must never be reused.
#[derive(Default)]
pub(crate) struct Apart {
    next: Ticket,
    /// Senders of ordinary messages that wait for capacity.
    ordinary: Waiting,
    /// Priority messages. They have no sequence number among the other messages.
    urgent: VecDeque<Urgent>,
    /// The number of these that need no capacity.
    urgent_free: usize,
    /// Senders of priority messages that wait for capacity.
    urgent_waiting: Waiting,
    places: Places,
}

struct Urgent {
    place: usize,
    is_free: bool,
}

/// The senders that wait for capacity in one queue, in order.
type Waiting = Ordered<Sender>;

struct Sender {
    place: usize,
    /// `None` for a call: it waits for the reply and needs no notification of its admission.
    waker: Option<Waker>,
}

#[derive(Default)]
struct Places {
    count: usize,
    /// The free slots.
    left: Vec<usize>,
}

impl Places {
    fn take(&mut self) -> usize {
        if let Some(place) = self.left.pop() {
            return place;
        }
        self.count += 1;
        self.count - 1
    }
}

impl Apart {
    /// Adds a priority message; returns its slot.
    pub(super) fn push_urgent(&mut self, is_free: bool) -> usize {
        let place = self.places.take();
        self.enter_urgent(place, is_free);
        place
    }

    fn enter_urgent(&mut self, place: usize, is_free: bool) {
        self.urgent_free += usize::from(is_free);
        self.urgent.push_back(Urgent { place, is_free });
    }

    /// The slot of the oldest priority message.
    pub(super) fn urgent(&self) -> Option<usize> {
        self.urgent.front().map(|urgent| urgent.place)
    }

    /// Removes the oldest priority message.
    pub(super) fn took_urgent(&mut self) {
        if let Some(urgent) = self.urgent.pop_front() {
            self.urgent_free -= usize::from(urgent.is_free);
            self.places.left.push(urgent.place);
        }
    }

    pub(super) fn urgent_len(&self) -> usize {
        self.urgent.len()
    }

    /// The number of priority messages that count against the capacity.
    #[inline]
    pub(super) fn urgent_bounded(&self) -> usize {
        self.urgent.len() - self.urgent_free
    }

    /// Releases the memory if the side queues are empty; returns whether they were.
    pub(super) fn forget_places(&mut self) -> bool {
        let is_empty = self.urgent.is_empty() && !self.is_waited_for_at_all();
        if is_empty {
            *self = Apart { next: self.next, ..Apart::default() };
        }
        is_empty
    }

    /// Whether any sender waits in that queue.
    #[inline]
    pub(super) fn is_waited_for(&self, priority: bool) -> bool {
        let waiting = if priority { &self.urgent_waiting } else { &self.ordinary };
        !waiting.is_empty()
    }

    pub(super) fn is_waited_for_at_all(&self) -> bool {
        self.is_waited_for(false) || self.is_waited_for(true)
    }

    /// Adds a sender behind all waiting ones; tickets only grow. Returns the slot of the message.
    pub(super) fn wait(&mut self, priority: bool, waker: Option<Waker>) -> (Ticket, usize) {
        let (ticket, place) = (self.next, self.places.take());
        self.next += 1;
        let waiting = if priority { &mut self.urgent_waiting } else { &mut self.ordinary };
        waiting.insert(ticket, Sender { place, waker });
        (ticket, place)
    }

    /// Admits the longest-waiting sender of an ordinary message; returns the slot from which the
    /// message is moved.
    pub(super) fn let_in(&mut self, wake: &mut Vec<Waker>) -> Option<usize> {
        let Sender { place, waker } = self.ordinary.pop_first()?;
        wake.extend(waker);
        self.places.left.push(place);
        Some(place)
    }

    /// Admits senders of priority messages up to the capacity. Their messages stay in their slots.
    pub(super) fn let_in_urgent(&mut self, room: usize, wake: &mut Vec<Waker>) {
        while self.urgent_bounded() < room {
            let Some(Sender { place, waker }) = self.urgent_waiting.pop_first() else { return };
            wake.extend(waker);
            self.enter_urgent(place, false);
        }
    }

    pub(super) fn is_waiting(&self, ticket: Ticket) -> bool {
        self.ordinary.contains(ticket) || self.urgent_waiting.contains(ticket)
    }

    /// Updates the waker of a waiting sender; returns the waker that is no longer needed.
    pub(super) fn exchange(&mut self, ticket: Ticket, waker: Waker) -> Option<Waker> {
        let sender = match self.ordinary.get_mut(ticket) {
            None => self.urgent_waiting.get_mut(ticket),
            found => found,
        };
        match sender {
            Some(sender) => sender.waker.replace(waker),
            None => Some(waker),
        }
    }

    /// Removes a waiting sender; returns the slot of its message, and its waker.
    pub(super) fn leave(&mut self, ticket: Ticket) -> Option<(usize, Option<Waker>)> {
        let left = self.ordinary.remove(ticket);
        let Sender { place, waker } = left.or_else(|| self.urgent_waiting.remove(ticket))?;
        self.places.left.push(place);
        Some((place, waker))
    }

    /// Closes the side queues: returns the slots of calls, which stop waiting, and the wakers of
    /// the others. Values to drop stay in their slots, because no new message arrives.
    pub(super) fn close(&mut self, wake: &mut Vec<Waker>) -> Vec<usize> {
        let mut places = Vec::new();
        for waiting in [&mut self.ordinary, &mut self.urgent_waiting] {
            let calls = waiting.take_if(|sender| sender.waker.is_none());
            places.extend(calls.into_iter().map(|call| call.place));
            waiting.each(|sender| wake.extend(sender.waker.take()));
        }
        places
    }
}
