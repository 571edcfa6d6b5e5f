//! Streaming replies: the producer's side, [`Replies`] and the slot of its message, and the reader's side,
//! [`StreamCall`] and the [`ReplyStream`] that it opens.
//!
//! A stream of replies is a call together with a channel. The channel carries the items, and the reply
//! to the call carries the end of the stream. A message that is never handled, a panic and a kill are
//! therefore reported as for any other call. Invariant: the reply is sent after the last item, and
//! before the channel closes. When a reader gets the reply, the channel already contains all items.

use super::addr::Addr;
use super::call::Call;
use super::reply::{self, Reply, ReplyReceiver, ReplySlot};
use super::send::SendFuture;
use super::with_timeout::{Expire, LONGEST};
use crate::cell::current;
use crate::cell::deadline::Deadline;
use crate::cell::deadlock::edge::{ActorKey, WaitGoal, WaitTracker};
#[cfg(any(feature = "metrics", feature = "tracing"))]
use crate::cell::message::SendContext;
use crate::cell::message::{AnySlot, MessageInfo, Protocol};
use crate::clock::Instant;
use crate::error::CallError;
use crate::executor::sleep::Sleep;
use crate::panics::{ContainedWaker, contained, wake};
use async_channel::{Receiver, Sender, TrySendError};
use futures_lite::{Stream, StreamExt, future};
use std::any::Any;
use std::fmt;
use std::future::{Future, poll_fn};
use std::marker::PhantomData;
use std::ops::Deref;
use std::pin::{Pin, pin};
use std::task::{Context as Poller, Poll, Waker};
use std::time::Duration;

/// The right to answer one call with any number of items.
///
/// A handler whose last argument is a `Replies<T>` answers with a stream. The replies can be stored or
/// moved into a task, and items sent at any time. The buffer between both ends is bounded:
/// [`send`](Replies::send) waits for a slow reader.
///
/// The caller reads the items with [`StreamCall::stream`](crate::streaming::StreamCall::stream).
///
/// # The end
/// | event | the reader gets |
/// |---|---|
/// | [`finish`](Replies::finish), or a drop in the ordinary way | `None` |
/// | a drop by a panic, or with the life of a failed actor | `Err(Panicked)`, then `None` |
/// | a drop with the life of a killed actor | `Err(Killed)`, then `None` |
/// | a drop with the life of a stopped actor | `Err(Stopped)`, then `None` |
/// | the message is never handled | the error of a call, then `None` |
/// | the deadline of the handler that reads the stream passes | `Err(DeadlineExceeded)`, then `None` |
///
/// In this table, the life is the life of the actor that drops the replies. A task that does not belong
/// to an actor, such as one started by [`spawn_task`](crate::spawn_task), can continue a stream after the
/// actor has ended.
///
/// ```
/// # use actor_core::prelude::*;
/// use futures_lite::StreamExt;
///
/// #[actor]
/// struct Log {
///     lines: Vec<String>,
///     tails: Vec<Replies<String>>,
/// }
///
/// #[actor]
/// impl Log {
///     /// All lines, and each new one.
///     async fn tail(&mut self, replies: Replies<String>) {
///         for line in &self.lines {
///             let _ = replies.send(line.clone()).await;
///         }
///         self.tails.push(replies);
///     }
///
///     async fn write(&mut self, line: String) {
///         self.tails.retain(|tail| !tail.is_closed());
///         for tail in &self.tails {
///             let _ = tail.send(line.clone()).await;
///         }
///         self.lines.push(line);
///     }
/// }
///
/// System::current_thread().block_on(async {
///     let log = Log { lines: vec!["one".into()], tails: vec![] }.spawn();
///     let mut lines = log.tail().stream();
///     assert_eq!(lines.next().await, Some(Ok("one".into())));
///     log.write("two".into()).await.unwrap();
///     assert_eq!(lines.next().await, Some(Ok("two".into())));
///     log.stop();
///     assert_eq!(lines.next().await, Some(Err(CallError::Stopped)));
///     assert_eq!(lines.next().await, None);
/// });
/// ```
pub struct Replies<T> {
    /// The end of the stream. Detached once it has been sent.
    end: Reply<()>,
    /// `None` once the stream has ended, and for a message without a reader.
    items: Option<Sender<T>>,
    /// The reading actor, for snapshots.
    reader: Option<ActorKey>,
}

