//! Futures that run on a system concurrently with its actors, with the system as the current one.

use crate::cell::current;
use crate::cell::system_shared::SystemShared;
use crate::executor::{self, task::Unscheduled};
use crate::panics::contained;
use crate::sync::Arc;
use pin_project_lite::pin_project;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::task::{Context as Poller, Poll};

/// Creates a task from a future on a system. The task does not run before it is scheduled.
pub(crate) fn prepare<F>(
    system: &Arc<SystemShared>,
    future: F,
) -> (Unscheduled, executor::TaskHandle<F::Output>)
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    numbered(system, system.executor.next_task_number(), future)
}

/// Like [`prepare`], for a task with this number.
pub(super) fn numbered<F>(
    system: &Arc<SystemShared>,
    number: u32,
    future: F,
) -> (Unscheduled, executor::TaskHandle<F::Output>)
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let within = InSystem { future: Some(future), system: Some(system.clone()), number };
    executor::task::prepare(system.executor.clone(), number, within)
}

pin_project! {
    /// A future that is polled with its system as the current one.
    pub(crate) struct InSystem<F> {
        #[pin]
        future: Option<F>,
        system: Option<Arc<SystemShared>>,
        // The number of the task in a simulation; 0 elsewhere.
        number: u32,
    }

    impl<F> PinnedDrop for InSystem<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            // `async-task` aborts the process if the drop of a cancelled future panics.
            current::within(this.system, || contained(|| this.future.set(None)));
            if *this.number != 0
                && let Some(sim_observer) = this.system.as_ref().and_then(|system| system.sim_observer.as_ref())
            {
                sim_observer.task_over(*this.number);
            }
        }
    }
}

impl<F> InSystem<F> {
    pub(crate) fn new(future: F, system: Arc<SystemShared>) -> Self {
        InSystem { future: Some(future), system: Some(system), number: 0 }
    }
}

impl<F: Future> Future for InSystem<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let Some(future) = this.future.as_pin_mut() else { return Poll::Pending };
        let caught =
            current::within(this.system, || catch_unwind(AssertUnwindSafe(|| future.poll(cx))));
        // Panics of user code are caught inside the future, by `TaskFuture`.
        caught.unwrap_or_else(|payload| resume_unwind(payload))
    }
}
