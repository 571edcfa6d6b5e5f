//! The relations of a life with other actors: children, monitors and links.

use super::Context;
use super::sources::own_address;
use crate::actor::dispatch::Dispatch;
use crate::actor::spawn::Prepared;
use crate::address::addr::Watchable;
use crate::address::call::Call;
use crate::cell::handle::DynMailbox;
use crate::cell::message::Protocol;
use crate::cell::resources::{CallbackResult, ExitCallback, Resource, ResourceHandle};
use crate::cell::state::{ResourceId, SystemMessage, Watcher};
use crate::exit::{ActorId, Exit};
use crate::sync::{Arc, Weak};
use std::any::Any;
use std::fmt;

impl<A: Dispatch> Context<A> {
    /// Spawns a child, which ends before its parent. Children end in reverse start order. If a
    /// child ends without being stopped by its parent, the parent's `#[on_exit]` is called.
    ///
    /// `child` is an actor, or a prepared actor with its own name or capacity. The child runs on
    /// the parent's system.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # #[actor] struct Leaf; #[actor] impl Leaf {}
    /// #[actor]
    /// struct Tree;
    ///
    /// #[actor]
    /// impl Tree {
    ///     fn grow(&mut self, context: &Context<Self>) -> LeafAddr {
    ///         context.spawn_child(Leaf.prepare().name("first"));
    ///         context.spawn_child(Leaf)
    ///     }
    /// }
    ///
    /// System::current_thread().block_on(async {
    ///     let tree = Tree.spawn();
    ///     let leaf = tree.grow().await.unwrap();
    ///     tree.stop();
    ///     tree.join().await;
    ///     assert!(!leaf.is_alive());
    /// });
    /// ```
    #[track_caller]
    pub fn spawn_child<C: SpawnChild>(&self, child: C) -> C::Addr {
        child.__spawn_child(self)
    }
}

/// The argument of [`Context::spawn_child`]: an actor, or a prepared actor.
#[doc(hidden)]
pub trait SpawnChild {
    type Addr;

    #[track_caller]
    fn __spawn_child<P: Dispatch>(self, parent: &Context<P>) -> Self::Addr;
}

impl<A: Dispatch> SpawnChild for A {
    type Addr = A::Address;

    fn __spawn_child<P: Dispatch>(self, parent: &Context<P>) -> A::Address {
        Prepared::new(self).child_of(parent).spawn()
    }
}

impl<A: Dispatch> SpawnChild for Prepared<A> {
    type Addr = A::Address;

    fn __spawn_child<P: Dispatch>(self, parent: &Context<P>) -> A::Address {
        self.child_of(parent).spawn()
    }
}

/// Makes `child` a child of `parent`, before its first run. Returns `false` if the parent has no life that would
/// end it: the child must then not start.
#[must_use]
pub(crate) fn adopt(parent: &Arc<dyn DynMailbox>, child: Arc<dyn DynMailbox>) -> bool {
    let key = parent.lock().cell.resources_mut().key();
    let (mailbox, id) = (Arc::downgrade(parent), parent.header().id());
    let mut locked = child.lock();
    locked.cell.set_parent(id);
    locked.cell.watch(Watcher { mailbox, id, key: Some(key), link: false });
    // A child lives until it is stopped.
    child.header().incr_strong();
    drop(locked);
    let mut locked = parent.lock();
    let is_taken = locked.cell.takes_children();
    if is_taken {
        locked.cell.resources_mut().insert(key, Resource::Child(child));
    }
    is_taken
}

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
            // The passive side is added first, because the active one may deliver the exit
            // immediately.
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
/// The link lasts until it is cancelled, even if this handle is dropped. The side of the actor that created it
/// ends with the life that created it.
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
    /// not been handled is skipped. A link that a later life has created stays.
    pub fn cancel(&self) {
        self.near.cancel();
        if let Some(other) = &self.other {
            self.own.unlink(other.header().id());
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
