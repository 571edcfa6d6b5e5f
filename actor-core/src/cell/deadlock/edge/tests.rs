//! The record of a wait that ends while its actor runs, and the numbers of waits.

use super::{ActorKey, CellState, PendingWait, WaitEdge, WaitGoal, next_number};
use crate::repetitions;

fn pending(number: u64) -> PendingWait {
    let wait = WaitEdge { number, target: ActorKey::NONE, goal: WaitGoal::Reply, timed: false };
    PendingWait { wait, handler: "ask", is_asked: false, is_certain: true }
}

#[test]
fn no_wait_that_was_revoked_during_a_poll_is_published() {
    for number in [1, 2] {
        let mut cell = CellState::default();
        cell.revoke(1);
        cell.revoke(2);
        assert_eq!(cell.publish(Some(&pending(number))), None);
        // The next poll is not concerned.
        assert!(cell.publish(Some(&pending(3))).is_some());
    }
}

#[test]
fn the_numbers_of_two_threads_differ() {
    let first = next_number();
    let other = std::thread::spawn(next_number).join().unwrap();
    let more = (0..repetitions(1 << 18)).map(|_| next_number());
    assert!(std::iter::once(first).chain(more).all(|number| number != other));
}
