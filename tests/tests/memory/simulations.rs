//! Simulations with one and with several nodes, run repeatedly: each of them leaves nothing behind.

use crate::heap::live;
use crate::measure::alone;
use actor_core::future::join_all;
use actor_core::prelude::*;
use actor_core::time::sleep;
use actor_remote::SimNetwork;
use futures_lite::StreamExt;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(10);

#[actor]
#[derive(Default)]
struct Adder {
    total: u64,
}

#[actor(remote)]
impl Adder {
    fn add(&mut self, amount: u64) -> u64 {
        self.total += amount;
        self.total
    }
}

#[actor]
struct Source;

#[actor]
impl Source {
    /// Fills the buffer, and waits for the reader.
    async fn numbers(&self, replies: Replies<u64>) {
        let mut number = 0;
        while replies.send(number).await.is_ok() {
            number += 1;
        }
    }
}

/// Runs simulations of `body`, and fails if each keeps 200 bytes or more.
///
/// Other threads, of tests that have ended, may allocate and free at the same time: the maximum after the
/// first runs is compared with the minimum after the last ones.
fn leaves_nothing<F: Future<Output = ()>>(body: impl Fn() -> F) {
    const RUNS: usize = if cfg!(debug_assertions) { 80 } else { 400 };
    let _alone = alone();
    let after = |seed| {
        System::simulation(seed).block_on(body());
        live()
    };
    (0..20).for_each(|seed| {
        after(seed);
    });
    let before = (20..40).map(after).max().unwrap();
    let behind = (40..).take(RUNS).map(after).skip(RUNS - 20).min().unwrap();
    let kept = behind.saturating_sub(before) / RUNS;
    assert!(kept < 200, "each run keeps {kept} bytes");
}

#[test]
fn a_simulation_leaves_nothing() {
    leaves_nothing(async || {
        let adder = Adder::default().spawn();
        adder.add(1).await.unwrap();
        sleep(LIMIT).await;
    });
}

#[test]
fn the_nodes_of_a_simulation_leave_nothing() {
    leaves_nothing(async || {
        let network = SimNetwork::new();
        let (a, b) = (network.node("a"), network.node("b"));
        b.register("adder", &b.system().spawn(Adder::default())).unwrap();
        let adder: AdderAddr = a.wait_for("adder", LIMIT).await.unwrap();
        adder.add(1).await.unwrap();
    });
}

#[test]
fn a_node_that_crashes_and_starts_again_leaves_nothing() {
    leaves_nothing(async || {
        let network = SimNetwork::new();
        let a = network.node("a");
        network.node_with("b", async |node| {
            let adder = node.system().spawn(Adder::default());
            node.register("adder", &adder).unwrap();
        });
        let first: AdderAddr = a.wait_for("adder", LIMIT).await.unwrap();
        first.add(1).await.unwrap();
        network.crash("b");
        first.join().await;
        network.restart("b");
        let second: AdderAddr = a.wait_for("adder", LIMIT).await.unwrap();
        second.add(1).await.unwrap();
    });
}

#[test]
fn partitions_hangs_and_broken_frames_leave_nothing() {
    leaves_nothing(async || {
        let network = SimNetwork::new();
        let (a, b) = (network.node("a"), network.node("b"));
        b.register("adder", &b.system().spawn(Adder::default())).unwrap();
        for fault in 0..6 {
            let adder: AdderAddr = a.wait_for("adder", LIMIT).await.unwrap();
            adder.add(1).await.unwrap();
            match fault {
                0 => network.cut("a", "b"),
                1 => network.cut_one_way("a", "b"),
                2 => network.pause("b"),
                3 => network.set_loss(0.5),
                4 => network.set_duplicate(0.5),
                _ => network.set_reorder(0.5),
            }
            // Calls instead of sends: the report of each lost send would be kept as output of this
            // test.
            join_all((0..10).map(|_| adder.add(1).timeout(LIMIT))).await;
            drop(adder);
            network.set_loss(0.0);
            network.set_duplicate(0.0);
            network.set_reorder(0.0);
            network.resume("b");
            network.heal("a", "b");
            sleep(LIMIT).await;
        }
    });
}

#[test]
fn the_streams_of_a_simulation_leave_nothing() {
    leaves_nothing(async || {
        let source = Source.spawn();
        for count in 0..3 {
            let mut numbers = source.numbers().stream_of(4);
            for number in 0..count {
                assert_eq!(numbers.next().await, Some(Ok(number)));
            }
        }
    });
}
