//! Addresses: [`Addr`], typed by its messages; [`WeakAddr`]; [`AnyAddr`], without the message type;
//! and [`TypedAddr`], the trait of the generated address types. [`Watchable`] is the bound of
//! monitors and links. Names of actors: one namespace per system, with typed lookup.

use super::call::Call;
use super::join::{Join, Start, StopWithin};
use crate::System;
use crate::cell::handle::{DynMailbox, TypedMailbox, WeakMailbox};
use crate::cell::header::Settings;
use crate::cell::message::Protocol;
use crate::cell::system_shared::RegisterError;
use crate::exit::{ActorId, Exit};
use crate::sync::Arc;
use std::fmt;
use std::future::Future;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::time::Duration;

/// The address of an actor that accepts the messages of `P`.
///
/// `#[actor]` generates a typed handle for each actor, such as `CounterAddr` for `Counter`, which
/// derefs to this type. All methods here are therefore available on every address. Cloning an
/// address is cheap. An actor lives as long as any address of it exists outside the actor; dropping
/// the last one ends the actor as if by [`stop`](Addr::stop).
///
/// A message with the same name as a method here takes precedence. The method is still available as
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
    mailbox: Arc<dyn TypedMailbox<P>>,
}

impl<P: ?Sized> Addr<P> {
    /// Creates an address from a strong count that the mailbox has already counted.
    pub(crate) fn adopted(mailbox: Arc<dyn TypedMailbox<P>>) -> Self {
        Addr { mailbox }
    }

    pub(crate) fn mailbox(&self) -> &dyn TypedMailbox<P> {
        &*self.mailbox
    }

    pub(crate) fn shared(&self) -> Arc<dyn TypedMailbox<P>> {
        self.mailbox.clone()
    }

    /// Returns the actor's id.
    pub fn id(&self) -> ActorId {
        self.mailbox.header().id()
    }

