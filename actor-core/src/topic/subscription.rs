//! Subscriptions of actors: a task sends the buffered items to the actor's mailbox while the
//! mailbox has capacity.

use super::buffer::{Buffer, Policy, ReadResult, TopicKey, checked_size};
use super::{Topic, WeakTopic};
use crate::actor::context::{self, CatchPanic};
use crate::actor::dispatch::Dispatch;
use crate::address::addr::TypedAddr;
use crate::address::addr::WeakAddr;
use crate::address::call::Call;
use crate::address::join::unobserved_end;
use crate::cell::current;
use crate::cell::deadlock::edge::ActorKey;
use crate::cell::handle::DynMailbox;
use crate::cell::message::Protocol;
use crate::cell::state::SystemMessage;
use crate::exit::ActorId;
use crate::sync::{Arc, Mutex};
use crate::system::task::prepare;
use futures_lite::future::or;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;

/// An actor's subscription to a topic.
///
/// Dropping the handle ends the subscription; `.detach()` keeps it without the handle. A
/// subscription ends with its actor and does not keep the actor alive.
///
/// A subscription that an actor creates for its own address, for example in `#[on_start]`, belongs
/// to that life. It ends with the life even if it is detached, and the next life creates its own.
/// Items published between two lives are not received, but items that are already in the mailbox
/// are. If the members of a pool subscribe the pool's address, each member has its own
/// subscription, and the pool receives each item once for each member. To receive each item once,
/// subscribe the pool's address from outside.
///
/// ```
/// # use actor_core::prelude::*;
/// use actor_core::topic::{Subscription, Topic};
///
/// #[actor]
/// struct Display {
///     prices: Topic<u32>,
///     subscription: Option<Subscription>,
/// }
///
/// #[actor]
/// impl Display {
///     #[on_start]
///     fn begin(&mut self, context: &Context<Self>) {
///         let prices = self.prices.subscribe(&context.address(), |me, price| me.show(price));
///         self.subscription = Some(prices.drop_oldest(16).into());
///     }
///
///     fn show(&mut self, _price: u32) {}
///
///     fn pause(&mut self) {
///         self.subscription = None;
///     }
/// }
/// # System::current_thread().block_on(async {
/// let prices = Topic::new();
/// let display = Display { prices: prices.clone(), subscription: None }.spawn();
/// display.pause().await.unwrap();
/// assert_eq!(prices.subscribers(), 0);
/// # });
/// ```
#[must_use = "dropping a subscription ends it; keep it or call `.detach()`"]
pub struct Subscription {
    entry: Arc<dyn AnyEntry>,
    detached: bool,
}

/// A new subscription, whose policy can still be set. Convert it into a [`Subscription`] to store
/// it.
///
/// ```
/// # use actor_core::prelude::*;
/// # use actor_core::topic::Topic;
/// # #[actor] struct Ticker;
/// # #[actor] impl Ticker { fn tick(&self, n: u32) {} fn behind(&self, lost: u64) {} }
/// # System::current_thread().block_on(async {
/// let ticks = Topic::new();
/// let ticker = Ticker.spawn();
/// let subscription = ticks
///     .subscribe(&ticker, |me, tick| me.tick(tick))
///     .drop_oldest(16)
///     .on_lag(|me, lost| me.behind(lost))
///     .untyped();
/// ticks.publish(1).await;
/// drop(subscription);
/// assert_eq!(ticks.subscribers(), 0);
/// # });
/// ```
#[must_use = "dropping a subscription ends it; keep it or call `.detach()`"]
pub struct TypedSubscription<A: TypedAddr, T> {
    buffer: Arc<Buffer<T>>,
    lag: Arc<Mutex<Option<LagHandler<A>>>>,
    subscription: Subscription,
}

/// Sends the message that reports lost items.
type LagHandler<A> = Box<dyn FnMut(A, u64) -> Pin<Box<dyn Future<Output = bool> + Send>> + Send>;

