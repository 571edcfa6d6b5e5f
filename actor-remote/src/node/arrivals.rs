//! Handles the events of the transport: frames, and nodes that come up or go down. Also handles ticks.
//!
//! Invariant: only the task of the node begins and ends sessions. Therefore a frame is handled in the session in which
//! it has arrived, although the lock of the state is released in between. Any thread may end the node. The end of the
//! node removes all other nodes, and none is added afterwards.

use super::counters::{add, add_frame};
use super::events::{Cause, Member, NodeEvent, report};
use super::streams::Fate;
use super::{Announced, Arrived, Inner};
use crate::export::{
    self, Asked, Export, Exported, Item, Lane, LaneItems, Parcel, Server, StreamReader,
};
use crate::frame::{self, CallFault, Frame, Reader};
use crate::import::{WINDOW, cost};
use crate::scope::Scope;
use crate::session::{Arrival, Peer, Preface, Running};
use crate::stream::ITEMS;
use crate::stream::producer::ItemCredit;
use crate::trace::TraceParent;
use crate::transport::NodeId;
use crate::window::PAIR;
use actor_core::future::yield_now;
use actor_core::{Exit, Reply, time};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// Returns the deadline that is `left` microseconds from now, or `None` if it is beyond the range of the clock.
fn deadline_in(left: u64) -> Option<Instant> {
    time::now().checked_add(Duration::from_micros(left))
}

/// The result of queueing an item for an export.
pub(super) enum Queued {
    Yes,
    /// The other node does not hold the export, the actor has ended, this node is about to leave, or the session has
    /// ended.
    NotHeld,
    /// The other node sends more than its windows allow.
    BeyondWindow,
}

/// The number of frames and other events that are handled before the task yields.
const TURN: u32 = 64;

/// Returns the lane of an export for a node. The caller starts a task for a new lane.
pub(super) fn lane<'a>(
    scope: &Scope,
    export: u64,
    found: &Export,
    peer: &'a mut Peer,
) -> (&'a Lane, Option<(Server, LaneItems)>) {
    let mut begun = None;
    let lane = peer.lanes.entry(export).or_insert_with(|| {
        let (lane, items) = export::lane();
        let server = Server {
            scope: scope.clone(),
            export,
            address: found.address.clone(),
            is_alive: peer.is_alive.clone(),
            replies: peer.replies.clone(),
            queued: peer.queued.clone(),
            cancels: lane.cancels.clone(),
        };
        begun = Some((server, items));
        lane
    });
    (lane, begun)
}

/// Counts the frames and other events.
#[derive(Default)]
pub(super) struct Turn {
    handled: u32,
}

impl Turn {
    /// Counts one event. Yields after [`TURN`] events.
    async fn count(&mut self) {
        self.count_run(1).await;
    }

    /// Counts frames that are handled together.
    async fn count_run(&mut self, frames: u32) {
        self.handled += frames;
        if self.handled >= TURN {
            self.handled = 0;
            yield_now().await;
        }
    }
}

impl Arrived {
    /// Returns whether the event is counted in `unhandled`.
    fn is_of_transport(&self) -> bool {
        match self {
            Arrived::Up(_) | Arrived::Down(_) | Arrived::Frames(..) | Arrived::NoContact { .. } => {
                true
            }
            Arrived::Abandoned { .. }
            | Arrived::GivenBack { .. }
            | Arrived::Overdue { .. }
            | Arrived::Offended { .. } => false,
        }
    }
}

impl Inner {
    pub(super) async fn handle(self: &Arc<Self>, event: Arrived, turn: &mut Turn) {
        let is_of_transport = event.is_of_transport();
        self.handle_next(event, turn).await;
        if is_of_transport {
            self.unhandled.fetch_sub(1, Ordering::Release);
        }
    }

    async fn handle_next(self: &Arc<Self>, event: Arrived, turn: &mut Turn) {
        match event {
            Arrived::Up(node) if node != self.id => {
                self.update(|state| {
                    if !state.is_closed {
                        state.up(node, &self.name);
                    }
                });
            }
            Arrived::Down(node) => {
                let ended_session = self.update(|state| state.down(node));
                self.session_ended(ended_session, Cause::Lost);
            }
            Arrived::Frames(from, batch) => {
                let mut frames = batch.iter();
                while frames.peek().is_some() {
                    let handled = match self.messages_arrived(from, &mut frames) {
                        0 => self.answers_arrived(from, &mut frames),
                        messages => messages,
                    };
                    if handled == 0
                        && let Some(frame) = frames.next()
                    {
                        self.arrived(from, frame);
                    }
                    turn.count_run(handled.max(1)).await;
                }
                return;
            }
            Arrived::NoContact { peer, reason } => self.no_contact(peer, reason),
            Arrived::Abandoned { peer, session, group } => self.abandoned(peer, session, group),
            Arrived::GivenBack { peer, session, listed } => {
                self.give_back_addresses(peer, session, listed);
            }
            Arrived::Overdue { peer, session } => self.overdue(peer, session),
            Arrived::Offended { peer } => self.offended(peer),
            Arrived::Up(_) => {}
        }
        turn.count().await;
    }

