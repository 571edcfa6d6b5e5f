//! A node: the actors of this process that others can reach, and the addresses of theirs.

mod arrivals;

use crate::export::{self, Export};
use crate::frame::{Ending, Frame};
use crate::import::Import;
use crate::remote::{Place, Remote};
use crate::scope::Scope;
use crate::session::{Pending, Proxied, State, Wreck};
use crate::transport::{NodeId, Transport, TransportEvent};
use actor_core::future::{or, race, yield_now};
use actor_core::{Exit, Reply, System, TypedAddr, WeakAddr, time};
use async_channel::{Receiver, Sender};
use event_listener::Event;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

/// The time between two heartbeats of a session.
const TICK: Duration = Duration::from_secs(1);

/// The events that are handled before other tasks get a turn.
const BATCH: u32 = 64;

/// A process, or a part of one, whose actors other nodes can call.
///
/// Cloning is cheap. When the last clone is dropped, the node [leaves](Node::leave).
///
/// ```
/// use actor_core::prelude::*;
/// use actor_remote::SimNetwork;
///
/// #[actor(remote)]
/// trait Clock {
///     fn hour(&mut self) -> u8;
/// }
///
/// #[actor]
/// struct Noon;
///
/// #[actor]
/// impl Noon {}
///
/// #[actor]
/// impl Clock for Noon {
///     fn hour(&mut self) -> u8 {
///         12
///     }
/// }
///
/// System::simulation(1).block_on(async {
///     let node = SimNetwork::new().node("here");
///     node.register("clock", &ClockAddr::from(Noon.spawn())).unwrap();
///     let clock: ClockAddr = node.lookup("clock").unwrap();
///     assert_eq!(clock.hour().await, Ok(12));
/// });
/// ```
#[derive(Clone)]
pub struct Node {
    handle: Arc<Handle>,
}

/// Leaves when the last node is dropped.
struct Handle(Arc<Inner>);

impl Drop for Handle {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Counts of frames and messages that a node did not accept.
///
/// ```
/// # use actor_remote::SimNetwork;
/// # actor_core::System::simulation(1).block_on(async {
/// let node = SimNetwork::new().node("here");
/// assert_eq!(node.counters().lost_sessions, 0);
/// # });
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct NodeCounters {
    /// Frames that are not in the format, or not allowed where they came.
    pub bad_frames: u64,
    /// Frames of a session that is over, and frames that came twice.
    pub stale_frames: u64,
    /// Sessions that ended because a frame was missing or a node was lost.
    pub lost_sessions: u64,
    /// Messages without a caller that were refused here: unknown messages and bad arguments.
    pub refused_sends: u64,
    /// Messages without a caller whose actor had ended here.
    pub undelivered_sends: u64,
}

#[derive(Default)]
struct Counts {
    bad: AtomicU64,
    stale: AtomicU64,
    lost: AtomicU64,
    refused: AtomicU64,
    undelivered: AtomicU64,
}

/// The error of [`Node::register`]: another actor of this node has the name.
///
/// ```
/// let error = actor_remote::NameTaken;
/// assert_eq!(error.to_string(), "another actor of this node has the name");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameTaken;

/// The error of [`Node::wait_for`]: no actor of this type had the name within the time limit.
///
/// ```
/// let error = actor_remote::NotFound { name: "greeter".into() };
/// assert_eq!(error.to_string(), "no actor of this type is named `greeter`");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotFound {
    /// The name.
    pub name: String,
}

pub(crate) struct Inner {
    id: NodeId,
    name: String,
    system: System,
    transport: Box<dyn Transport>,
    inbox: Sender<Arrived>,
    state: Mutex<State>,
    /// Notified when a name is given or taken back.
    changed: Event,
    counts: Counts,
    this: Weak<Inner>,
}

/// An event of the transport.
enum Arrived {
    Up(NodeId),
    Down(NodeId),
    Frame(NodeId, Vec<u8>),
}

impl Node {
    /// Starts a node named `name` on a transport, in the current system.
    pub fn on(transport: impl Transport, name: impl Into<String>) -> Node {
        let (inbox, events) = async_channel::unbounded();
        let mut random = actor_core::rng();
        let state = State::new(Box::new(move || random.u64(..)));
        let inner = Arc::new_cyclic(|this| Inner {
            id: transport.node(),
            name: name.into(),
            system: System::current(),
            transport: Box::new(transport),
            inbox: inbox.clone(),
            state: Mutex::new(state),
            changed: Event::new(),
            counts: Counts::default(),
            this: this.clone(),
        });
        inner.system.spawn_task(pump(inner.clone(), events)).detach();
        inner.transport.start(Box::new(move |event| {
            // After the node has left, its events concern nothing.
            let _ = inbox.try_send(match event {
                TransportEvent::Up(node) => Arrived::Up(node),
                TransportEvent::Down(node) => Arrived::Down(node),
                TransportEvent::Frame { from, bytes } => Arrived::Frame(from, bytes.to_vec()),
            });
        }));
        Node { handle: Arc::new(Handle(inner)) }
    }

