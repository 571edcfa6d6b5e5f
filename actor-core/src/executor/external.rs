//! An executor whose jobs run on a runtime of the user: each job is a task there. [`ExternalRuntime`]
//! is the interface of such a runtime; `smol`, `tokio` and `browser` of `system` implement it.
//!
//! A permanent task of the runtime, the [`TimerDriver`], fires the timers. If the runtime ends
//! before the executor is closed, the runtime drops the timer driver. The remaining jobs and timers
//! are then [`OrphanedJobs`]. All actors have been killed before, so an actor runs there only to
//! end. Tasks are dropped.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use super::{EnterGuard, Executor, Job, Schedule, Tasks, Timers};
use crate::clock::Instant;
use crate::panics::{contained, drop_waker, wake};
use crate::sync::atomic::{AtomicU8, Ordering};
use crate::sync::{Arc, Condvar, Mutex, Weak, thread};

/// A runtime that the user runs, and its clock.
pub(crate) trait ExternalRuntime: Send + Sync + 'static {
    /// Whether the runtime has one thread, on which all code of the program runs, and never ends.
    /// The timer driver then also runs the jobs that remain after the executor was closed.
    const IS_WHOLE_PROGRAM: bool = false;

    /// Runs `task` on the runtime soon. If the runtime has ended, `task` is dropped, now or later.
    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static);

    fn now(&self) -> Instant;

    fn sleep_until(&self, at: Instant) -> Pin<Box<dyn Future<Output = ()> + Send>>;

    /// Runs `future` on this thread, which does not belong to the runtime.
    fn block_on(&self, future: Pin<&mut dyn Future<Output = ()>>);

    /// Returns whether this thread is the only one of the runtime, and currently runs it. Best
    /// effort.
    fn is_only_driver(&self) -> bool {
        false
    }
}

/// An executor on a runtime of the user. It starts no thread while the runtime exists.
pub(crate) struct External<R> {
    runtime: R,
    phase: AtomicU8,
    timers: Timers,
    tasks: Arc<Tasks>,
    driver_waker: Arc<DriverWaker>,
    orphaned: OrphanedJobs,
    this: Weak<External<R>>,
}

/// Jobs run as tasks of the runtime.
const ALIVE: u8 = 0;
/// The runtime has ended, and the actors are being killed. Scheduled jobs wait.
const ENDING: u8 = 1;
/// All actors have been killed. Each runs once more, to end. Tasks are dropped.
const OVER: u8 = 2;

impl<R: ExternalRuntime> External<R> {
    pub(crate) fn new(runtime: R) -> Arc<External<R>> {
        Arc::new_cyclic(|this: &Weak<External<R>>| {
            let driver_waker = Arc::<DriverWaker>::default();
            let alarm = {
                let (executor, driver_waker) = (this.clone(), driver_waker.clone());
                move || match executor.upgrade() {
                    Some(executor) if executor.phase() == OVER => executor.drain_on_thread(),
                    _ => driver_waker.notify(),
                }
            };
            let timers = Timers::new(runtime.now(), alarm);
            let (phase, orphaned) = (AtomicU8::new(ALIVE), OrphanedJobs::default());
            let tasks = Arc::default();
            External { runtime, phase, timers, tasks, driver_waker, orphaned, this: this.clone() }
        })
    }

    /// Starts the timer driver. If the runtime ends before this executor is closed,
    /// `on_runtime_end` is called once, and has to kill every actor.
    pub(crate) fn spawn_timer_driver(&self, on_runtime_end: impl FnOnce() + Send + 'static) {
        if let Some(executor) = self.this.upgrade() {
            let on_runtime_end: Option<Box<dyn FnOnce() + Send>> = Some(Box::new(on_runtime_end));
            self.runtime.spawn(TimerDriver { executor, sleep: None, on_runtime_end });
        }
    }

    fn phase(&self) -> u8 {
        self.phase.load(Ordering::SeqCst)
    }
}

impl<R: ExternalRuntime> Executor for External<R> {
    fn schedule(&self, job: Job, _schedule: Schedule) {
        let Some(executor) = self.this.upgrade() else { return };
        if self.phase() == ALIVE {
            // If the runtime refuses the task, its drop gives the job to `OrphanedJobs`.
            self.runtime.spawn(JobTask { executor, job: Some(job) });
        } else {
            executor.take_over(job);
        }
    }

    fn now(&self) -> Instant {
        // The clock of a runtime that has ended may stand still.
        if self.phase() == ALIVE { self.runtime.now() } else { Instant::now() }
    }

    fn timers(&self) -> &Timers {
        &self.timers
    }

    fn tasks(&self) -> &Arc<Tasks> {
        &self.tasks
    }

    fn block_on(&self, future: Pin<&mut dyn Future<Output = ()>>) {
        let Some(this) = self.this.upgrade() else { return };
        let _entered = EnterGuard::new(this);
        self.runtime.block_on(future);
    }