    fn arrived(self: &Arc<Self>, from: NodeId, bytes: &[u8]) {
        add_frame(&self.counts.frames_received, &self.counts.bytes_received, bytes);
        let opened = frame::open(bytes);
        let mut state = self.lock();
        if state.is_refused(from) {
            return add(&self.counts.bad);
        }
        let Some((head, rest)) = opened else {
            drop(state);
            return self.bad_frame(from);
        };
        if head.sequence == 0 {
            drop(state);
            return self.greeted(from, head.session, rest);
        }
        let (arrival, session, before) = match state.peers.get_mut(&from) {
            Some(peer) => match peer.arrive(head) {
                Arrival::Next => (Arrival::Next, peer.mine, std::mem::take(&mut peer.preface)),
                arrival => (arrival, peer.mine, Preface::default()),
            },
            None => (Arrival::Stale, 0, Preface::default()),
        };
        drop(state);
        match arrival {
            Arrival::Stale => add(&self.counts.stale),
            Arrival::Gap => self.begin_again(from),
            Arrival::Next => {
                let scope = Scope { node: self.clone(), peer: from, session };
                let is_good = rest.frame().is_some_and(|frame| self.take(scope, frame, before));
                if !is_good {
                    self.begin_again(from);
                    self.bad_frame(from);
                }
            }
        }
    }

    fn greeted(&self, from: NodeId, session: u32, rest: Reader<'_>) {
        let Some(Frame::Hello { echo, name }) = rest.frame() else {
            return self.bad_frame(from);
        };
        let (opens, ended_session) =
            self.update(|state| state.greeted(from, session, echo, name, &self.name));
        self.session_ended(ended_session, Cause::Lost);
        if opens {
            add(&self.counts.sessions);
            let mut state = self.lock();
            let name = state.peers.get(&from).map(|peer| peer.name.clone()).unwrap_or_default();
            state.no_contact.clear();
            report(&mut state.streams, &NodeEvent::Joined(Member { name, id: from }));
            drop(state);
            self.changed.notify();
            self.count_session(from);
        }
    }

    /// Ends the session with a node after a missing or wrong frame, and offers a new session.
    pub(super) fn begin_again(&self, peer: NodeId) {
        let ended_session = self.update(|state| {
            let ended_session = state.reset(peer);
            state.say_hello(peer, &self.name, false);
            ended_session
        });
        self.session_ended(ended_session, Cause::Lost);
    }

