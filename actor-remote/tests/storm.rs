//! Several nodes under faults, over many seeds: the handled messages, and the outcome of each call.
//!
//! `ACTOR_SEEDS=1000 cargo test --release -p actor-remote --test storm` runs more of them.

use actor_core::prelude::*;
use actor_core::{Task, rng, time};
use actor_remote::{Node, SimNetwork};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Records the numbers of each sender, where a sender is one address of one client.
#[actor(remote)]
trait Ledger {
    fn note(&mut self, sender: u64, number: u64) -> u64;
}

#[derive(Clone, Default)]
struct Records(Arc<Mutex<BTreeMap<u64, Vec<u64>>>>);

#[actor]
struct Book {
    records: Records,
}

#[actor]
impl Book {}

#[actor]
impl Ledger for Book {
    fn note(&mut self, sender: u64, number: u64) -> u64 {
        self.records.0.lock().unwrap().entry(sender).or_default().push(number);
        number
    }
}

/// The outcome of one number of one sender.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Told {
    Handled,
    NeverHandled,
    Unknown,
    /// A send that was accepted.
    Accepted,
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<(u64, u64, Told)>>>);

const CLIENTS: u64 = 8;
const MESSAGES: u64 = 40;
const NAMES: [&str; 4] = ["a", "b", "c", "d"];

async fn client(node: Node, name: &'static str, senders: Arc<AtomicU64>, log: Log) {
    let mut sent = 0;
    while sent < MESSAGES {
        let Ok(ledger) = node.wait_for::<LedgerAddr>(name, Duration::from_secs(30)).await else {
            return;
        };
        let sender = senders.fetch_add(1, Ordering::Relaxed);
        for number in 0.. {
            if sent == MESSAGES {
                break;
            }
            sent += 1;
            time::sleep(Duration::from_micros(rng().u64(0..100_000))).await;
            if rng().bool() {
                let is_accepted = ledger.note(sender, number).send().await.is_ok();
                let told = if is_accepted { Told::Accepted } else { Told::NeverHandled };
                log.0.lock().unwrap().push((sender, number, told));
                if is_accepted {
                    continue;
                }
                break;
            }
            let told = match ledger.note(sender, number).await {
                Ok(answer) => {
                    assert_eq!(answer, number, "the reply of another call");
                    Told::Handled
                }
                Err(error) if error.never_handled() => Told::NeverHandled,
                Err(_) => Told::Unknown,
            };
            log.0.lock().unwrap().push((sender, number, told));
            if told != Told::Handled {
                break;
            }
        }
    }
}

/// Cuts and heals random pairs.
async fn disturb(network: SimNetwork, times: u32) {
    for _ in 0..times {
        time::sleep(Duration::from_millis(rng().u64(0..600))).await;
        let (one, other) = (NAMES[rng().usize(..4)], NAMES[rng().usize(..4)]);
        if rng().bool() {
            network.cut(one, other);
        } else {
            network.cut_one_way(one, other);
        }
        time::sleep(Duration::from_millis(rng().u64(0..4000))).await;
        network.heal(one, other);
    }
}

/// Checks the promises about everything that was sent. `undelivered` sends were reported.
fn check(records: &Records, log: &Log, undelivered: u64) -> usize {
    let mut lost = 0;
    let records = records.0.lock().unwrap();
    for (sender, numbers) in &*records {
        let expected: Vec<u64> = (0..numbers.len() as u64).collect();
        assert_eq!(*numbers, expected, "a gap, swap or double of sender {sender}");
    }
    for (sender, number, told) in &*log.0.lock().unwrap() {
        let is_handled = records.get(sender).is_some_and(|it| it.contains(number));
        match told {
            Told::Handled => assert!(is_handled, "{number} of {sender} was answered"),
            Told::NeverHandled => assert!(!is_handled, "{number} of {sender} was handled"),
            Told::Unknown => {}
            Told::Accepted => lost += u64::from(!is_handled),
        }
    }
    assert!(lost <= undelivered, "{lost} sends are lost, {undelivered} were reported");
    records.values().map(Vec::len).sum()
}

async fn storm(network: SimNetwork, cuts: u32) -> usize {
    let (records, log) = (Records::default(), Log::default());
    let nodes: Vec<Node> = NAMES.iter().map(|name| network.node(name)).collect();
    for (node, name) in nodes.iter().zip(NAMES) {
        let book = Book { records: records.clone() }.spawn();
        node.register(name, &LedgerAddr::from(book)).unwrap();
    }
    let senders = Arc::new(AtomicU64::new(0));
    let clients: Vec<Task<()>> = (0..CLIENTS)
        .map(|index| {
            let node = nodes[usize::try_from(index % 4).unwrap()].clone();
            let target = NAMES[rng().usize(..4)];
            actor_core::spawn_task(client(node, target, senders.clone(), log.clone()))
        })
        .collect();
    let disturbing = actor_core::spawn_task(disturb(network.clone(), cuts));
    for client in clients {
        client.await;
    }
    disturbing.await;
    time::sleep(Duration::from_secs(10)).await;
    let undelivered = nodes.iter().map(|node| node.system().counters().undelivered);
    check(&records, &log, undelivered.sum())
}

#[actor_core::test(seeds = 10)]
async fn without_faults_each_message_is_handled_once_and_in_order() {
    let handled = storm(SimNetwork::new(), 0).await;
    assert_eq!(handled as u64, CLIENTS * MESSAGES);
}

#[actor_core::test(seeds = 10)]
async fn partitions_cause_no_gap_reordering_or_duplicate_and_each_call_ends() {
    storm(SimNetwork::new(), 8).await;
}

#[actor_core::test(seeds = 10)]
async fn lost_frames_cause_no_gap_reordering_or_duplicate() {
    storm(SimNetwork::new().loss(0.01), 2).await;
}

#[actor_core::test(seeds = 10)]
async fn repeated_frames_cause_no_gap_reordering_or_duplicate() {
    storm(SimNetwork::new().duplicate(0.02), 2).await;
}

#[actor_core::test(seeds = 10)]
async fn reordered_frames_cause_no_gap_reordering_or_duplicate() {
    storm(SimNetwork::new().reorder(0.02), 2).await;
}

#[actor_core::test(seeds = 10)]
async fn all_faults_together_cause_no_gap_reordering_or_duplicate() {
    storm(SimNetwork::new().loss(0.005).duplicate(0.005).reorder(0.005), 6).await;
}
