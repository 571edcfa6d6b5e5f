//! Runs the `dining` example: every philosopher eats, and the wrong order of forks is detected.

use std::process::{Command, Output};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

fn dining(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dining"));
    command.args(arguments);
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(command.output()));
    receiver.recv_timeout(Duration::from_secs(120)).expect("it hangs").unwrap()
}

#[test]
fn all_philosophers_eat_and_neighbours_never_at_the_same_time() {
    let output = dining(&[]);
    assert!(output.status.success(), "{output:?}");
    let expected = include_str!("../expected/dining.txt");
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
    // The run can be watched: four changes of mood a meal, each a line.
    assert_eq!(String::from_utf8_lossy(&output.stderr).lines().count(), 5 * 5 * 4);
}

#[test]
fn more_meals_are_eaten_if_asked_for() {
    let output = dining(&["--meals", "20"]);
    assert!(output.status.success(), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("Hypatia ate 20 times\n"));
}

#[test]
fn a_wrong_lock_order_ends_in_a_reported_deadlock() {
    let output = dining(&["--greedy", "--meals", "100000"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let told = "no philosopher moves: each has one fork and waits for the other\n";
    assert_eq!(String::from_utf8_lossy(&output.stdout), told);
}

#[test]
fn wrong_options_end_with_code_2() {
    assert_eq!(dining(&["--no"]).status.code(), Some(2));
}
