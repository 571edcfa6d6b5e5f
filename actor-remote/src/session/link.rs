//! An open session, found once for all frames that are queued together.

use super::{Outboxes, Peer, State};
use crate::frame::{Frame, Head};
use crate::scope::Written;
use crate::transport::NodeId;

/// An open session, and the outboxes.
pub(crate) struct Link<'a> {
    to: NodeId,
    pub(crate) peer: &'a mut Peer,
    outboxes: &'a mut Outboxes,
}

impl Link<'_> {
    /// Queues a frame, in the order of the session.
    pub(crate) fn push(&mut self, frame: &Frame<'_>) {
        self.push_late_credit();
        self.push_next(frame);
    }

    /// Queues a frame whose body contains the addresses `written`. Addresses of proxies that need not be kept remain in
    /// `written`, and are dropped by the caller outside of the lock.
    pub(crate) fn push_body(&mut self, written: &mut Written, frame: &Frame<'_>) {
        if !written.kept.is_empty() {
            self.lend(&mut written.kept);
        }
        if !written.exports.is_empty() {
            self.push(&Frame::Addresses { exports: written.exports.clone() });
        }
        self.push(frame);
    }

    /// Queues the credit that waits for the next frame.
    pub(crate) fn push_late_credit(&mut self) {
        while let Some((export, bytes)) = self.peer.late_credit.pop_first() {
            self.push_next(&Frame::Credit { export, bytes });
        }
    }

    fn push_next(&mut self, frame: &Frame<'_>) {
        let head = Head { session: self.peer.mine, sequence: self.peer.next_out };
        self.peer.next_out += 1;
        self.outboxes.push(self.to, |out| frame.encode(head, out));
    }
}

impl State {
    /// Returns the open session with a node.
    pub(super) fn link(&mut self, to: NodeId) -> Option<Link<'_>> {
        let peer = self.peers.get_mut(&to).filter(|peer| peer.is_open)?;
        Some(Link { to, peer, outboxes: &mut self.outboxes })
    }

    /// Returns the open session with a node, if its number is still `session`.
    pub(crate) fn link_in(&mut self, to: NodeId, session: u32) -> Option<Link<'_>> {
        self.link(to).filter(|link| link.peer.mine == session)
    }

    /// Queues a frame, in the order of the session. Returns `false` if there is no session.
    pub(crate) fn push(&mut self, to: NodeId, frame: &Frame<'_>) -> bool {
        self.link(to).map(|mut link| link.push(frame)).is_some()
    }

    /// Queues a frame for a session, if it is still the current one.
    pub(crate) fn push_in(&mut self, to: NodeId, session: u32, frame: &Frame<'_>) -> bool {
        self.link_in(to, session).map(|mut link| link.push(frame)).is_some()
    }

    /// Queues the credit that waits for the next frame.
    pub(crate) fn push_late_credit(&mut self, to: NodeId) {
        if let Some(mut link) = self.link(to) {
            link.push_late_credit();
        }
    }
}
