//! The actions of a proxy for a message: it forwards, observes, answers, refuses or discards the
//! message. The answer may be a stream, or the failure of an actor in another process.

use crate::address::addr::{Addr, MaybeOwned};
use crate::address::observers::{self, Outcome};
use crate::address::replies::{Replies, ReplyStream, StreamCall};
use crate::address::reply::ReplyReceiver;
use crate::address::reply::{self, Reply};
use crate::address::send::SendFuture;
use crate::cell::deadline::Deadline;
use crate::cell::handle::{discard_expired, discard_message, drop_undelivered};
use crate::cell::message::Protocol;
use crate::clock::Instant;
use crate::error::{CallError, SendError};
use crate::exit::{ActorId, Failure, FailureKind, FailureParts, Location};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Poller, Poll, Waker};

/// Forwards a message to another address, with its reply. Waits for capacity in the mailbox of that
/// address.
///
/// The message is queued as if its caller had sent it to that address. If the actor ends before it
/// handles the message, the caller gets [`CallError::Stopped`].
///
/// # Errors
/// [`SendError`] with the message, for the same reasons as [`Call::send`](crate::Call::send).
///
/// # Cancellation
/// If the future is dropped before the message is accepted, the message is discarded as by [`discard`].
///
/// ```
/// # use actor_core::prelude::*;
/// # use actor_core::proxy;
/// # #[actor] struct Echo; #[actor] impl Echo { fn say(&self, n: u8) -> u8 { n } }
/// # System::current_thread().block_on(async {
/// let (first, second) = (Echo.spawn(), Echo.spawn());
/// first.stop();
/// let refused = first.say(3).try_send().unwrap_err();
/// proxy::forward(&second, refused.into_message()).await.unwrap();
/// # });
/// ```
pub fn forward<P: Protocol>(
    to: &Addr<P>,
    message: P::Message,
) -> impl Future<Output = Result<(), SendError<P::Message>>> + Send + use<P> {
    Forwarding { sending: SendFuture::new(MaybeOwned::Owned(to.clone()), message) }
}

/// The future of [`forward`].
struct Forwarding<P: Protocol> {
    sending: SendFuture<'static, P>,
}

impl<P: Protocol> Future for Forwarding<P> {
    type Output = Result<(), SendError<P::Message>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.sending).poll(cx)
    }
}

impl<P: Protocol> Drop for Forwarding<P> {
    fn drop(&mut self) {
        // During a panic, the reply of the message reports the panic.
        if !std::thread::panicking()
            && let Some(message) = self.sending.take_back()
        {
            discard(self.sending.target(), message);
        }
    }
}

/// Sends a message that contains its reply. Otherwise like [`Call::send`](crate::Call::send): waits
/// for capacity in the mailbox.
///
/// # Errors
/// [`SendError`] with the message, for the same reasons as [`Call::send`](crate::Call::send).
///
/// # Cancellation
/// If the future is dropped before the message is accepted, the message is dropped with its reply,
/// and not reported.
///
/// ```
/// # use actor_core::prelude::*;
/// # use actor_core::proxy;
/// # #[actor] struct Echo; #[actor] impl Echo { fn say(&self, n: u8) -> u8 { n } }
/// # System::current_thread().block_on(async {
/// let (first, second) = (Echo.spawn(), Echo.spawn());
/// first.stop();
/// let refused = first.say(3).try_send().unwrap_err();
/// proxy::send(&second, refused.into_message()).await.unwrap();
/// # });
/// ```
pub fn send<P: Protocol>(to: &Addr<P>, mut message: P::Message) -> SendFuture<'static, P> {
    set_send_context(to, &mut message);
    SendFuture::new(MaybeOwned::Owned(to.clone()), message)
}