impl<T: Clone + Send + 'static> Topic<T> {
    /// Sends a message to the actor at `address` for each item. By default, the subscription has a
    /// buffer of 64 items, and publishers wait while it is full.
    ///
    /// `make` gets the actor's address and the item, and returns one call. Return the call without
    /// awaiting it; it is sent for you. A panic in `make` is a failure of the actor's life, or of
    /// the whole pool. [`Subscription`] says how long the subscription lasts.
    pub fn subscribe<A, B, U, F>(&self, address: &A, mut make: F) -> TypedSubscription<A, T>
    where
        A: TypedAddr + Send + 'static,
        A::Actor: Dispatch<Address = A>,
        B: Protocol,
        F: for<'a> FnMut(&'a A, T) -> Call<'a, B, U> + Send + 'static,
    {
        let buffer = self.enter();
        let lag: Arc<Mutex<Option<LagHandler<A>>>> = Arc::new(Mutex::new(None));
        let weak: WeakAddr<A::Actor> = address.as_ref().downgrade();
        let mailbox: Arc<dyn DynMailbox> = address.as_ref().shared().any();
        buffer.set_actor(ActorKey::of(mailbox.header()));
        let entry = Arc::new(SubscriptionEntry { buffer: buffer.clone(), topic: self.downgrade() });
        let unsubscribe = Unsubscribe(entry.clone());
        let (reads, tells) = (buffer.clone(), lag.clone());
        // Not a `join`, which would observe a failure of the actor.
        let gone = unobserved_end(mailbox.clone());
        let feed = async move {
            // Dropped together with this future, whether completed or cancelled.
            let _unsubscribe = unsubscribe;
            let feeding = feed(reads, tells, weak, move |me, item| {
                let sending = make(&me, item).into_owned().send();
                Box::pin(async move { sending.await.is_ok() })
            });
            or(feeding, gone).await;
        };
        if let Some(own) = own_life(mailbox.header().id()) {
            context::spawn_in_life(&own, |present| {
                context::run_in_life(present, feed, HANDLER_NAME)
            });
        } else {
            let system = mailbox.header().system.clone();
            // Created outside of the block, because the block may be dropped before its first poll,
            // and `feed` with it.
            let contained = CatchPanic::new(feed, mailbox.clone(), HANDLER_NAME);
            let (runnable, task) = prepare(&system, async move {
                if let Err(failure) = contained.await {
                    mailbox.notify(SystemMessage::TaskPanicked(failure));
                }
            });
            task.detach();
            runnable.schedule();
        }
        TypedSubscription { buffer, lag, subscription: Subscription { entry, detached: false } }
    }
}

/// The handler name of a subscription's feed in failures.
const HANDLER_NAME: &str = "topic";

/// Returns the current life, if it belongs to the actor or pool with this id.
fn own_life(id: ActorId) -> Option<Arc<dyn DynMailbox>> {
    let own = current::life()?;
    // The parent of a member is its pool.
    let is_own = own.header().id() == id
        || (own.header().is_member() && own.lock().cell.parent() == Some(id));
    is_own.then_some(own)
}

/// An entry in the subscribers of a topic.
struct SubscriptionEntry<T> {
    buffer: Arc<Buffer<T>>,
    topic: WeakTopic<T>,
}

/// A [`SubscriptionEntry`] for a topic of any type.
trait AnyEntry: Send + Sync {
    fn lost(&self) -> u64;
    fn unsubscribe(&self);
}

impl<T: Send> AnyEntry for SubscriptionEntry<T> {
    fn lost(&self) -> u64 {
        self.buffer.lost_total()
    }

    fn unsubscribe(&self) {
        self.topic.unsubscribe(&self.buffer);
    }
}

/// Unsubscribes from the topic when it is dropped.
struct Unsubscribe(Arc<dyn AnyEntry>);

impl Drop for Unsubscribe {
    fn drop(&mut self) {
        self.0.unsubscribe();
    }
}