    /// Returns the identity of the node, which is that of its transport.
    pub fn id(&self) -> NodeId {
        self.handle.0.id
    }

    /// Returns the name of the node.
    pub fn name(&self) -> &str {
        &self.handle.0.name
    }

    /// Gives an actor a name, by which other nodes and this one find it.
    ///
    /// The name keeps the actor alive, and is taken back when the actor ends. Actors of several nodes
    /// can have one name.
    ///
    /// # Errors
    /// If another actor of this node has the name, or the node has left.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use actor_remote::{NameTaken, SimNetwork};
    /// # #[actor(remote)] trait Idle {}
    /// # #[actor] struct Never; #[actor] impl Never {} #[actor] impl Idle for Never {}
    /// # System::simulation(1).block_on(async {
    /// let node = SimNetwork::new().node("here");
    /// let (first, second): (IdleAddr, IdleAddr) = (Never.spawn().into(), Never.spawn().into());
    /// assert_eq!(node.register("idle", &first), Ok(()));
    /// assert_eq!(node.register("idle", &second), Err(NameTaken));
    /// assert!(node.unregister("idle"));
    /// # });
    /// ```
    pub fn register<A>(&self, name: impl Into<String>, address: &A) -> Result<(), NameTaken>
    where
        A: TypedAddr<Actor: Remote>,
    {
        self.handle.0.register::<A::Actor>(name.into(), address)
    }

    /// Takes a name back. Returns `false` if no actor of this node has it.
    pub fn unregister(&self, name: &str) -> bool {
        let inner = &self.handle.0;
        let (was_there, wreck) = inner.update(|state| match state.names.remove(name) {
            Some(export) => {
                state.broadcast(name);
                (true, state.sweep(export))
            }
            None => (false, Wreck::default()),
        });
        wreck.tell();
        was_there
    }

    /// Returns the address of an actor with this name: of this node if there is one, otherwise of the
    /// node that has been known for the longest time. Does not wait.
    ///
    /// Returns `None` if no known actor has the name, or if it has another type.
    pub fn lookup<A>(&self, name: &str) -> Option<A>
    where
        A: TypedAddr<Actor: Remote>,
    {
        self.handle.0.lookup::<A::Actor>(name)
    }

    /// Waits until an actor has this name, at most for `limit`.
    ///
    /// # Errors
    /// [`NotFound`] after the time limit.
    ///
    /// # Cancellation
    /// Dropping the future has no effect.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use actor_remote::SimNetwork;
    /// # use std::time::Duration;
    /// # #[actor(remote)] trait Idle {}
    /// # System::simulation(1).block_on(async {
    /// let node = SimNetwork::new().node("here");
    /// let error = node.wait_for::<IdleAddr>("misspelt", Duration::from_secs(1)).await.unwrap_err();
    /// assert_eq!(error.name, "misspelt");
    /// # });
    /// ```
    pub async fn wait_for<A>(&self, name: &str, limit: Duration) -> Result<A, NotFound>
    where
        A: TypedAddr<Actor: Remote>,
    {
        let found = async {
            loop {
                let changed = self.handle.0.changed.listen();
                if let Some(found) = self.lookup(name) {
                    return Some(found);
                }
                changed.await;
            }
        };
        let over = async {
            time::sleep(limit).await;
            None
        };
        or(found, over).await.ok_or_else(|| NotFound { name: name.to_owned() })
    }

    /// Returns the names of the nodes with which this one has a session, the oldest session first.
    pub fn peers(&self) -> Vec<String> {
        let state = self.handle.0.lock();
        let mut open: Vec<_> = state.peers.values().filter(|peer| peer.is_open).collect();
        open.sort_by_key(|peer| peer.since);
        open.into_iter().map(|peer| peer.name.clone()).collect()
    }

    /// Returns the counts of frames and messages that the node did not accept.
    pub fn counters(&self) -> NodeCounters {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let counts = &self.handle.0.counts;
        NodeCounters {
            bad_frames: read(&counts.bad),
            stale_frames: read(&counts.stale),
            lost_sessions: read(&counts.lost),
            refused_sends: read(&counts.refused),
            undelivered_sends: read(&counts.undelivered),
        }
    }