/// Sends a message that contains its reply, without waiting. Otherwise like
/// [`Call::try_send`](crate::Call::try_send).
///
/// # Errors
/// [`SendError`] with the message, if the mailbox is full or the actor has ended.
///
/// ```
/// # use actor_core::prelude::*;
/// # use actor_core::proxy;
/// # #[actor] struct Echo; #[actor] impl Echo { fn say(&self, n: u8) -> u8 { n } }
/// # System::current_thread().block_on(async {
/// let (first, second) = (Echo.spawn(), Echo.spawn());
/// first.stop();
/// let refused = first.say(3).try_send().unwrap_err();
/// proxy::try_send(&second, refused.into_message()).unwrap();
/// # });
/// ```
pub fn try_send<P: Protocol>(
    to: &Addr<P>,
    mut message: P::Message,
) -> Result<(), SendError<P::Message>> {
    set_send_context(to, &mut message);
    SendFuture::new(MaybeOwned::Borrowed(to), message).try_now()
}

/// Records the time and context of the send, unless the message was sent before.
fn set_send_context<P: Protocol>(to: &Addr<P>, message: &mut P::Message) {
    #[cfg(any(feature = "metrics", feature = "tracing"))]
    {
        let waits = P::info(message).reply.is_some();
        if let Some(slot) = P::slot(message)
            && slot.send_context().sent.is_none()
        {
            slot.send_context().set(to.mailbox().header().system.executor.now(), waits);
        }
    }
    #[cfg(not(any(feature = "metrics", feature = "tracing")))]
    let _ = (to, message);
}

/// Forwards a message to another address as [`forward`] does. If the message is not accepted, discards
/// it as [`discard`] does.
///
/// # Cancellation
/// If the future is dropped before the message is accepted, the message is discarded.
///
/// ```
/// # use actor_core::prelude::*;
/// # use actor_core::proxy;
/// # #[actor] struct Echo; #[actor] impl Echo { fn say(&self, n: u8) -> u8 { n } }
/// # System::simulation(1).block_on(async {
/// let (first, second) = (Echo.spawn(), Echo.spawn());
/// first.stop();
/// let refused = first.say(3).try_send().unwrap_err();
/// second.stop();
/// proxy::forward_or_discard(&second, refused.into_message()).await;
/// assert_eq!(System::current().counters().undelivered, 1);
/// # });
/// ```
pub fn forward_or_discard<P: Protocol>(
    to: &Addr<P>,
    message: P::Message,
) -> impl Future<Output = ()> + Send + use<P> {
    let forwarding = forward(to, message);
    let to = to.clone();
    async move {
        if let Err(refused) = forwarding.await {
            discard(&to, refused.into_message());
        }
    }
}

/// Returns a reply for a message that is about to be queued, and its receiving end.
///
/// Unlike the receiver of [`Reply::pair`], this receiver observes the progress of the message: it
/// gets [`CallError::Stopped`] if the message is never handled, and dropping it withdraws a queued
/// message.
///
/// ```
/// # use actor_core::prelude::*;
/// # use actor_core::proxy;
/// # #[actor] struct Echo; #[actor] impl Echo { fn say(&self, n: u8) -> u8 { n } }
/// # System::current_thread().block_on(async {
/// let echo = Echo.spawn();
/// let (reply, answer) = proxy::queued_reply();
/// echo.say(3).reply_to(reply).send().await.unwrap();
/// echo.kill();
/// assert_eq!(answer.await, Err(CallError::Stopped));
/// # });
/// ```
pub fn queued_reply<T>() -> (Reply<T>, ReplyReceiver<T>) {
    reply::queued(None, None)
}

/// Returns a reply as [`queued_reply`] does, for a message with a deadline on the clock of the system on
/// which it will be handled.
///
/// The message is skipped if it has not been started by then, and its call gets
/// [`CallError::DeadlineExceeded`]. Its handler has this deadline, which its own calls inherit. The
/// receiving end does not end automatically at the deadline.
///
/// ```
/// # use actor_core::prelude::*;
/// # use actor_core::proxy;
/// # #[actor] struct Echo; #[actor] impl Echo { fn say(&self, n: u8) -> u8 { n } }
/// # System::current_thread().block_on(async {
/// let echo = Echo.spawn();
/// let (reply, answer) = proxy::queued_reply_until(actor_core::time::now());
/// echo.say(3).reply_to(reply).send().await.unwrap();
/// assert_eq!(answer.await, Err(CallError::DeadlineExceeded { started: false }));
/// # });
/// ```
pub fn queued_reply_until<T>(deadline: Instant) -> (Reply<T>, ReplyReceiver<T>) {
    reply::queued(None, Deadline::at(deadline))
}

