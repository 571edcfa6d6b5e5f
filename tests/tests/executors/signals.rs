//! Ctrl-C and SIGTERM, in a process of their own.

use actor_core::System;
use actor_core::future::zip;
use actor_core::system::shutdown_signal;
use futures_lite::future::poll_once;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use tests::guarded;

/// Set in the process that gets the signals.
const RECEIVER: &str = "TEST_RECEIVES_SIGNALS";

#[test]
fn a_signal_completes_all_waits_and_none_that_begins_later() {
    let name = "a_signal_completes_all_waits_and_none_that_begins_later";
    if std::env::var_os(RECEIVER).is_some() {
        return System::current_thread().block_on(receive());
    }
    guarded(name, move || {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([&format!("signals::{name}"), "--exact", "--nocapture"])
            .env(RECEIVER, "1")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let id = child.id().to_string();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        for (said, signal) in [("waits for two", "-TERM"), ("waits again", "-INT")] {
            assert!(lines.any(|line| line.ends_with(said)), "the process ends before it {said}");
            assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        }
        assert!(lines.any(|line| line.ends_with("has both")));
        assert!(child.wait().unwrap().success());
    });
}

async fn receive() {
    let mut both = Box::pin(zip(shutdown_signal(), shutdown_signal()));
    assert!(poll_once(&mut both).await.is_none());
    println!("waits for two");
    both.await;
    let mut again = Box::pin(shutdown_signal());
    assert!(poll_once(&mut again).await.is_none());
    println!("waits again");
    again.await;
    println!("has both");
}
