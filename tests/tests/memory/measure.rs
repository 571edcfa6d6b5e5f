//! Repeats an operation, and compares the allocated bytes.

use crate::heap::live;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The number of repetitions. A round retains the same in a debug build, which is slow.
pub const ROUNDS: usize = if cfg!(debug_assertions) { 5_000 } else { 30_000 };

/// Parts that the rounds are measured in: the first tenth warms up, the last one is compared with it.
const PARTS: usize = 50;
const COMPARED: usize = PARTS / 10;

/// Held by the test that runs, so that it counts no other test's allocations.
pub fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs `round` this many times, and fails if each round keeps half a pointer or more. A list, table or queue
/// that keeps an entry a round keeps at least a pointer; one that has to hold many entries at a time, because
/// other threads are late, may double its capacity once.
///
/// At the end of a round, an actor may not have parked yet and may still hold the round's data: the
/// maximum of the first parts is therefore compared with the minimum of the last ones.
pub async fn stay_flat(what: &str, rounds: usize, mut round: impl AsyncFnMut(usize)) {
    let (mut before, mut after) = (0, usize::MAX);
    for part in 0..PARTS {
        let first = part * rounds / PARTS;
        for number in first..(part + 1) * rounds / PARTS {
            round(number).await;
        }
        if part < COMPARED {
            before = live().max(before);
        }
        if part >= PARTS - COMPARED {
            after = live().min(after);
        }
    }
    let most = before + rounds * size_of::<usize>() / 2;
    assert!(after < most, "{what}: {before} bytes became {after} in {rounds} rounds");
}