/// Returns a reply as [`queued_reply`] or [`queued_reply_until`] does. `waker` is woken when the call has ended, unless
/// the receiving end is polled with another waker before.
///
/// A waiter for several calls need not poll the receiving end of each before it waits.
///
/// ```
/// # use actor_core::prelude::*;
/// # use actor_core::proxy;
/// # use std::future::poll_fn;
/// # use std::task::Poll;
/// # #[actor] struct Echo; #[actor] impl Echo { fn say(&self, n: u8) -> u8 { n } }
/// # System::current_thread().block_on(async {
/// let echo = Echo.spawn();
/// let waker = poll_fn(|cx| Poll::Ready(cx.waker().clone())).await;
/// let (reply, answer) = proxy::queued_reply_waking(waker, None);
/// echo.say(3).reply_to(reply).send().await.unwrap();
/// assert_eq!(answer.await, Ok(3));
/// # });
/// ```
pub fn queued_reply_waking<T>(
    waker: Waker,
    deadline: Option<Instant>,
) -> (Reply<T>, ReplyReceiver<T>) {
    reply::queued(Some(waker), deadline.and_then(Deadline::at))
}

/// Marks the call as started, for a proxy that passes the message to a receiver that is not an
/// actor. Returns `None` if the message is not to be handled, because the caller has given up or
/// the deadline of the call has passed.
///
/// ```
/// # use actor_core::prelude::*;
/// # use actor_core::proxy;
/// # System::current_thread().block_on(async {
/// let (reply, answer) = proxy::queued_reply::<u8>();
/// assert!(proxy::begin(reply).is_some());
/// # drop(answer);
/// let (reply, answer) = proxy::queued_reply::<u8>();
/// drop(answer);
/// assert!(proxy::begin(reply).is_none());
/// # });
/// ```
#[must_use = "the caller may have given up"]
pub fn begin<T>(reply: Reply<T>) -> Option<Reply<T>> {
    reply.begin()
}

/// Returns whether the call of this reply has been started, or may have been, so that its caller must not get
/// an error that says [`never_handled`](CallError::never_handled).
///
/// Before a proxy calls [`begin`], this is the case if a handler has taken the message and has passed the
/// reply on with [`Call::reply_to`](crate::Call::reply_to).
///
/// ```
/// # use actor_core::prelude::*;
/// # use actor_core::proxy;
/// # System::current_thread().block_on(async {
/// let (reply, answer) = proxy::queued_reply::<u8>();
/// assert!(!proxy::is_started(&reply));
/// let reply = proxy::begin(reply).unwrap();
/// assert!(proxy::is_started(&reply));
/// # drop(answer);
/// # });
/// ```
pub fn is_started<T>(reply: &Reply<T>) -> bool {
    reply.is_started()
}

/// Returns whether the message of this reply is a call. This does not change when its caller gives
/// up.
///
/// ```
/// # use actor_core::prelude::*;
/// # use actor_core::proxy;
/// # System::current_thread().block_on(async {
/// let (reply, answer) = proxy::queued_reply::<u8>();
/// drop(answer);
/// assert!(reply.is_closed() && proxy::is_call(&reply));
/// # });
/// ```
pub fn is_call<T>(reply: &Reply<T>) -> bool {
    reply.is_call()
}

/// Returns whether the end of a call runs functions that were given to [`observe`].
///
/// ```
/// use actor_core::prelude::*;
/// use actor_core::proxy::{self, Proxy};
///
/// # #[actor] struct Clock;
/// # #[actor] impl Clock { fn hour(&self) -> u8 { 3 } }
/// struct Noon;
///
/// impl Proxy<Clock> for Noon {
///     async fn forward(&mut self, mut message: ClockMessage) {
///         proxy::observe::<Clock>(&mut message, |_| {});
///         if let Some(reply) = proxy::take_reply::<Clock, u8>(&mut message) {
///             assert!(proxy::is_observed(&reply));
///             let _ = reply.send(12);
///         }
///     }
/// }
///
/// System::current_thread().block_on(async {
///     let (clock, _control) = proxy::prepare(Noon).spawn();
///     assert_eq!(clock.hour().await, Ok(12));
/// });
/// ```
pub fn is_observed<T>(reply: &Reply<T>) -> bool {
    reply.is_observed()
}

