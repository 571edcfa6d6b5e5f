//! Layer 1: an executor whose jobs run on an executor of the user: each job is a task there. [`ExternalRuntime`] is
//! the interface of such an executor. If the executor ends first, the remaining jobs of the executor run in
//! `foreign/orphaned`, just long enough to end.

mod orphaned;
mod timer_driver;

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use self::orphaned::OrphanedJobs;
use self::timer_driver::{TimerDriver, WakerCell};
use super::{EnterGuard, Executor, Job, Schedule, Tasks, Timers};
use crate::sync::atomic::{AtomicU8, Ordering};
use crate::sync::{Arc, Weak};

/// An executor that the user runs, and its clock.
pub(crate) trait ExternalRuntime: Send + Sync + 'static {
    /// Has `task` run there soon. If the executor is over, `task` is dropped, now or later.
    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static);

    fn now(&self) -> Instant;

    fn sleep_until(&self, at: Instant) -> Pin<Box<dyn Future<Output = ()> + Send>>;

    /// Drives `future` on this thread, which is none of the executor's.
    fn block_on(&self, future: Pin<&mut dyn Future<Output = ()>>);

    /// Whether this thread is the only one of the executor, and at work for it. As far as it tells.
    fn is_only_driver(&self) -> bool {
        false
    }
}

/// An executor on somebody else's executor. It starts no thread as long as that executor lives.
pub(crate) struct External<R> {
    runtime: R,
    phase: AtomicU8,
    timers: Timers,
    tasks: Tasks,
    /// Rung when the keeper, which fires the timers, has to look anew.
    driver_waker: Arc<WakerCell>,
    orphaned: OrphanedJobs,
    this: Weak<External<R>>,
}

/// Jobs run as tasks of the executor.
const ALIVE: u8 = 0;
/// The executor is over, and the actors are being told. What is scheduled waits.
const ENDING: u8 = 1;
/// All that is left has been told. Cells run once more, to end; tasks are dropped.
const OVER: u8 = 2;

impl<R: ExternalRuntime> External<R> {
    pub(crate) fn new(runtime: R) -> Arc<External<R>> {
        Arc::new_cyclic(|this: &Weak<External<R>>| {
            let driver_waker = Arc::new(WakerCell::default());
            let alarm = {
                let (executor, driver_waker) = (this.clone(), driver_waker.clone());
                move || match executor.upgrade() {
                    Some(executor) if executor.phase() == OVER => executor.drain_on_thread(),
                    _ => driver_waker.wake_driver(),
                }
            };
            let timers = Timers::new(runtime.now(), alarm);
            let (phase, orphaned) = (AtomicU8::new(ALIVE), OrphanedJobs::default());
            let tasks = Tasks::default();
            External { runtime, phase, timers, tasks, driver_waker, orphaned, this: this.clone() }
        })
    }

    /// Starts the task that fires the timers. When the executor ends before this executor is closed,
    /// `on_runtime_end` is called once: it has to see to it that every actor wants to end.
    pub(crate) fn spawn_timer_driver(&self, on_runtime_end: impl FnOnce() + Send + 'static) {
        if let Some(executor) = self.this.upgrade() {
            self.runtime.spawn(TimerDriver::new(executor, Box::new(on_runtime_end)));
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
            // In a statement of its own: a job that the executor refuses comes back by the drop.
            self.runtime.spawn(JobTask { executor, job: Some(job) });
        } else {
            executor.take_over(job);
        }
    }

    fn now(&self) -> Instant {
        // The clock of an executor that is over may stand still.
        if self.phase() == ALIVE { self.runtime.now() } else { Instant::now() }
    }

    fn timers(&self) -> &Timers {
        &self.timers
    }

    fn tasks(&self) -> &Tasks {
        &self.tasks
    }

    fn block_on(&self, future: Pin<&mut dyn Future<Output = ()>>) {
        let Some(this) = self.this.upgrade() else { return };
        let _entered = EnterGuard::new(this);
        self.runtime.block_on(future);
    }

    /// A thread of the executor belongs to the user as well, who may block it.
    fn is_executor_thread(&self) -> bool {
        false
    }

    fn is_only_driver(&self) -> bool {
        self.runtime.is_only_driver()
    }

    /// There is no thread of ours to end. The executor goes on; it runs nothing for this executor.
    fn close(&self, _grace: Duration) -> Vec<String> {
        self.phase.fetch_max(OVER, Ordering::SeqCst);
        self.driver_waker.wake_driver();
        self.drain_now();
        Vec::new()
    }
}

/// One job on its way through the executor.
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
                // The end came during the run. A task that turned to its timer after the end had woken all
                // timers is woken here, so that it is dropped.
                self.executor.timers.wake_all();
            }
        }
        Poll::Ready(())
    }
}

impl<R: ExternalRuntime> Drop for JobTask<R> {
    /// The executor ended before it ran the job, or the executor did.
    fn drop(&mut self) {
        if let Some(job) = self.job.take() {
            self.executor.take_over(job);
        }
    }
}
