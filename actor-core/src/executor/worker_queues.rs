//! The job queues of a worker: the side that other workers may read and steal from, and the side that
//! only the worker itself has. Which job runs next is decided in `worker`.

use std::time::Duration;

use actor_atomic::{SlotOwner, SlotStealer, steal_slot};
use crossbeam_deque::{Steal, Stealer, Worker as Queue};

use super::Job;
use crate::sync::atomic::{AtomicU32, Ordering};

/// The minimum amount of queued work, in nanoseconds, for which another worker is unparked, or that
/// a searching worker steals. Waking a thread and moving actors to another core costs about as
/// much. Shorter work is completed sooner by the worker that has it, or is taken by the leader.
const STEAL_THRESHOLD_NS: u64 = 30_000;

/// The part of a worker that other workers may access.
#[repr(align(128))]
pub(super) struct WorkerRemote {
    /// The number of jobs that the worker has started. While it stays the same, the worker runs the
    /// same job or is parked. Written only by the worker.
    started_jobs: AtomicU32,
    /// The recent mean duration of a job in nanoseconds; the maximum while it is unknown. Written
    /// only by the worker.
    mean_job_ns: AtomicU32,
    lifo_slot: SlotStealer<Job>,
    queue: Stealer<Job>,
}

/// The ends of the queues that only the worker itself has.
pub(super) struct LocalQueues {
    /// The last job that was woken, which runs next.
    pub(super) lifo_slot: SlotOwner<Job>,
    pub(super) queue: Queue<Job>,
}

impl WorkerRemote {
    pub(super) fn new() -> (WorkerRemote, LocalQueues) {
        let (lifo_slot, lifo_stealer) = steal_slot();
        let queue = Queue::new_fifo();
        let remote = WorkerRemote {
            started_jobs: AtomicU32::new(0),
            mean_job_ns: AtomicU32::new(u32::MAX),
            lifo_slot: lifo_stealer,
            queue: queue.stealer(),
        };
        (remote, LocalQueues { lifo_slot, queue })
    }

    pub(super) fn started_jobs(&self) -> u32 {
        self.started_jobs.load(Ordering::Relaxed)
    }

    pub(super) fn set_started_jobs(&self, jobs: u32) {
        self.started_jobs.store(jobs, Ordering::Relaxed);
    }

    /// Records that the last `jobs` jobs took `spent`. `alone` says that no other worker was up.
    pub(super) fn measure(&self, jobs: u32, spent: Duration, alone: bool) {
        let mean = u32::try_from(spent.as_nanos() / u128::from(jobs)).unwrap_or(u32::MAX);
        let before = self.mean_job_ns.load(Ordering::Relaxed);
        // Jobs also take longer because another core works on the same actors, which is not a
        // reason to share more of them. While other workers are up, the measured mean therefore
        // grows slowly.
        let most = if alone { u32::MAX } else { before.saturating_add(before / 32 + 1) };
        self.mean_job_ns.store(mean.min(most), Ordering::Relaxed);
    }

    /// Returns whether `waiting` jobs of this worker are worth waking another worker.
    pub(super) fn is_worth_stealing(&self, waiting: usize) -> bool {
        waiting as u64 * u64::from(self.mean_job_ns.load(Ordering::Relaxed)) >= STEAL_THRESHOLD_NS
    }

    /// Returns whether the queued jobs are worth waking another worker.
    pub(super) fn is_queue_worth_stealing(&self) -> bool {
        self.is_worth_stealing(self.queue.len())
    }

    /// Steals half of the queue: one job to run, the others into `into`.
    pub(super) fn steal_half(&self, into: &Queue<Job>) -> Option<Job> {
        retry_steal(|| self.queue.steal_batch_and_pop(into))
    }

    /// Returns whether no job waits for its worker.
    pub(super) fn is_empty(&self) -> bool {
        self.lifo_slot.is_empty() && self.queue.is_empty()
    }

    /// Steals the job that its worker would run next.
    pub(super) fn steal_one(&self) -> Option<Job> {
        self.steal_lifo_slot().or_else(|| retry_steal(|| self.queue.steal()))
    }

    /// Takes the job out of the slot.
    pub(super) fn steal_lifo_slot(&self) -> Option<Job> {
        self.lifo_slot.take()
    }
}

/// Retries a steal until its outcome is known.
pub(super) fn retry_steal(steal: impl Fn() -> Steal<Job>) -> Option<Job> {
    loop {
        match steal() {
            Steal::Success(job) => return Some(job),
            Steal::Empty => return None,
            Steal::Retry => std::hint::spin_loop(),
        }
    }
}
