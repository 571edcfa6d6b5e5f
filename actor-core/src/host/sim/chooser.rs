//! Layer 1: what runs next among all that can, and how long it takes: by a seed, or as listed. It sees
//! numbers only.
//!
//! Choice 0 is the newest, which is what would come next if there were one train of thought; each
//! other choice is a deviation from that. A step that takes time is one too. So a schedule is told by its
//! deviations.

use std::collections::BTreeMap;
use std::time::Duration;

/// One choice that was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decision {
    /// Which: 0 is what comes by itself.
    pub(crate) taken: u32,
    /// Among how many.
    pub(crate) of: u32,
}

/// Where a schedule may deviate from what comes by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    /// The choice that comes after so many others: which is taken.
    Choice(usize),
    /// The step that comes after so many others: how many microseconds it takes.
    Time(usize),
}

/// The deviations of a schedule.
pub(crate) type Deviations = BTreeMap<Place, u32>;

/// The longest time that a step takes, in microseconds.
pub(crate) const LONGEST: u32 = 1000;

/// So often what comes by itself is the oldest instead: nothing that can run waits for ever.
const FAIR: usize = 64;

/// The choices that are remembered, and the steps whose time is.
const MOST: usize = 1 << 22;

#[derive(Debug)]
pub(crate) struct Chooser {
    policy: Policy,
    made: Vec<Decision>,
    count: usize,
    /// How long each step took that took time, by the number of steps before it.
    took: Vec<(usize, u32)>,
    steps: usize,
}

#[derive(Debug)]
enum Policy {
    /// Deviates with the probability given, to any of the others alike. The time of steps has a generator
    /// of its own, so that the choices are the same with it and without.
    Seeded { rng: fastrand::Rng, deviates: f64, time: Option<fastrand::Rng> },
    /// Deviates where it is told to.
    Listed(Deviations),
}

impl Chooser {
    /// Chooses by `seed`. How often it deviates is a matter of the seed too: some bugs need many
    /// deviations, some few. If `takes_time`, each step takes up to a millisecond, by the seed.
    pub(crate) fn seeded(seed: u64, takes_time: bool) -> Chooser {
        let mut rng = fastrand::Rng::with_seed(seed);
        let deviates = [1.0, 1.0, 0.5, 0.2, 0.05][rng.usize(..5)];
        let time = takes_time.then(|| fastrand::Rng::with_seed(!seed));
        Chooser::new(Policy::Seeded { rng, deviates, time })
    }

    /// Makes the deviations listed, and no others.
    pub(crate) fn listed(deviations: Deviations) -> Chooser {
        Chooser::new(Policy::Listed(deviations))
    }

    fn new(policy: Policy) -> Chooser {
        Chooser { policy, made: Vec::new(), count: 0, took: Vec::new(), steps: 0 }
    }

    /// One of `of`, which is not zero, and the one that comes by itself.
    pub(super) fn choose(&mut self, of: usize) -> (usize, usize) {
        if of == 1 {
            return (0, 0);
        }
        let usual = if self.count % FAIR == FAIR - 1 { of - 1 } else { 0 };
        let deviation = match &mut self.policy {
            Policy::Seeded { rng, deviates, .. } => {
                if rng.f64() < *deviates {
                    rng.usize(..of)
                } else {
                    0
                }
            }
            Policy::Listed(listed) => {
                let listed = listed.get(&Place::Choice(self.count));
                listed.map_or(0, |taken| *taken as usize).min(of - 1)
            }
        };
        self.count += 1;
        if self.made.len() < MOST {
            let word = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            self.made.push(Decision { taken: word(deviation), of: word(of) });
        }
        ((usual + deviation) % of, usual)
    }

    /// How long the present step takes. It is the end of the step.
    pub(super) fn time(&mut self) -> Duration {
        let micros = match &mut self.policy {
            Policy::Seeded { time: Some(rng), .. } => log_uniform(rng),
            Policy::Seeded { time: None, .. } => 0,
            Policy::Listed(listed) => {
                listed.get(&Place::Time(self.steps)).map_or(0, |micros| *micros)
            }
        };
        if micros != 0 && self.took.len() < MOST {
            self.took.push((self.steps, micros));
        }
        self.steps += 1;
        Duration::from_micros(micros.into())
    }

    pub(super) fn made(&self) -> &[Decision] {
        &self.made
    }

    /// What makes this schedule again, if it is listed.
    pub(super) fn deviations(&self) -> Deviations {
        let choices = self.made.iter().map(|decision| decision.taken).enumerate();
        let choices = choices.map(|(at, taken)| (Place::Choice(at), taken));
        let times = self.took.iter().map(|(at, micros)| (Place::Time(*at), *micros));
        choices.chain(times).filter(|(_, taken)| *taken != 0).collect()
    }
}

/// From 0 to [`LONGEST`], each order of magnitude alike, and one time in eleven the longest: so a timer of
/// that length races the very next step. In whole numbers, so that it is the same on every machine.
fn log_uniform(rng: &mut fastrand::Rng) -> u32 {
    let base = 1_u32 << rng.u32(..=LONGEST.ilog2() + 1);
    (base - 1 + rng.u32(..base)).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::{Chooser, Deviations, Duration, LONGEST, log_uniform};

    #[test]
    fn a_listed_schedule_is_the_seeded_one_again() {
        for takes_time in [false, true] {
            let mut seeded = Chooser::seeded(7, takes_time);
            let run = |chooser: &mut Chooser| {
                let sizes = (0..500).map(|n| n % 5 + 1);
                sizes.map(|of| (chooser.choose(of).0, chooser.time())).collect::<Vec<_>>()
            };
            let first = run(&mut seeded);
            assert_eq!(takes_time, first.iter().any(|(_, time)| *time > Duration::ZERO));
            assert_eq!(first, run(&mut Chooser::listed(seeded.deviations())));
        }
    }

    #[test]
    fn the_choices_of_a_seed_are_the_same_with_time_and_without() {
        let choices = |takes_time| {
            let mut chooser = Chooser::seeded(8, takes_time);
            let choose = |_| {
                chooser.time();
                chooser.choose(3).0
            };
            (0..200).map(choose).collect::<Vec<_>>()
        };
        assert_eq!(choices(false), choices(true));
    }

    #[test]
    fn without_deviations_the_newest_is_next_and_the_oldest_now_and_then() {
        let mut listed = Chooser::listed(Deviations::new());
        let chosen: Vec<usize> = (0..128).map(|_| listed.choose(3).0).collect();
        assert_eq!(chosen.iter().filter(|chosen| **chosen == 0).count(), 126);
        assert_eq!((chosen[63], chosen[127]), (2, 2));
    }

    #[test]
    fn times_are_of_each_order_of_magnitude() {
        let mut rng = fastrand::Rng::with_seed(1);
        let times: Vec<u32> = (0..10_000).map(|_| log_uniform(&mut rng)).collect();
        let below = |limit: u32| times.iter().filter(|time| **time <= limit).count();
        assert_eq!(below(LONGEST), 10_000);
        for (limit, share) in [(0, 909), (30, 4_545), (254, 7_273), (999, 9_091)] {
            assert!(below(limit).abs_diff(share) < 300, "{} up to {limit}", below(limit));
        }
    }
}
