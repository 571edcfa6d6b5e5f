//! Publish and subscribe: a [`Topic`] passes each item to all its subscribers.
//!
//! An actor subscribes with [`Topic::subscribe`], which returns a [`TypedSubscription`]; other code
//! reads a [`TopicStream`]. Each subscriber has a buffer of its own and a policy for a full one.
//!
//! ```
//! use actor_core::prelude::*;
//! use actor_core::topic::Lagged;
//! use futures_lite::StreamExt;
//!
//! System::current_thread().block_on(async {
//!     let prices = Topic::new();
//!     let mut newest = prices.stream().drop_oldest(1);
//!     prices.publish(3).await;
//!     prices.publish(4).await;
//!     assert_eq!(newest.next().await, Some(Err(Lagged(1))));
//!     assert_eq!(newest.next().await, Some(Ok(4)));
//! });
//! ```

// This file has the topic, publishing, and the streams of a topic. `buffer.rs` buffers the items of
// one subscriber, and `subscription.rs` sends them to an actor.

mod buffer;
mod subscription;

pub use buffer::TopicKey;
pub use subscription::{Subscription, TypedSubscription};

use crate::cell::current;
use crate::cell::deadline;
use crate::cell::deadlock::edge::{ActorKey, WaitGoal, WaitTracker};
use crate::sync::{Arc, Mutex};
use buffer::{Buffer, OfferResult, Policy, PublisherTicket, ReadResult, checked_size};
use futures_lite::Stream;
use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Poller, Poll, ready};

/// A publish/subscribe topic. Any number of publishers send items to all its subscribers.
///
/// A topic is a cheaply cloned handle. Its streams end when the last handle is dropped, or when one
/// is [closed](Topic::close). Each subscriber has its own buffer and a policy for a full buffer. A
/// slow subscriber therefore does not slow down others, unless its policy is `wait`: then
/// publishers wait for it in FIFO order. Items of one publisher arrive in order.
///
/// ```
/// # use actor_core::prelude::*;
/// # use actor_core::topic::Topic;
/// #[actor]
/// struct Display {
///     shown: Vec<u32>,
/// }
///
/// #[actor]
/// impl Display {
///     fn show(&mut self, price: u32) {
///         self.shown.push(price);
///     }
///
///     fn shown(&self) -> Vec<u32> {
///         self.shown.clone()
///     }
/// }
///
/// System::current_thread().block_on(async {
///     let prices = Topic::new();
///     let display = Display { shown: vec![] }.spawn();
///     prices.subscribe(&display, |me, price| me.show(price)).detach();
///     prices.publish(3).await;
///     prices.publish(4).await;
///     while display.shown().await.unwrap() != [3, 4] {}
/// });
/// ```
pub struct Topic<T> {
    inner: Arc<TopicInner<T>>,
}

struct TopicInner<T> {
    subscribers: Mutex<Subscribers<T>>,
}

struct Subscribers<T> {
    /// The buffers by subscription number.
    all: BTreeMap<u64, Arc<Buffer<T>>>,
    next: u64,
    /// A copy for publishers, created at the first publish after a change.
    list: Option<Arc<[Arc<Buffer<T>>]>>,
    closed: bool,
}

impl<T> Subscribers<T> {
    fn list(&mut self) -> Arc<[Arc<Buffer<T>>]> {
        self.list.get_or_insert_with(|| self.all.values().cloned().collect()).clone()
    }
}

impl<T: Clone + Send + 'static> Topic<T> {
    /// Creates a topic without subscribers.
    #[allow(clippy::new_without_default, reason = "a topic is an identity, not a value")]
    pub fn new() -> Self {
        let subscribers = Subscribers { all: BTreeMap::new(), next: 0, list: None, closed: false };
        Topic { inner: Arc::new(TopicInner { subscribers: Mutex::new(subscribers) }) }
    }

    /// Publishes `item` to all current subscribers. Awaiting the future waits for capacity in the
    /// buffers with the policy `wait`, and not for other buffers.
    ///
    /// Publishers that wait for the same subscriber are served in FIFO order. A closed topic has no
    /// subscribers. In a handler with a deadline, the wait ends at the deadline: the subscribers without
    /// capacity do not get the item.
    ///
    /// # Cancellation
    /// If the future is dropped while it waits, the subscribers without capacity do not get the
    /// item.
    pub fn publish(&self, item: T) -> Publish<'_, T> {
        Publish {
            topic: self,
            item: Some(item),
            waiting: Vec::new(),
            tracker: WaitTracker::untracked(),
        }
    }

    /// Returns a stream of the items published after this call. See [`TopicStream`].
    pub fn stream(&self) -> TopicStream<T> {
        let buffer = self.enter();
        TopicStream::new(buffer, self.downgrade())
    }

    fn enter(&self) -> Arc<Buffer<T>> {
        let mut subscribers = self.inner.subscribers.lock();
        let number = subscribers.next;
        subscribers.next += 1;
        let buffer = Buffer::new(number, Policy::Wait);
        if subscribers.closed {
            drop(subscribers);
            buffer.end();
            return buffer;
        }
        subscribers.all.insert(number, buffer.clone());
        let old = subscribers.list.take();
        drop(subscribers);
        drop(old);
        buffer
    }
}