impl<T> Replies<T> {
    /// Returns replies and the stream of their items, with a buffer of `capacity` items, for unit tests
    /// of handlers.
    ///
    /// # Panics
    /// The same as for [`StreamCall::stream_of`](crate::streaming::StreamCall::stream_of).
    ///
    /// ```
    /// # use actor_core::streaming::Replies;
    /// use futures_lite::StreamExt;
    ///
    /// # actor_core::System::current_thread().block_on(async {
    /// let (replies, stream) = Replies::pair(4);
    /// replies.send(7).await.unwrap();
    /// replies.finish();
    /// assert_eq!(stream.collect::<Vec<_>>().await, [Ok(7)]);
    /// # });
    /// ```
    #[track_caller]
    pub fn pair(capacity: usize) -> (Replies<T>, ReplyStream<T>) {
        Replies::with_end(capacity, Reply::pair())
    }

    /// Returns replies and the stream of their items, whose end is the reply of this pair.
    #[track_caller]
    pub(crate) fn with_end(
        capacity: usize,
        (end, ended): (Reply<()>, ReplyReceiver<()>),
    ) -> (Replies<T>, ReplyStream<T>) {
        let (items, read) = channel(capacity);
        (Replies { end, items: Some(items), reader: None }, ReplyStream::of_pair(read, ended))
    }

    /// Sends an item to the reader. Waits as long as the buffer is full.
    ///
    /// # Errors
    /// The item, if the reader is gone.
    ///
    /// # Cancellation
    /// Dropping the future while it waits drops the item.
    ///
    /// ```
    /// # use actor_core::streaming::Replies;
    /// # actor_core::System::current_thread().block_on(async {
    /// let (replies, stream) = Replies::pair(1);
    /// assert_eq!(replies.send("a").await, Ok(()));
    /// drop(stream);
    /// assert_eq!(replies.send("b").await, Err("b"));
    /// # });
    /// ```
    pub async fn send(&self, item: T) -> Result<(), T> {
        let Some(items) = &self.items else { return Err(item) };
        let item = match items.try_send(item) {
            Ok(()) => return Ok(()),
            Err(TrySendError::Closed(item)) => return Err(item),
            Err(TrySendError::Full(item)) => item,
        };
        let own = ContainedWaker::new();
        let mut sending = pin!(items.send(item));
        let mut wait = NotedWait::NONE;
        let sent = poll_fn(|cx| {
            let poll = sending.as_mut().poll(&mut Poller::from_waker(own.of(cx.waker())));
            match (&poll, self.reader) {
                (Poll::Pending, Some(reader)) => wait.note(reader, WaitGoal::ItemRoom, cx.waker()),
                _ => wait.forget(),
            }
            poll
        });
        sent.await.map_err(|refused| refused.0)
    }

    /// Sends an item to the reader if there is room in the buffer.
    ///
    /// # Errors
    /// The item, if the buffer is full or the reader is gone: see [`is_closed`](Replies::is_closed).
    ///
    /// ```
    /// # use actor_core::streaming::Replies;
    /// let (replies, stream) = Replies::pair(1);
    /// assert_eq!(replies.try_send("a"), Ok(()));
    /// assert_eq!(replies.try_send("b"), Err("b"));
    /// assert!(!replies.is_closed(), "the buffer is full");
    /// # drop(stream);
    /// ```
    pub fn try_send(&self, item: T) -> Result<(), T> {
        let Some(items) = &self.items else { return Err(item) };
        items.try_send(item).map_err(|refused| match refused {
            TrySendError::Full(item) | TrySendError::Closed(item) => item,
        })
    }

    /// Returns `true` once the reader is gone.
    pub fn is_closed(&self) -> bool {
        self.end.is_closed()
    }

