//! The runnable agents, in an order that does not depend on the order of wake-ups within a
//! step.
//!
//! A program may drop or wake its actors in the order of a hash map, within one step. Agents that
//! became runnable in one step are therefore ordered by their numbers. The agents of earlier steps
//! come first, so the newest agent is last.

use std::collections::BTreeMap;

use super::root_task::RootTask;
use super::{Agent, Job};
use crate::sync::Arc;

/// A chunk with twice as many entries is split: no insertion or removal moves more than that.
const CHUNK: usize = 256;

/// The runnable agents.
pub(super) enum SimTask {
    Root(Arc<RootTask>),
    Job(Job, Agent),
}

impl SimTask {
    /// Wraps a job that is not a numbered task.
    pub(super) fn of(job: Job) -> SimTask {
        let agent = match &job {
            Job::Actor(actor) => Agent::Actor(actor.number()),
            Job::Task(_) => Agent::Task(0),
        };
        SimTask::Job(job, agent)
    }

    pub(super) fn agent(&self) -> Agent {
        match self {
            SimTask::Root(_) => Agent::Root,
            SimTask::Job(_, agent) => *agent,
        }
    }
}

/// The position of an entry in the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    /// The step in which the agent became runnable, or in which the last message was sent to it.
    step_number: u64,
    agent: Agent,
    /// Distinguishes root futures, of which one is driven and the others have ended.
    number: u64,
}

/// All runnable agents, the newest last.
#[derive(Default)]
pub(super) struct RunQueue {
    /// In order; no chunk is empty.
    chunks: Vec<Vec<(Rank, SimTask)>>,
    ranks: BTreeMap<Agent, Rank>,
    len: usize,
    numbers: u64,
}

impl RunQueue {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Adds an agent that became runnable in step `step_number`.
    pub(super) fn add(&mut self, task: SimTask, step_number: u64) {
        self.numbers += 1;
        let rank = Rank { step_number, agent: task.agent(), number: self.numbers };
        self.ranks.insert(rank.agent, rank);
        self.len += 1;
        let Some(at) = self.chunk_of(rank) else { return self.chunks.push(vec![(rank, task)]) };
        let chunk = &mut self.chunks[at];
        let place = chunk.partition_point(|(other, _)| *other < rank);
        chunk.insert(place, (rank, task));
        if chunk.len() > 2 * CHUNK {
            let tail = chunk.split_off(CHUNK);
            self.chunks.insert(at + 1, tail);
        }
    }

    /// Moves `agent`, if it is runnable, to the position of an agent that became runnable in step
    /// `step_number`, because it was sent a message in that step.
    pub(super) fn touch(&mut self, agent: Agent, step_number: u64) {
        let Some(rank) =
            self.ranks.get(&agent).copied().filter(|rank| rank.step_number != step_number)
        else {
            return;
        };
        let Some(at) = self.chunk_of(rank) else { return };
        let place = self.chunks[at].binary_search_by_key(&rank, |(rank, _)| *rank);
        let Ok(place) = place else { return };
        let task = self.take(at, place);
        self.add(task, step_number);
    }

    /// Returns the agent at this position, counted from the oldest.
    pub(super) fn agent(&self, place: usize) -> Option<Agent> {
        let (at, place) = self.find(place)?;
        Some(self.chunks[at][place].0.agent)
    }

    /// Removes the agent at this position, counted from the oldest.
    pub(super) fn remove(&mut self, place: usize) -> Option<SimTask> {
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

    fn take(&mut self, at: usize, place: usize) -> SimTask {
        let (rank, task) = self.chunks[at].remove(place);
        if self.chunks[at].is_empty() {
            self.chunks.remove(at);
        }
        self.len -= 1;
        if self.ranks.get(&rank.agent) == Some(&rank) {
            self.ranks.remove(&rank.agent);
        }
        task
    }

    /// Returns the index of the chunk that contains, or should contain, an entry of this rank, or
    /// `None` if there is no chunk.
    fn chunk_of(&self, rank: Rank) -> Option<usize> {
        let after = self.chunks.partition_point(|chunk| chunk[0].0 <= rank);
        if self.chunks.is_empty() { None } else { Some(after.saturating_sub(1)) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Agent, CHUNK, RootTask, RunQueue, SimTask};
    use crate::sync::Weak;

    fn actor(number: u64) -> Agent {
        Agent::Actor(number)
    }

    fn task(agent: Agent) -> SimTask {
        // The job itself does not matter here.
        let root = RootTask::new(Weak::new());
        match agent {
            Agent::Root => SimTask::Root(root),
            other => SimTask::Job(super::Job::Actor(Box::pin(Nothing)), other),
        }
    }

    struct Nothing;

    impl crate::executor::RunTask for Nothing {
        fn run(self: std::pin::Pin<Box<Self>>) {}
    }

    fn order(queue: &RunQueue) -> Vec<Agent> {
        (0..queue.len()).filter_map(|place| queue.agent(place)).collect()
    }

    #[test]
    fn the_order_of_wake_ups_within_a_step_does_not_matter() {
        for agents in [[3, 1, 2], [1, 2, 3], [2, 3, 1]] {
            let mut queue = RunQueue::default();
            queue.add(task(actor(9)), 1);
            agents.into_iter().for_each(|number| queue.add(task(actor(number)), 2));
            assert_eq!(order(&queue), [9, 1, 2, 3].map(actor));
            queue.touch(actor(9), 3);
            assert_eq!(order(&queue), [1, 2, 3, 9].map(actor));
            queue.touch(actor(2), 3);
            assert_eq!(order(&queue), [1, 3, 2, 9].map(actor));
        }
    }

    #[test]
    fn many_are_kept_in_order_and_taken_out_at_any_place() {
        let mut queue = RunQueue::default();
        let count = 9 * CHUNK as u64;
        // In an arbitrary order.
        (0..count).for_each(|number| queue.add(task(actor(number * 7 % count)), 1));
        assert_eq!(order(&queue), (0..count).map(actor).collect::<Vec<_>>());
        let mut left: Vec<u64> = (0..count).collect();
        while !left.is_empty() {
            let place = left.len() * 5 / 7;
            let taken = queue.remove(place).expect("there is one at each place");
            assert_eq!(taken.agent(), actor(left.remove(place)));
        }
        assert!(queue.len() == 0 && queue.remove(0).is_none() && queue.ranks.is_empty());
    }
}
