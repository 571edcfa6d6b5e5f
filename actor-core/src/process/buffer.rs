//! The messages that an inbox has drained and the process has not taken: those that a question
//! refused, and those not yet examined. Plain data: calls no question and takes no lock.

use crate::cell::drain::Drawn;
use crate::cell::lazy_deque::Block;
use crate::cell::state::Notice;
use std::any::TypeId;
use std::collections::VecDeque;

pub(super) struct Hand<M> {
    /// The refused messages, oldest first.
    pub(super) kept: VecDeque<Kept<M>>,
    /// The oldest message not yet examined.
    first: Option<M>,
    /// The other messages not yet examined.
    rest: Block<M>,
    /// Each with its sequence number: the number of messages accepted before it.
    notices: VecDeque<(u64, Notice)>,
    /// The number of messages accepted before the oldest one not yet examined.
    before: u64,
    /// For each recognizable question, the number of messages in `kept` that it has refused.
    marks: Vec<(TypeId, usize)>,
}

/// A refused message.
pub(super) enum Kept<M> {
    Mail(M),
    /// Created from a system message: it does not count against the capacity and ends with the
    /// life.
    Told(M),
    /// A question is examining it. Other code sees this state only after a panic: the message is
    /// then lost.
    Away,
}

/// The next message not yet examined.
pub(super) enum Fresh<M> {
    Mail(M),
    Notice(Notice),
    Nothing,
}

impl<M> Hand<M> {
    pub(super) fn new() -> Self {
        Hand {
            kept: VecDeque::new(),
            first: None,
            rest: Block::new(),
            notices: VecDeque::new(),
            before: 0,
            marks: Vec::new(),
        }
    }

    /// Takes the oldest message or notification not yet examined, in FIFO order.
    pub(super) fn next_fresh(&mut self) -> Fresh<M> {
        let is_due = self.notices.front().is_some_and(|(due, _)| *due <= self.before);
        if is_due && let Some((_, notice)) = self.notices.pop_front() {
            return Fresh::Notice(notice);
        }
        match self.first.take().or_else(|| self.rest.pop_front()) {
            Some(message) => {
                self.before += 1;
                Fresh::Mail(message)
            }
            None => Fresh::Nothing,
        }
    }

    /// Adds the messages drained by `draw`, which gets an empty block for them. Called only when no
    /// unexamined message is left. Returns `false` if no more messages will arrive.
    pub(super) fn fill(&mut self, draw: impl FnOnce(&mut Block<M>) -> Drawn<M>) -> bool {
        debug_assert!(self.first.is_none() && self.notices.is_empty());
        let drawn = draw(&mut self.rest);
        (self.first, self.notices, self.before) = (drawn.first, drawn.notices, drawn.before);
        !drawn.is_over
    }

    pub(super) fn has_news(&self) -> bool {
        self.first.is_some() || !self.notices.is_empty()
    }

    /// Releases the blocks of a past burst: a waiting process holds none.
    pub(super) fn give_back(&mut self) {
        self.rest = Block::new();
        if self.kept.is_empty() {
            self.kept = VecDeque::new();
        }
    }

    /// Removes the message at `at`.
    pub(super) fn remove(&mut self, at: usize) {
        self.kept.remove(at);
        for (_, mark) in &mut self.marks {
            *mark -= usize::from(*mark > at);
        }
    }

    /// The index at which the question continues; a new question starts at the oldest message.
    pub(super) fn mark(&self, question: TypeId) -> usize {
        let known = self.marks.iter().find(|(known, _)| *known == question);
        known.map_or(0, |(_, mark)| *mark)
    }

    /// Records that the question has refused all messages before `at`.
    pub(super) fn set_mark(&mut self, question: TypeId, at: usize) {
        match self.marks.iter_mut().find(|(known, _)| *known == question) {
            Some((_, mark)) => *mark = at,
            None => self.marks.push((question, at)),
        }
    }

    /// Splits the buffer into messages that were not taken, in order, system messages, and messages
    /// created from system messages.
    pub(super) fn into_parts(mut self) -> (Block<M>, VecDeque<(u64, Notice)>, Vec<M>) {
        let (mut messages, mut told) = (Block::new(), Vec::new());
        for kept in self.kept {
            match kept {
                Kept::Mail(message) => messages.push_back(&mut Some(message)),
                Kept::Told(message) => told.push(message),
                Kept::Away => {}
            }
        }
        if self.first.is_some() {
            messages.push_back(&mut self.first);
        }
        while let Some(message) = self.rest.pop_front() {
            messages.push_back(&mut Some(message));
        }
        (messages, self.notices, told)
    }
}

#[cfg(test)]
mod tests {
    use super::{Hand, Kept, TypeId};

    #[test]
    fn what_is_taken_out_moves_only_the_marks_behind_it() {
        let mut hand = Hand::new();
        hand.kept.extend((0..4).map(Kept::Mail));
        let (first, second) = (TypeId::of::<u8>(), TypeId::of::<u16>());
        hand.set_mark(first, 4);
        hand.set_mark(second, 1);
        hand.remove(1);
        assert_eq!((hand.mark(first), hand.mark(second)), (3, 1));
        hand.remove(0);
        assert_eq!((hand.mark(first), hand.mark(second)), (2, 0));
        assert_eq!(hand.mark(TypeId::of::<u32>()), 0);
    }
}
