//! A running handler: its panic is caught, and a kill drops it at its next await.

use super::run_loop::HandlerError;
use crate::actor::dispatch::HandlerOutcome;
use crate::cell::current::{self, Handling};
use crate::cell::handle::contain_own;
use crate::cell::header::Core;
use pin_project_lite::pin_project;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context as Poller, Poll};

pin_project! {
    /// The future of a handler.
    pub(crate) struct HandlerFuture<'a, F> {
        #[pin]
        future: Option<F>,
        core: &'a Core,
        handling: Handling,
        // Set at its first await. A kill before that is handled there: the message is taken out of
        // the mailbox, so dropping it here would lose it without a trace.
        is_pending: bool,
    }
}

impl<'a, F> HandlerFuture<'a, F> {
    pub(crate) fn new(future: F, core: &'a Core, handling: Handling) -> Self {
        HandlerFuture { future: Some(future), core, handling, is_pending: false }
    }
}

impl<F: Future<Output = HandlerOutcome>> Future for HandlerFuture<'_, F> {
    type Output = Result<HandlerOutcome, HandlerError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if *this.is_pending && this.core.is_killed() {
            kill(this.future, *this.handling);
            return Poll::Ready(Err(HandlerError::Killed));
        }
        current::set_handling(*this.handling);
        let Some(future) = this.future.as_pin_mut() else { return Poll::Pending };
        match catch_unwind(AssertUnwindSafe(|| future.poll(cx))) {
            Ok(Poll::Ready(outcome)) => Poll::Ready(Ok(outcome)),
            Ok(Poll::Pending) => {
                *this.is_pending = true;
                Poll::Pending
            }
            Err(payload) => Poll::Ready(Err(HandlerError::Panicked(payload))),
        }
    }
}

/// A handler's future, type-erased.
trait Work {
    /// Drops it, which is user code.
    fn clear(self: Pin<&mut Self>);
}

impl<F> Work for Option<F> {
    fn clear(mut self: Pin<&mut Self>) {
        self.set(None);
    }
}

/// Drops the handler at its await. A panic in the drop has no further effect.
#[cold]
fn kill(mut work: Pin<&mut dyn Work>, handling: Handling) {
    current::set_handling(handling.killed());
    contain_own(handling.name, &mut || work.as_mut().clear());
}
