//! Handles of processes: [`ProcessAddr`], the address; [`Process`], which also has the type of the result;
//! and the futures of both, [`Ask`] for a request and [`ProcessResult`] for the result.

use super::Proc;
use crate::address::addr::{Addr, MaybeOwned, TypedAddr, sealed};
use crate::address::call::Call;
use crate::address::join::Join;
use crate::address::reply::{self, Reply};
use crate::address::send::SendFuture;
#[cfg(doc)]
use crate::error::CallError;
use crate::error::SendError;
use crate::exit::{ActorId, Exit};
use crate::sync::{Arc, Mutex};
use std::fmt;
use std::future::Future;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::pin::Pin;
use std::task::{Context as Poller, Poll, ready};

/// The address of a process that takes messages of type `M`.
///
/// It derefs to [`Addr`] and has all its methods: `stop`, `kill`, `join`, `downgrade`.
///
/// ```
/// # use actor_core::process::{Inbox, ProcessAddr, spawn_process};
/// # actor_core::System::current_thread().block_on(async {
/// let echo = spawn_process(|mut inbox: Inbox<ProcessAddr<u32>>| async move {
///     while let Some(from) = inbox.receive().await {
///         let _ = from.send(7).await;
///     }
/// });
/// let asker = spawn_process(|mut inbox: Inbox<u32>| async move {
///     echo.send(inbox.address()).await.unwrap();
///     inbox.receive().await
/// });
/// assert_eq!(asker.result().await, Ok(Some(7)));
/// # });
/// ```
pub struct ProcessAddr<M: Send + 'static>(Addr<Proc<M>>);

impl<M: Send + 'static> ProcessAddr<M> {
    /// Sends a message, waiting for mailbox capacity.
    ///
    /// # Errors
    /// [`SendError`] with the message, for the same reasons as [`Call::send`](crate::Call::send).
    ///
    /// # Cancellation
    /// If the future is dropped before the message is accepted, the message is not sent.
    pub fn send(&self, message: M) -> SendFuture<'_, Proc<M>> {
        SendFuture::new(MaybeOwned::Borrowed(&self.0), message)
    }

    /// Sends a message without waiting.
    ///
    /// # Errors
    /// [`SendError`] with the message, if the mailbox is full or the process has ended.
    ///
    /// ```
    /// # use actor_core::process::{Inbox, spawn_process};
    /// # actor_core::System::current_thread().block_on(async {
    /// let process = spawn_process(|mut inbox: Inbox<u8>| async move { inbox.receive().await });
    /// process.try_send(3).unwrap();
    /// assert_eq!(process.result().await, Ok(Some(3)));
    /// # });
    /// ```
    pub fn try_send(&self, message: M) -> Result<(), SendError<M>> {
        self.send(message).try_now()
    }

    /// Sends a request and waits for the reply. `make` creates a message that contains a [`Reply`],
    /// and the answer to that reply is the result.
    ///
    /// The request has the methods of a call: see [`Ask`]. To forward another caller's request, put
    /// that caller's reply into the message instead.
    pub fn ask<T>(&self, make: impl FnOnce(Reply<T>) -> M) -> Ask<'_, M, T> {
        let (reply, answer) = reply::explicit_channel();
        Call::asked(&self.0, make(reply), answer)
    }
}

impl<M: Send + 'static> Clone for ProcessAddr<M> {
    fn clone(&self) -> Self {
        ProcessAddr(self.0.clone())
    }
}

impl<M: Send + 'static> PartialEq for ProcessAddr<M> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<M: Send + 'static> Eq for ProcessAddr<M> {}

impl<M: Send + 'static> Hash for ProcessAddr<M> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<M: Send + 'static> fmt::Debug for ProcessAddr<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<M: Send + 'static> Deref for ProcessAddr<M> {
    type Target = Addr<Proc<M>>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<M: Send + 'static> AsRef<Addr<Proc<M>>> for ProcessAddr<M> {
    fn as_ref(&self) -> &Addr<Proc<M>> {
        &self.0
    }
}

impl<M: Send + 'static> From<Addr<Proc<M>>> for ProcessAddr<M> {
    fn from(address: Addr<Proc<M>>) -> Self {
        ProcessAddr(address)
    }
}

impl<M: Send + 'static> From<ProcessAddr<M>> for Addr<Proc<M>> {
    fn from(address: ProcessAddr<M>) -> Self {
        address.0
    }
}

impl<M: Send + 'static> TypedAddr for ProcessAddr<M> {
    type Actor = Proc<M>;
}

