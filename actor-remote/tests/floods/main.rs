//! Frames for which a node needs no credit: any number of them takes no memory beyond a limit. In a separate binary, whose
//! tests run one after another, so that no other allocations are counted.

#[path = "../bytes/mod.rs"]
mod bytes;
#[path = "../forged/mod.rs"]
mod forged;
#[allow(dead_code, reason = "the peak is for the test of mutated frames")]
#[path = "../mutated/heap.rs"]
mod heap;

use actor_core::prelude::*;
use actor_core::time;
use actor_remote::{NameTaken, Node, NodeId, SimNetwork, TransportEvent};
use bytes::{method, number};
use forged::{Forger, Pipe};
use serde::{Deserialize, Serialize};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Many more than any limit of frames that are small.
const MANY: u64 = 40_000;

/// The bytes that a flood may leave behind.
const LITTLE: usize = 1 << 20;

static ONE: Mutex<()> = Mutex::new(());

/// Runs a test in a simulation, while no other test runs.
fn alone(test: impl Future<Output = ()>) {
    let _alone = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    System::simulation(1).block_on(test);
}

#[actor(remote)]
trait Desk {
    async fn slow(&mut self, millis: u64);
    fn put(&mut self, other: DeskAddr);
    fn note(&mut self, number: u64);
}

/// A reply of a type that is not plain.
#[derive(Deserialize, Serialize)]
struct Page(String);

#[actor(remote)]
trait Library {
    fn page(&mut self) -> Page;
}

#[actor(capacity = 1)]
struct Clerk;

#[actor]
impl Clerk {}

#[actor]
impl Desk for Clerk {
    async fn slow(&mut self, millis: u64) {
        time::sleep(Duration::from_millis(millis)).await;
    }

    fn put(&mut self, _other: DeskAddr) {}

    fn note(&mut self, _number: u64) {}
}

/// A server with a clerk whose mailbox is full, and a node that is played by hand. It holds the clerk, whose export is 2.
struct Flood {
    server: Node,
    clerk: DeskAddr,
    forger: Forger,
}

async fn flood(rules: actor_remote::NodeBuilder) -> Flood {
    let pipe = Pipe::default();
    let server = rules.on(pipe.port(1), "server");
    let clerk = DeskAddr::from(Clerk.spawn());
    server.register("clerk", &clerk).unwrap();
    drop(pipe.port(3));
    pipe.event(NodeId(1), TransportEvent::Up(NodeId(3)));
    let mut forger = Forger { pipe, id: NodeId(3), victim: NodeId(1), session: 0, sequence: 0 };
    forger.open().await;
    let frames = forger.pipe.taken(NodeId(3));
    let names = frames.into_iter().rfind(|frame| frame[6] == 1).unwrap();
    forger.frame(&[&[2, 2], &names[names.len() - 8..]].concat());
    clerk.slow(3_600_000).send().await.unwrap();
    time::sleep(Duration::from_millis(1)).await;
    clerk.slow(1).send().await.unwrap();
    let mut flood = Flood { server, clerk, forger };
    flood.note();
    flood.settle().await;
    flood
}

impl Flood {
    fn note(&mut self) {
        let note = method(&["Desk", "note", "number"]);
        self.forger.frame(&[&[5, 2], &note[..], &[0x91, 7]].concat());
    }

    /// The server handles what has arrived, and its answers are dropped.
    async fn settle(&self) {
        time::sleep(Duration::from_millis(100)).await;
        self.forger.pipe.taken(NodeId(3));
    }

    /// Sends many frames. Returns the number of bytes that they leave behind.
    async fn leaves(&mut self, frame: impl Fn(u64) -> Vec<u8>) -> usize {
        let before = heap::begin();
        for round in 0..MANY / 1000 {
            for number in 0..1000 {
                self.forger.frame(&frame(round * 1000 + number));
            }
            self.settle().await;
        }
        heap::begin().saturating_sub(before)
    }

    fn lost(&self) -> u64 {
        self.server.counters().lost_sessions
    }

    fn end(self) {
        self.clerk.kill();
    }
}

