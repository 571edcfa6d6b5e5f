//! Sessions: the shared state of two nodes, the order of their frames, and the end of a session. This module runs no
//! code of the user. It returns values to be dropped and waiters to be notified.

mod calls;
mod ended_session;
mod exits;
mod link;
mod names;
mod outbox;
mod proxied;

pub(crate) use calls::Calls;
pub(crate) use ended_session::EndedSession;
pub(crate) use exits::{ExitHere, Exits};
pub(crate) use link::Link;
pub(crate) use outbox::Outboxes;
pub(crate) use proxied::Proxied;

use crate::export::{Cancels, Export, Lane};
use crate::frame::{Ending, Frame, Head, Named};
use crate::node::{Announced, Claim, Lent, Member, Offences, Undecoded, Unread};
use crate::remote::Place;
use crate::scope::Scope;
use crate::stream::producer::ItemCredit;
use crate::stream::reader::OpenStream;
use crate::trace::TraceParent;
use crate::transport::NodeId;
use crate::window::Window;
use actor_core::{ActorId, CallError, Reply};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

/// The minimum number of bytes of an address in a body.
const ADDRESS: usize = 4;

/// The source of session numbers and export keys. Other nodes must not be able to guess them.
pub(crate) type Random = Box<dyn FnMut() -> u64 + Send>;

