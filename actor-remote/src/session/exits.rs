//! The order of exits, to or from another node, after all earlier messages.
//!
//! A *barrier* passes when all earlier messages have passed. A barrier takes a step in each queue of the session, so
//! only one barrier is in flight at a time, for all exits that were waiting when it started. Later exits share the next
//! barrier. Therefore any number of actors that end at once need two barriers.
//!
//! Invariant: at most one exit of each export waits. The number of exits of exports with a proxy is limited by the
//! number of proxies. The bytes of all other exits are limited by [`UNKNOWN`].

use crate::export::Lane;
use crate::frame::Ending;
use std::collections::HashMap;

/// The maximum number of bytes of waiting exits of actors without a proxy on this node. The address of such an actor
/// may be in a message that is not decoded yet.
const UNKNOWN: usize = 16 << 20;

/// The exits that wait for their barrier.
pub(crate) struct Exits<T> {
    /// Each with its export.
    waiting: Vec<(u64, T)>,
    /// The place of each export in `waiting`.
    places: HashMap<u64, usize>,
    /// The bytes of the exits without a proxy.
    unknown: usize,
    is_in_flight: bool,
}

impl<T> Exits<T> {
    pub(super) fn new() -> Self {
        Exits { waiting: Vec::new(), places: HashMap::new(), unknown: 0, is_in_flight: false }
    }

    /// Adds an exit, which replaces an earlier exit of the export. Returns the exits for a new barrier, unless a
    /// barrier is in flight.
    pub(crate) fn add(&mut self, export: u64, exit: T) -> Option<Vec<(u64, T)>> {
        if let Some(place) = self.places.get(&export) {
            self.waiting[*place].1 = exit;
        } else {
            self.places.insert(export, self.waiting.len());
            self.waiting.push((export, exit));
        }
        if std::mem::replace(&mut self.is_in_flight, true) {
            return None;
        }
        Some(self.take())
    }

    /// Records that the barrier has passed. Returns the exits for the next barrier.
    pub(crate) fn passed(&mut self) -> Option<Vec<(u64, T)>> {
        let next = self.take();
        self.is_in_flight = !next.is_empty();
        self.is_in_flight.then_some(next)
    }

    fn take(&mut self) -> Vec<(u64, T)> {
        self.places = HashMap::new();
        self.unknown = 0;
        std::mem::take(&mut self.waiting)
    }
}

impl Exits<Ending> {
    /// Counts the bytes of an exit of an export without a proxy. Returns `false` if the limit is exceeded.
    pub(crate) fn admits_unknown(&mut self, export: u64, exit: &Ending) -> bool {
        let before = self.places.get(&export).map(|place| self.waiting[*place].1.cost());
        self.unknown = (self.unknown + exit.cost()).saturating_sub(before.unwrap_or(0));
        self.unknown <= UNKNOWN
    }
}

/// The exit of an actor of this node that the other node holds.
pub(crate) struct ExitHere {
    pub(crate) exit: Ending,
    /// The queue of the messages for the actor.
    pub(crate) lane: Option<Lane>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exits_that_come_while_a_barrier_is_in_flight_share_the_next_one() {
        let mut exits = Exits::new();
        assert_eq!(exits.add(0, 'a'), Some(vec![(0, 'a')]));
        for export in (1..1000).rev() {
            assert_eq!(exits.add(export, 'b'), None);
        }
        assert_eq!(exits.passed(), Some((1..1000).rev().map(|export| (export, 'b')).collect()));
        assert_eq!(exits.add(1000, 'c'), None);
        assert_eq!(exits.passed(), Some(vec![(1000, 'c')]));
        assert_eq!(exits.passed(), None);
        assert_eq!(exits.add(1001, 'd'), Some(vec![(1001, 'd')]));
    }

    #[test]
    fn one_exit_of_each_export_waits() {
        let mut exits = Exits::new();
        exits.add(0, 'a');
        for (export, exit) in [(1, 'b'), (2, 'c'), (1, 'd')] {
            assert_eq!(exits.add(export, exit), None);
        }
        assert_eq!(exits.passed(), Some(vec![(1, 'd'), (2, 'c')]));
    }
}