    /// Leaves the network: other nodes are notified at once, all sessions end, and names are removed.
    ///
    /// Calls that other nodes still wait for get [`Unreachable`](actor_core::CallError::Unreachable)
    /// there. Leaving again does nothing.
    pub fn leave(&self) {
        self.handle.0.close();
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (id, name) = (self.id(), self.name());
        f.debug_struct("Node").field("name", &name).field("id", &id).finish_non_exhaustive()
    }
}

impl fmt::Display for NameTaken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("another actor of this node has the name")
    }
}

impl std::error::Error for NameTaken {}

impl fmt::Display for NotFound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no actor of this type is named `{}`", self.name)
    }
}

impl std::error::Error for NotFound {}

/// Handles the events of the transport in order, and the ticks between them.
async fn pump(node: Arc<Inner>, events: Receiver<Arrived>) {
    let mut ticks = time::interval(TICK);
    let mut handled = 0;
    loop {
        let tick = async {
            ticks.tick().await;
            None
        };
        match race(async { Some(events.recv().await) }, tick).await {
            Some(Ok(event)) => node.handle(event),
            Some(Err(_)) => return,
            None => node.tick(),
        }
        handled += 1;
        if handled % BATCH == 0 {
            yield_now().await;
        }
    }
}

/// An exit notice, sent behind every message that the actor had sent before.
struct ExitNotice {
    node: Weak<Inner>,
    peer: NodeId,
    session: u32,
    export: u64,
    exit: Exit,
}

impl Drop for ExitNotice {
    fn drop(&mut self) {
        if let Some(node) = self.node.upgrade() {
            let exit = Ending::of(&self.exit);
            node.push_in(self.peer, self.session, &Frame::Ended { export: self.export, exit });
        }
    }
}

impl Inner {
    pub(crate) fn system(&self) -> &System {
        &self.system
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state, and sends the frames that this has put into the outbox.
    fn update<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let result = change(&mut self.lock());
        self.flush();
        result
    }

