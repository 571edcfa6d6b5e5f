//! Tasks: futures and blocking code that run concurrently with the actors: [`Task`].

#[cfg(feature = "unblock")]
use super::blocking::BlockingTask;
use super::task::{TaskEnd, TaskOutcome, TaskPanic};
use crate::cell::resources::ResourceHandle;
use crate::cell::system_shared::SystemShared;
use crate::executor;
use crate::sync::Arc;
use std::fmt;
use std::future::{Future, poll_fn};
use std::panic::resume_unwind;
use std::pin::Pin;
use std::task::{Context as Poller, Poll};

/// A task started by [`spawn_task`](crate::spawn_task), [`System::spawn_task`](crate::System::spawn_task),
/// [`Context::spawn_task`](crate::Context::spawn_task) or [`unblock`](crate::unblock). Awaiting it returns
/// the result.
///
/// A task of [`Context::spawn_task`](crate::Context::spawn_task) also ends with the life that started it,
/// and its panic is a failure of that life.
///
/// # Panics
/// When awaited, if the task panicked, with the payload of that panic, or if it was dropped before it was
/// done, because its system or life ended first. A panic that no handle delivers, such as the panic
/// of a detached task, is reported as an [`Incident`](crate::incident::Incident).
///
/// # Cancellation
/// Dropping the handle cancels a future at its next await. Blocking code that is already running
/// completes.
///
/// ```
/// # actor_core::System::current_thread().block_on(async {
/// let sum: actor_core::Task<u32> = actor_core::spawn_task(async { 1 + 1 });
/// assert_eq!(sum.await, 2);
/// actor_core::spawn_task(async { /* runs on by itself */ }).detach();
/// # });
/// ```
#[must_use = "dropping it cancels what was started; await it or call `.detach()`"]
pub struct Task<T = ()> {
    outcome: Arc<TaskOutcome<T>>,
    /// `None` for a task that cannot be canceled, and once the task has been detached or canceled.
    task: Option<TaskKind>,
}

/// The running task. Dropping it cancels the task.
pub(super) enum TaskKind {
    Task(executor::TaskHandle<()>),
    #[cfg(feature = "unblock")]
    Blocking(BlockingTask<()>),
    OfLife(ResourceHandle),
}

impl Task {
    /// Creates the handle of a task of a life. The task completes through the returned
    /// [`Completion`].
    pub(crate) fn of_life(
        system: &Arc<SystemShared>,
        handle: ResourceHandle,
    ) -> (Self, Completion) {
        let outcome = TaskOutcome::new(Some(system), 0);
        let task = Task { outcome: outcome.clone(), task: Some(TaskKind::OfLife(handle)) };
        (task, Completion(outcome))
    }
}

/// Ends a task of a life: as completed by `done`, or as dropped.
pub(crate) struct Completion(Arc<TaskOutcome<()>>);

impl Completion {
    pub(crate) fn done(self) {
        self.0.end(TaskEnd::Done(()));
    }
}

impl Drop for Completion {
    fn drop(&mut self) {
        // Changes nothing after `done`.
        self.0.end(TaskEnd::Dropped);
    }
}

impl<T> Task<T> {
    pub(super) fn new(outcome: Arc<TaskOutcome<T>>, task: Option<TaskKind>) -> Self {
        Task { outcome, task }
    }

    /// Keeps the task running without this handle.
    pub fn detach(mut self) {
        match self.task.take() {
            Some(TaskKind::Task(task)) => task.detach(),
            #[cfg(feature = "unblock")]
            Some(TaskKind::Blocking(task)) => task.detach(),
            Some(TaskKind::OfLife(mut task)) => task.detach(),
            None => {}
        }
    }

    /// Cancels the task and waits until it has ended. Returns the result if the task had already
    /// completed.
    ///
    /// ```
    /// # actor_core::System::current_thread().block_on(async {
    /// let never = actor_core::spawn_task(std::future::pending::<u32>());
    /// assert_eq!(never.cancel().await, None);
    /// # });
    /// ```
    pub async fn cancel(mut self) -> Option<T> {
        drop(self.task.take());
        let end = poll_fn(|cx| self.outcome.poll(cx)).await;
        match end {
            Some(TaskEnd::Done(value)) => Some(value),
            Some(TaskEnd::Panicked(panic)) => self.deliver(panic),
            Some(TaskEnd::Dropped) | None => None,
        }
    }

    /// Returns `true` if the task has completed.
    ///
    /// ```
    /// # actor_core::System::current_thread().block_on(async {
    /// let soon = actor_core::spawn_task(async { 1 + 1 });
    /// while !soon.is_finished() {
    ///     actor_core::future::yield_now().await;
    /// }
    /// assert_eq!(soon.await, 2);
    /// # });
    /// ```
    pub fn is_finished(&self) -> bool {
        self.outcome.is_over()
    }

    fn owner(&self) -> &'static str {
        match self.task {
            Some(TaskKind::OfLife(_)) => "actor",
            _ => "system",
        }
    }

    fn deliver(&self, panic: TaskPanic) -> ! {
        self.outcome.delivered();
        resume_unwind(panic.payload)
    }
}

impl<T> Future for Task<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<T> {
        self.outcome.poll(cx).map(|end| match end {
            Some(TaskEnd::Done(value)) => value,
            Some(TaskEnd::Panicked(panic)) => self.deliver(panic),
            Some(TaskEnd::Dropped) => {
                panic!("the task was dropped before it was done: its {} has ended", self.owner())
            }
            None => panic!("a task was polled after it had returned its result"),
        })
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        // Before the task is canceled: a panic from now on is reported by the task.
        self.outcome.leave();
    }
}

impl<T> fmt::Debug for Task<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Task").field("is_finished", &self.is_finished()).finish()
    }
}
