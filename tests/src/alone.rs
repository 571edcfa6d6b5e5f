//! A test in a process of its own: for what is the process's, as its stderr and its panic hook.

use std::env;
use std::process::{Command, Output, Stdio};

/// Set in the process of a test to the test's name.
const NAME: &str = "ACTOR_TEST_ALONE";

/// What the process of a test has as its stderr.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stderr {
    /// One that is read.
    Read,
    /// A pipe whose reader has gone: each write fails.
    Closed,
}

/// Runs `body` in a process of its own and returns what came of that: called by the test `name`, which
/// that process runs again.
///
/// # Panics
/// If the process cannot be started.
pub fn alone(name: &str, stderr: Stderr, body: impl FnOnce()) -> Output {
    if env::var(NAME).is_ok_and(|other| other == name) {
        body();
        // Only what the body has printed is of interest.
        std::process::exit(0);
    }
    let mut command = Command::new(env::current_exe().expect("a test knows its binary"));
    command.args([name, "--exact", "--nocapture"]).env(NAME, name);
    let piped = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = piped.expect("a process starts");
    if stderr == Stderr::Closed {
        drop(child.stderr.take());
    }
    child.wait_with_output().expect("a process ends")
}
