//! Sends frames in the order of the outbox: messages of proxies, and replies to calls of other nodes.

use super::Inner;
use super::counters::{add, add_frame};
use super::direct::is_completing;
use crate::batch::Batch;
use crate::export::{Answered, Answers, Outcome, Watched};
use crate::frame::{CallFault, Frame, REPLIES};
use crate::import::{Caller, Import, Outgoing, cost};
use crate::scope::Scope;
use crate::session::{Calls, Link, Running, State};
use crate::stream::reader::OpenStream;
use crate::transport::NodeId;
use crate::window::{PAIR, Window};
use actor_core::{Reply, time};
use std::sync::{Arc, MutexGuard};
use std::task::Context;
use std::time::Instant;

impl Inner {
    /// Changes the state. Sends the frames that the change has added to the outboxes, or collects them.
    pub(super) fn update<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.lock();
        let result = change(&mut state);
        if state.outboxes.has_listed() {
            self.send_listed(state, |to| self.transport.is_busy(to));
        }
        result
    }

    /// Sends the frames of the listed outboxes, outside of the lock. See `session::outbox` for the order.
    fn send_listed<'a>(
        &'a self,
        mut state: MutexGuard<'a, State>,
        is_busy: impl Fn(NodeId) -> bool,
    ) {
        if is_completing() {
            drop(state);
            // An error says that the task is woken already, or that its system has ended.
            let _ = self.collected.try_send(());
            return;
        }
        loop {
            // After the end of the node, no task sends collected frames, so frames are sent at once.
            let is_closed = state.is_closed;
            let next = state.outboxes.begin(|to| !is_closed && is_busy(to));
            let Some((to, first)) = next else { break };
            let mut next = Some(first);
            while let Some(batch) = next {
                drop(state);
                self.send_batch(to, batch);
                state = self.lock();
                next = state.outboxes.next(to);
            }
        }
        let (wakes, leaves) = (state.outboxes.take_wake(), state.begins_to_leave());
        drop(state);
        if wakes {
            // An error says that the task is woken already, or that its system has ended.
            let _ = self.collected.try_send(());
        }
        if leaves {
            self.transport.leave();
            self.changed.notify();
        }
    }

    fn send_batch(&self, to: NodeId, batch: Batch) {
        for frame in batch.frames() {
            add_frame(&self.counts.frames_sent, &self.counts.bytes_sent, frame);
        }
        self.transport.send_batch(to, batch);
    }

    /// Sends the frames that were collected.
    pub(super) fn send_collected(&self) {
        let mut state = self.lock();
        state.outboxes.list_collected();
        self.send_listed(state, |_| false);
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

    /// Returns the window for all messages to the node of a proxy, or `None` if the session has
    /// ended.
    pub(crate) fn window_to(&self, import: &Import) -> Option<Arc<Window>> {
        let state = self.lock();
        let is_current = state.is_current(import.place.node, import.session);
        let peer = state.peers.get(&import.place.node).filter(|_| is_current)?;
        Some(peer.window.clone())
    }

    /// Returns the credit of messages of a proxy that no mailbox will accept.
    pub(crate) fn give_back(&self, import: &Import, cost: u64) {
        if let Some(window) = self.window_to(import) {
            window.give(cost);
        }
    }

    /// Sends a message of a proxy. Returns the caller if the session or the actor has ended.
    pub(crate) fn send_message(
        &self,
        import: &Import,
        message: &mut Outgoing,
        caller: Option<Caller>,
    ) -> Result<(), Option<Caller>> {
        let (to, export, method) = (import.place.node, import.place.export, message.method);
        // Set if the caller has left meanwhile.
        let mut abandoned = None;
        let opened = self.update(|state| {
            let Some(mut link) = state.link_in(to, import.session) else { return Err(caller) };
            // Credit is sent before the message, so it is pushed before the sequence number is taken.
            link.push_late_credit();
            // Under the lock of the state, so that the proxies of an actor record their messages in the order
            // of the frames. Credit arrives in the same order.
            let send = if caller.is_some() { None } else { Some(message.name) };
            let (trace, body) = (message.trace, &message.body[..]);
            let written = &mut message.written;
            let before = [trace.is_some(), !written.exports.is_empty(), !written.kept.is_empty()];
            let before: u64 = before.into_iter().map(u64::from).sum();
            if !import.sends(link.peer.next_sequence() + before, cost(body), send) {
                return Err(caller);
            }
            if import.is_older()
                && let Some(proxied) = link.peer.proxies.get_mut(&export)
            {
                proxied.sent(import.number);
            }
            let mut push = |link: &mut Link<'_>, frame| {
                if trace.is_some() {
                    link.push(&Frame::Trace { parent: trace });
                }
                link.push_body(written, &frame);
            };
            let Some(caller) = caller else {
                push(&mut link, Frame::Send { export, method, body });
                return Ok(None);
            };
            let call = link.peer.next_call;
            link.peer.next_call += 1;
            match caller {
                Caller::Call(mut pending) => {
                    let left = pending.deadline().map(time_left);
                    let waker = self.on_abandoned(to, link.peer, call);
                    let poll = pending.poll_abandoned(&mut Context::from_waker(&waker));
                    abandoned = poll.is_ready().then_some(waker);
                    link.peer.calls.insert(call, (export, pending));
                    push(&mut link, Frame::Call { export, method, call, left, body });
                    Ok(None)
                }
                Caller::Stream(reader) => {
                    let (left, items) = (reader.deadline().map(time_left), reader.capacity());
                    let (stream, arrived) = OpenStream::new(items);
                    link.peer.streams.insert(call, stream);
                    push(&mut link, Frame::Open { export, method, call, left, items, body });
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

    /// Removes a call of another node that has ended without a reply.
    pub(crate) fn finish(&self, scope: &Scope, call: u64) {
        let running = self.take_running(scope, call);
        drop(running);
        self.answered();
    }

    /// Sends an answer without a body to a call of another node, unless the call was cancelled.
    pub(crate) fn push_reply(&self, scope: &Scope, call: u64, frame: &Frame<'_>) {
        let running = self.take_running(scope, call);
        if running.is_some() {
            self.push_in(scope.peer, scope.session, frame);
        }
        drop(running);
        self.answered();
    }

    /// Sends answers to calls of another node. Answers to cancelled calls are dropped, and the cost of their
    /// replies is given back.
    pub(crate) fn push_answers(&self, scope: &Scope, replies: &Window, answers: Answers) {
        let (peer, session) = (scope.peer, scope.session);
        let Answers { bytes, mut all, .. } = answers;
        // Dropped behind the replies, and outside of the lock.
        let (mut running, mut kept) = (Vec::new(), Vec::new());
        let is_leaving = self.update(|state| {
            let Some(mut link) = state.link_in(peer, session) else { return state.is_leaving };
            let push = |answer: &mut Answered| {
                let call = answer.number;
                let Some(known) = link.peer.running.remove(call) else { return true };
                running.extend(known.task);
                match &answer.outcome {
                    Outcome::Reply(body) => {
                        let frame = Frame::Reply { call, body: &bytes[body.clone()] };
                        match &mut answer.written {
                            Some(written) => link.push_body(written, &frame),
                            None => link.push(&frame),
                        }
                    }
                    Outcome::Failed(error) => {
                        link.push(&Frame::Failed { call, error: CallFault::clone(error) });
                    }
                }
                kept.extend(answer.written.take());
                false
            };
            all.retain_mut(push);
            state.is_leaving
        });
        drop((running, kept));
        for Answered { outcome, written, .. } in all {
            if let Outcome::Reply(body) = outcome {
                replies.give(cost(&bytes[body]));
                if let Some(written) = written {
                    self.take_back(peer, session, &written.exports);
                }
            }
        }
        if is_leaving {
            self.changed.notify();
        }
    }

    /// Runs `f` under the lock, with the calls of another node that are not answered yet. `None` if the session is
    /// over.
    pub(crate) fn with_running<T>(
        &self,
        scope: &Scope,
        f: impl FnOnce(Option<&mut Calls<Running>>) -> T,
    ) -> T {
        let mut state = self.lock();
        let link = state.link_in(scope.peer, scope.session);
        f(link.map(|link| &mut link.peer.running))
    }

    /// Lets tasks wait for the answers to calls of another node, instead of a lane.
    pub(crate) fn watch_calls(
        &self,
        scope: &Scope,
        calls: impl Iterator<Item = u64>,
    ) -> Vec<Watched> {
        self.with_running(scope, |running| {
            let Some(running) = running else { return calls.map(|_| Watched::Over).collect() };
            let watch = |call| match running.get_mut(call) {
                Some(running) => {
                    let (token, cancelled) = Reply::pair();
                    running.task = Some(token);
                    Watched::Yes(cancelled)
                }
                None => Watched::Cancelled,
            };
            calls.map(watch).collect()
        })
    }

    /// Gives credit for messages to an export. The credit is sent before the next frame, or after [`LATE`].
    pub(crate) fn give_credit_later(&self, scope: &Scope, export: u64, bytes: u64) {
        let mut state = self.lock();
        if !state.is_current(scope.peer, scope.session) {
            return;
        }
        let Some(peer) = state.peers.get_mut(&scope.peer) else { return };
        *peer.late_credit.entry(export).or_default() += bytes;
        if !std::mem::replace(&mut state.has_late_credit, true) {
            drop(state);
            // An error means that the system has ended.
            let _ = self.late.try_send(());
        }
    }

    /// Sends the credit that still waits for a frame.
    pub(super) fn send_late_credit(&self) {
        self.update(|state| {
            state.has_late_credit = false;
            let peers: Vec<NodeId> = state.peers.keys().copied().collect();
            peers.into_iter().for_each(|peer| state.push_late_credit(peer));
        });
    }

    fn take_running(&self, scope: &Scope, call: u64) -> Option<Running> {
        self.with_running(scope, |running| running?.remove(call))
    }

    /// Notifies a waiting shutdown that a call of another node has ended.
    pub(super) fn answered(&self) {
        if self.lock().is_leaving {
            self.changed.notify();
        }
    }
}

/// Counts the cost of a reply or an item from a node. Gives the node credit after each MiB.
pub(super) fn accept_reply(state: &mut State, from: NodeId, cost: u64) {
    let Some(peer) = state.peers.get_mut(&from) else { return };
    peer.owed += cost;
    if peer.owed >= PAIR / 4 {
        let bytes = std::mem::take(&mut peer.owed);
        state.push(from, &Frame::Credit { export: REPLIES, bytes });
    }
}

/// Returns the time until a deadline, for a frame: in microseconds, rounded down, so that the deadline of the
/// receiver is later than this deadline by at most the transit time of the frame.
fn time_left(deadline: Instant) -> u64 {
    let left = deadline.saturating_duration_since(time::now());
    u64::try_from(left.as_micros()).unwrap_or(u64::MAX)
}