/// A call that waits for its reply.
pub(crate) trait Pending: Send {
    /// Polls whether the caller has left. If not, the waker is woken when the caller leaves.
    fn poll_abandoned(&mut self, cx: &mut Context<'_>) -> Poll<()>;
    fn is_abandoned(&self) -> bool;
    fn deadline(&self) -> Option<Instant>;
    /// Marks the call as started. Returns `false` if the call has ended, because its caller has left or its
    /// deadline has passed.
    fn begin(&mut self) -> bool;
    /// Returns whether the reply can be decoded, observed and dropped without code of the user.
    fn is_plain(&self) -> bool;
    /// Completes a plain call with the reply that has arrived. The only code of the user that runs is a waker.
    fn reply_plain(self: Box<Self>, bytes: &[u8]);
    /// Completes the call with the reply that has arrived.
    fn reply(self: Box<Self>, bytes: &[u8], scope: &Scope, announced: Announced);
    fn fail(self: Box<Self>, error: CallError);
}

/// The state of a node, under one lock.
pub(crate) struct State {
    pub(crate) peers: BTreeMap<NodeId, Peer>,
    pub(crate) exports: BTreeMap<u64, Export>,
    pub(crate) next_export: u64,
    /// The export of an actor for one protocol.
    pub(crate) by_actor: HashMap<(ActorId, &'static str), u64>,
    /// The actors of other nodes behind the proxies of this node.
    pub(crate) proxied: HashMap<ActorId, Place>,
    /// The names of actors of this node, and their exports.
    pub(crate) names: BTreeMap<String, u64>,
    /// The bytes that these names take.
    names_cost: usize,
    /// Incremented whenever a name is added or removed on any node.
    pub(crate) names_version: u64,
    pub(crate) outboxes: Outboxes,
    /// Set while the task that sends late credit has work.
    pub(crate) has_late_credit: bool,
    /// Set once the node accepts no further messages, because it is about to leave.
    pub(crate) is_leaving: bool,
    pub(crate) is_closed: bool,
    /// Set once the transport leaves.
    pub(crate) has_left: bool,
    /// The results of the user's `allow` function, by node and export.
    pub(crate) verdicts: BTreeMap<(NodeId, u64), bool>,
    pub(crate) offences: BTreeMap<NodeId, Offences>,
    /// Nodes whose frames are dropped until this time.
    pub(crate) refused: BTreeMap<NodeId, Instant>,
    /// The number of sessions opened so far, which orders sessions by age.
    opened: u64,
    pub(crate) random: Random,
    /// The streams of events that users read.
    pub(crate) streams: Vec<Weak<Unread>>,
    /// The nodes and endpoints that could not be reached since the last session began, each with the reason.
    pub(crate) no_contact: BTreeMap<String, String>,
}

/// The state of another node.
pub(crate) struct Peer {
    pub(crate) name: String,
    /// The number of this node's side of the session, never zero.
    pub(crate) mine: u32,
    /// The number of the other side, once known.
    pub(crate) theirs: Option<u32>,
    /// Set once each side knows the other's number.
    pub(crate) is_open: bool,
    /// The value of `opened` at the start of the session. Older sessions have lower values.
    pub(crate) since: u64,
    next_out: u64,
    next_in: u64,
    pub(crate) preface: Preface,
    /// Cleared at the end of the session. Then its lanes deliver no further messages.
    pub(crate) is_alive: Arc<AtomicBool>,
    /// The named actors of the other node. The `name` of an entry is empty, because the name is the key.
    pub(crate) names: BTreeMap<String, Named>,
    /// The bytes that these names take.
    names_cost: usize,
    pub(crate) proxies: BTreeMap<u64, Proxied>,
    /// The actors of other nodes whose addresses the other node has not taken yet, by their node and export.
    pub(crate) lent: BTreeMap<(NodeId, u64), Lent>,
    /// The claims that the other node has not answered, in the order of their frames.
    pub(crate) claims: VecDeque<Claim>,
    /// The calls that wait for a reply, each with the export that it was sent to.
    pub(crate) calls: Calls<(u64, Box<dyn Pending>)>,
    /// The replies of actors that are not decoded yet, by their export.
    pub(crate) undecoded: BTreeMap<u64, Arc<Undecoded>>,
    /// The cost of these replies.
    pub(crate) undecoded_cost: u64,
    /// The calls whose replies are streams.
    pub(crate) streams: BTreeMap<u64, OpenStream>,
    pub(crate) next_call: u64,
    /// The last group of calls with one waker for their callers, and the waker.
    pub(crate) on_abandoned: Option<(u64, Waker)>,
    pub(crate) lanes: BTreeMap<u64, Lane>,
    pub(crate) exits_here: Exits<ExitHere>,
    pub(crate) exits_there: Exits<Ending>,
    /// The calls of the other node that are not answered yet.
    pub(crate) running: Calls<Running>,
    /// Credit for messages to exports, which goes in front of the next frame.
    pub(crate) late_credit: BTreeMap<u64, u64>,
    /// The window for messages to the other node.
    pub(crate) window: Arc<Window>,
    /// The window for replies to the other node.
    pub(crate) replies: Arc<Window>,
    /// The cost of the other node's replies for which this node has not returned credit yet.
    pub(crate) owed: u64,
    /// The cost of the messages of the other node that no mailbox has accepted yet.
    pub(crate) queued: Arc<AtomicU64>,
}

/// The contents of the frames that precede a frame and belong to it.
#[derive(Default)]
pub(crate) struct Preface {
    /// The exports of the sender whose addresses are in the body.
    pub(crate) exports: Vec<u64>,
    /// The actors of other nodes whose addresses are in the body: the node and the export of each.
    pub(crate) passed: Vec<(u64, u64)>,
    pub(crate) trace: Option<TraceParent>,
}

impl Preface {
    pub(crate) fn is_empty(&self) -> bool {
        self.exports.is_empty() && self.passed.is_empty() && self.trace.is_none()
    }

