//! A node: exports actors of this process to other nodes, and creates addresses of their actors.

mod abandoned;
mod addresses;
mod announced;
mod arrivals;
mod builder;
mod changes;
mod counters;
mod direct;
mod endings;
mod errors;
mod events;
mod guard;
mod leaving;
mod lent;
mod names;
mod outgoing;
mod replies;
mod streams;
mod tables;

pub(crate) use announced::{Announced, Listed};
pub use builder::NodeBuilder;
pub(crate) use builder::Rules;
#[cfg(feature = "zenoh")]
pub(crate) use builder::secret;
pub use counters::NodeCounters;
pub use errors::{NameTaken, NotFound};
pub(crate) use events::Unread;
pub use events::{Member, NodeEvent};
pub(crate) use guard::Offences;
pub use leaving::LeaveReport;
pub(crate) use lent::{Claim, Lent};
pub(crate) use names::NamedActor;
pub(crate) use replies::Undecoded;
pub use tables::NodeTables;

use crate::batch::Batch;
use crate::frame;
use crate::remote::Remote;
use crate::session::{Random, State};
use crate::topic::Topics;
use crate::trace::Tracing;
use crate::transport::{NodeId, Transport};
use actor_core::future::{or, race, yield_now};
use actor_core::{System, TypedAddr, time};
use arrivals::Turn;
use async_channel::{Receiver, Sender};
use changes::Changes;
use counters::Counts;
use leaving::{NodeActor, NodeActorAddr};
use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

/// The time between two heartbeats of a session.
const TICK: Duration = Duration::from_secs(1);

/// The maximum number of events between two reads of the clock.
const EVENTS: u32 = 64;

/// The maximum time for which credit waits for the next frame.
const LATE: Duration = Duration::from_millis(5);

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

/// Makes the node leave when its last clone is dropped.
struct Handle {
    inner: Arc<Inner>,
    _actor: NodeActorAddr,
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.inner.close();
    }
}

pub(crate) struct Inner {
    id: NodeId,
    name: String,
    rules: Rules,
    system: System,
    transport: Box<dyn Transport>,
    inbox: Sender<Arrived>,
    /// Wakes the task that sends collected frames.
    collected: Sender<()>,
    /// Wakes the task that sends late credit.
    late: Sender<()>,
    state: Arc<Mutex<State>>,
    /// The number of proxies so far.
    imports: AtomicU64,
    /// The number of events of the transport that are not handled yet.
    unhandled: Arc<AtomicUsize>,
    /// Notified when a name is given or taken back.
    changed: Changes,
    counts: Arc<Counts>,
    topics: Topics,
    this: Weak<Inner>,
}

/// An event of the transport, or of a caller.
enum Arrived {
    Up(NodeId),
    Down(NodeId),
    Frames(NodeId, Batch),
    /// Another node, or its endpoint, cannot be reached.
    NoContact {
        peer: String,
        reason: String,
    },
    /// Callers of a group of calls to another node have left.
    Abandoned {
        peer: NodeId,
        session: u32,
        group: u64,
    },
    /// Addresses that another node has sent were not read, or need not be kept by that node any longer.
    GivenBack {
        peer: NodeId,
        session: u32,
        listed: Listed,
    },
    /// Another node has sent arguments that cannot be read.
    Offended {
        peer: NodeId,
    },
    /// Another node does not answer.
    Overdue {
        peer: NodeId,
        session: u32,
    },
}

impl Node {
    /// Starts a node named `name` on a transport, in the current system. The name is cut off at 1024 bytes.
    pub fn on(transport: impl Transport, name: impl Into<String>) -> Node {
        Node::builder().on(transport, name)
    }

    /// Returns the settings of a node that is not started yet.
    pub fn builder() -> NodeBuilder {
        NodeBuilder::new()
    }

    pub(crate) fn start(
        system: System,
        transport: impl Transport,
        name: String,
        rules: Rules,
        random: Random,
    ) -> Node {
        let (inbox, events) = async_channel::unbounded();
        let (collected, ready) = async_channel::bounded(1);
        let (late, waiting) = async_channel::bounded(1);
        let name = frame::short(&name).to_owned();
        let state = State::new(random);
        let inner = Arc::new_cyclic(|this| Inner {
            id: transport.node(),
            name,
            rules,
            system,
            transport: Box::new(transport),
            inbox,
            collected,
            late,
            state: Arc::new(Mutex::new(state)),
            imports: AtomicU64::new(0),
            unhandled: Arc::default(),
            changed: Changes::default(),
            counts: Arc::default(),
            topics: Topics::default(),
            this: this.clone(),
        });
        inner.system.spawn_task(pump(inner.clone(), events)).detach();
        inner.system.spawn_task(send_collected(inner.this.clone(), ready)).detach();
        inner.system.spawn_task(send_late_credit(inner.this.clone(), waiting)).detach();
        inner.transport.start(inner.on_event());
        let actor = inner.system.spawn(NodeActor::new(inner.clone()));
        Node { handle: Arc::new(Handle { inner, _actor: actor }) }
    }

