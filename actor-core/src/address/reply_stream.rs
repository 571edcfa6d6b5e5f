//! Streaming replies, the reader's side: [`StreamCall`], and the stream it opens.

use super::addr::Addr;
use super::call::Call;
use super::replies::{NotedWait, channel, exchange_end, set_items};
use super::reply;
use super::reply::ReplyReceiver;
use super::send::SendFuture;
use super::with_timeout::{Expire, LONGEST};
use crate::cell::deadline::Deadline;
use crate::cell::deadlock::edge::{ActorKey, WaitGoal};
use crate::cell::message::Protocol;
use crate::error::CallError;
use crate::executor::sleep::Sleep;
use crate::panics::ContainedWaker;
use async_channel::Receiver;
use futures_lite::Stream;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::ops::Deref;
use std::pin::Pin;
use std::task::{Context as Poller, Poll};
use std::time::Duration;

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
        let (end, ended) = reply::queued(deadline);
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
    /// From the first poll on.
    Within(Duration),
    Until(Sleep),
}

impl<T> ReplyStream<T> {
    pub(super) fn of_pair(items: Receiver<T>, end: ReplyReceiver<()>) -> Self {
        ReplyStream {
            items: Box::pin(items),
            waker: ContainedWaker::new(),
            end: End::Pair(end),
            limit: None,
            wait: NotedWait::NONE,
        }
    }

    /// Drops the stream, but lets a message that is still queued be handled in its turn.
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
            // The timeout does not count if an item has just arrived, which has woken the reader.
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
        while self.items.try_recv().is_ok() {}
    }
}

impl<T> fmt::Debug for ReplyStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplyStream").field("waiting", &self.items.len()).finish_non_exhaustive()
    }
}
