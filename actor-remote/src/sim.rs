//! A network in a simulation. The seed determines delays and losses.

mod map;
mod transport;

use self::map::Map;
use self::transport::{Network, SimTransport};
use crate::node::{Node, NodeBuilder};
use crate::transport::{NodeId, Transport};
use actor_core::{System, simulation::Sim};
use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A network for several nodes in one simulation, with faults.
///
/// Each node is a separate system in the simulation, and reaches the actors of other nodes only by frames.
/// The frames pass through the same code as on a real network. The seed of the simulation determines the
/// delays, losses and order of frames.
///
/// ```
/// use actor_core::prelude::*;
/// use actor_remote::SimNetwork;
/// use std::time::Duration;
///
/// #[actor(remote)]
/// trait Counter {
///     fn add(&mut self, amount: u64) -> u64;
/// }
///
/// #[actor]
/// struct Total(u64);
///
/// #[actor]
/// impl Total {}
///
/// #[actor]
/// impl Counter for Total {
///     fn add(&mut self, amount: u64) -> u64 {
///         self.0 += amount;
///         self.0
///     }
/// }
///
/// System::simulation(1).block_on(async {
///     let network = SimNetwork::new().lease(Duration::from_secs(2));
///     let (a, b) = (network.node("a"), network.node("b"));
///     b.register("total", &CounterAddr::from(Total(0).spawn_on(b.system()))).unwrap();
///     let total: CounterAddr = a.wait_for("total", Duration::from_secs(1)).await.unwrap();
///     assert_eq!(total.add(5).await, Ok(5));
///
///     network.cut("a", "b");
///     assert_eq!(total.add(1).await, Err(CallError::Unreachable { started: true }));
///     assert_eq!(total.join().await, Exit::Unreachable);
///
///     network.heal("a", "b");
///     let total: CounterAddr = a.wait_for("total", Duration::from_secs(5)).await.unwrap();
///     assert_eq!(total.add(1).await, Ok(6));
/// });
/// ```
#[derive(Clone)]
pub struct SimNetwork {
    handle: Arc<Handle>,
}

/// The state that all clones of the network share. Nodes hold no reference to this state.
struct Handle {
    network: Arc<Network>,
    sim: Sim,
    /// The nodes that were started with a program.
    booted: Mutex<BTreeMap<String, Booted>>,
}

type Boot = Arc<dyn Fn(Node) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

struct Booted {
    boot: Boot,
    /// The current incarnation, until it crashes.
    node: Option<Node>,
}

impl SimNetwork {
    /// Creates a network in the current system. Frames take from 50 microseconds to 5 milliseconds,
    /// and a silent node counts as lost after 2 seconds.
    ///
    /// # Panics
    /// If the current system is not a simulation.
    #[allow(clippy::new_without_default, reason = "it starts a task in the current system")]
    #[must_use]
    #[track_caller]
    pub fn new() -> Self {
        let system = System::current();
        let sim = Sim::of(&system).unwrap_or_else(|| {
            panic!("a `SimNetwork` is for simulations; use `#[actor_core::test]` or `System::simulation`")
        });
        let mut random = system.rng();
        let map = Map::new(Box::new(move || random.u64(..)));
        let network = Network::new(&system, map);
        SimNetwork { handle: Arc::new(Handle { network, sim, booted: Mutex::default() }) }
    }

    fn change<T>(&self, change: impl FnOnce(&mut Map) -> T) -> T {
        self.handle.network.change(change)
    }

    /// Adds a line about a fault to the trace.
    fn note(&self, text: String) {
        self.handle.sim.note("the network", text);
    }

    /// Sets the time that a frame takes.
    #[must_use]
    pub fn delay(self, range: RangeInclusive<Duration>) -> Self {
        self.set_delay(range);
        self
    }

    /// Sets the time after which a silent node counts as lost.
    #[must_use]
    pub fn lease(self, lease: Duration) -> Self {
        self.change(|map| map.lease = lease);
        self
    }

    /// Sets the probability that a frame is lost. A correct transport does not lose frames of
    /// connected nodes. Nodes detect the loss.
    #[must_use]
    pub fn loss(self, probability: f64) -> Self {
        self.set_loss(probability);
        self
    }

    /// Sets the probability that a frame arrives twice, which never happens on a correct transport.
    #[must_use]
    pub fn duplicate(self, probability: f64) -> Self {
        self.set_duplicate(probability);
        self
    }

    /// Sets the probability that a frame may overtake others, which never happens on a correct
    /// transport.
    #[must_use]
    pub fn reorder(self, probability: f64) -> Self {
        self.set_reorder(probability);
        self
    }

    /// Changes the time that later frames take.
    pub fn set_delay(&self, range: RangeInclusive<Duration>) {
        let (least, most) = range.into_inner();
        self.change(|map| map.delay = (least, most.max(least)));
    }

    /// Changes the probability that a later frame is lost.
    pub fn set_loss(&self, probability: f64) {
        self.change(|map| map.loss = probability);
    }

    /// Changes the probability that a later frame arrives twice.
    pub fn set_duplicate(&self, probability: f64) {
        self.change(|map| map.duplicate = probability);
    }