    /// Returns the name of the actor's type, or the one set by `#[actor(name = "..")]`.
    pub fn name(&self) -> &'static str {
        self.mailbox.header().settings.name
    }

    /// Returns the label of this instance in logs, exits and cycles: its first registered name, otherwise the
    /// label set by [`Prepared::name`](crate::Prepared::name), otherwise its type and number: `counter#7`.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # #[actor] struct Room; #[actor] impl Room {}
    /// let lobby = Room.prepare().name("lobby").spawn();
    /// assert_eq!(lobby.label(), "lobby");
    /// ```
    pub fn label(&self) -> String {
        self.mailbox.untyped().label()
    }

    /// Stops the actor gracefully: it refuses new messages, handles the queued ones, and ends.
    ///
    /// Does not block. Stopping an actor that has ended does nothing.
    pub fn stop(&self) {
        self.mailbox.close();
    }

    /// Ends the actor at its next await or between two messages, whichever comes first.
    ///
    /// The running call gets [`CallError::Killed`](crate::CallError::Killed), queued calls get
    /// [`CallError::Stopped`](crate::CallError::Stopped), and `#[on_stop]` does not run. Does not
    /// block. Killing an actor that has ended does nothing.
    ///
    /// A kill is a failure of the life of a supervised actor, and its [`Restart`](crate::supervision::Restart)
    /// decides what follows. If the supervisor restarts the actor, the next life handles the queued calls.
    /// During a [`Backoff`](crate::supervision::Backoff), a kill ends the actor permanently.
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
        self.mailbox.kill();
    }

    /// Waits for the actor's end and returns its exit, immediately if it has already ended.
    ///
    /// Any number of tasks can wait, at any time. Waiting on an address keeps the actor alive; to
    /// wait without keeping it alive, use `address.downgrade().join()`.
    ///
    /// # Panics
    /// When a handler polls the future and thereby completes a cycle of handlers, each of which
    /// waits for the start or the end of the next actor. If the cycle contains a call or a send,
    /// that call or send is refused instead.
    ///
    /// # Cancellation
    /// Dropping the future has no effect.
    pub fn join(&self) -> Join {
        Join::new(self.mailbox.clone().any())
    }

    /// Stops the actor, kills it if it has not ended within `limit`, and returns its exit.
    ///
    /// `limit` is measured on the clock of the actor's system.
    ///
    /// # Cancellation
    /// If the future is dropped after its first poll, the actor is still stopped, but never killed.
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
    pub fn stop_within(&self, limit: Duration) -> impl Future<Output = Exit> + use<P> {
        // With the mailbox of this address: a proxy handles a stop and a kill of its address itself.
        StopWithin::new(self.mailbox.clone(), self.join(), limit)
    }

    /// Waits until the actor has started, including `#[on_start]`.
    ///
    /// # Errors
    /// The actor's exit, if it ended before it had started.
    ///
    /// # Panics
    /// In a cycle of waits, as [`join`](Addr::join) does.
    ///
    /// # Cancellation
    /// Dropping the future has no effect.
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
    pub fn started(&self) -> impl Future<Output = Result<(), Exit>> + use<P> {
        Start::new(self.mailbox.clone().any())
    }

    /// Returns `true` until the actor's exit has been published.
    pub fn is_alive(&self) -> bool {
        self.mailbox.lock().cell.exit().is_none()
    }

    /// Returns the number of queued messages.
    #[allow(clippy::len_without_is_empty, reason = "a mailbox is watched, not iterated")]
    pub fn len(&self) -> usize {
        self.mailbox.untyped().len()
    }

    /// Returns the mailbox's capacity, or `None` if it is unbounded.
    pub fn capacity(&self) -> Option<usize> {
        match self.mailbox.header().capacity {
            u32::MAX => None,
            capacity => Some(capacity as usize),
        }
    }

    /// Returns a weak address, which does not keep the actor alive.
    pub fn downgrade(&self) -> WeakAddr<P> {
        let header = self.mailbox.header();
        WeakAddr::new(self.mailbox.clone().weak(), header.id(), header.settings.name)
    }

    /// Keeps the actor alive until it is stopped, even after its last address is dropped.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # #[actor] struct Daemon; #[actor] impl Daemon {}
    /// # System::current_thread().block_on(async {
    /// let daemon = Daemon.spawn();
    /// daemon.keep_alive();
    /// let weak = daemon.downgrade();
    /// drop(daemon);
    /// assert!(weak.upgrade().is_some());
    /// # });
    /// ```
    pub fn keep_alive(&self) {
        self.mailbox.header().incr_strong();
    }

    /// Returns an address without the message type.
    pub fn to_any(&self) -> AnyAddr {
        self.mailbox.header().incr_strong();
        AnyAddr::adopted(self.mailbox.clone().any())
    }
}

impl<P: Protocol> Addr<P> {
    /// Replaces the call in a closure that the macro rejects, so that the compiler does not report
    /// the closure as well. Never runs, because the macro's error stops the build.
    #[doc(hidden)]
    pub fn __rejected_call(&self) -> Call<'_, P, ()> {
        unreachable!("the macro has reported an error")
    }
}

impl<P: ?Sized> Clone for Addr<P> {
    fn clone(&self) -> Self {
        self.mailbox.header().incr_strong();
        Addr { mailbox: self.mailbox.clone() }
    }
}

