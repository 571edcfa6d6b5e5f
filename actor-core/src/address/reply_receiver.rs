//! The receiving end of a call: [`ReplyReceiver`].

use super::oneshot::Slot;
use crate::cell::call_state::Head;
use crate::cell::current;
use crate::error::CallError;
use crate::sync::Arc;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Poller, Poll};

/// The receiving end of a call, a future of the reply.
///
/// # Cancellation
/// Dropping it marks the reply as unwanted: see [`Reply::unwanted`](crate::Reply::unwanted).
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
    /// `None` after the reply has been returned.
    pub(super) slot: Option<Arc<Slot<T>>>,
}

impl<T> ReplyReceiver<T> {
    /// As one that has been given.
    pub(super) const fn none() -> Self {
        ReplyReceiver { slot: None }
    }

    /// The state of the message, until the reply has been returned.
    pub(super) fn head(&self) -> Option<&Head> {
        match &self.slot {
            Some(slot) => Some(&slot.head),
            None => None,
        }
    }

    /// Stops waiting, as if dropped.
    pub(super) fn leave(&mut self) {
        if let Some(slot) = self.slot.take() {
            slot.head.abandon();
            if let Some(Err(error)) = slot.close() {
                current::untold(&error);
            }
        }
    }

    /// Stops waiting. Returns the reply if it has arrived, otherwise whether the handler had
    /// started.
    pub(crate) fn give_up(&mut self) -> Result<Result<T, CallError>, bool> {
        let Some(slot) = self.slot.take() else { return Err(true) };
        // Deciding first makes "never handled" exact, whatever happens meanwhile.
        let started = slot.head.abandon();
        slot.close().ok_or(started)
    }
}

impl<T> Future for ReplyReceiver<T> {
    type Output = Result<T, CallError>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<Self::Output> {
        let slot = self.slot.take().expect("an answer is not polled after it has been given");
        let slot = match slot.take() {
            Ok(answer) => return Poll::Ready(answer),
            Err(slot) => slot,
        };
        // Back in its place first: the waker may panic when it is cloned.
        let poll = self.slot.insert(slot).poll(cx.waker());
        if poll.is_ready() {
            self.slot = None;
        }
        poll
    }
}

impl<T> Drop for ReplyReceiver<T> {
    fn drop(&mut self) {
        self.leave();
    }
}

impl<T> fmt::Debug for ReplyReceiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplyReceiver").finish_non_exhaustive()
    }
}
