//! The runnable agents, and the choice of the next one and of the duration of its step: by a seed, or
//! from a list.
//!
//! Choice 0 is the newest event, which is the default; every other choice is a deviation. A step
//! that takes time is a deviation, too. A schedule is described by its deviations.
//!
//! The order of the agents does not depend on the order of wake-ups within a step: a program may drop
//! or wake its actors in the order of a hash map. Agents that became runnable in one step are
//! therefore ordered by their numbers. The agents of earlier steps come first, so the newest agent is
//! last.

use super::{Agent, Job, RootTask};
use crate::sync::Arc;
use std::collections::BTreeMap;
use std::time::Duration;

/// One choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    /// The choice; 0 is the default.
    pub(crate) chosen: u32,
    /// The number of alternatives.
    pub(crate) alternatives: u32,
}

/// A point at which a schedule may deviate from the default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum DeviationPoint {
    /// The choice after this number of other choices.
    Choice(usize),
    /// The duration, in microseconds, of the step after this number of others.
    Duration(usize),
}

/// The deviations of a schedule.
pub(crate) type Deviations = BTreeMap<DeviationPoint, u32>;

/// The longest duration of a step, in microseconds.
pub(crate) const MAX_STEP_MICROS: u32 = 1000;

/// At this interval, the default is the oldest event instead, so that no runnable agent waits
/// forever.
const FAIRNESS_INTERVAL: usize = 64;

/// The number of stored choices and step durations.
const MAX_STORED: usize = 1 << 22;

#[derive(Debug)]
pub(crate) struct Scheduler {
    policy: SchedulePolicy,
    made: Vec<Choice>,
    count: usize,
    /// The durations of steps that took time, by the number of preceding steps.
    took: Vec<(usize, u32)>,
    steps: usize,
}

#[derive(Debug)]
enum SchedulePolicy {
    /// Deviates with the given probability, uniformly among the alternatives. The durations of
    /// steps have a separate generator, so that the choices are the same with and without them.
    Seeded { rng: fastrand::Rng, deviates: f64, time: Option<fastrand::Rng> },
    /// Deviates as listed.
    Listed(Deviations),
}

impl Scheduler {
    /// Chooses by `seed`. The seed also determines the probability of deviations: some bugs need
    /// many of them, some few. If `takes_time`, each step takes up to a millisecond, determined by
    /// the seed.
    pub(crate) fn seeded(seed: u64, takes_time: bool) -> Scheduler {
        let mut rng = fastrand::Rng::with_seed(seed);
        let deviates = [1.0, 1.0, 0.5, 0.2, 0.05][below(&mut rng, 5)];
        let time = takes_time.then(|| fastrand::Rng::with_seed(!seed));
        Scheduler::new(SchedulePolicy::Seeded { rng, deviates, time })
    }

    /// Makes only the listed deviations.
    pub(crate) fn listed(deviations: Deviations) -> Scheduler {
        Scheduler::new(SchedulePolicy::Listed(deviations))
    }

    fn new(policy: SchedulePolicy) -> Scheduler {
        Scheduler { policy, made: Vec::new(), count: 0, took: Vec::new(), steps: 0 }
    }

    /// Returns one of `of` alternatives, and the default. `of` is not zero.
    pub(super) fn choose(&mut self, of: usize) -> (usize, usize) {
        if of == 1 {
            return (0, 0);
        }
        let usual =
            if self.count % FAIRNESS_INTERVAL == FAIRNESS_INTERVAL - 1 { of - 1 } else { 0 };
        let deviation = match &mut self.policy {
            SchedulePolicy::Seeded { rng, deviates, .. } => {
                if rng.f64() < *deviates {
                    below(rng, of)
                } else {
                    0
                }
            }
            SchedulePolicy::Listed(listed) => {
                let listed = listed.get(&DeviationPoint::Choice(self.count));
                listed.map_or(0, |taken| *taken as usize).min(of - 1)
            }
        };
        self.count += 1;
        if self.made.len() < MAX_STORED {
            let word = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            self.made.push(Choice { chosen: word(deviation), alternatives: word(of) });
        }
        ((usual + deviation) % of, usual)
    }

    /// Returns the duration of the current step. Called at its end.
    pub(super) fn time(&mut self) -> Duration {
        let micros = match &mut self.policy {
            SchedulePolicy::Seeded { time: Some(rng), .. } => log_uniform(rng),
            SchedulePolicy::Seeded { time: None, .. } => 0,
            SchedulePolicy::Listed(listed) => {
                listed.get(&DeviationPoint::Duration(self.steps)).map_or(0, |micros| *micros)
            }
        };
        if micros != 0 && self.took.len() < MAX_STORED {
            self.took.push((self.steps, micros));
        }
        self.steps += 1;
        Duration::from_micros(micros.into())
    }

