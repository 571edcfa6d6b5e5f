//! The faults of a run: what is broken, for how long, and by which kind.

use super::workload::Run;
use actor_core::{rng, time};
use actor_remote::SimNetwork;
use std::sync::Arc;
use std::time::Duration;

pub(super) const NODES: [&str; 5] = ["a", "b", "c", "d", "e"];

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Cut,
    CutOneWay,
    Crash,
    Restart,
    Pause,
    Delay,
    Loss,
    Duplicate,
    Reorder,
}

const KINDS: [Kind; 9] = [
    Kind::Cut,
    Kind::CutOneWay,
    Kind::Crash,
    Kind::Restart,
    Kind::Pause,
    Kind::Delay,
    Kind::Loss,
    Kind::Duplicate,
    Kind::Reorder,
];

/// Two different nodes.
fn pair() -> (&'static str, &'static str) {
    let one = rng().usize(..5);
    let other = (one + rng().usize(1..5)) % 5;
    (NODES[one], NODES[other])
}

async fn a_while(most: u64) {
    time::sleep(Duration::from_millis(rng().u64(1..most))).await;
}

/// Breaks something, and repairs it after a while.
async fn inject(kind: Kind, network: &SimNetwork, run: &Run) {
    let (one, other) = pair();
    match kind {
        Kind::Cut | Kind::CutOneWay => {
            if kind == Kind::Cut {
                network.cut(one, other);
            } else {
                network.cut_one_way(one, other);
            }
            a_while(4000).await;
            network.heal(one, other);
        }
        Kind::Crash | Kind::Restart => {
            run.crashes(one);
            if kind == Kind::Crash {
                network.crash(one);
                a_while(3000).await;
            }
            run.crashes(one);
            network.restart(one);
        }
        Kind::Pause => {
            network.pause(one);
            a_while(4000).await;
            network.resume(one);
        }
        Kind::Delay => {
            network.set_delay(Duration::from_millis(1)..=Duration::from_millis(400));
            a_while(2000).await;
            network.set_delay(Duration::from_micros(50)..=Duration::from_millis(5));
        }
        Kind::Loss => {
            network.set_loss(0.02);
            a_while(2000).await;
            network.set_loss(0.0);
        }
        Kind::Duplicate => {
            network.set_duplicate(0.05);
            a_while(2000).await;
            network.set_duplicate(0.0);
        }
        Kind::Reorder => {
            network.set_reorder(0.05);
            a_while(2000).await;
            network.set_reorder(0.0);
        }
    }
}

/// Injects `count` faults, the first ones of different kinds.
pub(super) async fn disturb(count: usize, network: SimNetwork, run: Arc<Run>) {
    let mut kinds = KINDS;
    rng().shuffle(&mut kinds);
    for number in 0..count {
        a_while(1000).await;
        let kind = kinds.get(number).copied().unwrap_or_else(|| kinds[rng().usize(..9)]);
        run.counts_fault(kind);
        inject(kind, &network, &run).await;
    }
}
