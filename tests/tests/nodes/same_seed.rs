//! A run of five nodes under faults is the same in every run and process.

use crate::five_nodes::storm;
use actor_core::{System, simulation::Sim};
use std::process::Command;
use tests::sized;

/// The hash of the trace of one run.
fn hash(seed: u64) -> String {
    let system = System::simulation(seed);
    let sim = Sim::of(&system).unwrap();
    system.block_on(storm(&sim));
    format!("{:016x}", sim.trace().hash())
}

/// The same seed gives the same trace, however addresses in memory and hash maps differ.
#[test]
fn the_same_seed_gives_the_same_run_of_five_nodes_in_every_process() {
    let own = hash(3);
    for _ in 0..sized(1, 50) {
        assert_eq!(hash(3), own);
    }
    let test = "same_seed::printed_for_the_parent_process";
    let program = std::env::current_exe().expect("a test has a program");
    let other = Command::new(program).args([test, "--exact", "--nocapture"]).output().unwrap();
    let other = String::from_utf8(other.stdout).unwrap();
    assert!(other.contains(&format!("hash {own}")), "{own} here, there:\n{other}");
}

#[test]
fn printed_for_the_parent_process() {
    let own = hash(3);
    for _ in 0..sized(1, 50) {
        assert_eq!(hash(3), own);
    }
    println!("hash {own}");
}
