//! Layer 1: the current-thread executor: it runs all jobs on the thread that made it, and only while
//! that thread is in `block_on`. It starts no thread, except for its end: see `ending`.

use std::collections::VecDeque;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Wake, Waker};
use std::time::{Duration, Instant};

use super::ending::{self, Driving, Ending, Owned};
use super::parker::Bell;
use super::{EnterGuard, Executor, Job, Schedule, Tasks, Timers};
use crate::sync::{Arc, Mutex, Weak};

/// The most jobs between two polls of a future that is always ready, and two looks at the clock.
const ROUND: usize = 61;

/// How long jobs may take between two looks at the clock, judged by those before the last look.
const SPELL: Duration = Duration::from_millis(1);

/// An executor that runs its jobs in turn with the future that it drives.
pub(crate) struct CurrentThread {
    /// All jobs in order. Turns make no difference: what is scheduled runs behind what is there.
    queue: Mutex<VecDeque<Job>>,
    /// The owner thread's.
    bell: Arc<Bell>,
    timers: Timers,
    tasks: Tasks,
    ending: Ending,
    this: Weak<CurrentThread>,
}

impl CurrentThread {
    /// Makes an executor that the calling thread owns.
    pub(crate) fn new() -> Arc<CurrentThread> {
        let bell = Bell::new();
        Arc::new_cyclic(|this| CurrentThread {
            queue: Mutex::new(VecDeque::new()),
            timers: Timers::new(Instant::now(), {
                let bell = bell.clone();
                move || bell.rouse()
            }),
            bell,
            tasks: Tasks::default(),
            ending: Ending::default(),
            this: this.clone(),
        })
    }

    /// Sleeps until the bell rings or a timer is due, unless there is something to do.
    fn sleep(&self) {
        let until = self.timers.sleep_until(None);
        self.bell.sleep(until, || !self.queue.lock().is_empty());
        self.timers.woke(false);
    }

    /// Drops all jobs one by one, those too that are scheduled by such a drop.
    fn discard_left(&self) {
        loop {
            // A statement of its own: the lock is not held while the job is dropped.
            let job = self.queue.lock().pop_front();
            let Some(job) = job else { return };
            job.discard();
        }
    }
}

impl Executor for CurrentThread {
    fn schedule(&self, job: Job, _schedule: Schedule) {
        self.queue.lock().push_back(job);
        self.bell.ring();
        if self.ending.is_closed()
            && let Some(this) = self.this.upgrade()
        {
            ending::attend(&this);
        }
    }

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn timers(&self) -> &Timers {
        &self.timers
    }

    fn tasks(&self) -> &Tasks {
        &self.tasks
    }

    fn block_on(&self, mut future: Pin<&mut dyn Future<Output = ()>>) {
        assert!(
            self.is_executor_thread(),
            "a current-thread system is driven only by the thread that made it"
        );
        let Some(this) = self.this.upgrade() else { return };
        let _entered = EnterGuard::new(this.clone());
        // Dropped after the round, which puts back what has not run.
        let _driving = Driving::new(this);
        let mut round = Round { executor: self, jobs: VecDeque::new() };
        let waker = Waker::from(self.bell.clone());
        let mut context = Context::from_waker(&waker);
        let (mut steps, mut most, mut looked) = (0, ROUND, None);
        self.bell.wake_by_ref();
        loop {
            if self.bell.take_woken() {
                if future.as_mut().poll(&mut context).is_ready() {
                    return;
                }
                steps += 1;
            }
            let ran = round.run(most);
            steps += ran;
            let idle = ran == 0 && !self.bell.is_woken();
            if !idle && steps < most {
                continue;
            }
            let mut fired = 0;
            if self.timers.is_empty() {
                // The clock is not read where nothing waits for it.
                (most, looked) = (ROUND, None);
            } else {
                let now = self.now();
                if let Some(before) = looked.replace(now) {
                    most = until_next_look(most, steps, now.saturating_duration_since(before));
                }
                fired = self.timers.fire(now);
            }
            steps = 0;
            if idle && fired == 0 {
                self.sleep();
                looked = None;
            }
        }
    }

    fn is_executor_thread(&self) -> bool {
        self.bell.is_mine()
    }

    fn fires_for_this_thread(&self) -> bool {
        self.is_executor_thread()
    }

    /// There is no thread to end. What is left is ended here on the owner thread; elsewhere by the owner if
    /// it drives the executor just now, or else by a thread.
    fn close(&self, _grace: Duration) -> Vec<String> {
        self.ending.close();
        self.timers.wake_all();
        self.tasks.close();
        if let Some(this) = self.this.upgrade() {
            ending::end(this, self.is_executor_thread());
        }
        Vec::new()
    }
}

impl Owned for CurrentThread {
    fn ending(&self) -> &Ending {
        &self.ending
    }

    fn take_left(&self) -> Option<Job> {
        self.queue.lock().pop_front()
    }

    fn has_left(&self) -> bool {
        !self.queue.lock().is_empty()
    }
}

/// How many jobs to run until the next look, if the last `steps` took `spent`: as many as should take `SPELL`,
/// and at most twice as many as before, since those that come may be like those that took long.
fn until_next_look(before: usize, steps: usize, spent: Duration) -> usize {
    let fit = SPELL.as_nanos() * steps as u128 / spent.as_nanos().max(1);
    usize::try_from(fit).unwrap_or(ROUND).min(2 * before).clamp(1, ROUND)
}

impl Drop for CurrentThread {
    fn drop(&mut self) {
        self.discard_left();
    }
}

/// The jobs that were taken out of the queue together, so that it is locked once for all of them.
struct Round<'a> {
    executor: &'a CurrentThread,
    jobs: VecDeque<Job>,
}

impl Round<'_> {
    /// Runs some of the jobs that are there now, at most `most`; gives back how many.
    fn run(&mut self, most: usize) -> usize {
        if self.jobs.is_empty() {
            mem::swap(&mut self.jobs, &mut *self.executor.queue.lock());
        }
        let most = self.jobs.len().min(most);
        for job in self.jobs.drain(..most) {
            ending::run(&self.executor.ending, job);
        }
        most
    }
}

impl Drop for Round<'_> {
    /// Puts what has not run in front of the queue again.
    fn drop(&mut self) {
        if !self.jobs.is_empty() {
            let mut queue = self.executor.queue.lock();
            self.jobs.append(&mut queue);
            mem::swap(&mut self.jobs, &mut *queue);
        }
    }
}
