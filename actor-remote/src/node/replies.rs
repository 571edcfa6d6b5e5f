//! Replies of other nodes to the calls of this node. A `Deserialize` of the user can block, so it does not run in the
//! task of the node. A task for each replying actor decodes its replies.
//!
//! Invariants:
//! - At most one reply of an actor is decoded at a time, so that many calls do not occupy all threads.
//! - Each entry of `Peer::undecoded` has a task. The task ends, and removes its entry, under the lock of the state.
//! - The exit of an actor of another node follows all earlier replies of that node: its barrier waits in all queues.

use super::Inner;
use super::counters::add;
use super::outgoing::accept_reply;
use crate::frame::Answer;
use crate::import::cost;
use crate::node::Announced;
use crate::scope::Scope;
use crate::session::Pending;
use actor_core::CallError;
use actor_core::future::yield_now;
use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex, PoisonError};

/// The maximum number of bytes of a reply of a plain type that is decoded at once.
pub(super) const SHORT: usize = 4096;

/// The maximum cost of the replies of a node that are not decoded yet. The window of a node for replies is smaller, but
/// each of its threads can encode a reply of 1 MiB at the same time.
const UNDECODED: u64 = 256 << 20;

/// The replies of an actor that are not decoded yet. `None` once the task has ended.
pub(crate) struct Undecoded(Mutex<Option<VecDeque<Entry>>>);

enum Entry {
    Reply(Replied),
    /// Dropped when all replies before it have been decoded.
    Barrier(Arc<dyn Any + Send + Sync>),
}

/// A reply that has arrived.
struct Replied {
    pending: Box<dyn Pending>,
    body: Vec<u8>,
    announced: Announced,
}

impl Undecoded {
    fn entries(&self) -> std::sync::MutexGuard<'_, Option<VecDeque<Entry>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a barrier. The barrier is dropped at once if the queue has ended.
    pub(crate) fn add_barrier(&self, barrier: Arc<dyn Any + Send + Sync>) {
        if let Some(entries) = &mut *self.entries() {
            return entries.push_back(Entry::Barrier(barrier));
        }
        drop(barrier);
    }
}

impl Inner {
    /// Completes a call with its reply. Returns `false` if too many replies are not decoded.
    pub(super) fn replied(
        self: &Arc<Self>,
        scope: &Scope,
        call: u64,
        body: &[u8],
        announced: Announced,
    ) -> bool {
        let (mut begun, mut is_allowed) = (None, true);
        let plain = self.update(|state| {
            let from = scope.peer;
            let peer = state.peers.get_mut(&from)?;
            let is_at_once = peer.is_plain(Answer::Reply { call, body });
            is_allowed = is_at_once || peer.undecoded_cost + cost(body) <= UNDECODED;
            if !is_allowed {
                return None;
            }
            let Some((export, pending)) = peer.take_call(call) else {
                accept_reply(state, from, cost(body));
                // The caller has left, and its cancellation was in flight.
                add(&self.counts.stale);
                return None;
            };
            if is_at_once {
                accept_reply(state, from, cost(body));
                return Some((pending, announced));
            }
            peer.undecoded_cost += cost(body);
            let reply = Entry::Reply(Replied { pending, body: body.to_vec(), announced });
            match peer.undecoded.get(&export) {
                Some(queue) => queue.entries().get_or_insert_default().push_back(reply),
                None => {
                    let queue = Arc::new(Undecoded(Mutex::new(Some(VecDeque::from([reply])))));
                    peer.undecoded.insert(export, queue.clone());
                    begun = Some((export, queue));
                }
            }
            None
        });
        if let Some((pending, announced)) = plain {
            pending.reply(body, scope, announced);
        }
        if let Some((export, queue)) = begun {
            self.system.spawn_task(decode(scope.clone(), export, queue)).detach();
        }
        is_allowed
    }

    /// Takes the next entry of a queue. Removes an empty queue, and returns `None`, which ends the task.
    fn next_undecoded(&self, scope: &Scope, export: u64, queue: &Arc<Undecoded>) -> Option<Entry> {
        let mut state = self.lock();
        let mut entries = queue.entries();
        let next = entries.as_mut()?.pop_front();
        if next.is_none() {
            *entries = None;
            if state.is_current(scope.peer, scope.session)
                && let Some(peer) = state.peers.get_mut(&scope.peer)
            {
                peer.undecoded.remove(&export);
            }
        }
        next
    }
}

/// Decodes the replies of an actor until the queue is empty.
async fn decode(scope: Scope, export: u64, queue: Arc<Undecoded>) {
    while let Some(entry) = scope.node.next_undecoded(&scope, export, &queue) {
        match entry {
            Entry::Barrier(barrier) => drop(barrier),
            Entry::Reply(replied) => {
                let cost = cost(&replied.body);
                let complete = AssertUnwindSafe(|| replied.complete(&scope));
                if let Err(panic) = catch_unwind(complete) {
                    // The drop of a value without a caller has panicked. Another task reports the panic, and this task
                    // continues.
                    scope.node.system.spawn_task(async { resume_unwind(panic) }).detach();
                }
                // A node that sends replies faster than they are decoded has to wait.
                scope.node.update(|state| {
                    if !state.is_current(scope.peer, scope.session) {
                        return;
                    }
                    if let Some(peer) = state.peers.get_mut(&scope.peer) {
                        peer.undecoded_cost -= cost;
                    }
                    accept_reply(state, scope.peer, cost);
                });
            }
        }
        yield_now().await;
    }
}

impl Replied {
    fn complete(self, scope: &Scope) {
        let Replied { pending, body, announced } = self;
        // Addresses of an ended session are not valid in the current session.
        let is_over = || !scope.node.lock().is_current(scope.peer, scope.session);
        if announced.has_own() && is_over() {
            return pending.fail(CallError::Unreachable { started: true });
        }
        pending.reply(&body, scope, announced);
    }
}
