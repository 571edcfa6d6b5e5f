//! The names of actors: given here, and found here or on other nodes.

use super::{Inner, NameTaken};
use crate::remote::{Place, Remote};

impl Inner {
    pub(super) fn register<P: Remote>(
        &self,
        name: String,
        address: &P::Addr,
    ) -> Result<(), NameTaken> {
        let export = self.exported::<P>(address).ok_or(NameTaken)?;
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
        let place = {
            let state = self.lock();
            let own = state.names.get(name).and_then(|export| {
                let found = state.exports.get(export)?;
                Some(Place { node: self.id, export: *export, key: found.key })
            });
            own.or_else(|| {
                let named = state.peers.iter().filter(|(_, peer)| peer.is_open).filter_map(
                    |(node, peer)| {
                        let named = peer.names.get(name).filter(|it| it.protocol == P::NAME)?;
                        let place = Place { node: *node, export: named.export, key: named.key };
                        Some((peer.since, place))
                    },
                );
                named.min_by_key(|(since, _)| *since).map(|(_, place)| place)
            })
        };
        self.address_at::<P>(place?, false)
    }
}
