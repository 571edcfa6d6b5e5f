//! Layer 1: tasks of an executor: futures that it polls when they are woken.

use std::future::{Future, pending};
use std::pin::Pin;
use std::task::{Context, Poll};

use async_task::{Builder, ScheduleInfo, WithInfo};
use pin_project_lite::pin_project;

use super::{Executor, Job, Schedule, drop_chain, worker};
use crate::sync::Arc;

/// A task that is to be polled.
pub(crate) type Runnable = async_task::Runnable<TaskMetadata>;

/// The side of a task that waits for its result. Dropped, it cancels the task.
pub(crate) type Task<T> = async_task::Task<T, TaskMetadata>;

/// Where a task runs; it lies beside the future.
#[derive(Clone)]
pub(crate) struct TaskMetadata {
    executor: Arc<dyn Executor>,
    /// Among the tasks of a simulation; 0 for none.
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

/// Makes a task of a future. It does not run before it is scheduled. Its panic goes to the code that runs
/// it. If the executor has ended, the future is dropped, and the task is one that was cancelled.
pub(crate) fn prepare<F>(
    executor: Arc<dyn Executor>,
    number: u32,
    future: F,
) -> (Unscheduled, Task<F::Output>)
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
    let registered = Registered { future, executor: executor.clone(), key: entry.key() };
    // What schedules it holds nothing itself. Otherwise each wake would count the task once more, so
    // that it is still there when that returns.
    let (runnable, task) = builder.spawn(|_| registered, WithInfo(schedule));
    entry.insert(runnable.waker());
    (Unscheduled(Some(runnable)), task)
}

pin_project! {
    /// A future that is in the list of its executor's tasks until it is dropped.
    struct Registered<F> {
        #[pin]
        future: F,
        executor: Arc<dyn Executor>,
        key: usize,
    }

    impl<F> PinnedDrop for Registered<F> {
        fn drop(this: Pin<&mut Self>) {
            this.executor.tasks().leave(this.key);
        }
    }
}

impl<F: Future> Future for Registered<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let poll = this.future.poll(cx);
        if poll.is_pending() && this.executor.tasks().is_closed() {
            // It was about to run when the executor ended, and was not woken by that: see `Tasks::close`.
            cx.waker().wake_by_ref();
        }
        poll
    }
}

fn schedule(runnable: Runnable, info: ScheduleInfo) {
    let schedule = if info.woken_while_running { Schedule::Yielded } else { Schedule::Next };
    let TaskMetadata { executor, number } = runnable.metadata();
    let (address, number) = (Arc::as_ptr(executor).addr(), *number);
    // The usual case: one of its workers wakes it, so the executor need not be held.
    if let Err(Job::Task(runnable)) = worker::push(address, Job::Task(runnable), schedule) {
        let executor = runnable.metadata().executor.clone();
        executor.schedule_task(runnable, number, schedule);
    }
}
