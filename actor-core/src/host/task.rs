//! Layer 1: tasks of a host: futures that it polls when they are woken.

use std::future::Future;

use async_task::{Builder, ScheduleInfo, WithInfo};

use super::{Host, Job, Turn, worker};
use crate::sync::Arc;

/// A task that is to be polled.
pub(crate) type Runnable = async_task::Runnable<Home>;

/// The side of a task that waits for its result. Dropped, it cancels the task.
pub(crate) type Task<T> = async_task::Task<T, Home>;

/// Where a task runs; it lies beside the future.
pub(crate) struct Home {
    host: Arc<dyn Host>,
    /// Among the tasks of a simulation; 0 for none.
    number: u32,
}

/// Makes a task of a future. It does not run before the runnable is scheduled. Its panic goes to the
/// code that runs it.
pub(crate) fn prepare<F>(host: Arc<dyn Host>, number: u32, future: F) -> (Runnable, Task<F::Output>)
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let builder = Builder::new().metadata(Home { host, number });
    // What schedules it holds nothing itself. Otherwise each wake would count the task once more, so
    // that it is still there when that returns.
    builder.spawn(|_| future, WithInfo(schedule))
}

fn schedule(runnable: Runnable, info: ScheduleInfo) {
    let turn = if info.woken_while_running { Turn::Back } else { Turn::Next };
    let Home { host, number } = runnable.metadata();
    let (address, number) = (Arc::as_ptr(host).addr(), *number);
    // The usual case: one of its workers wakes it, so the host need not be held.
    if let Err(Job::Task(runnable)) = worker::push(address, Job::Task(runnable), turn) {
        let host = runnable.metadata().host.clone();
        host.schedule_task(runnable, number, turn);
    }
}
