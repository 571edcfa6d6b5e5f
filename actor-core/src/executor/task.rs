//! The tasks of an executor, which are futures that it polls when they are woken, and the list of
//! its unfinished tasks. Only this list and the wakers of a pending task refer to the task, so the
//! executor needs the list to drop pending tasks when it ends.

use std::future::{Future, pending};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use async_task::{Builder, ScheduleInfo, WithInfo};
use pin_project_lite::pin_project;
use slab::Slab;

use super::{Executor, Schedule, drop_chain, worker};
use crate::panics::wake;
use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::{Arc, Mutex, MutexGuard, OwnLines};

/// A task that is to be polled.
pub(crate) type Runnable = async_task::Runnable<TaskMetadata>;

/// The side of a task that waits for its result. Dropping it cancels the task.
pub(crate) type TaskHandle<T> = async_task::Task<T, TaskMetadata>;

/// The executor of a task; stored next to the future.
#[derive(Clone)]
pub(crate) struct TaskMetadata {
    executor: Arc<dyn Executor>,
    /// The number of the task in a simulation; 0 elsewhere.
    number: u32,
}

/// A task that has not run yet.
#[must_use = "the task does not run before this is scheduled"]
pub(crate) struct Unscheduled(Option<Runnable>);

impl Unscheduled {
    pub(crate) fn schedule(self) {
        if let Some(runnable) = self.0 {
            runnable.schedule();
        }
    }
}

/// Creates a task from a future. The task does not run before it is scheduled. A panic of the
/// future is resumed in the code that runs the task. If the executor has ended, the future is
/// dropped, and the task counts as cancelled.
pub(crate) fn prepare<F>(
    executor: Arc<dyn Executor>,
    number: u32,
    future: F,
) -> (Unscheduled, TaskHandle<F::Output>)
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let metadata = TaskMetadata { executor: executor.clone(), number };
    let builder = Builder::new().metadata(metadata);
    let Some(mut tasks) = executor.tasks().open() else {
        drop_chain::drop_refused(move || drop(future));
        let (_, task) = builder.spawn(|_| pending(), WithInfo(schedule));
        return (Unscheduled(None), task);
    };
    let entry = tasks.vacant_entry();
    let registered = Registered { future, tasks: executor.tasks().clone(), key: entry.key() };
    // The schedule function has no captures: otherwise `async-task` would keep the task alive during
    // each wake, at the cost of two changes of its reference count.
    let (runnable, task) = builder.spawn(|_| registered, WithInfo(schedule));
    entry.insert(runnable.waker());
    (Unscheduled(Some(runnable)), task)
}

pin_project! {
    /// A future that is in the list of its executor's tasks until it is dropped.
    struct Registered<F> {
        #[pin]
        future: F,
        tasks: Arc<Tasks>,
        key: usize,
    }

    impl<F> PinnedDrop for Registered<F> {
        fn drop(this: Pin<&mut Self>) {
            this.tasks.leave(this.key);
        }
    }
}

impl<F: Future> Future for Registered<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let poll = this.future.poll(cx);
        if poll.is_pending() && this.tasks.is_closed() {
            // The task was already scheduled when the executor ended, so `Tasks::close` could not
            // wake it.
            cx.waker().wake_by_ref();
        }
        poll
    }
}

/// Returns whether the executor of the task has ended, so that the task is to be dropped.
pub(super) fn is_over(runnable: &Runnable) -> bool {
    runnable.metadata().executor.tasks().is_closed()
}

fn schedule(runnable: Runnable, info: ScheduleInfo) {
    let schedule = if info.woken_while_running { Schedule::Yielded } else { Schedule::Next };
    let TaskMetadata { executor, number } = runnable.metadata();
    let (address, number) = (Arc::as_ptr(executor).addr(), *number);
    // Usually a worker of the executor wakes the task, and the executor is not cloned.
    if let Err(runnable) = worker::push(address, runnable, schedule) {
        let executor = runnable.metadata().executor.clone();
        executor.schedule_task(runnable, number, schedule);
    }
}

/// The unfinished tasks of one executor. A task is added when it is created, and removed when its
/// future is dropped, whether it has finished or not.
#[derive(Default)]
pub(crate) struct Tasks {
    wakers: Mutex<Slab<Waker>>,
    /// Written once, under the lock. On separate cache lines, because each pending poll reads it,
    /// while each new task takes the lock.
    closed: OwnLines<AtomicBool>,
}

impl Tasks {
    /// Returns the list, or `None` if the executor has ended. The caller adds its task before it
    /// releases the lock, so that a task is either refused or seen by `close`.
    fn open(&self) -> Option<MutexGuard<'_, Slab<Waker>>> {
        let wakers = self.wakers.lock();
        if self.closed.0.load(Ordering::Relaxed) { None } else { Some(wakers) }
    }

    fn leave(&self, key: usize) {
        // A statement of its own, so that the waker is dropped without the lock.
        let gone = self.wakers.lock().try_remove(key);
        drop(gone);
    }

    /// Returns whether the executor has ended, so that no further task is polled.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.0.load(Ordering::Acquire)
    }

    /// Refuses new tasks, and wakes the existing ones. Each existing task is scheduled once more,
    /// and the executor, which has ended, drops it instead of polling it.
    ///
    /// No task stays pending. Waking has no effect on a task that is already scheduled. If a worker
    /// that has not yet noticed the end polls such a task, the poll synchronizes with this wake,
    /// sees that the list is closed, and schedules the task again.
    pub(super) fn close(&self) {
        let mut wakers = self.wakers.lock();
        self.closed.0.store(true, Ordering::Release);
        let left = std::mem::take(&mut *wakers);
        drop(wakers);
        for (_, waker) in left {
            wake(waker);
        }
    }
}
