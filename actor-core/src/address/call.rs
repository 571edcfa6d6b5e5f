//! Messages that have not been sent yet: [`Call`], and the ways to send one. A call is forwarded as a
//! [`Delegated`], whose reply goes to another caller.
//!
//! A call has two halves, so that nothing is compiled for each pair of message and reply type:
//! [`Outgoing`] depends on the type of the message, and [`Asking`] on the type of the reply. While
//! a call waits, its message half is accessed through [`AnyOutgoing`], which depends on neither
//! type.

mod asking;

use super::addr::{Addr, MaybeOwned};
use super::reply::{Reply, ReplyReceiver};
use super::send::{SendFuture, UNDER_WAY};
use super::with_timeout::{ExecutorRef, Expire, NotBlocking, Timed, WithTimeout, block_on};
use crate::cell::capacity::{OnFull, PushError, Ticket};
use crate::cell::handle::DynMailbox;
use crate::cell::message::{AnySlot, Protocol, SlotMut};
use crate::cell::queue::SMALL;
use crate::error::{CallError, SendError};
use actor_atomic::move_value;
use asking::{Asking, Exchange};
use std::fmt;
use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::task::{Context as Poller, Poll, ready};
use std::time::Duration;

/// A message to an actor, together with the ways to send it. A call (in other libraries: ask) waits
/// for the reply; a send (tell) does not.
///
/// Nothing is sent until the call is awaited or sent. As a future, it waits for mailbox capacity
/// and then for the reply. It is unboxed and `Unpin + Send`, and can be passed directly to
/// `join_all`, `zip` and `race`.
///
/// ```
/// # use actor_core::prelude::*;
/// # use std::time::Duration;
/// #[actor]
/// struct Counter {
///     total: u64,
/// }
///
/// #[actor]
/// impl Counter {
///     fn add(&mut self, amount: u64) -> u64 {
///         self.total += amount;
///         self.total
///     }
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// System::current_thread().block_on(async {
///     let counter = Counter { total: 0 }.spawn();
///     assert_eq!(counter.add(1).await?, 1); // call
///     counter.add(1).send().await?; // send, waiting for room
///     counter.add(1).try_send()?; // send, never waiting
///     let total = counter.add(1).timeout(Duration::from_secs(1)).await?;
///     assert_eq!(total, 4);
///     Ok(())
/// })
/// # }
/// ```
///
/// # Errors
/// See [`CallError`].
///
/// # Cancellation
/// If a call is dropped while its message is queued, the message is never handled. If its handler
/// has started, the handler runs to completion and the reply is discarded.
#[must_use = "a call does nothing unless awaited or sent; `.await` it, or use `.send().await` or `.try_send()`"]
pub struct Call<'a, P: Protocol, T> {
    outgoing: Outgoing<'a, P>,
    asking: Asking<T>,
}