#[test]
fn requests_to_stop_an_actor_do_not_pile_up() {
    alone(async {
        for is_allowed in [true, false] {
            let mut flood = flood(Node::builder().control(is_allowed)).await;
            let left =
                flood.leaves(|number| vec![11 + u8::from(!is_allowed && number % 2 == 1), 2]).await;
            assert!(left < LITTLE, "{left} bytes");
            assert_eq!(flood.lost(), 0);
            flood.end();
        }
    });
}

/// The exits of actors whose addresses may be in messages that wait.
#[test]
fn exits_of_unknown_actors_have_a_limit() {
    alone(async {
        let mut flood = flood(Node::builder()).await;
        // The first exit waits for the messages, and all others for the first.
        let left = flood.leaves(|_| vec![10, 77, 0]).await;
        assert!(left < LITTLE, "{left} bytes");
        assert_eq!(flood.lost(), 0);
        let text = [&[0x80, 8][..], &[b'x'; 1024]].concat();
        let failed =
            |export: u64| [&[10][..], &number(export), &[4, 0], &text, &text, &text, &[0]].concat();
        let before = heap::begin();
        for export in 1000..9000 {
            flood.forger.frame(&failed(export));
            if export % 100 == 0 {
                flood.settle().await;
            }
            let used = heap::begin().saturating_sub(before);
            assert!(used < 20 << 20, "{used} bytes");
        }
        assert_eq!(flood.lost(), 1);
        flood.end();
    });
}

#[test]
fn names_of_a_node_have_a_limit() {
    alone(async {
        let mut flood = flood(Node::builder()).await;
        let name = |number: u64| {
            [&[0x80, 0x80, 0x40][..], &number.to_le_bytes(), &[b'x'; (1 << 20) - 8]].concat()
        };
        let given = |of: u64| [&[1, 0, 1][..], &name(of), &[1, b'p', 3], &[0; 8]].concat();
        // A name that is given again takes no more memory.
        for _ in 0..100 {
            flood.forger.frame(&given(0));
            flood.settle().await;
        }
        assert_eq!(flood.lost(), 0);
        let gone = |of: u64| [&[1, 1][..], &name(of), &[0]].concat();
        for of in 1..100 {
            flood.forger.frame(&given(of));
            flood.forger.frame(&gone(of));
            flood.settle().await;
        }
        assert_eq!(flood.lost(), 0);
        let before = heap::begin();
        for of in 1..100 {
            flood.forger.frame(&given(of));
            flood.settle().await;
            assert!(heap::begin().saturating_sub(before) < 70 << 20);
        }
        assert_eq!(flood.lost(), 1);
        flood.end();
    });
}

/// A node does not give names that the other nodes would not accept.
#[test]
fn a_node_registers_no_names_beyond_the_limit() {
    alone(async {
        let flood = flood(Node::builder()).await;
        let long = |number: usize| format!("{number}{}", "x".repeat(16 << 20));
        for number in 0..3 {
            flood.server.register(long(number), &flood.clerk).unwrap();
        }
        assert_eq!(flood.server.register(long(3), &flood.clerk), Err(NameTaken));
        assert!(flood.server.unregister(&long(0)));
        assert_eq!(flood.server.register(long(3), &flood.clerk), Ok(()));
        assert_eq!(flood.server.register(long(3), &flood.clerk), Ok(()));
        flood.end();
    });
}

#[test]
fn a_list_of_more_addresses_than_a_body_holds_ends_the_session() {
    alone(async {
        let put = method(&["Desk", "put", "other"]);
        let message = |body: &[u8]| [&[5, 2], &put[..], body].concat();
        let body = [0x91, 0x93, 3, 7, 9];
        let own: &[u8] = &[23, 2, 7, 7];
        let passed = [&[27, 2][..], &[9; 9], &[9; 9]].concat();
        let one_of_each = [&[27, 1][..], &[9; 9]].concat();
        let cases: [(&[&[u8]], u64); 7] = [
            (&[&[23, 1, 7], &message(&body)], 0),
            (&[own, &message(&body)], 1),
            (&[&passed, &message(&body)], 1),
            (&[&one_of_each, &[23, 1, 7], &message(&body)], 1),
            (&[own, &[13]], 1),
            (&[own, own], 1),
            (&[&passed, own, &[13]], 1),
        ];
        for (frames, lost) in cases {
            let mut flood = flood(Node::builder()).await;
            for frame in frames {
                flood.forger.frame(frame);
            }
            flood.settle().await;
            assert_eq!(
                (flood.lost(), flood.server.counters().bad_frames),
                (lost, lost),
                "{frames:?}"
            );
            flood.end();
        }
    });
}

