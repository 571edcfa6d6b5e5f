//! The graceful end of a node: names are removed, running calls are answered, then the node leaves.

use super::Inner;
use crate::session::EndedSession;
use actor_core::future::or;
use actor_core::prelude::*;
use actor_core::time;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The time limit for running calls when the system shuts down.
const LAST_CALLS: Duration = Duration::from_secs(1);

/// Ends the node with its system: a shutdown of the system waits for this actor.
#[actor(name = "node")]
pub(super) struct NodeActor {
    node: Arc<Inner>,
}

#[actor]
impl NodeActor {
    #[on_stop]
    async fn leave(&mut self, _exit: &Exit) {
        self.node.shut_down(LAST_CALLS).await;
    }
}

impl NodeActor {
    pub(super) fn new(node: Arc<Inner>) -> Self {
        NodeActor { node }
    }
}

/// The result of [`Node::shutdown`](super::Node::shutdown).
///
/// ```
/// # use actor_remote::SimNetwork;
/// # use std::time::Duration;
/// # actor_core::System::simulation(1).block_on(async {
/// let node = SimNetwork::new().node("here");
/// let report = node.shutdown(Duration::from_secs(1)).await;
/// assert!(report.is_clean());
/// assert_eq!(report.to_string(), "all calls were answered");
/// # });
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeaveReport {
    /// The number of calls of other nodes that were not answered in time. Their callers get
    /// [`Unreachable`](actor_core::CallError::Unreachable).
    pub unanswered: usize,
}

impl LeaveReport {
    /// Returns whether all calls were answered.
    pub fn is_clean(&self) -> bool {
        self.unanswered == 0
    }
}

impl fmt::Display for LeaveReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.unanswered {
            0 => f.write_str("all calls were answered"),
            1 => f.write_str("one call was not answered"),
            count => write!(f, "{count} calls were not answered"),
        }
    }
}

impl Inner {
    /// See [`Node::shutdown`](super::Node::shutdown).
    pub(super) async fn shut_down(&self, limit: Duration) -> LeaveReport {
        self.withdraw().tell();
        self.changed.notify();
        let unanswered = || self.tables().running_calls;
        let answered = self.until(|| (unanswered() == 0).then_some(()));
        or(answered, time::sleep(limit)).await;
        let report = LeaveReport { unanswered: unanswered() };
        self.close();
        self.left().await;
        report
    }

    /// See [`Node::left`](super::Node::left).
    pub(super) async fn left(&self) {
        self.until(|| self.lock().has_left.then_some(())).await;
        self.transport.left().await;
    }

    /// Removes all names, and accepts no further messages of other nodes.
    fn withdraw(&self) -> EndedSession {
        self.update(|state| {
            state.is_leaving = true;
            let mut ended_session = EndedSession::default();
            let names: Vec<String> = state.names.keys().cloned().collect();
            for name in names {
                if let Some(export) = state.take_name(&name) {
                    ended_session.merge(state.sweep(export));
                }
            }
            ended_session
        })
    }

    /// Calls `look` after each change, until it returns a value.
    pub(super) async fn until<T>(&self, look: impl Fn() -> Option<T>) -> T {
        loop {
            let changed = self.changed.listen();
            if let Some(found) = look() {
                return found;
            }
            changed.await;
        }
    }
}
