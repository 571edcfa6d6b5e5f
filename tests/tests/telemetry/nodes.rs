//! Spans of messages to another node.

use super::spans::{Notes, message, seen};
use actor_core::prelude::*;
use actor_remote::{Node, NodeBuilder, SimNetwork};
use std::sync::Mutex;
use std::time::Duration;
use tracing::{Span, info_span};
use tracing_subscriber::registry::{LookupSpan, Registry};

const SECOND: Duration = Duration::from_secs(1);

#[actor]
struct Server;

#[actor(remote)]
impl Server {
    fn asked(&self) -> bool {
        Span::current().id().is_some()
    }

    fn told(&self) {}

    async fn listed(&self, replies: Replies<u8>) {
        let _ = replies.send(1).await;
    }
}

#[actor]
struct Client {
    server: ServerAddr,
}

#[actor]
impl Client {
    async fn ask(&self) -> bool {
        self.server.asked().await.unwrap()
    }

    async fn tell(&self) {
        self.server.told().send().await.unwrap();
    }

    async fn list(&self) -> usize {
        use futures_lite::StreamExt;
        self.server.listed().stream().count().await
    }
}

/// The spans that were sent to another node, each with those above it. A span has ended when its message arrives.
static SENT: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// A `traceparent` whose ids are the place in `SENT`.
fn current() -> Option<String> {
    let path = Span::current().with_subscriber(|(id, subscriber)| {
        let span = subscriber.downcast_ref::<Registry>()?.span(id)?;
        let path: Vec<String> = span.scope().map(|span| message(&span)).collect();
        Some(path.join(" below "))
    })??;
    let mut sent = SENT.lock().unwrap();
    sent.push(path);
    let id = sent.len();
    Some(format!("00-{id:032x}-{id:016x}-01"))
}

/// Delivers a message within a span that is named after the one that `current` has seen.
fn enter(traceparent: &str, deliver: &mut dyn FnMut()) {
    let id = usize::from_str_radix(&traceparent[36..52], 16).unwrap();
    let path = SENT.lock().unwrap()[id - 1].clone();
    info_span!(parent: None, "arrived", message = format!("{path}, elsewhere")).in_scope(deliver);
}

/// Runs `body` with a client and its server on another node.
fn on_two_nodes(settings: &NodeBuilder, body: impl AsyncFnOnce(ClientAddr)) -> Notes {
    seen(async || {
        let network = SimNetwork::new();
        let node = |name: &str| network.node_with_rules(name, settings.clone());
        let (here, there) = (node("here"), node("there"));
        there.register("server", &Server.spawn_on(there.system())).unwrap();
        let server = here.wait_for("server", 10 * SECOND).await.unwrap();
        body(Client { server }.spawn()).await;
        actor_core::time::sleep(SECOND).await;
        here.leave();
        there.leave();
    })
}

fn traced() -> NodeBuilder {
    Node::builder().trace_context(current, enter)
}

/// The parents of the spans with this name, in the order in which the spans began.
fn parents<'a>(seen: &'a Notes, name: &str) -> Vec<Option<&'a str>> {
    let spans = seen.begun.iter().filter(|(of, ..)| of == name);
    spans.map(|(_, parent, _)| parent.as_deref()).collect()
}

#[test]
fn the_span_of_a_remote_call_is_a_child_of_the_callers() {
    let seen = on_two_nodes(&traced(), async |client| {
        assert_eq!(client.ask().await, Ok(true));
        assert_eq!(client.list().await, Ok(1));
    });
    // The proxy has a span, and the handler.
    assert_eq!(parents(&seen, "asked"), [Some("ask"), Some("asked below ask, elsewhere")]);
    assert_eq!(parents(&seen, "listed"), [Some("list"), Some("listed below list, elsewhere")]);
    assert_eq!(seen.open, 0);
}

#[test]
fn the_span_of_a_remote_send_follows_from_the_senders() {
    let seen = on_two_nodes(&traced(), async |client| client.tell().await.unwrap());
    assert_eq!(parents(&seen, "told"), [None, None]);
    let follows = ["tell", "told, elsewhere"].map(|from| ("told".to_owned(), from.to_owned()));
    assert_eq!(seen.follows, follows);
}

#[test]
fn a_message_without_a_trace_begins_one() {
    let other = |current: fn() -> Option<String>| Node::builder().trace_context(current, enter);
    let malformed = other(|| Some("00-nothing".to_owned()));
    let none = other(|| None);
    for settings in [Node::builder(), malformed, none] {
        let seen = on_two_nodes(&settings, async |client| {
            assert_eq!(client.ask().await, Ok(true));
        });
        assert_eq!(parents(&seen, "asked"), [Some("ask"), None]);
    }
}
