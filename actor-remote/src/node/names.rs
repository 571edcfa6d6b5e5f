//! Registers names for actors of this node, and finds named actors on this and other nodes.

use super::changes::Change;
use super::{Inner, NameTaken};
use crate::remote::{Place, Remote};
use crate::session::{EndedSession, State};
use crate::transport::NodeId;

/// An actor that has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NamedActor {
    pub(crate) place: Place,
    /// The number of this side of the session with the actor's node, or 0 for this node. An address of an ended
    /// session stays ended, so the same actor in a new session is a different entry.
    pub(crate) session: u32,
}

impl NamedActor {
    pub(crate) fn is_elsewhere(&self) -> bool {
        self.session != 0
    }
}

impl Inner {
    pub(crate) fn register<P: Remote>(
        &self,
        name: String,
        address: &P::Addr,
    ) -> Result<(), NameTaken> {
        loop {
            let export = self.exported::<P>(address).ok_or(NameTaken)?;
            if self.name(&name, export)? {
                return Ok(());
            }
            // The export was removed meanwhile, with its last holder or with the actor. The end of an actor also
            // removes its name.
            if !address.as_ref().is_alive() {
                return Ok(());
            }
        }
    }

    /// Names an export. Returns `false` if there is no such export.
    fn name(&self, name: &str, export: u64) -> Result<bool, NameTaken> {
        let (named, ended_session) = self.update(|state| match state.names.get(name).copied() {
            Some(holder) if holder == export => (Ok(true), EndedSession::default()),
            None if !state.is_leaving && !state.is_closed => match state.give_name(name, export) {
                Some(is_there) => (Ok(is_there), EndedSession::default()),
                None => (Err(NameTaken), state.sweep(export)),
            },
            _ => (Err(NameTaken), state.sweep(export)),
        });
        self.changed.notify();
        ended_session.tell();
        named
    }

    /// Removes a name. Returns `false` if no actor of this node has the name.
    pub(crate) fn unregister(&self, name: &str) -> bool {
        let (was_there, ended_session) = self.update(|state| match state.take_name(name) {
            Some(export) => (true, state.sweep(export)),
            None => (false, EndedSession::default()),
        });
        self.changed.notify();
        ended_session.tell();
        was_there
    }

    pub(super) fn lookup<P: Remote>(&self, name: &str) -> Option<P::Addr> {
        self.address_at::<P>(self.named(name, P::NAME)?)
    }

    /// Returns the actor with this name. An actor of this node is preferred, then the actor in the oldest session.
    fn named(&self, name: &str, protocol: &str) -> Option<Place> {
        let state = self.lock();
        let own = own(&state, self.id, name).map(|(_, place)| place);
        own.or_else(|| others(&state, name, protocol).first().map(|found| found.place))
    }

    pub(super) fn lookup_all<P: Remote>(&self, name: &str) -> Vec<P::Addr> {
        let found = all(&self.lock(), self.id, name, P::NAME);
        found.iter().filter_map(|found| self.address_at::<P>(found.place)).collect()
    }

    /// Returns the actors that have a name, and the version of the names. Returns `None` if `known` is the
    /// current version.
    pub(crate) fn named_since(
        &self,
        name: &str,
        protocol: &str,
        known: Option<u64>,
    ) -> Option<(u64, Vec<NamedActor>)> {
        let state = self.lock();
        let version = state.names_version;
        (known != Some(version)).then(|| (version, all(&state, self.id, name, protocol)))
    }

    /// Returns a listener that is notified after the next change of a name.
    pub(crate) fn names_change(&self) -> Change {
        self.changed.listen()
    }
}

/// Returns the actor of this node that has a name, and its protocol.
fn own(state: &State, node: NodeId, name: &str) -> Option<(&'static str, Place)> {
    let export = *state.names.get(name)?;
    let found = state.exports.get(&export)?;
    Some((found.address.protocol(), Place { node, export, key: found.key }))
}

/// Returns the actors of other nodes that have a name, the oldest session first.
fn others(state: &State, name: &str, protocol: &str) -> Vec<NamedActor> {
    let open = state.peers.iter().filter(|(_, peer)| peer.is_open);
    let mut found: Vec<(u64, NamedActor)> = open
        .filter_map(|(node, peer)| {
            let named = peer.names.get(name).filter(|it| it.protocol == protocol)?;
            let place = Place { node: *node, export: named.export, key: named.key };
            Some((peer.since, NamedActor { place, session: peer.mine }))
        })
        .collect();
    found.sort_by_key(|(since, _)| *since);
    found.into_iter().map(|(_, found)| found).collect()
}

/// Returns all actors that have a name. The actor of this node is the first.
fn all(state: &State, node: NodeId, name: &str, protocol: &str) -> Vec<NamedActor> {
    let own = own(state, node, name).filter(|(found, _)| *found == protocol);
    let own = own.map(|(_, place)| NamedActor { place, session: 0 });
    own.into_iter().chain(others(state, name, protocol)).collect()
}
