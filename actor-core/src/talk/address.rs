//! What one has of an actor: [`Addr`], typed by its messages, and what all typed addresses are.

use super::any::AnyAddr;
use super::join::{Join, Starting, StopWithin};
use super::weak::WeakAddr;
use crate::cell::post::{Post, Verbs};
use crate::exit::ActorId;
use crate::sync::Arc;
use crate::{Actor, System};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::time::Duration;

/// The address of an actor that takes the messages of `P`.
///
/// Users meet it as the typed handle that `#[actor]` makes, `CounterAddr` for `Counter`, which
/// derefs to it: everything here is there on each address. Cloning one is cheap. An actor lives as
/// long as somebody outside has its address; the last one dropped ends it as by [`stop`](Addr::stop).
///
/// A user's message of the same name wins over the verbs here; they stay reachable as
/// `Addr::stop(&counter)`.
///
/// ```
/// # use actor_core::prelude::*;
/// #[actor]
/// struct Counter {
///     total: u64,
/// }
///
/// #[actor]
/// impl Counter {
///     fn add(&mut self, amount: u64) -> u64 {
///         self.total += amount;
///         self.total
///     }
/// }
///
/// System::current_thread().block_on(async {
///     let counter: CounterAddr = Counter { total: 0 }.spawn();
///     assert_eq!(counter.add(2).await, Ok(2));
///     assert_eq!((counter.name(), counter.len(), counter.capacity()), ("Counter", 0, Some(64)));
/// });
/// ```
pub struct Addr<P: ?Sized> {
    post: Arc<dyn Post<P>>,
}

impl<P: ?Sized> Addr<P> {
    /// Takes over a keeper that the mailbox has counted already.
    pub(crate) fn adopted(post: Arc<dyn Post<P>>) -> Self {
        Addr { post }
    }

    pub(crate) fn post(&self) -> &dyn Post<P> {
        &*self.post
    }

    pub(crate) fn shared(&self) -> Arc<dyn Post<P>> {
        self.post.clone()
    }

    /// The actor's id.
    pub fn id(&self) -> ActorId {
        self.post.core().id()
    }

