//! A question to a process: a message with a reply in it, and the wait for the answer.

use super::Proc;
use crate::Context;
use crate::cell::message::Protocol;
use crate::error::CallError;
use crate::life::dispatch::Dispatch;
use crate::talk::call::Call;
use crate::talk::timed::Timed;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Poller, Poll};
use std::time::Duration;

/// A question that was made by [`ProcessAddr::ask`](crate::ProcessAddr::ask): nothing happens until
/// it is awaited.
///
/// It is a [`Call`], except that the process takes the message as it takes any other: it sees by
/// [`Reply::is_wanted`](crate::Reply::is_wanted) whether somebody still waits, and how far a message
/// has come that it took, nobody knows. So a [`CallError::Timeout`] is never one of a message that
/// was surely not handled, unless it still waited for room.
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
/// As those of a [`Call`]. [`CallError::Panicked`] is given if the process panics while it has the
/// reply, [`CallError::NoReply`] if it drops it unanswered.
#[must_use = "a question is not asked unless awaited"]
pub struct Ask<'a, M: Send + 'static, T>(pub(super) Call<'a, Proc<M>, T>);

impl<'a, M: Send + 'static, T> Ask<'a, M, T> {
    /// The same question, holding the address itself. See [`Call::owned`].
    ///
    /// # Panics
    /// If it has been polled already.
    #[track_caller]
    pub fn owned(self) -> Ask<'static, M, T> {
        Ask(self.0.owned())
    }

    /// Waits at most `limit` for the answer. See [`Call::timeout`].
    pub fn timeout(self, limit: Duration) -> Timed<Call<'a, Proc<M>, T>> {
        self.0.timeout(limit)
    }

    /// Gives up at once if there is no room. See [`Call::if_room`].
    pub fn if_room(self) -> Self {
        Ask(self.0.if_room())
    }

    /// Blocks this thread until the answer is there. See [`Call::wait`].
    ///
    /// # Errors
    /// As [`Call::wait`].
    pub fn wait(self) -> Result<T, CallError> {
        self.0.wait()
    }

    /// Asks beside the actor whose context it is given, and has a message made of the answer. See
    /// [`Call::pipe`].
    ///
    /// # Panics
    /// If it has been polled already.
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
