//! Layer 1: what runs jobs and tells the time. It knows nothing of actors, mailboxes or systems, and
//! must not import them.

mod current_thread;
pub(crate) mod drop_chain;
#[cfg(any(feature = "smol", feature = "tokio"))]
mod external;
mod idle;
#[cfg(all(test, actor_loom))]
pub(crate) mod models;
mod monitor;
mod multi_thread;
mod parker;
pub(crate) mod preempt;
pub(crate) mod sim;
pub(crate) mod sleep;
#[cfg(feature = "smol")]
mod smol;
pub(crate) mod task;
mod tasks;
pub(crate) mod thread_owned;
mod timers;
#[cfg(feature = "tokio")]
mod tokio;
mod worker;
mod worker_queues;

#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

use crate::panics::contained;
use crate::sync::Arc;

pub(crate) use current_thread::CurrentThread;
#[cfg(any(feature = "smol", feature = "tokio"))]
pub(crate) use external::External;
pub(crate) use multi_thread::MultiThread;
#[cfg(feature = "smol")]
pub(crate) use smol::Smol;
use task::Runnable;
pub(crate) use task::Task;
pub(crate) use tasks::Tasks;
pub(crate) use timers::{TimerKey, Timers};
#[cfg(feature = "tokio")]
pub(crate) use tokio::Tokio;

/// Where jobs run and what the time is there: the one small trait behind which executors are exchanged.
pub(crate) trait Executor: Send + Sync + 'static {
    /// Takes `job` to be run soon, from any thread. After `close` it is ended or dropped, never inside of this
    /// call: by the thread that drives the executor, or by one that is started for it.
    fn schedule(&self, job: Job, schedule: Schedule);

    /// Takes a task as `schedule` does; `number` is what `next_task_number` gave for it.
    fn schedule_task(&self, task: Runnable, _number: u32, schedule: Schedule) {
        self.schedule(Job::Task(task), schedule);
    }

    /// The time on this executor's clock.
    fn now(&self) -> Instant;

    /// What waits for this executor's clock.
    fn timers(&self) -> &Timers;

    /// Its tasks that are not over.
    fn tasks(&self) -> &Tasks;

    /// Drives `future` on this thread until it is done; a current-thread executor runs its jobs
    /// meanwhile. The caller has made sure that the thread is not inside an executor already.
    fn block_on(&self, future: Pin<&mut dyn Future<Output = ()>>);

    /// Whether this executor runs its jobs on this thread.
    fn is_executor_thread(&self) -> bool;

    /// Whether this thread, though not inside the executor, is all that its executor has to run on, so
    /// that a wait for it here would never end. As far as can be told.
    fn is_only_driver(&self) -> bool {
        false
    }

    /// Whether this thread can rely on this executor's timers. Another thread cannot if they are looked at only while
    /// the executor's own thread runs it, and between two jobs.
    fn fires_for_this_thread(&self) -> bool {
        true
    }

    /// What runs just now waits until `at`, or for a tick that is due then; only a simulation takes note.
    fn record_wait(&self, _at: Instant, _repeats: bool) {}

    /// A number for a task that is about to be made; only a simulation tells tasks from each other.
    fn next_task_number(&self) -> u32 {
        0
    }

    /// Whether `close` runs cells that are left, so that all that have been killed end by it.
    fn close_ends_actors(&self) -> bool {
        false
    }

    /// Ends the worker threads and waits for them; one that is still inside a job after `grace` is
    /// left behind and its name returned. Idempotent. A worker that calls it does not wait for itself.
    fn close(&self, grace: Duration) -> Vec<String>;
}

/// What runs when it is its turn: one actor's cell. It takes itself by value, so nobody else can run
/// it meanwhile; it lays itself back or schedules itself again. It contains the panics of user code.
pub(crate) trait RunTask: Send {
    fn run(self: Pin<Box<Self>>);

    /// What tells it from the other cells of its system.
    fn number(&self) -> u64 {
        0
    }
}

/// What an executor runs.
pub(crate) enum Job {
    Actor(Pin<Box<dyn RunTask>>),
    Task(Runnable),
}

impl Job {
    /// Runs the job for one turn. A panic (only a `Task` has one) goes to the panic hook and ends here.
    #[inline]
    pub(crate) fn run(self) {
        match self {
            Job::Actor(cell) => contained(|| cell.run()),
            Job::Task(task) => contained(|| {
                task.run();
            }),
        }
    }

    /// Does away with a job of an executor that is closed. A cell runs: it has been killed, and so ends. A task is
    /// dropped.
    fn end(self) {
        match self {
            Job::Actor(_) => self.run(),
            Job::Task(_) => self.discard(),
        }
    }

    /// Drops the job without running it. A panic of what it owned ends here.
    fn discard(self) {
        contained(|| drop(self));
    }
}

/// How soon a job is to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Schedule {
    /// It was woken: run it next.
    Next,
    /// It yielded, or woke itself while it ran: it goes to the back of the queue.
    Yielded,
}

thread_local! {
    /// The executor that this thread is in, if any.
    static CURRENT: RefCell<Option<Arc<dyn Executor>>> = const { RefCell::new(None) };
}

/// The executor whose worker or `block_on` this thread is in.
pub(crate) fn current() -> Option<Arc<dyn Executor>> {
    CURRENT.try_with(|current| current.borrow().clone()).ok().flatten()
}

/// Whether this thread is inside a worker or a `block_on` of any executor.
pub(crate) fn is_inside() -> bool {
    CURRENT.try_with(|current| current.borrow().is_some()).unwrap_or(false)
}

/// Makes an executor this thread's current one, and the one before it again when dropped.
struct EnterGuard(Option<Arc<dyn Executor>>);

impl EnterGuard {
    fn new(executor: Arc<dyn Executor>) -> EnterGuard {
        EnterGuard(CURRENT.with(|current| current.replace(Some(executor))))
    }
}

impl Drop for EnterGuard {
    fn drop(&mut self) {
        let before = self.0.take();
        // The executor that is left is dropped after the borrow has ended: it may run user code.
        drop(CURRENT.try_with(|current| current.replace(before)));
    }
}
