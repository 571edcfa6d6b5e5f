//! Sending: frames in the order of the outbox, messages of proxies, and replies to calls of other
//! nodes.

use super::Inner;
use super::counters::{add, add_frame};
use crate::frame::{Frame, REPLIES};
use crate::import::{Caller, Import, cost};
use crate::scope::Scope;
use crate::session::State;
use crate::stream::reader::OpenStream;
use crate::trace::TraceParent;
use crate::transport::NodeId;
use crate::window::{PAIR, Window};
use actor_core::{Reply, time};
use std::sync::Arc;
use std::task::Context;
use std::time::Instant;

impl Inner {
    /// Changes the state, and sends the frames that the change has put into the outbox.
    pub(super) fn update<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let result = change(&mut self.lock());
        self.flush();
        result
    }

    /// Sends the frames of the outbox, outside of the lock. Only one thread at a time does so,
    /// which keeps the order.
    fn flush(&self) {
        let mut state = self.lock();
        if state.is_sending {
            return;
        }
        state.is_sending = true;
        while let Some((to, frame)) = state.outbox.pop_front() {
            drop(state);
            add_frame(&self.counts.frames_sent, &self.counts.bytes_sent, &frame);
            self.transport.send(to, frame);
            state = self.lock();
        }
        state.is_sending = false;
    }

    pub(crate) fn push(&self, import: &Import, frame: &Frame<'_>) -> bool {
        self.push_in(import.place.node, import.session, frame)
    }

    pub(crate) fn push_in(&self, peer: NodeId, session: u32, frame: &Frame<'_>) -> bool {
        self.update(|state| state.push_in(peer, session, frame))
    }

    pub(crate) fn count_undelivered(&self) {
        add(&self.counts.undelivered);
    }

    /// Counts a message that has to wait for credit.
    pub(crate) fn count_credit_wait(&self) {
        add(&self.counts.credit_waits);
    }

    pub(crate) fn count_refused(&self) {
        add(&self.counts.refused);
    }

    /// Counts a frame whose arguments or shape cannot be read.
    pub(crate) fn bad_body(&self, peer: NodeId) {
        add(&self.counts.bad);
        self.offended(peer);
    }

    /// Returns the window for all messages to the node of a proxy, or `None` if the session is
    /// over.
    pub(crate) fn window_to(&self, import: &Import) -> Option<Arc<Window>> {
        let state = self.lock();
        let is_current = state.is_current(import.place.node, import.session);
        let peer = state.peers.get(&import.place.node).filter(|_| is_current)?;
        Some(peer.window.clone())
    }

    /// Gives back the credit of messages of a proxy that no mailbox will accept.
    pub(crate) fn give_back(&self, import: &Import, cost: u64) {
        if let Some(window) = self.window_to(import) {
            window.give(cost);
        }
    }

    /// Sends a message of a proxy. Returns the caller if the session is over or the actor has ended.
    pub(crate) fn send_message(
        &self,
        import: &Import,
        name: &'static str,
        method: u64,
        (body, written, trace): (&[u8], &[u64], Option<TraceParent>),
        caller: Option<Caller>,
    ) -> Result<(), Option<Caller>> {
        let (to, export) = (import.place.node, import.place.export);
        // Set if the caller has left meanwhile.
        let mut abandoned = None;
        let opened = self.update(|state| {
            let is_current = state.is_current(to, import.session);
            let peer = state.peers.get_mut(&to).filter(|_| is_current);
            let Some(peer) = peer else { return Err(caller) };
            // Under the lock of the state: the proxies of an actor enter their messages in the order of
            // the frames, which is the order of the credit.
            let send = if caller.is_some() { None } else { Some(name) };
            let before = u64::from(trace.is_some()) + u64::from(!written.is_empty());
            if !import.sends(peer.next_sequence() + before, cost(body), send) {
                return Err(caller);
            }
            let Some(caller) = caller else {
                let frame = Frame::Send { export, method, body };
                push_message(state, import, (written, trace), &frame);
                return Ok(None);
            };
            let call = peer.next_call;
            peer.next_call += 1;
            match caller {
                Caller::Call(mut pending) => {
                    let left = pending.deadline().map(time_left);
                    let waker = self.on_abandoned(to, import.session, call);
                    let poll = pending.poll_abandoned(&mut Context::from_waker(&waker));
                    abandoned = poll.is_ready().then_some(waker);
                    peer.calls.insert(call, (export, pending));
                    let frame = Frame::Call { export, method, call, left, body };
                    push_message(state, import, (written, trace), &frame);
                    Ok(None)
                }
                Caller::Stream(reader) => {
                    let (left, items) = (reader.deadline().map(time_left), reader.capacity());
                    let (stream, arrived) = OpenStream::new(items);
                    peer.streams.insert(call, stream);
                    let frame = Frame::Open { export, method, call, left, items, body };
                    push_message(state, import, (written, trace), &frame);
                    Ok(Some((reader, call, arrived)))
                }
            }
        })?;
        if let Some(waker) = abandoned {
            waker.wake();
        }
        if let (Some((reader, call, arrived)), Some(node)) = (opened, self.this.upgrade()) {
            let scope = Scope { node, peer: to, session: import.session };
            self.system.spawn_task(reader.read(scope, call, arrived)).detach();
        }
        Ok(())
    }

    /// Removes a call of another node that is over without a reply.
    pub(crate) fn finish(&self, scope: &Scope, call: u64) {
        let token = self.take_running(scope, call);
        drop(token);
        self.answered();
    }

    /// Sends the reply to a call of another node, in which the addresses of the exports `written` are, unless
    /// the call was cancelled. Returns whether it was sent.
    pub(crate) fn push_reply(
        &self,
        scope: &Scope,
        call: u64,
        written: &[u64],
        frame: &Frame<'_>,
    ) -> bool {
        let token = self.take_running(scope, call);
        let push = |state: &mut State| state.push_body(scope.peer, scope.session, written, frame);
        let is_sent = token.is_some() && self.update(push);
        self.answered();
        is_sent
    }

    fn take_running(&self, scope: &Scope, call: u64) -> Option<Reply<()>> {
        let running = {
            let mut state = self.lock();
            if !state.is_current(scope.peer, scope.session) {
                return None;
            }
            state.peers.get_mut(&scope.peer)?.running.remove(&call)?
        };
        Some(running.token)
    }

    /// Notifies a shutdown that a call of another node is over.
    pub(super) fn answered(&self) {
        if self.lock().is_leaving {
            self.changed.notify(usize::MAX);
        }
    }
}

/// Counts a reply or an item of this cost from a node, and gives the node credit for each MiB.
pub(super) fn accept_reply(state: &mut State, from: NodeId, cost: u64) {
    let Some(peer) = state.peers.get_mut(&from) else { return };
    peer.owed += cost;
    if peer.owed >= PAIR / 4 {
        let bytes = std::mem::take(&mut peer.owed);
        state.push(from, &Frame::Credit { export: REPLIES, bytes });
    }
}

/// The time until a deadline, as a frame carries it: in microseconds, rounded down, so that the deadline
/// of the receiver is later than this one by at most the transit time of the frame.
fn time_left(deadline: Instant) -> u64 {
    let left = deadline.saturating_duration_since(time::now());
    u64::try_from(left.as_micros()).unwrap_or(u64::MAX)
}

/// Queues the frame of a message, and those that are sent before it.
fn push_message(
    state: &mut State,
    import: &Import,
    (written, trace): (&[u64], Option<TraceParent>),
    frame: &Frame<'_>,
) {
    let Import { place, session, .. } = import;
    if trace.is_some() {
        state.push_in(place.node, *session, &Frame::Trace { parent: trace });
    }
    state.push_body(place.node, *session, written, frame);
}