/// Polls whether the caller of a message has left. Until then, the waker is stored in place of an earlier
/// one, and is woken when the caller leaves.
///
/// ```
/// # use actor_core::prelude::*;
/// # use actor_core::proxy;
/// # use std::future::poll_fn;
/// # System::current_thread().block_on(async {
/// let (mut reply, answer) = proxy::queued_reply::<u8>();
/// let waiting = actor_core::spawn_task(async move {
///     poll_fn(|cx| proxy::poll_closed(&mut reply, cx)).await;
/// });
/// drop(answer);
/// waiting.await;
/// # });
/// ```
pub fn poll_closed<T>(reply: &mut Reply<T>, cx: &mut Poller<'_>) -> Poll<()> {
    reply.poll_gone(cx.waker())
}

/// Answers a call with an error, on behalf of an actor in another process.
///
/// If the deadline of the call is its own timeout, the error
/// [`DeadlineExceeded`](CallError::DeadlineExceeded) becomes [`Timeout`](CallError::Timeout).
///
/// ```
/// # use actor_core::prelude::*;
/// # use actor_core::proxy;
/// # System::current_thread().block_on(async {
/// let (reply, answer) = Reply::<u8>::pair();
/// proxy::fail(reply, CallError::Stopped);
/// assert_eq!(answer.await, Err(CallError::Stopped));
/// # });
/// ```
pub fn fail<T>(reply: Reply<T>, error: CallError) {
    reply.fail(error);
}

/// Reports a lost message that had no caller and was sent to `to`, as an
/// [`Incident::Undelivered`](crate::incident::Incident::Undelivered).
///
/// ```
/// # use actor_core::prelude::*;
/// # use actor_core::proxy;
/// # #[actor] struct Echo; #[actor] impl Echo { fn say(&self, n: u8) -> u8 { n } }
/// # System::simulation(1).block_on(async {
/// let echo = Echo.spawn();
/// proxy::report_undelivered(&echo, "say");
/// assert_eq!(System::current().counters().undelivered, 1);
/// # });
/// ```
pub fn report_undelivered<P: Protocol>(to: &Addr<P>, message: &'static str) {
    super::control::report_undelivered(to.mailbox().untyped(), message);
}

/// Calls `seen` with the outcome of a message's call, without the value of the reply.
///
/// `seen` is called once. For a call, it runs when the call ends and before the caller is woken, on
/// the thread that ends the call: the thread of the handler that answers, or of the caller that
/// leaves. For a send, it runs immediately. It must not block. A panic in it is reported and not
/// propagated.
///
/// The outcome is exactly the result that the caller gets, regardless of the path of the reply: the
/// message may be forwarded more than once, its handler may store the reply and answer later, and
/// the stream of a streaming reply may run for a long time. Several proxies may observe one
/// message.
///
/// The first observer of a call costs three allocations, each further observer a single one.
///
/// ```
/// use actor_core::prelude::*;
/// use actor_core::proxy::{self, Outcome, Proxy};
/// use std::sync::{Arc, Mutex};
///
/// # #[actor] struct Divider;
/// # #[actor] impl Divider { fn ten_by(&self, n: u32) -> u32 { 10 / n } }
/// /// Counts the failed calls.
/// struct Failures {
///     to: DividerAddr,
///     count: Arc<Mutex<u32>>,
/// }
///
/// impl Proxy<Divider> for Failures {
///     async fn forward(&mut self, mut message: DividerMessage) {
///         let count = self.count.clone();
///         proxy::observe::<Divider>(&mut message, move |outcome| {
///             if let Outcome::Failed(_) = outcome {
///                 *count.lock().unwrap() += 1;
///             }
///         });
///         proxy::forward_or_discard(&self.to, message).await;
///     }
/// }
///
/// System::current_thread().block_on(async {
///     let count = Arc::new(Mutex::new(0));
///     let failures = Failures { to: Divider.spawn(), count: count.clone() };
///     let (divider, _control) = proxy::prepare(failures).spawn();
///     assert_eq!(divider.ten_by(5).await, Ok(2));
///     assert!(matches!(divider.ten_by(0).await, Err(CallError::Panicked(_))));
///     assert_eq!(*count.lock().unwrap(), 1);
/// });
/// ```
pub fn observe<P: Protocol>(message: &mut P::Message, seen: impl FnOnce(Outcome) + Send + 'static) {
    observers::observe(P::info(message).reply, Box::new(seen));
}

