//! Layer 1: what becomes of the jobs and timers of a foreign executor whose executor is over. The actors
//! have been told by then, so that each cell that runs here does so to end; tasks are dropped.

use std::collections::VecDeque;
use std::thread;
use std::time::Instant;

use super::{ALIVE, ENDING, External, ExternalRuntime, OVER};
use crate::executor::{EnterGuard, Job};
use crate::panics::contained;
use crate::sync::atomic::Ordering;
use crate::sync::{Condvar, Mutex};

#[derive(Default)]
pub(super) struct OrphanedJobs {
    left: Mutex<Orphans>,
    /// Told when there is something new for the thread that attends.
    news: Condvar,
}

#[derive(Default)]
struct Orphans {
    jobs: VecDeque<Job>,
    /// Set while a thread looks after the jobs and the timers.
    is_draining: bool,
}

impl<R: ExternalRuntime> External<R> {
    /// The executor is over. Unless the executor was closed before, `on_runtime_end` has the actors told, and
    /// what they do about it is done here.
    pub(super) fn end(&self, on_runtime_end: Box<dyn FnOnce() + Send>) {
        let (seq, began) = (Ordering::SeqCst, ENDING);
        if self.phase.compare_exchange(ALIVE, began, seq, seq).is_ok() {
            contained(on_runtime_end);
            self.phase.fetch_max(OVER, seq);
        }
        self.drain_now();
    }

    /// Takes a job that the executor will not run.
    pub(super) fn take_over(&self, job: Job) {
        self.orphaned.left.lock().jobs.push_back(job);
        if self.phase() == OVER {
            self.drain_on_thread();
        }
    }

    /// Does at once what is left to do, on this thread.
    pub(super) fn drain_now(&self) {
        // Who waits for the time looks again: a task is dropped for it.
        self.timers.wake_all();
        self.timers.woke(true);
        self.tasks.close();
        self.run_orphans();
        self.drain_on_thread();
    }

    /// Has a thread look after what there is, if there is anything.
    pub(super) fn drain_on_thread(&self) {
        let mut left = self.orphaned.left.lock();
        if left.is_draining {
            return self.orphaned.news.notify_all();
        }
        let Some(executor) = self.this.upgrade() else { return };
        if left.jobs.is_empty() && self.timers.is_empty() {
            return;
        }
        left.is_draining = true;
        drop(left);
        let thread = thread::Builder::new().name("actor-end".into());
        if thread.spawn(move || executor.drain_thread()).is_err() {
            // Nobody can run anything any more; it is dropped with the executor.
            self.orphaned.left.lock().is_draining = false;
        }
    }

    /// Runs until there is neither a job nor a timer.
    fn drain_thread(&self) {
        loop {
            self.run_orphans();
            self.timers.fire(Instant::now());
            let left = self.orphaned.left.lock();
            if !left.jobs.is_empty() {
                continue;
            }
            // From now on a deadline that comes in calls `drain_on_thread`, which waits for the lock.
            match self.timers.sleep_until(None) {
                None => {
                    let mut left = left;
                    left.is_draining = false;
                    return;
                }
                Some(until) => {
                    let limit = until.saturating_duration_since(Instant::now());
                    drop(self.orphaned.news.wait_timeout(left, limit));
                }
            }
        }
    }

    fn run_orphans(&self) {
        let Some(this) = self.this.upgrade() else { return };
        let _entered = EnterGuard::new(this);
        loop {
            // A statement of its own: the lock is not held while the job runs.
            let job = self.orphaned.left.lock().jobs.pop_front();
            match job {
                None => return,
                Some(job @ Job::Actor(_)) => job.run(),
                Some(job @ Job::Task(_)) => job.discard(),
            }
        }
    }
}

impl<R> Drop for External<R> {
    /// Drops what nobody could run, one by one.
    fn drop(&mut self) {
        loop {
            let job = self.orphaned.left.lock().jobs.pop_front();
            let Some(job) = job else { return };
            job.discard();
        }
    }
}
