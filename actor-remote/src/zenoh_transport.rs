//! A transport between processes and machines, on [zenoh](https://zenoh.io).
//!
//! Each node uses three parts of zenoh: `put`, one subscriber for its inbox, and one liveliness token. Sessions
//! are implemented above the transport.
//!
//! - A node is alive while its token `@actor/1/<cluster>/node/<id>` exists. zenoh withdraws the token at once
//!   when the connection of the process closes, and after the lease when the process is silent.
//! - The inbox of a node is `@actor/1/<cluster>/in/<id>/<sender>`.
//!
//! zenoh runs callbacks on its own threads. A callback queues events, and wakes callers whose replies have arrived.
//! Callbacks never call zenoh: a callback that waits for zenoh blocks the thread that would end the wait. A put can
//! block while the receiver is slow. Therefore each reachable node has an outbox with its own thread, and a slow node
//! does not delay the frames to other nodes. The thread makes the puts that senders do not make themselves.

mod builder;
mod connect;
mod contact;
mod endpoint;
mod errors;
mod peers;
mod sender;

pub use builder::ZenohBuilder;
pub use errors::OpenError;

use crate::batch::Batch;
use crate::transport::{NodeId, Transport, TransportEvent};
use async_channel::{Receiver, Sender};
use contact::Contact;
use peers::Peers;
use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use zenoh::liveliness::LivelinessToken;
use zenoh::pubsub::Subscriber;
use zenoh::sample::SampleKind;
use zenoh::{Session, Wait};

/// The time limit for the last frames of a node that leaves.
const LAST_FRAMES: Duration = Duration::from_secs(1);

/// A network of processes, which [zenoh](https://zenoh.io) connects.
///
/// Nodes listen at endpoints and connect to endpoints of other nodes; there is no server. A node
/// learns further endpoints from the nodes that it is connected to. Two nodes that only connect, and
/// do not listen, cannot reach each other.
///
/// zenoh runs about eight threads of its own in each process. These threads keep running when a node leaves.
///
/// ```no_run
/// # async fn open() -> Result<(), Box<dyn std::error::Error>> {
/// use actor_remote::{Node, ZenohTransport};
///
/// let transport = ZenohTransport::builder().listen("tcp/127.0.0.1:7447").open().await?;
/// let node = Node::builder().control(false).on(transport, "shop");
/// # Ok(())
/// # }
/// ```
pub struct ZenohTransport {
    id: NodeId,
    keys: Keys,
    peers: Arc<Peers>,
    builder: ZenohBuilder,
    /// The session, with its declarations. Taken by [`leave`](Transport::leave).
    open: Mutex<Option<Open>>,
    /// Closed once the session is closed.
    left: Receiver<Infallible>,
}

struct Open {
    session: Session,
    declared: Option<Declared>,
    contact: Option<Contact>,
    is_open: Sender<Infallible>,
}

/// The declarations of a session. They are undeclared on drop.
struct Declared {
    _token: LivelinessToken,
    _inbox: Subscriber<()>,
    _nodes: Subscriber<()>,
}

/// The key expressions of a cluster.
#[derive(Clone)]
struct Keys {
    root: String,
}

impl Keys {
    fn new(cluster: &str) -> Self {
        Keys { root: format!("@actor/1/{cluster}") }
    }

    fn token(&self, node: NodeId) -> String {
        format!("{}/node/{node}", self.root)
    }

    /// Returns the key expression for the tokens of all nodes, of any cluster.
    fn nodes() -> &'static str {
        "@actor/1/*/node/*"
    }

    /// Returns the cluster of a token, unless the token belongs to this cluster.
    fn other_cluster<'a>(&self, token: &'a str) -> Option<&'a str> {
        let (root, _) = token.rsplit_once("/node/")?;
        (root != self.root).then(|| root.rsplit('/').next())?
    }

    fn frames(&self, from: NodeId, to: NodeId) -> String {
        format!("{}/in/{to}/{from}", self.root)
    }

    fn inbox(&self, node: NodeId) -> String {
        format!("{}/in/{node}/*", self.root)
    }
}

/// Returns the node that the last part of a key names.
fn last_node(key: &str) -> Option<NodeId> {
    let (_, id) = key.rsplit_once('/')?;
    u64::from_str_radix(id, 16).ok().map(NodeId)
}

impl ZenohTransport {
    /// Returns the settings of a transport that is not open yet.
    pub fn builder() -> ZenohBuilder {
        ZenohBuilder::new()
    }

