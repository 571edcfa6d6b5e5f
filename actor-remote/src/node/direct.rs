//! Frames that need no task of their own: sends, calls, plain replies, and credit. Those that come one after another in a
//! batch are handled under one lock. Replies and credit are handled on the thread of the transport, if nothing that
//! has arrived before waits for the task of the node.
//!
//! Invariants:
//! - Frames of a node are handled in the order of the session. The thread of the transport handles a batch only
//!   while `unhandled` is zero, and the transport reports one event at a time; so neither overtakes the other.
//! - The thread of the transport does not wait for a lock of the node. The only code of the user on this thread is the
//!   wakers of callers. Neither the thread nor a waker sends frames: the task that sends collected frames is woken
//!   instead. The thread never holds the last reference to a part of the node.

use super::arrivals::lane;
use super::counters::{Counts, add, add_frames};
use super::outgoing::accept_reply;
use super::replies::SHORT;
use super::{Arrived, Inner};
use crate::batch::{Batch, Frames};
use crate::export::{Item, Messages};
use crate::frame::{self, Answer, Head, Message, REPLIES};
use crate::import::{WINDOW, cost};
use crate::scope::Scope;
use crate::session::{Arrival, Peer, Pending, Running, State};
use crate::transport::{NodeId, TransportEvent};
use crate::window::{CALLS, PAIR};
use async_channel::Sender;
use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, TryLockError};

/// The maximum number of frames that are handled under one lock.
const RUN: u32 = 64;

/// The number of bytes of a short frame, by which the number of frames is estimated.
const LEAST: usize = 16;

/// The maximum number of frames in a batch that the thread of the transport handles.
const FEW: u64 = 16;

/// The calls that replies complete outside of the lock, each with the reply.
type Answered<'a> = Vec<(Box<dyn Pending>, &'a [u8])>;

thread_local! {
    /// Set while the thread of a transport wakes callers.
    static IS_COMPLETING: Cell<bool> = const { Cell::new(false) };
}

/// The part of a node that the thread of the transport uses.
pub(super) struct Direct {
    /// The number of events of the transport that the task of the node has not handled.
    pub(super) unhandled: Arc<AtomicUsize>,
    pub(super) state: Arc<Mutex<State>>,
    pub(super) counts: Arc<Counts>,
    /// Wakes the task that sends collected frames.
    pub(super) collected: Sender<()>,
}

impl Direct {
    /// Handles a batch of replies and credit. Otherwise, or if its turn has not come, returns `false` and does
    /// nothing.
    pub(super) fn arrived(&self, from: NodeId, mut frames: Frames<'_>) -> bool {
        let begins = frames.peek().is_some_and(|bytes| answer(bytes).is_some());
        if !begins || self.unhandled.load(Ordering::Acquire) > 0 {
            return false;
        }
        let mut state = match self.state.try_lock() {
            Ok(state) => state,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return false,
        };
        if !state.has_answers_only(from, frames) {
            return false;
        }
        let mut answered = Answered::default();
        state.take_answers(from, &mut frames, &self.counts, &mut answered);
        let has_listed = state.outboxes.has_listed();
        drop(state);
        if has_listed {
            // An error means that the task is woken already, or that the node has left.
            let _ = self.collected.try_send(());
        }
        IS_COMPLETING.set(true);
        complete(answered);
        IS_COMPLETING.set(false);
        true
    }
}

/// Returns whether this thread is the thread of a transport that wakes callers. Such a thread must not send.
pub(super) fn is_completing() -> bool {
    IS_COMPLETING.get()
}

impl Inner {
    /// Returns the function that takes the events of the transport.
    pub(super) fn on_event(&self) -> Box<dyn Fn(TransportEvent<'_>) + Send + Sync> {
        let inbox = self.inbox.clone();
        let direct = Direct {
            unhandled: self.unhandled.clone(),
            state: self.state.clone(),
            counts: self.counts.clone(),
            collected: self.collected.clone(),
        };
        Box::new(move |event| {
            let arrived = match event {
                TransportEvent::Frame { from, bytes } => {
                    if direct.arrived(from, Frames::one(bytes)) {
                        return;
                    }
                    Arrived::Frames(from, Batch::of(bytes))
                }
                TransportEvent::Batch { from, bytes } => {
                    if direct.arrived(from, Frames::of(bytes)) {
                        return;
                    }
                    Arrived::Frames(from, Batch::from_bytes(bytes))
                }
                TransportEvent::Up(node) => Arrived::Up(node),
                TransportEvent::Down(node) => Arrived::Down(node),
                TransportEvent::NoContact { peer, reason } => {
                    Arrived::NoContact { peer: peer.to_owned(), reason: reason.to_owned() }
                }
            };
            direct.unhandled.fetch_add(1, Ordering::Relaxed);
            // Events after the node has left are ignored.
            let _ = inbox.try_send(arrived);
        })
    }

    /// Handles the replies and the credit that come next. Returns the number of frames.
    pub(super) fn answers_arrived(&self, from: NodeId, frames: &mut Frames<'_>) -> u32 {
        if frames.peek().is_none_or(|bytes| answer(bytes).is_none()) {
            return 0;
        }
        let mut answered = Answered::default();
        let handled =
            self.update(|state| state.take_answers(from, frames, &self.counts, &mut answered));
        complete(answered);
        handled
    }