impl<P: ?Sized> Drop for Addr<P> {
    fn drop(&mut self) {
        if self.mailbox.header().decr_strong() {
            self.mailbox.on_unreferenced();
        }
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

/// A typed address: a handle that derefs to the [`Addr`] of its actor.
///
/// Implemented only by `#[actor]`, for the address type it generates.
///
/// ```
/// # use actor_core::prelude::*;
/// fn stop_all<A: TypedAddr>(addresses: &[A]) {
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
pub trait TypedAddr:
    Sized
    + Clone
    + fmt::Debug
    + Eq
    + Hash
    + AsRef<Addr<Self::Actor>>
    + From<Addr<Self::Actor>>
    + Deref<Target = Addr<Self::Actor>>
{
    /// The actor's type.
    type Actor: Actor<Addr = Self>;

    /// Looks up the actor registered as `name` in the current system. Returns `None` if the name is
    /// not registered or belongs to an actor of another type. See
    /// [`Addr::register`](crate::Addr::register).
    fn lookup(name: impl AsRef<str>) -> Option<Self>
    where
        Self::Actor: 'static,
    {
        System::current().lookup(name)
    }
}

/// An address, borrowed if possible.
pub(crate) enum MaybeOwned<'a, P: Protocol> {
    Borrowed(&'a Addr<P>),
    Owned(Addr<P>),
}

impl<'a, P: Protocol> MaybeOwned<'a, P> {
    pub(crate) fn get(&self) -> &Addr<P> {
        match self {
            MaybeOwned::Borrowed(address) => address,
            MaybeOwned::Owned(address) => address,
        }
    }

    pub(crate) fn mailbox(&self) -> &dyn TypedMailbox<P> {
        self.get().mailbox()
    }

    pub(crate) fn clone_ref(&self) -> MaybeOwned<'a, P> {
        match self {
            MaybeOwned::Borrowed(address) => MaybeOwned::Borrowed(address),
            MaybeOwned::Owned(address) => MaybeOwned::Owned(address.clone()),
        }
    }
}

/// An address that does not keep its actor alive, comparable to [`std::sync::Weak`].
///
/// ```
/// # use actor_core::prelude::*;
/// # #[actor] struct Idle; #[actor] impl Idle {}
/// # System::current_thread().block_on(async {
/// let idle = Idle.spawn();
/// let weak = idle.downgrade();
/// assert_eq!(weak.upgrade().unwrap().id(), weak.id());
/// drop(idle);
/// assert_eq!(weak.join().await, Exit::Stopped);
/// assert!(weak.upgrade().is_none());
/// # });
/// ```
pub struct WeakAddr<P: ?Sized> {
    mailbox: WeakMailbox<P>,
    id: ActorId,
    name: &'static str,
}

impl<P: ?Sized> WeakAddr<P> {
    pub(crate) fn new(mailbox: WeakMailbox<P>, id: ActorId, name: &'static str) -> Self {
        WeakAddr { mailbox, id, name }
    }

    pub(crate) fn mailbox(&self) -> &WeakMailbox<P> {
        &self.mailbox
    }

    /// Returns the actor's id.
    pub fn id(&self) -> ActorId {
        self.id
    }

    /// Returns the name of the actor's type.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Returns `true` until the actor's exit has been published.
    pub fn is_alive(&self) -> bool {
        self.mailbox.upgrade().is_some_and(|mailbox| mailbox.lock().cell.exit().is_none())
    }

    /// Waits for the actor's end without keeping the actor alive. Returns
    /// [`Exit::NoActor`](crate::Exit::NoActor) if the actor has ended and is no longer known.
    ///
    /// # Panics
    /// In a cycle of waits, as [`Addr::join`](crate::Addr::join) does.
    ///
    /// # Cancellation
    /// Dropping the future has no effect.
    pub fn join(&self) -> Join {
        match self.mailbox.upgrade() {
            Some(mailbox) => Join::new(mailbox.any()),
            None => Join::unknown(),
        }
    }

    /// Returns a strong address, or `None` if the actor is already ending.
    pub fn upgrade(&self) -> Option<P::Addr>
    where
        P: Actor,
    {
        let mailbox = self.mailbox.upgrade()?;
        let locked = mailbox.lock();
        if locked.cell.is_closed() {
            return None;
        }
        mailbox.header().incr_strong();
        drop(locked);
        Some(Addr::adopted(mailbox).into())
    }
}

impl<P: ?Sized> Clone for WeakAddr<P> {
    fn clone(&self) -> Self {
        WeakAddr { mailbox: self.mailbox.clone(), id: self.id, name: self.name }
    }
}

impl<P: ?Sized> PartialEq for WeakAddr<P> {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl<P: ?Sized> Eq for WeakAddr<P> {}

impl<P: ?Sized> fmt::Debug for WeakAddr<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WeakAddr({}#{})", self.name, self.id)
    }
}

/// A type that can be spawned as an actor. Implemented by `#[actor]` on a struct or enum.
///
/// ```
/// use actor_core::prelude::*;
///
/// #[actor]
/// struct Counter {
///     total: u64,
/// }
///
/// #[actor]
/// impl Counter {
///     /// Adds `amount` and returns the new total.
///     fn add(&mut self, amount: u64) -> u64 {
///         self.total += amount;
///         self.total
///     }
/// }
///
/// #[actor_core::main]
/// async fn main() {
///     let counter = Counter { total: 0 }.spawn();
///     assert_eq!(counter.add(5).await, Ok(5));
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an actor",
    label = "add `#[actor]` to the declaration of `{Self}`",
    note = "an actor is a struct with `#[actor]` and an `#[actor] impl` block"
)]
pub trait Actor: Sized {
    /// The typed address: `CounterAddr` for `Counter`.
    type Addr: TypedAddr<Actor = Self>;