    pub(super) fn made(&self) -> &[Choice] {
        &self.made
    }

    /// Returns the deviations that reproduce this schedule.
    pub(super) fn deviations(&self) -> Deviations {
        let choices = self.made.iter().map(|choice| choice.chosen).enumerate();
        let choices = choices.map(|(at, taken)| (DeviationPoint::Choice(at), taken));
        let times = self.took.iter().map(|(at, micros)| (DeviationPoint::Duration(*at), *micros));
        choices.chain(times).filter(|(_, taken)| *taken != 0).collect()
    }
}

/// Returns a random number below `limit`, which must not be zero. `Rng::usize` is not used, because
/// it draws as many bits as a pointer has: a seed would not give the same numbers on every
/// platform.
fn below(rng: &mut fastrand::Rng, limit: usize) -> usize {
    usize::try_from(rng.u64(..limit as u64)).unwrap_or(0)
}

/// Returns a duration from 0 to [`MAX_STEP_MICROS`], with each order of magnitude equally likely.
/// One in eleven durations is the longest one: a timer of that length then races with the very next
/// step. Computed with integers, so that the result is the same on every machine.
fn log_uniform(rng: &mut fastrand::Rng) -> u32 {
    let base = 1_u32 << rng.u32(..=MAX_STEP_MICROS.ilog2() + 1);
    (base - 1 + rng.u32(..base)).min(MAX_STEP_MICROS)
}

/// A chunk with twice as many entries is split: no insertion or removal moves more than that.
const CHUNK: usize = if cfg!(miri) { 8 } else { 256 };

/// The runnable agents.
pub(super) enum SimTask {
    Root(Arc<RootTask>),
    Job(Job, Agent),
}

impl SimTask {
    /// Wraps a job that is not a numbered task.
    pub(super) fn of(mut job: Job) -> SimTask {
        let agent = match &mut job {
            Job::Actor(actor) => Agent::Actor(actor.as_mut().number()),
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
    use super::{
        Agent, CHUNK, Deviations, Duration, MAX_STEP_MICROS, RootTask, RunQueue, Scheduler,
        SimTask, log_uniform,
    };
    use crate::sync::Weak;

    #[test]
    fn the_listed_deviations_of_a_seed_reproduce_its_schedule() {
        for takes_time in [false, true] {
            let mut seeded = Scheduler::seeded(7, takes_time);
            let run = |scheduler: &mut Scheduler| {
                let sizes = (0..500).map(|n| n % 5 + 1);
                sizes.map(|of| (scheduler.choose(of).0, scheduler.time())).collect::<Vec<_>>()
            };
            let first = run(&mut seeded);
            assert_eq!(takes_time, first.iter().any(|(_, time)| *time > Duration::ZERO));
            assert_eq!(first, run(&mut Scheduler::listed(seeded.deviations())));
        }
    }

    #[test]
    fn the_choices_of_a_seed_are_the_same_with_time_and_without() {
        let choices = |takes_time| {
            let mut scheduler = Scheduler::seeded(8, takes_time);
            let choose = |_| {
                scheduler.time();
                scheduler.choose(3).0
            };
            (0..200).map(choose).collect::<Vec<_>>()
        };
        assert_eq!(choices(false), choices(true));
    }

    #[test]
    fn without_deviations_the_newest_runs_next_and_occasionally_the_oldest() {
        let mut listed = Scheduler::listed(Deviations::new());
        let chosen: Vec<usize> = (0..128).map(|_| listed.choose(3).0).collect();
        assert_eq!(chosen.iter().filter(|chosen| **chosen == 0).count(), 126);
        assert_eq!((chosen[63], chosen[127]), (2, 2));
    }

    #[test]
    fn times_are_of_each_order_of_magnitude() {
        let mut rng = fastrand::Rng::with_seed(1);
        let times: Vec<u32> = (0..10_000).map(|_| log_uniform(&mut rng)).collect();
        let below = |limit: u32| times.iter().filter(|time| **time <= limit).count();
        assert_eq!(below(MAX_STEP_MICROS), 10_000);
        for (limit, share) in [(0, 909), (30, 4_545), (254, 7_273), (999, 9_091)] {
            assert!(below(limit).abs_diff(share) < 300, "{} up to {limit}", below(limit));
        }
    }

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
    fn a_long_run_queue_stays_ordered_and_allows_removal_at_any_index() {
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
