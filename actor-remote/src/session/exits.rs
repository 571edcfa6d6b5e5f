//! Exits that go to another node, or come from one, after all messages before them.
//!
//! A *barrier* passes when the messages in front of it have. It costs a step in each queue of the session, so only
//! one barrier at a time is in flight, with all exits that had come when it began. Those that come meanwhile share
//! the next one. Any number of actors that end at once thus need two barriers.

use crate::export::Lane;
use crate::frame::Ending;
use actor_core::Exit;

/// The exits that wait for their barrier.
pub(crate) struct Exits<T> {
    waiting: Vec<T>,
    is_in_flight: bool,
}

impl<T> Exits<T> {
    pub(super) fn new() -> Self {
        Exits { waiting: Vec::new(), is_in_flight: false }
    }

    /// Adds an exit. Returns the exits for a new barrier, unless one is in flight.
    pub(crate) fn add(&mut self, exit: T) -> Option<Vec<T>> {
        self.waiting.push(exit);
        if std::mem::replace(&mut self.is_in_flight, true) {
            return None;
        }
        Some(std::mem::take(&mut self.waiting))
    }

    /// Notes that the barrier has passed, and returns the exits for the next one.
    pub(crate) fn passed(&mut self) -> Option<Vec<T>> {
        let next = std::mem::take(&mut self.waiting);
        self.is_in_flight = !next.is_empty();
        self.is_in_flight.then_some(next)
    }
}

/// The exit of an actor of this node that the other node holds.
pub(crate) struct ExitHere {
    pub(crate) export: u64,
    pub(crate) exit: Ending,
    /// The queue of the messages for the actor.
    pub(crate) lane: Option<Lane>,
}

/// The exit of an actor of the other node.
pub(crate) struct ExitThere {
    pub(crate) export: u64,
    pub(crate) exit: Exit,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exits_that_come_while_a_barrier_is_in_flight_share_the_next_one() {
        let mut exits = Exits::new();
        assert_eq!(exits.add(0), Some(vec![0]));
        for exit in 1..1000 {
            assert_eq!(exits.add(exit), None);
        }
        assert_eq!(exits.passed(), Some((1..1000).collect()));
        assert_eq!(exits.add(1000), None);
        assert_eq!(exits.passed(), Some(vec![1000]));
        assert_eq!(exits.passed(), None);
        assert_eq!(exits.add(1001), Some(vec![1001]));
    }
}