    /// Returns whether this preface can belong to the frame. Each address takes some bytes of the body, so the windows
    /// also limit the number of addresses.
    pub(crate) fn fits(&self, frame: &Frame<'_>) -> bool {
        let addresses = self.exports.len() + self.passed.len();
        if let Frame::Addresses { .. } = frame {
            return self.exports.is_empty();
        }
        addresses == 0 || frame.body().is_some_and(|body| addresses <= body.len() / ADDRESS)
    }
}

/// A call of another node that is not answered yet.
pub(crate) struct Running {
    /// Those of the lane in which the call was queued.
    pub(crate) cancels: Arc<Cancels>,
    /// The task that waits for the answer, if there is one. Dropping this cancels the call; a reply to it says that
    /// the session is over.
    pub(crate) task: Option<Reply<()>>,
    /// The credit for the items of a stream.
    pub(crate) credit: Option<Arc<ItemCredit>>,
}

impl Running {
    /// Notifies the waiters that the call is cancelled, outside of the lock.
    pub(crate) fn cancel(self) {
        drop(self.task);
        self.cancels.wake();
    }
}

/// The position of a frame in its session.
pub(crate) enum Arrival {
    /// The frame belongs to another session, or was seen before.
    Stale,
    /// An earlier frame is missing.
    Gap,
    /// The frame is the next frame of the session.
    Next,
}

impl Peer {
    fn new(mine: u32) -> Self {
        Peer {
            name: String::new(),
            mine,
            theirs: None,
            is_open: false,
            since: 0,
            next_out: 1,
            next_in: 1,
            preface: Preface::default(),
            is_alive: Arc::new(AtomicBool::new(true)),
            names: BTreeMap::new(),
            names_cost: 0,
            proxies: BTreeMap::new(),
            lent: BTreeMap::new(),
            claims: VecDeque::new(),
            calls: Calls::new(),
            undecoded: BTreeMap::new(),
            undecoded_cost: 0,
            streams: BTreeMap::new(),
            next_call: 1,
            on_abandoned: None,
            lanes: BTreeMap::new(),
            exits_here: Exits::new(),
            exits_there: Exits::new(),
            running: Calls::new(),
            late_credit: BTreeMap::new(),
            window: Arc::new(Window::new()),
            replies: Arc::new(Window::new()),
            owed: 0,
            queued: Arc::default(),
        }
    }

    /// Returns the sequence number of the next frame.
    pub(crate) fn next_sequence(&self) -> u64 {
        self.next_out
    }

    /// Removes a call that has ended, with any outcome. Also returns the export of the call.
    pub(crate) fn take_call(&mut self, call: u64) -> Option<(u64, Box<dyn Pending>)> {
        let pending = self.calls.remove(call);
        self.window.answered(usize::from(pending.is_some()));
        pending
    }

    /// Removes a stream that has ended, with any outcome.
    pub(crate) fn take_stream(&mut self, call: u64) -> Option<OpenStream> {
        let stream = self.streams.remove(&call);
        self.window.answered(usize::from(stream.is_some()));
        stream
    }

    /// Returns whether exactly `further` frames of the session precede this frame.
    pub(crate) fn is_at(&self, head: Head, further: u64) -> bool {
        let is_current = self.is_open && self.theirs == Some(head.session);
        is_current && self.next_in.checked_add(further) == Some(head.sequence)
    }

    /// Returns the position of a frame in the session. Counts the frame if it is the next frame.
    pub(crate) fn arrive(&mut self, head: Head) -> Arrival {
        if !self.is_open || self.theirs != Some(head.session) || head.sequence < self.next_in {
            return Arrival::Stale;
        }
        if head.sequence > self.next_in {
            return Arrival::Gap;
        }
        self.next_in += 1;
        Arrival::Next
    }
}

impl State {
    pub(crate) fn new(random: Random) -> Self {
        State {
            peers: BTreeMap::new(),
            exports: BTreeMap::new(),
            next_export: 1,
            by_actor: HashMap::new(),
            proxied: HashMap::new(),
            names: BTreeMap::new(),
            names_cost: 0,
            names_version: 0,
            outboxes: Outboxes::default(),
            has_late_credit: false,
            is_leaving: false,
            is_closed: false,
            has_left: false,
            verdicts: BTreeMap::new(),
            offences: BTreeMap::new(),
            refused: BTreeMap::new(),
            opened: 0,
            random,
            streams: Vec::new(),
            no_contact: BTreeMap::new(),
        }
    }