    /// The name of the actor's type, or the one set by `#[actor(name = "..")]`.
    pub fn name(&self) -> &'static str {
        self.post.core().settings.name
    }

    /// The name under which this one actor stands in logs, exits and cycles: `counter#7`, or what
    /// [`Prepared::name`](crate::Prepared::name) gave it.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # #[actor] struct Room; #[actor] impl Room {}
    /// let lobby = Room.prepare().name("lobby").spawn();
    /// assert_eq!(lobby.label(), "lobby");
    /// ```
    pub fn label(&self) -> String {
        self.post.label()
    }

    /// Ends the actor when it has handled what is queued; new messages are refused from now on.
    ///
    /// Never waits; stopping what has ended does nothing.
    pub fn stop(&self) {
        self.post.close();
    }

    /// Ends the actor at its next await or between two messages, whichever comes first.
    ///
    /// The running call gets [`CallError::Killed`](crate::CallError::Killed), queued ones
    /// [`CallError::Stopped`](crate::CallError::Stopped); `#[on_stop]` does not run. Never waits;
    /// killing what has ended does nothing.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # #[actor] struct Idle; #[actor] impl Idle {}
    /// # System::current_thread().block_on(async {
    /// let idle = Idle.spawn();
    /// idle.kill();
    /// assert_eq!(idle.join().await, Exit::Killed);
    /// # });
    /// ```
    pub fn kill(&self) {
        self.post.kill();
    }

    /// Waits for the actor's end and returns its exit; at once if it has ended.
    ///
    /// Any number may wait, any time later. Waiting by an address keeps the actor alive; to wait
    /// without, use `address.downgrade().join()`.
    ///
    /// # Cancellation
    /// Dropping the future changes nothing.
    pub fn join(&self) -> Join {
        Join::new(self.post.clone().any())
    }

    /// Stops the actor, and kills it if it has not ended within `limit`; returns its exit.
    ///
    /// The time is that of the actor's system.
    ///
    /// # Cancellation
    /// Dropped after its first poll, the stop stays in force, and nobody kills.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use std::time::Duration;
    /// #[actor]
    /// struct Stuck;
    ///
    /// #[actor]
    /// impl Stuck {
    ///     async fn forever(&mut self) {
    ///         std::future::pending().await
    ///     }
    /// }
    ///
    /// System::current_thread().block_on(async {
    ///     let stuck = Stuck.spawn();
    ///     stuck.forever().send().await.unwrap();
    ///     assert_eq!(stuck.stop_within(Duration::from_millis(5)).await, Exit::Killed);
    /// });
    /// ```
    pub fn stop_within(&self, limit: Duration) -> StopWithin {
        StopWithin::new(self.post.clone().any(), limit)
    }

    /// Waits until the actor has started, `#[on_start]` included.
    ///
    /// # Errors
    /// The exit of an actor that ended before it had started.
    ///
    /// # Cancellation
    /// Dropping the future changes nothing.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// #[actor]
    /// struct Picky;
    ///
    /// #[actor]
    /// impl Picky {
    ///     #[on_start]
    ///     fn check(&mut self) -> Result<(), String> {
    ///         Err("not today".into())
    ///     }
    /// }
    ///
    /// System::current_thread().block_on(async {
    ///     let picky = Picky.spawn();
    ///     let Err(Exit::Failed(failure)) = picky.started().await else { unreachable!() };
    ///     assert_eq!(failure.message(), "not today");
    /// });
    /// ```
    pub fn started(&self) -> Starting {
        Starting::new(self.post.clone().any())
    }

    /// Whether the actor's exit has not been published yet.
    pub fn is_alive(&self) -> bool {
        let mut alive = false;
        self.post.with(&mut |seat, _| alive = seat.exit().is_none());
        alive
    }

    /// How many messages wait.
    #[allow(clippy::len_without_is_empty, reason = "a mailbox is watched, not iterated")]
    pub fn len(&self) -> usize {
        self.post.len()
    }

    /// How many messages may wait; `None` for any number.
    pub fn capacity(&self) -> Option<usize> {
        match self.post.core().capacity {
            u32::MAX => None,
            capacity => Some(capacity as usize),
        }
    }

    /// An address that keeps nothing alive.
    pub fn downgrade(&self) -> WeakAddr<P> {
        let core = self.post.core();
        WeakAddr::new(self.post.clone().weak(), core.id(), core.settings.name)
    }

    /// Lets the actor live until it is stopped, even with no address left.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # #[actor] struct Daemon; #[actor] impl Daemon {}
    /// # System::current_thread().block_on(async {
    /// let daemon = Daemon.spawn();
    /// daemon.keep();
    /// let weak = daemon.downgrade();
    /// drop(daemon);
    /// assert!(weak.upgrade().is_some());
    /// # });
    /// ```
    pub fn keep(&self) {
        self.post.core().keep();
    }

    /// The same actor without the type of its messages.
    pub fn erase(&self) -> AnyAddr {
        self.post.core().keep();
        AnyAddr::adopted(self.post.clone().any())
    }
}

impl<P: ?Sized> Clone for Addr<P> {
    fn clone(&self) -> Self {
        self.post.core().keep();
        Addr { post: self.post.clone() }
    }
}

impl<P: ?Sized> Drop for Addr<P> {
    fn drop(&mut self) {
        self.post.release();
    }
}

impl<P: ?Sized> PartialEq for Addr<P> {
    fn eq(&self, other: &Self) -> bool {
        self.id() == other.id()
    }
}

impl<P: ?Sized> Eq for Addr<P> {}

impl<P: ?Sized> Hash for Addr<P> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id().hash(state);
    }
}

impl<P: ?Sized> fmt::Debug for Addr<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Addr({})", self.label())
    }
}

/// What every typed address is: a handle that derefs to the [`Addr`] of its actor.
///
/// Implemented by `#[actor]` for the address it makes, and by nothing else.
///
/// ```
/// # use actor_core::prelude::*;
/// fn stop_all<A: Address>(addresses: &[A]) {
///     for address in addresses {
///         address.as_ref().stop();
///     }
/// }
/// # #[actor] struct Idle; #[actor] impl Idle {}
/// # System::current_thread().block_on(async {
/// let idle = Idle.spawn();
/// stop_all(&[idle.clone()]);
/// assert_eq!(idle.join().await, Exit::Stopped);
/// # });
/// ```
pub trait Address:
    Sized
    + Clone
    + fmt::Debug
    + Eq
    + Hash
    + AsRef<Addr<Self::Actor>>
    + From<Addr<Self::Actor>>
    + Deref<Target = Addr<Self::Actor>>
{
    /// Whose address it is.
    type Actor: Actor<Addr = Self>;

    /// Finds the actor that has `name` in the current system; `None` if nobody has it, or an actor
    /// of another type. See [`Addr::register`].
    fn lookup(name: &str) -> Option<Self>
    where
        Self::Actor: 'static,
    {
        System::current().lookup(name)
    }
}
