//! Executors: they run jobs and tell the time. They do not depend on actors, mailboxes or systems,
//! and must not import them.
//!
//! # Layout
//!
//! - [`task`], [`timers`] and [`sleep`]: futures as jobs, and wakers that are woken at an instant.
//!   [`timer_slots`]: timeouts before they are in the timer queue.
//! - [`multi_thread`]: threads with work stealing. Its parts: [`worker`], [`idle`] (parking and
//!   waking), [`monitor`] (blocked workers), and [`spare`] (a buffer for bursts of messages).
//! - [`current_thread`]: one thread, while it is inside `block_on`. [`thread_owned`] ends it.
//! - [`external`]: a tokio runtime or smol executor of the user, or the event loop of a browser.
//! - [`sim`]: deterministic simulation in virtual time.

pub(crate) mod sleep;
pub(crate) mod task;
mod timer_slots;
mod timers;

mod idle;
mod monitor;
mod multi_thread;
mod parker;
pub(crate) mod spare;
pub(crate) mod worker;

mod current_thread;
pub(crate) mod thread_owned;

#[cfg(any(
    feature = "smol",
    feature = "tokio",
    all(target_family = "wasm", target_os = "unknown")
))]
mod external;

pub(crate) mod sim;

pub(crate) mod drop_chain;

#[cfg(all(test, actor_loom))]
pub(crate) mod models;
#[cfg(test)]
mod tests;

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Waker;
use std::time::Duration;

use crate::clock::Instant;
use crate::panics::contained;
use crate::sync::{Arc, Scoped, scoped};

pub(crate) use current_thread::CurrentThread;
#[cfg(any(
    feature = "smol",
    feature = "tokio",
    all(target_family = "wasm", target_os = "unknown")
))]
pub(crate) use external::{External, ExternalRuntime};
pub(crate) use multi_thread::MultiThread;
pub(crate) use parker::block_on;
use task::Runnable;
pub(crate) use task::{TaskHandle, Tasks};
pub(crate) use timers::{TimerKey, Timers};
use worker::ThisWorker;

/// Runs jobs and tells the time. All executors are used through this trait.
pub(crate) trait Executor: Send + Sync + 'static {
    /// Queues `job`, from any thread. After `close`, the job is ended or dropped instead, but never
    /// inside this call: the thread that is inside `block_on` does so, or a thread that is started
    /// for it.
    fn schedule(&self, job: Job, schedule: Schedule);

    /// Like `schedule`, for an actor.
    fn schedule_actor(&self, task: Pin<Box<dyn RunTask>>, schedule: Schedule) {
        self.schedule(Job::Actor(task), schedule);
    }

    /// Returns the worker of this thread, if it is one of this executor.
    fn this_worker(&self) -> Option<Rc<dyn ThisWorker>> {
        None
    }

    /// Like `schedule`, for a task with the number that `next_task_number` returned for it.
    fn schedule_task(&self, task: Runnable, _number: u32, schedule: Schedule) {
        self.schedule(Job::Task(task), schedule);
    }

    /// Returns the time on the clock of this executor.
    fn now(&self) -> Instant;

    /// Returns a recent time on that clock, for purposes that do not need the exact one. A worker returns the
    /// time at which it last read the clock, which is at most some dozen jobs ago.
    fn recent_time(&self) -> Instant {
        self.now()
    }

    /// Returns the timers of that clock.
    fn timers(&self) -> &Timers;

    /// Adds `waker` to those timers, for a `timeout` that ends at `at` and will probably be cancelled long
    /// before.
    fn insert_timeout(&self, at: Instant, _timeout: Duration, waker: Waker) -> TimerKey {
        self.timers().insert(at, waker, false)
    }

    /// Removes a waker from the timers immediately. Returns `None` if it was fired or removed before.
    fn remove_timer(&self, key: TimerKey) -> Option<Waker> {
        self.timers().remove(key)
    }

    /// Replaces the waker under `key` by a clone of `waker`, unless both wake the same task. Returns `false`
    /// if the waker was already fired.
    fn replace_timer(&self, key: TimerKey, waker: &Waker) -> bool {
        self.timers().replace(key, waker)
    }

    /// Returns the unfinished tasks.
    fn tasks(&self) -> &Arc<Tasks>;

    /// Runs `future` on this thread to completion. An executor that is owned by this thread also
    /// runs its jobs. The caller has checked that the thread is not already inside an executor.
    fn block_on(&self, future: Pin<&mut dyn Future<Output = ()>>);

    /// Returns whether this executor runs its jobs on this thread.
    fn is_executor_thread(&self) -> bool;

    /// Returns whether blocking this thread would deadlock the executor, because the executor has
    /// no other thread. Best effort.
    fn is_only_driver(&self) -> bool {
        false
    }

    /// Returns whether this thread can rely on the timers of this executor. An executor that is
    /// driven by its owner fires timers only between two jobs, while the owner is inside
    /// `block_on`, so other threads cannot rely on them.
    fn fires_for_this_thread(&self) -> bool {
        true
    }

    /// Records that the current job waits until `at`, or for a periodic tick that is due then. Only
    /// a simulation records it.
    fn record_wait(&self, _at: Instant, _is_periodic: bool) {}

    /// Returns the number of a new task. A simulation tells tasks apart by this number.
    fn next_task_number(&self) -> u32 {
        0
    }

    /// Returns whether `close` runs the remaining actors, so that killed ones end.
    fn close_ends_actors(&self) -> bool {
        false
    }

    /// Ends the worker threads and waits for them. A thread that is still inside the same job after
    /// `grace` is left behind, and its name is returned. Idempotent. A worker that calls this does
    /// not wait for itself.
    fn close(&self, grace: Duration) -> Vec<String>;
}

