//! The reactions of a node to its transport: frames, nodes that come and go, and ticks.

use super::counters::add;
use super::{Arrived, Inner};
use crate::export::{self, Item, Parcel};
use crate::frame::{self, CallFault, Ending, Frame, Reader};
use crate::scope::Scope;
use crate::session::Arrival;
use crate::transport::NodeId;
use actor_core::{Exit, Reply};
use std::sync::Arc;

/// The exit of an actor of another node. It is published on drop, behind every message of that node that
/// has arrived before.
struct Notice {
    scope: Scope,
    export: u64,
    exit: Exit,
}

impl Drop for Notice {
    fn drop(&mut self) {
        self.scope.node.exited(&self.scope, self.export, &self.exit);
    }
}

impl Inner {
    pub(super) fn handle(self: &Arc<Self>, event: Arrived) {
        match event {
            Arrived::Up(node) if node != self.id => {
                self.update(|state| {
                    if !state.is_closed {
                        state.up(node, &self.name);
                    }
                });
            }
            Arrived::Down(node) => {
                let wreck = self.update(|state| {
                    if state.peers.get(&node).is_some_and(|peer| peer.is_open) {
                        add(&self.counts.lost);
                    }
                    state.down(node)
                });
                wreck.tell();
                self.changed.notify(usize::MAX);
            }
            Arrived::Frame(from, bytes) => self.arrived(from, &bytes),
            Arrived::Up(_) => {}
        }
    }

    fn arrived(self: &Arc<Self>, from: NodeId, bytes: &[u8]) {
        let Some((head, rest)) = frame::open(bytes) else { return add(&self.counts.bad) };
        if head.sequence == 0 {
            return self.greeted(from, head.session, rest);
        }
        let (arrival, session) = match self.lock().peers.get_mut(&from) {
            Some(peer) => (peer.arrive(head), peer.mine),
            None => (Arrival::Stale, 0),
        };
        match arrival {
            Arrival::Stale => add(&self.counts.stale),
            Arrival::Gap => self.begin_again(from),
            Arrival::Next => {
                let scope = Scope { node: self.clone(), peer: from, session };
                let is_good = rest.frame().is_some_and(|frame| self.take(scope, frame));
                if !is_good {
                    add(&self.counts.bad);
                    self.begin_again(from);
                }
            }
        }
    }

    fn greeted(&self, from: NodeId, session: u32, rest: Reader<'_>) {
        let Some(Frame::Hello { echo, name }) = rest.frame() else {
            return add(&self.counts.bad);
        };
        let (opens, wreck) =
            self.update(|state| state.greeted(from, session, echo, name, &self.name));
        if wreck.was_open {
            add(&self.counts.lost);
        }
        wreck.tell();
        if opens {
            self.changed.notify(usize::MAX);
        }
    }

    /// Ends the session with a node, of which a frame is missing or wrong, and offers another one.
    fn begin_again(&self, peer: NodeId) {
        add(&self.counts.lost);
        let wreck = self.update(|state| {
            let wreck = state.reset(peer);
            state.say_hello(peer, &self.name, false);
            wreck
        });
        wreck.tell();
        self.changed.notify(usize::MAX);
    }

    /// Handles the next frame of a session. Returns `false` if it is not allowed.
    fn take(self: &Arc<Self>, scope: Scope, frame: Frame<'_>) -> bool {
        let from = scope.peer;
        match frame {
            Frame::Hello { .. } => return false,
            Frame::Names { gone, given } => {
                if let Some(peer) = self.lock().peers.get_mut(&from) {
                    for name in gone {
                        peer.names.remove(&name);
                    }
                    peer.names.extend(given.into_iter().map(|named| (named.name.clone(), named)));
                }
                self.changed.notify(usize::MAX);
            }
            Frame::Hold { export, key } => self.update(|state| {
                match state.exports.get_mut(&export).filter(|found| found.key == key) {
                    Some(found) => *found.holders.entry(from).or_default() += 1,
                    None => {
                        state.push(from, &Frame::Ended { export, exit: Ending::NoActor });
                    }
                }
            }),
            Frame::Release { export, count } => {
                let wreck = self.update(|state| state.let_go(from, export, count));
                wreck.tell();
            }
            Frame::Call { export, method, call, body } => {
                let (token, cancelled) = Reply::pair();
                let before = match self.lock().peers.get_mut(&from) {
                    Some(peer) => peer.running.insert(call, token),
                    None => None,
                };
                if before.is_some() {
                    return false;
                }
                let parcel = Parcel { method, body: body.to_vec(), call: Some((call, cancelled)) };
                if !self.queue(&scope, export, parcel) {
                    let error = CallFault::Stopped;
                    self.push_reply(&scope, call, &Frame::Failed { call, error });
                }
            }
            Frame::Send { export, method, body } => {
                if !self.queue(&scope, export, Parcel { method, body: body.to_vec(), call: None }) {
                    self.count_undelivered();
                }
            }
            Frame::Reply { call, body } => {
                let pending =
                    self.lock().peers.get_mut(&from).and_then(|it| it.calls.remove(&call));
                match pending {
                    Some(pending) => pending.reply(body, &scope),
                    // The caller has left, and its cancellation was under way.
                    None => add(&self.counts.stale),
                }
            }
            Frame::Failed { call, error } => {
                let pending =
                    self.lock().peers.get_mut(&from).and_then(|it| it.calls.remove(&call));
                match pending {
                    Some(pending) => pending.fail(error.into_error()),
                    None => add(&self.counts.stale),
                }
            }
            Frame::Cancel { call } => {
                let token =
                    self.lock().peers.get_mut(&from).and_then(|it| it.running.remove(&call));
                drop(token);
            }
            Frame::Credit { export, bytes } => {
                let import = {
                    let state = self.lock();
                    let peer = state.peers.get(&from);
                    peer.and_then(|it| it.proxies.get(&export)).map(|known| known.import.clone())
                };
                if let Some(import) = import {
                    import.accepted(bytes);
                }
            }
            Frame::Ended { export, exit } => {
                let exit = exit.into_exit();
                let notice = Arc::new(Notice { scope, export, exit });
                if let Some(peer) = self.lock().peers.get(&from) {
                    for lane in peer.lanes.values() {
                        let _ = lane.try_send(Item::Barrier(notice.clone()));
                    }
                }
            }
            Frame::Stop { export } => self.stop(from, export),
            Frame::Kill { export } => self.held(from, export, |address| address.kill()),
            Frame::Heartbeat => {}
            Frame::Leaving => {
                let wreck = self.update(|state| state.reset(from));
                wreck.tell();
                self.changed.notify(usize::MAX);
            }
        }
        true
    }

