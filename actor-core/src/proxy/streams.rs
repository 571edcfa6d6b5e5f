//! Streaming replies whose producer or reader is in another process.

use crate::address::replies::Replies;
use crate::address::reply;
use crate::address::reply_stream::{ReplyStream, StreamCall};
use crate::cell::deadline::Deadline;
use crate::cell::message::Protocol;
use crate::clock::Instant;
use crate::error::{CallError, SendError};
use std::future::Future;

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
/// The future returns the message if the actor has ended. When that is dropped, the stream yields
/// [`CallError::Stopped`](crate::CallError::Stopped).
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
    Replies::with_end(capacity, reply::queued(deadline.and_then(Deadline::at)))
}

/// Drops a stream of [`open_stream`] or [`queued_stream`]. As when its reader leaves, the stream ends, but a message
/// that is still queued is handled in its turn.
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
