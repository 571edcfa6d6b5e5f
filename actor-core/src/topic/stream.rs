//! A topic as a stream.

use super::WeakTopic;
use super::buffer::{Buffer, Policy, ReadResult, TopicKey};
use crate::sync::Arc;
use futures_lite::Stream;
use std::fmt;
use std::pin::Pin;
use std::task::{Context as Poller, Poll, ready};

/// The number of items lost by the subscriber's own policy since the previous item.
///
/// ```
/// assert_eq!(actor_core::topic::Lagged(3).to_string(), "3 items were lost");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lagged(pub u64);

impl fmt::Display for Lagged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} items were lost", self.0)
    }
}

impl std::error::Error for Lagged {}

/// The items published on a topic: the stream returned by [`Topic::stream`](crate::topic::Topic::stream).
///
/// It yields `Err(Lagged(n))` before the next item if `n` items were lost, and ends when the last
/// handle of the topic is dropped.
///
/// ```
/// # use actor_core::topic::{Lagged, Topic};
/// use futures_lite::StreamExt;
///
/// actor_core::System::current_thread().block_on(async {
///     let topic = Topic::new();
///     let mut stream = topic.stream().drop_oldest(2);
///     for number in 1..=5 {
///         topic.publish(number).await;
///     }
///     drop(topic);
///     let seen: Vec<_> = stream.collect().await;
///     assert_eq!(seen, [Err(Lagged(3)), Ok(4), Ok(5)]);
/// });
/// ```
#[must_use = "a stream does nothing unless it is read"]
pub struct TopicStream<T> {
    buffer: Arc<Buffer<T>>,
    topic: WeakTopic<T>,
}

impl<T> TopicStream<T> {
    pub(super) fn new(buffer: Arc<Buffer<T>>, topic: WeakTopic<T>) -> Self {
        TopicStream { buffer, topic }
    }

    fn policy(self, policy: Policy<T>) -> Self {
        self.buffer.set_policy(policy);
        self
    }

    /// Makes publishers wait while 64 items are buffered. This is the default.
    pub fn wait(self) -> Self {
        self.policy(Policy::Wait)
    }

    /// Buffers at most `most` items. A new item replaces the oldest one when the buffer is full.
    pub fn drop_oldest(self, most: usize) -> Self {
        self.policy(Policy::DropOldest(most.max(1)))
    }

    /// Buffers at most `most` items. A new item is lost when the buffer is full.
    pub fn drop_newest(self, most: usize) -> Self {
        self.policy(Policy::DropNewest(most.max(1)))
    }

    /// Buffers only the latest item (conflation). A replaced item does not count as lost.
    pub fn latest(self) -> Self {
        self.latest_by(|_| 0_u8)
    }

    /// Buffers only the latest item of each key, at the position of the previous one. A replaced
    /// item does not count as lost.
    pub fn latest_by<K: Into<TopicKey>>(
        self,
        key: impl Fn(&T) -> K + Send + Sync + 'static,
    ) -> Self {
        self.policy(Policy::LatestBy(Arc::new(move |item| key(item).into())))
    }
}

impl<T> Stream for TopicStream<T> {
    type Item = Result<T, Lagged>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(match ready!(self.buffer.poll_next(cx.waker())) {
            ReadResult::Item(item) => Some(Ok(item)),
            ReadResult::Lagged(lost) => Some(Err(Lagged(lost))),
            ReadResult::End => None,
        })
    }
}

impl<T> Drop for TopicStream<T> {
    fn drop(&mut self) {
        self.topic.unsubscribe(&self.buffer);
    }
}

impl<T> fmt::Debug for TopicStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TopicStream")
            .field("lost", &self.buffer.lost_total())
            .finish_non_exhaustive()
    }
}