#[test]
fn frames_without_credit_leave_nothing() {
    alone(async {
        let mut flood = flood(Node::builder()).await;
        let kinds: [(&str, fn(u64) -> Vec<u8>); 9] = [
            ("heartbeats", |_| vec![13]),
            ("holds", |_| [&[2, 3][..], &[0; 8]].concat()),
            ("holds that ask", |_| [&[25, 3][..], &[0; 8]].concat()),
            ("releases", |of| [&[3][..], &number(of), &[1]].concat()),
            ("cancellations", |of| [&[8][..], &number(of)].concat()),
            ("credit", |of| [&[9][..], &number(of), &[3]].concat()),
            ("granted credit", |of| [&[17][..], &number(of), &[3, 4]].concat()),
            ("replies", |of| [&[6][..], &number(of), &[3]].concat()),
            ("addresses that were taken", |of| [&[28], &[0; 8][..], &number(of), &[1]].concat()),
        ];
        for (kind, frame) in kinds {
            let left = flood.leaves(frame).await;
            assert!(left < LITTLE, "{left} bytes of {kind}");
        }
        assert_eq!(flood.lost(), 0);
        flood.end();
    });
}

/// Each lookup makes a proxy, because the one before ends. It exists until its message is accepted.
#[test]
fn the_cost_of_a_proxy_does_not_depend_on_earlier_ones_that_wait() {
    alone(async {
        let network = SimNetwork::new();
        let (server, client) = (network.node("server"), network.node("client"));
        let clerk = DeskAddr::from(Clerk.spawn_on(server.system()));
        server.register("clerk", &clerk).unwrap();
        client.wait_for::<DeskAddr>("clerk", Duration::from_secs(10)).await.unwrap();
        clerk.slow(5_000).send().await.unwrap();
        let mut costs = Vec::new();
        for _ in 0..4 {
            let before = heap::total();
            for number in 0..1000 {
                let desk: DeskAddr = client.lookup("clerk").unwrap();
                desk.note(number).send().await.unwrap();
                drop(desk);
                time::sleep(Duration::from_micros(100)).await;
            }
            costs.push(heap::total() - before);
        }
        assert!(client.tables().proxies == 1, "{}", client.tables().proxies);
        let before = heap::total();
        time::sleep(Duration::from_secs(60)).await;
        costs.push(heap::total() - before);
        assert_eq!(client.tables().proxies, 0);
        assert!(2 * costs[3] < 3 * costs[1], "{costs:?}");
        assert!(costs[4] < 4 * costs[1], "{costs:?}");
        clerk.kill();
    });
}

/// The replies arrive faster than they are decoded.
#[test]
fn replies_that_are_not_decoded_have_a_limit() {
    alone(async {
        let mut flood = flood(Node::builder()).await;
        let named = [&[1, 0, 1, 1][..], b"l", &[7], b"Library", &[3], &[0; 8]].concat();
        flood.forger.frame(&named);
        let library: LibraryAddr =
            flood.server.wait_for("l", Duration::from_secs(10)).await.unwrap();
        let calls: Vec<_> =
            (0..800).map(|_| actor_core::spawn_task(library.page().into_owned())).collect();
        flood.settle().await;
        let body = [&[0xdb, 0, 0x0f, 0, 0][..], &[b'x'; 0x000f_0000]].concat();
        for call in 1..=800 {
            flood.forger.frame(&[&[6][..], &number(call), &body].concat());
        }
        flood.settle().await;
        assert_eq!(flood.lost(), 1);
        let mut failed = 0;
        for call in calls {
            failed += u64::from(call.await.is_err());
        }
        assert!(failed > 300, "{failed} failed");
        flood.end();
    });
}
