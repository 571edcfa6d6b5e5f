//! Calls to other nodes whose callers leave: they are cancelled there at once.
//!
//! Invariant: each call in the table of a session has the waker of [`OnAbandoned`] in its reply, or was
//! abandoned before the waker could be put there and has been announced. So the inbox gets one event for
//! each call that is abandoned, and the table need not be searched.

use super::{Arrived, Inner};
use crate::frame::Frame;
use crate::transport::NodeId;
use async_channel::Sender;
use std::sync::Arc;
use std::task::{Wake, Waker};

/// Woken by the caller of one call when it leaves. Runs on the thread of the caller, so it only notifies
/// the node.
struct OnAbandoned {
    inbox: Sender<Arrived>,
    peer: NodeId,
    session: u32,
    call: u64,
}

impl Wake for OnAbandoned {
    fn wake(self: Arc<Self>) {
        let OnAbandoned { peer, session, call, .. } = *self;
        // After the node has left, nothing is to be cancelled.
        let _ = self.inbox.try_send(Arrived::Abandoned { peer, session, call });
    }
}

impl Inner {
    /// The waker for the caller of a call.
    pub(super) fn on_abandoned(&self, peer: NodeId, session: u32, call: u64) -> Waker {
        Waker::from(Arc::new(OnAbandoned { inbox: self.inbox.clone(), peer, session, call }))
    }

    /// The caller of a call has left: the call is cancelled, unless its reply has arrived.
    pub(super) fn abandoned(&self, peer: NodeId, session: u32, call: u64) {
        let pending = self.update(|state| {
            let is_current = state.is_current(peer, session);
            let pending = state.peers.get_mut(&peer).filter(|_| is_current)?.take_call(call)?;
            state.push(peer, &Frame::Cancel { call });
            Some(pending)
        });
        drop(pending);
    }
}
