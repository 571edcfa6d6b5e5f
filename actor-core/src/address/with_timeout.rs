//! Calls and sends with a timeout: [`WithTimeout`]. When the timeout elapses, `poll` calls
//! [`Expire::__expire`]; for a call, that is `Asking::expire`. The callee gets the timeout as the
//! deadline of the message (`cell/deadline`). `StreamCall::timeout` stores the timeout of a stream,
//! which expires in `ReplyStream::poll_end`.
//!
//! [`block_on`] ends a call or send in a similar way if the thread must not block on it.

use super::call::{Call, Delegated, Delegating};
use super::reply::Reply;
use super::send::SendFuture;
use crate::cell::current;
use crate::cell::deadline::{self, Deadline};
use crate::cell::message::Protocol;
use crate::executor::sleep::Timer;
use crate::executor::{self, Executor};
use crate::panics;
use crate::sync::Arc;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Poller, Poll, Waker};
use std::time::Duration;

/// A future that can be ended when its timeout elapses. An outcome that has already arrived is not
/// lost.
///
/// Its methods begin with `__`, so that the compiler does not suggest the trait for a misspelt method of
/// a call.
pub trait Expire: Timed + Future + Unpin {
    /// Marks the waits of this future as timed: for deadlock detection, they end on their own.
    #[doc(hidden)]
    fn __set_timed(&mut self);
    /// Returns whether the message carries the deadline to its handler, as the message of a call
    /// does.
    #[doc(hidden)]
    fn __carries_deadline(&self) -> bool {
        false
    }
    /// Polls for the first time. `note` is for the reply cell of the call, and contains its deadline.
    #[doc(hidden)]
    fn __poll_noted(&mut self, _note: Option<u64>, cx: &mut Poller<'_>) -> Poll<Self::Output> {
        Pin::new(self).poll(cx)
    }
    /// Returns whether the future does not inherit the deadline of the handler that makes it.
    #[doc(hidden)]
    fn __ignores_deadline(&self) -> bool;
    /// Ends the future because its timeout has elapsed. Returns the error, or the outcome if it has arrived.
    #[doc(hidden)]
    fn __expire(&mut self) -> Self::Output;
    /// Gives up, because the thread must not block on the future.
    #[doc(hidden)]
    fn __give_up(&mut self, why: NotBlocking) -> Self::Output;
}

/// The target of a call or send, which may have a timeout.
pub trait Timed {
    /// Returns the executor of the target, on whose clock the time is measured.
    #[doc(hidden)]
    fn __executor(&self) -> ExecutorRef<'_>;
}

/// The reason for which a thread must not block on a call or send.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub enum NotBlocking {
    /// The thread runs a system.
    Busy,
    /// The system that the thread would have run has ended.
    Ended,
}

/// The executor of the callee. Opaque, so that the trait uses no private type.
#[doc(hidden)]
#[allow(missing_debug_implementations, reason = "opaque, and out of reach of users")]
pub struct ExecutorRef<'a>(pub(crate) &'a Arc<dyn Executor>);

/// The future of [`Call::timeout`](crate::Call::timeout) and
/// [`SendFuture::timeout`](crate::call::SendFuture::timeout).
///
/// The time is measured from the first poll, on the clock of the actor's system.
///
/// ```
/// # use actor_core::prelude::*;
/// # #[actor] struct Echo; #[actor] impl Echo { fn say(&self, n: u8) -> u8 { n } }
/// # System::current_thread().block_on(async {
/// let echo = Echo.spawn();
/// let limit = std::time::Duration::from_secs(1);
/// assert_eq!(echo.say(1).timeout(limit).await, Ok(1));
/// # });
/// ```
#[must_use = "futures do nothing unless awaited"]
pub struct WithTimeout<F: Timed> {
    /// `None` only while the future is dropped or taken apart.
    inner: Option<F>,
    limit: Duration,
    /// Set once the time is measured.
    timer: Option<CallTimer>,
}

struct CallTimer {
    /// The deadline that the message carries.
    deadline: Option<Deadline>,
    timer: Timer,
}

/// A longer limit counts as no limit: every clock can represent this one, and no program runs as
/// long.
pub(super) const LONGEST: Duration = Duration::from_secs(1 << 32);

impl<F: Timed> WithTimeout<F> {
    pub(crate) fn new(mut inner: F, limit: Duration) -> Self
    where
        F: Expire,
    {
        if limit <= LONGEST {
            inner.__set_timed();
        }
        WithTimeout { inner: Some(inner), limit, timer: None }
    }

