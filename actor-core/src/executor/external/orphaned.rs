//! The remaining jobs and timers of an external executor whose runtime has ended. All actors have
//! been killed before, so an actor runs here only to end. Tasks are dropped.

use std::collections::VecDeque;

use super::{ALIVE, ENDING, External, ExternalRuntime, OVER};
use crate::clock::Instant;
use crate::executor::{EnterGuard, Job};
use crate::panics::contained;
use crate::sync::atomic::Ordering;
use crate::sync::thread;
use crate::sync::{Condvar, Mutex};

#[derive(Default)]
pub(super) struct OrphanedJobs {
    queue: Mutex<OrphanQueue>,
    /// Notified when there is a new job or deadline for the draining thread.
    changed: Condvar,
}

#[derive(Default)]
struct OrphanQueue {
    jobs: VecDeque<Job>,
    /// Set while a thread runs the jobs and fires the timers.
    is_draining: bool,
}

impl<R: ExternalRuntime> External<R> {
    /// Called when the runtime has ended. Unless the executor was closed before, `on_runtime_end`
    /// kills the actors, and their last runs happen here.
    pub(super) fn runtime_ended(&self, on_runtime_end: Box<dyn FnOnce() + Send>) {
        let seq = Ordering::SeqCst;
        if self.phase.compare_exchange(ALIVE, ENDING, seq, seq).is_ok() {
            contained(on_runtime_end);
            self.phase.fetch_max(OVER, seq);
        }
        self.drain_now();
    }

    /// Takes a job that the runtime will not run.
    pub(super) fn take_over(&self, job: Job) {
        self.orphaned.queue.lock().jobs.push_back(job);
        if self.phase() == OVER {
            self.drain_on_thread();
        }
    }

    /// Runs or drops all remaining jobs on this thread.
    pub(super) fn drain_now(&self) {
        // Each task that waits for a timer is woken, and is then dropped.
        self.timers.wake_all();
        self.timers.end_sleep(true);
        self.tasks.close();
        self.run_orphans();
        self.drain_on_thread();
    }

    /// Starts a thread for the remaining jobs and timers, if there are any, or notifies it. If the
    /// runtime is the whole program, its timer driver runs them.
    pub(super) fn drain_on_thread(&self) {
        if R::IS_WHOLE_PROGRAM {
            return self.driver_waker.notify();
        }
        let mut queue = self.orphaned.queue.lock();
        if queue.is_draining {
            return self.orphaned.changed.notify_all();
        }
        let Some(executor) = self.this.upgrade() else { return };
        if queue.jobs.is_empty() && self.timers.is_empty() {
            return;
        }
        queue.is_draining = true;
        drop(queue);
        if thread::start("actor-end".into(), move || executor.drain_thread()).is_err() {
            // The remaining jobs are dropped with the executor.
            self.orphaned.queue.lock().is_draining = false;
        }
    }

    /// Runs until neither a job nor a timer is left.
    fn drain_thread(&self) {
        loop {
            self.run_orphans();
            self.timers.fire(Instant::now());
            let queue = self.orphaned.queue.lock();
            if !queue.jobs.is_empty() {
                continue;
            }
            // After this call, the insertion of a deadline calls `drain_on_thread`, which waits for
            // the lock.
            match self.timers.sleep_until(None) {
                None => {
                    let mut queue = queue;
                    queue.is_draining = false;
                    return;
                }
                Some(until) => {
                    let limit = until.saturating_duration_since(Instant::now());
                    drop(self.orphaned.changed.wait_timeout(queue, limit));
                }
            }
        }
    }

    pub(super) fn run_orphans(&self) {
        let Some(this) = self.this.upgrade() else { return };
        let _entered = EnterGuard::new(this);
        loop {
            // A statement of its own, so that the lock is not held while the job runs.
            let job = self.orphaned.queue.lock().jobs.pop_front();
            match job {
                None => return,
                Some(job @ Job::Actor(_)) => job.run(),
                Some(job @ Job::Task(_)) => job.discard(),
            }
        }
    }
}

impl<R> Drop for External<R> {
    /// Drops the jobs that could not be run, one by one.
    fn drop(&mut self) {
        loop {
            let job = self.orphaned.queue.lock().jobs.pop_front();
            let Some(job) = job else { return };
            job.discard();
        }
    }
}
