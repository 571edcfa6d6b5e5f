//! Topics: publish and subscribe.
//!
//! This file has the topic and publishing. `buffer.rs` buffers the items of one subscriber,
//! `subscription.rs` sends them to an actor, and `stream.rs` turns them into a stream.

mod buffer;
mod stream;
mod subscription;

pub use buffer::TopicKey;
pub use stream::{Lagged, TopicStream};
pub use subscription::Subscription;

use crate::cell::pending::Goal;
use crate::cell::record::Recorded;
use crate::event::Listener;
use crate::sync::{Arc, Mutex};
use buffer::{Buffer, Policy};
use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Poller, Poll, ready};

/// A publish/subscribe topic. Any number of publishers send items to all its subscribers.
///
/// A topic is a cheaply cloned handle; when the last one is dropped, its streams end. Each
/// subscriber has its own buffer and a policy for a full buffer, so a slow subscriber does not slow
/// down others, unless its policy is `wait`. Items of one publisher arrive in order.
///
/// ```
/// # use actor_core::prelude::*;
/// # use actor_core::Topic;
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
    inner: Arc<Inner<T>>,
}

struct Inner<T> {
    subscribers: Mutex<Subscribers<T>>,
}

struct Subscribers<T> {
    /// By subscription number.
    all: BTreeMap<u64, Arc<Buffer<T>>>,
    next: u64,
    /// A copy for publishers, created at the first publish after a change.
    list: Option<Arc<[Arc<Buffer<T>>]>>,
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
        let subscribers = Subscribers { all: BTreeMap::new(), next: 0, list: None };
        Topic { inner: Arc::new(Inner { subscribers: Mutex::new(subscribers) }) }
    }

    /// Publishes `item` to all current subscribers. Awaiting the future waits for capacity in the
    /// buffers with the policy `wait`, and for no others.
    ///
    /// # Cancellation
    /// If the future is dropped while it waits, the subscribers without capacity do not get the
    /// item.
    pub fn publish(&self, item: T) -> Publish<'_, T> {
        Publish {
            topic: self,
            item: Some(item),
            waiting: Vec::new(),
            listener: None,
            recorded: Recorded::not(),
        }
    }

    /// Returns the items published from now on as a stream. See [`TopicStream`].
    pub fn stream(&self) -> TopicStream<T> {
        let buffer = self.enter();
        TopicStream::new(buffer, self.downgrade())
    }

    fn enter(&self) -> Arc<Buffer<T>> {
        let mut subscribers = self.inner.subscribers.lock();
        let number = subscribers.next;
        subscribers.next += 1;
        let buffer = Buffer::new(number, Policy::Wait);
        subscribers.all.insert(number, buffer.clone());
        let old = subscribers.list.take();
        drop(subscribers);
        drop(old);
        buffer
    }

    /// Gives `item` to all subscribers with capacity. Returns those that make the publisher wait.
    fn give(&self, item: T) -> Vec<(Arc<Buffer<T>>, T)> {
        let list = self.inner.subscribers.lock().list();
        let refusals = list.iter().filter_map(|buffer| {
            buffer.offer(item.clone()).err().map(|item| (buffer.clone(), item))
        });
        refusals.collect()
    }
}

impl<T> Topic<T> {
    fn downgrade(&self) -> Way<T> {
        Way { inner: Arc::downgrade(&self.inner) }
    }

    /// Returns the number of subscribers.
    ///
    /// ```
    /// # use actor_core::Topic;
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
struct Way<T> {
    inner: crate::sync::Weak<Inner<T>>,
}

impl<T> Way<T> {
    /// Removes `buffer` from the topic.
    fn leave(&self, buffer: &Arc<Buffer<T>>) {
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

impl<T> Drop for Inner<T> {
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
/// let topic = actor_core::Topic::new();
/// topic.publish("one").await;
/// assert_eq!(topic.publish("two").try_send(), 0);
/// # });
/// ```
#[must_use = "nothing is published unless this is awaited, or sent by `.try_send()`"]
pub struct Publish<'a, T> {
    topic: &'a Topic<T>,
    item: Option<T>,
    /// The subscribers without capacity, each with its copy of the item.
    waiting: Vec<(Arc<Buffer<T>>, T)>,
    listener: Option<Listener>,
    recorded: Recorded,
}

impl<T: Clone + Send + 'static> Publish<'_, T> {
    /// Publishes without waiting. Returns the number of subscribers that did not get the item
    /// because their policy is `wait` and their buffer is full.
    ///
    /// ```
    /// # use actor_core::Topic;
    /// let topic = Topic::new();
    /// let stream = topic.stream();
    /// assert_eq!(topic.publish(1).try_send(), 0);
    /// # drop(stream);
    /// ```
    pub fn try_send(mut self) -> usize {
        self.item.take().map_or(0, |item| self.topic.give(item).len())
    }
}

impl<T: Clone + Send + 'static> Future for Publish<'_, T> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<()> {
        let this = &mut *self;
        if let Some(item) = this.item.take() {
            this.waiting = this.topic.give(item);
        }
        while let Some((buffer, item)) = this.waiting.pop() {
            let Err(item) = buffer.offer(item) else {
                this.listener = None;
                continue;
            };
            // Register the listener, then try again, so that no free slot is missed.
            match &mut this.listener {
                None => {
                    this.listener = Some(buffer.listen());
                    this.waiting.push((buffer, item));
                }
                Some(listener) => {
                    let room = Pin::new(listener).poll(cx);
                    if let (Poll::Pending, Some(actor)) = (room, buffer.actor()) {
                        this.recorded.note(actor, Goal::Publication, cx.waker());
                    }
                    this.waiting.push((buffer, item));
                    ready!(room);
                    this.listener = None;
                }
            }
        }
        this.recorded.forget();
        Poll::Ready(())
    }
}

impl<T> Unpin for Publish<'_, T> {}

impl<T> Drop for Publish<'_, T> {
    fn drop(&mut self) {
        self.recorded.forget();
    }
}

impl<T> fmt::Debug for Publish<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Publish").field("waits_for", &self.waiting.len()).finish_non_exhaustive()
    }
}
