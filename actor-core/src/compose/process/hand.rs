//! The messages that an inbox has drawn and nobody has taken yet: those that a question was asked of
//! and refused, and those that nobody has looked at. Plain data: asks nothing and locks nothing.

use crate::cell::block::Block;
use crate::cell::draw::Drawn;
use crate::cell::seat::Notice;
use std::any::TypeId;
use std::collections::VecDeque;

pub(super) struct Hand<M> {
    /// What was looked at and refused, the oldest first.
    pub(super) kept: VecDeque<Kept<M>>,
    /// The oldest of what is new.
    first: Option<M>,
    /// The rest of what is new.
    rest: Block<M>,
    /// Each with its position: the number of messages that were accepted before it.
    notices: VecDeque<(u64, Notice)>,
    /// How many messages were accepted before the oldest new one.
    before: u64,
    /// How many of `kept` a question has refused, for each that is known again when it is asked again.
    marks: Vec<(TypeId, usize)>,
}

/// One message that was refused.
pub(super) enum Kept<M> {
    Mail(M),
    /// Made of a notice: it counts nowhere and ends with the life.
    Told(M),
    /// It is away to be asked about. Seen by others only if that panicked: then it is lost.
    Away,
}

/// What is next of what is new.
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

    /// Takes the oldest new thing, in the order of acceptance.
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

    /// Takes in what was drawn by `draw`, which is given the empty block for it. Only when nothing
    /// new is left; false if there will be nothing any more.
    pub(super) fn fill(&mut self, draw: impl FnOnce(&mut Block<M>) -> Drawn<M>) -> bool {
        debug_assert!(self.first.is_none() && self.notices.is_empty());
        let drawn = draw(&mut self.rest);
        (self.first, self.notices, self.before) = (drawn.first, drawn.notices, drawn.before);
        !drawn.is_over
    }

    pub(super) fn has_news(&self) -> bool {
        self.first.is_some() || !self.notices.is_empty()
    }

    /// Gives back the blocks of a burst that is over: a process that waits holds none.
    pub(super) fn give_back(&mut self) {
        self.rest = Block::new();
        if self.kept.is_empty() {
            self.kept = VecDeque::new();
        }
    }

    /// Takes out what lies at `at`.
    pub(super) fn remove(&mut self, at: usize) {
        self.kept.remove(at);
        for (_, mark) in &mut self.marks {
            *mark -= usize::from(*mark > at);
        }
    }

    /// Where the question is to begin; new ones begin with the oldest.
    pub(super) fn mark(&self, question: TypeId) -> usize {
        let known = self.marks.iter().find(|(known, _)| *known == question);
        known.map_or(0, |(_, mark)| *mark)
    }

    /// The question has refused all before `at`.
    pub(super) fn set_mark(&mut self, question: TypeId, at: usize) {
        match self.marks.iter_mut().find(|(known, _)| *known == question) {
            Some((_, mark)) => *mark = at,
            None => self.marks.push((question, at)),
        }
    }

    /// Takes it apart: messages that were not taken, in order; notices; messages made of notices.
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
