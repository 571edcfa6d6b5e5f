//! The current-thread executor: it runs all jobs on the thread that created it, and only while that
//! thread is inside `block_on`. It starts no thread, except for its shutdown: see `thread_owned`.

use std::collections::VecDeque;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Wake, Waker};
use std::time::Duration;

use super::parker::Parker;
use super::thread_owned::{self, DriveGuard, OwnedShutdown, ThreadOwned};
use super::{EnterGuard, Executor, Job, Schedule, Tasks, Timers};
use crate::clock::Instant;
use crate::sync::{Arc, Lock, Weak};

/// The maximum number of jobs that run before a future that has been woken is polled. If there are
/// timers, the clock is read before twice as many jobs have run.
const MAX_BATCH: usize = 61;

/// The intended time between two readings of the clock, estimated from the previous jobs.
const CLOCK_INTERVAL: Duration = Duration::from_millis(1);

/// An executor that alternates between its jobs and the future passed to `block_on`.
pub(crate) struct CurrentThread {
    /// All jobs in FIFO order, regardless of their `Schedule`.
    queue: Lock<VecDeque<Job>>,
    /// Parks the owner thread.
    parker: Arc<Parker>,
    timers: Timers,
    tasks: Arc<Tasks>,
    shutdown: OwnedShutdown,
    this: Weak<CurrentThread>,
}

impl CurrentThread {
    /// Creates an executor that is owned by the calling thread.
    pub(crate) fn new() -> Arc<CurrentThread> {
        let parker = Parker::new();
        Arc::new_cyclic(|this| CurrentThread {
            queue: Lock::new(VecDeque::new()),
            timers: Timers::new(Instant::now(), {
                let parker = parker.clone();
                move || parker.unpark()
            }),
            parker,
            tasks: Arc::default(),
            shutdown: OwnedShutdown::default(),
            this: this.clone(),
        })
    }

    /// Parks until a job or wake-up arrives or a timer is due.
    fn sleep(&self) {
        let until = self.timers.sleep_until(None);
        self.parker.park(until, || !self.queue.lock().is_empty());
        self.timers.end_sleep(false);
    }

    /// Drops all jobs one by one, including those that are scheduled by such a drop.
    fn discard_remaining(&self) {
        loop {
            // A statement of its own, so that the lock is not held while the job is dropped.
            let job = self.queue.lock().pop_front();
            let Some(job) = job else { return };
            job.discard();
        }
    }
}

impl Executor for CurrentThread {
    fn schedule(&self, job: Job, _schedule: Schedule) {
        self.queue.lock().push_back(job);
        self.parker.unpark_if_parked();
        if self.shutdown.is_closed()
            && let Some(this) = self.this.upgrade()
        {
            thread_owned::drain_on_thread(&this);
        }
    }

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn timers(&self) -> &Timers {
        &self.timers
    }

    fn tasks(&self) -> &Arc<Tasks> {
        &self.tasks
    }

    fn block_on(&self, mut future: Pin<&mut dyn Future<Output = ()>>) {
        assert!(
            self.is_executor_thread(),
            "a current-thread system is driven only by the thread that made it"
        );
        let Some(this) = self.this.upgrade() else { return };
        let _entered = EnterGuard::new(this.clone());
        // Dropped after the batch, which puts back the jobs that have not run.
        let _guard = DriveGuard::new(this);
        let mut batch = Batch { executor: self, jobs: VecDeque::new() };
        let waker = Waker::from(self.parker.clone());
        let mut context = Context::from_waker(&waker);
        let (mut steps, mut most, mut checked_at) = (0, MAX_BATCH, None);
        self.parker.wake_by_ref();
        loop {
            if self.parker.take_woken() {
                if future.as_mut().poll(&mut context).is_ready() {
                    return;
                }
                steps += 1;
            }
            let ran = batch.run(most);
            steps += ran;
            let idle = ran == 0 && !self.parker.is_woken();
            if !idle && steps < most {
                continue;
            }
            let mut fired = 0;
            if self.timers.is_empty() {
                // The clock is not read if there is no timer.
                (most, checked_at) = (MAX_BATCH, None);
            } else {
                let now = self.now();
                if let Some(before) = checked_at.replace(now) {
                    most =
                        jobs_until_next_check(most, steps, now.saturating_duration_since(before));
                }
                fired = self.timers.fire(now);
            }
            steps = 0;
            if idle && fired == 0 {
                self.sleep();
                checked_at = None;
            }
        }
    }

