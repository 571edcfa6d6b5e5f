//! The names of actors: given here, and found here or on other nodes.

use super::{Inner, NameTaken};
use crate::remote::{Place, Remote};

impl Inner {
    pub(super) fn register<P: Remote>(
        &self,
        name: String,
        address: &P::Addr,
    ) -> Result<(), NameTaken> {
        self.name(name, self.exported::<P>(address).ok_or(NameTaken)?)
    }

    /// Names an export.
    fn name(&self, name: String, export: u64) -> Result<(), NameTaken> {
        let refused = self.update(|state| match state.names.get(&name).copied() {
            Some(holder) if holder == export => None,
            None if !state.is_leaving && state.give_name(&name, export) => None,
            _ => Some(state.sweep(export)),
        });
        self.changed.notify(usize::MAX);
        let Some(wreck) = refused else { return Ok(()) };
        wreck.tell();
        Err(NameTaken)
    }

    pub(super) fn lookup<P: Remote>(&self, name: &str) -> Option<P::Addr> {
        self.address_at::<P>(self.named(name, P::NAME)?, false)
    }

    /// Returns the actor with this name: of this node, or of the node whose session is the oldest.
    fn named(&self, name: &str, protocol: &str) -> Option<Place> {
        let state = self.lock();
        let own = state.names.get(name).and_then(|export| {
            let found = state.exports.get(export)?;
            Some(Place { node: self.id, export: *export, key: found.key })
        });
        own.or_else(|| {
            let peers = state.peers.iter().filter(|(_, peer)| peer.is_open);
            let named = peers.filter_map(|(node, peer)| {
                let named = peer.names.get(name).filter(|it| it.protocol == protocol)?;
                let place = Place { node: *node, export: named.export, key: named.key };
                Some((peer.since, place))
            });
            named.min_by_key(|(since, _)| *since).map(|(_, place)| place)
        })
    }
}