    #[doc(hidden)]
    const SETTINGS: Settings;
}

impl<A: Actor + 'static> Addr<A> {
    /// Registers the actor under a name in its system, for [`TypedAddr::lookup`](crate::TypedAddr::lookup).
    ///
    /// An actor may have several names. A named actor lives until it is stopped. Its names survive
    /// restarts and are released when the actor ends. Registering a name that the actor already has
    /// does nothing and returns `Ok`, so that `#[on_start]` may register it in each life.
    ///
    /// # Errors
    /// [`RegisterError`](crate::address::RegisterError), if another actor has the name, or the actor has ended.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use actor_core::address::RegisterError;
    /// # #[actor] struct Clock; #[actor] impl Clock {}
    /// # System::current_thread().block_on(async {
    /// let clock = Clock.spawn();
    /// clock.register("clock").unwrap();
    /// assert_eq!(Clock.spawn().register("clock"), Err(RegisterError::Taken));
    /// assert_eq!(ClockAddr::lookup("clock"), Some(clock.clone()));
    /// clock.stop();
    /// clock.join().await;
    /// assert_eq!(ClockAddr::lookup("clock"), None);
    /// # });
    /// ```
    pub fn register(&self, name: impl Into<String>) -> Result<(), RegisterError> {
        let name: Arc<str> = Arc::from(name.into());
        let typed: Arc<dyn TypedMailbox<A>> = self.shared();
        let mailbox = typed.clone().any();
        mailbox.header().system.names.register(name, &*mailbox, Box::new(typed))
    }

    /// Releases a name. Returns `false` if the actor did not have it.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # #[actor] struct Clock; #[actor] impl Clock {}
    /// # System::current_thread().block_on(async {
    /// let clock = Clock.spawn();
    /// clock.register("clock").unwrap();
    /// assert!(clock.unregister("clock"));
    /// assert!(!clock.unregister("clock"));
    /// # });
    /// ```
    pub fn unregister(&self, name: impl AsRef<str>) -> bool {
        // User code, which runs before any lock is taken.
        let name = name.as_ref();
        let mailbox = self.shared().any();
        let freed = mailbox.header().system.names.unregister(name, self.id());
        if freed {
            let mut locked = mailbox.lock();
            locked.cell.remove_name(name);
            drop(locked);
            mailbox.release();
        }
        freed
    }
}

impl System {
    /// Looks up the actor registered as `name` in this system. Returns `None` if the name is not
    /// registered or belongs to an actor of another type.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # #[actor] struct Clock; #[actor] impl Clock {}
    /// # #[actor] struct Cat; #[actor] impl Cat {}
    /// let system = System::builder().threads(1).build();
    /// system.spawn(Clock).register("clock").unwrap();
    /// assert!(system.lookup::<ClockAddr>("clock").is_some());
    /// assert!(system.lookup::<CatAddr>("clock").is_none());
    /// ```
    pub fn lookup<T: TypedAddr>(&self, name: impl AsRef<str>) -> Option<T>
    where
        T::Actor: 'static,
    {
        self.shared()
            .names
            .lookup::<T::Actor>(name.as_ref())
            .map(|typed| Addr::adopted(typed).into())
    }
}

/// An address without the message type. It can be inspected, stopped and monitored.
///
/// ```
/// # use actor_core::prelude::*;
/// # #[actor] struct Cat; #[actor] impl Cat {}
/// # #[actor] struct Dog; #[actor] impl Dog {}
/// # System::current_thread().block_on(async {
/// let pets = [Cat.spawn().to_any(), Dog.spawn().to_any()];
/// for pet in &pets {
///     pet.stop();
///     pet.join().await;
/// }
/// # });
/// ```
pub struct AnyAddr {
    mailbox: Arc<dyn DynMailbox>,
}

