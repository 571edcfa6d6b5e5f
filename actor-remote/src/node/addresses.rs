//! The addresses in messages and of named actors. An actor of this node has an export. An actor of another node has
//! one proxy.

use super::{Announced, Inner};
use crate::export::{Export, Exported, Typed};
use crate::frame::Frame;
use crate::import::Import;
use crate::remote::{Place, Remote};
use crate::scope::{self, Kept};
use crate::session::{EndedSession, Proxied};
use crate::transport::NodeId;
use actor_core::{ActorId, Exit, WeakAddr, address::Join};
use std::any::Any;
use std::sync::Arc;

/// The state that this node has for an actor of another node.
struct Known {
    /// The session of the two nodes.
    session: u32,
    /// The label of a new proxy.
    label: String,
    proxy: Option<(Arc<Import>, Arc<dyn Any + Send + Sync>)>,
}

impl Inner {
    /// Returns the export number of an address. Creates the export if there is none. Returns `None` after the
    /// node has left.
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
        let (address, end) = make();
        {
            let mut state = self.lock();
            // The lock was released: the node may have left, or another thread may have exported the actor.
            if state.is_closed {
                return None;
            }
            if let Some(other) = state.by_actor.get(&by) {
                return Some(*other);
            }
            state.by_actor.insert(by, number);
            state.exports.insert(number, Export::new(key, address));
        }
        // Started after the export is in the table, so that the end of the actor finds the export.
        let watch = self.watch(number, end);
        let late = match self.lock().exports.get_mut(&number) {
            Some(found) => found.watch.replace(watch),
            None => Some(watch),
        };
        drop(late);
        Some(number)
    }

    /// Returns the place of an actor for a message to `peer`. Increments the holder count of `peer`.
    pub(crate) fn place_of<P: Remote>(
        &self,
        address: &P::Addr,
        peer: NodeId,
        session: u32,
    ) -> Option<Place> {
        let exported = || self.exported::<P>(address);
        let keep = |place: Place| {
            let address: Box<dyn Exported> = Box::new(Typed::<P>(address.clone()));
            scope::wrote_proxy(Kept { actor: (place.node, place.export), address });
        };
        let is_alive = || address.as_ref().is_alive();
        self.place_or(address.as_ref().id(), peer, session, (&exported, &keep, &is_alive))
    }

    fn place_or(
        &self,
        actor: ActorId,
        peer: NodeId,
        session: u32,
        (exported, keep, is_alive): (&dyn Fn() -> Option<u64>, &dyn Fn(Place), &dyn Fn() -> bool),
    ) -> Option<Place> {
        let proxied = {
            let state = self.lock();
            if !state.is_current(peer, session) {
                return None;
            }
            state.proxied.get(&actor).copied()
        };
        if let Some(place) = proxied {
            keep(place);
            return Some(place);
        }
        loop {
            let export = exported()?;
            let mut state = self.lock();
            if !state.is_current(peer, session) {
                return None;
            }
            if let Some(found) = state.exports.get_mut(&export) {
                *found.holders.entry(peer).or_default() += 1;
                scope::wrote(export);
                return Some(Place { node: self.id, export, key: found.key });
            }
            // The export was removed meanwhile, with its last holder or with the actor. If the actor has ended, the
            // answer to `Hold` reports it.
            if !is_alive() {
                return Some(Place { node: self.id, export, key: 0 });
            }
        }
    }

    /// Takes back the addresses of these exports. Called when the message or reply that contains the addresses
    /// is not sent.
    pub(crate) fn take_back(&self, peer: NodeId, session: u32, exports: &[u64]) {
        let ended_session = self.update(|state| {
            let mut ended_session = EndedSession::default();
            if state.is_current(peer, session) {
                for export in exports {
                    ended_session.merge(state.let_go(peer, *export, 1));
                }
            }
            ended_session
        });
        ended_session.tell();
    }

    /// Returns the address of an actor of this node, or of the proxy of an actor of another node.
    pub(crate) fn address_at<P: Remote>(&self, place: Place) -> Option<P::Addr> {
        self.address_in_body::<P>(place, false, Announced::default())
    }

    /// Returns the address of an actor that is in a body, as [`address_at`](Self::address_at). `is_counted` is set if
    /// the exporter already counts this node as a holder. `passed` is not empty if another node has passed the
    /// address on.
    pub(crate) fn address_in_body<P: Remote>(
        &self,
        place: Place,
        is_counted: bool,
        passed: Announced,
    ) -> Option<P::Addr> {
        if place.node == self.id {
            return self.own(place)?.any().downcast().ok().map(|address| *address);
        }
        loop {
            let Known { session, label, proxy } = self.known(place, P::NAME)?;
            if let Some((import, weak)) = &proxy
                && let Some(address) = weak.downcast_ref::<WeakAddr<P>>()?.upgrade()
            {
                self.hold(import, is_counted, passed);
                return Some(address);
            }
            let import = Import::new(&self.this.upgrade()?, place, session);
            let address = import.spawn::<P>(self, label);
            let (actor, weak) = (address.as_ref().id(), Arc::new(address.as_ref().downgrade()));
            let before = proxy.map(|(import, _)| import);
            if self.enter(&import, actor, weak, before.as_ref(), session)? {
                self.hold(&import, is_counted, passed);
                if is_counted && scope::is_late() {
                    // If the actor has ended, the answer ends the proxy.
                    self.hold(&import, false, Announced::default());
                }
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

    /// Returns the state for an actor of another node, if there is a session.
    fn known(&self, place: Place, protocol: &str) -> Option<Known> {
        let state = self.lock();
        let peer = state.peers.get(&place.node).filter(|peer| peer.is_open)?;
        let label = format!("{}#{}@{}", protocol.to_lowercase(), place.export, peer.name);
        let proxy = peer.proxies.get(&place.export);
        let proxy = proxy.map(|known| (known.import.clone(), known.weak.clone()));
        Some(Known { session: peer.mine, label, proxy })
    }

    /// Counts an address of a proxy, and notifies the exporter unless the exporter already counts the address. If the
    /// proxy has ended meanwhile, releases the address at once. An address that was passed on is given back once the
    /// exporter is known to count this node.
    fn hold(&self, import: &Arc<Import>, is_counted: bool, passed: Announced) {
        let Place { node, export, key } = import.place;
        let is_overdue = self.update(|state| {
            let is_current = state.is_current(node, import.session);
            let peer = state.peers.get(&node).filter(|_| is_current);
            let known = peer.and_then(|peer| peer.proxies.get(&export));
            let is_there = known.is_some_and(|known| known.has(import));
            match (is_there, is_counted) {
                (true, true) => {
                    import.count_hold();
                    import.confirm();
                }
                (true, false) if !passed.is_empty() => {
                    if import.is_confirmed() {
                        return false;
                    }
                    import.count_hold();
                    return state.claim(import, passed);
                }
                (true, false) => {
                    import.count_hold();
                    state.push(node, &Frame::Hold { export, key, asks: false });
                }
                (false, true) => {
                    state.push_in(node, import.session, &Frame::Release { export, count: 1 });
                }
                (false, false) => {}
            }
            false
        });
        if is_overdue {
            self.report_overdue(node, import.session);
        }
    }

    /// Returns the exit of an actor that has ended on this node, or whose node cannot be reached.
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

    /// Adds a proxy, which replaces the ending proxy `before`. Returns `false` if another thread has added one, and
    /// `None` if the session has ended.
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
            let mut proxied = Proxied::new(import.clone(), weak, actor);
            gone = peer.proxies.remove(&export).map(|mut gone| {
                proxied.follow(&mut gone);
                state.proxied.remove(&gone.actor);
                gone
            });
            peer.proxies.insert(export, proxied);
            state.proxied.insert(actor, import.place);
        }
        drop(gone);
        Some(true)
    }

    /// Releases a proxy whose last address was dropped, unless its exit has released it.
    pub(crate) fn release(&self, import: &Arc<Import>) {
        let (node, export) = (import.place.node, import.place.export);
        let gone = self.update(|state| {
            if !state.is_current(node, import.session) {
                return None;
            }
            let peer = state.peers.get_mut(&node)?;
            let known = peer.proxies.get_mut(&export).filter(|known| known.has(import))?;
            let mut gone = None;
            if !known.remove(import) {
                gone = peer.proxies.remove(&export);
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
