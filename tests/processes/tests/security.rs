//! The nodes that may connect, and those that do not keep to the protocol.

use actor_core::prelude::*;
use actor_core::time;
use actor_remote::{Node, NodeId, ZenohTransport};
use processes::{Authority, Files, Kind, Memory, SOON, StoreAddr, free_port, run, timed, until};
use std::time::Duration;
use zenoh::Wait;

/// The time in which a node would connect if it could.
const CONTACT: Duration = Duration::from_secs(3);

async fn node(endpoint: &str, listens: bool, files: &Files) -> Node {
    let Files { authority, certificate, key } = files;
    let builder = ZenohTransport::builder().certificates(authority, certificate, key);
    let builder = if listens { builder.listen(endpoint) } else { builder.connect(endpoint) };
    Node::on(builder.open().await.unwrap(), if listens { "server" } else { "client" })
}

/// Returns whether a node with these files reaches a server with a good certificate of `authority`.
async fn reaches(authority: &Authority, files: &Files) -> bool {
    let endpoint = format!("quic/localhost:{}", free_port());
    let server = node(&endpoint, true, &authority.node("server", Kind::Good)).await;
    let client = node(&endpoint, false, files).await;
    let reached = async { until("contact", || (!client.peers().is_empty()).then_some(true)).await };
    let reached = futures_lite::future::or(reached, async {
        time::sleep(CONTACT).await;
        false
    })
    .await;
    assert_eq!(server.peers().is_empty(), !reached);
    reached
}

#[test]
fn over_quic_a_node_needs_a_valid_certificate_of_the_authority() {
    let (authority, other) = (Authority::new(), Authority::new());
    let good = authority.node("client", Kind::Good);
    assert!(run(reaches(&authority, &good)));
    assert!(!run(reaches(&authority, &authority.node("expired", Kind::Expired))));
    assert!(!run(reaches(&authority, &other.node("client", Kind::Good))));
    // It accepts the server, but the server does not know the authority of its certificate.
    let stranger = other.node("stranger", Kind::Good);
    assert!(!run(reaches(&authority, &Files { authority: good.authority, ..stranger })));
}

#[test]
fn nodes_with_odd_certificates_do_not_keep_a_good_one_out() {
    let rounds = if std::env::var("ACTOR_TESTS").is_ok_and(|it| it == "full") { 300 } else { 5 };
    run(async move {
        let (authority, other) = (Authority::new(), Authority::new());
        let endpoint = format!("quic/localhost:{}", free_port());
        let server = node(&endpoint, true, &authority.node("server", Kind::Good)).await;
        server.register("store", &StoreAddr::from(Memory::default().spawn())).unwrap();
        let odd = [
            authority.node("expired", Kind::Expired),
            authority.node("nameless", Kind::Nameless),
            authority.node("huge", Kind::Huge),
            other.node("stranger", Kind::Good),
        ];
        for _ in 0..rounds {
            for files in &odd {
                let client = node(&endpoint, false, files).await;
                time::sleep(Duration::from_millis(20)).await;
                client.shutdown(Duration::ZERO).await;
            }
        }
        let client = node(&endpoint, false, &authority.node("client", Kind::Good)).await;
        let found = client.wait_for::<StoreAddr>("store", SOON);
        let (store, _) = timed("a good node connects after odd ones", found).await;
        assert_eq!(store.unwrap().add(1).await, Ok(1));
    });
}

/// A member of the cluster that speaks zenoh without a node.
struct Stranger {
    session: zenoh::Session,
    id: NodeId,
    _token: zenoh::liveliness::LivelinessToken,
}

impl Stranger {
    fn join(port: u16, id: u64) -> Self {
        let mut config = zenoh::Config::default();
        let endpoint = format!("[\"tcp/127.0.0.1:{port}\"]");
        for (key, value) in [
            ("scouting/multicast/enabled", "false"),
            ("listen/endpoints", "[]"),
            ("connect/endpoints", &endpoint),
        ] {
            config.insert_json5(key, value).unwrap();
        }
        let session = zenoh::open(config).wait().unwrap();
        let id = NodeId(id);
        let key = format!("@actor/1/default/node/{id}");
        let token = session.liveliness().declare_token(key).wait().unwrap();
        Stranger { session, id, _token: token }
    }

    fn put(&self, to: NodeId, bytes: Vec<u8>) {
        let key = format!("@actor/1/default/in/{to}/{}", self.id);
        self.session
            .put(key, bytes)
            .congestion_control(zenoh::qos::CongestionControl::Block)
            .wait()
            .unwrap();
    }
}

/// Returns a batch with one frame.
fn batch(frame: &[u8]) -> Vec<u8> {
    let length = u32::try_from(frame.len()).unwrap();
    [&length.to_le_bytes(), frame].concat()
}

#[test]
fn a_member_that_puts_nonsense_is_refused_and_others_are_served() {
    run(async {
        let port = free_port();
        let server = Node::listen(&format!("tcp/127.0.0.1:{port}")).await.unwrap();
        server.register("store", &StoreAddr::from(Memory::default().spawn())).unwrap();
        let client = Node::connect(&format!("tcp/127.0.0.1:{port}")).await.unwrap();
        let store: StoreAddr = client.wait_for("store", SOON).await.unwrap();
        let stranger = actor_core::unblock(move || Stranger::join(port, 77)).await;
        let to = server.id();

        let mut random = fastrand(1);
        let nonsense = move |number: usize| match number % 4 {
            // A length beyond the put.
            0 => u32::MAX.to_le_bytes().to_vec(),
            // Shorter than a length.
            1 => vec![1, 2],
            // A frame of an unknown version.
            2 => batch(&[99; 40]),
            // A frame of this version, and random bytes.
            _ => batch(&[&[1], &random()[..]].concat()),
        };
        let stranger = actor_core::unblock({
            let mut nonsense = nonsense;
            move || {
                (0..1000).for_each(|number| stranger.put(to, nonsense(number)));
                stranger
            }
        })
        .await;
        until("the member is refused", || (server.counters().refused_sessions == 1).then_some(()))
            .await;
        assert!(server.counters().bad_frames >= 100);
        assert_eq!(store.add(1).await, Ok(1));

        // A frame under the id of the honest client, which has a session that the stranger does not know.
        let forged = batch(&[1, 7, 0, 0, 0, 1, 13]);
        let (from, before) = (client.id(), server.counters());
        actor_core::unblock(move || {
            let stranger = Stranger { id: from, ..stranger };
            stranger.put(to, forged);
        })
        .await;
        until("the forged frame is counted", || {
            (server.counters().stale_frames > before.stale_frames).then_some(())
        })
        .await;
        assert_eq!(server.counters().lost_sessions, before.lost_sessions);
        assert_eq!(store.add(1).await, Ok(2));
    });
}

/// Returns a source of random bytes with a fixed seed.
fn fastrand(seed: u64) -> impl FnMut() -> [u8; 24] + Send {
    let mut state = seed;
    move || {
        std::array::from_fn(|_| {
            // The generator of Knuth's MMIX.
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            state.to_be_bytes()[0]
        })
    }
}