    /// Like [`WithTimeout::new`], for a future that does not wait yet.
    pub(super) fn prepared(inner: F, limit: Duration) -> Self {
        WithTimeout { inner: Some(inner), limit, timer: None }
    }

    /// Returns the future and its time limit.
    pub(super) fn into_parts(mut self) -> (F, Duration) {
        if let (Some(CallTimer { timer, .. }), Some(inner)) = (&mut self.timer, &self.inner) {
            timer.cancel(&**inner.__executor().0);
        }
        (self.inner.take().expect("the future is there until it is dropped"), self.limit)
    }

    fn inner(&self) -> &F {
        self.inner.as_ref().expect("the future is there until it is dropped")
    }
}

impl<F: Expire> WithTimeout<F> {
    /// Blocks the current thread until the reply arrives, or the message is sent, or the timeout
    /// elapses. See [`Call::wait`](crate::Call::wait) and [`SendFuture::wait`](crate::call::SendFuture::wait).
    ///
    /// # Errors
    /// The errors of the call or send without a timeout, and that the timeout has elapsed.
    pub fn wait(self) -> F::Output {
        let executor = self.inner().__executor().0.clone();
        block_on(executor, self, |timed, why| timed.into_parts().0.__give_up(why))
    }
}

impl<F: Expire> Future for WithTimeout<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let inner = this.inner.as_mut().expect("the future is there until it is dropped");
        if this.limit > LONGEST {
            return Pin::new(inner).poll(cx);
        }
        let is_first = this.timer.is_none();
        if is_first && inner.__carries_deadline() {
            this.timer = Some(CallTimer::start(inner, this.limit));
        }
        // The reply is checked first: a reply that has arrived counts, however late it is polled.
        let polled = match &this.timer {
            None => Pin::new(&mut *inner).poll(cx),
            // The usual case, a task: no deadline is inherited.
            Some(timer) if current::handling().is_new() => match is_first {
                true => inner.__poll_noted(timer.deadline.map(Deadline::own_note), cx),
                false => Pin::new(&mut *inner).poll(cx),
            },
            Some(timer) => {
                let (there, ignores) = (inner.__executor().0, inner.__ignores_deadline());
                match deadline::limit(timer.deadline, there, ignores) {
                    Some(limit) => current::with_handling(limit, || Pin::new(&mut *inner).poll(cx)),
                    None => Pin::new(&mut *inner).poll(cx),
                }
            }
        };
        if polled.is_ready() {
            return polled;
        }
        let limit = this.limit;
        let timer = &mut this.timer.get_or_insert_with(|| CallTimer::start(inner, limit)).timer;
        let executor = &**inner.__executor().0;
        // The clock has just been read.
        if is_first && !limit.is_zero() {
            timer.begin(executor, limit, cx.waker());
            return Poll::Pending;
        }
        match timer.poll(executor, cx.waker()) {
            Poll::Ready(()) => Poll::Ready(inner.__expire()),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl CallTimer {
    /// Starts to measure the time.
    fn start(inner: &impl Timed, limit: Duration) -> CallTimer {
        let at = inner.__executor().0.now().checked_add(limit);
        CallTimer { deadline: at.and_then(Deadline::at), timer: Timer::at(at) }
    }
}

impl<F: Timed> Drop for WithTimeout<F> {
    fn drop(&mut self) {
        if let (Some(CallTimer { timer, .. }), Some(inner)) = (&mut self.timer, &self.inner)
            && timer.is_armed()
        {
            let _waker = DroppedLast(timer.take(&**inner.__executor().0));
            // First, because a wait removes its record before its clone of the waker is gone.
            self.inner = None;
        }
    }
}

/// A waker that a timer had.
struct DroppedLast(Option<Waker>);

impl Drop for DroppedLast {
    fn drop(&mut self) {
        panics::drop_waker(self.0.take());
    }
}

impl<F: Timed + fmt::Debug> fmt::Debug for WithTimeout<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WithTimeout")
            .field("inner", self.inner())
            .field("limit", &self.limit)
            .finish()
    }
}

/// Blocks the current thread on a call or send. If the thread runs a system, `gives_up` ends the
/// call or send instead.
pub(crate) fn block_on<F: Future + Unpin>(
    executor: Arc<dyn Executor>,
    mut future: F,
    gives_up: impl FnOnce(F, NotBlocking) -> F::Output,
) -> F::Output {
    // The executor may panic when it is queried. That panic is not printed.
    if executor::is_inside() || panics::quiet(|| executor.is_only_driver()) {
        return gives_up(future, NotBlocking::Busy);
    }
    let mut output = None;
    {
        let wait = std::pin::pin!(async { output = Some((&mut future).await) });
        if executor.is_executor_thread() {
            executor.block_on(wait);
        } else {
            executor::block_on(wait);
        }
    }
    output.unwrap_or_else(|| gives_up(future, NotBlocking::Ended))
}

