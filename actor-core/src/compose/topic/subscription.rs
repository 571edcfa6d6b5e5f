//! Subscriptions of actors: a task sends the buffered items to the actor's mailbox as it has
//! capacity.

use super::buffer::{Buffer, Next, Policy, TopicKey};
use super::{Topic, Way};
use crate::cell::message::Protocol;
use crate::cell::pending::Place;
use crate::cell::post::AnyMail;
use crate::cell::seat::Notice;
use crate::life::dispatch::Dispatch;
use crate::life::task::Contained;
use crate::sync::{Arc, Mutex};
use crate::talk::address::Address;
use crate::talk::call::Call;
use crate::talk::weak::WeakAddr;
use futures_lite::future::or;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;

/// An actor's subscription to a topic, with its policy.
///
/// Dropping it ends the subscription; `.detach()` keeps it until the actor ends. A subscription
/// does not keep the actor alive.
///
/// ```
/// # use actor_core::prelude::*;
/// # use actor_core::Topic;
/// # #[actor] struct Ticker;
/// # #[actor] impl Ticker { fn tick(&self, n: u32) {} fn behind(&self, lost: u64) {} }
/// # System::current_thread().block_on(async {
/// let ticks = Topic::new();
/// let ticker = Ticker.spawn();
/// let subscription = ticks
///     .subscribe(&ticker, |me, tick| me.tick(tick))
///     .drop_oldest(16)
///     .on_lag(|me, lost| me.behind(lost));
/// ticks.publish(1).await;
/// drop(subscription);
/// assert_eq!(ticks.subscribers(), 0);
/// # });
/// ```
#[must_use = "dropping a subscription ends it; keep it or call `.detach()`"]
pub struct Subscription<A: Address, T> {
    buffer: Arc<Buffer<T>>,
    way: Way<T>,
    lag: Arc<Mutex<Option<OnLag<A>>>>,
    detached: bool,
}

/// Sends the message that reports lost items.
type OnLag<A> = Box<dyn FnMut(A, u64) -> Pin<Box<dyn Future<Output = bool> + Send>> + Send>;

impl<T: Clone + Send + 'static> Topic<T> {
    /// Sends a message to the actor at `address` for each item. The subscription has a buffer of 64
    /// items, and publishers wait while it is full, unless another policy is set.
    ///
    /// `make` gets the actor's address and the item, and returns one call. Return the call without
    /// awaiting it; it is sent for you. A panic in `make` is a failure of the actor's life.
    pub fn subscribe<A, B, U, F>(&self, address: &A, mut make: F) -> Subscription<A, T>
    where
        A: Address + Send + 'static,
        A::Actor: Dispatch<Handle = A>,
        B: Protocol,
        F: for<'a> FnMut(&'a A, T) -> Call<'a, B, U> + Send + 'static,
    {
        let buffer = self.enter();
        let lag: Arc<Mutex<Option<OnLag<A>>>> = Arc::new(Mutex::new(None));
        let weak: WeakAddr<A::Actor> = address.as_ref().downgrade();
        let mail: Arc<dyn AnyMail> = address.as_ref().shared().any();
        buffer.set_actor(Place::of(mail.core()));
        let (reads, tells, way) = (buffer.clone(), lag.clone(), self.downgrade());
        let feed = async move {
            let gone = weak.join();
            let feeding = feed(reads.clone(), tells, weak, move |me, item| {
                let sending = make(&me, item).owned().send();
                Box::pin(async move { sending.await.is_ok() })
            });
            or(feeding, async {
                gone.await;
            })
            .await;
        };
        let (failed, leaves) = (mail.clone(), buffer.clone());
        let (runnable, task) = crate::system::task::prepare(&mail.core().hub, async move {
            if let Err(failure) = Contained::new(feed, failed.clone(), "topic").await {
                failed.notify(Notice::Broken(failure));
            }
            way.leave(&leaves);
        });
        task.detach();
        runnable.schedule();
        Subscription { buffer, way: self.downgrade(), lag, detached: false }
    }
}

/// Sends the items to the actor, one at a time, until the topic or the actor ends.
async fn feed<A, T>(
    buffer: Arc<Buffer<T>>,
    lag: Arc<Mutex<Option<OnLag<A>>>>,
    weak: WeakAddr<A::Actor>,
    mut send: impl FnMut(A, T) -> Pin<Box<dyn Future<Output = bool> + Send>>,
) where
    A: Address,
    A::Actor: Dispatch<Handle = A>,
{
    loop {
        let next = poll_fn(|cx| buffer.poll_next(cx.waker())).await;
        // Held only while there is an item to send: a subscription keeps no actor alive.
        let Some(me) = weak.upgrade() else { return };
        let sent = match next {
            Next::End => return,
            Next::Item(item) => send(me, item).await,
            Next::Lagged(lost) => {
                // Taken out while it is called: user code never runs under a lock.
                let tell = lag.lock().take();
                match tell {
                    None => true,
                    Some(mut tell) => {
                        let telling = tell(me, lost);
                        lag.lock().get_or_insert(tell);
                        telling.await
                    }
                }
            }
        };
        if !sent {
            return;
        }
    }
}

impl<A: Address + Send + 'static, T> Subscription<A, T> {
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
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use actor_core::Topic;
    /// # #[actor] struct Ticker; #[actor] impl Ticker { fn tick(&self, n: u32) {} }
    /// # System::current_thread().block_on(async {
    /// let (ticks, ticker) = (Topic::new(), Ticker.spawn());
    /// let first = ticks.subscribe(&ticker, |me, tick| me.tick(tick)).drop_newest(16);
    /// let latest = ticks.subscribe(&ticker, |me, tick| me.tick(tick)).latest();
    /// let each = ticks.subscribe(&ticker, |me, tick| me.tick(tick)).latest_by(|tick| tick % 2);
    /// ticks.publish(1).await;
    /// assert_eq!((first.lost(), latest.lost(), each.lost()), (0, 0, 0));
    /// # });
    /// ```
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

    /// Sends a message with the number of lost items, before the next item.
    pub fn on_lag<B, U, F>(self, mut make: F) -> Self
    where
        B: Protocol,
        F: for<'a> FnMut(&'a A, u64) -> Call<'a, B, U> + Send + 'static,
    {
        let tell: OnLag<A> = Box::new(move |me, lost| {
            let sending = make(&me, lost).owned().send();
            Box::pin(async move { sending.await.is_ok() })
        });
        let old = self.lag.lock().replace(tell);
        drop(old);
        self
    }
}

impl<A: Address, T> Subscription<A, T> {
    /// Returns the total number of lost items.
    pub fn lost(&self) -> u64 {
        self.buffer.lost_in_all()
    }

    /// Ends the subscription; buffered items are dropped.
    pub fn cancel(self) {}

    /// Keeps the subscription without this handle.
    pub fn detach(mut self) {
        self.detached = true;
    }
}

impl<A: Address, T> Drop for Subscription<A, T> {
    fn drop(&mut self) {
        if !self.detached {
            self.way.leave(&self.buffer);
        }
    }
}

impl<A: Address, T> fmt::Debug for Subscription<A, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription").field("lost", &self.lost()).finish_non_exhaustive()
    }
}
