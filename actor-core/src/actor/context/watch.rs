//! Monitors and links.

use super::Context;
use crate::actor::callback::{CallbackResult, ExitCallback, own_address};
use crate::actor::dispatch::Dispatch;
use crate::address::any::Watchable;
use crate::address::call::Call;
use crate::cell::handle::DynMailbox;
use crate::cell::message::Protocol;
use crate::cell::resources::{Resource, ResourceHandle};
use crate::cell::state::{ResourceId, SystemMessage, Watcher};
use crate::exit::{ActorId, Exit};
use crate::sync::{Arc, Weak};
use std::any::Any;
use std::fmt;

impl<A: Dispatch> Context<A> {
    /// Sends a message when `target` exits, immediately if it already has.
    ///
    /// `make` gets this actor's address and the exit, and returns one call, to this actor or
    /// another one. Return the call without awaiting it: it is sent, and an error becomes an
    /// [incident](crate::incident::Incident). The notification arrives after every message that `target` sent
    /// to this actor. If a weak target is no longer known, the exit is [`Exit::NoActor`].
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # #[actor] struct Worker; #[actor] impl Worker {}
    /// #[actor]
    /// struct Boss {
    ///     worker: WorkerAddr,
    /// }
    ///
    /// #[actor]
    /// impl Boss {
    ///     #[on_start]
    ///     fn watch(&mut self, context: &Context<Self>) {
    ///         context.monitor(&self.worker, |me, exit| me.gone(exit));
    ///     }
    ///
    ///     fn gone(&mut self, exit: Exit, context: &Context<Self>) {
    ///         assert_eq!(exit, Exit::Killed);
    ///         context.stop();
    ///     }
    /// }
    ///
    /// System::current_thread().block_on(async {
    ///     let worker = Worker.spawn();
    ///     let boss = Boss { worker: worker.clone() }.spawn();
    ///     worker.kill();
    ///     assert_eq!(boss.join().await, Exit::Stopped);
    /// });
    /// ```
    pub fn monitor<B, T, F>(&self, target: &impl Watchable, make: F) -> Monitor
    where
        B: Protocol,
        F: for<'a> FnOnce(&'a A::Addr, Exit) -> Call<'a, B, T> + Send + 'static,
    {
        let own = self.id();
        let make = move |me: &dyn Any, exit, slot: &mut dyn Any| {
            CallbackResult::of(make(&own_address::<A>(me), exit), own, slot)
        };
        self.monitor_with(target, Box::new(make))
    }

    /// Calls `make` with the exit when `target` ends.
    pub(crate) fn monitor_with(&self, target: &impl Watchable, make: ExitCallback) -> Monitor {
        let (id, mailbox) = target.target();
        let key = self.with_resources(|resources| {
            let key = resources.key();
            let target = mailbox.as_ref().map(|mailbox| Arc::downgrade(&mailbox.0));
            resources.insert(key, Resource::Monitor { key, target, callback: make });
            key
        });
        self.watch(id, mailbox.map(|mailbox| mailbox.0), key, false);
        Monitor::new(Arc::downgrade(&self.any()), key)
    }

    /// Links this actor and `target`: each is notified of the other's exit.
    ///
    /// The notification calls `#[on_exit]`. An actor without that hook fails when the other one
    /// ends abnormally, with [`FailureKind::Linked`](crate::FailureKind::Linked), as in Erlang.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # #[actor] struct Engine; #[actor] impl Engine {}
    /// #[actor]
    /// struct Car {
    ///     engine: EngineAddr,
    /// }
    ///
    /// #[actor]
    /// impl Car {
    ///     #[on_start]
    ///     fn assemble(&mut self, context: &Context<Self>) {
    ///         context.link(&self.engine);
    ///     }
    /// }
    ///
    /// System::current_thread().block_on(async {
    ///     let engine = Engine.spawn();
    ///     let car = Car { engine: engine.clone() }.spawn();
    ///     car.started().await.unwrap();
    ///     engine.kill();
    ///     assert!(matches!(car.join().await, Exit::Failed(_)));
    /// });
    /// ```
    pub fn link(&self, target: &impl Watchable) -> Link {
        let (id, mailbox) = target.target();
        let mailbox = mailbox.map(|mailbox| mailbox.0);
        let (key, is_known) = self.with_resources(|resources| {
            if let Some(key) = resources.link_to(id) {
                return (key, true);
            }
            let key = resources.key();
            let target = mailbox.as_ref().map(Arc::downgrade);
            resources.insert(key, Resource::Link { key, id, target });
            (key, false)
        });
        if is_known {
            return Link::new(self.any(), mailbox, key);
        }
        if let Some(mailbox) = &mailbox {
            // The passive side first: the active one may deliver the exit immediately.
            let far = Watcher { mailbox: Arc::downgrade(mailbox), id, key: None, link: true };
            self.mailbox.untyped().watch(far);
        }
        if !self.watch(id, mailbox.clone(), key, true) {
            // The target has ended, and does not remove the passive side itself.
            self.mailbox.untyped().unwatch(id, None);
        }
        Link::new(self.any(), mailbox, key)
    }

    /// Adds this actor as a watcher of `target`. If the target has ended, posts its exit instead
    /// and returns `false`.
    fn watch(
        &self,
        id: ActorId,
        target: Option<Arc<dyn DynMailbox>>,
        key: ResourceId,
        link: bool,
    ) -> bool {
        let mailbox = Arc::downgrade(&self.any());
        let exit = match target {
            Some(target) => target.watch(Watcher {
                mailbox,
                id: self.mailbox.header.id(),
                key: Some(key),
                link,
            }),
            None => Some(Exit::NoActor),
        };
        let is_alive = exit.is_none();
        if let Some(exit) = exit {
            self.mailbox.untyped().notify(SystemMessage::WatchedExited(key, id, exit));
        }
        is_alive
    }
}