    /// Handles the sends and calls to one actor that come next. Returns the number of frames.
    pub(super) fn messages_arrived(self: &Arc<Self>, from: NodeId, frames: &mut Frames<'_>) -> u32 {
        let Some((_, Message { export, .. })) = frames.peek().and_then(message) else {
            return 0;
        };
        let (handled, begun) = {
            let mut state = self.lock();
            let state = &mut *state;
            let is_taken = !state.is_leaving && !state.is_refused(from);
            let found = state.exports.get(&export).filter(|it| it.holders.contains_key(&from));
            let peer = state.peers.get_mut(&from).filter(|it| is_taken && it.expects_no_rest());
            let (Some(found), Some(peer)) = (found, peer) else { return 0 };
            let scope = Scope { node: self.clone(), peer: from, session: peer.mine };
            let (lane, begun) = lane(&scope, export, found, peer);
            let lane = lane.clone();
            let mut messages = Messages::new(lane.cancels.count(), frames.len());
            let (mut handled, mut bytes) = (0, 0);
            // A node that respects its windows never exceeds this limit.
            let room = (PAIR + WINDOW).saturating_sub(peer.queued.load(Ordering::Relaxed));
            while handled < RUN
                && let Some(next) = frames.peek()
                && let Some((head, Message { export: to, method, call, body })) = message(next)
                && to == export
                && messages.cost() + cost(body) <= room
                && call.is_none_or(|(call, _)| peer.may_call(call))
                && matches!(peer.arrive(head), Arrival::Next)
            {
                if let Some((call, _)) = call {
                    let cancels = lane.cancels.clone();
                    peer.running.insert(call, Running { cancels, task: None, credit: None });
                }
                messages.push(method, call, body);
                bytes += next.len() as u64;
                handled += 1;
                frames.next();
            }
            if handled > 0 {
                let Counts { frames_received, bytes_received, .. } = &*self.counts;
                add_frames(frames_received, bytes_received, handled, bytes);
                peer.queued.fetch_add(messages.cost(), Ordering::Relaxed);
                lane.push(Item::Messages(messages));
            }
            (handled, begun)
        };
        self.serve(begun);
        handled
    }
}

fn complete(answered: Answered<'_>) {
    for (pending, body) in answered {
        pending.reply_plain(body);
    }
}

/// Reads a frame that is a send or a call.
fn message(bytes: &[u8]) -> Option<(Head, Message<'_>)> {
    let (head, rest) = frame::open(bytes)?;
    Some((head, rest.message()?))
}

/// Reads a frame that is a reply or credit.
fn answer(bytes: &[u8]) -> Option<(Head, Answer<'_>)> {
    let (head, rest) = frame::open(bytes)?;
    Some((head, rest.answer()?))
}

impl Peer {
    /// Returns whether there is no preface for the next frame.
    fn expects_no_rest(&self) -> bool {
        self.preface.is_empty()
    }

    /// Returns whether the other node may make a call with this number.
    pub(super) fn may_call(&self, call: u64) -> bool {
        self.running.len() < CALLS && !self.running.contains(call)
    }

    /// Returns whether no code of the user runs when this reply or credit is handled.
    pub(super) fn is_plain(&self, answer: Answer<'_>) -> bool {
        match answer {
            Answer::Reply { call, body } => {
                let is_plain = self.calls.get(call).is_none_or(|(_, pending)| pending.is_plain());
                is_plain && body.len() <= SHORT
            }
            Answer::Credit { .. } => true,
        }
    }

    /// Returns the credit of messages that the mailbox of an actor has accepted to its proxies, in the order
    /// of the frames.
    pub(super) fn credited(&mut self, export: u64, bytes: u64) {
        if export == REPLIES {
            return self.replies.give(bytes);
        }
        let Some(proxied) = self.proxies.get_mut(&export) else { return };
        let left = proxied.accepted(bytes);
        self.window.give(bytes - left);
    }
}

impl State {
    /// Returns whether these are a few frames that [`take_answers`](Self::take_answers) takes.
    fn has_answers_only(&mut self, from: NodeId, frames: Frames<'_>) -> bool {
        if self.is_refused(from) {
            return false;
        }
        let Some(peer) = self.peers.get(&from).filter(|peer| peer.expects_no_rest()) else {
            return false;
        };
        (0..).zip(frames).all(|(place, bytes)| {
            let is_next = |(head, answer)| peer.is_at(head, place) && peer.is_plain(answer);
            place < FEW && answer(bytes).is_some_and(is_next)
        })
    }

    /// Takes the plain replies and the credit at the front of `frames`. Adds the completed calls to `answered`. Returns
    /// the number of taken frames.
    fn take_answers<'a>(
        &mut self,
        from: NodeId,
        frames: &mut Frames<'a>,
        counts: &Counts,
        answered: &mut Answered<'a>,
    ) -> u32 {
        if self.is_refused(from) {
            return 0;
        }
        let Some(peer) = self.peers.get_mut(&from).filter(|peer| peer.expects_no_rest()) else {
            return 0;
        };
        answered.reserve((frames.len() / LEAST + 1).min(RUN as usize));
        let (mut handled, mut bytes, mut accepted) = (0, 0, 0);
        while handled < RUN
            && let Some(next) = frames.peek()
            && let Some((head, answer)) = answer(next)
            && peer.is_plain(answer)
            && matches!(peer.arrive(head), Arrival::Next)
        {
            match answer {
                Answer::Credit { export, bytes } => peer.credited(export, bytes),
                Answer::Reply { call, body } => {
                    accepted += cost(body);
                    match peer.calls.remove(call) {
                        Some((_, pending)) => answered.push((pending, body)),
                        // The caller has left, and its cancellation was in flight.
                        None => add(&counts.stale),
                    }
                }
            }
            bytes += next.len() as u64;
            handled += 1;
            frames.next();
        }
        peer.window.answered(answered.len());
        add_frames(&counts.frames_received, &counts.bytes_received, handled, bytes);
        accept_reply(self, from, accepted);
        handled
    }
}