    /// Waits until the reader is gone.
    ///
    /// # Cancellation
    /// Dropping the future has no effect.
    ///
    /// ```
    /// # use actor_core::streaming::Replies;
    /// # actor_core::System::current_thread().block_on(async {
    /// let (mut replies, stream) = Replies::<u32>::pair(1);
    /// drop(stream);
    /// replies.closed().await;
    /// assert!(replies.is_closed());
    /// # });
    /// ```
    pub fn closed(&mut self) -> impl Future<Output = ()> + use<'_, T> {
        self.end.closed()
    }

    /// Returns the deadline of the reader, on the clock of the actor that took the message. The reader
    /// stops reading at the deadline. See [`Context::deadline`](crate::Context::deadline).
    ///
    /// ```
    /// # use actor_core::streaming::Replies;
    /// let (replies, stream) = Replies::<u32>::pair(1);
    /// assert_eq!(replies.deadline(), None);
    /// # drop(stream);
    /// ```
    pub fn deadline(&self) -> Option<Instant> {
        self.end.deadline()
    }

    /// Ends the stream. The reader gets the remaining items and then `None`, even if the actor is
    /// failing.
    ///
    /// ```
    /// # use actor_core::streaming::Replies;
    /// use futures_lite::StreamExt;
    ///
    /// # actor_core::System::current_thread().block_on(async {
    /// let (replies, mut stream) = Replies::<u32>::pair(1);
    /// replies.finish();
    /// assert_eq!(stream.next().await, None);
    /// # });
    /// ```
    pub fn finish(mut self) {
        // If the reader is gone, the end is not needed.
        let _ = self.end.put(Ok(()), wake);
    }

    /// Counts the message as started, for a proxy. Returns `None` if the message is not to be
    /// handled: the reader has given up, or its deadline has passed.
    pub(crate) fn begin(mut self) -> Option<Self> {
        let end = std::mem::replace(&mut self.end, Reply::detached());
        self.end = end.begin()?;
        Some(self)
    }

    /// Returns the capacity of the buffer, or `None` for a message without a reader.
    pub(crate) fn capacity(&self) -> Option<usize> {
        self.items.as_ref().and_then(Sender::capacity)
    }

    /// Ends the stream with `error`, because the life that held the replies has ended, or a proxy ends it.
    #[cold]
    pub(crate) fn break_off(&mut self, error: CallError) {
        if self.end.put(Err(error.clone()), current::wake_lost).is_ok() {
            current::told(&error);
        }
    }
}

impl<T> Drop for Replies<T> {
    fn drop(&mut self) {
        if let Some(call) = self.end.state() {
            match current::broken_stream(call) {
                Some(error) => self.break_off(error),
                None => {
                    let _ = self.end.put(Ok(()), wake);
                }
            }
        }
        // The channel closes when the last field is dropped, after the end has been sent.
    }
}

impl<T> fmt::Debug for Replies<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replies").field("is_closed", &self.is_closed()).finish()
    }
}

/// Records a wait for snapshots only, as long as the guard exists.
struct NotedWait(WaitTracker);

impl NotedWait {
    const NONE: Self = NotedWait(WaitTracker::untracked());

    fn note(&mut self, actor: ActorKey, goal: WaitGoal, waker: &Waker) {
        self.0.note_for_snapshots(actor, goal, waker);
    }

    fn forget(&mut self) {
        self.0.forget();
    }
}

impl Drop for NotedWait {
    fn drop(&mut self) {
        self.forget();
    }
}

/// The largest buffer: its memory is allocated with the stream.
const LARGEST: usize = 1 << 16;

/// Creates the channel of the items.
#[track_caller]
fn channel<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    assert!(
        (1..=LARGEST).contains(&capacity),
        "the buffer of a streaming reply holds 1 to {LARGEST} items, not {capacity}"
    );
    async_channel::bounded(capacity)
}

/// The slot of a message with streaming replies.
pub struct StreamSlot<T> {
    /// The first field, so that the compiler names it before the items: see [`ReplySlot`] and the
    /// invariant above.
    _item: PhantomData<T>,
    end: ReplySlot<()>,
    items: Option<Sender<T>>,
    reader: Option<ActorKey>,
}

impl<T> StreamSlot<T> {
    /// The slot of a message without a reader.
    pub const EMPTY: Self =
        StreamSlot { _item: PhantomData, end: ReplySlot::EMPTY, items: None, reader: None };

    /// Returns the information that the run loop needs of the message `name`, such as whether a reader waits.
    pub fn info(&self, name: &'static str) -> MessageInfo<'_> {
        self.end.info(name)
    }

    /// Returns the replies for a handler.
    pub fn into_replies(self) -> Replies<T> {
        Replies { end: self.end.into_reply(), items: self.items, reader: self.reader }
    }

    /// Takes the replies out of a message that leaves the process.
    pub fn take(&mut self) -> Replies<T> {
        std::mem::replace(self, StreamSlot::EMPTY).into_replies()
    }

    /// Returns the slot of a message that arrives from another process, with the replies for its reader.
    pub fn of(replies: Option<Replies<T>>) -> Self {
        let mut slot = StreamSlot::EMPTY;
        if let Some(mut replies) = replies {
            slot.end = ReplySlot::of(Some(std::mem::replace(&mut replies.end, Reply::detached())));
            slot.items = replies.items.take();
            slot.reader = replies.reader.take();
        }
        slot
    }
}

impl<T: 'static> AnySlot for StreamSlot<T> {
    #[cfg(any(feature = "metrics", feature = "tracing"))]
    fn send_context(&mut self) -> &mut SendContext {
        self.end.send_context()
    }

