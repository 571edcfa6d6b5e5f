//! Topics that span nodes. Each node has a local topic with the subscribers of that node, and an actor, the *relay*.
//! A publisher sends each item once to the relay of every other node. The relay publishes the item to the local topic.
//!
//! A relay is registered under the name `topic:<name>` when the local topic is first used. The name is removed once the
//! topic has neither a handle nor a subscriber on that node.

use crate::codec::Wire;
use crate::node::{Inner, Node};
use crate::pool::Members;
use actor_core::prelude::*;
use actor_core::{SendReason, Task, spawn_task};
use futures_lite::FutureExt;
use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

impl Node {
    /// Returns the topic with this name. Its items reach the subscribers of all nodes that use the topic. All
    /// nodes must use the same item type for a name.
    ///
    /// An item is sent once to each node with subscribers, regardless of the number of subscribers. The items of
    /// one publisher arrive in order. As with messages, an item arrives at most once: items in flight to a node
    /// that is lost are [incidents](actor_core::incident::Incident::Undelivered), and are not sent again when the
    /// node is back. A node receives the items that are published after the publisher's node has been notified of
    /// the first use of [`local`](NodeTopic::local) on that node.
    ///
    /// On each node, the topic exists while it has a handle or a subscriber. The streams of the topic end when the
    /// topic ends, or is [closed](Topic::close).
    ///
    /// # Panics
    /// If this node uses the name for items of another type.
    ///
    /// ```
    /// use actor_core::prelude::*;
    /// use actor_remote::SimNetwork;
    /// use futures_lite::StreamExt;
    /// use std::time::Duration;
    ///
    /// System::simulation(1).block_on(async {
    ///     let network = SimNetwork::new();
    ///     let (here, there) = (network.node("here"), network.node("there"));
    ///     let (prices, others) = (here.topic::<u32>("prices"), there.topic::<u32>("prices"));
    ///     let mut stream = others.local().stream();
    ///     actor_core::time::sleep(Duration::from_secs(1)).await;
    ///
    ///     prices.publish(7).await;
    ///     assert_eq!(stream.next().await, Some(Ok(7)));
    /// });
    /// ```
    #[must_use]
    pub fn topic<T: Wire + Clone>(&self, name: &str) -> NodeTopic<T> {
        let shared = self.topics().get(name, || Shared::new(self, name));
        NodeTopic::new(shared)
    }
}

/// A topic whose items reach the subscribers of all nodes. Returned by [`Node::topic`]. Clones are handles
/// of the same topic.
pub struct NodeTopic<T: Wire + Clone> {
    shared: Arc<Shared<T>>,
}

impl<T: Wire + Clone> NodeTopic<T> {
    fn new(shared: Arc<Shared<T>>) -> Self {
        shared.handles.fetch_add(1, Ordering::Relaxed);
        NodeTopic { shared }
    }

    /// Returns the topic of the subscribers on this node. From the first call on, the local topic receives the
    /// items of all nodes.
    ///
    /// Subscribe to the local topic, or read its stream. Each subscriber has its own policy for a full buffer. If
    /// the policy is `wait`, publishers on other nodes also wait, once the messages to this node have filled their
    /// window. Items that are published to the local topic itself stay on this node.
    ///
    /// ```
    /// use actor_core::prelude::*;
    /// use actor_remote::SimNetwork;
    ///
    /// # #[actor] struct Display;
    /// # #[actor] impl Display { fn show(&mut self, _price: u32) {} }
    /// # System::simulation(1).block_on(async {
    /// let node = SimNetwork::new().node("here");
    /// let prices = node.topic::<u32>("prices");
    /// let display = Display.spawn();
    /// prices.local().subscribe(&display, |me, price| me.show(price)).latest().detach();
    /// prices.publish(7).await;
    /// # display.stop();
    /// # display.join().await;
    /// # });
    /// ```
    pub fn local(&self) -> &Topic<T> {
        self.shared.begin();
        &self.shared.local
    }

    /// Publishes an item to the subscribers of all nodes. Waits for capacity in the queues to other nodes, and
    /// for local subscribers whose policy is `wait`.
    ///
    /// # Cancellation
    /// If the future is dropped while it waits, the subscribers and nodes without capacity do not get the item.
    pub async fn publish(&self, item: T) {
        let full = self.send_to_others(&item);
        self.shared.local.publish(item.clone()).await;
        for relay in full {
            // An error means that the node has left.
            let _ = relay.publish(item.clone()).send().await;
        }
    }

    /// Publishes an item without waiting. Returns the number of subscribers of this node and of other nodes
    /// that did not get the item, because they had no capacity.
    pub fn try_publish(&self, item: T) -> usize {
        let full = self.send_to_others(&item).len();
        full + self.shared.local.publish(item).try_send()
    }

