//! Layer 1: what becomes of the jobs and timers of a foreign executor whose executor is over. The actors
//! have been told by then, so that each cell that runs here does so to end; tasks are dropped.

use std::collections::VecDeque;
use std::thread;
use std::time::Instant;

use super::{ALIVE, ENDING, Foreign, OVER, Runtime};
use crate::executor::{EnterGuard, Job};
use crate::panics::contained;
use crate::sync::atomic::Ordering;
use crate::sync::{Condvar, Mutex};

#[derive(Default)]
pub(super) struct Afterlife {
    left: Mutex<Left>,
    /// Told when there is something new for the thread that attends.
    news: Condvar,
}

#[derive(Default)]
struct Left {
    jobs: VecDeque<Job>,
    /// Set while a thread looks after the jobs and the timers.
    attended: bool,
}

impl<R: Runtime> Foreign<R> {
    /// The executor is over. Unless the executor was closed before, `tell` has the actors told, and
    /// what they do about it is done here.
    pub(super) fn end(&self, tell: Box<dyn FnOnce() + Send>) {
        let (seq, began) = (Ordering::SeqCst, ENDING);
        if self.phase.compare_exchange(ALIVE, began, seq, seq).is_ok() {
            contained(tell);
            self.phase.fetch_max(OVER, seq);
        }
        self.settle();
    }

    /// Takes a job that the executor will not run.
    pub(super) fn inherit(&self, job: Job) {
        self.afterlife.left.lock().jobs.push_back(job);
        if self.phase() == OVER {
            self.attend();
        }
    }

    /// Does at once what is left to do, on this thread.
    pub(super) fn settle(&self) {
        // Who waits for the time looks again: a task is dropped for it.
        self.timers.wake_all();
        self.timers.woke(true);
        self.tasks.close();
        self.run_left();
        self.attend();
    }

    /// Has a thread look after what there is, if there is anything.
    pub(super) fn attend(&self) {
        let mut left = self.afterlife.left.lock();
        if left.attended {
            return self.afterlife.news.notify_all();
        }
        let Some(executor) = self.this.upgrade() else { return };
        if left.jobs.is_empty() && self.timers.is_empty() {
            return;
        }
        left.attended = true;
        drop(left);
        let thread = thread::Builder::new().name("actor-end".into());
        if thread.spawn(move || executor.live_on()).is_err() {
            // Nobody can run anything any more; it is dropped with the executor.
            self.afterlife.left.lock().attended = false;
        }
    }

    /// Runs until there is neither a job nor a timer.
    fn live_on(&self) {
        loop {
            self.run_left();
            self.timers.fire(Instant::now());
            let left = self.afterlife.left.lock();
            if !left.jobs.is_empty() {
                continue;
            }
            // From now on a deadline that comes in calls `attend`, which waits for the lock.
            match self.timers.sleep_until(None) {
                None => {
                    let mut left = left;
                    left.attended = false;
                    return;
                }
                Some(until) => {
                    let limit = until.saturating_duration_since(Instant::now());
                    drop(self.afterlife.news.wait_timeout(left, limit));
                }
            }
        }
    }

    fn run_left(&self) {
        let Some(this) = self.this.upgrade() else { return };
        let _entered = EnterGuard::new(this);
        loop {
            // A statement of its own: the lock is not held while the job runs.
            let job = self.afterlife.left.lock().jobs.pop_front();
            match job {
                None => return,
                Some(job @ Job::Actor(_)) => job.run(),
                Some(job @ Job::Task(_)) => job.discard(),
            }
        }
    }
}

impl<R> Drop for Foreign<R> {
    /// Drops what nobody could run, one by one.
    fn drop(&mut self) {
        loop {
            let job = self.afterlife.left.lock().jobs.pop_front();
            let Some(job) = job else { return };
            job.discard();
        }
    }
}
