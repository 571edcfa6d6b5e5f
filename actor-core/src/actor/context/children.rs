//! Children.

use super::Context;
use crate::actor::dispatch::Dispatch;
use crate::actor::spawn::Prepared;
use crate::cell::handle::DynMailbox;
use crate::cell::resources::Resource;
use crate::cell::state::Watcher;
use crate::sync::Arc;

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
    pub fn spawn_child<B>(&self, child: B) -> B::Address
    where
        B: Dispatch, // for a prepared actor, write `prepared.child_of(context).spawn()`
    {
        Prepared::new(child).child_of(self).spawn()
    }
}

/// Makes `child` a child of `parent`, before its first run.
pub(crate) fn adopt(parent: &Arc<dyn DynMailbox>, child: Arc<dyn DynMailbox>) {
    let mut key = 0;
    parent.with(&mut |cell, _| key = cell.resources.get_or_insert_default().key());
    let (who, id) = (Arc::downgrade(parent), parent.header().id());
    let mut watcher = Some(Watcher { who, id, key: Some(key), link: false });
    child.with(&mut |cell, _| {
        cell.cold_mut().parent = Some(id);
        if let Some(watcher) = watcher.take() {
            cell.watch(watcher);
        }
        // A child lives until it is stopped.
        child.header().incr_strong();
    });
    let mut resource = Some(Resource::Child(child));
    parent.with(&mut |cell, _| {
        if let Some(resource) = resource.take() {
            cell.resources.get_or_insert_default().insert(key, resource);
        }
    });
}
