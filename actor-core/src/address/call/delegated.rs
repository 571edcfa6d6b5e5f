//! Forwarded calls, whose reply goes to another caller: [`Delegated`], and its future [`Delegating`].

use super::asking::Exchange;
use crate::address::reply::Reply;
use crate::address::send::SendFuture;
use crate::address::with_timeout::{ExecutorRef, Expire, NotBlocking, Timed, WithTimeout};
use crate::cell::message::Protocol;
use crate::error::SendError;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Poller, Poll, ready};
use std::time::Duration;

/// A forwarded call, whose reply goes to another caller. See
/// [`Call::reply_to`](crate::Call::reply_to).
///
/// ```
/// # use actor_core::prelude::*;
/// # #[actor] struct Echo; #[actor] impl Echo { fn say(&self, n: u8) -> u8 { n } }
/// # System::current_thread().block_on(async {
/// let echo = Echo.spawn();
/// let (reply, answer) = Reply::pair();
/// echo.say(3).reply_to(reply).try_send().unwrap();
/// assert_eq!(answer.await, Ok(3));
/// # });
/// ```
#[must_use = "a delegated call does nothing unless sent; use `.send().await` or `.try_send()`"]
pub struct Delegated<'a, P: Protocol, T> {
    sending: SendFuture<'a, P>,
    /// Takes the reply out of the message again.
    exchange: Exchange<T>,
}

impl<'a, P: Protocol, T> Delegated<'a, P, T> {
    pub(super) fn new(sending: SendFuture<'a, P>, exchange: Exchange<T>) -> Self {
        Delegated { sending, exchange }
    }

    /// Returns the send of the message, whose errors have the reply in the message.
    pub(in crate::address) fn into_sending(self) -> SendFuture<'a, P> {
        self.sending
    }

    /// Sends the message, and waits for mailbox capacity. See [`Call::send`](crate::Call::send).
    ///
    /// # Errors
    /// [`SendError`] with the message and the reply, so that another actor or the handler itself
    /// can answer the caller. If the reply is dropped, the caller gets
    /// [`CallError::NoReply`](crate::CallError::NoReply).
    pub fn send(self) -> Delegating<'a, P, T> {
        Delegating { sending: self.sending, exchange: self.exchange }
    }

    /// Sends the message without waiting. See [`Call::try_send`](crate::Call::try_send).
    ///
    /// # Errors
    /// [`SendError`] with the message and the reply. If the reply is dropped, the caller gets
    /// [`CallError::NoReply`](crate::CallError::NoReply).
    pub fn try_send(self) -> Result<(), SendError<(P::Message, Reply<T>)>> {
        self.sending.try_now().map_err(|error| unsent::<P, T>(error, self.exchange))
    }

    /// Limits the wait for mailbox capacity. See [`SendFuture::timeout`].
    pub fn timeout(self, limit: Duration) -> WithTimeout<Self> {
        WithTimeout::prepared(self, limit)
    }

    /// Converts the forwarded call into one that owns its address. See
    /// [`Call::into_owned`](crate::Call::into_owned).
    #[track_caller]
    pub fn into_owned(self) -> Delegated<'static, P, T> {
        Delegated { sending: self.sending.into_owned(), exchange: self.exchange }
    }

    /// Makes the send fail instead of waiting for mailbox capacity. See [`SendFuture::if_room`].
    pub fn if_room(self) -> Self {
        Delegated { sending: self.sending.if_room(), ..self }
    }
}

