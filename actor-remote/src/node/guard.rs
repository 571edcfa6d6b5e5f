//! The limits that a node sets for other nodes. The rules of the node can refuse messages, and requests to
//! end an actor. A node that sends too many bad frames loses its session.

use super::arrivals::Queued;
use super::counters::add;
use super::events::Cause;
use super::{Arrived, Inner};
use crate::contained;
use crate::export::{Exported, Item};
use crate::scope::Scope;
use crate::session::State;
use crate::transport::NodeId;
use actor_core::time;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A node with this many bad frames, or this many sessions, within [`WITHIN`] loses its session, and is refused for
/// [`REFUSED`].
const OFFENCES: u32 = 100;
const WITHIN: Duration = Duration::from_secs(10);
const REFUSED: Duration = Duration::from_secs(60);

/// The recent bad frames and sessions of a node.
pub(crate) struct Offences {
    since: Instant,
    bad_frames: u32,
    sessions: u32,
}

impl Inner {
    /// Returns whether a node may send messages to an export. Calls the user's function the first
    /// time.
    pub(crate) fn is_allowed(&self, scope: &Scope, export: u64, protocol: &str) -> bool {
        let Some(allow) = &self.rules.allow else { return true };
        let (peer, name) = {
            let state = self.lock();
            if let Some(verdict) = state.verdicts.get(&(scope.peer, export)) {
                return *verdict;
            }
            let Some(peer) = state.peers.get(&scope.peer) else { return false };
            let name = state.exports.get(&export).and_then(|found| found.names.first());
            (peer.name.clone(), name.cloned())
        };
        let ask = || allow(&peer, protocol, name.as_deref());
        let verdict = contained::run(ask).unwrap_or(false);
        let mut state = self.lock();
        if !state.exports.contains_key(&export) || !state.peers.contains_key(&scope.peer) {
            return verdict;
        }
        *state.verdicts.entry((scope.peer, export)).or_insert(verdict)
    }

    /// Returns whether a node may stop or kill an export.
    pub(crate) fn may_control(&self, scope: &Scope, export: u64, to: &dyn Exported) -> bool {
        self.rules.control && self.is_allowed(scope, export, to.protocol())
    }

    pub(crate) fn count_refused_control(&self) {
        add(&self.counts.refused_controls);
    }

    /// Kills an export for another node. Runs in a task of its own if the node has an `allow` function,
    /// which must not run in the task of the node.
    pub(super) fn kill_for(self: &Arc<Self>, scope: Scope, export: u64, to: Arc<dyn Exported>) {
        let node = self.clone();
        let killing = move || {
            if node.may_control(&scope, export, &*to) {
                to.kill();
            } else if !matches!(node.queue(&scope, export, Item::RefuseKill), Queued::Yes) {
                node.count_refused_control();
            }
        };
        match self.rules.allow {
            None => killing(),
            Some(_) => self.system.spawn_task(async move { killing() }).detach(),
        }
    }

    /// Counts arguments that cannot be read. Called by the tasks of lanes, which do not end sessions.
    pub(crate) fn report_bad_body(&self, peer: NodeId) {
        add(&self.counts.bad);
        // An error means that the node has left. Then there is no session.
        let _ = self.inbox.try_send(Arrived::Offended { peer });
    }

    /// Counts a frame that cannot be read.
    pub(super) fn bad_frame(&self, peer: NodeId) {
        add(&self.counts.bad);
        self.offended(peer);
    }

    /// Handles an unreadable frame, or unreadable arguments, of a node. Ends the session after [`OFFENCES`].
    pub(super) fn offended(&self, peer: NodeId) {
        self.count_offence(peer, |offences| &mut offences.bad_frames);
    }

    /// Counts a session that a node has begun, which costs this node a list of all names. Too many of them end it.
    pub(super) fn count_session(&self, peer: NodeId) {
        self.count_offence(peer, |offences| &mut offences.sessions);
    }

    fn count_offence(&self, peer: NodeId, kind: impl FnOnce(&mut Offences) -> &mut u32) {
        let now = time::now();
        let ended_session = self.update(|state| {
            if !state.peers.contains_key(&peer) {
                return None;
            }
            let begin = || Offences { since: now, bad_frames: 0, sessions: 0 };
            let offences = state.offences.entry(peer).or_insert_with(begin);
            if now.duration_since(offences.since) > WITHIN {
                *offences = begin();
            }
            let count = kind(offences);
            *count += 1;
            if *count < OFFENCES {
                return None;
            }
            state.offences.remove(&peer);
            // Removes expired entries, so that entries of nodes that never come back do not accumulate.
            state.refused.retain(|_, until| now < *until);
            state.refused.insert(peer, now + REFUSED);
            Some(state.reset(peer))
        });
        let Some(ended_session) = ended_session else { return };
        add(&self.counts.refused_sessions);
        self.session_ended(ended_session, Cause::Refused);
    }
}

impl State {
    /// Returns whether the frames of a node are currently dropped.
    pub(super) fn is_refused(&mut self, peer: NodeId) -> bool {
        let Some(until) = self.refused.get(&peer) else { return false };
        if time::now() < *until {
            return true;
        }
        self.refused.remove(&peer);
        false
    }
}