    /// Handles the next frame of a session. Returns `false` if the frame is not allowed.
    fn take(self: &Arc<Self>, scope: Scope, frame: Frame<'_>, mut before: Preface) -> bool {
        let from = scope.peer;
        if !before.fits(&frame) {
            return false;
        }
        match frame {
            Frame::Addresses { exports } => {
                before.exports = exports;
                return self.keep_preface(from, before);
            }
            Frame::Passed { actors } => {
                before.passed = actors;
                return self.keep_preface(from, before);
            }
            Frame::Trace { parent } => {
                before.trace = parent;
                return self.keep_preface(from, before);
            }
            _ => {}
        }
        let trace = before.trace.take();
        let announced = Announced::new(&scope, before);
        match frame {
            Frame::Hello { .. }
            | Frame::Addresses { .. }
            | Frame::Passed { .. }
            | Frame::Trace { .. } => return false,
            Frame::Names { gone, given } => {
                let changes = self.lock().learn_names(from, &gone, given);
                if changes == Some(true) {
                    self.changed.notify();
                }
                return changes.is_some();
            }
            Frame::Hold { export, key, asks } => self.claimed(from, (export, key), asks),
            Frame::Held { export } => return self.claim_answered(from, export),
            Frame::Taken { node, export, count } => {
                self.taken(from, (NodeId(node), export), count);
            }
            Frame::Release { export, count } => self.released(from, export, count),
            Frame::Call { export, method, call, left, body } => {
                return self.called(
                    &scope,
                    call,
                    None,
                    left.and_then(deadline_in),
                    (export, method, body, (announced, trace)),
                );
            }
            Frame::Open { export, method, call, left, items, body } => {
                let credit = (1..=ITEMS).contains(&items).then(|| Arc::new(ItemCredit::new(items)));
                let deadline = left.and_then(deadline_in);
                return credit.is_some()
                    && self.called(
                        &scope,
                        call,
                        credit,
                        deadline,
                        (export, method, body, (announced, trace)),
                    );
            }
            Frame::Send { export, method, body } => {
                let parcel = Parcel { method, body: body.to_vec(), announced, trace, call: None };
                match self.queue(&scope, export, Item::Parcel(Box::new(parcel))) {
                    Queued::Yes => {}
                    // The sender reports the message when `Ended` arrives.
                    Queued::NotHeld => self.count_undelivered(),
                    Queued::BeyondWindow => return false,
                }
            }
            Frame::Reply { call, body } => return self.replied(&scope, call, body, announced),
            Frame::Failed { call, error } => {
                let pending = self.lock().peers.get_mut(&from).and_then(|it| it.take_call(call));
                match pending {
                    Some((_, pending)) => pending.fail(error.into_error()),
                    None if self.stream_ended(&scope, call, Some(error)) == Fate::Accepted => {}
                    None => add(&self.counts.stale),
                }
            }
            Frame::Item { call, number, body } => {
                return self.is_fine(self.item(&scope, call, (number, body), announced));
            }
            Frame::End { call, error } => {
                return self.is_fine(self.stream_ended(&scope, call, error));
            }
            Frame::Granted { call, items, bytes } => {
                self.granted(&scope, call, items, bytes);
            }
            Frame::Cancel { call } => {
                let running = self.update(|state| {
                    let running = state.peers.get_mut(&from)?.running.remove(call)?;
                    running.cancels.add();
                    // No item is sent behind this: see `push_item`.
                    if running.credit.is_some() {
                        state.push(from, &Frame::End { call, error: None });
                    }
                    Some(running)
                });
                if let Some(running) = running {
                    running.cancel();
                }
                self.answered();
            }
            Frame::Credit { export, bytes } => {
                if let Some(peer) = self.lock().peers.get_mut(&from) {
                    peer.credited(export, bytes);
                }
            }
            Frame::Ended { export, exit } => {
                return self.ended_there(&scope, export, exit);
            }
            // Queued behind the earlier messages of the other node.
            Frame::Stop { export } => {
                self.queue(&scope, export, Item::Stop);
            }
            Frame::Kill { export } => {
                if let Some(address) = self.held(from, export) {
                    self.kill_for(scope, export, address);
                }
            }
            Frame::Heartbeat => {}
            Frame::Leaving => {
                let ended_session = self.update(|state| state.reset(from));
                self.session_ended(ended_session, Cause::Left);
            }
        }
        true
    }

    /// Stores the content of a frame that belongs to the next frame.
    fn keep_preface(&self, from: NodeId, preface: Preface) -> bool {
        if let Some(peer) = self.lock().peers.get_mut(&from) {
            peer.preface = preface;
        }
        true
    }

    /// Returns whether a frame of a stream is allowed. Counts a late frame as stale.
    fn is_fine(&self, fate: Fate) -> bool {
        if fate == Fate::Late {
            add(&self.counts.stale);
        }
        fate != Fate::Wrong
    }

    /// Accepts a call. Returns `false` if the call is not allowed.
    fn called(
        self: &Arc<Self>,
        scope: &Scope,
        call: u64,
        credit: Option<Arc<ItemCredit>>,
        deadline: Option<Instant>,
        (export, method, body, before): (u64, u64, &[u8], (Announced, Option<TraceParent>)),
    ) -> bool {
        if !self.lock().peers.get(&scope.peer).is_some_and(|peer| peer.may_call(call)) {
            return false;
        }
        let (reader, token) = credit.map_or((None, None), |credit| {
            let (token, cancelled) = Reply::pair();
            (Some(StreamReader { credit, cancelled }), Some(token))
        });
        let asked = Asked { number: call, cancels: 0, deadline, reader };
        let (announced, trace) = before;
        let parcel = Parcel { method, body: body.to_vec(), announced, trace, call: Some(asked) };
        match self.queue_call(scope, export, Item::Parcel(Box::new(parcel)), token) {
            Queued::Yes => {}
            Queued::NotHeld => {
                let error = CallFault::Stopped;
                self.push_in(scope.peer, scope.session, &Frame::Failed { call, error });
                self.answered();
            }
            Queued::BeyondWindow => return false,
        }
        true
    }

