//! Runs the `bank` example: the books balance, no matter what happens to accounts and tellers.

use std::process::{Command, Output};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

const USUAL: u64 = if cfg!(debug_assertions) { 20_000 } else { 1_000_000 };

fn bank(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bank"));
    command.args(arguments);
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(command.output()));
    receiver.recv_timeout(Duration::from_secs(300)).expect("it hangs").unwrap()
}

/// How many outages and kills there were.
fn blows(output: &Output) -> [u64; 2] {
    let text = String::from_utf8_lossy(&output.stderr);
    let (outages, rest) = text.trim().split_once(" outages, ").expect("outages are counted");
    let (kills, _) = rest.split_once(" kills in ").expect("kills are counted");
    [outages, kills].map(|count| count.parse().unwrap())
}

fn balanced(transfers: u64, money: u64) -> String {
    format!(
        "transfers: {transfers}, half done: 0\nmoney: {money} of {money}\n\
         accounts and books agree: yes\n"
    )
}

#[test]
fn no_money_is_lost_in_a_storm() {
    let output = bank(&["--transfers", &USUAL.to_string()]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), balanced(USUAL, 16_000));
    let [outages, kills] = blows(&output);
    println!("{outages} outages, {kills} kills in {USUAL} transfers");
    // Each transfer meets up to four chances of one in 400.
    assert!(outages > USUAL / 400 && kills > 0, "{output:?}");
}

#[test]
fn two_accounts_and_many_tellers_are_enough_for_a_crowd() {
    let output = bank(&["-n", "3001", "-a", "2", "-t", "16"]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), balanced(3001, 2_000));
}

#[test]
fn without_faults_no_outage_or_kill_occurs() {
    let output = bank(&["--calm", "-n", "1000"]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), balanced(1000, 16_000));
    assert_eq!(blows(&output), [0, 0]);
}

#[test]
fn wrong_options_end_with_code_2() {
    for arguments in [&["--accounts", "1"][..], &["-t", "0"], &["--no"], &["-n", "many"]] {
        let output = bank(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty());
    }
}
