//! A network in a simulation: its delays, losses and partitions follow the seed.

use crate::node::Node;
use crate::transport::{NodeId, Transport, TransportEvent};
use actor_core::future::or;
use actor_core::{Spawned, System, time};
use event_listener::Event;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

type OnEvent = Arc<dyn Fn(TransportEvent<'_>) + Send + Sync>;

/// The time after which other nodes are notified of a crash.
const RESET: Duration = Duration::from_millis(1);

/// A network for several nodes in one simulation, with faults.
///
/// All nodes run on the one simulated system. Each has its own [`Node`], and reaches the actors of the
/// others only by frames, which pass through the same code as those on a real network. Delays, losses
/// and the order of frames follow the seed of the simulation.
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
///     b.register("total", &CounterAddr::from(Total(0).spawn())).unwrap();
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
    network: Arc<Network>,
}

struct Network {
    world: Arc<World>,
    /// Delivers the frames; ends with the network.
    _driver: Spawned<()>,
}

struct World {
    map: Mutex<Map>,
    changed: Event,
}

struct Map {
    nodes: BTreeMap<NodeId, SimNode>,
    /// From each node to each other one.
    links: BTreeMap<(NodeId, NodeId), Link>,
    /// The planned happenings, by time and then by the order of planning.
    later: BTreeMap<(Instant, u64), Happening>,
    made: u64,
    delay: (Duration, Duration),
    lease: Duration,
    loss: f64,
    duplicate: f64,
    reorder: f64,
    random: Box<dyn FnMut() -> u64 + Send>,
    frames: u64,
}

struct SimNode {
    name: String,
    on_event: Option<OnEvent>,
}

#[derive(Default)]
struct Link {
    is_cut: bool,
    /// Whether the receiver has been notified that the sender can be reached.
    is_up: bool,
    /// Counts the cuts, so that a lease belongs to one of them.
    cuts: u64,
    /// When the last frame arrives.
    last: Option<Instant>,
}

enum Happening {
    Frame {
        from: NodeId,
        to: NodeId,
        bytes: Vec<u8>,
    },
    Up {
        node: NodeId,
        to: NodeId,
    },
    Down {
        node: NodeId,
        to: NodeId,
    },
    /// The lease of a link is over, unless it was healed since this cut.
    Lease {
        node: NodeId,
        to: NodeId,
        cut: u64,
    },
}

impl SimNetwork {
    /// Creates a network in the current system: frames take from 50 microseconds to 5 milliseconds, and
    /// a silent node is given up after 2 seconds.
    ///
    /// # Panics
    /// If the current system is not a simulation.
    #[allow(clippy::new_without_default, reason = "it starts a task in the current system")]
    #[must_use]
    #[track_caller]
    pub fn new() -> Self {
        let system = System::current();
        assert!(
            actor_core::Sim::of(&system).is_some(),
            "a `SimNetwork` is for simulations; use `#[actor_core::test]` or `System::simulation`"
        );
        let mut random = actor_core::rng();
        let world = Arc::new(World {
            map: Mutex::new(Map {
                nodes: BTreeMap::new(),
                links: BTreeMap::new(),
                later: BTreeMap::new(),
                made: 0,
                delay: (Duration::from_micros(50), Duration::from_millis(5)),
                lease: Duration::from_secs(2),
                loss: 0.0,
                duplicate: 0.0,
                reorder: 0.0,
                random: Box::new(move || random.u64(..)),
                frames: 0,
            }),
            changed: Event::new(),
        });
        let driver = system.spawn_task(drive(world.clone()));
        SimNetwork { network: Arc::new(Network { world, _driver: driver }) }
    }