impl<'a, P: Protocol, T> WithTimeout<Call<'a, P, T>> {
    /// Converts the call into one that owns its address. See [`Call::into_owned`].
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use std::time::Duration;
    /// # #[actor] struct Echo; #[actor] impl Echo { fn say(&self, n: u8) -> u8 { n } }
    /// # System::current_thread().block_on(async {
    /// let echo = Echo.spawn();
    /// let answer = actor_core::spawn_task(echo.say(3).timeout(Duration::from_secs(1)).into_owned());
    /// assert_eq!(answer.await, Ok(3));
    /// # });
    /// ```
    ///
    /// # Panics
    /// If the call was already polled.
    #[track_caller]
    pub fn into_owned(self) -> WithTimeout<Call<'static, P, T>> {
        let (call, limit) = self.into_parts();
        call.into_owned().timeout(limit)
    }

    /// Makes the call fail instead of waiting for mailbox capacity. See [`Call::if_room`].
    pub fn if_room(self) -> Self {
        let (call, limit) = self.into_parts();
        call.if_room().timeout(limit)
    }

    /// Detaches the call from the deadline of the handler that makes it. See
    /// [`Call::without_deadline`].
    pub fn without_deadline(self) -> Self {
        let (call, limit) = self.into_parts();
        call.without_deadline().timeout(limit)
    }

    /// Sends the message without waiting for the reply. The timeout limits the wait for mailbox
    /// capacity. See [`Call::send`].
    ///
    /// # Panics
    /// If the call was already polled.
    #[track_caller]
    pub fn send(self) -> WithTimeout<SendFuture<'a, P>> {
        let (call, limit) = self.into_parts();
        call.send().timeout(limit)
    }

    /// Forwards the call. The timeout limits the wait for mailbox capacity. See [`Call::reply_to`].
    ///
    /// # Panics
    /// If the call was already polled.
    #[track_caller]
    pub fn reply_to(self, reply: Reply<T>) -> WithTimeout<Delegated<'a, P, T>> {
        let (call, limit) = self.into_parts();
        call.reply_to(reply).timeout(limit)
    }
}

impl<P: Protocol> WithTimeout<SendFuture<'_, P>> {
    /// Converts the send into one that owns its address. See [`SendFuture::into_owned`].
    ///
    /// # Panics
    /// If the send was already polled.
    #[track_caller]
    pub fn into_owned(self) -> WithTimeout<SendFuture<'static, P>> {
        let (sending, limit) = self.into_parts();
        sending.into_owned().timeout(limit)
    }

    /// Makes the send fail instead of waiting for mailbox capacity. See [`SendFuture::if_room`].
    pub fn if_room(self) -> Self {
        let (sending, limit) = self.into_parts();
        sending.if_room().timeout(limit)
    }
}

impl<'a, P: Protocol, T> WithTimeout<Delegated<'a, P, T>> {
    /// Converts the forwarded call into one that owns its address. See [`Delegated::into_owned`].
    #[track_caller]
    pub fn into_owned(self) -> WithTimeout<Delegated<'static, P, T>> {
        let (delegated, limit) = self.into_parts();
        delegated.into_owned().timeout(limit)
    }

    /// Makes the send fail instead of waiting for mailbox capacity. See [`Delegated::if_room`].
    pub fn if_room(self) -> Self {
        let (delegated, limit) = self.into_parts();
        delegated.if_room().timeout(limit)
    }

    /// Sends the message. The timeout limits the wait for mailbox capacity. See
    /// [`Delegated::send`].
    pub fn send(self) -> WithTimeout<Delegating<'a, P, T>> {
        let (delegated, limit) = self.into_parts();
        delegated.send().timeout(limit)
    }
}

impl<P: Protocol, T> WithTimeout<Delegating<'_, P, T>> {
    /// Converts the send into one that owns its address. See [`Delegating::into_owned`].
    ///
    /// # Panics
    /// If the send was already polled.
    #[track_caller]
    pub fn into_owned(self) -> WithTimeout<Delegating<'static, P, T>> {
        let (sending, limit) = self.into_parts();
        sending.into_owned().timeout(limit)
    }

    /// Makes the send fail instead of waiting for mailbox capacity. See [`Delegating::if_room`].
    pub fn if_room(self) -> Self {
        let (sending, limit) = self.into_parts();
        sending.if_room().timeout(limit)
    }
}