/// The future of [`Delegated::send`], which completes when the message is accepted.
///
/// # Errors
/// [`SendError`] with the message and the reply.
///
/// # Cancellation
/// The same as for [`SendFuture`]. If the message is dropped, the reply is dropped too.
///
/// ```
/// # use actor_core::prelude::*;
/// # #[actor] struct Echo; #[actor] impl Echo { fn say(&self, n: u8) -> u8 { n } }
/// # System::current_thread().block_on(async {
/// let echo = Echo.spawn();
/// echo.stop();
/// let (reply, answer) = Reply::pair();
/// let error = echo.say(3).reply_to(reply).send().await.unwrap_err();
/// let (_message, reply) = error.into_message();
/// reply.send(0).unwrap(); // the caller gets another answer instead
/// assert_eq!(answer.await, Ok(0));
/// # });
/// ```
#[must_use = "nothing is sent unless this is awaited"]
pub struct Delegating<'a, P: Protocol, T> {
    sending: SendFuture<'a, P>,
    exchange: Exchange<T>,
}

impl<'a, P: Protocol, T> Delegating<'a, P, T> {
    /// Limits the wait for mailbox capacity. See [`SendFuture::timeout`].
    ///
    /// # Errors
    /// The errors without a timeout, and [`SendReason::Timeout`](crate::SendReason::Timeout).
    pub fn timeout(self, limit: Duration) -> WithTimeout<Self> {
        WithTimeout::new(self, limit)
    }

    /// Converts the send into one that owns its address. See [`SendFuture::into_owned`].
    #[track_caller]
    pub fn into_owned(self) -> Delegating<'static, P, T> {
        Delegating { sending: self.sending.into_owned(), exchange: self.exchange }
    }

    /// Makes the send fail instead of waiting for mailbox capacity. See [`SendFuture::if_room`].
    pub fn if_room(self) -> Self {
        Delegating { sending: self.sending.if_room(), ..self }
    }

    /// Blocks the current thread until the message was accepted. See [`SendFuture::wait`].
    ///
    /// # Errors
    /// The errors of the future, and [`SendReason::WouldBlock`](crate::SendReason::WouldBlock).
    pub fn wait(self) -> Result<(), SendError<(P::Message, Reply<T>)>> {
        let exchange = self.exchange;
        self.sending.wait().map_err(|error| unsent::<P, T>(error, exchange))
    }
}

/// Takes the reply out of a message that was not sent, and returns both in the error.
fn unsent<P: Protocol, T>(
    error: SendError<P::Message>,
    exchange: Exchange<T>,
) -> SendError<(P::Message, Reply<T>)> {
    let reason = error.reason();
    let mut message = error.into_message();
    let reply = match P::slot(&mut message) {
        Some(slot) => exchange(slot, Reply::detached()),
        None => Reply::detached(),
    };
    SendError::new(reason, (message, reply))
}

impl<P: Protocol, T> Future for Delegating<'_, P, T> {
    type Output = Result<(), SendError<(P::Message, Reply<T>)>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<Self::Output> {
        let exchange = self.exchange;
        let sent = ready!(Pin::new(&mut self.sending).poll(cx));
        Poll::Ready(sent.map_err(|error| unsent::<P, T>(error, exchange)))
    }
}

impl<P: Protocol, T> Timed for Delegated<'_, P, T> {
    fn __executor(&self) -> ExecutorRef<'_> {
        self.sending.__executor()
    }
}

impl<P: Protocol, T> Timed for Delegating<'_, P, T> {
    fn __executor(&self) -> ExecutorRef<'_> {
        self.sending.__executor()
    }
}

impl<P: Protocol, T> Expire for Delegating<'_, P, T> {
    fn __set_timed(&mut self) {
        self.sending.__set_timed();
    }

    fn __ignores_deadline(&self) -> bool {
        self.sending.__ignores_deadline()
    }

    fn __expire(&mut self) -> Self::Output {
        self.sending.__expire().map_err(|error| unsent::<P, T>(error, self.exchange))
    }

    fn __give_up(&mut self, why: NotBlocking) -> Self::Output {
        self.sending.__give_up(why).map_err(|error| unsent::<P, T>(error, self.exchange))
    }
}

impl<P: Protocol, T> fmt::Debug for Delegated<'_, P, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delegated").finish_non_exhaustive()
    }
}

impl<P: Protocol, T> fmt::Debug for Delegating<'_, P, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delegating").finish_non_exhaustive()
    }
}
