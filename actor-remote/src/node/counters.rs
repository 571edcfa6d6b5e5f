//! The counts of a node: its traffic, and the frames and messages that it did not accept.

use std::sync::atomic::{AtomicU64, Ordering};

/// The counts of a node since its start: its traffic, and the frames and messages that it did not accept.
///
/// ```
/// # use actor_remote::SimNetwork;
/// # actor_core::System::simulation(1).block_on(async {
/// let node = SimNetwork::new().node("here");
/// assert_eq!(node.counters().frames_sent, 0);
/// assert_eq!(node.counters().lost_sessions, 0);
/// # });
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct NodeCounters {
    /// Sessions that have begun.
    pub sessions: u64,
    /// Frames that were given to the transport.
    pub frames_sent: u64,
    /// The bytes of these frames.
    pub bytes_sent: u64,
    /// Frames that have arrived, accepted or not.
    pub frames_received: u64,
    /// The bytes of these frames.
    pub bytes_received: u64,
    /// Messages that had to wait for credit, because too many before them were not accepted yet.
    pub credit_waits: u64,
    /// Frames that are not in the format, or not allowed at their point in the session.
    pub bad_frames: u64,
    /// Frames of an ended session, and frames that arrived twice.
    pub stale_frames: u64,
    /// Sessions that ended because a frame was missing or a node was lost.
    pub lost_sessions: u64,
    /// Sends from other nodes that this node has refused, such as unknown messages and bad arguments.
    pub refused_sends: u64,
    /// Sends from other nodes to actors of this node that had ended.
    pub undelivered_sends: u64,
    /// Requests to stop or kill actors that other nodes may not end.
    pub refused_controls: u64,
    /// Nodes that were refused for a minute after 100 bad frames or sessions in ten seconds.
    pub refused_sessions: u64,
}

#[derive(Default)]
pub(super) struct Counts {
    pub(super) sessions: AtomicU64,
    pub(super) frames_sent: AtomicU64,
    pub(super) bytes_sent: AtomicU64,
    pub(super) frames_received: AtomicU64,
    pub(super) bytes_received: AtomicU64,
    pub(super) credit_waits: AtomicU64,
    pub(super) bad: AtomicU64,
    pub(super) stale: AtomicU64,
    pub(super) lost: AtomicU64,
    pub(super) refused: AtomicU64,
    pub(super) undelivered: AtomicU64,
    pub(super) refused_controls: AtomicU64,
    pub(super) refused_sessions: AtomicU64,
}

impl Counts {
    pub(super) fn read(&self) -> NodeCounters {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        NodeCounters {
            sessions: read(&self.sessions),
            frames_sent: read(&self.frames_sent),
            bytes_sent: read(&self.bytes_sent),
            frames_received: read(&self.frames_received),
            bytes_received: read(&self.bytes_received),
            credit_waits: read(&self.credit_waits),
            bad_frames: read(&self.bad),
            stale_frames: read(&self.stale),
            lost_sessions: read(&self.lost),
            refused_sends: read(&self.refused),
            undelivered_sends: read(&self.undelivered),
            refused_controls: read(&self.refused_controls),
            refused_sessions: read(&self.refused_sessions),
        }
    }
}

pub(super) fn add(count: &AtomicU64) {
    count.fetch_add(1, Ordering::Relaxed);
}

/// Counts a frame and its bytes.
pub(super) fn add_frame(frames: &AtomicU64, bytes: &AtomicU64, frame: &[u8]) {
    add_frames(frames, bytes, 1, frame.len() as u64);
}

/// Counts frames and their bytes.
pub(super) fn add_frames(frames: &AtomicU64, bytes: &AtomicU64, number: u32, length: u64) {
    frames.fetch_add(u64::from(number), Ordering::Relaxed);
    bytes.fetch_add(length, Ordering::Relaxed);
}