impl<'a, P: Protocol, T> Call<'a, P, T> {
    #[doc(hidden)]
    #[inline]
    pub fn __new<A>(address: &'a A, message: P::Message) -> Self
    where
        A: Deref<Target = Addr<P>>,
        T: 'static,
    {
        Call { outgoing: Outgoing::new(address, message), asking: Asking::FRESH }
    }

    /// Creates a call whose reply may come from another actor, or out of order. Deadlock detection
    /// ignores such a wait.
    #[doc(hidden)]
    #[inline]
    pub fn __indirect<A>(address: &'a A, message: P::Message) -> Self
    where
        A: Deref<Target = Addr<P>>,
        T: 'static,
    {
        Call { outgoing: Outgoing::new(address, message), asking: Asking::INDIRECT }
    }

    /// Creates a call; `exchange` puts its reply into the message.
    pub(super) fn by_exchange<A>(
        address: &'a A,
        message: P::Message,
        exchange: fn(&mut dyn AnySlot, Reply<T>) -> Reply<T>,
    ) -> Self
    where
        A: Deref<Target = Addr<P>>,
    {
        Call { outgoing: Outgoing::new(address, message), asking: Asking::by_exchange(exchange) }
    }

    /// Returns the reply slot of the message, or `None` once the message was sent.
    pub(super) fn slot(&mut self) -> Option<SlotMut<'_>> {
        self.outgoing.slot()
    }

    /// Creates a call whose message already contains the reply that leads to `answer`.
    pub(crate) fn asked(
        address: &'a Addr<P>,
        message: P::Message,
        answer: ReplyReceiver<T>,
    ) -> Self {
        Call { outgoing: Outgoing::to(address, message), asking: Asking::asked(answer) }
    }

    /// Returns the same call with an owned address, for spawned tasks and for calls on temporaries.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # #[actor] struct Echo; #[actor] impl Echo { fn say(&self, n: u8) -> u8 { n } }
    /// # System::current_thread().block_on(async {
    /// let echo = Echo.spawn();
    /// let answer = actor_core::spawn_task(echo.say(3).into_owned());
    /// assert_eq!(answer.await, Ok(3));
    /// # });
    /// ```
    ///
    /// # Panics
    /// If the call has already been polled.
    #[track_caller]
    pub fn into_owned(mut self) -> Call<'static, P, T> {
        Call { outgoing: self.outgoing.take_owned(), asking: self.asking.take() }
    }

    /// Limits the wait for the reply to `limit`, including the time in the queue, on the clock of
    /// the actor's system. The time is measured from the first poll of the returned future, whereas
    /// [`time::timeout`](crate::time::timeout) counts from its own call.
    ///
    /// # Errors
    /// The errors of the call, and [`CallError::Timeout`].
    pub fn timeout(self, limit: Duration) -> WithTimeout<Self> {
        WithTimeout::new(self, limit)
    }

    /// Detaches the call from the deadline of the handler that makes it, so that the call may
    /// outlive the handler.
    ///
    /// A [`timeout`](Call::timeout) still counts. Outside of handlers this has no effect.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use std::time::Duration;
    /// #[actor]
    /// struct Audit {
    ///     entries: u32,
    /// }
    ///
    /// #[actor]
    /// impl Audit {
    ///     async fn write(&mut self) -> u32 {
    ///         actor_core::time::sleep(Duration::from_millis(20)).await;
    ///         self.entries += 1;
    ///         self.entries
    ///     }
    /// }
    ///
    /// #[actor]
    /// struct Shop {
    ///     audit: AuditAddr,
    /// }
    ///
    /// #[actor]
    /// impl Shop {
    ///     async fn sell(&self) -> Result<u32, CallError> {
    ///         self.audit.write().without_deadline().await
    ///     }
    /// }
    ///
    /// System::simulation(1).block_on(async {
    ///     let shop = Shop { audit: Audit { entries: 0 }.spawn() }.spawn();
    ///     let limit = Duration::from_millis(1);
    ///     assert_eq!(shop.sell().timeout(limit).await, Err(CallError::Timeout { started: true }));
    ///     assert_eq!(shop.sell().await, Ok(Ok(2)), "the first entry was written");
    /// });
    /// ```
    pub fn without_deadline(mut self) -> Self {
        self.asking.ignore_deadline();
        self
    }

    /// Fails immediately with [`CallError::Full`] if the mailbox is full (load shedding).
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # #[actor(capacity = 1)] struct Busy; #[actor] impl Busy { fn work(&self) {} }
    /// # System::current_thread().block_on(async {
    /// let busy = Busy.spawn();
    /// busy.work().try_send().unwrap();
    /// assert_eq!(busy.work().if_room().await, Err(CallError::Full));
    /// # });
    /// ```
    pub fn if_room(mut self) -> Self {
        self.asking.only_if_room();
        self
    }

