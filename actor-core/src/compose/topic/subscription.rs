//! A topic as messages to an actor: a task feeds them from the subscription's buffer as there is room
//! in the mailbox.

use super::buffer::{Buffer, Next, Policy, TopicKey};
use super::{Topic, Way};
use crate::cell::message::Protocol;
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
/// Dropping it ends the subscription; `.detach()` lets it stand until the actor ends. It does not
/// keep the actor alive.
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

/// Sends the message that tells of lost items.
type OnLag<A> = Box<dyn FnMut(A, u64) -> Pin<Box<dyn Future<Output = bool> + Send>> + Send>;

impl<T: Clone + Send + 'static> Topic<T> {
    /// Has a message made of each item for the actor at `address`, in its own buffer of 64: publishers
    /// wait while that is full, unless the subscription says otherwise.
    ///
    /// `make` is given the actor's address and the item. Its panic is a failure of the actor's life.
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

/// Sends what comes to the actor, one at a time, until there is nothing more or nobody to send to.
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
        // Held only while there is something to send: a subscription keeps nobody alive.
        let Some(me) = weak.upgrade() else { return };
        let sent = match next {
            Next::End => return,
            Next::Item(item) => send(me, item).await,
            Next::Lagged(lost) => {
                // Away while it is called: user code never runs under a lock.
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

    /// Publishers wait while 64 items wait for the actor. This is so if nothing is said.
    pub fn wait(self) -> Self {
        self.policy(Policy::Wait)
    }

    /// At most `most` items wait; a new one takes the place of the oldest.
    pub fn drop_oldest(self, most: usize) -> Self {
        self.policy(Policy::DropOldest(most.max(1)))
    }

    /// At most `most` items wait; a new one that finds no room is lost.
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

    /// Only the latest item waits. What it takes the place of does not count as lost.
    pub fn latest(self) -> Self {
        self.latest_by(|_| 0_u8)
    }

    /// Of the items with the same key only the latest waits, in the place of the one before. That
    /// does not count as lost.
    pub fn latest_by<K: Into<TopicKey>>(
        self,
        key: impl Fn(&T) -> K + Send + Sync + 'static,
    ) -> Self {
        self.policy(Policy::LatestBy(Arc::new(move |item| key(item).into())))
    }

    /// Has a message made, before the next item, that says how many were lost.
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
    /// How many items were lost in all.
    pub fn lost(&self) -> u64 {
        self.buffer.lost_in_all()
    }

    /// Ends the subscription; items that wait are dropped.
    pub fn cancel(self) {}

    /// Lets the subscription stand without this handle.
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
