//! Frames that need no task of their own: sends, plain replies, and credit. Those that come one after another in a
//! batch are handled under one lock. Replies and credit are handled on the thread of the transport, if nothing that
//! has arrived before waits for the task of the node.
//!
//! Invariants:
//! - Frames of a node are handled in the order of the session. The thread of the transport handles a batch only
//!   while `unhandled` is zero, and the transport reports one event at a time; so neither overtakes the other.
//! - The thread of the transport waits for no lock of the node, and runs no code of the user but the wakers of
//!   callers. It sends nothing, and neither do the wakers: the task that sends collected frames is woken. The thread
//!   owns nothing of the node that it could drop last.

use super::arrivals::lane;
use super::counters::{Counts, add, add_frames};
use super::outgoing::accept_reply;
use super::replies::SHORT;
use super::{Arrived, Inner};
use crate::batch::{self, Batch};
use crate::export::{Item, Sends};
use crate::frame::{self, Frame, Head, REPLIES};
use crate::import::{WINDOW, cost};
use crate::scope::Scope;
use crate::session::{Arrival, Peer, Pending, State};
use crate::transport::{NodeId, TransportEvent};
use crate::window::PAIR;
use async_channel::Sender;
use std::cell::Cell;
use std::iter::{self, Peekable};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, TryLockError};

/// The maximum number of frames that are handled under one lock.
const RUN: u32 = 64;

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
    pub(super) fn arrived<'a>(
        &self,
        from: NodeId,
        frames: impl Iterator<Item = &'a [u8]> + Clone,
    ) -> bool {
        let begins = frames.clone().next().is_some_and(|bytes| answer(bytes).is_some());
        if !begins || self.unhandled.load(Ordering::Acquire) > 0 {
            return false;
        }
        let mut state = match self.state.try_lock() {
            Ok(state) => state,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return false,
        };
        if !state.has_answers_only(from, frames.clone()) {
            return false;
        }
        let mut answered = Answered::default();
        state.take_answers(from, &mut frames.peekable(), &self.counts, &mut answered);
        let has_listed = state.outboxes.has_listed();
        drop(state);
        if has_listed {
            // An error says that the task is woken already, or that the node has left.
            let _ = self.collected.try_send(());
        }
        IS_COMPLETING.set(true);
        complete(answered);
        IS_COMPLETING.set(false);
        true
    }
}

