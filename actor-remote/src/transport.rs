//! The interface of a network: it reports which nodes can be reached, and carries frames to them.

use crate::batch::Batch;
use std::fmt;
use std::future::ready;
use std::pin::Pin;

/// The identity of a node: one run of one process. A process that is started again is another node.
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

/// Carries frames between nodes. Decides nothing about them.
///
/// The contract: frames from one node to another arrive in order or not at all. No frame arrives
/// between a [`Down`](TransportEvent::Down) of its sender and the next [`Up`](TransportEvent::Up).
/// `Up` and `Down` of a node alternate. `Down` is reported within a fixed time after the node has
/// become silent. If a transport breaks the order, or loses or repeats a frame, the session of the
/// two nodes ends; other sessions are not affected.
///
/// Networks do not guarantee all of this on their own. A transport has to hold back a frame that arrives
/// before its sender is known to be there. A node that was paused can come up again with the same identity:
/// the next `Up` begins a new session. The end of a process is noticed at once only where the network reports
/// closed connections; elsewhere, it is silence.
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

    /// Starts to report events. `on_event` neither blocks nor sends anything, and can be called on any thread, but
    /// not by two threads at once. It wakes callers whose replies have come; a waker can make the node
    /// [leave](Self::leave), so `on_event` must not be called under a lock that `leave` needs.
    fn start(&self, on_event: Box<dyn Fn(TransportEvent<'_>) + Send + Sync>);

    /// Sends a frame. Does not block. A frame may be lost.
    ///
    /// The node calls it on the threads of its system, and with one frame or batch for a node at a time.
    fn send(&self, to: NodeId, frame: Vec<u8>);

    /// Sends several frames, in their order, as [`send`](Self::send) sends one. By default, it sends them
    /// one by one.
    fn send_batch(&self, to: NodeId, batch: Batch) {
        batch.frames().for_each(|frame| self.send(to, frame.to_vec()));
    }

    /// Returns whether frames for this node had better be collected: the node then sends them together as soon
    /// as the tasks that are ready have run. By default, each frame is sent at once. Does not block.
    fn is_busy(&self, to: NodeId) -> bool {
        let _ = to;
        false
    }

    /// Leaves the network: the other nodes are notified at once, after the frames that were sent. Does not block.
    ///
    /// The node calls it when its last [`send`](Self::send) has returned.
    fn leave(&self);

    /// Completes when nothing is left to do after [`leave`](Self::leave): the last frames are sent, and
    /// the connections are closed. By default, it completes at once.
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
    /// Another node is not reached, and why.
    NoContact {
        /// The endpoint of the node, or the node itself.
        peer: &'a str,
        /// The reason.
        reason: &'a str,
    },
}