    fn map(&self) -> MutexGuard<'_, Map> {
        self.network.world.map()
    }

    /// Changes the map, and wakes the driver for new happenings.
    fn change<T>(&self, change: impl FnOnce(&mut Map) -> T) -> T {
        let result = change(&mut self.map());
        self.network.world.changed.notify(usize::MAX);
        result
    }

    /// Sets the time that a frame takes.
    #[must_use]
    pub fn delay(self, range: RangeInclusive<Duration>) -> Self {
        self.map().delay = (*range.start(), (*range.end()).max(*range.start()));
        self
    }

    /// Sets the time after which a silent node is given up.
    #[must_use]
    pub fn lease(self, lease: Duration) -> Self {
        self.map().lease = lease;
        self
    }

    /// Sets the probability that a frame is lost, which a transport does not do on its own: the nodes
    /// have to notice.
    #[must_use]
    pub fn loss(self, probability: f64) -> Self {
        self.map().loss = probability;
        self
    }

    /// Sets the probability that a frame arrives twice, which a transport does not do on its own.
    #[must_use]
    pub fn duplicate(self, probability: f64) -> Self {
        self.map().duplicate = probability;
        self
    }

    /// Sets the probability that a frame may overtake others, which a transport does not do on its own.
    #[must_use]
    pub fn reorder(self, probability: f64) -> Self {
        self.map().reorder = probability;
        self
    }

    /// Starts a node. After a crash, a node with the same name is another node.
    #[must_use]
    pub fn node(&self, name: &str) -> Node {
        let id = self.change(|map| {
            let id = NodeId((map.random)());
            map.nodes.insert(id, SimNode { name: name.to_owned(), on_event: None });
            id
        });
        Node::on(SimTransport { id, network: self.clone() }, name)
    }

    /// Cuts two nodes off from each other: frames in flight are lost, and after the lease each node is
    /// notified that the other one is gone.
    pub fn cut(&self, one: &str, other: &str) {
        self.change(|map| {
            for (from, to) in map.between(one, other) {
                map.cut(from, to);
                map.cut(to, from);
            }
        });
    }

    /// Loses all frames from one node to another. After the lease each of them is notified that the
    /// other one is gone, as with a transport whose connections work in both directions.
    pub fn cut_one_way(&self, from: &str, to: &str) {
        self.change(|map| {
            for (from, to) in map.between(from, to) {
                map.cut(from, to);
                map.expire(to, from);
            }
        });
    }

    /// Connects two nodes again.
    pub fn heal(&self, one: &str, other: &str) {
        self.change(|map| {
            for (one, other) in map.between(one, other) {
                map.heal(one, other);
                map.heal(other, one);
            }
        });
    }

    /// Ends a node without a word, as if its process was killed: no frame leaves or reaches it any more,
    /// and the other nodes are notified at once.
    ///
    /// Its sessions end on its own side too, so that its proxies and lanes end. The actors that lived
    /// there are for the test to kill, best by one parent.
    pub fn crash(&self, name: &str) {
        self.change(|map| {
            for id in map.named(name) {
                map.remove(id, true);
            }
        });
    }

    /// Returns the number of frames that were sent.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.map().frames
    }
}

impl fmt::Debug for SimNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nodes: Vec<String> = self.map().nodes.values().map(|node| node.name.clone()).collect();
        f.debug_struct("SimNetwork").field("nodes", &nodes).finish_non_exhaustive()
    }
}