    /// Sends the message without waiting for the reply (fire-and-forget). Waits only for mailbox
    /// capacity.
    ///
    /// # Errors
    /// [`SendError`] with the message, if it was not accepted: the actor has ended or no longer accepts
    /// messages, the mailbox is full after [`if_room`](Call::if_room), the deadline of the sending handler has
    /// passed, or the wait would be a deadlock. See [`SendReason`](crate::SendReason).
    ///
    /// # Panics
    /// If the call has already been polled.
    ///
    /// # Cancellation
    /// If the future is dropped before the message is accepted, the message is not sent.
    #[track_caller]
    #[inline]
    pub fn send(mut self) -> SendFuture<'a, P> {
        // The usual call is destructured by value. A future whose fields are written one by one is copied as a
        // whole when it is returned, and the processor stalls on each field that has just been written.
        if const { size_of::<P::Message>() <= SMALL }
            && self.asking.has_no_settings()
            && let MaybeOwned::Borrowed(address) = self.outgoing.address
        {
            let message = self.outgoing.take_message();
            std::mem::forget(self);
            return SendFuture::new(MaybeOwned::Borrowed(address), message);
        }
        let mut sending = SendFuture::empty(self.outgoing.address.clone_ref());
        self.outgoing.move_message(&mut sending.message);
        sending.if_room = self.asking.is_only_if_room();
        sending.ignores_deadline = self.asking.ignores_deadline();
        self.forget();
        sending
    }

    /// Sends the message without waiting.
    ///
    /// # Errors
    /// [`SendError`] with the message, if the mailbox is full, or the actor has ended or no longer accepts
    /// messages.
    ///
    /// # Panics
    /// If the call has already been polled.
    #[track_caller]
    #[inline]
    pub fn try_send(mut self) -> Result<(), SendError<P::Message>> {
        self.outgoing.try_send()?;
        self.forget();
        Ok(())
    }

    /// Blocks the current thread until the reply arrives. For code outside async.
    ///
    /// On the thread of a [current-thread system](crate::System::current_thread), it runs that
    /// system in the meantime.
    ///
    /// # Errors
    /// The errors of the call. Also [`CallError::WouldBlock`], immediately, on a thread that is
    /// running any actor system, or that is working for the single-threaded tokio runtime that the
    /// actor runs on.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # #[actor] struct Echo; #[actor] impl Echo { fn say(&self, n: u8) -> u8 { n } }
    /// let echo = Echo.spawn();
    /// assert_eq!(echo.say(3).wait(), Ok(3));
    /// ```
    pub fn wait(self) -> Result<T, CallError> {
        block_on(self.outgoing.executor().0.clone(), self, |mut call, why| call.__give_up(why))
    }

    /// Forwards a call: sends the message with `reply`, so that the callee replies directly to the
    /// caller that waits for `reply`. No task waits in between.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// #[actor]
    /// struct Store;
    ///
    /// #[actor]
    /// impl Store {
    ///     fn get(&self, key: u32) -> u32 {
    ///         key * 2
    ///     }
    /// }
    ///
    /// #[actor]
    /// struct Front {
    ///     store: StoreAddr,
    /// }
    ///
    /// #[actor]
    /// impl Front {
    ///     async fn get(&self, key: u32, reply: Reply<u32>) {
    ///         let _ = self.store.get(key).reply_to(reply).send().await;
    ///     }
    /// }
    ///
    /// System::current_thread().block_on(async {
    ///     let front = Front { store: Store.spawn() }.spawn();
    ///     assert_eq!(front.get(4).await, Ok(8));
    /// });
    /// ```
    ///
    /// # Panics
    /// If the call has already been polled, or is a request to a [process](crate::process::ProcessAddr::ask), whose
    /// message contains a reply of its own.
    #[track_caller]
    pub fn reply_to(mut self, reply: Reply<T>) -> Delegated<'a, P, T> {
        assert!(
            !self.asking.is_asked(),
            "the message of a request contains its reply: put the reply of the other caller into it"
        );
        let mut message = self.outgoing.take_message();
        if let Some(slot) = P::slot(&mut message) {
            self.asking.fill(slot, reply);
        }
        let sending = SendFuture::new(self.outgoing.address.clone_ref(), message);
        let sending = sending.only_if_room(self.asking.is_only_if_room());
        let sending = sending.ignore_deadline(self.asking.ignores_deadline());
        Delegated::new(sending, self.asking.exchange())
    }

    /// Drops a call whose message was taken. Most calls own nothing that must be dropped, but the
    /// compiler does not see that.
    #[inline]
    fn forget(self) {
        if self.outgoing.is_borrowed() && self.asking.is_fresh() {
            std::mem::forget(self);
        }
    }

    #[track_caller]
    pub(crate) fn take_message(&mut self) -> P::Message {
        self.outgoing.take_message()
    }

    pub(crate) fn target(&self) -> &Addr<P> {
        self.outgoing.address.get()
    }
}

