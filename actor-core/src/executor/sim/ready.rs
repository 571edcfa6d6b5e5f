//! Layer 1: the runnable agents, in an order that does not depend on the order of wake-ups within a
//! step.
//!
//! A program may drop or wake its actors in the order of a hash map, within one step. Agents that
//! became runnable in one step are therefore ordered by their numbers, and steps are in order, the
//! newest last.

use std::collections::BTreeMap;

use super::body::Body;
use super::{Job, Subject};
use crate::sync::Arc;

/// A chunk with twice as many entries is split: no insertion or removal moves more than that.
const CHUNK: usize = 256;

/// The runnable agents.
pub(super) enum Ready {
    Body(Arc<Body>),
    Job(Job, Subject),
}

impl Ready {
    pub(super) fn subject(&self) -> Subject {
        match self {
            Ready::Body(_) => Subject::Body,
            Ready::Job(_, subject) => *subject,
        }
    }
}

/// The position of an entry in the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    /// The step in which it became runnable, or in which the last message was sent to it.
    turn: u64,
    subject: Subject,
    /// Distinguishes root futures, of which one is driven and the others have ended.
    number: u64,
}

/// All runnable agents, the newest last.
#[derive(Default)]
pub(super) struct Queue {
    /// In order; no chunk is empty.
    chunks: Vec<Vec<(Rank, Ready)>>,
    ranks: BTreeMap<Subject, Rank>,
    len: usize,
    numbers: u64,
}

impl Queue {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Adds an agent that became runnable in step `turn`.
    pub(super) fn add(&mut self, ready: Ready, turn: u64) {
        self.numbers += 1;
        let rank = Rank { turn, subject: ready.subject(), number: self.numbers };
        self.ranks.insert(rank.subject, rank);
        self.len += 1;
        let Some(at) = self.chunk_of(rank) else { return self.chunks.push(vec![(rank, ready)]) };
        let chunk = &mut self.chunks[at];
        let place = chunk.partition_point(|(other, _)| *other < rank);
        chunk.insert(place, (rank, ready));
        if chunk.len() > 2 * CHUNK {
            let tail = chunk.split_off(CHUNK);
            self.chunks.insert(at + 1, tail);
        }
    }

    /// `subject`, if it can run, was sent something in step `turn`: it is as new as that.
    pub(super) fn touch(&mut self, subject: Subject, turn: u64) {
        let Some(rank) = self.ranks.get(&subject).copied().filter(|rank| rank.turn != turn) else {
            return;
        };
        let Some(at) = self.chunk_of(rank) else { return };
        let place = self.chunks[at].binary_search_by_key(&rank, |(rank, _)| *rank);
        let Ok(place) = place else { return };
        let ready = self.take(at, place);
        self.add(ready, turn);
    }

    /// The agent at this position, counted from the oldest.
    pub(super) fn subject(&self, place: usize) -> Option<Subject> {
        let (at, place) = self.find(place)?;
        Some(self.chunks[at][place].0.subject)
    }

    /// Removes the agent at this position, counted from the oldest.
    pub(super) fn remove(&mut self, place: usize) -> Option<Ready> {
        let (at, place) = self.find(place)?;
        Some(self.take(at, place))
    }

    fn find(&self, mut place: usize) -> Option<(usize, usize)> {
        for (at, chunk) in self.chunks.iter().enumerate() {
            if place < chunk.len() {
                return Some((at, place));
            }
            place -= chunk.len();
        }
        None
    }

    fn take(&mut self, at: usize, place: usize) -> Ready {
        let (rank, ready) = self.chunks[at].remove(place);
        if self.chunks[at].is_empty() {
            self.chunks.remove(at);
        }
        self.len -= 1;
        if self.ranks.get(&rank.subject) == Some(&rank) {
            self.ranks.remove(&rank.subject);
        }
        ready
    }

    /// The chunk that contains, or should contain, an entry of this rank; none if there is no
    /// chunk.
    fn chunk_of(&self, rank: Rank) -> Option<usize> {
        let after = self.chunks.partition_point(|chunk| chunk[0].0 <= rank);
        if self.chunks.is_empty() { None } else { Some(after.saturating_sub(1)) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Body, CHUNK, Queue, Ready, Subject};
    use crate::sync::Weak;

    fn cell(number: u64) -> Subject {
        Subject::Cell(number)
    }

    fn ready(subject: Subject) -> Ready {
        // The job itself does not matter here.
        let body = Body::new(Weak::new());
        match subject {
            Subject::Body => Ready::Body(body),
            other => Ready::Job(super::Job::Actor(Box::pin(Nothing)), other),
        }
    }

    struct Nothing;

    impl crate::executor::RunTask for Nothing {
        fn run(self: std::pin::Pin<Box<Self>>) {}
    }

    fn order(queue: &Queue) -> Vec<Subject> {
        (0..queue.len()).filter_map(|place| queue.subject(place)).collect()
    }

    #[test]
    fn the_order_of_wake_ups_within_a_step_does_not_matter() {
        for subjects in [[3, 1, 2], [1, 2, 3], [2, 3, 1]] {
            let mut queue = Queue::default();
            queue.add(ready(cell(9)), 1);
            subjects.into_iter().for_each(|number| queue.add(ready(cell(number)), 2));
            assert_eq!(order(&queue), [9, 1, 2, 3].map(cell));
            queue.touch(cell(9), 3);
            assert_eq!(order(&queue), [1, 2, 3, 9].map(cell));
            queue.touch(cell(2), 3);
            assert_eq!(order(&queue), [1, 3, 2, 9].map(cell));
        }
    }

    #[test]
    fn many_are_kept_in_order_and_taken_out_at_any_place() {
        let mut queue = Queue::default();
        let count = 9 * CHUNK as u64;
        // In an arbitrary order.
        (0..count).for_each(|number| queue.add(ready(cell(number * 7 % count)), 1));
        assert_eq!(order(&queue), (0..count).map(cell).collect::<Vec<_>>());
        let mut left: Vec<u64> = (0..count).collect();
        while !left.is_empty() {
            let place = left.len() * 5 / 7;
            let taken = queue.remove(place).expect("there is one at each place");
            assert_eq!(taken.subject(), cell(left.remove(place)));
        }
        assert!(queue.len() == 0 && queue.remove(0).is_none() && queue.ranks.is_empty());
    }
}
