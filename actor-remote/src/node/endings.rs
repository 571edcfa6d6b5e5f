//! The end of an exported actor, which its holders are notified of, and the end of the node itself.

use super::Inner;
use crate::export::{Export, Item};
use crate::frame::{Ending, Frame};
use crate::session::Wreck;
use crate::transport::NodeId;
use actor_core::Exit;
use std::sync::{Arc, Weak};

/// An exit notice, sent after every message that the actor had sent before.
struct ExitNotice {
    node: Weak<Inner>,
    peer: NodeId,
    session: u32,
    export: u64,
    exit: Exit,
}

impl Drop for ExitNotice {
    fn drop(&mut self) {
        if let Some(node) = self.node.upgrade() {
            let exit = Ending::of(&self.exit);
            node.push_in(self.peer, self.session, &Frame::Ended { export: self.export, exit });
        }
    }
}

impl Inner {
    /// Removes the names of an exported actor that has ended, and notifies its holders after all
    /// messages that it had sent to them.
    pub(crate) fn ended(&self, export: u64, exit: &Exit) {
        let (gone, notices) = self.update(|state| {
            let names = state.exports.get(&export).map(|found| found.names.clone());
            for name in names.into_iter().flatten() {
                state.take_name(&name);
            }
            let gone = state.remove_export(export);
            let mut notices = Vec::new();
            for holder in gone.iter().flat_map(|gone| gone.holders.keys()) {
                let Some(peer) = state.peers.get_mut(holder) else { continue };
                let lane = peer.lanes.remove(&export);
                let controls: Vec<_> =
                    peer.proxies.values().filter_map(|it| it.import.control().cloned()).collect();
                notices.push((*holder, peer.mine, lane, controls));
            }
            (gone, notices)
        });
        self.changed.notify(usize::MAX);
        if let Some(Export { watch: Some(watch), .. }) = gone {
            // This code runs in the watching task.
            watch.detach();
        }
        for (peer, session, lane, controls) in notices {
            let (node, exit) = (self.this.clone(), exit.clone());
            let notice = Arc::new(ExitNotice { node, peer, session, export, exit });
            // After the credit for the messages that the actor has accepted.
            if let Some(lane) = lane {
                let _ = lane.try_send(Item::Barrier(notice.clone()));
            }
            for control in controls {
                control.after_queued(notice.clone());
            }
        }
    }

    /// Leaves the network.
    pub(crate) fn close(&self) {
        let is_first = self.update(|state| {
            let is_first = !std::mem::replace(&mut state.is_closed, true);
            if is_first {
                state.push_all(&Frame::Leaving);
            }
            is_first
        });
        if !is_first {
            return;
        }
        self.transport.leave();
        let (mut wreck, exports) = {
            let mut state = self.lock();
            state.clear_names();
            let peers: Vec<NodeId> = state.peers.keys().copied().collect();
            let mut wreck = Wreck::default();
            for peer in peers {
                wreck.merge(state.down(peer));
            }
            state.by_actor.clear();
            (wreck, std::mem::take(&mut state.exports))
        };
        wreck.keep(exports);
        wreck.tell();
        self.inbox.close();
        self.changed.notify(usize::MAX);
    }
}