    /// Changes the probability that a later frame may overtake others.
    pub fn set_reorder(&self, probability: f64) {
        self.change(|map| map.reorder = probability);
    }

    /// Starts a node on its own system, which is a [node of the simulation](Sim::node). Spawn the
    /// node's actors on [`Node::system`].
    ///
    /// When the last clone of the node is dropped, the node leaves, and its actors end.
    #[must_use]
    pub fn node(&self, name: &str) -> Node {
        self.node_with_rules(name, Node::builder())
    }

    /// Adds a transport without a node. A test can compare it with another [`Transport`], or use it to send
    /// frames that violate the protocol.
    ///
    /// ```
    /// # use actor_remote::{SimNetwork, Transport};
    /// # actor_core::System::simulation(1).block_on(async {
    /// let network = SimNetwork::new();
    /// let (one, other) = (network.transport("one"), network.transport("other"));
    /// assert_ne!(one.node(), other.node());
    /// # });
    /// ```
    #[must_use]
    pub fn transport(&self, name: &str) -> impl Transport + use<> {
        let id = self.change(|map| map.add(name));
        SimTransport { id, network: self.handle.network.clone() }
    }

    /// Like [`node`](Self::node), with settings for the node.
    pub fn node_with_rules(&self, name: &str, settings: NodeBuilder) -> Node {
        let handle = &self.handle;
        let id = self.change(|map| map.add(name));
        let transport = SimTransport { id, network: handle.network.clone() };
        let system = handle.sim.node(name);
        // The seed of the simulation determines the keys.
        let mut random = system.rng();
        let random = Box::new(move || random.u64(..));
        let node = Node::start(system, transport, name.to_owned(), settings.rules, random);
        self.change(|map| {
            if let Some(known) = map.nodes.get_mut(&id) {
                known.inner = node.downgrade();
            }
        });
        node
    }

    /// Starts a node that runs `boot` as its program, in a task on its system.
    /// [`restart`](Self::restart) runs the program again on a new incarnation. If a node with this
    /// name exists, it crashes first.
    ///
    /// The node runs until it crashes, or until the last clone of the network is dropped. Therefore `boot`
    /// must not hold a clone of the network.
    ///
    /// ```
    /// use actor_core::prelude::*;
    /// use actor_remote::{Node, SimNetwork};
    /// use std::time::Duration;
    ///
    /// #[actor(remote)]
    /// trait Counter {
    ///     fn add(&mut self, amount: u64) -> u64;
    /// }
    ///
    /// #[actor]
    /// struct Total(u64);
    ///
    /// #[actor]
    /// impl Total {}
    ///
    /// #[actor]
    /// impl Counter for Total {
    ///     fn add(&mut self, amount: u64) -> u64 {
    ///         self.0 += amount;
    ///         self.0
    ///     }
    /// }
    ///
    /// async fn server(node: Node) {
    ///     node.register("total", &CounterAddr::from(Total(0).spawn())).unwrap();
    /// }
    ///
    /// System::simulation(1).block_on(async {
    ///     let network = SimNetwork::new();
    ///     network.node_with("server", server);
    ///     let client = network.node("client");
    ///     let limit = Duration::from_secs(10);
    ///     let total: CounterAddr = client.wait_for("total", limit).await.unwrap();
    ///     assert_eq!(total.add(5).await, Ok(5));
    ///
    ///     network.restart("server");
    ///     assert_eq!(total.join().await, Exit::Unreachable);
    ///     let total: CounterAddr = client.wait_for("total", limit).await.unwrap();
    ///     assert_eq!(total.add(1).await, Ok(1));
    /// });
    /// ```
    pub fn node_with<F, U>(&self, name: &str, boot: F) -> Node
    where
        F: Fn(Node) -> U + Send + Sync + 'static,
        U: Future<Output = ()> + Send + 'static,
    {
        let boot: Boot = Arc::new(move |node| Box::pin(boot(node)));
        self.boot(name, Some(boot))
    }

    /// Crashes the nodes with this name, and starts a new incarnation. A program that was passed to
    /// [`node_with`](Self::node_with) runs again. May be called after a crash.
    ///
    /// # Panics
    /// If there has been no node with this name.
    #[track_caller]
    pub fn restart(&self, name: &str) -> Node {
        self.check_names(&[name]);
        let boot = self.booted().get(name).map(|booted| booted.boot.clone());
        self.boot(name, boot)
    }

    fn boot(&self, name: &str, boot: Option<Boot>) -> Node {
        self.end(name);
        self.note(format!("starts {name}"));
        let node = self.node(name);
        if let Some(boot) = boot {
            node.system().spawn_task(boot(node.clone())).detach();
            let booted = Booted { boot, node: Some(node.clone()) };
            let before = self.booted().insert(name.to_owned(), booted);
            drop(before);
        }
        node
    }

