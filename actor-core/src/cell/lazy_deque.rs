//! A deque of messages that takes one word until it is first used, which never happens for most
//! actors. Its contents are handed over by swapping that word.
//!
//! The deque is compiled for each actor. It is therefore the only container of messages in a
//! mailbox, and has few operations. Its elements are slots, which can be empty.

use std::collections::VecDeque;

/// Moves a message into the empty slot `to`, without generating code to drop a previous value of
/// `to`.
#[inline]
pub(super) fn move_message<M>(from: &mut Option<M>, to: &mut Option<M>) {
    debug_assert!(to.is_none());
    std::mem::forget(std::mem::replace(to, from.take()));
}

#[allow(clippy::box_collection, reason = "one word, where a deque takes four")]
pub(crate) struct LazyDeque<M>(Option<Box<VecDeque<Option<M>>>>);

impl<M> LazyDeque<M> {
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
        if let Some(messages) = &mut self.0 {
            messages.push_back(message.take());
        }
    }

    #[cold]
    fn allocate(&mut self) {
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

    /// Moves the first message, if there is one, into the empty `slot`.
    #[inline]
    pub(crate) fn pop_into(&mut self, slot: &mut Option<M>) {
        if let Some(messages) = &mut self.0
            && let Some(mut first) = messages.pop_front()
        {
            move_message(&mut first, slot);
        }
    }

    /// Returns the message in this slot.
    #[inline]
    pub(crate) fn get(&mut self, slot: usize) -> Option<&M> {
        if let Some(messages) = &mut self.0
            && let Some(Some(message)) = messages.get_mut(slot)
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
            self.0 = None;
        }
    }
}