impl<T> Topic<T> {
    fn downgrade(&self) -> WeakTopic<T> {
        WeakTopic { inner: Arc::downgrade(&self.inner) }
    }

    /// Closes the topic for all its handles. Streams and subscriptions end after the items that are
    /// buffered or whose publishers wait.
    ///
    /// Items published later reach no subscriber, and a new stream of a closed topic ends
    /// immediately. Closing the topic again has no effect. Close a topic at shutdown to end the
    /// loops that read it.
    ///
    /// ```
    /// # use actor_core::topic::Topic;
    /// use futures_lite::StreamExt;
    ///
    /// # actor_core::System::current_thread().block_on(async {
    /// let topic = Topic::new();
    /// let stream = topic.stream();
    /// topic.publish(1).await;
    /// topic.close();
    /// topic.publish(2).await;
    /// assert_eq!(stream.collect::<Vec<_>>().await, [Ok(1)]);
    /// assert_eq!(topic.stream().next().await, None);
    /// # });
    /// ```
    pub fn close(&self) {
        let mut subscribers = self.inner.subscribers.lock();
        subscribers.closed = true;
        let all = std::mem::take(&mut subscribers.all);
        let old = subscribers.list.take();
        drop(subscribers);
        drop(old);
        all.values().for_each(|buffer| buffer.end());
    }

    /// Returns whether the topic was [closed](Topic::close).
    ///
    /// ```
    /// let topic = actor_core::topic::Topic::<u8>::new();
    /// assert!(!topic.is_closed());
    /// topic.close();
    /// assert!(topic.is_closed());
    /// ```
    pub fn is_closed(&self) -> bool {
        self.inner.subscribers.lock().closed
    }

    /// Returns the number of subscribers.
    ///
    /// ```
    /// # use actor_core::topic::Topic;
    /// let topic = Topic::<u8>::new();
    /// let stream = topic.stream();
    /// assert_eq!(topic.subscribers(), 1);
    /// drop(stream);
    /// assert_eq!(topic.subscribers(), 0);
    /// ```
    pub fn subscribers(&self) -> usize {
        self.inner.subscribers.lock().all.len()
    }
}

/// A weak reference from a subscriber to its topic.
struct WeakTopic<T> {
    inner: crate::sync::Weak<TopicInner<T>>,
}

impl<T> WeakTopic<T> {
    /// Removes `buffer` from the topic.
    fn unsubscribe(&self, buffer: &Arc<Buffer<T>>) {
        if let Some(inner) = self.inner.upgrade() {
            let mut subscribers = inner.subscribers.lock();
            let gone = subscribers.all.remove(&buffer.number);
            let old = subscribers.list.take();
            drop(subscribers);
            drop((gone, old));
        }
        buffer.clear();
    }
}

impl<T> Drop for TopicInner<T> {
    fn drop(&mut self) {
        let list = self.subscribers.lock().list();
        list.iter().for_each(|buffer| buffer.end());
    }
}

impl<T> Clone for Topic<T> {
    fn clone(&self) -> Self {
        Topic { inner: self.inner.clone() }
    }
}

impl<T> fmt::Debug for Topic<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Topic").field("subscribers", &self.subscribers()).finish()
    }
}