/// Takes the reply out of a message, to answer it here. The message then has no caller.
///
/// Returns `None` if the reply is not a `T`, or if the message has a streaming reply. The reply of a send
/// is [closed](Reply::is_closed).
///
/// ```
/// use actor_core::prelude::*;
/// use actor_core::proxy::{self, Proxy};
///
/// # #[actor] struct Clock;
/// # #[actor] impl Clock { fn hour(&self) -> u8 { 3 } }
/// /// A test double of the clock.
/// struct Noon;
///
/// impl Proxy<Clock> for Noon {
///     async fn forward(&mut self, mut message: ClockMessage) {
///         if let Some(reply) = proxy::take_reply::<Clock, u8>(&mut message) {
///             let _ = reply.send(12);
///         }
///     }
/// }
///
/// System::current_thread().block_on(async {
///     let (clock, _control) = proxy::prepare(Noon).spawn();
///     assert_eq!(clock.hour().await, Ok(12));
/// });
/// ```
pub fn take_reply<P: Protocol, T: 'static>(message: &mut P::Message) -> Option<Reply<T>> {
    P::slot(message)?.take_reply()
}

/// Refuses a message that was for `to`. A call gets `error`, and a send becomes an
/// [`Incident::Undelivered`](crate::incident::Incident::Undelivered).
///
/// ```
/// # use actor_core::prelude::*;
/// use actor_core::proxy::{self, Proxy};
///
/// # #[actor] struct Printer;
/// # #[actor] impl Printer { fn print(&mut self) {} }
/// /// Refuses each message, as if the mailbox of the printer were full.
/// struct Closed {
///     printer: PrinterAddr,
/// }
///
/// impl Proxy<Printer> for Closed {
///     async fn forward(&mut self, message: PrinterMessage) {
///         proxy::refuse(&self.printer, message, CallError::Full);
///     }
/// }
///
/// # System::current_thread().block_on(async {
/// let (printer, _control) = proxy::prepare(Closed { printer: Printer.spawn() }).spawn();
/// assert_eq!(printer.print().await, Err(CallError::Full));
/// # });
/// ```
pub fn refuse<P: Protocol>(to: &Addr<P>, mut message: P::Message, error: CallError) {
    let (info, mailbox) = (P::info(&message), to.mailbox().untyped());
    let (name, is_call) = (info.name, info.reply.is_some());
    if let Some(slot) = P::slot(&mut message) {
        slot.fail(error);
    }
    drop_undelivered(mailbox, name, is_call, &mut Some(message));
}

/// Discards a message that cannot be forwarded to `to`. A call gets [`CallError::Stopped`], or the
/// error of its deadline if the deadline has passed. A send becomes an
/// [`Incident::Undelivered`](crate::incident::Incident::Undelivered).
///
/// ```
/// # use actor_core::prelude::*;
/// # use actor_core::proxy;
/// # #[actor] struct Echo; #[actor] impl Echo { fn say(&self, n: u8) -> u8 { n } }
/// # System::simulation(1).block_on(async {
/// let echo = Echo.spawn();
/// let message = echo.say(3).if_room().send();
/// echo.stop();
/// let refused = message.await.unwrap_err();
/// proxy::discard(&echo, refused.into_message());
/// assert_eq!(System::current().counters().undelivered, 1);
/// # });
/// ```
pub fn discard<P: Protocol>(to: &Addr<P>, message: P::Message) {
    let mailbox = to.mailbox().untyped();
    let info = P::info(&message);
    let now = || mailbox.header().system.executor.now();
    if info.reply.is_some_and(|call| call.is_expired(now)) {
        let name = info.name;
        discard_expired(mailbox, name, &mut Some(message));
    } else {
        discard_message::<P>(mailbox, message);
    }
}

