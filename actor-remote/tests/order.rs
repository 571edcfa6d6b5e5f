//! Four senders of one address of another node: nothing is lost, and each of them keeps its order. On real
//! threads, with a system for each node, and in a simulation. Streams of the other node on real threads.
//!
//! `ACTOR_TESTS=full` sends a million messages in each test.

use actor_core::prelude::*;
use actor_remote::{Batch, Node, NodeId, SimNetwork, Transport, TransportEvent};
use futures_lite::StreamExt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

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

/// An end of a network that is busy now and then: the node collects frames, and sends them in batches.
struct Busy<T> {
    end: T,
    /// Each call of `is_busy` draws from it.
    draws: Mutex<u64>,
    /// The number of batches with several frames that were sent.
    batches: Arc<AtomicU64>,
}

impl<T> Busy<T> {
    fn new(end: T, seed: u64) -> Self {
        Busy { end, draws: Mutex::new(seed), batches: Arc::default() }
    }
}

impl<T: Transport> Transport for Busy<T> {
    fn node(&self) -> NodeId {
        self.end.node()
    }

    fn start(&self, on_event: OnEvent) {
        self.end.start(on_event);
    }

    fn send(&self, to: NodeId, frame: Vec<u8>) {
        self.end.send(to, frame);
    }

    fn send_batch(&self, to: NodeId, batch: Batch) {
        self.batches.fetch_add(u64::from(batch.frames().count() > 1), Ordering::Relaxed);
        self.end.send_batch(to, batch);
    }

    fn is_busy(&self, _to: NodeId) -> bool {
        let mut draws = self.draws.lock().unwrap();
        *draws = draws.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        *draws >> 62 != 0
    }

    fn leave(&self) {
        self.end.leave();
    }
}

#[actor(remote)]
trait Ledger {
    fn note(&mut self, sender: usize, number: u64) -> u64;
    fn total(&self) -> u64;
    /// Sends this many numbers.
    fn count(&self, count: u64, context: &Context<Self>, numbers: Replies<u64>);
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

    fn count(&self, count: u64, context: &Context<Self>, numbers: Replies<u64>) {
        let counting = context.spawn_task(async move {
            for number in 0..count {
                if let Err(returned) = numbers.send(number).await {
                    assert_eq!(returned, number);
                    return;
                }
            }
        });
        counting.detach();
    }
}

const SENDERS: usize = 4;

