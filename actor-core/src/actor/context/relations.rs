//! Children, monitors and links.

use super::Context;
use crate::actor::callback::{CallbackResult, ExitCallback, own_address};
use crate::actor::dispatch::Dispatch;
use crate::actor::spawn::Prepared;
use crate::actor::watch::{Link, Monitor};
use crate::address::any::Target;
use crate::address::call::Call;
use crate::cell::handle::{AnyMail, Verbs};
use crate::cell::message::Protocol;
use crate::cell::resources::Resource;
use crate::cell::state::{Key, Notice, Watcher};
use crate::exit::{ActorId, Exit};
use crate::sync::Arc;
use std::any::Any;

impl<A: Dispatch> Context<A> {
    /// Spawns a child, which ends before its parent. Children end in reverse start order. If the
    /// child ends by itself, the parent's `#[on_exit]` is called.
    ///
    /// To set a name or a capacity, use [`Prepared::child_of`](crate::Prepared::child_of).
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
    pub fn spawn_child<B: Dispatch>(&self, child: B) -> B::Address {
        Prepared::new(child).child_of(self).spawn()
    }

    /// Sends a message when `target` exits, immediately if it already has.
    ///
    /// `make` gets this actor's address and the exit, and returns one call, to this actor or
    /// another one. Return the call without awaiting it: it is sent, and an error becomes an
    /// [incident](crate::Incident). The notification arrives after every message that `target` sent
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
    pub fn monitor<B, T, F>(&self, target: &impl Target, make: F) -> Monitor
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
    pub(crate) fn monitor_with(&self, target: &impl Target, make: ExitCallback) -> Monitor {
        let (id, mail) = target.target();
        let key = self.with_resources(|resources| {
            let key = resources.key();
            let target = mail.as_ref().map(|mail| Arc::downgrade(&mail.0));
            resources.insert(key, Resource::Monitor { key, target, callback: make });
            key
        });
        self.watch(id, mail.map(|mail| mail.0), key, false);
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
    pub fn link(&self, target: &impl Target) -> Link {
        let (id, mail) = target.target();
        let mail = mail.map(|mail| mail.0);
        let (key, is_known) = self.with_resources(|resources| {
            if let Some(key) = resources.link_to(id) {
                return (key, true);
            }
            let key = resources.key();
            let target = mail.as_ref().map(Arc::downgrade);
            resources.insert(key, Resource::Link { key, id, target });
            (key, false)
        });
        if is_known {
            return Link::new(self.any(), mail, key);
        }
        if let Some(mail) = &mail {
            // The passive side first: the active one may deliver the exit immediately.
            let far = Watcher { who: Arc::downgrade(mail), id, key: None, link: true };
            self.mail.watch(far);
        }
        if !self.watch(id, mail.clone(), key, true) {
            // The target has ended and will not remove the passive side itself.
            self.mail.untyped().unwatch(id, None);
        }
        Link::new(self.any(), mail, key)
    }

    /// Adds this actor as a watcher of `target`. If the target has ended, posts its exit instead
    /// and returns `false`.
    fn watch(&self, id: ActorId, target: Option<Arc<dyn AnyMail>>, key: Key, link: bool) -> bool {
        let who = Arc::downgrade(&self.any());
        let exit = match target {
            Some(target) => {
                target.watch(Watcher { who, id: self.mail.core.id(), key: Some(key), link })
            }
            None => Some(Exit::NoActor),
        };
        let is_alive = exit.is_none();
        if let Some(exit) = exit {
            self.mail.notify(Notice::Exited(key, id, exit));
        }
        is_alive
    }
}
