//! A closed stderr, as after the end of a log collector, changes nothing about any actor.

use actor_core::prelude::*;
use std::io::Write;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tests::{Host, Stderr, alone};

/// Far more than anything here takes.
const LIMIT: Duration = Duration::from_secs(30);

#[actor]
struct Node;

#[actor]
impl Node {
    fn fail(&self) -> Result<(), String> {
        Err("as asked".into())
    }

    fn ping(&self) {}

    async fn hang(&self) {
        std::future::pending::<()>().await;
    }
}

/// Until the reader of this process's stderr has gone.
fn await_closed() {
    while writeln!(std::io::stderr(), ".").is_ok() {
        std::thread::yield_now();
    }
}

/// How many panics there were in this process.
static PANICS: AtomicUsize = AtomicUsize::new(0);

fn incidents_on(host: Host) {
    let started = host.start();
    let system = &started.system;
    system.block_on(async {
        let node = Node.spawn();
        node.fail().send().await.unwrap();
        assert_eq!(node.ping().timeout(LIMIT).await, Ok(()), "{host:?}");
        // Killed with queued messages: a send that is reported, and a call behind it that gets an
        // error.
        let killed = Node.spawn();
        killed.hang().send().await.unwrap();
        killed.ping().send().await.unwrap();
        let queued = actor_core::spawn_task(killed.ping().into_owned().timeout(LIMIT));
        while killed.len() < 2 {
            actor_core::future::yield_now().await;
        }
        killed.kill();
        assert_eq!(killed.join().await, Exit::Killed, "{host:?}");
        assert!(matches!(queued.await, Err(CallError::Stopped | CallError::Killed)), "{host:?}");
        assert_eq!(Node.spawn().ping().timeout(LIMIT).await, Ok(()), "{host:?}");
    });
    assert_eq!((system.counters().unhandled_errors, system.counters().suppressed_panics), (1, 0));
    assert!(system.counters().undelivered >= 1, "{host:?}");
    assert!(system.block_on(system.shutdown(LIMIT)).is_clean(), "{host:?}");
}

#[test]
fn a_closed_stderr_changes_nothing_about_any_actor() {
    let name = "closed_stderr::a_closed_stderr_changes_nothing_about_any_actor";
    let output = alone(name, Stderr::Closed, || {
        await_closed();
        std::panic::set_hook(Box::new(|info| {
            PANICS.fetch_add(1, Ordering::SeqCst);
            println!("{info}");
        }));
        for host in [
            Host::MultiThread(2),
            Host::MultiThread(1),
            Host::CurrentThread,
            Host::Tokio(2),
            Host::TokioCurrent,
            Host::Smol(2),
            Host::Simulation(1),
        ] {
            incidents_on(host);
        }
        assert_eq!(PANICS.load(Ordering::SeqCst), 0);
    });
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn abort_on_incident_aborts_without_a_stderr_too() {
    let name = "closed_stderr::abort_on_incident_aborts_without_a_stderr_too";
    let output = alone(name, Stderr::Closed, || {
        await_closed();
        let system = System::builder().threads(1).abort_on_incident().build();
        system.block_on(async {
            Node.spawn().fail().send().await.unwrap();
            std::future::pending::<()>().await;
        });
    });
    assert_eq!(output.status.code(), None, "it was ended by a signal: {output:?}");
}

#[test]
fn a_program_that_ends_without_a_stderr_still_reports_and_ends() {
    let name = "closed_stderr::a_program_that_ends_without_a_stderr_still_reports_and_ends";
    let output = alone(name, Stderr::Closed, || {
        await_closed();
        let system = System::builder().threads(1).build();
        system.run(async {
            let node = Node.spawn();
            node.hang().send().await.unwrap();
            node.keep_alive();
        });
    });
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

/// Run on its own and by the next test, which looks at the output.
#[test]
fn an_unhandled_error_is_reported() {
    let system = System::builder().threads(1).build();
    system.block_on(async {
        let node = Node.spawn();
        node.fail().send().await.unwrap();
        node.ping().await.unwrap();
    });
    assert_eq!(system.counters().unhandled_errors, 1);
}

#[test]
fn the_test_harness_captures_the_lines_of_the_default_reporter() {
    let line_is_printed = |capture: &[&str]| {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["closed_stderr::an_unhandled_error_is_reported", "--exact"]).args(capture);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8_lossy(&output.stderr).contains("`fail` was sent and failed")
    };
    assert!(line_is_printed(&["--nocapture"]));
    assert!(!line_is_printed(&[]));
}