/// A process that takes messages of type `M` and returns an `R` when it ends.
///
/// It derefs to its address, [`ProcessAddr`], and keeps the process alive like any address.
///
/// ```
/// # use actor_core::process::{Inbox, Process, spawn_process};
/// # actor_core::System::current_thread().block_on(async {
/// let sum: Process<u32, u32> = spawn_process(|mut inbox: Inbox<u32>| async move {
///     let mut sum = 0;
///     while let Some(number) = inbox.receive().await {
///         sum += number;
///     }
///     sum
/// });
/// sum.send(1).await.unwrap();
/// sum.send(2).await.unwrap();
/// let result = sum.result();
/// drop(sum); // the last address: what is queued is the end of it
/// assert_eq!(result.await, Ok(3));
/// # });
/// ```
pub struct Process<M: Send + 'static, R = ()> {
    address: ProcessAddr<M>,
    result: Arc<Mutex<Option<R>>>,
}

impl<M: Send + 'static, R> Process<M, R> {
    pub(super) fn new(address: ProcessAddr<M>, result: Arc<Mutex<Option<R>>>) -> Self {
        Process { address, result }
    }

    /// Waits for the end of the process and returns the return value of its function.
    ///
    /// The value can be taken once: later calls get [`Exit::Stopped`](crate::Exit::Stopped). A
    /// process that waits for messages ends when it is stopped or when its last address is dropped;
    /// to wait for the latter, take the future and drop the handle.
    ///
    /// # Errors
    /// The exit of a process that failed or was killed.
    ///
    /// # Cancellation
    /// Dropping the future has no effect.
    pub fn result(&self) -> ProcessResult<R> {
        ProcessResult::new(self.join(), self.result.clone())
    }

    /// Returns the address, without the type of the result.
    pub fn address(&self) -> ProcessAddr<M> {
        self.address.clone()
    }
}

impl<M: Send + 'static, R> Deref for Process<M, R> {
    type Target = ProcessAddr<M>;

    fn deref(&self) -> &Self::Target {
        &self.address
    }
}

impl<M: Send + 'static, R> Clone for Process<M, R> {
    fn clone(&self) -> Self {
        Process { address: self.address.clone(), result: self.result.clone() }
    }
}

impl<M: Send + 'static, R> PartialEq for Process<M, R> {
    fn eq(&self, other: &Self) -> bool {
        self.address == other.address
    }
}

impl<M: Send + 'static, R> Eq for Process<M, R> {}

impl<M: Send + 'static, R> Hash for Process<M, R> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.address.hash(state);
    }
}

impl<M: Send + 'static, R> fmt::Debug for Process<M, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.address.fmt(f)
    }
}

impl<M: Send + 'static, R> From<Process<M, R>> for ProcessAddr<M> {
    fn from(process: Process<M, R>) -> Self {
        process.address
    }
}

impl<M: Send + 'static, R> sealed::Watchable for Process<M, R> {
    fn target(&self) -> (ActorId, Option<sealed::OpaqueMailbox>) {
        self.address.0.target()
    }
}

/// A request created by [`ProcessAddr::ask`](crate::process::ProcessAddr::ask). Nothing is sent until the
/// request is awaited.
///
/// It is a [`Call`] to the process, with one difference. The process takes the message like any other, and
/// checks with [`Reply::is_closed`](crate::Reply::is_closed) whether the caller no longer waits. After
/// the process has taken a message, its progress is unknown. A [`CallError::Timeout`] therefore
/// guarantees that the message was not handled only if the message was still waiting for capacity.
///
/// ```
/// # use actor_core::Reply;
/// # use actor_core::process::{Inbox, spawn_process};
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
/// To forward the request of another caller, put the reply of that caller into the message instead of
/// [`Call::reply_to`](crate::Call::reply_to), which panics here.
///
/// # Errors
/// The errors of a [`Call`]. [`CallError::Panicked`] if the process panics while it holds the
/// reply, and [`CallError::NoReply`] if it drops the reply without an answer.
pub type Ask<'a, M, T> = Call<'a, Proc<M>, T>;

/// The future of [`Process::result`](crate::process::Process::result).
///
/// ```
/// # use actor_core::prelude::*;
/// # use actor_core::process::{Inbox, Process, spawn_process};
/// # System::current_thread().block_on(async {
/// let process = spawn_process(|_inbox: Inbox<u8>| async { "done" });
/// assert_eq!(process.result().await, Ok("done"));
/// # });
/// ```
#[must_use = "futures do nothing unless awaited"]
pub struct ProcessResult<R> {
    join: Join,
    result: Arc<Mutex<Option<R>>>,
}

impl<R> ProcessResult<R> {
    fn new(join: Join, result: Arc<Mutex<Option<R>>>) -> Self {
        ProcessResult { join, result }
    }
}

impl<R> Future for ProcessResult<R> {
    type Output = Result<R, Exit>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<Self::Output> {
        let exit = ready!(Pin::new(&mut self.join).poll(cx));
        // A failure after the function has returned counts too.
        let result = if exit.is_normal() { self.result.lock().take() } else { None };
        Poll::Ready(result.ok_or(exit))
    }
}

impl<R> fmt::Debug for ProcessResult<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProcessResult").finish_non_exhaustive()
    }
}
