//! Messages behind the first one: a deque that takes one word as long as it is not needed, which for
//! most actors is always. What it holds is handed over by exchanging that word.

use std::collections::VecDeque;

#[allow(clippy::box_collection, reason = "one word, where a deque takes four")]
pub(crate) struct Block<M>(Option<Box<VecDeque<M>>>);

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

    fn messages(&mut self) -> &mut VecDeque<M> {
        match &mut self.0 {
            Some(messages) => messages,
            empty => empty.insert(Box::new(VecDeque::new())),
        }
    }

    #[inline]
    pub(crate) fn push_back(&mut self, message: M) {
        match &mut self.0 {
            Some(messages) => messages.push_back(message),
            None => self.begin(message),
        }
    }

    #[cold]
    fn begin(&mut self, message: M) {
        self.messages().push_back(message);
    }

    pub(crate) fn push_front(&mut self, message: M) {
        self.messages().push_front(message);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    #[inline]
    pub(crate) fn pop_front(&mut self) -> Option<M> {
        self.0.as_mut()?.pop_front()
    }

    /// Takes the first message, if it is `wanted`.
    #[inline]
    pub(crate) fn pop_front_if(&mut self, wanted: impl FnOnce(&M) -> bool) -> Option<M> {
        let messages = self.0.as_mut()?;
        if wanted(messages.front()?) { messages.pop_front() } else { None }
    }

    /// Moves the first `count` messages behind those in `into`.
    pub(super) fn hand_over(&mut self, count: usize, into: &mut Block<M>) {
        // A plain loop: `drain` is compiled for each actor, and many times as long.
        for _ in 0..count {
            let Some(message) = self.pop_front() else { return };
            into.push_back(message);
        }
    }

    /// Exchanges the messages for the empty `other`.
    pub(super) fn exchange(&mut self, other: &mut VecDeque<M>) {
        if let Some(messages) = &mut self.0 {
            std::mem::swap(&mut **messages, other);
        }
    }

    pub(super) fn pop_back(&mut self) -> Option<M> {
        self.0.as_mut()?.pop_back()
    }

    /// Gives the memory back, if there is any and no message in it.
    #[inline]
    pub(crate) fn give_back(&mut self) {
        if self.0.is_some() && self.is_empty() {
            self.0 = None;
        }
    }
}