    fn fail(&mut self, error: CallError) {
        self.end.fail(error);
    }
}

impl<T> fmt::Debug for StreamSlot<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamSlot").finish_non_exhaustive()
    }
}

/// Downcasts the slot of a message to a slot for items of type `T`.
fn slot_of<T: 'static>(slot: &mut dyn AnySlot) -> Option<&mut StreamSlot<T>> {
    let slot: &mut dyn Any = slot;
    slot.downcast_mut()
}

/// Puts the end of the stream into the message, and returns the previous value.
fn exchange_end<T: 'static>(slot: &mut dyn AnySlot, end: Reply<()>) -> Reply<()> {
    let Some(slot) = slot_of::<T>(slot) else { return end };
    slot.reader = current::life().map(|actor| ActorKey::of(actor.header()));
    let slot: &mut dyn AnySlot = &mut slot.end;
    slot.exchange(end)
}

/// Puts the channel of the items into the message.
fn set_items<T: 'static>(slot: &mut dyn AnySlot, items: Sender<T>) {
    if let Some(slot) = slot_of::<T>(slot) {
        slot.items = Some(items);
    }
}

/// Sends the items of `stream` as `replies`, until it ends or the reader leaves.
pub(crate) async fn forward<S: Stream>(stream: S, mut replies: Replies<S::Item>) {
    let mut stream = pin!(stream);
    loop {
        let gone = async {
            replies.closed().await;
            None
        };
        // The reader may leave while there is no item.
        let Some(item) = future::or(stream.next(), gone).await else { break };
        if replies.send(item).await.is_err() {
            break;
        }
    }
    replies.finish();
}

/// The default number of items in flight between a producer and its reader.
const CAPACITY: usize = 16;

/// A message with streaming replies that has not been sent yet.
///
/// The address method returns it if the handler has an argument of type
/// [`Replies`](crate::streaming::Replies), or returns `impl Stream<Item = T> + Send + 'static`. A `StreamCall`
/// is not a future: [`stream`](StreamCall::stream) opens the stream.
///
/// ```
/// # use actor_core::prelude::*;
/// use futures_lite::{Stream, StreamExt, stream};
///
/// #[actor]
/// struct Counter;
///
/// #[actor]
/// impl Counter {
///     /// Counts from `from` on.
///     fn count(&self, from: u32) -> impl Stream<Item = u32> + Send + 'static {
///         stream::iter(from..)
///     }
/// }
///
/// System::current_thread().block_on(async {
///     let counter = Counter.spawn();
///     let numbers: Vec<_> = counter.count(7).stream().take(3).collect().await;
///     assert_eq!(numbers, [Ok(7), Ok(8), Ok(9)]);
/// });
/// ```
#[must_use = "a streaming call does nothing unless its stream is read; use `.stream()`"]
pub struct StreamCall<'a, P: Protocol, T> {
    /// The reply to this call is the end of the stream.
    call: Call<'a, P, ()>,
    /// The limit of the time until the first item.
    limit: Option<Duration>,
    items: PhantomData<fn() -> T>,
}

