//! Counts of lost messages and failures in a system. Only counts; `reporter` reports them.

use super::Incident;
use crate::sync::atomic::{AtomicU64, Ordering};

/// Counts of lost messages and failures since a system started: see
/// [`System::counters`](crate::System::counters).
///
/// All except the last three are also reported to the hook as [`Incident`]s. A counter includes a
/// message, a handler or a failure before its drop or its outcome can be observed.
///
/// ```
/// # use actor_core::prelude::*;
/// # #[actor] struct Disk; #[actor] impl Disk { fn write(&self) -> Result<(), u8> { Err(5) } }
/// # let system = System::builder().threads(1).on_incident(|_| {}).build();
/// # system.block_on(async {
/// let disk = Disk.spawn();
/// disk.write().send().await.unwrap();
/// disk.stop();
/// disk.join().await;
/// assert_eq!(System::current().counters().unhandled_errors, 1);
/// # });
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counters {
    /// Sent messages that were discarded without being handled.
    pub undelivered: u64,
    /// Errors that handlers returned without a waiting caller.
    pub unhandled_errors: u64,
    /// Actors that failed unobserved.
    pub unobserved_failures: u64,
    /// Failed lives of supervised actors.
    pub restartable_failures: u64,
    /// Ticks skipped because the previous one was still pending.
    pub missed_ticks: u64,
    /// Failures after their actor had already failed or ended, and panics of the incident hook.
    pub suppressed_panics: u64,
    /// Panics of tasks and of blocking code that no handle delivered.
    pub task_panics: u64,
    /// Calls that were skipped because their caller no longer waited, or their deadline had passed.
    pub skipped_calls: u64,
    /// `abort` handlers that were dropped because their caller had left, or their deadline had passed.
    pub aborted_handlers: u64,
    /// Errors that were returned to a caller that was gone.
    pub late_errors: u64,
}

/// The counters of one system.
#[derive(Debug, Default)]
pub(crate) struct AtomicCounters {
    undelivered: AtomicU64,
    unhandled_errors: AtomicU64,
    unobserved_failures: AtomicU64,
    restartable_failures: AtomicU64,
    missed_ticks: AtomicU64,
    pub(crate) suppressed_panics: AtomicU64,
    task_panics: AtomicU64,
    pub(crate) skipped_calls: AtomicU64,
    pub(crate) aborted_handlers: AtomicU64,
    pub(crate) late_errors: AtomicU64,
}

impl AtomicCounters {
    pub(crate) fn count(&self, incident: &Incident) {
        let (counter, by) = match incident {
            Incident::Undelivered { .. } => (&self.undelivered, 1),
            Incident::UnhandledError { .. } => (&self.unhandled_errors, 1),
            Incident::UnobservedFailure { .. } => (&self.unobserved_failures, 1),
            Incident::RestartableFailure { .. } => (&self.restartable_failures, 1),
            Incident::MissedTicks { missed, .. } => (&self.missed_ticks, *missed),
            Incident::SuppressedPanic { .. } => (&self.suppressed_panics, 1),
            Incident::TaskPanicked { .. } => (&self.task_panics, 1),
        };
        add(counter, by);
    }

    pub(crate) fn read(&self) -> Counters {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counters {
            undelivered: read(&self.undelivered),
            unhandled_errors: read(&self.unhandled_errors),
            unobserved_failures: read(&self.unobserved_failures),
            restartable_failures: read(&self.restartable_failures),
            missed_ticks: read(&self.missed_ticks),
            suppressed_panics: read(&self.suppressed_panics),
            task_panics: read(&self.task_panics),
            skipped_calls: read(&self.skipped_calls),
            aborted_handlers: read(&self.aborted_handlers),
            late_errors: read(&self.late_errors),
        }
    }
}

pub(crate) fn add(counter: &AtomicU64, by: u64) {
    counter.fetch_add(by, Ordering::Relaxed);
}