/// Separates a message with streaming replies from the stream of its items. Returns the future that
/// sends the message, and the stream, whose buffer holds `capacity` items.
///
/// The stream of [`StreamCall::stream`] sends the message itself, and does not show when the
/// mailbox has accepted it. This stream can be dropped to withdraw a queued message, or
/// [abandoned](abandon_stream).
///
/// The message has this `deadline`, as with [`queued_reply_until`](super::queued_reply_until): it is
/// skipped if it has not been started by then, and its handler inherits the deadline. The stream does not end
/// automatically at the deadline.
///
/// # Errors
/// The future returns the message if the actor has ended. When the message is dropped, the stream
/// yields [`CallError::Stopped`](crate::CallError::Stopped).
///
/// # Panics
/// If `capacity` is 0 or larger than 65536.
///
/// ```
/// # use actor_core::prelude::*;
/// # use actor_core::proxy;
/// use futures_lite::{Stream, StreamExt, stream};
///
/// # #[actor] struct Counter;
/// # #[actor] impl Counter {
/// #     fn count(&self) -> impl Stream<Item = u32> + Send + 'static { stream::iter(1..) }
/// # }
/// # System::current_thread().block_on(async {
/// let counter = Counter.spawn();
/// let (sending, mut numbers) = proxy::open_stream(counter.count(), 4, None);
/// sending.await.unwrap();
/// assert_eq!(numbers.next().await, Some(Ok(1)));
/// # });
/// ```
#[track_caller]
pub fn open_stream<P: Protocol, T: 'static>(
    call: StreamCall<'_, P, T>,
    capacity: usize,
    deadline: Option<Instant>,
) -> (impl Future<Output = Result<(), SendError<P::Message>>> + Send + use<P, T>, ReplyStream<T>) {
    call.into_owned().open(capacity, deadline.and_then(Deadline::at))
}

/// Returns replies for a message that is about to be queued, and the stream of their items, whose
/// buffer holds `capacity` items.
///
/// Unlike the stream of [`Replies::pair`], this stream observes the progress of the message: it ends
/// with [`CallError::Stopped`] if the message is never handled, and dropping it withdraws a queued
/// message. The message has this `deadline`, as with [`open_stream`].
///
/// # Panics
/// If `capacity` is 0 or larger than 65536.
///
/// ```
/// # use actor_core::{CallError, proxy};
/// use futures_lite::StreamExt;
///
/// # actor_core::System::current_thread().block_on(async {
/// let (replies, mut numbers) = proxy::queued_stream::<u32>(4, None);
/// drop(replies);
/// assert_eq!(numbers.next().await, Some(Err(CallError::Stopped)));
/// # });
/// ```
#[track_caller]
pub fn queued_stream<T>(
    capacity: usize,
    deadline: Option<Instant>,
) -> (Replies<T>, ReplyStream<T>) {
    Replies::with_end(capacity, reply::queued(None, deadline.and_then(Deadline::at)))
}

/// Drops a stream of [`open_stream`] or [`queued_stream`]. As when its reader leaves, the stream
/// ends, but a message that is still queued is handled.
///
/// ```
/// # use actor_core::prelude::*;
/// # use actor_core::proxy;
/// # #[actor] #[derive(Default)] struct Log { tails: Vec<Replies<String>> }
/// # #[actor] impl Log {
/// #     fn tail(&mut self, lines: Replies<String>) { self.tails.push(lines); }
/// #     fn readers(&self) -> (usize, bool) { (self.tails.len(), self.tails[0].is_closed()) }
/// # }
/// # System::current_thread().block_on(async {
/// let log = Log::default().spawn();
/// let (sending, lines) = proxy::open_stream(log.tail(), 4, None);
/// sending.await.unwrap();
/// proxy::abandon_stream(lines);
/// assert_eq!(log.readers().await, Ok((1, true)));
/// # });
/// ```
pub fn abandon_stream<T>(stream: ReplyStream<T>) {
    stream.abandon();
}

