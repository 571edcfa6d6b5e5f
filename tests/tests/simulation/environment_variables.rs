//! The environment variables of a simulated test: the seeds it runs, and the report of a failing
//! one. Each test here runs this program again, with the variables set, for one of the tests below.

use crate::bugs_found::{lost_update, seed, steps};
use actor_core::simulation::Sim;
use std::collections::BTreeSet;
use std::process::{Command, Output};

/// Passes under its one default seed, regardless of that seed.
#[actor_core::test]
async fn two_pay_under_the_seeds_asked_for(sim: Sim) {
    if sim.seed() == 1 {
        println!("runs 1");
        return;
    }
    println!("runs {}", sim.seed());
    lost_update().await;
}

#[actor_core::test(seeds = 3)]
async fn three_seeds_unless_asked_for_others(sim: Sim) {
    let done = actor_core::spawn_task(async { actor_core::rng().u64(..) }).await;
    println!("runs {}", sim.seed());
    println!("drew {done} in {:?}", sim.trace());
}

/// Runs one of the tests above in a process of its own.
fn run(test: &str, variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(std::env::current_exe().expect("a test has a program"));
    command.args([&format!("environment_variables::{test}"), "--exact", "--nocapture"]);
    command.env_remove("ACTOR_SEED").env_remove("ACTOR_SEEDS");
    command.envs(variables.iter().copied()).output().expect("it can be run")
}

fn printed(output: &Output) -> String {
    let both = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8(both).expect("it prints text")
}

/// The seeds that were run, regardless of their order and number of runs.
fn seeds(printed: &str) -> BTreeSet<u64> {
    let seeds = printed.lines().filter_map(|line| line.strip_prefix("runs "));
    seeds.map(|seed| seed.parse().expect("it is a number")).collect()
}

const PAY: &str = "two_pay_under_the_seeds_asked_for";
const THREE: &str = "three_seeds_unless_asked_for_others";

#[test]
fn actor_seeds_overrides_the_number_of_seeds() {
    for (variables, count) in
        [(&[][..], 3), (&[("ACTOR_SEEDS", "7")], 7), (&[("ACTOR_SEEDS", "1")], 1)]
    {
        let output = run(THREE, variables);
        let printed = printed(&output);
        assert!(output.status.success(), "{printed}");
        assert_eq!(seeds(&printed), (1..=count).collect(), "{printed}");
    }
}

#[test]
fn actor_seed_runs_that_seed_alone_and_in_every_process_alike() {
    let runs = ["5", "5", "6"].map(|seed| {
        // One seed wins over a number of seeds.
        let output = run(THREE, &[("ACTOR_SEED", seed), ("ACTOR_SEEDS", "9")]);
        let printed = printed(&output);
        assert!(output.status.success(), "{printed}");
        assert_eq!(seeds(&printed), BTreeSet::from([seed.parse().unwrap()]), "{printed}");
        let drawn: Vec<String> =
            printed.lines().filter(|line| line.starts_with("drew ")).map(str::to_owned).collect();
        assert!(drawn.iter().all(|other| *other == drawn[0]), "{printed}");
        drawn
    });
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
}

#[test]
fn a_failing_schedule_is_printed_as_seed_and_choices_and_replayed_by_its_seed() {
    let all = run(PAY, &[("ACTOR_SEEDS", "1000")]);
    let all = (all.status.success(), printed(&all));
    assert!(!all.0, "no seed fails: {}", all.1);
    let failing = seed(&all.1);
    assert_eq!(seeds(&all.1), (1..=failing).collect(), "it stops at the first that fails");
    let told = steps(&all.1);
    assert!((1..=10).contains(&told.len()), "{}", all.1);
    assert!(told.iter().any(|step| step.starts_with('>')), "{}", all.1);
    assert!(told.iter().any(|step| step.contains(" takes `")), "{}", all.1);

    let again = run(PAY, &[("ACTOR_SEED", &failing.to_string())]);
    let again = (again.status.success(), printed(&again));
    assert!(!again.0, "seed {failing} passes when it is run again: {}", again.1);
    assert_eq!(seeds(&again.1), BTreeSet::from([failing]));
    assert_eq!(steps(&again.1), told);

    // Any other passes as it did before.
    let before = run(PAY, &[("ACTOR_SEED", &(failing - 1).to_string())]);
    assert!(before.status.success(), "{}", printed(&before));
}

#[test]
fn a_value_that_is_no_number_is_reported() {
    for name in ["ACTOR_SEED", "ACTOR_SEEDS"] {
        let output = run(THREE, &[(name, "many")]);
        let printed = printed(&output);
        assert!(!output.status.success(), "{printed}");
        assert!(printed.contains(&format!("{name} must be a number, not `many`")), "{printed}");
    }
}
