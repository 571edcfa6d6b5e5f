//! Addresses of actors of other nodes that this node passes on, or that are passed to this node.
//!
//! A node that passes an address on has *lent* the address: it keeps the actor until the receiver has *taken* the
//! address. The receiver sends a *claim* to the node of the actor. It takes the address once the answer to the claim
//! confirms that it is counted as a holder, or once it does not need the address.
//!
//! Invariant: while an address of an actor is in a node or in flight, the node of the actor counts a holder that
//! keeps the actor. While a node waits for the answer to its claim, the lender keeps the actor, and the waiting node
//! may already lend the address to others. Therefore an actor does not end while its address passes through any
//! number of nodes.

use super::{Arrived, Inner};
use crate::frame::{Ending, Frame};
use crate::import::Import;
use crate::node::Announced;
use crate::scope::Kept;
use crate::session::{Link, State};
use crate::transport::NodeId;
use std::collections::btree_map::Entry;
use std::sync::Arc;

/// The maximum number of unanswered claims of one node at another.
const CLAIMS: usize = 65_536;

/// An address of an actor of another node that was passed on, and the number of times that it was not taken yet.
pub(crate) struct Lent {
    count: u64,
    kept: Kept,
}

/// A claim that the node of the actor has not answered.
pub(crate) struct Claim {
    import: Arc<Import>,
    /// The address that is given back when the answer arrives.
    _passed: Announced,
}

impl Link<'_> {
    /// Lends the addresses in the next body to the other node. Addresses that need not be kept remain in
    /// `addresses`.
    pub(crate) fn lend(&mut self, addresses: &mut Vec<Kept>) {
        let actors = addresses.iter().map(|kept| (kept.actor.0.0, kept.actor.1)).collect();
        self.push(&Frame::Passed { actors });
        for mut kept in std::mem::take(addresses) {
            match self.peer.lent.entry(kept.actor) {
                Entry::Vacant(entry) => drop(entry.insert(Lent { count: 1, kept })),
                Entry::Occupied(mut entry) => {
                    let lent = entry.get_mut();
                    lent.count += 1;
                    if !lent.kept.address.is_alive() {
                        std::mem::swap(&mut lent.kept, &mut kept);
                    }
                    addresses.push(kept);
                }
            }
        }
    }
}

impl State {
    /// Asks the node of an actor whether it counts this node as a holder. The passed address is given back when the
    /// answer arrives, or when the session ends. Returns whether there are too many unanswered claims.
    pub(super) fn claim(&mut self, import: &Arc<Import>, passed: Announced) -> bool {
        let (node, export, key) = (import.place.node, import.place.export, import.place.key);
        self.push(node, &Frame::Hold { export, key, asks: true });
        let Some(peer) = self.peers.get_mut(&node) else { return false };
        peer.claims.push_back(Claim { import: import.clone(), _passed: passed });
        peer.claims.len() > CLAIMS
    }
}

impl Inner {
    /// Counts another node as a holder of an export. Answers if `asks` is set.
    pub(super) fn claimed(&self, by: NodeId, (export, key): (u64, u64), asks: bool) {
        self.update(|state| {
            match state.exports.get_mut(&export).filter(|found| found.key == key) {
                Some(found) => *found.holders.entry(by).or_default() += 1,
                None => {
                    state.push(by, &Frame::Ended { export, exit: Ending::NoActor });
                }
            }
            if asks {
                state.push(by, &Frame::Held { export });
            }
        });
    }

    /// Handles the answer to a claim. Returns `false` unless it is the answer to the oldest claim.
    pub(super) fn claim_answered(&self, by: NodeId, export: u64) -> bool {
        let claim = {
            let mut state = self.lock();
            let claims = state.peers.get_mut(&by).map(|peer| &mut peer.claims);
            claims.and_then(|claims| {
                let is_first = claims.front()?.import.place.export == export;
                is_first.then(|| claims.pop_front())?
            })
        };
        if let Some(claim) = &claim {
            claim.import.confirm();
        }
        claim.is_some()
    }

    /// Records that a node has taken addresses of an actor of another node.
    pub(super) fn taken(&self, by: NodeId, actor: (NodeId, u64), count: u64) {
        let mut state = self.lock();
        let Some(peer) = state.peers.get_mut(&by) else { return };
        let Entry::Occupied(mut entry) = peer.lent.entry(actor) else { return };
        let lent = entry.get_mut();
        lent.count = lent.count.saturating_sub(count);
        let returned = (lent.count == 0).then(|| entry.remove());
        drop(state);
        drop(returned);
    }

    /// Ends the session with a node that does not answer claims.
    pub(super) fn overdue(&self, peer: NodeId, session: u32) {
        if self.lock().is_current(peer, session) {
            self.begin_again(peer);
        }
    }

    /// Requests that the task of this node ends the session with another node.
    pub(super) fn report_overdue(&self, peer: NodeId, session: u32) {
        // An error means that the node has left. Then there is no session.
        let _ = self.inbox.try_send(Arrived::Overdue { peer, session });
    }
}
