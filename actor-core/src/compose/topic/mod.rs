//! Topics: what one publishes, many hear of.
//!
//! This file is the topic and publishing; `buffer.rs` is what waits for one subscriber,
//! `subscription.rs` feeds an actor from it, `stream.rs` a stream.

mod buffer;
mod stream;
mod subscription;

pub use buffer::TopicKey;
pub use stream::{Lagged, TopicStream};
pub use subscription::Subscription;

use crate::sync::{Arc, Mutex};
use buffer::{Buffer, Policy};
use event_listener::EventListener;
use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Poller, Poll, ready};

/// A subject that is published to by anybody and heard by all who have subscribed.
///
/// It is a handle, cheap to clone; when the last one is dropped, streams end. Each subscriber has a
/// buffer of its own and a policy for when that is full, so that a slow one slows nobody else,
/// unless it says `wait`. Items of one publisher come in order.
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
    /// By the number that each is given when it comes.
    all: BTreeMap<u64, Arc<Buffer<T>>>,
    next: u64,
    /// The same for those who publish; made when somebody publishes after a change.
    list: Option<Arc<[Arc<Buffer<T>>]>>,
}

impl<T> Subscribers<T> {
    fn list(&mut self) -> Arc<[Arc<Buffer<T>>]> {
        self.list.get_or_insert_with(|| self.all.values().cloned().collect()).clone()
    }
}

impl<T: Clone + Send + 'static> Topic<T> {
    /// A topic that nobody has subscribed to yet.
    #[allow(clippy::new_without_default, reason = "a topic is an identity, not a value")]
    pub fn new() -> Self {
        let subscribers = Subscribers { all: BTreeMap::new(), next: 0, list: None };
        Topic { inner: Arc::new(Inner { subscribers: Mutex::new(subscribers) }) }
    }

    /// Gives `item` to all who have subscribed by now; awaiting it waits for room in the buffers of
    /// those that have the policy `wait`, and for nobody else.
    ///
    /// # Cancellation
    /// Dropped while it waits, those that had no room do not get the item.
    pub fn publish(&self, item: T) -> Publish<'_, T> {
        Publish { topic: self, item: Some(item), waiting: Vec::new(), listener: None }
    }

    /// What is published from now on, as a stream. See [`TopicStream`].
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

    /// Gives `item` to all that have room; returns those that make its publisher wait.
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

    /// How many have subscribed.
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

/// The way from a subscriber back to its topic, which it does not keep.
struct Way<T> {
    inner: crate::sync::Weak<Inner<T>>,
}

impl<T> Way<T> {
    /// Takes `buffer` out of the topic.
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
    /// Those that have no room, each with its copy.
    waiting: Vec<(Arc<Buffer<T>>, T)>,
    listener: Option<EventListener>,
}

impl<T: Clone + Send + 'static> Publish<'_, T> {
    /// Publishes without waiting; returns how many did not get the item, having the policy `wait`
    /// and no room.
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
            // First listen, then offer again: no room is missed.
            match &mut this.listener {
                None => {
                    this.listener = Some(buffer.listen());
                    this.waiting.push((buffer, item));
                }
                Some(listener) => {
                    let room = Pin::new(listener).poll(cx);
                    this.waiting.push((buffer, item));
                    ready!(room);
                    this.listener = None;
                }
            }
        }
        Poll::Ready(())
    }
}

impl<T> Unpin for Publish<'_, T> {}

impl<T> fmt::Debug for Publish<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Publish").field("waits_for", &self.waiting.len()).finish_non_exhaustive()
    }
}
