//! The output of the features `tracing` and `metrics`.

mod metrics;
mod nodes;
mod spans;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// One test at a time: which spans are of interest `tracing` keeps for the whole process, and a message
/// that runs elsewhere while a subscriber comes may decide it for all.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}
