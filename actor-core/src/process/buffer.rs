//! The messages that an inbox has drained and the process has not taken: the messages that a
//! matcher has refused, as in the save queue of an Erlang process, and the messages not yet
//! examined. Plain data: calls no matcher and takes no lock.

use crate::cell::mailbox::Drained;
use crate::cell::queue::LazyDeque;
use crate::cell::state::SystemMessage;
use std::any::TypeId;
use std::collections::VecDeque;

pub(super) struct InboxBuffer<M> {
    /// The refused messages, oldest first.
    pub(super) refused: VecDeque<RefusedMessage<M>>,
    /// The oldest message not yet examined.
    first: Option<M>,
    /// The other messages not yet examined.
    rest: LazyDeque<M>,
    /// The system messages. Each has its sequence number: the number of messages accepted before
    /// it.
    system_messages: VecDeque<(u64, SystemMessage)>,
    /// The number of messages accepted before the oldest one not yet examined.
    before: u64,
    /// For each recognizable matcher, the number of messages in `refused` that it has refused.
    positions: Vec<(TypeId, usize)>,
}

/// A refused message.
pub(super) enum RefusedMessage<M> {
    Queued(M),
    /// Created from a system message. Such a message does not count against the capacity and ends
    /// with the life.
    FromNotice(M),
    /// A matcher is examining the message. Other code sees this state only after a panic, when the
    /// message is lost.
    Taken,
}

/// The next message not yet examined.
pub(super) enum Unexamined<M> {
    Message(M),
    SystemMessage(SystemMessage),
    Nothing,
}

impl<M: 'static> InboxBuffer<M> {
    pub(super) fn new() -> Self {
        InboxBuffer {
            refused: VecDeque::new(),
            first: None,
            rest: LazyDeque::new(),
            system_messages: VecDeque::new(),
            before: 0,
            positions: Vec::new(),
        }
    }

    /// Takes the oldest message or notification not yet examined, in FIFO order.
    pub(super) fn next_unexamined(&mut self) -> Unexamined<M> {
        let is_due = self.system_messages.front().is_some_and(|(due, _)| *due <= self.before);
        if is_due && let Some((_, notice)) = self.system_messages.pop_front() {
            return Unexamined::SystemMessage(notice);
        }
        match self.first.take().or_else(|| self.rest.pop_front()) {
            Some(message) => {
                self.before += 1;
                Unexamined::Message(message)
            }
            None => Unexamined::Nothing,
        }
    }

    /// Adds the messages drained by `drain`, which gets an empty block for them. Called only when no
    /// unexamined message is left. Returns `false` if no more messages will arrive.
    pub(super) fn fill(&mut self, drain: impl FnOnce(&mut LazyDeque<M>) -> Drained<M>) -> bool {
        debug_assert!(self.first.is_none() && self.system_messages.is_empty());
        let drained = drain(&mut self.rest);
        (self.first, self.system_messages, self.before) =
            (drained.first, drained.system_messages, drained.before);
        !drained.is_over
    }

    /// Takes the system messages that were not examined.
    pub(super) fn take_system_messages(&mut self) -> VecDeque<(u64, SystemMessage)> {
        std::mem::take(&mut self.system_messages)
    }

    pub(super) fn has_unexamined(&self) -> bool {
        self.first.is_some() || !self.system_messages.is_empty()
    }

    /// Releases the memory of a past burst: a waiting process holds none.
    pub(super) fn release_memory(&mut self) {
        self.rest = LazyDeque::new();
        if self.refused.is_empty() {
            self.refused = VecDeque::new();
        }
    }

    /// Removes the message at `at`.
    pub(super) fn remove(&mut self, at: usize) {
        self.refused.remove(at);
        for (_, position) in &mut self.positions {
            *position -= usize::from(*position > at);
        }
    }

    /// Returns the index at which the matcher continues. A new matcher starts at the oldest
    /// message.
    pub(super) fn position(&self, matcher: TypeId) -> usize {
        let known = self.positions.iter().find(|(known, _)| *known == matcher);
        known.map_or(0, |(_, position)| *position)
    }

    /// Records that the matcher has refused all messages before `at`.
    pub(super) fn set_position(&mut self, matcher: TypeId, at: usize) {
        match self.positions.iter_mut().find(|(known, _)| *known == matcher) {
            Some((_, position)) => *position = at,
            None => self.positions.push((matcher, at)),
        }
    }

    /// Splits the buffer into messages that were not taken, in order, system messages, and messages
    /// created from system messages.
    pub(super) fn into_parts(mut self) -> (LazyDeque<M>, VecDeque<(u64, SystemMessage)>, Vec<M>) {
        let (mut messages, mut created) = (LazyDeque::new(), Vec::new());
        for message in self.refused {
            match message {
                RefusedMessage::Queued(message) => messages.push_back(&mut Some(message)),
                RefusedMessage::FromNotice(message) => created.push(message),
                RefusedMessage::Taken => {}
            }
        }
        if self.first.is_some() {
            messages.push_back(&mut self.first);
        }
        while let Some(message) = self.rest.pop_front() {
            messages.push_back(&mut Some(message));
        }
        (messages, self.system_messages, created)
    }
}

#[cfg(test)]
mod tests {
    use super::{InboxBuffer, RefusedMessage, TypeId};

    #[test]
    fn removing_a_message_moves_only_the_positions_behind_it() {
        let mut buffer = InboxBuffer::new();
        buffer.refused.extend((0..4).map(RefusedMessage::Queued));
        let (first, second) = (TypeId::of::<u8>(), TypeId::of::<u16>());
        buffer.set_position(first, 4);
        buffer.set_position(second, 1);
        buffer.remove(1);
        assert_eq!((buffer.position(first), buffer.position(second)), (3, 1));
        buffer.remove(0);
        assert_eq!((buffer.position(first), buffer.position(second)), (2, 0));
        assert_eq!(buffer.position(TypeId::of::<u32>()), 0);
    }
}
