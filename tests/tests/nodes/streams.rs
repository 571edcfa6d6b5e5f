//! Streaming replies between nodes, under every fault: each item arrives at most once and in order, each
//! stream ends once, and neither a table nor a producer is left.

use crate::subject::LIMIT;
use actor_core::__private::{TestConfig, simulate};
use actor_core::prelude::*;
use actor_core::{rng, streaming::ReplyStream, time};
use actor_remote::{Node, SimNetwork};
use futures_lite::{Stream, StreamExt, stream};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tests::sized;

/// The streams of one seed.
const STREAMS: u64 = 24;

/// The time in which every stream must have ended once all faults are repaired.
const PATIENCE: Duration = Duration::from_secs(60);

/// The producers that are at work, of one incarnation of a node.
#[derive(Clone, Default)]
struct Working(Arc<AtomicI64>);

/// A producer at work.
struct Work(Working);

impl Working {
    fn begin(&self) -> Work {
        self.0.fetch_add(1, Ordering::Relaxed);
        Work(self.clone())
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn a_while(most: u64) {
    time::sleep(Duration::from_millis(rng().u64(..most))).await;
}

#[actor]
struct Source {
    working: Working,
    /// Whether a producer has panicked. A second one does not: joiners observe only the first panic of a
    /// life, and the reader of the second stream may have left.
    has_failed: AtomicBool,
}

#[actor(remote)]
impl Source {
    /// Sends the numbers below `count`, and panics after `last`, unless another producer has panicked.
    #[message(concurrent)]
    async fn count(&self, count: u64, last: u64, numbers: Replies<u64>) {
        let _work = self.working.begin();
        for number in 0..count {
            if rng().u8(..4) == 0 {
                a_while(100).await;
            }
            let fails = number > last && !self.has_failed.swap(true, Ordering::Relaxed);
            assert!(!fails, "the source is broken");
            if let Err(returned) = numbers.send(number).await {
                assert_eq!(returned, number);
                return;
            }
        }
    }

    fn returned(&self, count: u64) -> impl Stream<Item = u64> + Send + 'static {
        let work = self.working.begin();
        stream::iter(0..count).then(move |number| {
            let _ = &work;
            async move {
                a_while(20).await;
                number
            }
        })
    }
}

/// How often a stream ended in each way.
type Ends = Arc<Mutex<BTreeMap<&'static str, u64>>>;

/// Reads a stream at a pace of its own, perhaps not to its end. Returns how it ended.
async fn read(mut numbers: ReplyStream<u64>, count: u64, most: u64) -> &'static str {
    let is_slow = rng().bool();
    let mut next = 0;
    let end = loop {
        if next == most {
            return "dropped";
        }
        match numbers.next().await {
            Some(Ok(number)) => assert_eq!(number, next, "a gap, a swap or a double"),
            Some(Err(error)) => break Some(error),
            None => break None,
        }
        next += 1;
        if is_slow {
            a_while(200).await;
        }
    };
    assert_eq!(numbers.next().await, None, "a second end");
    match end {
        None => {
            assert_eq!(next, count, "a clean end in front of missing items");
            "complete"
        }
        Some(CallError::Unreachable { .. }) => "unreachable",
        Some(CallError::Panicked(failure)) => {
            assert_eq!(failure.handler(), "count");
            "panicked"
        }
        Some(CallError::Killed) => "killed",
        Some(CallError::Stopped) => "stopped",
        Some(error) => panic!("{error}"),
    }
}

/// Observes the end of a source, which may be a planned panic.
fn observe(node: &Node, source: &SourceAddr) {
    let end = source.downgrade().join();
    node.system().spawn_task(async move { drop(end.await) }).detach();
}

async fn client(node: Node, number: u64) -> &'static str {
    a_while(8000).await;
    let name = ["first", "second"][rng().usize(..2)];
    let Ok(source) = node.wait_for::<SourceAddr>(name, LIMIT).await else { return "no source" };
    observe(&node, &source);
    let count = rng().u64(..200);
    let most = if rng().u8(..4) == 0 { rng().u64(..50) } else { u64::MAX };
    let numbers = if number.is_multiple_of(3) {
        source.returned(count)
    } else {
        let last = if rng().u8(..12) == 0 { rng().u64(..100) } else { u64::MAX };
        source.count(count, last)
    };
    if rng().u8(..60) == 0 {
        source.kill();
    }
    let numbers = numbers.stream_of(rng().usize(1..20));
    // Its address does not keep the source alive, the stream does.
    drop(source);
    read(numbers, count, most).await
}

/// The state of the source's node that outlives its incarnations.
type Current = Arc<Mutex<Working>>;

async fn server(node: Node, current: Current) {
    let working = Working::default();
    *current.lock().unwrap() = working.clone();
    for name in ["first", "second"] {
        let source = Source { working: working.clone(), has_failed: AtomicBool::new(false) }
            .spawn_on(node.system());
        observe(&node, &source);
        node.register(name, &source).unwrap();
    }
}

/// Breaks something for a while, three times.
async fn disturb(network: SimNetwork) {
    for _ in 0..3 {
        a_while(3000).await;
        let one = ["a", "b"][rng().usize(..2)];
        match rng().u8(..8) {
            0 => network.cut("server", one),
            1 => network.cut_one_way("server", one),
            2 => network.cut_one_way(one, "server"),
            3 => drop(network.restart("server")),
            4 => network.pause("server"),
            5 => network.set_loss(0.02),
            6 => network.set_duplicate(0.05),
            _ => network.set_reorder(0.05),
        }
        a_while(4000).await;
        network.resume("server");
        network.heal("server", one);
        network.set_loss(0.0);
        network.set_duplicate(0.0);
        network.set_reorder(0.0);
    }
}

async fn one_seed(ends: Ends) {
    let network = SimNetwork::new();
    let current = Current::default();
    let records = current.clone();
    let server = network.node_with("server", move |node| server(node, records.clone()));
    let clients = [network.node("a"), network.node("b")];
    let faults = actor_core::spawn_task(disturb(network.clone()));
    let reading: Vec<_> = (0..STREAMS)
        .map(|number| {
            let node = clients[usize::from(number % 2 == 0)].clone();
            node.system().clone().spawn_task(client(node, number))
        })
        .collect();
    faults.await;
    let begun = time::now();
    for reading in reading {
        let end = reading.await;
        *ends.lock().unwrap().entry(end).or_default() += 1;
    }
    assert!(time::now() - begun < PATIENCE, "a stream took too long");
    // The lease, and everything that is in flight.
    time::sleep(LIMIT).await;
    for client in &clients {
        assert_eq!((client.tables().open_calls, client.tables().running_calls), (0, 0));
        assert_eq!(client.counters().bad_frames, 0);
    }
    let working = current.lock().unwrap().0.load(Ordering::Relaxed);
    assert_eq!(working, 0, "a producer has not noticed that its reader left");
    assert_eq!(server.tables().running_calls, 0);
}

#[test]
fn each_stream_between_nodes_ends_once_and_leaves_nothing_under_every_fault() {
    let seeds = sized(20, 5000) as u64;
    let ends = Ends::default();
    let count = ends.clone();
    simulate(TestConfig::single_seed().seeds(seeds), move |_| one_seed(count.clone()));
    let ends = ends.lock().unwrap();
    println!("{seeds} seeds: {ends:?}");
    for end in ["complete", "dropped", "unreachable", "panicked", "killed", "stopped"] {
        assert!(ends.get(end).is_some_and(|count| *count > 0), "no stream is {end}: {ends:?}");
    }
    assert!(ends.values().sum::<u64>() >= seeds * STREAMS);
}