/// Marks the message of these replies as started, as [`begin`](super::begin) does for a call.
/// Returns `None` if the message is not to be handled, because the reader has left or its deadline
/// has passed.
///
/// ```
/// # use actor_core::{proxy, streaming::Replies};
/// let (replies, stream) = Replies::<u8>::pair(1);
/// assert!(proxy::begin_stream(replies).is_some());
/// # drop(stream);
/// ```
#[must_use = "the reader may have left"]
pub fn begin_stream<T>(replies: Replies<T>) -> Option<Replies<T>> {
    replies.begin()
}

/// Ends a stream with an error, on behalf of a producer in another process. The reader first gets
/// the items in the buffer.
///
/// ```
/// # use actor_core::{CallError, proxy, streaming::Replies};
/// use futures_lite::StreamExt;
///
/// # actor_core::System::current_thread().block_on(async {
/// let (replies, stream) = Replies::pair(1);
/// replies.send(7).await.unwrap();
/// proxy::fail_stream(replies, CallError::Killed);
/// assert_eq!(stream.collect::<Vec<_>>().await, [Ok(7), Err(CallError::Killed)]);
/// # });
/// ```
pub fn fail_stream<T>(mut replies: Replies<T>, error: CallError) {
    replies.break_off(error);
}

/// Returns the number of items that the reader allows in its buffer, or `None` for a message without a reader.
///
/// ```
/// # use actor_core::{proxy, streaming::Replies};
/// let (replies, stream) = Replies::<u8>::pair(4);
/// assert_eq!(proxy::stream_capacity(&replies), Some(4));
/// # drop(stream);
/// ```
pub fn stream_capacity<T>(replies: &Replies<T>) -> Option<usize> {
    replies.capacity()
}

/// A failure of an actor in another process, as plain data.
///
/// ```
/// use actor_core::proxy::ForeignFailure;
/// use actor_core::{Failure, FailureKind};
///
/// let failure = Failure::from(ForeignFailure {
///     kind: FailureKind::Panic,
///     actor: "counter#7@shop".into(),
///     handler: "add".into(),
///     message: "overflow".into(),
///     location: Some(("counter.rs".into(), 3, 9)),
/// });
/// assert_eq!(failure.to_string(), "counter#7@shop failed in `add`: overflow (counter.rs:3:9)");
/// assert_eq!(ForeignFailure::of(&failure).handler, "add");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignFailure {
    /// The kind of failure.
    pub kind: FailureKind,
    /// The label of the actor.
    pub actor: String,
    /// The message or hook that was being handled.
    pub handler: String,
    /// The panic message or the error text.
    pub message: String,
    /// The source file, the line and the column.
    pub location: Option<(String, u32, u32)>,
}

impl ForeignFailure {
    /// Returns the data of a failure, for another process.
    pub fn of(failure: &Failure) -> Self {
        let place = |place: &Location| (place.file().to_owned(), place.line(), place.column());
        ForeignFailure {
            kind: failure.kind(),
            actor: failure.actor().to_owned(),
            handler: failure.handler().to_owned(),
            message: failure.message().to_owned(),
            location: failure.location().map(place),
        }
    }
}

/// The failure of an actor in another process. No actor in this process has its id.
impl From<ForeignFailure> for Failure {
    fn from(foreign: ForeignFailure) -> Self {
        let place = |(file, line, column)| Location::foreign(file, line, column);
        let parts = FailureParts {
            kind: foreign.kind,
            actor: foreign.actor,
            id: ActorId { system: u32::MAX, number: 0 },
            handler: "",
            message: foreign.message,
            location: foreign.location.map(place),
            cause: None,
        };
        Failure::foreign(parts, foreign.handler)
    }
}
