//! Messages that lie apart from the others: those with priority, and those whose senders wait for
//! room. Here are only their places; the messages lie in the lane. No lock here: the lane's mutex is
//! round it.

use super::ordered::Ordered;
use super::queue::Ticket;
use std::collections::VecDeque;
use std::task::Waker;

/// Made when a sender first waits or a message with priority comes, and kept: a call that was let in
/// does not hear of it, so tickets must never be used twice.
#[derive(Default)]
pub(crate) struct Apart {
    next: Ticket,
    /// Who waits for room among the ordinary messages.
    ordinary: Waiting,
    /// Messages with priority. They take no place in the order of the others.
    urgent: VecDeque<Urgent>,
    /// Of these, those that need no room.
    urgent_free: usize,
    /// Who waits for room among them.
    urgent_waiting: Waiting,
    places: Places,
}

struct Urgent {
    place: usize,
    is_free: bool,
}

/// The senders that wait for room in one lane, in order.
type Waiting = Ordered<Sender>;

struct Sender {
    place: usize,
    /// `None` for a call: it waits for the reply, and need not hear that it was accepted.
    waker: Option<Waker>,
}

#[derive(Default)]
struct Places {
    count: usize,
    /// Those that are empty.
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
    /// A message with priority comes: where it is to lie.
    pub(super) fn push_urgent(&mut self, is_free: bool) -> usize {
        let place = self.places.take();
        self.enter_urgent(place, is_free);
        place
    }

    fn enter_urgent(&mut self, place: usize, is_free: bool) {
        self.urgent_free += usize::from(is_free);
        self.urgent.push_back(Urgent { place, is_free });
    }

    /// Where the oldest message with priority lies.
    pub(super) fn urgent(&self) -> Option<usize> {
        self.urgent.front().map(|urgent| urgent.place)
    }

    /// The oldest message with priority is taken.
    pub(super) fn took_urgent(&mut self) {
        if let Some(urgent) = self.urgent.pop_front() {
            self.urgent_free -= usize::from(urgent.is_free);
            self.places.left.push(urgent.place);
        }
    }

    pub(super) fn urgent_len(&self) -> usize {
        self.urgent.len()
    }

    /// Of the messages with priority, those that the bound is for.
    #[inline]
    pub(super) fn urgent_bounded(&self) -> usize {
        self.urgent.len() - self.urgent_free
    }

    /// Gives the memory back, if no message lies apart; whether there was none.
    pub(super) fn forget_places(&mut self) -> bool {
        let is_empty = self.urgent.is_empty() && !self.is_waited_for_at_all();
        if is_empty {
            *self = Apart { next: self.next, ..Apart::default() };
        }
        is_empty
    }

    /// Whether anybody waits in that lane.
    #[inline]
    pub(super) fn is_waited_for(&self, priority: bool) -> bool {
        let waiting = if priority { &self.urgent_waiting } else { &self.ordinary };
        !waiting.is_empty()
    }

    pub(super) fn is_waited_for_at_all(&self) -> bool {
        self.is_waited_for(false) || self.is_waited_for(true)
    }

    /// Waits behind all who wait already; tickets only grow. Where the message is to lie.
    pub(super) fn wait(&mut self, priority: bool, waker: Option<Waker>) -> (Ticket, usize) {
        let (ticket, place) = (self.next, self.places.take());
        self.next += 1;
        let waiting = if priority { &mut self.urgent_waiting } else { &mut self.ordinary };
        waiting.insert(ticket, Sender { place, waker });
        (ticket, place)
    }

    /// Lets in who has waited longest among the ordinary ones: whence the message is to be moved.
    pub(super) fn let_in(&mut self, wake: &mut Vec<Waker>) -> Option<usize> {
        let Sender { place, waker } = self.ordinary.pop_first()?;
        wake.extend(waker);
        self.places.left.push(place);
        Some(place)
    }

    /// Lets in those with priority, as far as there is room. Their messages stay where they are.
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

    /// Looks after a sender that waits: whichever waker it needs no more is handed out.
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

    /// A sender waits no more: where its message lies, and its waker.
    pub(super) fn leave(&mut self, ticket: Ticket) -> Option<(usize, Option<Waker>)> {
        let left = self.ordinary.remove(ticket);
        let Sender { place, waker } = left.or_else(|| self.urgent_waiting.remove(ticket))?;
        self.places.left.push(place);
        Some((place, waker))
    }

    /// The mailbox closes: the places of calls, which wait no more; the others are to be woken. What
    /// is to be dropped keeps its place, since nobody comes any more.
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