    /// Returns the identity of the node, which its transport determines.
    pub fn id(&self) -> NodeId {
        self.handle.inner.id
    }

    /// Returns the name of the node.
    pub fn name(&self) -> &str {
        &self.handle.inner.name
    }

    /// Returns the system that the node runs on.
    pub fn system(&self) -> &System {
        &self.handle.inner.system
    }

    pub(crate) fn topics(&self) -> &Topics {
        &self.handle.inner.topics
    }

    pub(crate) fn downgrade(&self) -> Weak<Inner> {
        Arc::downgrade(&self.handle.inner)
    }

    /// Registers an actor under a name. This node and other nodes can look up the actor by its name.
    ///
    /// The name keeps the actor alive, and is removed when the actor ends. Actors of several nodes can
    /// have the same name.
    ///
    /// # Errors
    /// If another actor of this node has the name, if the node has left, or if the names of the node would take more
    /// than 64 MiB. A name takes the length of its text and of the name of its protocol, plus 64 bytes.
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
        self.handle.inner.register::<A::Actor>(name.into(), address)
    }

    /// Removes a name. Returns `false` if no actor of this node has the name.
    pub fn unregister(&self, name: &str) -> bool {
        self.handle.inner.unregister(name)
    }

    /// Returns the address of an actor with this name. An actor of this node is preferred to actors of
    /// other nodes, and an older session to a newer one. Does not wait.
    ///
    /// Returns `None` if no known actor has the name, or if the actor has another type.
    pub fn lookup<A>(&self, name: &str) -> Option<A>
    where
        A: TypedAddr<Actor: Remote>,
    {
        self.handle.inner.lookup::<A::Actor>(name)
    }

    /// Returns the addresses of all actors with this name: first the actor of this node, then the actors of
    /// other nodes, the oldest session first. Skips actors of another type. Does not wait.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use actor_remote::SimNetwork;
    /// # use std::time::Duration;
    /// # #[actor(remote)] trait Idle {}
    /// # #[actor] struct Never; #[actor] impl Never {} #[actor] impl Idle for Never {}
    /// # System::simulation(1).block_on(async {
    /// let network = SimNetwork::new();
    /// let (here, there) = (network.node("here"), network.node("there"));
    /// for node in [&here, &there] {
    ///     node.register("idle", &IdleAddr::from(Never.spawn_on(node.system()))).unwrap();
    /// }
    /// actor_core::time::sleep(Duration::from_secs(1)).await;
    /// let all: Vec<IdleAddr> = here.lookup_all("idle");
    /// assert_eq!(all.len(), 2);
    /// assert_eq!(here.lookup("idle"), Some(all[0].clone()));
    /// # });
    /// ```
    pub fn lookup_all<A>(&self, name: &str) -> Vec<A>
    where
        A: TypedAddr<Actor: Remote>,
    {
        self.handle.inner.lookup_all::<A::Actor>(name)
    }

    /// Waits until an actor has this name, for at most `limit`.
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
        let found = self.until(limit, || self.lookup(name)).await;
        found.ok_or_else(|| NotFound { name: name.to_owned() })
    }

    /// Waits until this node has a session with another node, for at most `limit`.
    #[cfg(feature = "zenoh")]
    pub(crate) async fn has_peer_within(&self, limit: Duration) -> bool {
        self.until(limit, || (!self.peers().is_empty()).then_some(())).await.is_some()
    }

    /// Calls `look` after each change, until it returns a value or the limit has passed.
    async fn until<T>(&self, limit: Duration, look: impl Fn() -> Option<T>) -> Option<T> {
        let found = async { Some(self.handle.inner.until(look).await) };
        let over = async {
            time::sleep(limit).await;
            None
        };
        or(found, over).await
    }

    /// Returns the names of the nodes with which this node has a session, the oldest session first.
    pub fn peers(&self) -> Vec<String> {
        let state = self.handle.inner.lock();
        let mut open: Vec<_> = state.peers.values().filter(|peer| peer.is_open).collect();
        open.sort_by_key(|peer| peer.since);
        open.into_iter().map(|peer| peer.name.clone()).collect()
    }

    /// Returns the counts of the node since its start: its traffic, and the frames and messages that it did not
    /// accept.
    pub fn counters(&self) -> NodeCounters {
        self.handle.inner.counts.read()
    }

    /// Returns the sizes of the tables of the node.
    pub fn tables(&self) -> NodeTables {
        self.handle.inner.tables()
    }

    /// Leaves the network: other nodes are notified at once, all sessions end, and names are removed.
    ///
    /// Unanswered calls from other nodes get [`Unreachable`](actor_core::CallError::Unreachable).
    /// [`shutdown`](Self::shutdown) waits for the answers first. Leaving again has no effect.
    pub fn leave(&self) {
        self.handle.inner.close();
    }

    /// Leaves the network gracefully. Removes all names at once, and refuses further messages of
    /// other nodes: their calls get [`Stopped`](actor_core::CallError::Stopped). Waits until
    /// the calls that have arrived are answered, for at most `limit`, and then [leaves](Self::leave).
    ///
    /// Returns when all connections are closed. A [shutdown](System::shutdown) of the system does
    /// the same with a limit of one second.
    ///
    /// # Cancellation
    /// If the future is dropped, the node stays in the network, without names, and refuses messages.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use actor_remote::SimNetwork;
    /// # use std::time::Duration;
    /// # #[actor(remote)] trait Clerk { async fn file(&mut self) -> u32; }
    /// # #[actor] struct Slow; #[actor] impl Slow {}
    /// # #[actor] impl Clerk for Slow {
    /// #     async fn file(&mut self) -> u32 { actor_core::time::sleep(Duration::from_secs(1)).await; 7 }
    /// # }
    /// # System::simulation(1).block_on(async {
    /// let network = SimNetwork::new();
    /// let (server, client) = (network.node("server"), network.node("client"));
    /// server.register("clerk", &ClerkAddr::from(Slow.spawn_on(server.system()))).unwrap();
    /// let limit = Duration::from_secs(10);
    /// let clerk: ClerkAddr = client.wait_for("clerk", limit).await.unwrap();
    ///
    /// let leaving = async {
    ///     actor_core::time::sleep(Duration::from_millis(500)).await;
    ///     server.shutdown(limit).await
    /// };
    /// let (filed, report) = futures_lite::future::zip(clerk.file(), leaving).await;
    /// assert_eq!(filed, Ok(7));
    /// assert!(report.is_clean());
    /// # });
    /// ```
    pub async fn shutdown(&self, limit: Duration) -> LeaveReport {
        self.handle.inner.shut_down(limit).await
    }

    /// Waits until the node has left the network: by [`leave`](Self::leave),
    /// [`shutdown`](Self::shutdown), or the shutdown of its system.
    ///
    /// # Cancellation
    /// Dropping the future has no effect.
    pub async fn left(&self) {
        self.handle.inner.left().await;
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (id, name) = (self.id(), self.name());
        f.debug_struct("Node").field("name", &name).field("id", &id).finish_non_exhaustive()
    }
}

