//! The nodes that can be reached.
//!
//! Invariants:
//! - A node is in `up` exactly while its last reported event is `Up`. Therefore `Up` and `Down` alternate.
//! - Events are reported under the lock, so never by two threads at once. The callback `on_event` does not block, and
//!   does not call the transport. It wakes callers. Their wakers can send frames or make the node leave; neither
//!   operation takes the lock.
//! - Batches of a node that is not up wait in `early`: at most [`EARLY`] batches per node, of at most [`STRANGERS`]
//!   nodes. Further batches are lost, and the session detects the gap.
//! - zenoh sends the withdrawal of a token before queued puts. Therefore a node that leaves puts [`FLUSH`] behind its
//!   last batch, and keeps its token until all nodes have answered with [`FLUSHED`], or a time limit has passed.

use super::Keys;
use super::sender::{Outbox, Threads};
use crate::transport::{NodeId, TransportEvent};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock, RwLockWriteGuard};
use std::time::Duration;
use zenoh::Session;

/// A put that asks a node to put [`FLUSHED`]. It is too short to be a batch.
pub(super) const FLUSH: &[u8] = &[0];

/// A put that confirms that all batches before a [`FLUSH`] have arrived.
pub(super) const FLUSHED: &[u8] = &[1];

/// The maximum number of batches that wait for the token of their node.
const EARLY: usize = 16;

/// The maximum number of nodes whose batches wait for a token.
const STRANGERS: usize = 256;

type OnEvent = Box<dyn Fn(TransportEvent<'_>) + Send + Sync>;

pub(super) struct Peers {
    own: NodeId,
    keys: Keys,
    state: Mutex<State>,
    /// Notified when the last node has confirmed that all batches have arrived.
    flushed: Condvar,
    /// The outboxes of the nodes that are up. Changed under the lock of `state`. Not locked while an event is
    /// reported: a node can send while it holds a lock that its event handler takes.
    outboxes: RwLock<HashMap<NodeId, Arc<Outbox>>>,
}

struct State {
    /// `None` once the node has left.
    session: Option<Session>,
    on_event: Option<OnEvent>,
    up: HashMap<NodeId, Arc<Outbox>>,
    early: HashMap<NodeId, Vec<Vec<u8>>>,
    /// The nodes that have not confirmed the last batches. Empty until this node leaves.
    unconfirmed: HashSet<NodeId>,
    threads: Threads,
}

impl State {
    fn report(&self, event: TransportEvent<'_>) {
        if let Some(on_event) = &self.on_event {
            on_event(event);
        }
    }

    fn deliver(&self, from: NodeId, bytes: &[u8]) {
        self.report(TransportEvent::Batch { from, bytes });
    }
}

impl Peers {
    pub(super) fn new(own: NodeId, keys: Keys, session: Session) -> Self {
        let state = State {
            session: Some(session),
            on_event: None,
            up: HashMap::new(),
            early: HashMap::new(),
            unconfirmed: HashSet::new(),
            threads: Threads::new(),
        };
        let (flushed, outboxes) = (Condvar::new(), RwLock::default());
        Peers { own, keys, state: Mutex::new(state), flushed, outboxes }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn start(&self, on_event: OnEvent) {
        self.lock().on_event = Some(on_event);
    }

    /// Handles the token of a node.
    pub(super) fn up(&self, node: NodeId) {
        if node == self.own {
            return;
        }
        let mut state = self.lock();
        let Some(session) = state.session.clone() else { return };
        if state.up.contains_key(&node) {
            return;
        }
        let key = self.keys.frames(self.own, node);
        // Without a thread, nothing can be sent to the node, so the node is not reported as up.
        let Ok(outbox) = state.threads.start(session, key) else { return };
        self.write().insert(node, outbox.clone());
        state.up.insert(node, outbox);
        state.report(TransportEvent::Up(node));
        for batch in state.early.remove(&node).unwrap_or_default() {
            state.deliver(node, &batch);
        }
    }

    /// Handles the end of the token of a node.
    pub(super) fn down(&self, node: NodeId) {
        let mut state = self.lock();
        state.early.remove(&node);
        if let Some(outbox) = state.up.remove(&node) {
            self.write().remove(&node);
            outbox.close();
            self.confirmed(&mut state, node);
            state.report(TransportEvent::Down(node));
        }
    }

    /// Records that all batches to a node have arrived, or are lost.
    fn confirmed(&self, state: &mut State, node: NodeId) {
        if state.unconfirmed.remove(&node) && state.unconfirmed.is_empty() {
            self.flushed.notify_all();
        }
    }

    /// Handles a put: a batch of frames, or one of the two notices.
    pub(super) fn arrived(&self, from: NodeId, batch: &[u8]) {
        let mut state = self.lock();
        if let Some(outbox) = state.up.get(&from) {
            outbox.heard();
            return match batch {
                FLUSH => outbox.confirm(),
                FLUSHED => self.confirmed(&mut state, from),
                _ => state.deliver(from, batch),
            };
        }
        if from == self.own || state.session.is_none() || [FLUSH, FLUSHED].contains(&batch) {
            return;
        }
        if state.early.contains_key(&from) || state.early.len() < STRANGERS {
            let early = state.early.entry(from).or_default();
            if early.len() < EARLY {
                early.push(batch.to_vec());
            }
        }
    }

    /// Returns whether no other node can be reached.
    pub(super) fn is_empty(&self) -> bool {
        self.lock().up.is_empty()
    }

    /// Reports that a node cannot be reached.
    pub(super) fn no_contact(&self, peer: &str, reason: &str) {
        self.lock().report(TransportEvent::NoContact { peer, reason });
    }

    fn outbox(&self, node: NodeId) -> Option<Arc<Outbox>> {
        self.outboxes.read().unwrap_or_else(PoisonError::into_inner).get(&node).cloned()
    }

    fn write(&self) -> RwLockWriteGuard<'_, HashMap<NodeId, Arc<Outbox>>> {
        self.outboxes.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a batch of frames.
    pub(super) fn send(&self, to: NodeId, batch: Vec<u8>) {
        if let Some(outbox) = self.outbox(to) {
            outbox.send(batch);
        }
    }

    pub(super) fn is_busy(&self, to: NodeId) -> bool {
        self.outbox(to).is_some_and(|outbox| outbox.is_busy())
    }

    /// Waits until all batches have arrived, for at most `limit`. Stops reporting events, and drops further batches.
    pub(super) fn flush(&self, limit: Duration) {
        let mut state = self.lock();
        state.session = None;
        state.early.clear();
        let on_event = state.on_event.take();
        self.write().clear();
        state.unconfirmed = state.up.keys().copied().collect();
        state.up.values().for_each(|outbox| outbox.flush());
        drop(state);
        drop(on_event);
        let waits = |state: &mut State| !state.unconfirmed.is_empty();
        // Batches that have not arrived within the limit are lost.
        drop(self.flushed.wait_timeout_while(self.lock(), limit, waits));
    }

    /// Closes all outboxes. Their threads send the remaining batches, and end.
    pub(super) fn close(&self) -> Threads {
        let mut state = self.lock();
        state.up.drain().for_each(|(_, outbox)| outbox.close());
        std::mem::replace(&mut state.threads, Threads::new())
    }
}
