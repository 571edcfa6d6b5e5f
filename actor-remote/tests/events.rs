//! The events of a node: members that join, leave and are lost.

use actor_core::prelude::*;
use actor_core::time;
use actor_remote::{Node, NodeEvent, NodeId, SimNetwork, Transport, TransportEvent};
use futures_lite::{Stream, StreamExt};
use std::time::Duration;

const LEASE: Duration = Duration::from_secs(2);

/// Returns the next event, as the name of the node and the kind of the event.
async fn next(events: &mut (impl Stream<Item = NodeEvent> + Unpin)) -> (String, &'static str) {
    match events.next().await {
        Some(NodeEvent::Joined(node)) => (node.name, "joined"),
        Some(NodeEvent::Left(node)) => (node.name, "left"),
        Some(NodeEvent::Lost(node)) => (node.name, "lost"),
        Some(NodeEvent::Refused(node)) => (node.name, "refused"),
        other => panic!("{other:?}"),
    }
}

/// Waits until both nodes have the session, so that the node that leaves first notifies the other
/// one.
async fn joined(events: &mut (impl Stream<Item = NodeEvent> + Unpin), other: &Node) {
    assert_eq!(next(events).await, event(other.name(), "joined"));
    let mut seen = other.events();
    while next(&mut seen).await != event("here", "joined") {}
}

fn event(name: &str, kind: &'static str) -> (String, &'static str) {
    (name.to_owned(), kind)
}

#[actor_core::test(seeds = 30)]
async fn each_member_joins_and_then_leaves_or_is_lost() {
    let network = SimNetwork::new().lease(LEASE);
    let here = network.node("here");
    let mut events = here.events();
    let other = network.node("other");
    joined(&mut events, &other).await;
    other.leave();
    assert_eq!(next(&mut events).await, event("other", "left"));

    let crashing = network.node("crashing");
    joined(&mut events, &crashing).await;
    network.crash("crashing");
    assert_eq!(next(&mut events).await, event("crashing", "lost"));
    drop(crashing);

    let far = network.node("far");
    joined(&mut events, &far).await;
    let cut = time::now();
    network.cut("here", "far");
    assert_eq!(next(&mut events).await, event("far", "lost"));
    assert!(time::now() - cut <= LEASE + Duration::from_millis(500));
    network.heal("here", "far");
    joined(&mut events, &far).await;
    drop(far);
    assert_eq!(next(&mut events).await, event("far", "left"));
    here.leave();
    assert_eq!(events.next().await, None);
}

#[actor_core::test(seeds = 30)]
async fn a_stream_of_events_begins_with_the_members_in_the_order_of_their_age() {
    let network = SimNetwork::new();
    let here = network.node("here");
    let mut first = here.events();
    let mut nodes = Vec::new();
    for name in ["a", "b", "c"] {
        nodes.push(network.node(name));
        joined(&mut first, &nodes[nodes.len() - 1]).await;
    }
    let mut later = here.events();
    for name in ["a", "b", "c"] {
        assert_eq!(next(&mut later).await, event(name, "joined"));
    }
    nodes.remove(1).leave();
    assert_eq!(next(&mut first).await, event("b", "left"));
    assert_eq!(next(&mut later).await, event("b", "left"));
}

#[actor_core::test(seeds = 30)]
async fn traffic_and_waits_for_credit_are_counted() {
    let network = SimNetwork::new();
    let (here, other) = (network.node("here"), network.node("other"));
    let watcher = Watcher { seen: Vec::new() }.spawn_on(other.system());
    other.register("watcher", &NamesAddr::from(watcher)).unwrap();
    let names: NamesAddr = here.wait_for("watcher", LEASE).await.unwrap();
    // More than the window for messages that are not accepted yet.
    for _ in 0..100 {
        names.add("x".repeat(4096)).send().await.unwrap();
    }
    assert_eq!(names.count().await, Ok(100));
    let (sender, receiver) = (here.counters(), other.counters());
    assert!(sender.frames_sent > 100 && sender.bytes_sent > 400 * 1024, "{sender:?}");
    assert!(sender.credit_waits > 0 && receiver.credit_waits == 0, "{sender:?}");
    assert_eq!((sender.sessions, receiver.sessions), (1, 1));
    // A `Hello` that was sent before the other node was up is lost, and a heartbeat may still arrive.
    assert!((0..3).contains(&(sender.frames_sent - receiver.frames_received)), "{receiver:?}");
    assert!((0..100).contains(&(sender.bytes_sent - receiver.bytes_received)), "{receiver:?}");
}

#[actor(remote)]
trait Names {
    fn add(&mut self, name: String);
    fn count(&self) -> usize;
}

#[actor]
impl Names for Watcher {
    fn add(&mut self, name: String) {
        self.seen.push(name);
    }

    fn count(&self) -> usize {
        self.seen.len()
    }
}

#[actor]
struct Watcher {
    seen: Vec<String>,
}

#[actor]
impl Watcher {
    fn changed(&mut self, event: NodeEvent) {
        if let NodeEvent::Joined(node) = event {
            self.seen.push(node.name);
        }
    }

    #[message(when = self.seen.len() >= *count)]
    fn members(&mut self, count: usize) -> Vec<String> {
        self.seen.truncate(count);
        self.seen.clone()
    }
}

#[actor_core::test(seeds = 30)]
async fn an_actor_receives_the_events_as_messages() {
    let network = SimNetwork::new();
    let here = network.node("here");
    let watcher = Watcher { seen: Vec::new() }.spawn();
    let forwarding = {
        let (watcher, mut events) = (watcher.clone(), here.events());
        actor_core::spawn_task(async move {
            while let Some(event) = events.next().await {
                if watcher.changed(event).send().await.is_err() {
                    return;
                }
            }
        })
    };
    let _others = [network.node("a"), network.node("b")];
    let mut members = watcher.members(2).await.unwrap();
    members.sort();
    assert_eq!(members, ["a", "b"]);
    here.leave();
    forwarding.await;
}

/// A network that reaches no other node, and says why.
struct Closed;

impl Transport for Closed {
    fn node(&self) -> NodeId {
        NodeId(1)
    }

    fn start(&self, on_event: Box<dyn Fn(TransportEvent<'_>) + Send + Sync>) {
        for reason in ["no route", "no answer"] {
            on_event(TransportEvent::NoContact { peer: "quic/shop:7447", reason });
        }
    }

    fn send(&self, _to: NodeId, _frame: Vec<u8>) {}

    fn leave(&self) {}
}

#[actor_core::test(seeds = 4)]
async fn a_stream_begins_with_the_last_reason_why_a_node_is_not_reached() {
    let node = Node::on(Closed, "here");
    let mut first = node.events();
    // The stream may be older than the reasons.
    let mut events = vec![first.next().await];
    while events != [Some(no_contact("no answer"))] {
        assert_eq!(events.pop(), Some(Some(no_contact("no route"))));
        events.push(first.next().await);
    }
    assert_eq!(node.events().next().await, Some(no_contact("no answer")));
    let text = no_contact("no answer").to_string();
    assert_eq!(text, "no contact with quic/shop:7447: no answer");
}

fn no_contact(reason: &str) -> NodeEvent {
    NodeEvent::NoContact { peer: "quic/shop:7447".to_owned(), reason: reason.to_owned() }
}