/// A monitor created by [`Context::monitor`](crate::Context::monitor).
///
/// The monitor lasts until it is cancelled, even if this handle is dropped, and ends with the life
/// that created it.
///
/// ```
/// # use actor_core::prelude::*;
/// # #[actor] struct Idle; #[actor] impl Idle {}
/// #[actor]
/// struct Boss;
///
/// #[actor]
/// impl Boss {
///     fn glance(&self, idle: IdleAddr, context: &Context<Self>) {
///         let monitor = context.monitor(&idle, |me, exit| me.gone(exit));
///         monitor.cancel();
///     }
///
///     fn gone(&mut self, _exit: Exit) {}
/// }
/// # System::current_thread().block_on(async { Boss.spawn().glance(Idle.spawn()).await.unwrap() });
/// ```
pub struct Monitor(ResourceHandle);

impl Monitor {
    pub(crate) fn new(mailbox: Weak<dyn DynMailbox>, key: u64) -> Self {
        Monitor(ResourceHandle { mailbox, key })
    }

    /// Cancels the monitor. A notification that has arrived but has not been handled is skipped.
    pub fn cancel(&self) {
        self.0.cancel();
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        self.0.detach();
    }
}

impl fmt::Debug for Monitor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Monitor").finish_non_exhaustive()
    }
}

/// A link created by [`Context::link`](crate::Context::link).
///
/// The link lasts until it is cancelled, even if this handle is dropped.
///
/// ```
/// # use actor_core::prelude::*;
/// # #[actor] struct Idle; #[actor] impl Idle {}
/// #[actor]
/// struct Twin;
///
/// #[actor]
/// impl Twin {
///     fn tie(&self, idle: IdleAddr, context: &Context<Self>) {
///         let link = context.link(&idle);
///         link.cancel();
///     }
/// }
/// # System::current_thread().block_on(async { Twin.spawn().tie(Idle.spawn()).await.unwrap() });
/// ```
pub struct Link {
    near: ResourceHandle,
    own: Arc<dyn DynMailbox>,
    other: Option<Arc<dyn DynMailbox>>,
}

impl Link {
    pub(crate) fn new(
        own: Arc<dyn DynMailbox>,
        other: Option<Arc<dyn DynMailbox>>,
        key: u64,
    ) -> Self {
        Link { near: ResourceHandle { mailbox: Arc::downgrade(&own), key }, own, other }
    }

    /// Removes the link in both directions. On this side, a notification that has arrived but has
    /// not been handled is skipped.
    pub fn cancel(&self) {
        self.near.cancel();
        if let Some(other) = &self.other {
            self.own.unwatch(other.header().id(), None);
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.near.detach();
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link").finish_non_exhaustive()
    }
}