    /// Puts a message into the lane of its export. Returns `false` if the node does not hold that.
    fn queue(self: &Arc<Self>, scope: &Scope, export: u64, parcel: Parcel) -> bool {
        let mut begun = None;
        {
            let mut state = self.lock();
            let state = &mut *state;
            let Some(found) = state.exports.get(&export) else { return false };
            if !found.holders.contains_key(&scope.peer) {
                return false;
            }
            let Some(peer) = state.peers.get_mut(&scope.peer) else { return false };
            let lane = peer.lanes.entry(export).or_insert_with(|| {
                let (lane, items) = async_channel::unbounded();
                begun = Some((found.address.clone(), items, peer.is_alive.clone()));
                lane
            });
            let _ = lane.try_send(Item::Message(parcel));
        }
        if let Some((address, items, is_alive)) = begun {
            let serving = export::serve(address, items, scope.clone(), export, is_alive);
            self.system.spawn_task(serving).detach();
        }
        true
    }

    /// Stops an export that the node holds, behind the messages that came before.
    fn stop(&self, holder: NodeId, export: u64) {
        let lane = {
            let state = self.lock();
            state.peers.get(&holder).and_then(|peer| peer.lanes.get(&export).cloned())
        };
        match lane {
            // It is closed only if the session has ended meanwhile.
            Some(lane) => drop(lane.try_send(Item::Stop)),
            None => self.held(holder, export, |address| address.stop()),
        }
    }

    /// Does something to an export that the node holds.
    fn held(&self, holder: NodeId, export: u64, run: impl FnOnce(&dyn export::Exported)) {
        let address = {
            let state = self.lock();
            let found = state.exports.get(&export);
            found.filter(|it| it.holders.contains_key(&holder)).map(|it| it.address.clone())
        };
        if let Some(address) = address {
            run(&*address);
        }
    }

    /// An actor of another node has ended, and all messages of that node that arrived before have been
    /// delivered.
    fn exited(&self, scope: &Scope, export: u64, exit: &Exit) {
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
        if let Some(gone) = gone {
            for older in &gone.older {
                older.end(exit.clone());
            }
            gone.import.end(exit.clone());
        }
    }

    /// Once a second: heartbeats, offers of sessions that were lost, and cancellations of calls whose
    /// callers have left.
    pub(super) fn tick(&self) {
        let left = self.update(|state| {
            let mut left = Vec::new();
            let peers: Vec<NodeId> = state.peers.keys().copied().collect();
            for id in peers {
                let Some(peer) = state.peers.get_mut(&id) else { continue };
                if !peer.is_open {
                    // The known number of the other side may be out of date: it is asked for again.
                    state.say_hello(id, &self.name, false);
                    continue;
                }
                let unwanted: Vec<u64> = peer
                    .calls
                    .iter()
                    .filter(|(_, pending)| !pending.is_wanted())
                    .map(|(call, _)| *call)
                    .collect();
                for call in unwanted {
                    left.extend(state.peers.get_mut(&id).and_then(|it| it.calls.remove(&call)));
                    state.push(id, &Frame::Cancel { call });
                }
                // Its sequence number shows the other side whether the frame before it was lost. The
                // heartbeat may be lost too, so there is one in each second.
                state.push(id, &Frame::Heartbeat);
            }
            left
        });
        drop(left);
    }
}