/// Sends the items to the actor, one at a time, until the topic or the actor ends.
async fn feed<A, T>(
    buffer: Arc<Buffer<T>>,
    lag: Arc<Mutex<Option<LagHandler<A>>>>,
    weak: WeakAddr<A::Actor>,
    mut send: impl FnMut(A, T) -> Pin<Box<dyn Future<Output = bool> + Send>>,
) where
    A: TypedAddr,
    A::Actor: Dispatch<Address = A>,
{
    loop {
        let next = poll_fn(|cx| buffer.poll_next(cx.waker())).await;
        // Held only while there is an item to send, because a subscription does not keep its actor
        // alive.
        let Some(me) = weak.upgrade() else { return };
        let sent = match next {
            ReadResult::End => return,
            ReadResult::Item(item) => send(me, item).await,
            ReadResult::Lagged(lost) => {
                // Taken out while it is called, because user code never runs under a lock.
                let tell = lag.lock().take();
                match tell {
                    None => true,
                    Some(mut tell) => {
                        let telling = tell(me, lost);
                        put_back(&lag, tell);
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

/// Puts the handler back, unless another one was set while it was called. The drop of a handler is
/// user code, which does not run under the lock.
fn put_back<A>(lag: &Mutex<Option<LagHandler<A>>>, tell: LagHandler<A>) {
    let mut place = lag.lock();
    let gone = if place.is_none() { place.replace(tell) } else { Some(tell) };
    drop(place);
    drop(gone);
}

impl<A: TypedAddr + Send + 'static, T> TypedSubscription<A, T> {
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
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use actor_core::topic::Topic;
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
    #[track_caller]
    pub fn drop_newest(self, most: usize) -> Self {
        self.policy(Policy::DropNewest(checked_size(most)))
    }

    /// Buffers only the latest item (conflation). A replaced item does not count as lost.
    ///
    /// Older items may wait in the mailbox of the actor, at most as many as its capacity. To give an actor nothing
    /// but the latest item, [attach](crate::Context::attach) a [stream](Topic::stream) with this policy instead.
    pub fn latest(self) -> Self {
        self.policy(Policy::Latest)
    }

    /// Buffers only the latest item of each key, at the position of the previous one. A replaced
    /// item does not count as lost.
    /// Items that are already buffered stay.
    ///
    /// `key` is called by the publisher. If it panics, the item is not buffered, and the panic is a failure of the
    /// actor, as in the closure that makes the message.
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
        let tell: LagHandler<A> = Box::new(move |me, lost| {
            let sending = make(&me, lost).into_owned().send();
            Box::pin(async move { sending.await.is_ok() })
        });
        let old = self.lag.lock().replace(tell);
        drop(old);
        self
    }
}

impl<A: TypedAddr, T> TypedSubscription<A, T> {
    /// Returns the handle without type parameters, to be stored.
    pub fn untyped(self) -> Subscription {
        self.subscription
    }

    /// Returns the total number of lost items.
    pub fn lost(&self) -> u64 {
        self.buffer.lost_total()
    }

    /// Ends the subscription. Buffered items are dropped; those in the mailbox of the actor are still handled.
    pub fn cancel(self) {}

    /// Keeps the subscription without this handle.
    pub fn detach(self) {
        self.subscription.detach();
    }
}

impl<A: TypedAddr, T> From<TypedSubscription<A, T>> for Subscription {
    fn from(typed: TypedSubscription<A, T>) -> Self {
        typed.untyped()
    }
}

impl Subscription {
    /// Returns the total number of lost items.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use actor_core::topic::{Subscription, Topic};
    /// # #[actor] struct Ticker; #[actor] impl Ticker { fn tick(&self, n: u32) {} }
    /// # System::current_thread().block_on(async {
    /// let (ticks, ticker) = (Topic::new(), Ticker.spawn());
    /// let subscription: Subscription = ticks.subscribe(&ticker, |me, tick| me.tick(tick)).into();
    /// ticks.publish(1).await;
    /// assert_eq!(subscription.lost(), 0);
    /// subscription.cancel();
    /// assert_eq!(ticks.subscribers(), 0);
    /// # });
    /// ```
    pub fn lost(&self) -> u64 {
        self.entry.lost()
    }

    /// Ends the subscription. Buffered items are dropped; those in the mailbox of the actor are still handled.
    pub fn cancel(self) {}

    /// Keeps the subscription without this handle.
    pub fn detach(mut self) {
        self.detached = true;
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if !self.detached {
            self.entry.unsubscribe();
        }
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription").field("lost", &self.lost()).finish_non_exhaustive()
    }
}

impl<A: TypedAddr, T> fmt::Debug for TypedSubscription<A, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TypedSubscription").field("lost", &self.lost()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
