//! The actors that have a name now, with their addresses: the members of a pool, or the relays of a topic.

use crate::node::{Inner, NamedActor};
use crate::remote::Remote;
use actor_core::ActorId;
use actor_core::proxy::{self, Control};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

/// The actors with one name. Shared with the task that watches the names.
pub(crate) struct Members<P: Remote> {
    node: Weak<Inner>,
    name: String,
    known: Mutex<Known<P>>,
    control: OnceLock<Control>,
}

struct Known<P: Remote> {
    /// The version of the names at the last rebuild. `None` if the list has to be rebuilt.
    version: Option<u64>,
    list: Vec<PoolMember<P>>,
}

/// An actor that has the name of the pool.
pub(super) struct PoolMember<P: Remote> {
    pub(super) actor: NamedActor,
    pub(super) address: P::Addr,
    /// The number of unanswered calls of this pool to the actor.
    unanswered: Arc<AtomicUsize>,
}

impl<P: Remote> Clone for PoolMember<P> {
    fn clone(&self) -> Self {
        let PoolMember { actor, address, unanswered } = self;
        PoolMember { actor: *actor, address: address.clone(), unanswered: unanswered.clone() }
    }
}

/// One unanswered call. Dropped when the call ends.
struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl<P: Remote> PoolMember<P> {
    /// Counts a call until it has ended. Does not count sends, because their end is not observed.
    pub(super) fn count(&self, message: &mut P::Message) {
        self.unanswered.fetch_add(1, Ordering::Relaxed);
        let counted = Counted(self.unanswered.clone());
        proxy::observe::<P>(message, move |_| drop(counted));
    }

    /// Returns the larger of the number of queued messages and the number of unanswered calls. A queued call is
    /// in both numbers.
    pub(super) fn load(&self) -> usize {
        self.unanswered.load(Ordering::Relaxed).max(self.address.as_ref().len())
    }

    /// Returns whether the mailbox of the actor has capacity, or that of its proxy if the actor is on another node.
    pub(super) fn has_room(&self) -> bool {
        let address = self.address.as_ref();
        address.capacity().is_none_or(|capacity| address.len() < capacity)
    }
}

impl<P: Remote> Members<P> {
    pub(crate) fn new(node: Weak<Inner>, name: &str) -> Self {
        let known = Mutex::new(Known { version: None, list: Vec::new() });
        Members { node, name: name.to_owned(), known, control: OnceLock::new() }
    }

    fn known(&self) -> MutexGuard<'_, Known<P>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn set_control(&self, control: Control) {
        let _ = self.control.set(control);
    }

    /// Keeps the list up to date until the node is dropped.
    pub(crate) async fn watch(members: Arc<Self>) {
        while let Some(node) = members.node.upgrade() {
            let change = node.names_change();
            drop(node);
            members.refresh(&[]);
            change.await;
        }
    }

    /// Rebuilds the list, without the addresses `ended`, if a name has changed. Remaining members keep their
    /// addresses and counts.
    pub(crate) fn refresh(&self, ended: &[ActorId]) {
        let Some(node) = self.node.upgrade() else { return };
        let gone = {
            let mut known = self.known();
            let Some((version, named)) = node.named_since(&self.name, P::NAME, known.version)
            else {
                return;
            };
            let mut before = std::mem::take(&mut known.list);
            known.version = Some(version);
            let is_open = |address: &P::Addr| {
                address.as_ref().is_alive() && !ended.contains(&address.as_ref().id())
            };
            for actor in named {
                let same = |it: &PoolMember<P>| it.actor == actor && is_open(&it.address);
                if let Some(index) = before.iter().position(same) {
                    known.list.push(before.swap_remove(index));
                } else if let Some(address) = node.address_at::<P>(actor.place) {
                    let is_open = is_open(&address);
                    let member = PoolMember { actor, address, unanswered: Arc::default() };
                    if is_open {
                        known.list.push(member);
                    } else {
                        // The name of the member is about to be removed, or the actor continues under
                        // another address.
                        known.version = None;
                        before.push(member);
                    }
                }
            }
            before
        };
        // Outside of the lock: the drop of an address may end its actor.
        drop(gone);
    }

    /// Returns the addresses of the members on other nodes, the oldest session first.
    pub(crate) fn elsewhere(&self) -> Vec<P::Addr> {
        let known = self.known();
        let elsewhere = known.list.iter().filter(|it| it.actor.is_elsewhere());
        elsewhere.map(|member| member.address.clone()).collect()
    }

    /// Returns the member that `choose` selects by its index.
    pub(super) fn choose(
        &self,
        choose: impl FnOnce(&[PoolMember<P>]) -> Option<usize>,
    ) -> Option<PoolMember<P>> {
        let known = self.known();
        known.list.get(choose(&known.list)?).cloned()
    }

    /// Makes the next refresh rebuild the list even if no name has changed, because an actor may continue after
    /// its address has ended.
    pub(super) fn forget_version(&self) {
        self.known().version = None;
    }

    /// Discards a message, because there is no member.
    pub(super) fn discard(&self, message: P::Message) {
        if let Some(control) = self.control.get() {
            control.discard::<P>(message);
        }
    }
}
