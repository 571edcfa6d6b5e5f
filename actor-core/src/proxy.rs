//! Addresses whose messages are forwarded: proxies, and revocable addresses.
//!
//! A *proxy* is a local actor behind an ordinary address. It accepts the messages of a protocol
//! `P`, which is a trait with `#[actor]` or an actor with its own messages, and forwards each
//! message: to another actor, to another process, or to no receiver at all. Its address has the
//! same type as the address of the other actor, so callers need no change: calls, sends, timeouts,
//! monitors and `join` work as on any address. Uses are revocable addresses ([`revocable`]),
//! recorders, rate limiters, test doubles of an actor, and addresses of actors in other processes.
//!
//! ```
//! use actor_core::prelude::*;
//! use actor_core::proxy::{self, Proxy};
//! use std::sync::{Arc, Mutex};
//!
//! #[actor]
//! trait Greeter {
//!     fn greet(&mut self, name: String) -> String;
//! }
//!
//! #[actor]
//! struct English;
//!
//! #[actor]
//! impl English {}
//!
//! #[actor]
//! impl Greeter for English {
//!     fn greet(&mut self, name: String) -> String {
//!         format!("hello, {name}")
//!     }
//! }
//!
//! /// Records the name of each message before it passes the message on.
//! struct Recorder {
//!     to: GreeterAddr,
//!     seen: Arc<Mutex<Vec<String>>>,
//! }
//!
//! impl Proxy<AnyGreeter> for Recorder {
//!     async fn forward(&mut self, message: GreeterMessage) {
//!         self.seen.lock().unwrap().push(format!("{message:?}"));
//!         proxy::forward_or_discard(&self.to, message).await;
//!     }
//! }
//!
//! System::current_thread().block_on(async {
//!     let seen = Arc::new(Mutex::new(Vec::new()));
//!     let recorder = Recorder { to: English.spawn().into(), seen: seen.clone() };
//!     let (greeter, _control) = proxy::prepare(recorder).spawn();
//!     assert_eq!(greeter.greet("Ada".into()).await, Ok("hello, Ada".into()));
//!     assert_eq!(*seen.lock().unwrap(), ["Greet"]);
//! });
//! ```
//!
//! # What a proxy changes
//!
//! - A message counts as queued until the actor behind the proxy starts to handle it, or the proxy calls
//!   [`begin`]. A caller that times out or leaves before that withdraws the message.
//! - `len`, `capacity`, `id`, `label` and `is_alive` of the address describe the proxy. `stop` and
//!   `kill` end the proxy, not the actor behind it.
//! - Messages wait in the mailbox of the proxy while [`Proxy::forward`] is pending. The proxy of an actor
//!   with `priority` messages has a priority queue as well.
//! - Deadlock detection does not look through a proxy: a cycle of calls through one is not an error.
//!   Limit such calls with `timeout`.
//!
//! Calls that do not go through a proxy have no additional cost.

mod actor;
mod control;
mod message;

pub use crate::address::observers::Outcome;
pub use control::Control;
pub use message::{
    ForeignFailure, abandon_stream, begin, begin_stream, discard, fail, fail_stream, forward,
    forward_or_discard, is_call, is_observed, is_started, observe, open_stream, poll_closed,
    queued_reply, queued_reply_until, queued_reply_waking, queued_stream, refuse,
    report_undelivered, send, stream_capacity, take_reply, try_send,
};

use crate::actor::spawn::Prepared;
use crate::address::addr::{Actor, Addr, TypedAddr};
use crate::cell::message::Protocol;
use crate::event::Event;
use crate::exit::Exit;
use crate::sync::Arc;
use crate::sync::atomic::{AtomicBool, Ordering};
use actor::ProxyActor;
use control::Shared;
use futures_lite::future;
use std::fmt;
use std::future::{Future, ready};
use std::pin::pin;