impl AnyAddr {
    /// Creates an address from a strong count that the mailbox has already counted.
    pub(super) fn adopted(mailbox: Arc<dyn DynMailbox>) -> Self {
        AnyAddr { mailbox }
    }

    /// Returns the actor's id.
    pub fn id(&self) -> ActorId {
        self.mailbox.header().id()
    }

    /// Returns the name of the actor's type.
    pub fn name(&self) -> &'static str {
        self.mailbox.header().settings.name
    }

    /// See [`Addr::stop`](crate::Addr::stop).
    pub fn stop(&self) {
        self.mailbox.close();
    }

    /// See [`Addr::kill`](crate::Addr::kill).
    pub fn kill(&self) {
        self.mailbox.kill();
    }

    /// See [`Addr::join`](crate::Addr::join).
    pub fn join(&self) -> Join {
        Join::new(self.mailbox.clone())
    }

    /// See [`Addr::is_alive`](crate::Addr::is_alive).
    pub fn is_alive(&self) -> bool {
        self.mailbox.lock().cell.exit().is_none()
    }
}

impl Clone for AnyAddr {
    fn clone(&self) -> Self {
        self.mailbox.header().incr_strong();
        AnyAddr { mailbox: self.mailbox.clone() }
    }
}

impl Drop for AnyAddr {
    fn drop(&mut self) {
        self.mailbox.release();
    }
}

impl PartialEq for AnyAddr {
    fn eq(&self, other: &Self) -> bool {
        self.id() == other.id()
    }
}

impl Eq for AnyAddr {}

impl Hash for AnyAddr {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id().hash(state);
    }
}

impl fmt::Debug for AnyAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AnyAddr({})", self.mailbox.label())
    }
}

/// A target of monitors and links: any address, whether strong, weak or untyped.
///
/// ```
/// # use actor_core::prelude::*;
/// # #[actor] struct Idle; #[actor] impl Idle {}
/// use actor_core::address::Watchable;
///
/// #[actor]
/// struct Boss;
///
/// impl Boss {
///     fn watch(&self, target: &impl Watchable, context: &Context<Self>) {
///         context.monitor(target, |me, _exit| me.gone());
///     }
/// }
///
/// #[actor]
/// impl Boss {
///     fn take(&self, idle: IdleAddr, context: &Context<Self>) {
///         self.watch(&idle, context);
///         self.watch(&idle.downgrade(), context);
///         self.watch(&idle.to_any(), context);
///     }
///
///     fn gone(&self) {}
/// }
/// # System::current_thread().block_on(async { Boss.spawn().take(Idle.spawn()).await.unwrap() });
/// ```
pub trait Watchable: sealed::Watchable {}

impl<T: sealed::Watchable> Watchable for T {}

pub(crate) mod sealed {
    use super::{AnyAddr, Arc, DynMailbox};
    use crate::{ActorId, Addr, TypedAddr, WeakAddr};

    pub trait Watchable {
        #[doc(hidden)]
        fn target(&self) -> (ActorId, Option<OpaqueMailbox>);
    }

    /// An opaque mailbox, so that public signatures use no private type.
    #[allow(missing_debug_implementations, reason = "opaque, and out of reach of users")]
    #[doc(hidden)]
    pub struct OpaqueMailbox(pub(crate) Arc<dyn DynMailbox>);

    impl<A: TypedAddr> Watchable for A {
        fn target(&self) -> (ActorId, Option<OpaqueMailbox>) {
            self.as_ref().target()
        }
    }

    impl<P: ?Sized> Watchable for Addr<P> {
        fn target(&self) -> (ActorId, Option<OpaqueMailbox>) {
            (self.id(), Some(OpaqueMailbox(self.shared().any())))
        }
    }

    impl Watchable for AnyAddr {
        fn target(&self) -> (ActorId, Option<OpaqueMailbox>) {
            (self.id(), Some(OpaqueMailbox(self.mailbox.clone())))
        }
    }

    impl<P: ?Sized> Watchable for WeakAddr<P> {
        fn target(&self) -> (ActorId, Option<OpaqueMailbox>) {
            (self.id(), self.mailbox().upgrade().map(|mailbox| OpaqueMailbox(mailbox.any())))
        }
    }
}
