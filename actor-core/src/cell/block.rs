//! Messages in a row, as a deque that takes one word as long as it is not needed, which for most
//! actors is always. What it holds is handed over by exchanging that word.
//!
//! Compiled for each actor, so it is the one container of messages that a mailbox has, and does with
//! few verbs: in its deque lie places, which can be empty.

use std::collections::VecDeque;

#[allow(clippy::box_collection, reason = "one word, where a deque takes four")]
pub(crate) struct Block<M>(Option<Box<VecDeque<Option<M>>>>);

impl<M> Block<M> {
    pub(crate) const fn new() -> Self {
        Block(None)
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

    /// Takes the message, which is there, out of `message`.
    #[inline]
    pub(crate) fn push_back(&mut self, message: &mut Option<M>) {
        if self.0.is_none() {
            self.begin();
        }
        if let Some(messages) = &mut self.0 {
            messages.push_back(message.take());
        }
    }

    #[cold]
    fn begin(&mut self) {
        self.0 = Some(Box::new(VecDeque::new()));
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

    /// The message at this place.
    #[inline]
    pub(crate) fn get(&mut self, place: usize) -> Option<&M> {
        if let Some(messages) = &mut self.0
            && let Some(Some(message)) = messages.get_mut(place)
        {
            Some(message)
        } else {
            None
        }
    }

    /// Takes the message out of this place, which stays.
    pub(super) fn take(&mut self, place: usize) -> Option<M> {
        if let Some(messages) = &mut self.0
            && let Some(message) = messages.get_mut(place)
        {
            message.take()
        } else {
            None
        }
    }

    /// Lays the message into this place, which is empty, or the next to be made.
    pub(super) fn lay(&mut self, place: usize, message: &mut Option<M>) {
        if let Some(messages) = &mut self.0
            && let Some(empty) = messages.get_mut(place)
        {
            *empty = message.take();
        } else {
            self.push_back(message);
        }
    }

    /// Moves the first `count` messages behind those in `into`.
    pub(super) fn hand_over(&mut self, count: usize, into: &mut Block<M>) {
        // A plain loop: `drain` is compiled for each actor, and many times as long.
        for _ in 0..count {
            let mut message = self.pop_front();
            if message.is_none() {
                return;
            }
            into.push_back(&mut message);
        }
    }

    /// Whether it takes more than its word.
    pub(crate) fn is_there(&self) -> bool {
        self.0.is_some()
    }

    /// Gives the memory back, if there is any and no message in it.
    #[inline]
    pub(crate) fn give_back(&mut self) {
        if self.0.is_some() && self.is_empty() {
            self.0 = None;
        }
    }
}
