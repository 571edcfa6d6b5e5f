//! The events of a node: other nodes that join, leave and are lost.

use super::{Inner, Node};
use crate::session::EndedSession;
use crate::transport::NodeId;
use futures_lite::{Stream, stream};
use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

/// The maximum number of stored reasons why a node cannot be reached.
const NO_CONTACT: usize = 256;

/// Another node, with which this one has or had a session.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Member {
    /// The name that the node has given itself.
    pub name: String,
    /// The identity of the node. A restarted process is another member.
    pub id: NodeId,
}

/// An event of a node. See [`Node::events`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NodeEvent {
    /// A session with another node has begun.
    Joined(Member),
    /// Another node has left the network.
    Left(Member),
    /// The session with another node has ended, because the node has ended or become silent, or a frame was lost. If
    /// the node is still running, a new session follows.
    Lost(Member),
    /// Another node has sent too many frames that cannot be read, or has begun too many sessions, and is refused for a
    /// minute.
    Refused(Member),
    /// Another node cannot be reached: for example, it refuses the certificate of this node, or belongs to
    /// another cluster. The transport determines the reason. A reason is not reported again until it changes.
    NoContact {
        /// The endpoint of the node, or its identity.
        peer: String,
        /// The reason.
        reason: String,
    },
}

impl fmt::Display for NodeEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Member { name, id }, event) = match self {
            NodeEvent::Joined(member) => (member, "has joined"),
            NodeEvent::Left(member) => (member, "has left"),
            NodeEvent::Lost(member) => (member, "is lost"),
            NodeEvent::Refused(member) => (member, "is refused"),
            NodeEvent::NoContact { peer, reason } => {
                return write!(f, "no contact with {peer}: {reason}");
            }
        };
        write!(f, "{name} ({id}) {event}")
    }
}

/// The events that one stream has not returned yet. Events are added under the lock of the node, so all streams have
/// the same order.
pub(crate) type Unread = Mutex<VecDeque<NodeEvent>>;

fn add(unread: &Unread, event: NodeEvent) {
    unread.lock().unwrap_or_else(PoisonError::into_inner).push_back(event);
}

/// Adds an event to all streams that still exist.
pub(crate) fn report(streams: &mut Vec<std::sync::Weak<Unread>>, event: &NodeEvent) {
    streams.retain(|stream| {
        let Some(unread) = stream.upgrade() else { return false };
        add(&unread, event.clone());
        true
    });
}

/// The reason why a session has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    Left,
    Lost,
    Refused,
}

impl Inner {
    /// Handles the end of a session: counts and reports it, and notifies all waiters.
    pub(super) fn session_ended(&self, ended_session: EndedSession, cause: Cause) {
        if let Some(member) = &ended_session.member {
            if cause != Cause::Left {
                self.counts.lost.fetch_add(1, Ordering::Relaxed);
            }
            let event = match cause {
                Cause::Left => NodeEvent::Left(member.clone()),
                Cause::Lost => NodeEvent::Lost(member.clone()),
                Cause::Refused => NodeEvent::Refused(member.clone()),
            };
            report(&mut self.lock().streams, &event);
        }
        ended_session.tell();
        self.changed.notify();
    }

    /// Reports that a node cannot be reached.
    pub(super) fn no_contact(&self, peer: String, reason: String) {
        let mut state = self.lock();
        if state.no_contact.len() < NO_CONTACT {
            state.no_contact.insert(peer.clone(), reason.clone());
        }
        report(&mut state.streams, &NodeEvent::NoContact { peer, reason });
        drop(state);
        self.changed.notify();
    }

    fn events(self: &Arc<Self>) -> impl Stream<Item = NodeEvent> + Send + use<> {
        let unread = Arc::<Unread>::default();
        {
            let mut state = self.lock();
            let mut members: Vec<_> = state.peers.iter().filter(|(_, peer)| peer.is_open).collect();
            members.sort_by_key(|(_, peer)| peer.since);
            for (id, peer) in members {
                add(&unread, NodeEvent::Joined(Member { name: peer.name.clone(), id: *id }));
            }
            for (peer, reason) in &state.no_contact {
                let (peer, reason) = (peer.clone(), reason.clone());
                add(&unread, NodeEvent::NoContact { peer, reason });
            }
            state.streams.push(Arc::downgrade(&unread));
        }
        stream::unfold((self.clone(), unread), |(node, unread)| async move {
            let next = node.until(|| {
                let event = unread.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                match event {
                    Some(event) => Some(Some(event)),
                    None => node.lock().is_closed.then_some(None),
                }
            });
            let event = next.await?;
            Some((event, (node, unread)))
        })
    }
}

impl Node {
    /// Returns a stream of the nodes that join, leave and are lost. The stream begins with
    /// [`Joined`](NodeEvent::Joined) for each node that has already joined, followed by
    /// [`NoContact`](NodeEvent::NoContact) for each node that was reported as unreachable since the last node
    /// joined. The stream ends when this node leaves.
    ///
    /// An actor receives the events as messages with
    /// [`Context::attach`](actor_core::Context::attach). A stream that is not read keeps its events in memory.
    ///
    /// ```
    /// use actor_remote::{NodeEvent, SimNetwork};
    /// use futures_lite::StreamExt;
    ///
    /// actor_core::System::simulation(1).block_on(async {
    ///     let network = SimNetwork::new();
    ///     let (here, other) = (network.node("here"), network.node("other"));
    ///     let mut events = here.events();
    ///     assert!(matches!(events.next().await, Some(NodeEvent::Joined(node)) if node.name == "other"));
    ///     other.leave();
    ///     assert!(matches!(events.next().await, Some(NodeEvent::Left(node)) if node.name == "other"));
    ///     here.leave();
    ///     assert_eq!(events.next().await, None);
    /// });
    /// ```
    pub fn events(&self) -> impl Stream<Item = NodeEvent> + Send + Unpin + use<> {
        Box::pin(self.handle.inner.events())
    }
}