impl<P: Protocol, T> Future for Call<'_, P, T> {
    type Output = Result<T, CallError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        this.asking.poll(&mut this.outgoing, None, cx)
    }
}

impl<P: Protocol, T> Unpin for Call<'_, P, T> {}

impl<P: Protocol, T> Drop for Call<'_, P, T> {
    #[inline]
    fn drop(&mut self) {
        if self.asking.is_waiting() {
            self.asking.withdraw(&self.outgoing);
        }
    }
}

impl<P: Protocol, T> Timed for Call<'_, P, T> {
    fn __executor(&self) -> ExecutorRef<'_> {
        self.outgoing.executor()
    }
}

impl<P: Protocol, T> Expire for Call<'_, P, T> {
    fn __set_timed(&mut self) {
        self.asking.set_timed();
    }

    fn __carries_deadline(&self) -> bool {
        true
    }

    fn __poll_noted(&mut self, note: Option<u64>, cx: &mut Poller<'_>) -> Poll<Self::Output> {
        self.asking.poll(&mut self.outgoing, note, cx)
    }

    fn __ignores_deadline(&self) -> bool {
        self.asking.ignores_deadline()
    }

    fn __expire(&mut self) -> Self::Output {
        self.asking.expire(&self.outgoing)
    }

    fn __give_up(&mut self, why: NotBlocking) -> Self::Output {
        Err(match why {
            NotBlocking::Busy => CallError::WouldBlock,
            NotBlocking::Ended => CallError::NoReply,
        })
    }
}

impl<P: Protocol, T> fmt::Debug for Call<'_, P, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("to", self.target())
            .field("message", &self.outgoing.name())
            .finish_non_exhaustive()
    }
}

/// A message and its target.
struct Outgoing<'a, P: Protocol> {
    address: MaybeOwned<'a, P>,
    /// `Some` until the message is sent.
    message: Option<P::Message>,
}

impl<'a, P: Protocol> Outgoing<'a, P> {
    #[inline]
    fn new<A>(address: &'a A, message: P::Message) -> Self
    where
        A: Deref<Target = Addr<P>>,
    {
        Outgoing::to(address, message)
    }

    #[inline]
    fn to(address: &'a Addr<P>, message: P::Message) -> Self {
        Outgoing { address: MaybeOwned::Borrowed(address), message: Some(message) }
    }

    #[inline]
    fn is_borrowed(&self) -> bool {
        matches!(self.address, MaybeOwned::Borrowed(_))
    }

    /// Takes the message, with an owned address.
    #[track_caller]
    fn take_owned(&mut self) -> Outgoing<'static, P> {
        let message = Some(self.take_message());
        Outgoing { address: MaybeOwned::Owned(self.address.get().clone()), message }
    }

    /// Moves the message into the empty `slot`.
    #[track_caller]
    #[inline]
    fn move_message(&mut self, slot: &mut Option<P::Message>) {
        assert!(self.message.is_some(), "{UNDER_WAY}");
        self.set_send_context(false);
        move_value(&mut self.message, slot);
    }

    #[track_caller]
    #[inline]
    fn take_message(&mut self) -> P::Message {
        self.set_send_context(false);
        match self.message.take() {
            Some(message) => message,
            None => panic!("{UNDER_WAY}"),
        }
    }

