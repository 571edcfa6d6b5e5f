//! Layer 1: what runs next among all that can: by a seed, or as listed. It sees numbers only.
//!
//! Choice 0 is the newest, which is what would come next if there were one train of thought; each
//! other choice is a deviation from that. So a schedule is told by its deviations.

use std::collections::BTreeMap;

/// One choice that was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decision {
    /// Which: 0 is what comes by itself.
    pub(crate) taken: u32,
    /// Among how many.
    pub(crate) of: u32,
}

/// So often what comes by itself is the oldest instead: nothing that can run waits for ever.
const FAIR: usize = 64;

/// The choices that are remembered.
const MOST: usize = 1 << 22;

#[derive(Debug)]
pub(crate) struct Chooser {
    policy: Policy,
    made: Vec<Decision>,
    count: usize,
}

#[derive(Debug)]
enum Policy {
    /// Deviates with the probability given, to any of the others alike.
    Seeded(fastrand::Rng, f64),
    /// Deviates where it is told to, by the number of choices made before.
    Listed(BTreeMap<usize, u32>),
}

impl Chooser {
    /// Chooses by `seed`. How often it deviates is a matter of the seed too: some bugs need many
    /// deviations, some few.
    pub(crate) fn seeded(seed: u64) -> Chooser {
        let mut rng = fastrand::Rng::with_seed(seed);
        let deviates = [1.0, 1.0, 0.5, 0.2, 0.05][rng.usize(..5)];
        Chooser::new(Policy::Seeded(rng, deviates))
    }

    /// Makes the deviations listed, and no others.
    pub(crate) fn listed(deviations: BTreeMap<usize, u32>) -> Chooser {
        Chooser::new(Policy::Listed(deviations))
    }

    fn new(policy: Policy) -> Chooser {
        Chooser { policy, made: Vec::new(), count: 0 }
    }

    /// One of `of`, which is not zero, and the one that comes by itself.
    pub(super) fn choose(&mut self, of: usize) -> (usize, usize) {
        if of == 1 {
            return (0, 0);
        }
        let usual = if self.count % FAIR == FAIR - 1 { of - 1 } else { 0 };
        let deviation = match &mut self.policy {
            Policy::Seeded(rng, deviates) => {
                if rng.f64() < *deviates {
                    rng.usize(..of)
                } else {
                    0
                }
            }
            Policy::Listed(listed) => {
                let listed = listed.get(&self.count).map_or(0, |taken| *taken as usize);
                listed.min(of - 1)
            }
        };
        self.count += 1;
        if self.made.len() < MOST {
            let word = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            self.made.push(Decision { taken: word(deviation), of: word(of) });
        }
        ((usual + deviation) % of, usual)
    }

    pub(super) fn made(&self) -> &[Decision] {
        &self.made
    }
}

#[cfg(test)]
mod tests {
    use super::{BTreeMap, Chooser};

    #[test]
    fn a_listed_schedule_is_the_seeded_one_again() {
        let mut seeded = Chooser::seeded(7);
        let sizes = (0..500).map(|n| n % 5 + 1);
        let first: Vec<usize> = sizes.clone().map(|of| seeded.choose(of).0).collect();
        let list = seeded.made().iter().map(|decision| decision.taken).enumerate();
        let mut listed = Chooser::listed(list.collect());
        assert_eq!(first, sizes.map(|of| listed.choose(of).0).collect::<Vec<_>>());
    }

    #[test]
    fn without_deviations_the_newest_is_next_and_the_oldest_now_and_then() {
        let mut listed = Chooser::listed(BTreeMap::new());
        let chosen: Vec<usize> = (0..128).map(|_| listed.choose(3).0).collect();
        assert_eq!(chosen.iter().filter(|chosen| **chosen == 0).count(), 126);
        assert_eq!((chosen[63], chosen[127]), (2, 2));
    }
}