/// Forwards the messages of an address.
///
/// ```
/// use actor_core::prelude::*;
/// use actor_core::proxy::{self, Proxy};
/// use std::time::Duration;
///
/// #[actor]
/// struct Printer;
///
/// #[actor]
/// impl Printer {
///     fn print(&mut self, page: u32) -> u32 {
///         page
///     }
/// }
///
/// /// Passes on one message per second. Meanwhile, senders wait for room in the proxy's mailbox.
/// struct Limiter {
///     to: PrinterAddr,
/// }
///
/// impl Proxy<Printer> for Limiter {
///     async fn forward(&mut self, message: PrinterMessage) {
///         proxy::forward_or_discard(&self.to, message).await;
///         actor_core::time::sleep(Duration::from_secs(1)).await;
///     }
/// }
///
/// System::simulation(1).block_on(async {
///     let (printer, _control) = proxy::prepare(Limiter { to: Printer.spawn() }).spawn();
///     let begun = actor_core::time::now();
///     for page in 0..3 {
///         assert_eq!(printer.print(page).await, Ok(page));
///     }
///     assert!(actor_core::time::now() - begun >= Duration::from_secs(2));
/// });
/// ```
pub trait Proxy<P: Protocol>: Send + Sized + 'static {
    /// Forwards one message. Further messages wait in the mailbox until this has returned.
    ///
    /// A message that is dropped here is not handled: its caller gets
    /// [`CallError::NoReply`](crate::CallError::NoReply). A panic ends the proxy as a failure, and the
    /// caller of the message gets [`CallError::Panicked`](crate::CallError::Panicked).
    fn forward(&mut self, message: P::Message) -> impl Future<Output = ()> + Send;

    /// Called when the proxy ends normally, after all queued messages have been forwarded. Returns
    /// the exit of the proxy.
    ///
    /// Not called after a kill, or if the proxy is ended by its [`Control`] or by
    /// [`PreparedProxy::ends_with`].
    fn closed(&mut self, cause: Cause) -> impl Future<Output = Exit> + Send {
        let _ = cause;
        ready(Exit::Stopped)
    }
}

/// The cause of the normal end of a proxy.
///
/// ```
/// use actor_core::prelude::*;
/// use actor_core::proxy::{self, Cause, Proxy};
///
/// # #[actor] struct Idle; #[actor] impl Idle {}
/// struct Front {
///     to: IdleAddr,
/// }
///
/// impl Proxy<Idle> for Front {
///     async fn forward(&mut self, message: IdleMessage) {
///         proxy::forward_or_discard(&self.to, message).await;
///     }
///
///     /// Stops the actor if the proxy was stopped.
///     async fn closed(&mut self, cause: Cause) -> Exit {
///         if cause == Cause::Stop {
///             self.to.stop();
///         }
///         self.to.join().await
///     }
/// }
///
/// System::current_thread().block_on(async {
///     let idle = Idle.spawn();
///     let (front, _control) = proxy::prepare(Front { to: idle.clone() }).spawn();
///     front.stop();
///     assert_eq!(front.join().await, Exit::Stopped);
///     assert!(!idle.is_alive());
/// });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// `stop()` or `stop_within()` was called on the address. A `stop()` on the address without its
    /// message type ([`Addr::to_any`]) is a [`Release`](Cause::Release).
    Stop,
    /// The last address was dropped, or the system shuts down.
    Release,
}

/// Returns a builder for a proxy.
///
/// ```
/// use actor_core::prelude::*;
/// use actor_core::proxy::{self, Proxy};
///
/// # #[actor] struct Counter;
/// # #[actor] impl Counter { fn add(&mut self, amount: u64) -> u64 { amount } }
/// /// A test double of an actor with messages of its own: it refuses each of them.
/// struct Broken;
///
/// impl Proxy<Counter> for Broken {
///     async fn forward(&mut self, message: CounterMessage) {
///         drop(message);
///     }
/// }
///
/// System::current_thread().block_on(async {
///     let (counter, _control) = proxy::prepare(Broken).name("broken").spawn();
///     assert_eq!(counter.add(1).await, Err(CallError::NoReply));
///     assert_eq!(counter.label(), "broken");
/// });
/// ```
pub fn prepare<P: Protocol + Actor, R: Proxy<P>>(proxy: R) -> PreparedProxy<P, R> {
    let (control, shared) = Shared::new();
    let actor = ProxyActor::new(proxy, shared);
    Prepared::of::<ProxyActor<P, R>>(ProxySpec { actor, control, target: None })
}

