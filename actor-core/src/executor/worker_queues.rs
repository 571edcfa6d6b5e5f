//! Layer 1: the shared state of a worker, which other workers of the executor may read and steal from.
//! It decides nothing; the worker does.

use std::time::Duration;

use crossbeam_deque::{Steal, Stealer, Worker as Queue};

use super::Job;
use crate::sync::atomic::{AtomicU32, Ordering};

/// The amount of queued work, in nanoseconds, from which another worker is woken for it or steals
/// from it. Waking a thread and moving actors to another core costs about as much; shorter work is
/// completed sooner by the worker that has it, or is found by the lookout.
const WORTH: u64 = 30_000;

/// The state of a worker that others may access.
#[repr(align(128))]
pub(super) struct Seat {
    /// The number of jobs the worker has started: while it stays the same, the worker runs the same
    /// job. Written only by the worker.
    begun: AtomicU32,
    /// The recent mean duration of a job in nanoseconds; the maximum while it is unknown. Written
    /// only by the worker.
    grain: AtomicU32,
    slot: Stealer<Job>,
    queue: Stealer<Job>,
}

/// The ends of a seat's queues that only its worker holds.
pub(super) struct Ends {
    /// The run-next slot: at most one job, the one woken last. It is a queue because others may
    /// steal from it, and because a push costs no atomic read-modify-write.
    pub(super) slot: Queue<Job>,
    pub(super) queue: Queue<Job>,
}

impl Seat {
    pub(super) fn new() -> (Seat, Ends) {
        let (slot, queue) = (Queue::new_fifo(), Queue::new_fifo());
        let seat = Seat {
            begun: AtomicU32::new(0),
            grain: AtomicU32::new(u32::MAX),
            slot: slot.stealer(),
            queue: queue.stealer(),
        };
        (seat, Ends { slot, queue })
    }

    pub(super) fn begun(&self) -> u32 {
        self.begun.load(Ordering::Relaxed)
    }

    pub(super) fn set_begun(&self, begun: u32) {
        self.begun.store(begun, Ordering::Relaxed);
    }

    /// Records that the last `jobs` jobs took `spent`; `alone` if no other worker was up.
    pub(super) fn measure(&self, jobs: u32, spent: Duration, alone: bool) {
        let grain = u32::try_from(spent.as_nanos() / u128::from(jobs)).unwrap_or(u32::MAX);
        let before = self.grain.load(Ordering::Relaxed);
        // Jobs also take longer because another core works on the same actors, which must not seem
        // a reason to share more of them. While others are up, the measure therefore grows slowly.
        let most = if alone { u32::MAX } else { before.saturating_add(before / 32 + 1) };
        self.grain.store(grain.min(most), Ordering::Relaxed);
    }

    /// Whether `waiting` jobs of this worker are worth waking another one.
    pub(super) fn is_worth(&self, waiting: usize) -> bool {
        waiting as u64 * u64::from(self.grain.load(Ordering::Relaxed)) >= WORTH
    }

    /// Whether the queued jobs are worth waking another worker.
    pub(super) fn has_worth(&self) -> bool {
        self.is_worth(self.queue.len())
    }

    /// Steals half of the queue: one job to run, the others into `into`.
    pub(super) fn take_half(&self, into: &Queue<Job>) -> Option<Job> {
        retried(|| self.queue.steal_batch_and_pop(into))
    }

    /// Whether no job waits for its worker.
    pub(super) fn is_empty(&self) -> bool {
        self.slot.is_empty() && self.queue.is_empty()
    }

    /// Steals the job that its worker would run next.
    pub(super) fn take_one(&self) -> Option<Job> {
        self.take_slot().or_else(|| retried(|| self.queue.steal()))
    }

    /// Takes the job out of the slot.
    pub(super) fn take_slot(&self) -> Option<Job> {
        retried(|| self.slot.steal())
    }
}

/// Retries a steal until its outcome is known.
pub(super) fn retried(steal: impl Fn() -> Steal<Job>) -> Option<Job> {
    loop {
        match steal() {
            Steal::Success(job) => return Some(job),
            Steal::Empty => return None,
            Steal::Retry => std::hint::spin_loop(),
        }
    }
}
