//! The sizes of the tables of a node.

use super::Inner;

/// The sizes of the tables of a node: actors and calls that are shared with other nodes.
///
/// ```
/// # use actor_remote::{NodeTables, SimNetwork};
/// # actor_core::System::simulation(1).block_on(async {
/// let node = SimNetwork::new().node("here");
/// assert_eq!(node.tables(), NodeTables::default());
/// # });
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct NodeTables {
    /// The actors of this node that have a name or that other nodes hold, each for one protocol.
    pub exports: usize,
    /// The actors of other nodes that this node holds.
    pub proxies: usize,
    /// The calls of this node that other nodes have not answered, and its streams that they have not ended.
    pub open_calls: usize,
    /// The calls of other nodes that this node has not answered, and the open streams of such calls.
    pub running_calls: usize,
}

impl Inner {
    pub(super) fn tables(&self) -> NodeTables {
        let state = self.lock();
        let peers = || state.peers.values();
        NodeTables {
            exports: state.exports.len(),
            proxies: peers().map(|peer| peer.proxies.len()).sum(),
            open_calls: peers().map(|peer| peer.calls.len() + peer.streams.len()).sum(),
            running_calls: peers().map(|peer| peer.running.len()).sum(),
        }
    }
}
