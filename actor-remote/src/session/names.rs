//! The names of the actors of this node and of others, and their limit.
//!
//! Invariant: the names of one node take at most [`NAMES`] bytes. A node refuses further names, because other nodes end
//! the session with a node that exceeds the limit.

use super::State;
use crate::frame::{Frame, Named};
use crate::transport::NodeId;

/// The maximum number of names in one frame.
const FRAME: usize = 256;

/// The maximum number of bytes that the names of one node take.
const NAMES: usize = 64 << 20;

/// Returns the cost of a name: the bytes of the name and the protocol, and a constant for the rest of the entry.
fn cost(name: &str, protocol: &str) -> usize {
    name.len() + protocol.len() + 64
}

impl State {
    /// Sends all names to another node.
    pub(super) fn say_names(&mut self, to: NodeId) {
        let all: Vec<Named> =
            self.names.iter().filter_map(|(name, export)| self.named(name, *export)).collect();
        for given in all.chunks(FRAME) {
            self.push(to, &Frame::Names { gone: Vec::new(), given: given.to_vec() });
        }
    }

    /// Adds a name, which no other export has, to an export. Returns `Some(false)` if there is no such export, and
    /// `None` if the names would take too many bytes.
    pub(crate) fn give_name(&mut self, name: &str, export: u64) -> Option<bool> {
        let Some(found) = self.exports.get_mut(&export) else { return Some(false) };
        let cost = cost(name, found.address.protocol());
        if self.names_cost + cost > NAMES {
            return None;
        }
        self.names_cost += cost;
        found.names.insert(name.to_owned());
        self.names.insert(name.to_owned(), export);
        self.broadcast(name);
        Some(true)
    }

    /// Removes a name, and returns its export.
    pub(crate) fn take_name(&mut self, name: &str) -> Option<u64> {
        let export = self.names.remove(name)?;
        if let Some(found) = self.exports.get_mut(&export) {
            found.names.remove(name);
            self.names_cost -= cost(name, found.address.protocol());
        }
        self.broadcast(name);
        Some(export)
    }

    fn named(&self, name: &str, export: u64) -> Option<Named> {
        let found = self.exports.get(&export)?;
        let protocol = found.address.protocol().to_owned();
        Some(Named { name: name.to_owned(), protocol, export, key: found.key })
    }

    /// Notifies all nodes that a name was added or removed.
    fn broadcast(&mut self, name: &str) {
        self.names_version += 1;
        let given = self.names.get(name).and_then(|export| self.named(name, *export));
        let frame =
            Frame::Names { gone: vec![name.to_owned()], given: given.into_iter().collect() };
        self.push_all(&frame);
    }

    /// Applies changes to the names of another node. Returns whether a name has changed, or `None` if there are too
    /// many names.
    pub(crate) fn learn_names(
        &mut self,
        from: NodeId,
        gone: &[String],
        given: Vec<Named>,
    ) -> Option<bool> {
        let Some(peer) = self.peers.get_mut(&from) else { return Some(false) };
        let mut is_changed = false;
        for name in gone {
            if let Some(named) = peer.names.remove(name) {
                peer.names_cost -= cost(name, &named.protocol);
                is_changed = true;
            }
        }
        for mut named in given {
            // The name is the key of the entry.
            let name = std::mem::take(&mut named.name);
            let before = peer.names.get(&name);
            if before == Some(&named) {
                continue;
            }
            let cost_before = before.map_or(0, |before| cost(&name, &before.protocol));
            peer.names_cost = peer.names_cost + cost(&name, &named.protocol) - cost_before;
            if peer.names_cost > NAMES {
                return None;
            }
            peer.names.insert(name, named);
            is_changed = true;
        }
        self.names_version += u64::from(is_changed);
        Some(is_changed)
    }
}