/// The task of one actor. `run` takes it by value, so that it cannot run twice at the same time; it
/// parks the task or schedules it again. Panics of user code are caught inside.
pub(crate) trait RunTask: Send {
    fn run(self: Pin<Box<Self>>);

    /// Returns the number of the actor in its system.
    fn number(self: Pin<&mut Self>) -> u64 {
        0
    }
}

/// One run of an actor or of a task.
pub(crate) enum Job {
    Actor(Pin<Box<dyn RunTask>>),
    Task(Runnable),
}

impl Job {
    /// Runs the job until it parks, yields or ends. A panic, which is only possible in a `Task`, is
    /// reported by the panic hook and not propagated.
    #[inline]
    pub(crate) fn run(self) {
        match self {
            Job::Actor(actor) => contained(|| actor.run()),
            Job::Task(task) => contained(|| {
                task.run();
            }),
        }
    }

    /// Returns whether the job is a task of an executor that has ended.
    fn is_over(&self) -> bool {
        matches!(self, Job::Task(task) if task::is_over(task))
    }

    /// Ends a job of a closed executor. An actor is run, and ends because it has been killed. A
    /// task is dropped.
    fn end(self) {
        match self {
            Job::Actor(_) => self.run(),
            Job::Task(_) => self.discard(),
        }
    }

    /// Drops the job without running it. A panic of a destructor is not propagated.
    fn discard(self) {
        contained(|| drop(self));
    }
}

/// The position of a scheduled job among the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Schedule {
    /// The job was woken: it runs next.
    Next,
    /// The job yielded, or was woken while it ran: it goes to the back of the queue.
    Yielded,
}

thread_local! {
    /// The executor whose worker or `block_on` this thread is in, if any.
    static CURRENT: Scoped<Option<Arc<dyn Executor>>> = const { scoped(None) };
}

/// Returns the executor whose worker or `block_on` this thread is in.
pub(crate) fn current() -> Option<Arc<dyn Executor>> {
    CURRENT.with(|current| current.borrow().clone())
}

/// Returns the time on the clock of the current executor, or the real time outside of executors.
pub(crate) fn now() -> Instant {
    current().map_or_else(Instant::now, |executor| executor.now())
}

/// Returns whether this thread is inside a worker or a `block_on` of any executor.
pub(crate) fn is_inside() -> bool {
    CURRENT.with(|current| current.borrow().is_some())
}

/// Makes an executor the current one of this thread. Dropping the guard restores the previous one.
struct EnterGuard(Option<Arc<dyn Executor>>);

impl EnterGuard {
    fn new(executor: Arc<dyn Executor>) -> EnterGuard {
        EnterGuard(CURRENT.with(|current| current.replace(Some(executor))))
    }
}

impl Drop for EnterGuard {
    fn drop(&mut self) {
        let before = self.0.take();
        // The executor is dropped after the borrow has ended: its drop may run user code.
        drop(CURRENT.with(|current| current.replace(before)));
    }
}
