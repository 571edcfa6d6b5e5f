//! Nodes that cannot reach each other: when each side is notified, and the error of a caller.

use crate::subject::{LEASE, LIMIT, SubjectAddr, spawn, two};
use actor_core::__private::{TestConfig, simulate};
use actor_core::prelude::*;
use actor_core::{rng, time};
use actor_remote::{Node, SimNetwork};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tests::sized;

/// Both sides are notified of a cut of one direction within the lease and two seconds.
async fn a_one_way_cut() {
    let two = two().await;
    let mine = spawn(&two.client);
    two.client.register("mine", &mine).unwrap();
    let back: SubjectAddr = two.server.wait_for("mine", LIMIT).await.unwrap();
    let (from, to) = if rng().bool() { ("server", "client") } else { ("client", "server") };
    time::sleep(Duration::from_millis(rng().u64(..2000))).await;
    let begun = time::now();
    two.network.cut_one_way(from, to);
    assert_eq!(two.remote.join().await, Exit::Unreachable);
    assert_eq!(back.join().await, Exit::Unreachable);
    assert!(time::now() - begun < LEASE + Duration::from_secs(2));
    two.network.heal(from, to);
    let again: SubjectAddr = two.client.wait_for("subject", LIMIT).await.unwrap();
    assert_eq!(again.add(1).await, Ok(1));
}

#[test]
fn a_one_way_partition_is_detected_on_both_sides() {
    let seeds = sized(100, 1000) as u64;
    simulate(TestConfig::single_seed().seeds(seeds), |_| a_one_way_cut());
}

/// Other nodes notice a suspended node by the lease; once it resumes, nothing of the old session is handled.
#[actor_core::test(seeds = 100)]
async fn a_hung_node_is_detected_by_the_lease_and_gets_a_new_session() {
    let two = two().await;
    two.network.pause("server");
    let begun = time::now();
    time::sleep(Duration::from_millis(10)).await;
    let call = two.remote.add(7).await;
    assert_eq!(call, Err(CallError::Unreachable { started: true }));
    assert!(time::now() - begun < LEASE + Duration::from_millis(500));
    time::sleep(Duration::from_millis(rng().u64(..5000))).await;
    two.network.resume("server");
    let again: SubjectAddr = two.client.wait_for("subject", LIMIT).await.unwrap();
    assert_eq!(again.add(8).await, Ok(8));
    assert_eq!(two.remote.add(9).await, Err(CallError::Stopped));
    let seen = again.seen().await.unwrap();
    assert!(!seen.contains(&9) && seen.iter().filter(|number| **number == 8).count() == 1);
}

/// Messages that a mailbox has accepted when the session ends are handled, including calls: none is skipped
/// before a later message.
#[actor_core::test(seeds = 300)]
async fn the_end_of_a_session_skips_no_call_in_front_of_a_later_message() {
    let two = two().await;
    two.remote.slow(0, 3000).send().await.unwrap();
    let calls: Vec<_> = (1..30)
        .map(|number| {
            let remote = two.remote.clone();
            async move {
                if number % 3 == 0 {
                    return remote.add(number).send().await.map_err(|_| ());
                }
                remote.add(number).await.map(drop).map_err(drop)
            }
        })
        .map(|call| two.client.system().spawn_task(call))
        .collect();
    time::sleep(Duration::from_millis(100)).await;
    two.network.cut("server", "client");
    for call in calls {
        let _ = call.await;
    }
    time::sleep(Duration::from_secs(10)).await;
    let mut seen = two.local.seen().await.unwrap();
    seen.sort_unstable();
    assert_eq!(seen, (0..30).collect::<Vec<_>>());
    assert_eq!(two.server.tables().running_calls, 0);
}

/// Records the handled messages in a place that survives a crash.
#[actor]
struct Recorder {
    handled: Arc<Mutex<BTreeSet<u64>>>,
}

#[actor(remote)]
trait Record {
    async fn handle(&mut self, number: u64);
}

#[actor]
impl Recorder {}

#[actor]
impl Record for Recorder {
    async fn handle(&mut self, number: u64) {
        assert!(self.handled.lock().unwrap().insert(number), "handled twice");
        time::sleep(Duration::from_micros(rng().u64(..500))).await;
    }
}

/// The outcome of a call when the server crashes, at any moment between its sending and its reply.
async fn a_crash_anywhere(unanswered: Arc<AtomicU64>) {
    let network = SimNetwork::new();
    let handled = Arc::new(Mutex::new(BTreeSet::new()));
    let records = handled.clone();
    network.node_with("server", move |node: Node| {
        let handled = records.clone();
        async move {
            let recorder = RecordAddr::from(Recorder { handled }.spawn());
            node.register("recorder", &recorder).unwrap();
        }
    });
    let client = network.node("client");
    let recorder: RecordAddr = client.wait_for("recorder", LIMIT).await.unwrap();
    let calls: Vec<_> = (0..20)
        .map(|number| client.system().spawn_task(recorder.handle(number).into_owned()))
        .collect();
    time::sleep(Duration::from_micros(rng().u64(..20_000))).await;
    network.crash("server");
    for (number, call) in (0..).zip(calls) {
        let outcome = call.await;
        let is_handled = handled.lock().unwrap().contains(&number);
        match outcome {
            Ok(()) => assert!(is_handled, "{number} was answered"),
            Err(error) if error.never_handled() => {
                assert!(!is_handled, "{number} was handled, and got {error}");
            }
            Err(error) => {
                assert_eq!(error, CallError::Unreachable { started: true });
                unanswered.fetch_add(u64::from(is_handled), Ordering::Relaxed);
            }
        }
    }
}

#[test]
fn a_call_that_was_handled_is_never_reported_as_never_handled() {
    let seeds = sized(50, 10_000) as u64;
    let unanswered = Arc::new(AtomicU64::new(0));
    let count = unanswered.clone();
    simulate(TestConfig::single_seed().seeds(seeds), move |_| a_crash_anywhere(count.clone()));
    assert!(unanswered.load(Ordering::Relaxed) > 0, "no crash between handling and reply");
}
