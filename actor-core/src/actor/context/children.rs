//! Children.

use super::Context;
use crate::actor::dispatch::Dispatch;
use crate::actor::prepared::Prepared;
use crate::cell::handle::DynMailbox;
use crate::cell::resources::Resource;
use crate::cell::state::Watcher;
use crate::sync::Arc;

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

/// Makes `child` a child of `parent`, before its first run.
pub(crate) fn adopt(parent: &Arc<dyn DynMailbox>, child: Arc<dyn DynMailbox>) {
    let key = parent.lock().cell.resources.get_or_insert_default().key();
    let (mailbox, id) = (Arc::downgrade(parent), parent.header().id());
    let mut locked = child.lock();
    locked.cell.cold_mut().parent = Some(id);
    locked.cell.watch(Watcher { mailbox, id, key: Some(key), link: false });
    // A child lives until it is stopped.
    child.header().incr_strong();
    drop(locked);
    let mut locked = parent.lock();
    locked.cell.resources.get_or_insert_default().insert(key, Resource::Child(child));
}