    /// Returns a random number that is not zero.
    fn session(&mut self) -> u32 {
        let number = (self.random)();
        u32::try_from(number >> 32).unwrap_or(1).max(1)
    }

    pub(crate) fn is_current(&self, peer: NodeId, session: u32) -> bool {
        self.peers.get(&peer).is_some_and(|peer| peer.is_open && peer.mine == session)
    }

    /// Offers a session to another node. If `knows` is set, includes the known number of the other
    /// side.
    pub(crate) fn say_hello(&mut self, to: NodeId, own_name: &str, knows: bool) {
        let Some(peer) = self.peers.get(&to) else { return };
        let echo = peer.theirs.filter(|_| knows).unwrap_or(0);
        let hello = Frame::Hello { echo, name: own_name.to_owned() };
        let head = Head { session: peer.mine, sequence: 0 };
        self.outboxes.push(to, |out| hello.encode(head, out));
    }

    /// Adds a node that the transport can reach, and offers a session to the node.
    pub(crate) fn up(&mut self, id: NodeId, own_name: &str) {
        let mine = self.session();
        self.peers.entry(id).or_insert_with(|| Peer::new(mine));
        self.say_hello(id, own_name, false);
    }

    /// Handles a `Hello`. Returns whether a session has opened, and the contents of the previous
    /// session.
    pub(crate) fn greeted(
        &mut self,
        from: NodeId,
        session: u32,
        echo: u32,
        name: String,
        own_name: &str,
    ) -> (bool, EndedSession) {
        let mut ended_session = EndedSession::default();
        let Some(peer) = self.peers.get_mut(&from) else { return (false, ended_session) };
        if session == 0 || (echo != 0 && echo != peer.mine) {
            // The frame was sent before this side of the session began. The next `Hello` of the other
            // node will have the new number.
            return (false, ended_session);
        }
        if peer.is_open && peer.theirs == Some(session) {
            // The other side repeats its `Hello` because it does not know this side yet.
            if echo == 0 {
                self.say_hello(from, own_name, true);
            }
            return (false, ended_session);
        }
        if peer.is_open {
            // The other side has started a new session.
            ended_session = self.reset(from);
            let Some(peer) = self.peers.get_mut(&from) else { return (false, ended_session) };
            peer.theirs = Some(session);
            peer.name = name;
            self.say_hello(from, own_name, true);
            return (false, ended_session);
        }
        let is_new = peer.theirs != Some(session);
        peer.theirs = Some(session);
        peer.name = name;
        let opens = echo == peer.mine;
        if opens {
            peer.is_open = true;
            self.opened += 1;
            peer.since = self.opened;
        }
        if is_new || echo == 0 {
            self.say_hello(from, own_name, true);
        }
        if opens {
            self.say_names(from);
        }
        (opens, ended_session)
    }

    pub(crate) fn push_all(&mut self, frame: &Frame<'_>) {
        let peers: Vec<NodeId> = self.peers.keys().copied().collect();
        for peer in peers {
            self.push(peer, frame);
        }
    }

    /// Ends all sessions with the notice that this node leaves. No frame is queued after the notice. Returns `None` if
    /// the node is closed already.
    pub(crate) fn close(&mut self) -> Option<EndedSession> {
        if std::mem::replace(&mut self.is_closed, true) {
            return None;
        }
        self.push_all(&Frame::Leaving);
        self.names_version += 1;
        self.names.clear();
        self.names_cost = 0;
        let mut ended_session = EndedSession::default();
        let peers: Vec<NodeId> = self.peers.keys().copied().collect();
        for peer in peers {
            ended_session.merge(self.down(peer));
        }
        self.by_actor.clear();
        ended_session.keep(std::mem::take(&mut self.exports));
        Some(ended_session)
    }