/// The future of [`Topic::publish`].
///
/// ```
/// # actor_core::System::current_thread().block_on(async {
/// let topic = actor_core::topic::Topic::new();
/// topic.publish("one").await;
/// assert_eq!(topic.publish("two").try_send(), 0);
/// # });
/// ```
#[must_use = "nothing is published unless this is awaited, or sent by `.try_send()`"]
pub struct Publish<'a, T> {
    topic: &'a Topic<T>,
    item: Option<T>,
    /// The buffers in which a copy of the item waits for capacity.
    waiting: Vec<(Arc<Buffer<T>>, PublisherTicket)>,
    tracker: WaitTracker,
}

impl<T: Clone + Send + 'static> Publish<'_, T> {
    /// Publishes without waiting. Returns the number of subscribers that did not get the item
    /// because their policy is `wait` and their buffer is full.
    ///
    /// ```
    /// # use actor_core::topic::Topic;
    /// let topic = Topic::new();
    /// let stream = topic.stream();
    /// assert_eq!(topic.publish(1).try_send(), 0);
    /// # drop(stream);
    /// ```
    pub fn try_send(mut self) -> usize {
        let Some(item) = self.item.take() else { return 0 };
        let list = self.topic.inner.subscribers.lock().list();
        let refused = |buffer: &&Arc<Buffer<T>>| {
            matches!(buffer.offer(item.clone(), false), OfferResult::Refused)
        };
        list.iter().filter(refused).count()
    }
}

impl<T: Clone + Send + 'static> Future for Publish<'_, T> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<()> {
        let this = &mut *self;
        if let Some(item) = this.item.take() {
            let list = this.topic.inner.subscribers.lock().list();
            for buffer in list.iter() {
                // One subscriber at a time: a panic in `clone` withdraws the waiting copies.
                if let OfferResult::Waits(ticket) = buffer.offer(item.clone(), true) {
                    this.waiting.push((buffer.clone(), ticket));
                }
            }
        }
        // The waker is registered with one buffer at a time. The others are checked afterwards.
        while let Some((buffer, ticket)) = this.waiting.last() {
            let admitted = buffer.poll_admitted(*ticket, cx.waker());
            if let (Poll::Pending, Some(actor)) = (admitted, buffer.actor()) {
                this.tracker.note_for_snapshots(actor, WaitGoal::Publication, cx.waker());
            }
            if admitted.is_pending() {
                if !deadline::has_passed(cx.waker()) {
                    record_wait(buffer.actor());
                    return Poll::Pending;
                }
                break;
            }
            this.waiting.pop();
        }
        this.withdraw();
        Poll::Ready(())
    }
}

/// Records in a simulation that the running agent waits for room in a subscription of this actor, or in a stream.
fn record_wait(subscriber: Option<ActorKey>) {
    let Some(system) = current::shared() else { return };
    system.observe(|simulation| {
        let subscriber = subscriber.and_then(|actor| actor.find(&system));
        simulation.waits_to_publish(subscriber.as_deref());
    });
}

impl<T> Publish<'_, T> {
    /// Stops waiting. Subscribers without capacity do not get the item.
    fn withdraw(&mut self) {
        self.tracker.forget();
        for (buffer, ticket) in self.waiting.drain(..) {
            buffer.withdraw(ticket);
        }
    }
}

impl<T> Drop for Publish<'_, T> {
    fn drop(&mut self) {
        self.withdraw();
    }
}

impl<T> Unpin for Publish<'_, T> {}

impl<T> fmt::Debug for Publish<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Publish").field("waits_for", &self.waiting.len()).finish_non_exhaustive()
    }
}

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
    fn new(buffer: Arc<Buffer<T>>, topic: WeakTopic<T>) -> Self {
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
    ///
    /// # Panics
    /// If `most` is zero.
    #[track_caller]
    pub fn drop_oldest(self, most: usize) -> Self {
        self.policy(Policy::DropOldest(checked_size(most)))
    }

    /// Buffers at most `most` items. A new item is discarded, and counts as lost, when the buffer
    /// is full.
    ///
    /// # Panics
    /// If `most` is zero.
    #[track_caller]
    pub fn drop_newest(self, most: usize) -> Self {
        self.policy(Policy::DropNewest(checked_size(most)))
    }

    /// Buffers only the latest item (conflation). A replaced item does not count as lost.
    pub fn latest(self) -> Self {
        self.policy(Policy::Latest)
    }

    /// Buffers only the latest item of each key, at the position of the previous one. A replaced
    /// item does not count as lost.
    /// Items that are already buffered stay.
    ///
    /// `key` is called by the publisher. If it panics, the item is not buffered, and the panic reaches the code that
    /// reads the stream.
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
