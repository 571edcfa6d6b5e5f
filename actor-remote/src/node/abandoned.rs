//! Cancels a call to another node when its caller leaves.
//!
//! Invariant: each call in the table of a session has the waker of [`OnAbandoned`] in its reply, or was
//! abandoned before the waker could be put there and has been announced. So the inbox gets an event for
//! each call that is abandoned, and only [`GROUP`] calls of the table need be searched.

use super::{Arrived, Inner};
use crate::frame::Frame;
use crate::session::Peer;
use crate::transport::NodeId;
use async_channel::Sender;
use std::sync::Arc;
use std::task::{Wake, Waker};

/// The number of calls that share a waker.
const GROUP: u64 = 16;

/// Woken by the caller of one of a group of calls when it leaves. Runs on the thread of the caller, so it only
/// notifies the node.
struct OnAbandoned {
    inbox: Sender<Arrived>,
    peer: NodeId,
    session: u32,
    /// The first number of the group.
    group: u64,
}

impl Wake for OnAbandoned {
    fn wake(self: Arc<Self>) {
        let OnAbandoned { peer, session, group, .. } = *self;
        // After the node has left, nothing is to be cancelled.
        let _ = self.inbox.try_send(Arrived::Abandoned { peer, session, group });
    }
}

impl Inner {
    /// The waker for the caller of the next call.
    pub(super) fn on_abandoned(&self, id: NodeId, peer: &mut Peer, call: u64) -> Waker {
        let group = call - call % GROUP;
        if let Some((known, waker)) = &peer.on_abandoned
            && *known == group
        {
            return waker.clone();
        }
        let (inbox, session) = (self.inbox.clone(), peer.mine);
        let waker = Waker::from(Arc::new(OnAbandoned { inbox, peer: id, session, group }));
        peer.on_abandoned = Some((group, waker.clone()));
        waker
    }

    /// Callers of a group of calls have left: the calls are cancelled, unless their replies have arrived.
    pub(super) fn abandoned(&self, peer: NodeId, session: u32, group: u64) {
        let pending: Vec<_> = self.update(|state| {
            let Some(mut link) = state.link_in(peer, session) else { return Vec::new() };
            let cancel = |call| {
                let calls = &link.peer.calls;
                calls.get(call).filter(|(_, pending)| pending.is_abandoned())?;
                let pending = link.peer.take_call(call)?;
                link.push(&Frame::Cancel { call });
                Some(pending)
            };
            (group..group + GROUP).filter_map(cancel).collect()
        });
        drop(pending);
    }
}
