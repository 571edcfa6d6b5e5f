//! The addresses in a body that has arrived. Its sender counts this node as a holder of each, and announces
//! them in the frame before.
//!
//! Invariant: each announced address is either read, so that a proxy counts it and releases it, or released
//! here. So an address does not keep its actor alive if its message is not decoded, or if the
//! decoder skips it.

use super::{Arrived, Inner};
use crate::frame::Frame;
use crate::scope::Scope;
use crate::transport::NodeId;
use async_channel::Sender;
use std::collections::BTreeMap;

/// The announced addresses of one body that are not read yet. When it is dropped, they are released.
///
/// Dropping the list only notifies the node, so the list may be dropped under any lock.
#[derive(Default)]
pub(crate) struct Announced(Option<Addresses>);

struct Addresses {
    inbox: Sender<Arrived>,
    peer: NodeId,
    session: u32,
    /// The exports of the sender, with the number of their addresses.
    exports: BTreeMap<u64, u64>,
    is_late: bool,
}

impl Announced {
    pub(super) fn new(scope: &Scope, exports: Vec<u64>) -> Self {
        if exports.is_empty() {
            return Announced::default();
        }
        let mut counts = BTreeMap::new();
        for export in exports {
            *counts.entry(export).or_default() += 1;
        }
        let (inbox, peer, session) = (scope.node.inbox.clone(), scope.peer, scope.session);
        Announced(Some(Addresses { inbox, peer, session, exports: counts, is_late: false }))
    }

    /// Notes that exits which arrive later do not wait until this body is decoded.
    pub(crate) fn late(mut self) -> Self {
        if let Some(addresses) = &mut self.0 {
            addresses.is_late = true;
        }
        self
    }

    pub(crate) fn is_late(&self) -> bool {
        self.0.as_ref().is_some_and(|addresses| addresses.is_late)
    }

    /// Returns the exports from which a decoder takes its addresses.
    pub(crate) fn exports(&mut self) -> Option<&mut BTreeMap<u64, u64>> {
        self.0.as_mut().map(|addresses| &mut addresses.exports)
    }
}

impl Drop for Announced {
    fn drop(&mut self) {
        let Some(Addresses { inbox, peer, session, exports, .. }) = self.0.take() else { return };
        if !exports.is_empty() {
            // After the node has left, nothing is to be released.
            let _ = inbox.try_send(Arrived::NotRead { peer, session, exports });
        }
    }
}

impl Inner {
    /// Releases addresses that were announced and not read.
    pub(super) fn not_read(&self, peer: NodeId, session: u32, exports: BTreeMap<u64, u64>) {
        self.update(|state| {
            for (export, count) in exports {
                state.push_in(peer, session, &Frame::Release { export, count });
            }
        });
    }
}
