//! Addresses of actors of other nodes that this node passes on, and those that it gets so.
//!
//! A node that passes an address on has *lent* it: it keeps the actor until the receiver has *taken* the address. The
//! receiver says so once the node of the actor has counted it as a holder, which its answer to a *claim* says, or
//! once the receiver does not need the address.
//!
//! Invariant: while an address of an actor is in a node or in flight, the node of the actor counts a holder that
//! keeps the actor. A node that waits for the answer to its claim has the address from a node that keeps the actor
//! meanwhile, and may lend the address in turn. So an actor does not end while its address passes through any number
//! of nodes.

use super::{Arrived, Inner};
use crate::frame::{Ending, Frame};
use crate::import::Import;
use crate::node::Announced;
use crate::scope::Kept;
use crate::session::{Link, State};
use crate::transport::NodeId;
use std::collections::btree_map::Entry;
use std::sync::Arc;

/// The number of claims of one node that another one has not answered.
const CLAIMS: usize = 65_536;

/// An address of an actor of another node that was passed on, and how often it was not taken yet.
pub(crate) struct Lent {
    count: u64,
    kept: Kept,
}

/// A claim that the node of the actor has not answered.
pub(crate) struct Claim {
    import: Arc<Import>,
    /// The address that is given back when the answer has come.
    _passed: Announced,
}

impl Link<'_> {
    /// Lends the addresses in the next body to the other node. Leaves those that need not be kept.
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
    /// Asks the node of an actor whether it counts this node as a holder. The address that was passed on is given back
    /// with the answer, or with the end of the session. Returns whether too many claims wait.
    pub(super) fn claim(&mut self, import: &Arc<Import>, passed: Announced) -> bool {
        let (node, export, key) = (import.place.node, import.place.export, import.place.key);
        self.push(node, &Frame::Hold { export, key, asks: true });
        let Some(peer) = self.peers.get_mut(&node) else { return false };
        peer.claims.push_back(Claim { import: import.clone(), _passed: passed });
        peer.claims.len() > CLAIMS
    }
}

impl Inner {
    /// Counts another node as a holder of an export, and answers if it asks.
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

    /// Handles the answer to a claim. Returns `false` if it is not the answer to the oldest one.
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

    /// Notes that a node has taken addresses of an actor of another node.
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

    /// Has the session with a node ended by the task of this node.
    pub(super) fn report_overdue(&self, peer: NodeId, session: u32) {
        // After the node has left, there is no session.
        let _ = self.inbox.try_send(Arrived::Overdue { peer, session });
    }
}