/// Returns whether this is the thread of a transport, on which nothing may be sent.
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
                    if direct.arrived(from, iter::once(bytes)) {
                        return;
                    }
                    Arrived::Frames(from, Batch::of(bytes))
                }
                TransportEvent::Batch { from, bytes } => {
                    if direct.arrived(from, batch::frames(bytes)) {
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
    pub(super) fn answers_arrived<'a>(
        &self,
        from: NodeId,
        frames: &mut Peekable<impl Iterator<Item = &'a [u8]>>,
    ) -> u32 {
        if frames.peek().is_none_or(|bytes| answer(bytes).is_none()) {
            return 0;
        }
        let mut answered = Answered::default();
        let handled =
            self.update(|state| state.take_answers(from, frames, &self.counts, &mut answered));
        complete(answered);
        handled
    }

    /// Handles the sends to one actor that come next. Returns the number of frames.
    pub(super) fn sends_arrived<'a>(
        self: &Arc<Self>,
        from: NodeId,
        frames: &mut Peekable<impl Iterator<Item = &'a [u8]>>,
    ) -> u32 {
        let Some((_, Frame::Send { export, .. })) = frames.peek().and_then(|it| send(it)) else {
            return 0;
        };
        let (handled, begun) = {
            let mut state = self.lock();
            let state = &mut *state;
            let is_taken = !state.is_leaving && !state.is_refused(from);
            let found = state.exports.get(&export).filter(|it| it.holders.contains_key(&from));
            let peer = state.peers.get_mut(&from).filter(|it| is_taken && it.expects_no_rest());
            let (Some(found), Some(peer)) = (found, peer) else { return 0 };
            let mut sends = Sends::default();
            let (mut handled, mut bytes) = (0, 0);
            // A node that keeps to its windows never has as much in flight.
            let room = (PAIR + WINDOW).saturating_sub(peer.queued.load(Ordering::Relaxed));
            while handled < RUN
                && let Some(next) = frames.peek()
                && let Some((head, Frame::Send { export: to, method, body })) = send(next)
                && to == export
                && sends.cost() + cost(body) <= room
                && matches!(peer.arrive(head), Arrival::Next)
            {
                sends.push(method, body);
                bytes += next.len() as u64;
                handled += 1;
                frames.next();
            }
            if handled == 0 {
                return 0;
            }
            add_frames(&self.counts.frames_received, &self.counts.bytes_received, handled, bytes);
            peer.queued.fetch_add(sends.cost(), Ordering::Relaxed);
            let scope = Scope { node: self.clone(), peer: from, session: peer.mine };
            let (lane, begun) = lane(&scope, export, found, peer);
            lane.push(Item::Sends(sends));
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

/// Reads a frame that is a send.
fn send(bytes: &[u8]) -> Option<(Head, Frame<'_>)> {
    let (head, rest) = frame::open(bytes)?;
    Some((head, rest.send()?))
}

/// Reads a frame that is a reply or credit.
fn answer(bytes: &[u8]) -> Option<(Head, Frame<'_>)> {
    let (head, rest) = frame::open(bytes)?;
    Some((head, rest.answer()?))
}

impl Peer {
    /// Returns whether no frame has arrived that belongs to the next one.
    fn expects_no_rest(&self) -> bool {
        self.preface.is_empty()
    }

    /// Returns whether no code of the user runs when this reply or credit is handled.
    pub(super) fn is_plain(&self, frame: &Frame<'_>) -> bool {
        match frame {
            Frame::Reply { call, body } => {
                let is_plain = self.calls.get(call).is_none_or(|(_, pending)| pending.is_plain());
                is_plain && body.len() <= SHORT
            }
            _ => true,
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
    fn has_answers_only<'a>(
        &mut self,
        from: NodeId,
        frames: impl Iterator<Item = &'a [u8]>,
    ) -> bool {
        if self.is_refused(from) {
            return false;
        }
        let Some(peer) = self.peers.get(&from).filter(|peer| peer.expects_no_rest()) else {
            return false;
        };
        (0..).zip(frames).all(|(place, bytes)| {
            let is_next = |(head, frame)| peer.is_at(head, place) && peer.is_plain(&frame);
            place < FEW && answer(bytes).is_some_and(is_next)
        })
    }

    /// Takes the plain replies and the credit that come next. Returns the number of frames, and adds the calls
    /// that the replies complete.
    fn take_answers<'a>(
        &mut self,
        from: NodeId,
        frames: &mut Peekable<impl Iterator<Item = &'a [u8]>>,
        counts: &Counts,
        answered: &mut Answered<'a>,
    ) -> u32 {
        if self.is_refused(from) {
            return 0;
        }
        let Some(peer) = self.peers.get_mut(&from).filter(|peer| peer.expects_no_rest()) else {
            return 0;
        };
        let (mut handled, mut bytes, mut accepted) = (0, 0, 0);
        while handled < RUN
            && let Some(next) = frames.peek()
            && let Some((head, frame)) = answer(next)
            && peer.is_plain(&frame)
            && matches!(peer.arrive(head), Arrival::Next)
        {
            match frame {
                Frame::Credit { export, bytes } => peer.credited(export, bytes),
                Frame::Reply { call, body } => {
                    accepted += cost(body);
                    match peer.calls.remove(&call) {
                        Some((_, pending)) => answered.push((pending, body)),
                        // The caller has left, and its cancellation was in flight.
                        None => add(&counts.stale),
                    }
                }
                _ => {}
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