    /// Puts an item into the lane of its export.
    pub(super) fn queue(self: &Arc<Self>, scope: &Scope, export: u64, item: Item) -> Queued {
        self.queue_call(scope, export, item, None)
    }

    /// Puts an item into the lane of its export. If it is a call, it is entered as running. The token cancels the
    /// task that waits for the answer, if that is not the lane.
    fn queue_call(
        self: &Arc<Self>,
        scope: &Scope,
        export: u64,
        mut item: Item,
        token: Option<Reply<()>>,
    ) -> Queued {
        let begun = {
            let mut state = self.lock();
            let state = &mut *state;
            if state.is_leaving && matches!(item, Item::Parcel(_)) {
                return Queued::NotHeld;
            }
            let Some(found) = state.exports.get(&export) else { return Queued::NotHeld };
            if !found.holders.contains_key(&scope.peer) {
                return Queued::NotHeld;
            }
            let peer = state.peers.get_mut(&scope.peer);
            // The session may have ended while the rule of the node ran.
            let Some(peer) = peer.filter(|peer| peer.mine == scope.session) else {
                return Queued::NotHeld;
            };
            let (lane, begun) = lane(scope, export, found, peer);
            let lane = lane.clone();
            if let Item::Parcel(parcel) = &mut item {
                // A node that keeps to its windows never has as much in flight.
                let cost = cost(&parcel.body);
                let before = peer.queued.fetch_add(cost, Ordering::Relaxed);
                if before + cost > PAIR + WINDOW {
                    return Queued::BeyondWindow;
                }
                if let Some(asked) = &mut parcel.call {
                    asked.cancels = lane.cancels.count();
                    let cancels = lane.cancels.clone();
                    let credit = asked.reader.as_ref().map(|reader| reader.credit.clone());
                    let running = Running { cancels, task: token, credit };
                    peer.running.insert(asked.number, running);
                }
            }
            lane.push(item);
            begun
        };
        self.serve(begun);
        Queued::Yes
    }

    /// Starts the task of a new lane.
    pub(super) fn serve(&self, begun: Option<(Server, LaneItems)>) {
        if let Some((server, items)) = begun {
            self.system.spawn_task(server.run(items)).detach();
        }
    }

    /// Returns an export that the node holds.
    fn held(&self, holder: NodeId, export: u64) -> Option<Arc<dyn Exported>> {
        let state = self.lock();
        let found = state.exports.get(&export);
        found.filter(|it| it.holders.contains_key(&holder)).map(|it| it.address.clone())
    }

    /// Ends the proxies of an ended actor of another node. Called after all earlier messages of that node have
    /// been delivered.
    pub(super) fn exited(&self, scope: &Scope, export: u64, exit: &Exit) {
        let from = scope.peer;
        let gone = {
            let mut state = self.lock();
            if !state.is_current(from, scope.session) {
                return;
            }
            let gone = state.peers.get_mut(&from).and_then(|it| it.proxies.remove(&export));
            if let Some(gone) = &gone {
                state.proxied.remove(&gone.actor);
            }
            gone
        };
        let Some(gone) = gone else { return };
        let imports = gone.imports();
        // If the actor continues, and only its address ends, the other node forgets this one.
        let count = imports.clone().map(|import| import.held()).sum();
        self.push_in(from, scope.session, &Frame::Release { export, count });
        for import in imports {
            import.end(exit.clone());
        }
    }

    /// Runs once a second. Sends heartbeats, and offers lost sessions again.
    pub(super) fn tick(&self) {
        let now = time::now();
        self.update(|state| {
            let peers: Vec<NodeId> = state.peers.keys().copied().collect();
            for id in peers {
                if state.refused.get(&id).is_some_and(|until| now < *until) {
                    continue;
                }
                if !state.peers.get(&id).is_some_and(|peer| peer.is_open) {
                    // The known number of the other side may be out of date, so it is requested again.
                    state.say_hello(id, &self.name, false);
                    continue;
                }
                // The sequence number of a heartbeat reveals the loss of earlier frames. A heartbeat may be lost
                // too, so one is sent every second.
                state.push(id, &Frame::Heartbeat);
            }
        });
    }
}