impl<'a, P: Protocol, T: 'static> StreamCall<'a, P, T> {
    #[doc(hidden)]
    #[inline]
    pub fn __new<A>(address: &'a A, message: P::Message) -> Self
    where
        A: Deref<Target = Addr<P>>,
    {
        let call = Call::by_exchange(address, message, exchange_end::<T>);
        StreamCall { call, limit: None, items: PhantomData }
    }

    /// Converts the call into one that owns its address.
    pub fn into_owned(self) -> StreamCall<'static, P, T> {
        StreamCall { call: self.call.into_owned(), limit: self.limit, items: PhantomData }
    }

    /// Limits the time until the first item, including the time in the mailbox. When the limit has
    /// elapsed, the stream yields [`CallError::Timeout`] and ends.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use std::time::Duration;
    /// use futures_lite::StreamExt;
    ///
    /// #[actor]
    /// struct Feed {
    ///     readers: Vec<Replies<String>>,
    /// }
    ///
    /// #[actor]
    /// impl Feed {
    ///     fn listen(&mut self, replies: Replies<String>) {
    ///         self.readers.push(replies);
    ///     }
    /// }
    ///
    /// System::simulation(1).block_on(async {
    ///     let feed = Feed { readers: vec![] }.spawn();
    ///     let silent = feed.listen().timeout(Duration::from_millis(10)).stream();
    ///     let items: Vec<_> = silent.collect().await;
    ///     assert_eq!(items, [Err(CallError::Timeout { started: true })]);
    /// });
    /// ```
    pub fn timeout(self, limit: Duration) -> Self {
        StreamCall { limit: Some(limit), ..self }
    }

    /// Opens the stream, with at most 16 items in flight.
    ///
    /// The message is sent at the first poll of the stream. Like a call, it then waits for capacity
    /// in the mailbox. The stream keeps the actor alive until the stream ends or is dropped.
    pub fn stream(self) -> ReplyStream<T> {
        self.stream_of(CAPACITY)
    }

    /// Opens the stream, with at most `capacity` items in flight.
    ///
    /// # Panics
    /// If `capacity` is 0 or larger than 65536.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// use futures_lite::{Stream, StreamExt, stream};
    ///
    /// # #[actor] struct Counter;
    /// # #[actor] impl Counter {
    /// #     fn count(&self) -> impl Stream<Item = u32> + Send + 'static { stream::iter(1..) }
    /// # }
    /// # System::current_thread().block_on(async {
    /// # let counter = Counter.spawn();
    /// let numbers: Vec<_> = counter.count().stream_of(1).take(2).collect().await;
    /// assert_eq!(numbers, [Ok(1), Ok(2)]);
    /// # });
    /// ```
    #[track_caller]
    pub fn stream_of(self, capacity: usize) -> ReplyStream<T> {
        let (items, read) = channel(capacity);
        let mut call = self.call.into_owned();
        if let Some(slot) = call.slot() {
            set_items(slot, items);
        }
        let limit = self.limit.filter(|limit| *limit <= LONGEST);
        if limit.is_some() {
            call.__set_timed();
        }
        let actor = ActorKey::of(call.target().mailbox().header());
        ReplyStream {
            items: Box::pin(read),
            waker: ContainedWaker::new(),
            end: End::Call(Box::new(call), actor),
            limit: limit.map(FirstItem::Within),
            wait: NotedWait::NONE,
        }
    }

    /// Returns the send of the message, which has this deadline, and the stream of its items.
    #[track_caller]
    pub(crate) fn open(
        mut self,
        capacity: usize,
        deadline: Option<Deadline>,
    ) -> (SendFuture<'a, P>, ReplyStream<T>) {
        let (items, read) = channel(capacity);
        if let Some(slot) = self.call.slot() {
            set_items(slot, items);
        }
        let (end, ended) = reply::queued(None, deadline);
        (self.call.reply_to(end).into_sending(), ReplyStream::of_pair(read, ended))
    }
}

impl<P: Protocol, T> fmt::Debug for StreamCall<'_, P, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamCall").field("call", &self.call).finish_non_exhaustive()
    }
}

/// The items of a streaming reply: the stream opened by [`StreamCall::stream`].
///
/// Yields each item once and in order, then at most one error, and then `None`: see
/// [`Replies`](crate::streaming::Replies).
///
/// # Cancellation
/// Dropping the stream makes the producer's next [`send`](crate::streaming::Replies::send) fail. If the
/// message has not been handled yet, it is skipped. Items in the buffer are dropped.
///
/// ```
/// # use actor_core::prelude::*;
/// use actor_core::streaming::ReplyStream;
/// use futures_lite::{Stream, StreamExt, stream};
///
/// # #[actor] struct Counter;
/// # #[actor] impl Counter {
/// #     fn count(&self) -> impl Stream<Item = u32> + Send + 'static { stream::iter(1..) }
/// # }
/// async fn first_even(mut numbers: ReplyStream<u32>) -> Result<Option<u32>, CallError> {
///     while let Some(number) = numbers.next().await {
///         let number = number?;
///         if number % 2 == 0 {
///             return Ok(Some(number));
///         }
///     }
///     Ok(None)
/// }
/// # System::current_thread().block_on(async {
/// assert_eq!(first_even(Counter.spawn().count().stream()).await, Ok(Some(2)));
/// # });
/// ```
#[must_use = "a stream does nothing unless it is read"]
pub struct ReplyStream<T> {
    /// Boxed, so that the stream is `Unpin`.
    items: Pin<Box<Receiver<T>>>,
    /// The waker of the reader, for the channel.
    waker: ContainedWaker,
    end: End,
    /// `None` once an item has arrived.
    limit: Option<FirstItem>,
    wait: NotedWait,
}