/// The builder of a proxy: see [`prepare`].
///
/// ```
/// use actor_core::prelude::*;
/// use actor_core::proxy::{self, Proxy};
///
/// # #[actor] struct Idle; #[actor] impl Idle {}
/// struct Pass(IdleAddr);
///
/// impl Proxy<Idle> for Pass {
///     async fn forward(&mut self, message: IdleMessage) {
///         proxy::forward_or_discard(&self.0, message).await;
///     }
/// }
///
/// System::current_thread().block_on(async {
///     let pass = proxy::prepare(Pass(Idle.spawn())).name("pass").capacity(8);
///     let (idle, _control) = pass.on(&System::current()).spawn();
///     assert_eq!((idle.label().as_str(), idle.capacity()), ("pass", Some(8)));
/// });
/// ```
pub type PreparedProxy<P, R> = Prepared<ProxySpec<P, R>>;

/// A proxy that is not spawned yet, and the settings of its end.
#[doc(hidden)]
pub struct ProxySpec<P: Protocol + Actor, R: Proxy<P>> {
    actor: ProxyActor<P, R>,
    control: Control,
    target: Option<control::Target>,
}

impl<P: Protocol + Actor, R: Proxy<P>> Prepared<ProxySpec<P, R>> {
    /// Makes the proxy end with the exit of `target` when `target` ends.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use actor_core::proxy::{self, Proxy};
    /// # #[actor] struct Idle; #[actor] impl Idle {}
    /// # struct Pass(IdleAddr);
    /// # impl Proxy<Idle> for Pass {
    /// #     async fn forward(&mut self, message: IdleMessage) {
    /// #         proxy::forward_or_discard(&self.0, message).await;
    /// #     }
    /// # }
    /// # System::current_thread().block_on(async {
    /// let idle = Idle.spawn();
    /// let (front, _control) = proxy::prepare(Pass(idle.clone())).ends_with(&idle).spawn();
    /// idle.kill();
    /// assert_eq!(front.join().await, Exit::Killed);
    /// # });
    /// ```
    pub fn ends_with<T: ?Sized + 'static>(mut self, target: &Addr<T>) -> Self {
        self.spec_mut().target = Some(control::Target(target.shared().any()));
        self
    }

    /// Calls `on_kill` when `kill()` is called on the address, or the limit of `stop_within()` has passed,
    /// instead of ending the proxy.
    ///
    /// `on_kill` runs on the thread of the caller and must not block. A panic in it is reported and
    /// not propagated. `kill()` on an address without message type ([`Addr::to_any`]) ends the
    /// proxy itself.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use actor_core::proxy::{self, Proxy};
    /// # #[actor] struct Idle; #[actor] impl Idle {}
    /// # struct Pass(IdleAddr);
    /// # impl Proxy<Idle> for Pass {
    /// #     async fn forward(&mut self, message: IdleMessage) {
    /// #         proxy::forward_or_discard(&self.0, message).await;
    /// #     }
    /// # }
    /// # System::current_thread().block_on(async {
    /// let idle = Idle.spawn();
    /// let target = idle.clone();
    /// let front = proxy::prepare(Pass(idle.clone())).ends_with(&idle);
    /// let (front, _control) = front.on_kill(move || target.kill()).spawn();
    /// front.kill();
    /// assert_eq!((front.join().await, idle.join().await), (Exit::Killed, Exit::Killed));
    /// # });
    /// ```
    pub fn on_kill(mut self, on_kill: impl Fn() + Send + Sync + 'static) -> Self {
        self.spec_mut().control.shared().set_on_kill(Box::new(on_kill));
        self
    }

    /// Spawns the proxy, and returns its address and its control. Dropping the control has no effect.
    #[track_caller]
    pub fn spawn(self) -> (P::Addr, Control) {
        let (ProxySpec { actor, control, target }, builder) = self.build();
        let inner: Addr<ProxyActor<P, R>> = builder.start(Some(actor)).into();
        control.attach(&inner.shared().any());
        if let Some(target) = target {
            control.end_with(&target);
        }
        let address = actor::front(&inner, control.shared().clone());
        (address.into(), control)
    }
}

