//! The addresses in messages and of names: exports for actors of this node, and one proxy for each actor
//! of another node.

use super::Inner;
use crate::export::{self, Export, Exported, Typed};
use crate::frame::Frame;
use crate::import::Import;
use crate::remote::{Place, Remote};
use crate::scope;
use crate::session::{Proxied, Wreck};
use crate::transport::NodeId;
use actor_core::{ActorId, Exit, WeakAddr, address::Join};
use std::any::Any;
use std::sync::Arc;

/// The facts that this node knows about an actor of another node.
struct Known {
    /// The session of the two nodes.
    session: u32,
    /// The label of a new proxy.
    label: String,
    proxy: Option<(Arc<Import>, Arc<dyn Any + Send + Sync>)>,
}

impl Inner {
    /// Returns the number of the export of an address, which is created if there is none. Returns
    /// `None` after the node has left.
    pub(super) fn exported<P: Remote>(&self, address: &P::Addr) -> Option<u64> {
        let make = || {
            let end = address.as_ref().downgrade().join();
            let address: Arc<dyn Exported> = Arc::new(Typed::<P>(address.clone()));
            (address, end)
        };
        self.exported_or((address.as_ref().id(), P::NAME), &make)
    }

    fn exported_or(
        &self,
        by: (ActorId, &'static str),
        make: &dyn Fn() -> (Arc<dyn Exported>, Join),
    ) -> Option<u64> {
        let (number, key) = {
            let mut state = self.lock();
            if state.is_closed {
                return None;
            }
            if let Some(export) = state.by_actor.get(&by) {
                return Some(*export);
            }
            state.next_export += 1;
            (state.next_export, (state.random)())
        };
        let node = self.this.upgrade()?;
        let (address, end) = make();
        let mut made: Option<Export> = Some(export::export(&node, address, end, number, key));
        let number = {
            let mut state = self.lock();
            // Another thread may have exported the actor meanwhile.
            match state.by_actor.get(&by).copied() {
                Some(other) => other,
                None => {
                    state.by_actor.insert(by, number);
                    if let Some(made) = made.take() {
                        state.exports.insert(number, made);
                    }
                    number
                }
            }
        };
        drop(made);
        Some(number)
    }

    /// Returns the place of an actor for a message to `peer`, and counts `peer` as a holder once
    /// more.
    pub(crate) fn place_of<P: Remote>(
        &self,
        address: &P::Addr,
        peer: NodeId,
        session: u32,
    ) -> Option<Place> {
        let exported = || self.exported::<P>(address);
        self.place_or(address.as_ref().id(), peer, session, &exported)
    }

    fn place_or(
        &self,
        actor: ActorId,
        peer: NodeId,
        session: u32,
        exported: &dyn Fn() -> Option<u64>,
    ) -> Option<Place> {
        {
            let state = self.lock();
            if !state.is_current(peer, session) {
                return None;
            }
            if let Some(place) = state.proxied.get(&actor) {
                return Some(*place);
            }
        }
        let export = exported()?;
        let mut state = self.lock();
        let is_current = state.is_current(peer, session);
        let found = state.exports.get_mut(&export).filter(|_| is_current)?;
        *found.holders.entry(peer).or_default() += 1;
        scope::wrote(export);
        Some(Place { node: self.id, export, key: found.key })
    }

    /// Takes back the addresses of these exports, because the message or reply that contains them
    /// never reaches the node.
    pub(crate) fn take_back(&self, peer: NodeId, session: u32, exports: &[u64]) {
        let wreck = self.update(|state| {
            let mut wreck = Wreck::default();
            if state.is_current(peer, session) {
                for export in exports {
                    wreck.merge(state.let_go(peer, *export, 1));
                }
            }
            wreck
        });
        wreck.tell();
    }

    /// Returns the address of an actor: its own address if it is on this node, and otherwise the
    /// address of a proxy. `is_counted` says that the exporter already counts this node as a
    /// holder.
    pub(crate) fn address_at<P: Remote>(&self, place: Place, is_counted: bool) -> Option<P::Addr> {
        if place.node == self.id {
            return self.own(place)?.any().downcast().ok().map(|address| *address);
        }
        loop {
            let Known { session, label, proxy } = self.known(place, P::NAME)?;
            if let Some((import, weak)) = &proxy
                && let Some(address) = weak.downcast_ref::<WeakAddr<P>>()?.upgrade()
            {
                self.hold(import, place, is_counted);
                return Some(address);
            }
            let import = Import::new(&self.this.upgrade()?, place, session);
            let address = import.spawn::<P>(self, label);
            let (actor, weak) = (address.as_ref().id(), Arc::new(address.as_ref().downgrade()));
            let before = proxy.map(|(import, _)| import);
            if self.enter(&import, actor, weak, before.as_ref(), session)? {
                self.hold(&import, place, is_counted);
                return Some(address);
            }
        }
    }

    /// Returns an actor of this node.
    fn own(&self, place: Place) -> Option<Arc<dyn Exported>> {
        let state = self.lock();
        let found = state.exports.get(&place.export)?;
        (found.key == place.key).then(|| found.address.clone())
    }

    /// Returns the facts about an actor of another node, if there is a session.
    fn known(&self, place: Place, protocol: &str) -> Option<Known> {
        let state = self.lock();
        let peer = state.peers.get(&place.node).filter(|peer| peer.is_open)?;
        let label = format!("{}#{}@{}", protocol.to_lowercase(), place.export, peer.name);
        let proxy = peer.proxies.get(&place.export);
        let proxy = proxy.map(|known| (known.import.clone(), known.weak.clone()));
        Some(Known { session: peer.mine, label, proxy })
    }

    /// Counts an address of a proxy, and notifies the exporter unless it counts the address already.
    fn hold(&self, import: &Import, place: Place, is_counted: bool) {
        import.count_hold();
        if !is_counted {
            self.push(import, &Frame::Hold { export: place.export, key: place.key });
        }
    }

    /// Returns the exit of an actor that is gone: of this node, or of one that cannot be reached.
    pub(crate) fn exit_of(&self, place: Place) -> Option<Exit> {
        let state = self.lock();
        if place.node == self.id {
            let was_there = (1..=state.next_export).contains(&place.export);
            return (was_there && !state.exports.contains_key(&place.export))
                .then_some(Exit::NoActor);
        }
        let is_open = state.peers.get(&place.node).is_some_and(|peer| peer.is_open);
        (!is_open).then_some(Exit::Unreachable)
    }

    /// Returns an address of an actor that has ended with `exit`.
    pub(crate) fn ended_address<P: Remote>(&self, place: Place, exit: Exit) -> Option<P::Addr> {
        let import = Import::new(&self.this.upgrade()?, place, 0);
        import.end(exit);
        let label = format!("{}#{}@{}", P::NAME.to_lowercase(), place.export, place.node);
        Some(import.spawn::<P>(self, label))
    }

    /// Replaces a proxy that is ending by a new one. Returns `false` if another thread was first, and `None`
    /// if the session is over.
    fn enter(
        &self,
        import: &Arc<Import>,
        actor: ActorId,
        weak: Arc<dyn Any + Send + Sync>,
        before: Option<&Arc<Import>>,
        session: u32,
    ) -> Option<bool> {
        let (node, export) = (import.place.node, import.place.export);
        let gone;
        {
            let mut state = self.lock();
            let state = &mut *state;
            if !state.is_current(node, session) {
                return None;
            }
            let peer = state.peers.get_mut(&node)?;
            let same = match (peer.proxies.get(&export), before) {
                (Some(known), Some(before)) => Arc::ptr_eq(&known.import, before),
                (None, _) => true,
                (Some(_), None) => false,
            };
            if !same {
                return Some(false);
            }
            gone = peer.proxies.remove(&export);
            let mut older = Vec::new();
            if let Some(gone) = &gone {
                older.clone_from(&gone.older);
                older.push(gone.import.clone());
                state.proxied.remove(&gone.actor);
            }
            let proxied = Proxied { import: import.clone(), older, weak, actor };
            peer.proxies.insert(export, proxied);
            state.proxied.insert(actor, import.place);
        }
        drop(gone);
        Some(true)
    }

    /// Releases a proxy whose last address was dropped.
    pub(crate) fn release(&self, import: &Arc<Import>) {
        let (node, export) = (import.place.node, import.place.export);
        let gone = self.update(|state| {
            if !state.is_current(node, import.session) {
                return None;
            }
            let mut gone = None;
            if let Some(peer) = state.peers.get_mut(&node)
                && let Some(known) = peer.proxies.get_mut(&export)
            {
                known.older.retain(|older| !Arc::ptr_eq(older, import));
                if Arc::ptr_eq(&known.import, import) {
                    // The last one that is still ending stays, so that it gets its credit.
                    match known.older.pop() {
                        Some(older) => known.import = older,
                        None => gone = peer.proxies.remove(&export),
                    }
                }
            }
            if let Some(gone) = &gone {
                state.proxied.remove(&gone.actor);
            }
            let count = import.held();
            if count > 0 {
                state.push(node, &Frame::Release { export, count });
            }
            gone
        });
        drop(gone);
    }
}
