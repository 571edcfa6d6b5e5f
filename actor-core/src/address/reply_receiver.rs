//! The receiving end of a call: [`ReplyReceiver`].

use super::observers::Observers;
use crate::cell::current;
use crate::cell::message::CallState;
use crate::error::CallError;
use crate::waking::{drop_waker, wake};
use actor_atomic::{Left, Receiver};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Poller, Poll};

/// The receiving end of a call, a future of the reply.
///
/// # Cancellation
/// Dropping the receiver closes the reply: see [`Reply::closed`](crate::Reply::closed).
///
/// ```
/// # actor_core::System::current_thread().block_on(async {
/// let (reply, answer) = actor_core::Reply::<u8>::pair();
/// drop(reply);
/// assert_eq!(answer.await, Err(actor_core::CallError::NoReply));
/// # });
/// ```
#[must_use = "futures do nothing unless awaited"]
pub struct ReplyReceiver<T> {
    pub(super) cell: Receiver<Result<T, CallError>>,
}

impl<T> ReplyReceiver<T> {
    /// Creates a receiver whose reply has already been returned.
    pub(super) const fn finished() -> Self {
        ReplyReceiver { cell: Receiver::finished() }
    }

    /// Returns the state of the message, or `None` once the reply has been returned.
    pub(super) fn head(&self) -> Option<CallState<'_>> {
        self.cell.state().map(CallState::of)
    }

    /// Stops waiting, as if dropped.
    pub(super) fn leave(&mut self) {
        if let Ok(Err(error)) = self.give_up(None) {
            current::untold(&error);
        }
    }

    /// Stops waiting. Returns the reply if it has arrived, and otherwise whether the handler
    /// had started. Observers are notified of `error`, or that the call was dropped.
    pub(crate) fn give_up(
        &mut self,
        error: Option<fn(bool) -> CallError>,
    ) -> Result<Result<T, CallError>, bool> {
        let is_unseen = self.head().is_some_and(CallState::is_unseen);
        let (left, closed, attached) = self.cell.leave(|waker| drop_waker(Some(waker)));
        if let Some(waker) = closed {
            wake(waker);
        }
        let started = match left {
            Left::Done(Some(result)) => return Ok(result),
            Left::Done(None) => true,
            Left::Gone { started } => started || is_unseen,
        };
        if let Some(attached) = attached {
            Observers::notify_left(attached, started, error);
        }
        Err(started)
    }
}

impl<T> Future for ReplyReceiver<T> {
    type Output = Result<T, CallError>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<Self::Output> {
        let poll = self.cell.poll(cx.waker(), |waker| drop_waker(Some(waker)));
        poll.map(|result| result.unwrap_or(Err(CallError::NoReply)))
    }
}

impl<T> Drop for ReplyReceiver<T> {
    #[inline]
    fn drop(&mut self) {
        if self.cell.state().is_some() {
            self.leave();
        }
    }
}

impl<T> fmt::Debug for ReplyReceiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplyReceiver").finish_non_exhaustive()
    }
}
