//! Children.

use super::Context;
use crate::actor::dispatch::Dispatch;
use crate::actor::spawn::Prepared;
use crate::cell::handle::AnyMail;
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
pub(crate) fn adopt(parent: &Arc<dyn AnyMail>, child: Arc<dyn AnyMail>) {
    let mut key = 0;
    parent.with(&mut |seat, _| key = seat.resources.get_or_insert_default().key());
    let (who, id) = (Arc::downgrade(parent), parent.core().id());
    let mut watcher = Some(Watcher { who, id, key: Some(key), link: false });
    child.with(&mut |seat, _| {
        seat.records().parent = Some(id);
        if let Some(watcher) = watcher.take() {
            seat.watch(watcher);
        }
        // A child lives until it is stopped.
        child.core().keep();
    });
    let mut resource = Some(Resource::Child(child));
    parent.with(&mut |seat, _| {
        if let Some(resource) = resource.take() {
            seat.resources.get_or_insert_default().insert(key, resource);
        }
    });
}