impl<P: Protocol + Actor, R: Proxy<P>> fmt::Debug for ProxySpec<P, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProxySpec").finish_non_exhaustive()
    }
}

/// Returns an address that forwards to `address` until it is revoked.
///
/// The actor cannot be ended through the returned address: `stop` and `kill` end only that address
/// and its clones. The revocable address ends with its actor, with the same exit, and keeps its
/// actor alive.
///
/// ```
/// use actor_core::prelude::*;
/// use actor_core::proxy;
///
/// #[actor]
/// struct Account {
///     balance: u64,
/// }
///
/// #[actor]
/// impl Account {
///     fn balance(&self) -> u64 {
///         self.balance
///     }
/// }
///
/// System::current_thread().block_on(async {
///     let account = Account { balance: 5 }.spawn();
///     let (lent, revoke) = proxy::revocable(&account);
///     assert_eq!(lent.balance().await, Ok(5));
///     revoke.revoke();
///     assert_eq!(lent.balance().await, Err(CallError::Stopped));
///     assert_eq!(account.balance().await, Ok(5));
/// });
/// ```
#[must_use]
pub fn revocable<A>(address: &A) -> (A, Revoke)
where
    A: TypedAddr<Actor: crate::Protocol> + Send + Sync + 'static,
{
    let label = format!("{} (revocable)", address.label());
    let revoked = Arc::<Revoked>::default();
    let forwarder = Forwarder { to: address.clone(), revoked: revoked.clone() };
    let prepared = prepare::<A::Actor, _>(forwarder).name(label);
    let (address, control) = prepared.ends_with(address.as_ref()).spawn();
    (address, Revoke { control, revoked })
}

/// Revokes an address. Dropping the value does not revoke the address. See [`revocable`].
///
/// ```
/// # use actor_core::prelude::*;
/// # use actor_core::proxy;
/// # #[actor] struct Idle; #[actor] impl Idle {}
/// # System::current_thread().block_on(async {
/// let (lent, revoke) = proxy::revocable(&Idle.spawn());
/// revoke.revoke();
/// assert_eq!(lent.join().await, Exit::Stopped);
/// # });
/// ```
pub struct Revoke {
    control: Control,
    revoked: Arc<Revoked>,
}

/// Whether the address has been revoked.
#[derive(Default)]
struct Revoked {
    is_set: AtomicBool,
    event: Arc<Event>,
}

impl Revoke {
    /// Revokes the address: it accepts no more messages, and its queued messages are not forwarded.
    ///
    /// Calls get [`CallError::Stopped`](crate::CallError::Stopped), including a call that waits for capacity
    /// in the mailbox of the actor. A message that the mailbox of the actor has accepted is still handled,
    /// and its call gets the reply.
    pub fn revoke(self) {
        self.control.revoke();
        // The forwarder listens to the event before it reads the flag.
        self.revoked.is_set.store(true, Ordering::SeqCst);
        self.revoked.event.notify();
    }
}

impl fmt::Debug for Revoke {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Revoke").finish_non_exhaustive()
    }
}

struct Forwarder<A> {
    to: A,
    revoked: Arc<Revoked>,
}

impl<A> Proxy<A::Actor> for Forwarder<A>
where
    A: TypedAddr + Send + Sync + 'static,
    A::Actor: crate::Protocol,
{
    async fn forward(&mut self, message: <A::Actor as crate::Protocol>::Message) {
        let mut forwarding = pin!(forward_or_discard(self.to.as_ref(), message));
        if future::poll_once(forwarding.as_mut()).await.is_some() {
            return;
        }
        // There is no capacity. A revocation drops the future, and so discards the message.
        let revoked = self.revoked.event.listen();
        if !self.revoked.is_set.load(Ordering::SeqCst) {
            future::or(forwarding, revoked).await;
        }
    }
}