    /// Sends an item to the other nodes. Returns the relays without capacity.
    fn send_to_others(&self, item: &T) -> Vec<RelayAddr<T>> {
        let relays = &self.shared.relays;
        relays.refresh(&[]);
        let mut full = relays.elsewhere();
        full.retain(|relay| {
            let refused = relay.publish(item.clone()).try_send().err();
            refused.is_some_and(|refused| refused.reason() == SendReason::Full)
        });
        full
    }
}

impl<T: Wire + Clone> Clone for NodeTopic<T> {
    fn clone(&self) -> Self {
        NodeTopic::new(self.shared.clone())
    }
}

impl<T: Wire + Clone> Drop for NodeTopic<T> {
    fn drop(&mut self) {
        self.shared.handles.fetch_sub(1, Ordering::Relaxed);
        self.shared.end_if_unused();
    }
}

impl<T: Wire + Clone> fmt::Debug for NodeTopic<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NodeTopic").field("name", &self.shared.name).finish_non_exhaustive()
    }
}

/// The state that all handles of a topic on one node share with its relay.
struct Shared<T: Wire + Clone> {
    node: Weak<Inner>,
    name: String,
    local: Topic<T>,
    /// The relays of all nodes.
    relays: Arc<Members<Relay<T>>>,
    /// Removes ended relays of other nodes from `relays`.
    _watch: Task<()>,
    handles: AtomicUsize,
    /// Whether the relay of this node is registered. Locked while the name is registered or removed.
    has_relay: Mutex<bool>,
}

/// Publishes the items of other nodes to the local topic.
#[actor(name = "topic")]
struct Relay<T: Wire + Clone> {
    shared: Arc<Shared<T>>,
}

#[actor(remote(name = "actor_remote.topic"))]
impl<T: Wire + Clone> Relay<T> {
    async fn publish(&mut self, item: T) {
        // The item is cloned for each subscriber. The relay survives a panic in `clone`, which another task reports.
        let publishing = AssertUnwindSafe(self.shared.local.publish(item)).catch_unwind();
        if let Err(panic) = publishing.await {
            spawn_task(async { resume_unwind(panic) }).detach();
        }
        self.shared.end_if_unused();
    }
}

impl<T: Wire + Clone> Shared<T> {
    fn new(node: &Node, name: &str) -> Self {
        let relay_name = relay_name(name);
        let relays = Arc::new(Members::new(node.downgrade(), &relay_name));
        let watch = node.system().spawn_task(Members::watch(relays.clone()));
        Shared {
            node: node.downgrade(),
            name: name.to_owned(),
            local: Topic::new(),
            relays,
            _watch: watch,
            handles: AtomicUsize::new(0),
            has_relay: Mutex::new(false),
        }
    }

    /// Starts the relay of this node, unless the relay is running or the node has left.
    fn begin(self: &Arc<Self>) {
        let mut has_relay = self.lock();
        let Some(node) = self.node.upgrade().filter(|_| !*has_relay) else { return };
        let relay = Relay { shared: self.clone() }.spawn_on(node.system());
        *has_relay = node.register::<Relay<T>>(relay_name(&self.name), &relay).is_ok();
    }

    /// Ends the relay of this node if the topic has neither a handle nor a subscriber here.
    fn end_if_unused(&self) {
        let is_unused =
            || self.handles.load(Ordering::Relaxed) == 0 && self.local.subscribers() == 0;
        if !is_unused() {
            return;
        }
        let mut has_relay = self.lock();
        if let Some(node) = self.node.upgrade()
            && *has_relay
            && is_unused()
        {
            *has_relay = false;
            node.unregister(&relay_name(&self.name));
        }
    }

    fn lock(&self) -> MutexGuard<'_, bool> {
        self.has_relay.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn relay_name(topic: &str) -> String {
    format!("topic:{topic}")
}

/// The topics that a node uses.
#[derive(Default)]
pub(crate) struct Topics(Mutex<BTreeMap<String, Weak<dyn Any + Send + Sync>>>);

impl Topics {
    fn get<T: Wire + Clone>(&self, name: &str, make: impl FnOnce() -> Shared<T>) -> Arc<Shared<T>> {
        let mut topics = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = topics.get(name).and_then(Weak::upgrade) {
            let text = "another type of items has this topic";
            return known.downcast().unwrap_or_else(|_| panic!("`{name}`: {text}"));
        }
        topics.retain(|_, topic| topic.strong_count() > 0);
        let shared = Arc::new(make());
        let weak: Weak<dyn Any + Send + Sync> = Arc::downgrade(&(shared.clone() as _));
        topics.insert(name.to_owned(), weak);
        shared
    }
}
