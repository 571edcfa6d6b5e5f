//! The proxies of one actor of another node: the current one, and earlier ones, which are ending.
//!
//! Invariant: an earlier proxy with messages without credit is in `fronts`, by the sequence number of the oldest of them.
//! So credit finds the proxy of the oldest message without a look at all of them.

use crate::import::Import;
use actor_core::ActorId;
use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A proxy for an actor of the other node.
pub(crate) struct Proxied {
    pub(crate) import: Arc<Import>,
    /// Earlier proxies of the same actor, which are ending, by their number.
    older: BTreeMap<u64, Arc<Import>>,
    fronts: BTreeMap<u64, Arc<Import>>,
    /// A `WeakAddr` of the protocol.
    pub(crate) weak: Arc<dyn Any + Send + Sync>,
    pub(crate) actor: ActorId,
}

impl Proxied {
    pub(crate) fn new(
        import: Arc<Import>,
        weak: Arc<dyn Any + Send + Sync>,
        actor: ActorId,
    ) -> Self {
        Proxied { import, older: BTreeMap::new(), fronts: BTreeMap::new(), weak, actor }
    }

    /// Makes the proxies of `before` the earlier ones.
    pub(crate) fn follow(&mut self, before: &mut Proxied) {
        self.older = std::mem::take(&mut before.older);
        self.fronts = std::mem::take(&mut before.fronts);
        let import = &before.import;
        import.set_older(true);
        self.older.insert(import.number, import.clone());
        self.enter_front(import);
    }

    /// Called when an earlier proxy has sent a message.
    pub(crate) fn sent(&mut self, number: u64) {
        if let Some(import) = self.older.get(&number).cloned() {
            self.enter_front(&import);
        }
    }

    fn enter_front(&mut self, import: &Arc<Import>) {
        if let Some(oldest) = import.oldest() {
            self.fronts.insert(oldest, import.clone());
        }
    }

    /// Returns whether this is the proxy, or one of the earlier ones.
    pub(crate) fn has(&self, import: &Arc<Import>) -> bool {
        Arc::ptr_eq(&self.import, import) || self.older.contains_key(&import.number)
    }

    /// Returns the earlier proxies, and then the current one.
    pub(crate) fn imports(&self) -> impl Iterator<Item = &Arc<Import>> + Clone {
        self.older.values().chain([&self.import])
    }

    /// Removes a proxy that has ended. Returns `false` if it was the last one.
    pub(crate) fn remove(&mut self, import: &Arc<Import>) -> bool {
        if let Some(older) = self.older.remove(&import.number) {
            self.leave_front(&older);
            return true;
        }
        // The last one that is still ending stays, so that it gets its credit.
        let Some((_, older)) = self.older.pop_last() else { return false };
        self.leave_front(&older);
        older.set_older(false);
        self.import = older;
        true
    }

    fn leave_front(&mut self, import: &Import) {
        if let Some(oldest) = import.oldest() {
            self.fronts.remove(&oldest);
        }
    }

    /// Takes back the credit of messages that the mailbox of the actor has accepted, in the order of their frames.
    /// Returns the rest.
    pub(crate) fn accepted(&mut self, bytes: u64) -> u64 {
        if self.older.is_empty() {
            return self.import.accepted(bytes, u64::MAX);
        }
        let mut left = bytes;
        while left > 0 {
            let own = self.import.oldest().unwrap_or(u64::MAX);
            let first = self.fronts.first_entry().filter(|first| *first.key() < own);
            let before = left;
            match first.map(|first| first.remove()) {
                Some(import) => {
                    let next =
                        self.fronts.first_key_value().map_or(own, |(next, _)| own.min(*next));
                    left = import.accepted(left, next);
                    self.enter_front(&import);
                }
                None => {
                    let next = self.fronts.first_key_value().map_or(u64::MAX, |(next, _)| *next);
                    left = self.import.accepted(left, next);
                }
            }
            if left == before {
                break;
            }
        }
        left
    }
}