    fn is_executor_thread(&self) -> bool {
        self.parker.is_owner_thread()
    }

    fn fires_for_this_thread(&self) -> bool {
        self.is_executor_thread()
    }

    /// Does not end a thread, because the executor has none. On the owner thread, the remaining
    /// jobs are ended here. On another thread, the owner ends them if it is inside `block_on`, and
    /// otherwise a new thread does.
    fn close(&self, _grace: Duration) -> Vec<String> {
        self.shutdown.close();
        self.timers.wake_all();
        self.tasks.close();
        if let Some(this) = self.this.upgrade() {
            thread_owned::end(this, self.is_executor_thread());
        }
        Vec::new()
    }
}

impl ThreadOwned for CurrentThread {
    fn shutdown(&self) -> &OwnedShutdown {
        &self.shutdown
    }

    fn take_remaining(&self) -> Option<Job> {
        self.queue.lock().pop_front()
    }

    fn has_remaining(&self) -> bool {
        !self.queue.lock().is_empty()
    }
}

/// Returns the number of jobs to run until the next reading of the clock, if the last `steps` took
/// `spent`. It is the number that should take `CLOCK_INTERVAL`, but at most twice the number
/// before, because the next jobs may be as long as the longest so far.
fn jobs_until_next_check(before: usize, steps: usize, spent: Duration) -> usize {
    let fit = CLOCK_INTERVAL.as_nanos() * steps as u128 / spent.as_nanos().max(1);
    usize::try_from(fit).unwrap_or(MAX_BATCH).min(2 * before).clamp(1, MAX_BATCH)
}

impl Drop for CurrentThread {
    fn drop(&mut self) {
        self.discard_remaining();
    }
}

/// Jobs that were taken out of the queue under one lock.
struct Batch<'a> {
    executor: &'a CurrentThread,
    jobs: VecDeque<Job>,
}

impl Batch<'_> {
    /// Runs up to `most` of the jobs that are queued now. Returns their number.
    fn run(&mut self, most: usize) -> usize {
        if self.jobs.is_empty() {
            mem::swap(&mut self.jobs, &mut *self.executor.queue.lock());
        }
        let most = self.jobs.len().min(most);
        for job in self.jobs.drain(..most) {
            thread_owned::run(&self.executor.shutdown, job);
        }
        most
    }
}

impl Drop for Batch<'_> {
    /// Puts the jobs that have not run back at the front of the queue.
    fn drop(&mut self) {
        if !self.jobs.is_empty() {
            let mut queue = self.executor.queue.lock();
            self.jobs.append(&mut queue);
            mem::swap(&mut self.jobs, &mut *queue);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CLOCK_INTERVAL, MAX_BATCH, jobs_until_next_check};

    #[test]
    fn the_next_check_of_the_clock_follows_the_duration_of_the_last_jobs() {
        assert_eq!(jobs_until_next_check(8, 8, CLOCK_INTERVAL), 8);
        assert_eq!(jobs_until_next_check(8, 8, CLOCK_INTERVAL * 4), 2);
        assert_eq!(jobs_until_next_check(8, 8, CLOCK_INTERVAL * 100), 1);
        assert_eq!(jobs_until_next_check(8, 8, CLOCK_INTERVAL / 100), 16, "twice as many at most");
        assert_eq!(jobs_until_next_check(60, 60, CLOCK_INTERVAL / 100), MAX_BATCH);
    }
}
