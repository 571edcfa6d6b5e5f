//! Tasks of a life: futures that run concurrently with the actor and end with the life.

use super::Context;
use crate::actor::dispatch::Dispatch;
use crate::cell::current;
use crate::cell::handle::DynMailbox;
use crate::cell::resources::{Resource, ResourceHandle};
use crate::cell::state::{ResourceId, SystemMessage};
use crate::executor;
use crate::exit::Failure;
use crate::sync::Arc;
use crate::system::task::{Task, prepare};
use pin_project_lite::pin_project;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Poller, Poll, ready};

impl<A: Dispatch> Context<A> {
    /// Runs `future` concurrently with the actor until it completes or the life ends.
    ///
    /// The task does not keep the actor alive. A panic in it is a failure of this life.
    ///
    /// # Cancellation
    /// Dropping the task cancels the future; `.detach()` keeps it running until the life ends.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// #[actor]
    /// struct Host;
    ///
    /// #[actor]
    /// impl Host {
    ///     fn begin(&self, context: &Context<Self>) {
    ///         context.spawn_task(async { /* runs concurrently with the actor */ }).detach();
    ///         drop(context.spawn_task(std::future::pending())); // is cancelled at once
    ///     }
    /// }
    /// # System::current_thread().block_on(async { Host.spawn().begin().await.unwrap() });
    /// ```
    pub fn spawn_task(&self, future: impl Future<Output = ()> + Send + 'static) -> Task {
        let guard = self.task_guard(false);
        let key = guard.key;
        let handle = ResourceHandle { mailbox: Arc::downgrade(&self.any()), key };
        let (task, completion) = Task::of_life(&self.mailbox.header.system, handle);
        let future = async move {
            future.await;
            completion.done();
        };
        self.hold_task(key, run_in_life(guard, future, "task"), Resource::Task);
        task
    }

    /// Counts one more future of this life, until the returned guard is dropped.
    pub(super) fn task_guard(&self, keeps_alive: bool) -> TaskGuard {
        let key = self.with_resources(|resources| {
            resources.tasks += 1;
            resources.key()
        });
        if keeps_alive {
            self.mailbox.header.incr_strong();
        }
        TaskGuard { mailbox: self.any(), key, keeps_alive }
    }

    pub(super) fn hold_task(
        &self,
        key: ResourceId,
        future: impl Future<Output = ()> + Send + 'static,
        hold: impl FnOnce(executor::TaskHandle<()>) -> Resource,
    ) {
        let (runnable, task) = crate::system::task::prepare(&self.mailbox.header.system, future);
        let resource = hold(task);
        self.with_resources(|resources| resources.insert(key, resource));
        runnable.schedule();
    }
}

/// Counts a future of a life until it is dropped, whether it has completed or not.
pub(crate) struct TaskGuard {
    pub(crate) mailbox: Arc<dyn DynMailbox>,
    pub(crate) key: ResourceId,
    /// Whether the future keeps the actor alive, as streams and piped futures do.
    keeps_alive: bool,
}

impl Drop for TaskGuard {
    fn drop(&mut self) {
        self.mailbox.task_gone(self.key);
        if self.keeps_alive {
            self.mailbox.release();
        }
    }
}

pin_project! {
    /// A future of a life. A panic in it is a failure of the life, and so is a panic while it is
    /// dropped.
    pub(crate) struct CatchPanic<F> {
        #[pin]
        future: Option<F>,
        mailbox: Arc<dyn DynMailbox>,
        what: &'static str,
    }

    impl<F> PinnedDrop for CatchPanic<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            // The values that the future owns are dropped on behalf of its life.
            let dropped = current::in_life_of(this.mailbox, || {
                current::catch_failure(&**this.mailbox, this.what, || this.future.set(None))
            });
            if let Err(failure) = dropped {
                this.mailbox.notify(SystemMessage::TaskPanicked(failure));
            }
        }
    }
}

impl<F> CatchPanic<F> {
    pub(crate) fn new(future: F, mailbox: Arc<dyn DynMailbox>, what: &'static str) -> Self {
        CatchPanic { future: Some(future), mailbox, what }
    }
}

impl<F: Future> Future for CatchPanic<F> {
    type Output = Result<F::Output, Failure>;

    fn poll(self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let Some(future) = this.future.as_pin_mut() else { return Poll::Pending };
        let polled = current::in_life_of(this.mailbox, || {
            current::catch_failure(&**this.mailbox, this.what, || future.poll(cx))
        });
        match polled {
            Ok(poll) => Poll::Ready(Ok(ready!(poll))),
            Err(failure) => Poll::Ready(Err(failure)),
        }
    }
}

/// Starts the future returned by `make` as a task of the current life of `mailbox`.
pub(crate) fn spawn_in_life<F>(mailbox: &Arc<dyn DynMailbox>, make: impl FnOnce(TaskGuard) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut locked = mailbox.lock();
    let resources = locked.cell.resources_mut();
    resources.tasks += 1;
    let key = resources.key();
    drop(locked);
    let guard = TaskGuard { mailbox: mailbox.clone(), key, keeps_alive: false };
    let (runnable, task) = prepare(&mailbox.header().system, make(guard));
    let mut locked = mailbox.lock();
    let canceled = match locked.cell.existing_resources_mut() {
        Some(resources) => {
            resources.insert(key, Resource::Task(task));
            None
        }
        None => Some(task),
    };
    drop(locked);
    drop(canceled);
    runnable.schedule();
}

/// Runs `future` for its life, and reports a panic to the run loop.
pub(crate) fn run_in_life<F: Future<Output = ()>>(
    guard: TaskGuard,
    future: F,
    what: &'static str,
) -> impl Future<Output = ()> + use<F> {
    let mailbox = guard.mailbox.clone();
    // Created outside of the block, because the block may be dropped before its first poll, and
    // `future` with it.
    let caught = CatchPanic::new(future, mailbox.clone(), what);
    async move {
        if let Err(failure) = caught.await {
            mailbox.notify(SystemMessage::TaskPanicked(failure));
        }
        drop(guard);
    }
}