    #[track_caller]
    #[inline]
    fn try_send(&mut self) -> Result<(), SendError<P::Message>> {
        assert!(self.message.is_some(), "{UNDER_WAY}");
        self.set_send_context(false);
        match self.address.mailbox().push(&mut self.message, None, OnFull::Fail) {
            Ok(_) => Ok(()),
            Err(refused) => Err(SendError::new(refused.into(), self.take_message())),
        }
    }

    fn executor(&self) -> ExecutorRef<'_> {
        ExecutorRef(&self.mailbox().header().system.executor)
    }

    /// Returns the name of the message.
    fn name(&self) -> Option<&'static str> {
        self.message.as_ref().map(|message| P::info(message).name)
    }

    /// Records the time and context of the send. Called before the message is sent.
    #[inline]
    fn set_send_context(&mut self, waits: bool) {
        #[cfg(any(feature = "metrics", feature = "tracing"))]
        {
            let now = self.mailbox().header().system.executor.now();
            if let Some(slot) = self.slot() {
                slot.send_context().set(now, waits);
            }
        }
        #[cfg(not(any(feature = "metrics", feature = "tracing")))]
        let _ = waits;
    }
}

/// A message that was accepted, or waits for capacity.
struct Delivered {
    /// Set if the message waits for capacity.
    ticket: Option<Ticket>,
    /// Whether the target's system is a simulation, which observes the wait for the answer.
    is_simulated: bool,
}

/// An outgoing message of any protocol.
trait AnyOutgoing {
    /// Returns the mailbox of the target.
    fn mailbox(&self) -> &dyn DynMailbox;
    /// Returns the reply slot of the message.
    fn slot(&mut self) -> Option<SlotMut<'_>>;
    /// Pushes the message into the mailbox, or adds it to the waiting messages.
    fn deliver(&mut self, if_room: bool) -> Result<Delivered, CallError>;
    /// Removes the message if it still waits for capacity. Returns whether it was removed, and so
    /// was never sent.
    fn leave(&self, ticket: Ticket) -> bool;
}

impl<P: Protocol> AnyOutgoing for Outgoing<'_, P> {
    #[inline]
    fn mailbox(&self) -> &dyn DynMailbox {
        self.address.mailbox()
    }

    #[inline]
    fn slot(&mut self) -> Option<SlotMut<'_>> {
        match &mut self.message {
            Some(message) => P::slot(message),
            None => None,
        }
    }

    #[inline]
    fn deliver(&mut self, if_room: bool) -> Result<Delivered, CallError> {
        self.set_send_context(true);
        let wait = if if_room { OnFull::Fail } else { OnFull::Wait };
        let mailbox = self.address.mailbox();
        let refused = match mailbox.push(&mut self.message, None, wait) {
            Ok(ticket) => {
                return Ok(Delivered { ticket, is_simulated: mailbox.header().is_simulated() });
            }
            Err(refused) => refused,
        };
        self.message = None;
        Err(match refused {
            PushError::Closed => CallError::Stopped,
            PushError::Full => CallError::Full,
        })
    }

    fn leave(&self, ticket: Ticket) -> bool {
        self.address.mailbox().leave(ticket).is_some()
    }
}

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
    fn new(sending: SendFuture<'a, P>, exchange: Exchange<T>) -> Self {
        Delegated { sending, exchange }
    }

    /// Returns the send of the message, whose errors have the reply in the message.
    pub(in crate::address) fn into_sending(self) -> SendFuture<'a, P> {
        self.sending
    }

    /// Sends the message, and waits for mailbox capacity. See [`Call::send`](crate::Call::send).
    ///
    /// # Errors
    /// [`SendError`] with the message and the reply, for the same reasons as [`Call::send`](crate::Call::send), so
    /// that another actor or the handler itself can answer the caller. If the reply is dropped, the caller gets
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