    /// Panics if there has been no node with one of the names. A crashed node, or one that has left, is known:
    /// a test may heal its connections in any order.
    #[track_caller]
    fn check_names(&self, names: &[&str]) {
        let map = self.handle.network.map();
        let unknown = names.iter().find_map(|name| Some((*name, map.without(name)?)));
        drop(map);
        if let Some((name, known)) = unknown {
            let known = if known.is_empty() { "none yet".into() } else { known };
            panic!("the network has no node `{name}`; its nodes are: {known}");
        }
    }

    fn booted(&self) -> MutexGuard<'_, BTreeMap<String, Booted>> {
        self.handle.booted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Cuts the connection of two nodes. Frames in flight are lost. After the lease, each node is notified
    /// that the other node is lost.
    ///
    /// # Panics
    /// If there has been no node with one of these names.
    #[track_caller]
    pub fn cut(&self, one: &str, other: &str) {
        self.check_names(&[one, other]);
        self.note(format!("cuts {one} and {other} off from each other"));
        self.change(|map| {
            for (from, to) in map.between(one, other) {
                map.cut(from, to);
                map.cut(to, from);
            }
        });
    }

    /// Loses all frames from one node to another. After the lease, each of the two nodes is notified that the
    /// other node is lost, as with a transport whose connections are bidirectional.
    ///
    /// # Panics
    /// If there has been no node with one of these names.
    #[track_caller]
    pub fn cut_one_way(&self, from: &str, to: &str) {
        self.check_names(&[from, to]);
        self.note(format!("loses all frames from {from} to {to}"));
        self.change(|map| {
            for (from, to) in map.between(from, to) {
                map.cut(from, to);
                map.expire(to, from);
            }
        });
    }

    /// Connects two nodes again.
    ///
    /// # Panics
    /// If there has been no node with one of these names.
    #[track_caller]
    pub fn heal(&self, one: &str, other: &str) {
        self.check_names(&[one, other]);
        self.note(format!("connects {one} and {other} again"));
        self.change(|map| {
            for (one, other) in map.between(one, other) {
                map.heal(one, other);
                map.heal(other, one);
            }
        });
    }

    /// Ends a node without notice, as if its process had been killed. Its actors and tasks end
    /// without running their code, as in [`Sim::crash`]. Frames in flight from and to the node are lost,
    /// and the other nodes are notified at once. Has no effect on a node that has already crashed or left.
    ///
    /// # Panics
    /// If there has been no node with this name.
    #[track_caller]
    pub fn crash(&self, name: &str) {
        self.check_names(&[name]);
        self.end(name);
    }

    fn end(&self, name: &str) {
        let ids = self.handle.network.map().named(name);
        if !ids.is_empty() {
            self.note(format!("crashes {name}"));
        }
        for id in ids {
            self.handle.crash(id);
        }
        let node = self.booted().get_mut(name).and_then(|booted| booted.node.take());
        drop(node);
    }

    /// Pauses a node, as if its process hung: its actors and tasks do not run, as in [`Sim::pause`]. Frames
    /// to the node wait. After the lease, the other nodes are notified that the paused node is lost. Once
    /// the node is resumed, it is notified that the other nodes are lost.
    ///
    /// # Panics
    /// If there has been no node with this name.
    #[track_caller]
    pub fn pause(&self, name: &str) {
        self.check_names(&[name]);
        self.note(format!("suspends {name}"));
        self.change(|map| map.named(name).into_iter().for_each(|id| map.pause(id)));
        self.systems(name).iter().for_each(|system| self.handle.sim.pause(system));
    }

    /// Resumes a paused node.
    ///
    /// # Panics
    /// If there has been no node with this name.
    #[track_caller]
    pub fn resume(&self, name: &str) {
        self.check_names(&[name]);
        self.note(format!("lets {name} go on"));
        self.change(|map| map.named(name).into_iter().for_each(|id| map.resume(id)));
        self.systems(name).iter().for_each(|system| self.handle.sim.resume(system));
    }

    /// Returns the systems of the nodes with this name.
    fn systems(&self, name: &str) -> Vec<System> {
        let map = self.handle.network.map();
        let nodes = map.nodes.values().filter(|node| node.name == name);
        let inner: Vec<_> = nodes.filter_map(|node| node.inner.upgrade()).collect();
        drop(map);
        inner.iter().map(|inner| inner.system().clone()).collect()
    }

    /// Returns the number of frames that were sent.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.handle.network.map().frames
    }
}

impl Handle {
    fn crash(&self, id: NodeId) {
        let gone = self.network.change(|map| map.remove(id, true));
        let Some(node) = gone.and_then(|gone| gone.inner.upgrade()) else { return };
        self.sim.crash(node.system());
        node.close();
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        let booted = self.booted.get_mut().unwrap_or_else(PoisonError::into_inner);
        for booted in std::mem::take(booted).into_values() {
            if let Some(node) = booted.node {
                self.crash(node.id());
            }
        }
    }
}

impl fmt::Debug for SimNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let map = self.handle.network.map();
        let nodes: Vec<String> = map.nodes.values().map(|node| node.name.clone()).collect();
        drop(map);
        f.debug_struct("SimNetwork").field("nodes", &nodes).finish_non_exhaustive()
    }
}