    fn new(id: NodeId, builder: ZenohBuilder, session: Session) -> Self {
        let keys = Keys::new(&builder.cluster);
        let peers = Arc::new(Peers::new(id, keys.clone(), session.clone()));
        let (is_open, left) = async_channel::bounded(1);
        let open = Open { session, declared: None, contact: None, is_open };
        ZenohTransport { id, keys, peers, builder, open: Mutex::new(Some(open)), left }
    }

    fn open(&self) -> std::sync::MutexGuard<'_, Option<Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Declares the inbox, a subscriber for the tokens of other nodes, and finally the token of this node.
    fn declare(&self, session: &Session) -> zenoh::Result<Declared> {
        let peers = self.peers.clone();
        let on_frames = move |sample: zenoh::sample::Sample| {
            if let Some(from) = last_node(sample.key_expr().as_str()) {
                peers.arrived(from, &sample.payload().to_bytes());
            }
        };
        let inbox = session.declare_subscriber(self.keys.inbox(self.id)).callback(on_frames);
        let inbox = inbox.wait()?;
        let (peers, keys) = (self.peers.clone(), self.keys.clone());
        let on_token = move |sample: zenoh::sample::Sample| {
            let token = sample.key_expr().as_str();
            let Some(node) = last_node(token) else { return };
            if let Some(cluster) = keys.other_cluster(token) {
                if sample.kind() == SampleKind::Put {
                    let reason = format!("it belongs to the cluster `{cluster}`");
                    peers.no_contact(&node.to_string(), &reason);
                }
                return;
            }
            match sample.kind() {
                SampleKind::Put => peers.up(node),
                SampleKind::Delete => peers.down(node),
            }
        };
        let nodes = session.liveliness().declare_subscriber(Keys::nodes()).history(true);
        let nodes = nodes.callback(on_token).wait()?;
        let token = session.liveliness().declare_token(self.keys.token(self.id)).wait()?;
        Ok(Declared { _token: token, _inbox: inbox, _nodes: nodes })
    }
}

impl Transport for ZenohTransport {
    fn node(&self) -> NodeId {
        self.id
    }

    fn start(&self, on_event: Box<dyn Fn(TransportEvent<'_>) + Send + Sync>) {
        self.peers.start(on_event);
        let Some(session) = self.open().as_ref().map(|open| open.session.clone()) else { return };
        // A declaration fails only if the session is closed. Then no node is ever up.
        let declared = self.declare(&session).ok();
        // If no thread can be started, endpoints that cannot be reached are not reported.
        let contact = Contact::start(self.builder.clone(), self.peers.clone()).ok();
        if let Some(open) = self.open().as_mut() {
            open.declared = declared;
            open.contact = contact;
        }
    }

    fn send(&self, to: NodeId, frame: Vec<u8>) {
        self.send_batch(to, Batch::of(&frame));
    }

    fn send_batch(&self, to: NodeId, batch: Batch) {
        self.peers.send(to, batch.into_bytes());
    }

    fn is_busy(&self, to: NodeId) -> bool {
        self.peers.is_busy(to)
    }

    fn leave(&self) {
        let Some(Open { session, declared, contact, is_open }) = self.open().take() else { return };
        let peers = self.peers.clone();
        // Closing the session can block, and this function must not block.
        let closing = move || {
            let begun = Instant::now();
            peers.flush(LAST_FRAMES);
            drop(contact);
            peers.close().join(LAST_FRAMES.saturating_sub(begun.elapsed()));
            drop(declared);
            // An error means that the session is closed already.
            let _ = session.close().wait();
            drop(is_open);
        };
        if let Err(error) = thread::Builder::new().name("actor-leave".into()).spawn(closing) {
            // If no thread can be started, the connections close when the process ends.
            drop(error);
        }
    }

    fn left(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async {
            // Nothing is sent. The error means that the sender was dropped.
            let _ = self.left.recv().await;
        })
    }
}

impl Drop for ZenohTransport {
    fn drop(&mut self) {
        self.leave();
    }
}

impl fmt::Debug for ZenohTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ZenohTransport").field("id", &self.id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_names_its_cluster() {
        let (shop, node) = (Keys::new("shop"), Keys::new("node"));
        assert_eq!(shop.other_cluster(&node.token(NodeId(7))), Some("node"));
        assert_eq!(node.other_cluster(&shop.token(NodeId(7))), Some("shop"));
        assert_eq!(node.other_cluster(&node.token(NodeId(7))), None);
    }
}