/// The end of a stream.
enum End {
    /// The reply to the call, and the called actor. The call is sent at the first poll.
    Call(Box<dyn Expire<Output = Result<(), CallError>> + Send>, ActorKey),
    Pair(ReplyReceiver<()>),
    /// The end has arrived. The channel may still contain items.
    Known(Result<(), CallError>),
    Reported,
}

/// The limit of the time until the first item.
enum FirstItem {
    /// Measured from the first poll on.
    Within(Duration),
    Until(Sleep),
}

impl<T> ReplyStream<T> {
    fn of_pair(items: Receiver<T>, end: ReplyReceiver<()>) -> Self {
        ReplyStream {
            items: Box::pin(items),
            waker: ContainedWaker::new(),
            end: End::Pair(end),
            limit: None,
            wait: NotedWait::NONE,
        }
    }

    /// Drops the stream, but lets a message that is still queued be handled.
    pub(crate) fn abandon(self) {
        if let End::Pair(end) = &self.end
            && let Some(call) = end.head()
        {
            call.set_unseen();
        }
    }

    /// Polls for the end. Deadlock detection does not record this wait, because any task may hold
    /// the replies.
    fn poll_end(&mut self, cx: &mut Poller<'_>) -> Poll<Result<(), CallError>> {
        let (call, actor) = match &mut self.end {
            End::Call(call, actor) => (call, *actor),
            End::Pair(end) => return Pin::new(end).poll(cx),
            End::Known(_) | End::Reported => return Poll::Pending,
        };
        if let Poll::Ready(end) = Pin::new(&mut *call).poll(cx) {
            return Poll::Ready(end);
        }
        if let Some(FirstItem::Within(limit)) = self.limit {
            self.limit = Some(FirstItem::Until(Sleep::on(call.__executor().0.clone(), limit)));
        }
        if let Some(FirstItem::Until(sleep)) = &mut self.limit
            && Pin::new(sleep).poll(cx).is_ready()
        {
            self.limit = None;
            // The timeout does not count if an item has just arrived and woken the reader.
            if self.items.is_empty() {
                return Poll::Ready(call.__expire());
            }
        }
        self.wait.note(actor, WaitGoal::Item, cx.waker());
        Poll::Pending
    }
}

impl<T> Stream for ReplyStream<T> {
    type Item = Result<T, CallError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        this.wait.forget();
        if let End::Call(..) | End::Pair(_) = this.end {
            let mut channel = Poller::from_waker(this.waker.of(cx.waker()));
            if let Poll::Ready(Some(item)) = this.items.as_mut().poll_next(&mut channel) {
                this.waker.clear();
                this.limit = None;
                return Poll::Ready(Some(Ok(item)));
            }
            match this.poll_end(cx) {
                Poll::Ready(end) => {
                    this.end = End::Known(end);
                    this.waker.clear();
                    // The reader may have given up. Closing the channel wakes a producer that waits
                    // for capacity.
                    this.items.close();
                }
                Poll::Pending => return Poll::Pending,
            }
        }
        // All items are in the channel before the end is sent.
        if let Ok(item) = this.items.try_recv() {
            return Poll::Ready(Some(Ok(item)));
        }
        match std::mem::replace(&mut this.end, End::Reported) {
            End::Known(Err(error)) => Poll::Ready(Some(Err(error))),
            _ => Poll::Ready(None),
        }
    }
}

impl<T> Drop for ReplyStream<T> {
    /// Closes the channel and drops the remaining items, because the producer may keep its end.
    fn drop(&mut self) {
        self.wait.forget();
        self.end = End::Reported;
        self.items.close();
        // One by one: a panic in the drop of an item must not leave the others to the producer.
        while let Ok(item) = self.items.try_recv() {
            contained(|| drop(item));
        }
    }
}

impl<T> fmt::Debug for ReplyStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplyStream").field("waiting", &self.items.len()).finish_non_exhaustive()
    }
}
