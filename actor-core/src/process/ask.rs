//! Requests to a process: a message with a reply in it, and the wait for the answer.

use super::Proc;
use crate::Context;
use crate::actor::dispatch::Dispatch;
use crate::address::call::Call;
use crate::address::with_timeout::WithTimeout;
use crate::cell::message::Protocol;
use crate::error::CallError;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Poller, Poll};
use std::time::Duration;

/// A request created by [`ProcessAddr::ask`](crate::ProcessAddr::ask). Nothing is sent until it is
/// awaited.
///
/// It works like a [`Call`], with one difference. The process takes the message like any other, and
/// checks with [`Reply::is_closed`](crate::Reply::is_closed) whether the caller no longer waits. After
/// the process has taken a message, its progress is unknown. A [`CallError::Timeout`] therefore
/// guarantees that the message was not handled only if the message was still waiting for capacity.
///
/// ```
/// # use actor_core::{Inbox, Reply, spawn_process};
/// # use std::time::Duration;
/// # actor_core::System::current_thread().block_on(async {
/// let doubler = spawn_process(|mut inbox: Inbox<(u32, Reply<u32>)>| async move {
///     while let Some((number, reply)) = inbox.receive().await {
///         let _ = reply.send(2 * number);
///     }
/// });
/// assert_eq!(doubler.ask(|reply| (1, reply)).await, Ok(2));
/// assert_eq!(doubler.ask(|reply| (2, reply)).timeout(Duration::from_secs(5)).await, Ok(4));
/// assert_eq!(doubler.ask(|reply| (3, reply)).if_room().await, Ok(6));
/// # });
/// ```
///
/// # Errors
/// Those of a [`Call`]. [`CallError::Panicked`] if the process panics while it holds the reply, and
/// [`CallError::NoReply`] if it drops the reply without an answer.
#[must_use = "a request is not sent unless awaited"]
pub struct Ask<'a, M: Send + 'static, T>(pub(super) Call<'a, Proc<M>, T>);

impl<'a, M: Send + 'static, T> Ask<'a, M, T> {
    /// Returns the same request with an owned address. See [`Call::into_owned`].
    ///
    /// # Panics
    /// If the request has already been polled.
    #[track_caller]
    pub fn into_owned(self) -> Ask<'static, M, T> {
        Ask(self.0.into_owned())
    }

    /// Limits the wait for the answer to `limit`. See [`Call::timeout`].
    pub fn timeout(self, limit: Duration) -> WithTimeout<Call<'a, Proc<M>, T>> {
        self.0.timeout(limit)
    }

    /// Fails immediately if the mailbox is full. See [`Call::if_room`].
    pub fn if_room(self) -> Self {
        Ask(self.0.if_room())
    }

    /// Blocks the current thread until the answer arrives. See [`Call::wait`].
    ///
    /// # Errors
    /// Those of [`Call::wait`].
    pub fn wait(self) -> Result<T, CallError> {
        self.0.wait()
    }

    /// Makes the request concurrently with the actor of `context`, and sends that actor a message
    /// with the answer. See [`Call::pipe`].
    ///
    /// # Panics
    /// If the request has already been polled.
    #[track_caller]
    pub fn pipe<A, B, U, F>(self, context: &Context<A>, make: F)
    where
        A: Dispatch,
        B: Protocol,
        T: Send + 'static,
        F: for<'b> FnOnce(&'b A::Addr, Result<T, CallError>) -> Call<'b, B, U> + Send + 'static,
    {
        self.0.pipe(context, make);
    }
}

impl<M: Send + 'static, T> Future for Ask<'_, M, T> {
    type Output = Result<T, CallError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(cx)
    }
}

impl<M: Send + 'static, T> fmt::Debug for Ask<'_, M, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Ask").field(&self.0).finish()
    }
}