    /// Returns whether the transport has to leave now: the node is closed, and all frames are sent. Returns `true` only
    /// once.
    pub(crate) fn begins_to_leave(&mut self) -> bool {
        let begins = self.is_closed && !self.has_left && self.outboxes.are_empty();
        self.has_left |= begins;
        begins
    }

    /// Ends the session with a node. The next session has another number.
    pub(crate) fn reset(&mut self, id: NodeId) -> EndedSession {
        let mine = self.session();
        let Some(place) = self.peers.get_mut(&id) else { return EndedSession::default() };
        let peer = std::mem::replace(place, Peer::new(mine));
        self.abandon(id, peer)
    }

    /// Removes a node that can no longer be reached.
    pub(crate) fn down(&mut self, id: NodeId) -> EndedSession {
        match self.peers.remove(&id) {
            Some(peer) => {
                self.outboxes.retain(|node| self.peers.contains_key(&node));
                self.verdicts.retain(|(node, _), _| *node != id);
                self.offences.remove(&id);
                self.abandon(id, peer)
            }
            None => EndedSession::default(),
        }
    }

    fn abandon(&mut self, id: NodeId, peer: Peer) -> EndedSession {
        self.names_version += 1;
        peer.is_alive.store(false, Ordering::Release);
        let calls = peer.calls.into_values().map(|(_, pending)| pending).collect();
        let windows = vec![peer.window, peer.replies];
        let member = peer.is_open.then_some(Member { name: peer.name, id });
        let undecoded = peer.undecoded;
        let mut ended_session = EndedSession { member, windows, calls, ..EndedSession::default() };
        for proxied in peer.proxies.into_values() {
            self.proxied.remove(&proxied.actor);
            let queue = undecoded.get(&proxied.import.place.export);
            let imports = proxied.imports();
            ended_session.imports.extend(imports.map(|import| (import.clone(), queue.cloned())));
            ended_session.rest.push(Box::new(proxied.weak));
        }
        ended_session.streams = peer.streams.into_values().collect();
        ended_session.running =
            peer.running.into_values().filter_map(|running| running.task).collect();
        ended_session.lanes.extend(peer.lanes.into_values());
        ended_session.keep((peer.exits_here, peer.lent, peer.claims));
        let exports = self.exports.iter();
        let held = exports.filter(|(_, export)| export.holders.contains_key(&id));
        let held: Vec<u64> = held.map(|(number, _)| *number).collect();
        for export in held {
            ended_session.merge(self.let_go(id, export, u64::MAX));
        }
        ended_session
    }

    /// Reduces the holder count of a node for this export by `count`. Removes an export without holders
    /// and names.
    pub(crate) fn let_go(&mut self, holder: NodeId, export: u64, count: u64) -> EndedSession {
        let Some(found) = self.exports.get_mut(&export) else { return EndedSession::default() };
        if let Some(held) = found.holders.get_mut(&holder) {
            *held = held.saturating_sub(count);
            if *held == 0 {
                found.holders.remove(&holder);
            }
        }
        let mut ended_session = EndedSession::default();
        let is_held = found.holders.contains_key(&holder);
        if !is_held && let Some(peer) = self.peers.get_mut(&holder) {
            ended_session.keep(peer.lanes.remove(&export));
        }
        ended_session.merge(self.sweep(export));
        ended_session
    }

    /// Removes the export if it has neither holders nor names.
    pub(crate) fn sweep(&mut self, export: u64) -> EndedSession {
        let mut ended_session = EndedSession::default();
        let is_unused = |found: &Export| found.names.is_empty() && found.holders.is_empty();
        if self.exports.get(&export).is_some_and(is_unused) {
            ended_session.keep(self.remove_export(export));
        }
        ended_session
    }

    pub(crate) fn remove_export(&mut self, export: u64) -> Option<Export> {
        let found = self.exports.remove(&export)?;
        self.by_actor.remove(&(found.address.actor(), found.address.protocol()));
        for peer in self.peers.keys() {
            self.verdicts.remove(&(*peer, export));
        }
        Some(found)
    }
}