const UNREACHABLE: CallError = CallError::Unreachable { started: true };

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
async fn send_all(ledger: &LedgerAddr, client: &Node, messages: u64) {
    let send = |sender: usize| {
        let ledger = ledger.clone();
        client.system().spawn_task(async move {
            for number in 0..messages {
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
    assert_eq!(ledger.total().await, Ok(SENDERS as u64 * messages));
    assert_eq!(client.counters().lost_sessions, 0);
}

/// A node with a book, and another one that has found it, each on a system of its own.
struct Two {
    systems: [System; 2],
    server: Node,
    client: Node,
    book: BookAddr,
    ledger: LedgerAddr,
}

fn two() -> Two {
    two_on(|end| end)
}

/// The ends are those that `adapt` makes of the ends of a wire.
fn two_on<T: Transport>(adapt: impl Fn(End) -> T) -> Two {
    let systems = [0, 1].map(|_| System::builder().threads(2).build());
    let wire = Wire::default();
    let node = |index: usize| {
        let end = adapt(End(index, wire.clone()));
        systems[index].block_on(async { Node::on(end, index.to_string()) })
    };
    let (server, client) = (node(0), node(1));
    let book = book(&systems[0], &server);
    let found = client.wait_for("book", Duration::from_secs(30));
    let ledger: LedgerAddr = systems[1].block_on(found).unwrap();
    Two { systems, server, client, book, ledger }
}

#[test]
fn four_senders_on_real_threads_lose_nothing_and_keep_their_order() {
    let Two { systems, server, client, book, ledger } = two();
    systems[1].block_on(async {
        send_all(&ledger, &client, messages()).await;
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
        send_all(&ledger, &client, messages()).await;
    });
}

#[test]
fn collected_frames_on_real_threads_keep_their_order() {
    let batches = Arc::new(AtomicU64::new(0));
    let Two { systems, server, client, book, ledger } =
        two_on(|end| Busy { end, draws: Mutex::new(7), batches: batches.clone() });
    systems[1].block_on(async {
        send_all(&ledger, &client, messages()).await;
        assert!(batches.load(Ordering::Relaxed) > 0);
        server.leave();
        assert_eq!(ledger.join().await, Exit::Unreachable);
    });
    book.stop();
}

/// The frames of each of the two nodes are collected or sent at once as the seed says.
#[test]
fn collected_frames_in_a_simulation_keep_their_order_and_come_before_the_end() {
    for seed in 0..60 {
        System::simulation(seed).block_on(async {
            let network = SimNetwork::new();
            let ends = ["server", "client"].map(|name| Busy::new(network.transport(name), seed));
            let batches = ends[0].batches.clone();
            let [server, client] = ends.map(|end| Node::on(end, "node"));
            let book = book(&System::current(), &server);
            let found = client.wait_for("book", Duration::from_secs(30));
            let ledger: LedgerAddr = found.await.unwrap();
            send_all(&ledger, &client, 30).await;
            assert!(batches.load(Ordering::Relaxed) > 0, "seed {seed}");
            // The notice of the end comes behind the credit, so no send counts as lost.
            ledger.note(0, 30).send().await.unwrap();
            ledger.total().await.unwrap();
            book.stop();
            assert_eq!(ledger.join().await, Exit::Stopped, "seed {seed}");
            assert_eq!(System::current().counters().undelivered, 0, "seed {seed}");
            assert!(client.shutdown(Duration::from_secs(5)).await.is_clean());
            assert!(server.shutdown(Duration::from_secs(5)).await.is_clean());
        });
    }
}

/// Waits until neither node has a call of the other one open.
fn assert_empty(two: &Two) {
    let begun = Instant::now();
    let open = || two.client.tables().open_calls + two.server.tables().running_calls;
    while open() > 0 {
        assert!(begun.elapsed() < Duration::from_secs(30), "{} calls are open", open());
        std::thread::yield_now();
    }
}

#[test]
fn streams_on_real_threads_keep_their_order_and_end_once() {
    let two = two();
    let count = messages();
    let readers: Vec<_> = (1..=8)
        .map(|capacity| {
            let ledger = two.ledger.clone();
            two.systems[1].spawn_task(async move {
                let mut numbers = ledger.count(count).stream_of(capacity);
                for number in 0..count {
                    assert_eq!(numbers.next().await, Some(Ok(number)));
                    // Every other reader leaves early.
                    if capacity % 2 == 0 && number == 100 * capacity as u64 {
                        return;
                    }
                }
                assert_eq!(numbers.next().await, None);
            })
        })
        .collect();
    two.systems[1].block_on(async {
        for reader in readers {
            reader.await;
        }
    });
    assert_empty(&two);
    assert_eq!(two.client.counters().lost_sessions, 0);

    // The server leaves while streams run: each has the first items, and one end.
    let readers: Vec<_> = (1..=8)
        .map(|capacity| {
            let mut numbers = two.ledger.count(u64::MAX).stream_of(capacity);
            let (reply, first) = Reply::pair();
            let reader = two.systems[1].spawn_task(async move {
                assert_eq!(numbers.next().await, Some(Ok(0)));
                reply.send(()).unwrap();
                let mut expected = 1;
                loop {
                    match numbers.next().await {
                        Some(Ok(number)) => assert_eq!(number, expected),
                        end => break assert_eq!(end, Some(Err(UNREACHABLE))),
                    }
                    expected += 1;
                }
                assert_eq!(numbers.next().await, None);
            });
            (reader, first)
        })
        .collect();
    two.systems[1].block_on(async {
        let mut reading = Vec::new();
        for (reader, first) in readers {
            first.await.unwrap();
            reading.push(reader);
        }
        two.server.leave();
        for reader in reading {
            reader.await;
        }
    });
    assert_empty(&two);
    two.book.stop();
}
