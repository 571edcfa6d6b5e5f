//! The addresses in a body that has arrived. Two frames before the body list the addresses. `Addresses` lists actors
//! of the sender, which counts this node as a holder of each. `Passed` lists actors of other nodes, which the sender
//! keeps.
//!
//! Invariant: each listed address is either read, or given back here. When an address of the sender is read, a proxy
//! counts the address, and releases it later. When an address of another node is read, it is given back once the node
//! of the actor counts this node as a holder, or is this node. Therefore an address does not keep its actor alive if
//! its message is not decoded, or if the decoder skips the address. An actor does not end while its address passes
//! from node to node.

use super::{Arrived, Inner};
use crate::frame::Frame;
use crate::remote::Place;
use crate::scope::Scope;
use crate::session::Preface;
use crate::transport::NodeId;
use async_channel::Sender;
use std::collections::BTreeMap;

/// The listed addresses of one body that are not read yet. Dropping the list gives the addresses back.
///
/// Dropping the list only notifies the node, so the list may be dropped under any lock.
#[derive(Default)]
pub(crate) struct Announced(Option<Addresses>);

struct Addresses {
    inbox: Sender<Arrived>,
    peer: NodeId,
    session: u32,
    listed: Listed,
    is_late: bool,
}

/// Addresses, each with its number of occurrences.
#[derive(Default)]
pub(crate) struct Listed {
    /// By the export of the sender.
    pub(crate) own: BTreeMap<u64, u64>,
    /// By the node of the actor and its export there.
    pub(crate) passed: BTreeMap<(NodeId, u64), u64>,
}

impl Listed {
    fn is_empty(&self) -> bool {
        self.own.is_empty() && self.passed.is_empty()
    }

    /// Takes one address of an actor that is not on the sender's node.
    pub(crate) fn take_passed(&mut self, actor: (NodeId, u64)) -> bool {
        take(&mut self.passed, actor)
    }

    /// Takes one address of an actor of the sender.
    pub(crate) fn take_own(&mut self, export: u64) -> bool {
        take(&mut self.own, export)
    }
}

fn take<K: Ord>(counts: &mut BTreeMap<K, u64>, key: K) -> bool {
    let Some(count) = counts.get_mut(&key) else { return false };
    *count -= 1;
    if *count == 0 {
        counts.remove(&key);
    }
    true
}

fn count<K: Ord>(keys: impl IntoIterator<Item = K>) -> BTreeMap<K, u64> {
    let mut counts = BTreeMap::new();
    for key in keys {
        *counts.entry(key).or_default() += 1;
    }
    counts
}

impl Announced {
    pub(super) fn new(scope: &Scope, before: Preface) -> Self {
        let passed = before.passed.into_iter().map(|(node, export)| (NodeId(node), export));
        Announced::of(scope, Listed { own: count(before.exports), passed: count(passed) })
    }

    /// Creates a list of one address of an actor that is not on the sender's node.
    pub(crate) fn passed(scope: &Scope, place: Place) -> Self {
        let passed = BTreeMap::from([((place.node, place.export), 1)]);
        Announced::of(scope, Listed { passed, ..Listed::default() })
    }

    fn of(scope: &Scope, listed: Listed) -> Self {
        if listed.is_empty() {
            return Announced::default();
        }
        let (inbox, peer, session) = (scope.node.inbox.clone(), scope.peer, scope.session);
        Announced(Some(Addresses { inbox, peer, session, listed, is_late: false }))
    }

    /// Marks the body as late: exits that arrive after the body do not wait until it is decoded.
    pub(crate) fn late(mut self) -> Self {
        if let Some(addresses) = &mut self.0 {
            addresses.is_late = true;
        }
        self
    }

    pub(crate) fn is_late(&self) -> bool {
        self.0.as_ref().is_some_and(|addresses| addresses.is_late)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Returns whether the list has an address of an actor of the sender.
    pub(super) fn has_own(&self) -> bool {
        self.0.as_ref().is_some_and(|addresses| !addresses.listed.own.is_empty())
    }

    /// Returns the list from which a decoder takes its addresses.
    pub(crate) fn listed(&mut self) -> Option<&mut Listed> {
        self.0.as_mut().map(|addresses| &mut addresses.listed)
    }
}

impl Drop for Announced {
    fn drop(&mut self) {
        let Some(Addresses { inbox, peer, session, listed, .. }) = self.0.take() else { return };
        if !listed.is_empty() {
            // An error means that the node has left. Then no address has to be given back.
            let _ = inbox.try_send(Arrived::GivenBack { peer, session, listed });
        }
    }
}

impl Inner {
    /// Gives addresses back to their sender.
    pub(super) fn give_back_addresses(&self, peer: NodeId, session: u32, listed: Listed) {
        self.update(|state| {
            for (export, count) in listed.own {
                state.push_in(peer, session, &Frame::Release { export, count });
            }
            for ((node, export), count) in listed.passed {
                state.push_in(peer, session, &Frame::Taken { node: node.0, export, count });
            }
        });
    }
}
