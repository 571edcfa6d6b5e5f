//! The interface of a network, which reports the nodes that can be reached, and carries frames to them.

use crate::batch::Batch;
use std::fmt;
use std::future::ready;
use std::pin::Pin;

/// The identity of a node: one run of one process. A restarted process is another node.
///
/// ```
/// assert_eq!(actor_remote::NodeId(7).to_string(), "0000000000000007");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u64);

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// Carries frames between nodes. A transport does not interpret frames.
///
/// A transport guarantees that frames from one node to another arrive in order or not at all. No frame
/// arrives between a [`Down`](TransportEvent::Down) of its sender and the next
/// [`Up`](TransportEvent::Up). `Up` and `Down` of a node alternate. `Down` is reported within a fixed
/// time after the node has become silent. If a transport breaks the order, or loses or repeats a frame,
/// the session of the two nodes ends; other sessions are not affected.
///
/// Most networks do not give all these guarantees. A transport has to hold back frames that arrive before
/// the `Up` of their sender. A node that was paused can come up again with the same identity; the next
/// `Up` begins a new session. If the network does not report closed connections, the end of a process is
/// detected only by its silence.
///
/// ```
/// use actor_remote::{NodeId, Transport, TransportEvent};
///
/// /// A network without other nodes.
/// struct Alone;
///
/// impl Transport for Alone {
///     fn node(&self) -> NodeId {
///         NodeId(1)
///     }
///
///     fn start(&self, _on_event: Box<dyn Fn(TransportEvent<'_>) + Send + Sync>) {}
///
///     fn send(&self, _to: NodeId, _frame: Vec<u8>) {}
///
///     fn leave(&self) {}
/// }
///
/// let system = actor_core::System::simulation(1);
/// system.block_on(async {
///     let node = actor_remote::Node::on(Alone, "alone");
///     assert_eq!(node.id(), NodeId(1));
/// });
/// ```
pub trait Transport: Send + Sync + 'static {
    /// Returns the identity of this node.
    fn node(&self) -> NodeId;

    /// Starts to report events. `on_event` does not block or send. It can be called on any thread, but not by two
    /// threads at once. `on_event` wakes callers whose replies have arrived. A waker can make the node
    /// [leave](Self::leave), so `on_event` must not be called under a lock that `leave` needs.
    fn start(&self, on_event: Box<dyn Fn(TransportEvent<'_>) + Send + Sync>);

    /// Sends a frame. Does not block. A frame may be lost.
    ///
    /// The node calls this method on the threads of its system, with one frame or batch per receiver at a time.
    fn send(&self, to: NodeId, frame: Vec<u8>);

    /// Sends several frames in order, under the same rules as [`send`](Self::send). The default
    /// implementation calls `send` for each frame.
    fn send_batch(&self, to: NodeId, batch: Batch) {
        batch.frames().for_each(|frame| self.send(to, frame.to_vec()));
    }

    /// Returns whether frames for this node should be collected into a batch. Collected frames are sent together
    /// once the tasks that are ready have run. By default, each frame is sent at once. Does not block.
    fn is_busy(&self, to: NodeId) -> bool {
        let _ = to;
        false
    }

    /// Leaves the network. The other nodes are notified at once, after the frames that were sent. Does not block.
    ///
    /// The node calls this method when its last [`send`](Self::send) has returned.
    fn leave(&self);

    /// Completes when [`leave`](Self::leave) has taken effect: the last frames are sent, and the connections
    /// are closed. By default, completes at once.
    ///
    /// # Cancellation
    /// Dropping the future has no effect.
    fn left(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(ready(()))
    }
}

/// An event that a [`Transport`] reports.
///
/// ```
/// use actor_remote::{NodeId, TransportEvent};
/// let event = TransportEvent::Frame { from: NodeId(2), bytes: &[1, 2, 3] };
/// assert!(format!("{event:?}").contains("Frame"));
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum TransportEvent<'a> {
    /// A node can be reached.
    Up(NodeId),
    /// A node can no longer be reached: it has left, ended or become silent.
    Down(NodeId),
    /// A frame has arrived.
    Frame {
        /// The sender.
        from: NodeId,
        /// The frame.
        bytes: &'a [u8],
    },
    /// Several frames have arrived.
    Batch {
        /// The sender.
        from: NodeId,
        /// The frames, as [`Batch::into_bytes`] returns them.
        bytes: &'a [u8],
    },
    /// Another node cannot be reached.
    NoContact {
        /// The endpoint of the node, or the node itself.
        peer: &'a str,
        /// The reason.
        reason: &'a str,
    },
}