    /// Sends the frames of the outbox, outside of the lock. One thread at a time does so, so that they
    /// stay in order.
    fn flush(&self) {
        let mut state = self.lock();
        if state.is_sending {
            return;
        }
        state.is_sending = true;
        while let Some((to, frame)) = state.outbox.pop_front() {
            drop(state);
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
        self.counts.undelivered.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn count_refused(&self) {
        self.counts.refused.fetch_add(1, Ordering::Relaxed);
    }

    /// Sends a message of a proxy; gives the call back if the session is over.
    pub(crate) fn send_message(
        &self,
        import: &Import,
        method: u64,
        body: &[u8],
        pending: Option<Box<dyn Pending>>,
    ) -> Result<(), Option<Box<dyn Pending>>> {
        let (to, export) = (import.place.node, import.place.export);
        self.update(|state| {
            if !state.is_current(to, import.session) {
                return Err(pending);
            }
            let Some(pending) = pending else {
                state.push(to, &Frame::Send { export, method, body });
                return Ok(());
            };
            let Some(peer) = state.peers.get_mut(&to) else { return Err(Some(pending)) };
            let call = peer.next_call;
            peer.next_call += 1;
            peer.calls.insert(call, pending);
            state.push(to, &Frame::Call { export, method, call, body });
            Ok(())
        })
    }

    /// The last address of a proxy was dropped.
    pub(crate) fn release(&self, import: &Arc<Import>) {
        let (node, export) = (import.place.node, import.place.export);
        let gone = self.update(|state| {
            if !state.is_current(node, import.session) {
                return None;
            }
            let mut gone = None;
            if let Some(peer) = state.peers.get_mut(&node)
                && let Some(known) = peer.proxies.get_mut(&export)
            {
                known.older.retain(|older| !Arc::ptr_eq(older, import));
                if Arc::ptr_eq(&known.import, import) && known.older.is_empty() {
                    gone = peer.proxies.remove(&export);
                }
            }
            if let Some(gone) = &gone {
                state.proxied.remove(&gone.actor);
            }
            let count = import.held();
            if count > 0 {
                state.push(node, &Frame::Release { export, count });
            }
            gone
        });
        drop(gone);
    }

    /// A call of another node is over without a reply to be sent.
    pub(crate) fn finish(&self, scope: &Scope, call: u64) {
        let token = self.take_running(scope, call);
        drop(token);
    }

    /// Sends the reply to a call of another node, unless the call was cancelled.
    pub(crate) fn push_reply(&self, scope: &Scope, call: u64, frame: &Frame<'_>) {
        let token = self.take_running(scope, call);
        if token.is_some() {
            self.push_in(scope.peer, scope.session, frame);
        }
        drop(token);
    }

    fn take_running(&self, scope: &Scope, call: u64) -> Option<Reply<()>> {
        let mut state = self.lock();
        if !state.is_current(scope.peer, scope.session) {
            return None;
        }
        state.peers.get_mut(&scope.peer)?.running.remove(&call)
    }

    fn register<P: Remote>(&self, name: String, address: &P::Addr) -> Result<(), NameTaken> {
        let export = self.exported::<P>(address).ok_or(NameTaken)?;
        let result = self.update(|state| {
            let is_there = state.exports.contains_key(&export);
            match state.names.get(&name) {
                Some(holder) if *holder == export => Ok(()),
                None if is_there => {
                    state.names.insert(name.clone(), export);
                    state.broadcast(&name);
                    Ok(())
                }
                _ => Err(state.sweep(export)),
            }
        });
        self.changed.notify(usize::MAX);
        result.map_err(|wreck| {
            wreck.tell();
            NameTaken
        })
    }

    fn lookup<P: Remote>(&self, name: &str) -> Option<P::Addr> {
        let place = {
            let state = self.lock();
            let own = state.names.get(name).and_then(|export| {
                let found = state.exports.get(export)?;
                Some(Place { node: self.id, export: *export, key: found.key })
            });
            own.or_else(|| {
                let named = state.peers.iter().filter(|(_, peer)| peer.is_open).filter_map(
                    |(node, peer)| {
                        let named = peer.names.get(name).filter(|it| it.protocol == P::NAME)?;
                        let place = Place { node: *node, export: named.export, key: named.key };
                        Some((peer.since, place))
                    },
                );
                named.min_by_key(|(since, _)| *since).map(|(_, place)| place)
            })
        };
        self.address_at::<P>(place?, false)
    }

    /// The export of an address, made if there is none. `None` after the node has left.
    fn exported<P: Remote>(&self, address: &P::Addr) -> Option<u64> {
        let by = (address.as_ref().id(), P::NAME);
        let (number, key) = {
            let mut state = self.lock();
            if state.is_closed {
                return None;
            }
            if let Some(export) = state.by_actor.get(&by) {
                return Some(*export);
            }
            state.next_export += 1;
            (state.next_export, (state.random)())
        };
        let node = self.this.upgrade()?;
        let made = export::export::<P>(&node, address, number, key);
        let mut made: Option<Export> = Some(made);
        let number = {
            let mut state = self.lock();
            // Another thread may have exported it meanwhile.
            match state.by_actor.get(&by).copied() {
                Some(other) => other,
                None => {
                    state.by_actor.insert(by, number);
                    if let Some(made) = made.take() {
                        state.exports.insert(number, made);
                    }
                    number
                }
            }
        };
        drop(made);
        Some(number)
    }

    /// Where an actor is, for a message to `peer`, which then has it once more.
    pub(crate) fn place_of<P: Remote>(
        &self,
        address: &P::Addr,
        peer: NodeId,
        session: u32,
    ) -> Option<Place> {
        let actor = address.as_ref().id();
        {
            let state = self.lock();
            if !state.is_current(peer, session) {
                return None;
            }
            if let Some(place) = state.proxied.get(&actor) {
                return Some(*place);
            }
        }
        let export = self.exported::<P>(address)?;
        let mut state = self.lock();
        let is_current = state.is_current(peer, session);
        let found = state.exports.get_mut(&export).filter(|_| is_current)?;
        *found.holders.entry(peer).or_default() += 1;
        Some(Place { node: self.id, export, key: found.key })
    }

    /// The address of an actor: of this node itself, or of a proxy. `is_counted` says that the exporter
    /// counts this node as a holder already.
    pub(crate) fn address_at<P: Remote>(&self, place: Place, is_counted: bool) -> Option<P::Addr> {
        if place.node == self.id {
            let address = {
                let state = self.lock();
                let found = state.exports.get(&place.export)?;
                (found.key == place.key).then(|| found.address.clone())?
            };
            return address.any().downcast().ok().map(|address| *address);
        }
        let hold = Frame::Hold { export: place.export, key: place.key };
        loop {
            let (session, label, known) = {
                let state = self.lock();
                let peer = state.peers.get(&place.node).filter(|peer| peer.is_open)?;
                let label = format!("{}#{}@{}", P::NAME.to_lowercase(), place.export, peer.name);
                let known = match peer.proxies.get(&place.export) {
                    Some(known) => {
                        let weak = known.weak.downcast_ref::<WeakAddr<P>>()?.clone();
                        Some((known.import.clone(), weak))
                    }
                    None => None,
                };
                (peer.mine, label, known)
            };
            if let Some((import, weak)) = &known
                && let Some(address) = weak.upgrade()
            {
                import.count_hold();
                if !is_counted {
                    self.push(import, &hold);
                }
                return Some(address);
            }
            let import = Import::new(&self.this.upgrade()?, place, session);
            let address = import.spawn::<P>(self, label);
            let before = known.map(|(import, _)| import);
            if self.enter::<P>(&import, &address, before.as_ref(), session)? {
                import.count_hold();
                if !is_counted {
                    self.push(&import, &hold);
                }
                return Some(address);
            }
        }
    }

    /// Enters a new proxy in place of one that is ending. Returns `false` if another thread was faster,
    /// and `None` if the session is over.
    fn enter<P: Remote>(
        &self,
        import: &Arc<Import>,
        address: &P::Addr,
        before: Option<&Arc<Import>>,
        session: u32,
    ) -> Option<bool> {
        let (node, export) = (import.place.node, import.place.export);
        let address = address.as_ref();
        let gone;
        {
            let mut state = self.lock();
            let state = &mut *state;
            if !state.is_current(node, session) {
                return None;
            }
            let peer = state.peers.get_mut(&node)?;
            let same = match (peer.proxies.get(&export), before) {
                (Some(known), Some(before)) => Arc::ptr_eq(&known.import, before),
                (None, _) => true,
                (Some(_), None) => false,
            };
            if !same {
                return Some(false);
            }
            gone = peer.proxies.remove(&export);
            let mut older = Vec::new();
            if let Some(gone) = &gone {
                older.clone_from(&gone.older);
                older.push(gone.import.clone());
                state.proxied.remove(&gone.actor);
            }
            let weak = Box::new(address.downgrade());
            let proxied = Proxied { import: import.clone(), older, weak, actor: address.id() };
            peer.proxies.insert(export, proxied);
            state.proxied.insert(address.id(), import.place);
        }
        drop(gone);
        Some(true)
    }

    /// An exported actor has ended: its names are removed, and its holders are notified behind all
    /// messages that it had sent to them.
    pub(crate) fn ended(&self, export: u64, exit: &Exit) {
        let (gone, notices) = self.update(|state| {
            let names: Vec<String> = state
                .names
                .iter()
                .filter(|(_, named)| **named == export)
                .map(|(name, _)| name.clone())
                .collect();
            for name in names {
                state.names.remove(&name);
                state.broadcast(&name);
            }
            let gone = state.remove_export(export);
            let mut notices = Vec::new();
            for holder in gone.iter().flat_map(|gone| gone.holders.keys()) {
                let Some(peer) = state.peers.get_mut(holder) else { continue };
                let lane = peer.lanes.remove(&export);
                let controls: Vec<_> =
                    peer.proxies.values().filter_map(|it| it.import.control().cloned()).collect();
                notices.push((*holder, peer.mine, lane, controls));
            }
            (gone, notices)
        });
        if let Some(Export { watch: Some(watch), .. }) = gone {
            // This is the task that is watching.
            watch.detach();
        }
        for (peer, session, lane, controls) in notices {
            drop(lane);
            let (node, exit) = (self.this.clone(), exit.clone());
            let notice = Arc::new(ExitNotice { node, peer, session, export, exit });
            for control in controls {
                control.after_queued(notice.clone());
            }
        }
    }

    /// Leaves the network.
    fn close(&self) {
        let is_first = self.update(|state| {
            let is_first = !std::mem::replace(&mut state.is_closed, true);
            if is_first {
                state.push_all(&Frame::Leaving);
            }
            is_first
        });
        if !is_first {
            return;
        }
        self.transport.leave();
        let (mut wreck, exports) = {
            let mut state = self.lock();
            state.names.clear();
            let peers: Vec<NodeId> = state.peers.keys().copied().collect();
            let mut wreck = Wreck::default();
            for peer in peers {
                wreck.merge(state.down(peer));
            }
            state.by_actor.clear();
            (wreck, std::mem::take(&mut state.exports))
        };
        wreck.keep(exports);
        wreck.tell();
        self.inbox.close();
        self.changed.notify(usize::MAX);
    }
}
