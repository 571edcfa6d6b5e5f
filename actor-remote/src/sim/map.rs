//! The state of a simulated network: nodes, the links between them, faults, and planned events.

use crate::node::Inner;
use crate::transport::{NodeId, TransportEvent};
use actor_core::time;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

pub(super) type OnEvent = Arc<dyn Fn(TransportEvent<'_>) + Send + Sync>;

/// The time after which other nodes are notified of a crash.
const RESET: Duration = Duration::from_millis(1);

/// The replacement for a delay beyond the range of the clock.
const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// Returns the time `delay` after `from`.
fn after(from: Instant, delay: Duration) -> Instant {
    let latest = || from.checked_add(CENTURY).unwrap_or(from);
    from.checked_add(delay).unwrap_or_else(latest)
}

pub(super) struct Map {
    pub(super) nodes: BTreeMap<NodeId, SimNode>,
    /// The names of all nodes that have ever been added.
    names: BTreeSet<String>,
    /// The links from each node to every other node.
    links: BTreeMap<(NodeId, NodeId), Link>,
    /// The planned events, by time and then by number.
    later: BTreeMap<(Instant, u64), Happening>,
    planned: u64,
    pub(super) delay: (Duration, Duration),
    pub(super) lease: Duration,
    pub(super) loss: f64,
    pub(super) duplicate: f64,
    pub(super) reorder: f64,
    pub(super) random: Box<dyn FnMut() -> u64 + Send>,
    pub(super) frames: u64,
}

#[derive(Default)]
pub(super) struct SimNode {
    pub(super) name: String,
    pub(super) on_event: Option<OnEvent>,
    pub(super) inner: Weak<Inner>,
    is_paused: bool,
}

#[derive(Default)]
struct Link {
    is_cut: bool,
    /// Whether the receiver has been notified that the sender can be reached.
    is_up: bool,
    /// The number of the current lease, while the sender is silent. When the lease ends, the receiver is
    /// notified that the sender is lost.
    lease: Option<u64>,
    /// The time at which the last frame arrives.
    last: Option<Instant>,
}

pub(super) enum Happening {
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
    /// A lease ends. If the sender is still silent, the receiver is notified that the sender is lost.
    Lease {
        node: NodeId,
        to: NodeId,
        lease: u64,
    },
}

impl Map {
    pub(super) fn new(random: Box<dyn FnMut() -> u64 + Send>) -> Map {
        Map {
            nodes: BTreeMap::new(),
            names: BTreeSet::new(),
            links: BTreeMap::new(),
            later: BTreeMap::new(),
            planned: 0,
            delay: (Duration::from_micros(50), Duration::from_millis(5)),
            lease: Duration::from_secs(2),
            loss: 0.0,
            duplicate: 0.0,
            reorder: 0.0,
            random,
            frames: 0,
        }
    }

    pub(super) fn add(&mut self, name: &str) -> NodeId {
        let id = NodeId((self.random)());
        let node = SimNode { name: name.to_owned(), ..SimNode::default() };
        self.nodes.insert(id, node);
        self.names.insert(name.to_owned());
        id
    }

    /// Returns the known names, as text, if `name` is not one of them.
    pub(super) fn without(&self, name: &str) -> Option<String> {
        let names = || self.names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>();
        (!self.names.contains(name)).then(|| names().join(", "))
    }

    pub(super) fn named(&self, name: &str) -> Vec<NodeId> {
        self.nodes.iter().filter(|(_, node)| node.name == name).map(|(id, _)| *id).collect()
    }

    pub(super) fn between(&self, one: &str, other: &str) -> Vec<(NodeId, NodeId)> {
        let (ones, others) = (self.named(one), self.named(other));
        let pairs = ones.iter().flat_map(|one| others.iter().map(|other| (*one, *other)));
        pairs.filter(|(one, other)| one != other).collect()
    }

    fn others(&self, id: NodeId) -> BTreeSet<NodeId> {
        self.nodes.keys().copied().filter(|it| *it != id).collect()
    }

    fn plan(&mut self, at: Instant, happening: Happening) {
        self.planned += 1;
        self.later.insert((at, self.planned), happening);
    }

    /// Returns a random number below one.
    fn chance(&mut self) -> f64 {
        let number = u32::try_from((self.random)() >> 32).unwrap_or_default();
        f64::from(number) / (f64::from(u32::MAX) + 1.0)
    }

    fn random_delay(&mut self) -> Duration {
        let (least, most) = self.delay;
        least.saturating_add((most - least).mul_f64(self.chance()))
    }

    fn link(&mut self, from: NodeId, to: NodeId) -> &mut Link {
        self.links.entry((from, to)).or_default()
    }

    fn is_paused(&self, id: NodeId) -> bool {
        self.nodes.get(&id).is_some_and(|node| node.is_paused)
    }

    /// Returns whether `to` cannot receive or answer frames from `from`.
    fn is_silent(&mut self, from: NodeId, to: NodeId) -> bool {
        self.is_paused(from) || self.is_paused(to) || self.link(from, to).is_cut
    }

    pub(super) fn cut(&mut self, from: NodeId, to: NodeId) {
        self.link(from, to).is_cut = true;
        self.expire(from, to);
    }

    /// Starts a lease: unless the two nodes are connected again within the lease, `to` is notified that `from`
    /// is lost.
    pub(super) fn expire(&mut self, from: NodeId, to: NodeId) {
        let lease = self.planned + 1;
        let link = self.link(from, to);
        if link.lease.is_none() {
            link.lease = Some(lease);
            self.plan(after(time::now(), self.lease), Happening::Lease { node: from, to, lease });
        }
    }

    pub(super) fn heal(&mut self, from: NodeId, to: NodeId) {
        self.link(from, to).is_cut = false;
        self.hear(from, to);
    }

    /// Notifies `to` that `from` can be reached, if the two nodes are connected.
    fn hear(&mut self, from: NodeId, to: NodeId) {
        if self.is_silent(from, to) {
            return;
        }
        let link = self.link(from, to);
        link.lease = None;
        if !link.is_up {
            let at = after(time::now(), self.random_delay());
            self.plan(at, Happening::Up { node: from, to });
        }
    }

    /// Adds a node that has joined the network, and notifies all connected nodes.
    pub(super) fn join(&mut self, id: NodeId, on_event: OnEvent) {
        if let Some(node) = self.nodes.get_mut(&id) {
            node.on_event = Some(on_event);
        }
        for other in self.others(id) {
            self.hear(id, other);
            self.hear(other, id);
        }
    }

    pub(super) fn pause(&mut self, id: NodeId) {
        if let Some(node) = self.nodes.get_mut(&id) {
            node.is_paused = true;
        }
        for other in self.others(id) {
            self.expire(id, other);
            self.expire(other, id);
        }
    }

    pub(super) fn resume(&mut self, id: NodeId) {
        if let Some(node) = self.nodes.get_mut(&id) {
            node.is_paused = false;
        }
        for other in self.others(id) {
            self.hear(id, other);
            self.hear(other, id);
        }
    }

    /// Removes a node, and notifies the others.
    pub(super) fn remove(&mut self, id: NodeId, is_crash: bool) -> Option<SimNode> {
        let gone = self.nodes.remove(&id)?;
        let now = time::now();
        for other in self.others(id) {
            // The `Down` of a node that has left follows its frames in flight.
            let last = self.link(id, other).last.filter(|_| !is_crash);
            let at = after(last.map_or(now, |last| last.max(now)), RESET);
            self.plan(at, Happening::Down { node: id, to: other });
            self.link(id, other).is_cut |= is_crash;
            self.link(other, id).is_cut = true;
        }
        Some(gone)
    }

    pub(super) fn send(&mut self, from: NodeId, to: NodeId, bytes: &[u8]) {
        self.frames += 1;
        let is_sent = self.nodes.contains_key(&from) && !self.link(from, to).is_cut;
        if !is_sent || self.chance() < self.loss {
            return;
        }
        let copies = if self.chance() < self.duplicate { 2 } else { 1 };
        for _ in 0..copies {
            let mut at = after(time::now(), self.random_delay());
            let overtakes = self.chance() < self.reorder;
            let link = self.link(from, to);
            if !overtakes {
                at = link.last.map_or(at, |last| last.max(at));
                link.last = Some(at);
            }
            self.plan(at, Happening::Frame { from, to, bytes: bytes.to_vec() });
        }
    }

    /// Returns the time of the next planned event.
    pub(super) fn next(&self) -> Option<Instant> {
        self.later.first_key_value().map(|((at, _), _)| *at)
    }

    /// Takes the next planned event that is due, with the event function of the receiving node.
    pub(super) fn due(&mut self, now: Instant) -> Option<(OnEvent, Happening)> {
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
                    let is_silent = self.is_silent(*node, *to);
                    let link = self.link(*node, *to);
                    let passes = !link.is_up && !is_silent;
                    link.is_up |= passes;
                    (*to, passes)
                }
                Happening::Down { node, to } => {
                    let link = self.link(*node, *to);
                    (*to, std::mem::replace(&mut link.is_up, false))
                }
                Happening::Lease { node, to, lease } => {
                    let link = self.link(*node, *to);
                    let is_over = link.lease == Some(*lease);
                    if is_over {
                        link.lease = None;
                    }
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