    /// Returns `false` for threads of the runtime that belong to the user, and may block.
    fn is_executor_thread(&self) -> bool {
        R::IS_WHOLE_PROGRAM
    }

    fn is_only_driver(&self) -> bool {
        self.runtime.is_only_driver()
    }

    /// Does not end a thread, because the executor has none. The runtime continues, but runs no
    /// more jobs of this executor.
    fn close(&self, _grace: Duration) -> Vec<String> {
        self.phase.fetch_max(OVER, Ordering::SeqCst);
        self.driver_waker.notify();
        self.drain_now();
        Vec::new()
    }
}

/// One job, as a task of the runtime.
struct JobTask<R: ExternalRuntime> {
    executor: Arc<External<R>>,
    job: Option<Job>,
}

impl<R: ExternalRuntime> Future for JobTask<R> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.executor.phase() == ALIVE
            && let Some(job) = self.job.take()
        {
            let _entered = EnterGuard::new(self.executor.clone());
            job.run();
            if self.executor.phase() != ALIVE {
                // The executor ended during the run. If the task registered a timer after the end
                // had woken all timers, it is woken here, and then dropped.
                self.executor.timers.wake_all();
            }
        }
        Poll::Ready(())
    }
}

impl<R: ExternalRuntime> Drop for JobTask<R> {
    /// Takes over a job that did not run before the runtime or the executor ended.
    fn drop(&mut self) {
        if let Some(job) = self.job.take() {
            self.executor.take_over(job);
        }
    }
}

/// Fires the timers of an executor, until the executor is closed or the runtime drops this task.
struct TimerDriver<R: ExternalRuntime> {
    executor: Arc<External<R>>,
    /// The sleep of the runtime, and its deadline.
    sleep: Option<(Instant, Pin<Box<dyn Future<Output = ()> + Send>>)>,
    on_runtime_end: Option<Box<dyn FnOnce() + Send>>,
}

impl<R: ExternalRuntime> Unpin for TimerDriver<R> {}

impl<R: ExternalRuntime> Future for TimerDriver<R> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let executor = self.executor.clone();
        // Before the timers are read: a deadline that is inserted later wakes this task.
        executor.driver_waker.register(cx.waker());
        if executor.phase() != ALIVE {
            if !R::IS_WHOLE_PROGRAM {
                return Poll::Ready(());
            }
            executor.run_orphans();
        }
        executor.timers.fire(executor.now());
        let Some(until) = executor.timers.sleep_until(None) else {
            self.sleep = None;
            return Poll::Pending;
        };
        let sleep = match &mut self.sleep {
            Some((at, sleep)) if *at == until => sleep,
            other => &mut other.insert((until, executor.runtime.sleep_until(until))).1,
        };
        if sleep.as_mut().poll(cx).is_ready() {
            // The other tasks run first, because the next deadlines may pass as soon as this one.
            self.sleep = None;
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }
}

impl<R: ExternalRuntime> Drop for TimerDriver<R> {
    fn drop(&mut self) {
        if let Some(on_runtime_end) = self.on_runtime_end.take() {
            self.executor.runtime_ended(on_runtime_end);
        }
    }
}

/// The waker of the timer driver, which reads the earliest deadline again when it is woken. The driver
/// registers its waker before it reads the deadlines, so a later deadline wakes it. The waker belongs to
/// the runtime: it is neither cloned, woken nor dropped under the lock.
#[derive(Default)]
struct DriverWaker(Mutex<Option<Waker>>);

impl DriverWaker {
    fn register(&self, waker: &Waker) {
        let waker = waker.clone();
        let before = self.0.lock().replace(waker);
        drop_waker(before);
    }

    fn notify(&self) {
        let waker = self.0.lock().take();
        if let Some(waker) = waker {
            wake(waker);
        }
    }
}

#[derive(Default)]
struct OrphanedJobs {
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
    fn runtime_ended(&self, on_runtime_end: Box<dyn FnOnce() + Send>) {
        let seq = Ordering::SeqCst;
        if self.phase.compare_exchange(ALIVE, ENDING, seq, seq).is_ok() {
            contained(on_runtime_end);
            self.phase.fetch_max(OVER, seq);
        }
        self.drain_now();
    }

    /// Takes a job that the runtime will not run.
    fn take_over(&self, job: Job) {
        self.orphaned.queue.lock().jobs.push_back(job);
        if self.phase() == OVER {
            self.drain_on_thread();
        }
    }

    /// Runs or drops all remaining jobs on this thread.
    fn drain_now(&self) {
        // Each task that waits for a timer is woken, and is then dropped.
        self.timers.wake_all();
        self.timers.end_sleep(true);
        self.tasks.close();
        self.run_orphans();
        self.drain_on_thread();
    }

    /// Starts a thread for the remaining jobs and timers, if there are any, or notifies it. If the
    /// runtime is the whole program, its timer driver runs them.
    fn drain_on_thread(&self) {
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

    fn run_orphans(&self) {
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