impl World {
    fn map(&self) -> MutexGuard<'_, Map> {
        self.map.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Map {
    fn named(&self, name: &str) -> Vec<NodeId> {
        self.nodes.iter().filter(|(_, node)| node.name == name).map(|(id, _)| *id).collect()
    }

    fn between(&self, one: &str, other: &str) -> Vec<(NodeId, NodeId)> {
        let (ones, others) = (self.named(one), self.named(other));
        let pairs = ones.iter().flat_map(|one| others.iter().map(|other| (*one, *other)));
        pairs.filter(|(one, other)| one != other).collect()
    }

    fn plan(&mut self, at: Instant, happening: Happening) {
        self.made += 1;
        self.later.insert((at, self.made), happening);
    }

    /// A random number below one.
    fn chance(&mut self) -> f64 {
        let number = u32::try_from((self.random)() >> 32).unwrap_or_default();
        f64::from(number) / (f64::from(u32::MAX) + 1.0)
    }

    fn random_delay(&mut self) -> Duration {
        let (least, most) = self.delay;
        least + (most - least).mul_f64(self.chance())
    }

    fn link(&mut self, from: NodeId, to: NodeId) -> &mut Link {
        self.links.entry((from, to)).or_default()
    }

    fn cut(&mut self, from: NodeId, to: NodeId) {
        self.link(from, to).is_cut = true;
        self.expire(from, to);
    }

    /// `to` will give `from` up.
    fn expire(&mut self, from: NodeId, to: NodeId) {
        let at = time::now() + self.lease;
        let link = self.link(from, to);
        link.cuts += 1;
        let cut = link.cuts;
        self.plan(at, Happening::Lease { node: from, to, cut });
    }

    fn heal(&mut self, from: NodeId, to: NodeId) {
        let link = self.link(from, to);
        link.is_cut = false;
        link.cuts += 1;
        let is_up = link.is_up;
        if !is_up {
            let at = time::now() + self.random_delay();
            self.plan(at, Happening::Up { node: from, to });
        }
    }

    fn meet(&mut self, node: NodeId, to: NodeId) {
        if !self.link(node, to).is_cut {
            let at = time::now() + self.random_delay();
            self.plan(at, Happening::Up { node, to });
        }
    }

    /// Removes the node and notifies the others.
    fn remove(&mut self, id: NodeId, is_crash: bool) {
        let others: BTreeSet<NodeId> = self.nodes.keys().copied().filter(|it| *it != id).collect();
        let now = time::now();
        for other in others {
            // Behind the frames in flight, if the node has left on its own.
            let last = self.link(id, other).last.filter(|_| !is_crash);
            let at = last.map_or(now, |last| last.max(now)) + RESET;
            self.plan(at, Happening::Down { node: id, to: other });
            if is_crash {
                self.link(id, other).is_cut = true;
                self.plan(now + RESET, Happening::Down { node: other, to: id });
            }
            self.link(other, id).is_cut = true;
        }
        if let Some(node) = self.nodes.get_mut(&id) {
            // It is not found by its name any more.
            node.name.clear();
        }
    }

    fn send(&mut self, from: NodeId, to: NodeId, bytes: Vec<u8>) {
        self.frames += 1;
        if self.link(from, to).is_cut || self.chance() < self.loss {
            return;
        }
        let copies = if self.chance() < self.duplicate { 2 } else { 1 };
        for _ in 0..copies {
            let mut at = time::now() + self.random_delay();
            let overtakes = self.chance() < self.reorder;
            let link = self.link(from, to);
            if !overtakes {
                at = link.last.map_or(at, |last| last.max(at));
                link.last = Some(at);
            }
            self.plan(at, Happening::Frame { from, to, bytes: bytes.clone() });
        }
    }

    /// Takes the next happening that is due, with the node that it concerns.
    fn due(&mut self, now: Instant) -> Option<(OnEvent, Happening)> {
        loop {
            let first = self.later.first_entry()?;
            if first.key().0 > now {
                return None;
            }
            let happening = first.remove();
            let (to, passes) = match &happening {
                Happening::Frame { from, to, .. } => {
                    let link = self.link(*from, *to);
                    (*to, link.is_up && !link.is_cut)
                }
                Happening::Up { node, to } => {
                    let link = self.link(*node, *to);
                    let passes = !link.is_up && !link.is_cut;
                    link.is_up |= passes;
                    (*to, passes)
                }
                Happening::Down { node, to } => {
                    let link = self.link(*node, *to);
                    (*to, std::mem::replace(&mut link.is_up, false))
                }
                Happening::Lease { node, to, cut } => {
                    let link = self.link(*node, *to);
                    let is_over = link.cuts == *cut;
                    (*to, is_over && std::mem::replace(&mut link.is_up, false))
                }
            };
            let told = self.nodes.get(&to).and_then(|node| node.on_event.clone());
            if let Some(on_event) = told.filter(|_| passes) {
                return Some((on_event, happening));
            }
        }
    }
}

/// Lets everything happen in its time.
async fn drive(world: Arc<World>) {
    loop {
        let changed = world.changed.listen();
        let now = time::now();
        let due = world.map().due(now);
        if let Some((on_event, happening)) = due {
            match &happening {
                Happening::Frame { from, bytes, .. } => {
                    on_event(TransportEvent::Frame { from: *from, bytes });
                }
                Happening::Up { node, .. } => on_event(TransportEvent::Up(*node)),
                Happening::Down { node, .. } | Happening::Lease { node, .. } => {
                    on_event(TransportEvent::Down(*node));
                }
            }
            continue;
        }
        let next = world.map().later.first_key_value().map(|((at, _), _)| *at);
        match next {
            Some(at) => or(changed, time::sleep(at.saturating_duration_since(now))).await,
            None => changed.await,
        }
    }
}

/// The end of a network that one node has.
struct SimTransport {
    id: NodeId,
    network: SimNetwork,
}

impl Transport for SimTransport {
    fn node(&self) -> NodeId {
        self.id
    }

    fn start(&self, on_event: Box<dyn Fn(TransportEvent<'_>) + Send + Sync>) {
        let id = self.id;
        self.network.change(|map| {
            if let Some(node) = map.nodes.get_mut(&id) {
                node.on_event = Some(on_event.into());
            }
            let others: Vec<NodeId> = map.nodes.keys().copied().filter(|it| *it != id).collect();
            for other in others {
                map.meet(id, other);
                map.meet(other, id);
            }
        });
    }

    fn send(&self, to: NodeId, frame: Vec<u8>) {
        self.network.change(|map| map.send(self.id, to, frame));
    }

    fn leave(&self) {
        self.network.change(|map| {
            map.remove(self.id, false);
            if let Some(node) = map.nodes.get_mut(&self.id) {
                node.on_event = None;
            }
        });
    }
}
