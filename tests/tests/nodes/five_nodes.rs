//! Five nodes, ten actors, and a network in which everything fails: over many seeds, no message is handled
//! out of order or twice, no call gets a wrong outcome, and each monitor gets one exit.
//!
//! `ACTOR_TESTS=full` runs 10 000 seeds, on all cores; `ACTOR_SEED=7` runs one of them.

mod faults;
mod workload;

use self::workload::Totals;
pub use self::workload::storm;
use actor_core::__private::{TestConfig, simulate};
use actor_core::simulation::Sim;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Instant;
use tests::sized;

/// The messages of each kind, the actors and the faults that each seed must reach.
const MESSAGES: u64 = 500;
const FAULTS: usize = 10;
const KINDS: usize = 4;

/// Runs the seeds from `first` on, `count` of them.
fn run(first: u64, count: u64, totals: &Arc<Mutex<Totals>>) {
    let totals = totals.clone();
    let config = TestConfig::single_seed().first_seed(first).seeds(count);
    simulate(config, move |sim: Sim| {
        let totals = totals.clone();
        async move {
            let one = storm(&sim).await;
            assert!(one.calls >= MESSAGES && one.sends >= MESSAGES, "{one:?}");
            assert!(one.faults >= FAULTS && one.kinds >= KINDS, "{one:?}");
            assert_eq!(one.actors, 10, "{one:?}");
            totals.lock().unwrap().add(&one);
        }
    });
}

/// No gap, reordering or duplicate is handled; the outcome of each call is correct; each monitor gets one
/// exit.
#[test]
fn five_nodes_keep_every_promise_under_every_fault() {
    let seeds = sized(24, 10_000) as u64;
    let threads = thread::available_parallelism().map_or(1, std::num::NonZero::get) as u64;
    let totals = Arc::new(Mutex::new(Totals::default()));
    let begun = Instant::now();
    thread::scope(|scope| {
        let share = seeds.div_ceil(threads);
        let firsts =
            (0..threads).map(|index| (1 + index * share, share.min(seeds - index * share)));
        let running: Vec<_> = firsts
            .map(|(first, count)| {
                let totals = &totals;
                scope.spawn(move || run(first, count, totals))
            })
            .collect();
        for running in running {
            if let Err(payload) = running.join() {
                std::panic::resume_unwind(payload);
            }
        }
    });
    let seconds = begun.elapsed().as_secs_f64();
    let totals = totals.lock().unwrap();
    println!("{totals}; {:.1} seeds a second", totals.runs as f64 / seconds);
}
