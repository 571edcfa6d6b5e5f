//! Nodes that may not connect: the refused node gets the reason, and the refusing one logs it.

use actor_remote::{Node, NodeEvent, ZenohTransport};
use futures_lite::StreamExt;
use processes::{Authority, Files, Kind, free_port, run, timed, until};
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tracing::field::{Field, Visit};
use tracing::span;
use zenoh::Wait;

/// The warnings and errors that zenoh has logged in this process.
static LOG: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Records warnings and errors of zenoh.
struct Recorder;

/// The text of an event.
struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}");
        }
    }
}

impl tracing::Subscriber for Recorder {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        *metadata.level() <= tracing::Level::WARN && metadata.target().starts_with("zenoh")
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        let mut text = Text(String::new());
        event.record(&mut text);
        let line = format!("{}: {}", event.metadata().target(), text.0);
        LOG.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

async fn node(endpoint: &str, listens: bool, files: &Files) -> Node {
    let Files { authority, certificate, key } = files;
    let builder = ZenohTransport::builder().certificates(authority, certificate, key);
    let builder = if listens { builder.listen(endpoint) } else { builder.connect(endpoint) };
    Node::on(builder.open().await.unwrap(), if listens { "server" } else { "client" })
}

/// A client with these certificates connects to a server with a certificate of `authority`. Waits until the client
/// gets `reason`, and the listener of zenoh has logged `text`.
async fn is_refused(authority: &Authority, client: &Files, reason: &str, text: &str) {
    let endpoint = format!("quic/localhost:{}", free_port());
    let server = node(&endpoint, true, &authority.node("server", Kind::Good)).await;
    clear_log();
    let client = node(&endpoint, false, client).await;
    let mut events = client.events();
    let told = async {
        loop {
            let event = events.next().await;
            let Some(NodeEvent::NoContact { peer, reason: found }) = event else {
                panic!("{event:?}")
            };
            assert_eq!(peer, endpoint);
            // On a busy machine, an attempt can also take too long.
            if found.contains(reason) {
                return;
            }
        }
    };
    timed("the client gets the reason", told).await;
    is_logged(text).await;
    assert_no_contact(&server);
}

fn assert_no_contact(node: &Node) {
    assert!(node.peers().is_empty());
    let counters = node.counters();
    assert_eq!((counters.sessions, counters.frames_received), (0, 0));
}

fn clear_log() {
    LOG.lock().unwrap_or_else(PoisonError::into_inner).clear();
}

/// Waits for a line of zenoh's listener with this text.
async fn is_logged(text: &str) {
    let target = "zenoh_link_commons::quic::unicast: QUIC acceptor failed: ";
    let is_it = |line: &String| line.starts_with(target) && line.contains(text);
    let look = || LOG.lock().unwrap_or_else(PoisonError::into_inner).iter().any(is_it);
    until(text, || look().then_some(())).await;
}

/// The log belongs to the whole process, so this is one test.
#[test]
fn a_node_without_a_valid_certificate_is_refused_and_the_other_one_logs_the_reason() {
    tracing::subscriber::set_global_default(Recorder).unwrap();
    let (authority, other) = (Authority::new(), Authority::new());
    let good = authority.node("client", Kind::Good);
    let closed = "closes the connection before it answers";
    let invalid = "invalid peer certificate";

    let expired = authority.node("expired", Kind::Expired);
    run(is_refused(&authority, &expired, closed, "certificate expired"));
    // The client itself refuses the certificate of the server.
    run(is_refused(&authority, &other.node("client", Kind::Good), invalid, invalid));
    // The client accepts the server, but the server does not know the authority of its certificate.
    let stranger = other.node("stranger", Kind::Good);
    let files = Files { authority: good.authority.clone(), ..stranger };
    run(is_refused(&authority, &files, closed, invalid));
    run(is_refused_without_certificate(&authority, &good));
}

/// Connects without a node, because a node does not open a `quic/` endpoint without certificates.
async fn is_refused_without_certificate(authority: &Authority, client: &Files) {
    let endpoint = format!("quic/localhost:{}", free_port());
    let error = ZenohTransport::builder().connect(&endpoint).open().await.unwrap_err();
    assert!(error.to_string().contains("needs `.certificates("), "{error}");

    let server = node(&endpoint, true, &authority.node("server", Kind::Good)).await;
    clear_log();
    let authority = client.authority.display();
    let mut config = zenoh::Config::default();
    for (key, value) in [
        ("scouting/multicast/enabled", "false".to_owned()),
        ("listen/endpoints", "[]".to_owned()),
        ("connect/endpoints", format!("[\"{endpoint}\"]")),
        ("connect/timeout_ms", "0".to_owned()),
        ("connect/exit_on_failure", "true".to_owned()),
        ("transport/link/tls/root_ca_certificate", format!("\"{authority}\"")),
    ] {
        config.insert_json5(key, &value).unwrap();
    }
    let opened = actor_core::unblock(move || zenoh::open(config).wait().map(drop)).await;
    assert!(opened.is_err());
    is_logged("peer sent no certificates").await;
    assert_no_contact(&server);
}

#[test]
fn a_port_without_a_node_is_reported_once() {
    run(async {
        let endpoint = format!("tcp/127.0.0.1:{}", free_port());
        let transport = ZenohTransport::builder().connect(&endpoint).open().await.unwrap();
        let client = Node::on(transport, "client");
        let mut events = client.events();
        let Some(NodeEvent::NoContact { peer, .. }) = events.next().await else { panic!() };
        assert_eq!(peer, endpoint);
        // The next event is the contact, although the port is tried again before there is a node.
        actor_core::time::sleep(Duration::from_secs(5)).await;
        let server = Node::listen(&endpoint).await.unwrap();
        let joined = events.next().await;
        assert!(
            matches!(&joined, Some(NodeEvent::Joined(it)) if it.id == server.id()),
            "{joined:?}"
        );
    });
}

#[test]
fn nodes_of_different_clusters_are_reported_and_exchange_no_frame() {
    run(async {
        let endpoint = format!("tcp/127.0.0.1:{}", free_port());
        let builder = |name: &str| ZenohTransport::builder().cluster(name);
        let shop = Node::on(builder("shop").listen(&endpoint).open().await.unwrap(), "shop");
        let bank = Node::on(builder("bank").connect(&endpoint).open().await.unwrap(), "bank");
        for (node, other, cluster) in [(&shop, &bank, "bank"), (&bank, &shop, "shop")] {
            let (event, _) = timed("another cluster is reported", node.events().next()).await;
            let peer = other.id().to_string();
            let reason = format!("it belongs to the cluster `{cluster}`");
            assert_eq!(event, Some(NodeEvent::NoContact { peer, reason }));
        }
        assert_no_contact(&shop);
        assert_no_contact(&bank);
    });
}