/// Handles events in order. Runs the tick of each second between events.
async fn pump(node: Arc<Inner>, events: Receiver<Arrived>) {
    let mut ticks = time::interval(TICK);
    let mut turn = Turn::default();
    loop {
        let tick = async {
            ticks.tick().await;
            None
        };
        let event = match race(async { Some(events.recv().await) }, tick).await {
            Some(Ok(event)) => event,
            Some(Err(_)) => return,
            None => {
                node.tick();
                continue;
            }
        };
        node.handle(event, &mut turn).await;
        // The clock is read once for several events.
        for _ in 0..EVENTS {
            let Ok(event) = events.try_recv() else { break };
            node.handle(event, &mut turn).await;
        }
    }
}

/// Sends collected frames, after the tasks that are ready have run. These tasks can add further frames.
async fn send_collected(node: Weak<Inner>, ready: Receiver<()>) {
    while ready.recv().await.is_ok() {
        yield_now().await;
        let Some(node) = node.upgrade() else { return };
        node.send_collected();
    }
}

/// Sends credit that has waited for a frame for [`LATE`].
async fn send_late_credit(node: Weak<Inner>, waiting: Receiver<()>) {
    while waiting.recv().await.is_ok() {
        let passed = async {
            time::sleep(LATE).await;
            true
        };
        // The channel is closed when the node leaves. Until then, it has no entry while this task waits.
        if !or(async { waiting.recv().await.is_ok() }, passed).await {
            return;
        }
        let Some(node) = node.upgrade() else { return };
        node.send_late_credit();
    }
}

impl Inner {
    pub(crate) fn system(&self) -> &System {
        &self.system
    }

    /// Returns the number of a new proxy.
    pub(crate) fn next_import(&self) -> u64 {
        self.imports.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn tracing(&self) -> Option<&Tracing> {
        self.rules.tracing.as_ref()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
