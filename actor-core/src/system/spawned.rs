//! Tasks: futures and blocking code that run concurrently with the actors: [`Spawned`].

use crate::cell::current;
use crate::host;
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::task::{Context as Poller, Poll};

/// A task started by [`spawn`](crate::spawn), [`System::spawn_task`](crate::System::spawn_task) or
/// [`unblock`](crate::unblock). Awaiting it returns the result.
///
/// # Panics
/// When awaited, if the task panicked or its system ended first.
///
/// # Cancellation
/// Dropping it cancels a future at its next await. Blocking code that is already running completes.
///
/// ```
/// # actor_core::System::current_thread().block_on(async {
/// let sum: actor_core::Spawned<u32> = actor_core::spawn(async { 1 + 1 });
/// assert_eq!(sum.await, 2);
/// actor_core::spawn(async { /* runs on by itself */ }).detach();
/// # });
/// ```
#[must_use = "dropping it cancels what was started; await it or call `.detach()`"]
pub struct Spawned<T>(Started<T>);

enum Started<T> {
    Task(host::Task<T>),
    Blocking(blocking::Task<T>),
}

impl<T> Spawned<T> {
    pub(super) fn task(task: host::Task<T>) -> Self {
        Spawned(Started::Task(task))
    }

    pub(super) fn blocking(task: blocking::Task<T>) -> Self {
        Spawned(Started::Blocking(task))
    }

    /// Keeps the task running without this handle.
    pub fn detach(self) {
        match self.0 {
            Started::Task(task) => task.detach(),
            Started::Blocking(task) => task.detach(),
        }
    }

    /// Cancels the task and waits until it has ended. Returns the result if the task had already
    /// completed.
    ///
    /// ```
    /// # actor_core::System::current_thread().block_on(async {
    /// let never = actor_core::spawn(std::future::pending::<u32>());
    /// assert_eq!(never.cancel().await, None);
    /// # });
    /// ```
    pub async fn cancel(self) -> Option<T> {
        match self.0 {
            Started::Task(task) => task.cancel().await,
            Started::Blocking(task) => task.cancel().await,
        }
    }

    /// Returns `true` if the task has completed.
    ///
    /// ```
    /// # actor_core::System::current_thread().block_on(async {
    /// let soon = actor_core::spawn(async { 1 + 1 });
    /// while !soon.is_finished() {
    ///     actor_core::future::yield_now().await;
    /// }
    /// assert_eq!(soon.await, 2);
    /// # });
    /// ```
    pub fn is_finished(&self) -> bool {
        match &self.0 {
            Started::Task(task) => task.is_finished(),
            Started::Blocking(task) => task.is_finished(),
        }
    }
}

impl<T> Future for Spawned<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<T> {
        match &mut self.0 {
            Started::Task(task) => {
                let poll = catch_unwind(AssertUnwindSafe(|| Pin::new(&mut *task).poll(cx)));
                poll.unwrap_or_else(|payload| {
                    observed(task.metadata().number());
                    resume_unwind(payload)
                })
            }
            Started::Blocking(task) => Pin::new(task).poll(cx),
        }
    }
}

/// A panic of the task is passed to the awaiting code, so it is not unobserved in a simulation.
#[cold]
fn observed(number: u32) {
    if let Some(hub) = current::hub()
        && let Some(witness) = &hub.witness
    {
        witness.task_observed(number);
    }
}

impl<T> fmt::Debug for Spawned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spawned").field("is_finished", &self.is_finished()).finish()
    }
}
