//! Four senders of one address of another node: nothing is lost, and each of them keeps its order. On real
//! threads, with a system for each node, and in a simulation.
//!
//! `ACTOR_TESTS=full` sends a million messages in each test.

use actor_core::prelude::*;
use actor_remote::{Node, NodeId, SimNetwork, Transport, TransportEvent};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

type OnEvent = Box<dyn Fn(TransportEvent<'_>) + Send + Sync>;

/// Two nodes in one process: a frame is handed to the other one at once.
#[derive(Clone, Default)]
struct Wire(Arc<[OnceLock<Mutex<OnEvent>>; 2]>);

struct End(usize, Wire);

impl End {
    fn other(&self) -> NodeId {
        NodeId(1 - self.0 as u64)
    }

    fn event(&self, to: NodeId, event: TransportEvent<'_>) {
        if let Some(on_event) = self.1.0.get(usize::from(to.0 == 1)).and_then(OnceLock::get) {
            // One event at a time.
            on_event.lock().unwrap()(event);
        }
    }
}

impl Transport for End {
    fn node(&self) -> NodeId {
        NodeId(self.0 as u64)
    }

    fn start(&self, on_event: OnEvent) {
        let _ = self.1.0[self.0].set(Mutex::new(on_event));
        if self.1.0.iter().all(|end| end.get().is_some()) {
            self.event(self.node(), TransportEvent::Up(self.other()));
            self.event(self.other(), TransportEvent::Up(self.node()));
        }
    }

    fn send(&self, to: NodeId, frame: Vec<u8>) {
        self.event(to, TransportEvent::Frame { from: self.node(), bytes: &frame });
    }

    fn leave(&self) {
        self.event(self.other(), TransportEvent::Down(self.node()));
    }
}

#[actor(remote)]
trait Ledger {
    fn note(&mut self, sender: usize, number: u64) -> u64;
    fn total(&self) -> u64;
}

#[actor]
struct Book {
    next: Vec<u64>,
    total: u64,
}

#[actor]
impl Book {}

#[actor]
impl Ledger for Book {
    fn note(&mut self, sender: usize, number: u64) -> u64 {
        assert_eq!(self.next[sender], number, "a gap, swap or double of sender {sender}");
        self.next[sender] += 1;
        self.total += 1;
        number
    }

    fn total(&self) -> u64 {
        self.total
    }
}

const SENDERS: usize = 4;

/// The messages of each sender.
fn messages() -> u64 {
    let is_full = std::env::var("ACTOR_TESTS").is_ok_and(|size| size == "full");
    if is_full { 250_000 } else { 5_000 }
}

fn book(system: &System, server: &Node) -> BookAddr {
    let book = system.spawn(Book { next: vec![0; SENDERS], total: 0 });
    server.register("book", &LedgerAddr::from(book.clone())).unwrap();
    book
}

/// Sends and calls of all senders at once, on the system of the client.
async fn send_all(ledger: &LedgerAddr, client: &Node) {
    let send = |sender: usize| {
        let ledger = ledger.clone();
        client.system().spawn_task(async move {
            for number in 0..messages() {
                if number % 3 == 0 {
                    assert_eq!(ledger.note(sender, number).await, Ok(number));
                } else {
                    ledger.note(sender, number).send().await.unwrap();
                }
            }
        })
    };
    for task in (0..SENDERS).map(send).collect::<Vec<_>>() {
        task.await;
    }
    assert_eq!(ledger.total().await, Ok(SENDERS as u64 * messages()));
    assert_eq!(client.counters().lost_sessions, 0);
}

#[test]
fn four_senders_on_real_threads_lose_nothing_and_keep_their_order() {
    let systems = [0, 1].map(|_| System::builder().threads(2).build());
    let wire = Wire::default();
    let node = |index: usize| {
        let end = End(index, wire.clone());
        systems[index].block_on(async { Node::on(end, index.to_string()) })
    };
    let (server, client) = (node(0), node(1));
    let book = book(&systems[0], &server);
    systems[1].block_on(async {
        let ledger: LedgerAddr = client.wait_for("book", Duration::from_secs(30)).await.unwrap();
        send_all(&ledger, &client).await;
        // The end of the server ends what the client has of it.
        server.leave();
        assert_eq!(ledger.join().await, Exit::Unreachable);
    });
    book.stop();
}

#[test]
fn four_senders_in_a_simulation_lose_nothing_and_keep_their_order() {
    System::simulation(1).block_on(async {
        let network = SimNetwork::new();
        let (server, client) = (network.node("server"), network.node("client"));
        let _book = book(server.system(), &server);
        let ledger: LedgerAddr = client.wait_for("book", Duration::from_secs(30)).await.unwrap();
        send_all(&ledger, &client).await;
    });
}
