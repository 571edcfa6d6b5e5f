//! Futures that run on a system beside its actors, and find it as the current one.

use crate::cell::current;
use crate::cell::hub::Hub;
use crate::exit::ActorId;
use crate::host::{self, task::Runnable};
use crate::panics;
use crate::sync::Arc;
use pin_project_lite::pin_project;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::task::{Context as Poller, Poll};

/// Makes a task of a future on a system. It does not run before the runnable is scheduled.
pub(crate) fn prepare<F>(hub: &Arc<Hub>, future: F) -> (Runnable, host::Task<F::Output>)
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    within(hub, false, future)
}

/// Runs blocking code as one step of a simulation. Its panic is for whoever waits for it.
pub(crate) fn inline<T: Send + 'static>(
    hub: &Arc<Hub>,
    run: impl FnOnce() -> T + Send + 'static,
) -> host::Task<T> {
    let (runnable, task) = within(hub, true, async move { run() });
    runnable.schedule();
    task
}

fn within<F>(hub: &Arc<Hub>, is_awaited: bool, future: F) -> (Runnable, host::Task<F::Output>)
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let number = hub.host.next_task();
    let within = Within { future: Some(future), hub: Some(hub.clone()), number };
    host::task::prepare(hub.host.clone(), number, is_awaited, within)
}

pin_project! {
    /// A future that finds its system as the current one whenever it is polled.
    pub(crate) struct Within<F> {
        #[pin]
        future: Option<F>,
        hub: Option<Arc<Hub>>,
        // Among the tasks of a simulation; 0 for none.
        number: u32,
    }

    impl<F> PinnedDrop for Within<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            // `async-task` aborts the process if the drop of a cancelled future panics.
            let _ = current::within(this.hub, || {
                catch_unwind(AssertUnwindSafe(|| this.future.set(None)))
            });
            if *this.number != 0
                && let Some(witness) = this.hub.as_ref().and_then(|hub| hub.witness.as_ref())
            {
                witness.task_over(*this.number);
            }
        }
    }
}

impl<F> Within<F> {
    pub(crate) fn new(future: F, hub: Arc<Hub>) -> Self {
        Within { future: Some(future), hub: Some(hub), number: 0 }
    }
}

impl<F: Future> Future for Within<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let Some(future) = this.future.as_pin_mut() else { return Poll::Pending };
        let caught =
            current::within(this.hub, || catch_unwind(AssertUnwindSafe(|| future.poll(cx))));
        caught.unwrap_or_else(|payload| {
            if *this.number != 0
                && let Some(hub) = this.hub
                && let Some(witness) = &hub.witness
            {
                let id = ActorId { system: hub.id, number: 0 };
                witness.task_panicked(id, *this.number, panics::note_of(&payload).message);
            }
            resume_unwind(payload)
        })
    }
}
