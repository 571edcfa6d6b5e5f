//! How many lines the default reporter prints. Its memory has a bound, and what an incident costs does not
//! grow with their number.

use crate::exit::ActorId;
use crate::sync::Mutex;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How many lines of one actor are printed in a second.
const LINES: u64 = 10;

/// Of how many actors lines are printed in a second.
const ACTORS: usize = 1000;

/// What was reported in the present second.
#[derive(Default)]
pub(crate) struct Lines(Mutex<Second>);

/// One second, which begins with the first incident after the one before.
#[derive(Default)]
pub(super) struct Second {
    since: Option<Instant>,
    /// How many incidents of each actor there were.
    counts: BTreeMap<ActorId, u64>,
    /// How many of further actors, of which none is printed.
    others: u64,
}

impl Lines {
    /// Counts one more. Whether it is to be printed; before it, what was left unsaid in a second that is
    /// over.
    ///
    /// The first incident of an actor in a second makes an entry of the map, which is visited once more,
    /// without the lock, when the second is over. So `n` incidents visit at most `n` entries.
    pub(super) fn count(&self, id: ActorId, now: Instant) -> (Option<Second>, bool) {
        let mut second = self.0.lock();
        let is_over = second
            .since
            .is_some_and(|since| now.saturating_duration_since(since) >= Duration::from_secs(1));
        let unsaid = is_over.then(|| std::mem::take(&mut *second));
        second.since.get_or_insert(now);
        (unsaid, second.count(id))
    }

    /// What is left unsaid in the present second.
    pub(super) fn rest(&self) -> Second {
        std::mem::take(&mut *self.0.lock())
    }
}

impl Second {
    fn count(&mut self, id: ActorId) -> bool {
        let is_full = self.counts.len() >= ACTORS;
        let count = match self.counts.get_mut(&id) {
            Some(count) => count,
            None if is_full => {
                self.others += 1;
                return false;
            }
            None => self.counts.entry(id).or_insert(0),
        };
        *count += 1;
        *count <= LINES
    }

    /// What was left unsaid.
    pub(super) fn lines(&self) -> impl Iterator<Item = String> {
        let more = self.counts.iter().filter(|(_, count)| **count > LINES);
        let more = more.map(|(id, count)| format!("#{id}: {} more incidents", count - LINES));
        let others =
            (self.others > 0).then(|| format!("{} more incidents of other actors", self.others));
        more.chain(others)
    }
}

#[cfg(test)]
mod tests {
    use super::{ACTORS, ActorId, Duration, Instant, LINES, Lines, Second};

    fn id(number: u64) -> ActorId {
        ActorId { system: 0, number }
    }

    fn said(unsaid: &Second) -> Vec<String> {
        unsaid.lines().collect()
    }

    #[test]
    fn unprinted_incidents_are_counted_and_told_in_the_next_second() {
        let (lines, start) = (Lines::default(), Instant::now());
        for number in 1..=12 {
            let (unsaid, is_said) = lines.count(id(1), start);
            assert!(unsaid.is_none());
            assert_eq!(is_said, number <= LINES);
        }
        assert!(lines.count(id(2), start).1);
        let (unsaid, is_said) = lines.count(id(2), start + Duration::from_secs(1));
        assert_eq!(unsaid.as_ref().map(said), Some(vec!["#1: 2 more incidents".to_owned()]));
        assert!(is_said, "a new second has begun");
    }

    #[test]
    fn the_reporter_is_linear_and_its_memory_bounded() {
        for actors in [1_000, 10_000, 100_000] {
            let (lines, start) = (Lines::default(), Instant::now());
            let (mut looked_at, mut printed) = (0, 0);
            for number in 0..actors {
                // All of them within a second, and then a tenth of a second apart.
                for now in [start, start + Duration::from_millis(100 * number)] {
                    let (unsaid, is_said) = lines.count(id(number), now);
                    printed += u64::from(is_said);
                    looked_at += unsaid.map_or(0, |second| second.counts.len());
                    assert!(lines.0.lock().counts.len() <= ACTORS);
                }
            }
            assert!(looked_at as u64 <= 2 * actors, "an entry is looked at once");
            assert!(printed >= actors, "those that are apart are all printed");
        }
    }

    #[test]
    fn incidents_of_more_actors_than_are_kept_are_counted_together() {
        let (lines, start) = (Lines::default(), Instant::now());
        let printed = (0..100_000).filter(|number| lines.count(id(*number), start).1).count();
        assert_eq!(printed, ACTORS);
        assert_eq!(said(&lines.rest()), ["99000 more incidents of other actors"]);
    }
}
