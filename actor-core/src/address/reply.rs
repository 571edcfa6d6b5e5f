//! Replies: [`Reply`], and the creation of both ends.

use super::oneshot::Slot;
use super::reply_receiver::ReplyReceiver;
use crate::cell::call_state::{QUEUED, STARTED, UNSEEN};
use crate::cell::{current, deadlock::tracker};
use crate::sync::Arc;
use crate::waking::drop_waker;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Poller, Poll, Waker};

/// The right to answer one call, once.
///
/// A handler with an argument of type `Reply<T>` and no return type can answer later. The reply can
/// be stored, moved into a task, or forwarded to another actor with
/// [`Call::reply_to`](crate::Call::reply_to). If it is dropped without an answer, the caller gets
/// [`CallError::NoReply`](crate::CallError::NoReply).
///
/// ```
/// # use actor_core::prelude::*;
/// #[actor]
/// struct Gate {
///     waiting: Vec<Reply<u32>>,
/// }
///
/// #[actor]
/// impl Gate {
///     fn pass(&mut self, reply: Reply<u32>) {
///         self.waiting.push(reply);
///     }
///
///     fn open(&mut self) {
///         for (number, reply) in (1..).zip(self.waiting.drain(..)) {
///             let _ = reply.send(number);
///         }
///     }
/// }
///
/// System::current_thread().block_on(async {
///     let gate = Gate { waiting: vec![] }.spawn();
///     let (number, _) = actor_core::future::zip(gate.pass(), gate.open()).await;
///     assert_eq!(number, Ok(1));
/// });
/// ```
pub struct Reply<T> {
    /// `None` once answered, and for a message that was sent without a caller.
    pub(super) slot: Option<Arc<Slot<T>>>,
}

impl<T> Reply<T> {
    /// Returns a reply and its receiving end, for unit tests of handlers.
    ///
    /// ```
    /// # use actor_core::{Reply, CallError};
    /// # actor_core::System::current_thread().block_on(async {
    /// let (reply, answer) = Reply::pair();
    /// reply.send(7).unwrap();
    /// assert_eq!(answer.await, Ok(7));
    /// # });
    /// ```
    pub fn pair() -> (Reply<T>, ReplyReceiver<T>) {
        // Without a mailbox in between, the message counts as being handled.
        ends(STARTED, None)
    }

    /// Sends the answer to the caller.
    ///
    /// # Errors
    /// The value, if the caller is gone or the message was sent without a caller.
    pub fn send(mut self, value: T) -> Result<(), T> {
        match self.slot.take() {
            Some(slot) => slot.put(Ok(value)).map_err(|lost| match lost {
                Ok(value) => value,
                Err(_) => unreachable!("what was put in was a value"),
            }),
            None => Err(value),
        }
    }

    /// Returns `true` while the caller waits for the answer.
    pub fn is_wanted(&self) -> bool {
        let Some(slot) = &self.slot else { return false };
        !slot.state.lock().is_closed
    }

    /// Waits until the caller no longer waits for the answer.
    ///
    /// # Cancellation
    /// Dropping the future has no effect.
    ///
    /// ```
    /// # use actor_core::Reply;
    /// # actor_core::System::current_thread().block_on(async {
    /// let (mut reply, answer) = Reply::<u32>::pair();
    /// drop(answer);
    /// reply.unwanted().await;
    /// assert!(!reply.is_wanted());
    /// # });
    /// ```
    pub fn unwanted(&mut self) -> Unwanted<'_, T> {
        Unwanted { reply: self }
    }

    /// Answers with the return value of a handler. If the value reaches no caller, `lost` examines
    /// it: an unobserved error is reported.
    #[inline]
    pub(super) fn answer(mut self, value: T, lost: fn(&T) -> Option<String>) {
        let slot = self.slot.take();
        // It is empty: so nothing need look after it once more.
        std::mem::forget(self);
        let is_call = slot.is_some();
        let value = match slot {
            Some(slot) => match slot.put(Ok(value)) {
                Err(Ok(value)) => value,
                Ok(()) | Err(Err(_)) => return,
            },
            None => value,
        };
        if let Some(error) = lost(&value) {
            current::report_lost(error, is_call);
        }
    }

    pub(crate) const fn none() -> Self {
        Reply { slot: None }
    }
}

/// The future of [`Reply::unwanted`].
///
/// ```
/// # actor_core::System::current_thread().block_on(async {
/// let (mut reply, answer) = actor_core::Reply::<u8>::pair();
/// drop(answer);
/// reply.unwanted().await;
/// # });
/// ```
#[must_use = "futures do nothing unless awaited"]
pub struct Unwanted<'a, T> {
    reply: &'a mut Reply<T>,
}

impl<T> Future for Unwanted<'_, T> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<()> {
        let Some(slot) = &self.reply.slot else { return Poll::Ready(()) };
        let mut waker = Some(cx.waker().clone());
        let mut state = slot.state.lock();
        let is_closed = state.is_closed;
        if !is_closed {
            std::mem::swap(&mut state.unwanted, &mut waker);
        }
        drop(state);
        drop_waker(waker);
        if is_closed { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl<T> Drop for Unwanted<'_, T> {
    /// Nothing waits any more, so no waker stays with the reply.
    fn drop(&mut self) {
        if let Some(slot) = &self.reply.slot {
            let waker = slot.state.lock().unwanted.take();
            drop_waker(waker);
        }
    }
}

impl<T> fmt::Debug for Unwanted<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unwanted").finish_non_exhaustive()
    }
}

impl<T> Drop for Reply<T> {
    fn drop(&mut self) {
        // A caller that is gone may not have checked for its answer yet. A message skipped for this
        // reason must not be reported as `Stopped` then.
        if let Some(slot) = self.slot.take()
            && !slot.head.is_gone()
        {
            let error = current::lost_reply(&slot.head);
            if slot.put_and(Err(error.clone()), current::wake_lost).is_ok() {
                current::told(&error);
            }
        }
    }
}

impl<T> fmt::Debug for Reply<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply").field("is_wanted", &self.is_wanted()).finish()
    }
}

/// A slot whose caller is woken by `waker`, which saves one lock at the first poll.
pub(crate) fn waited_for<T>(waker: &Waker) -> (Reply<T>, ReplyReceiver<T>) {
    let (reply, answer) = ends(QUEUED, Some(waker.clone()));
    if let (true, Some(head)) = (tracker::is_own_waker(waker), answer.head()) {
        head.note_handler();
    }
    (reply, answer)
}

/// A reply to be placed into a message explicitly.
pub(crate) fn unseen<T>() -> (Reply<T>, ReplyReceiver<T>) {
    ends(UNSEEN, None)
}

fn ends<T>(phase: u8, waiting: Option<Waker>) -> (Reply<T>, ReplyReceiver<T>) {
    let slot = Slot::new(phase, waiting);
    (Reply { slot: Some(slot.clone()) }, ReplyReceiver { slot: Some(slot) })
}

#[cfg(test)]
mod tests {
    use super::{Waker, waited_for};

    #[test]
    fn a_message_skipped_while_its_caller_leaves_is_not_told_as_stopped() {
        let (reply, mut answer) = waited_for::<u32>(Waker::noop());
        // The caller has given up, but has not yet checked for an answer.
        let slot = answer.slot.as_ref().expect("it has not been polled");
        assert!(!slot.head.abandon(), "the handler has not begun");
        // The loop skips the message.
        drop(reply);
        assert!(matches!(answer.give_up(), Err(false)));
    }
}
