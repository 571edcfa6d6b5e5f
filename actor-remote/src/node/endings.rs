//! The ends of actors. Holders on other nodes are notified of the end of an exported actor, and proxies end when their
//! actor ends. Each exit arrives after every message that its actor had sent before. Also handles the end of the node
//! itself.

use super::direct::is_completing;
use super::{Inner, Undecoded};
use crate::export::{Export, Item};
use crate::frame::{Ending, Frame};
use crate::scope::Scope;
use crate::session::{ExitHere, State};
use crate::transport::NodeId;
use actor_core::{Exit, Task, address::Join};
use std::sync::{Arc, Weak};

/// A barrier with exits of actors of this node, which are sent when the barrier is dropped. The messages that the
/// actors had sent are in front of the barrier in the mailboxes of proxies, so the exits are sent after these messages.
/// The exits are also sent after the credit for messages to the actors.
struct BarrierHere {
    node: Weak<Inner>,
    peer: NodeId,
    session: u32,
    exits: Vec<(u64, Ending)>,
}

impl Drop for BarrierHere {
    fn drop(&mut self) {
        let Some(node) = self.node.upgrade() else { return };
        let (peer, session) = (self.peer, self.session);
        let next = node.update(|state| {
            for (export, exit) in self.exits.drain(..) {
                state.push_in(peer, session, &Frame::Ended { export, exit });
            }
            let is_current = state.is_current(peer, session);
            state.peers.get_mut(&peer).filter(|_| is_current)?.exits_here.passed()
        });
        if let Some(next) = next {
            node.send_exits(peer, session, next);
        }
    }
}

/// A barrier with exits of actors of another node. Their proxies end when the barrier is dropped. Earlier messages and
/// replies of that node are in front of the barrier, in the lanes and queues. They can contain addresses of the actors,
/// whose proxies are created when a message or reply is decoded.
struct BarrierThere {
    scope: Scope,
    exits: Vec<(u64, Ending)>,
}

impl Drop for BarrierThere {
    fn drop(&mut self) {
        let node = self.scope.node.clone();
        for (export, exit) in self.exits.drain(..) {
            node.exited(&self.scope, export, &exit.into_exit());
        }
        let next = {
            let mut state = node.lock();
            let is_current = state.is_current(self.scope.peer, self.scope.session);
            let peer = state.peers.get_mut(&self.scope.peer).filter(|_| is_current);
            peer.and_then(|peer| peer.exits_there.passed())
        };
        if let Some(next) = next {
            node.end_proxies(&self.scope, next);
        }
    }
}

impl Inner {
    /// Waits for the end of an exported actor.
    pub(super) fn watch(&self, export: u64, end: Join) -> Task<()> {
        let node = self.this.clone();
        self.system.spawn_task(async move {
            let exit = end.await;
            if let Some(node) = node.upgrade() {
                node.ended(export, &exit);
            }
        })
    }

    /// Removes the names of an exported actor that has ended, and notifies its holders after all
    /// messages that it had sent to them.
    pub(crate) fn ended(&self, export: u64, exit: &Exit) {
        let (gone, begun) = self.update(|state| {
            let names = state.exports.get(&export).map(|found| found.names.clone());
            for name in names.into_iter().flatten() {
                state.take_name(&name);
            }
            let gone = state.remove_export(export);
            let mut begun = Vec::new();
            for holder in gone.iter().flat_map(|gone| gone.holders.keys()) {
                let Some(peer) = state.peers.get_mut(holder) else { continue };
                let lane = peer.lanes.remove(&export);
                let exit = ExitHere { exit: Ending::of(exit), lane };
                if let Some(exits) = peer.exits_here.add(export, exit) {
                    begun.push((*holder, peer.mine, exits));
                }
            }
            (gone, begun)
        });
        self.changed.notify();
        if let Some(Export { watch: Some(watch), .. }) = gone {
            // This code runs in the task `watch`.
            watch.detach();
        }
        for (peer, session, exits) in begun {
            self.send_exits(peer, session, exits);
        }
    }

    /// Sends exits to a node that holds the actors, after a barrier.
    fn send_exits(&self, peer: NodeId, session: u32, exits: Vec<(u64, ExitHere)>) {
        let controls: Vec<_> = {
            let state = self.lock();
            let proxies = state.peers.get(&peer).map(|peer| peer.proxies.values());
            proxies.into_iter().flatten().filter_map(|it| it.import.control().cloned()).collect()
        };
        let (lanes, exits): (Vec<_>, _) =
            exits.into_iter().map(|(export, it)| (it.lane, (export, it.exit))).unzip();
        let barrier = Arc::new(BarrierHere { node: self.this.clone(), peer, session, exits });
        for lane in lanes.into_iter().flatten() {
            lane.push(Item::Barrier(barrier.clone()));
        }
        for control in controls {
            control.after_queued(barrier.clone());
        }
    }

    /// Handles the exit of an actor of another node. Returns `false` if too many exits wait.
    pub(super) fn ended_there(&self, scope: &Scope, export: u64, exit: Ending) -> bool {
        let begun = {
            let mut state = self.lock();
            let Some(peer) = state.peers.get_mut(&scope.peer) else { return true };
            let is_known = peer.proxies.contains_key(&export);
            if !is_known && !peer.exits_there.admits_unknown(export, &exit) {
                return false;
            }
            peer.exits_there.add(export, exit)
        };
        if let Some(exits) = begun {
            self.end_proxies(scope, exits);
        }
        true
    }

    /// Handles the release of an export by another node.
    pub(super) fn released(&self, by: NodeId, export: u64, count: u64) {
        self.update(|state| state.let_go(by, export, count)).tell();
    }

    fn undecoded_of(&self, peer: NodeId) -> Vec<Arc<Undecoded>> {
        let state = self.lock();
        let peer = state.peers.get(&peer);
        peer.into_iter().flat_map(|peer| peer.undecoded.values().cloned()).collect()
    }

    /// Ends the proxies of actors of another node, after a barrier.
    fn end_proxies(&self, scope: &Scope, exits: Vec<(u64, Ending)>) {
        let barrier = Arc::new(BarrierThere { scope: scope.clone(), exits });
        let lanes: Vec<_> = {
            let state = self.lock();
            let lanes = state.peers.get(&scope.peer).map(|peer| peer.lanes.values());
            lanes.into_iter().flatten().cloned().collect()
        };
        for lane in lanes {
            lane.push(Item::Barrier(barrier.clone()));
        }
        for replies in self.undecoded_of(scope.peer) {
            replies.add_barrier(barrier.clone());
        }
    }

    /// Leaves the network once the queued frames are sent.
    pub(crate) fn close(&self) {
        let Some(ended_session) = self.update(State::close) else { return };
        if is_completing() {
            // This thread must not send. The spawned task keeps the node alive until the node has left.
            if let Some(node) = self.this.upgrade() {
                self.system.spawn_task(async move { node.send_collected() }).detach();
            }
        } else {
            self.send_collected();
        }
        ended_session.tell();
        self.inbox.close();
        self.collected.close();
        self.late.close();
        self.changed.notify();
    }
}
