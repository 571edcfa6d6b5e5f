//! The streams of replies of a session: their frames in both directions, and their credit.

use super::outgoing::accept_reply;
use super::{Announced, Inner};
use crate::frame::{CallFault, Frame};
use crate::import::cost;
use crate::scope::{Scope, Written};
use crate::session::Peer;

/// The result of a frame for a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Accepted,
    /// The stream has ended.
    Late,
    /// The frame is out of order or beyond its credit, or the call was never made or has one reply.
    Wrong,
}

impl Fate {
    /// Returns the result of a frame for a stream that is not in the table.
    fn absent(peer: &Peer, call: u64) -> Fate {
        let is_known = (1..peer.next_call).contains(&call);
        match is_known && !peer.calls.contains(call) && !peer.streams.contains_key(&call) {
            true => Fate::Late,
            false => Fate::Wrong,
        }
    }
}

impl Inner {
    /// Cancels a stream whose reader has left. Its items still arrive until the other node ends it.
    pub(crate) fn cancel_stream(&self, scope: &Scope, call: u64) {
        self.update(|state| {
            let peer = state.peers.get(&scope.peer);
            if peer.is_some_and(|peer| peer.streams.contains_key(&call)) {
                state.push_in(scope.peer, scope.session, &Frame::Cancel { call });
            }
        });
    }

    /// Gives the other node credit for this many items and bytes, for which the reader has capacity.
    pub(crate) fn grant(&self, scope: &Scope, call: u64, (items, bytes): (u64, u64)) {
        self.update(|state| {
            if !state.is_current(scope.peer, scope.session) {
                return;
            }
            let peer = state.peers.get_mut(&scope.peer);
            if let Some(stream) = peer.and_then(|peer| peer.streams.get_mut(&call)) {
                stream.grant(items, bytes);
                state.push(scope.peer, &Frame::Granted { call, items, bytes });
            }
        });
    }

    /// Accepts an item of a stream of this node.
    pub(super) fn item(
        &self,
        scope: &Scope,
        call: u64,
        (number, body): (u64, &[u8]),
        announced: Announced,
    ) -> Fate {
        self.update(|state| {
            accept_reply(state, scope.peer, cost(body));
            let Some(peer) = state.peers.get_mut(&scope.peer) else { return Fate::Late };
            match peer.streams.get_mut(&call).map(|stream| stream.item(number, body, announced)) {
                Some(true) => Fate::Accepted,
                Some(false) => Fate::Wrong,
                None => Fate::absent(peer, call),
            }
        })
    }

    /// Ends a stream of this node.
    pub(super) fn stream_ended(&self, scope: &Scope, call: u64, error: Option<CallFault>) -> Fate {
        let stream = {
            let mut state = self.lock();
            let Some(peer) = state.peers.get_mut(&scope.peer) else { return Fate::Late };
            match peer.take_stream(call) {
                Some(stream) => stream,
                None => return Fate::absent(peer, call),
            }
        };
        stream.end(error.map(CallFault::into_error));
        Fate::Accepted
    }

    /// Adds the credit that the reader's side has granted to a stream, unless the stream has ended.
    pub(super) fn granted(&self, scope: &Scope, call: u64, items: u64, bytes: u64) {
        let credit = {
            let state = self.lock();
            let running = state.peers.get(&scope.peer).and_then(|peer| peer.running.get(call));
            running.and_then(|running| running.credit.clone())
        };
        if let Some(credit) = credit {
            credit.give(items, bytes);
        }
    }

    /// Sends an item of a stream. Returns `false` if the call has ended.
    pub(crate) fn push_item(
        &self,
        scope: &Scope,
        call: u64,
        written: &mut Written,
        frame: &Frame<'_>,
    ) -> bool {
        self.update(|state| {
            let link = state.link_in(scope.peer, scope.session);
            let link = link.filter(|link| link.peer.running.contains(call));
            link.map(|mut link| link.push_body(written, frame)).is_some()
        })
    }
}
