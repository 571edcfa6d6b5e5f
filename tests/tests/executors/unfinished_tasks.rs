//! A task that its system drops unfinished: awaiting it panics, on each host, with the cause.

use actor_core::prelude::*;
use actor_core::{Task, time};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;
use tests::{Host, Tally, guarded};

const LIMIT: Duration = Duration::from_secs(60);
const HOSTS: [Host; 7] = [
    Host::MultiThread(2),
    Host::MultiThread(1),
    Host::CurrentThread,
    Host::Tokio(2),
    Host::TokioCurrent,
    Host::Smol(2),
    Host::Simulation(1),
];

/// Awaits a task outside any system, and returns the panic message.
fn text_of<T>(task: Task<T>) -> String {
    let awaited = || {
        futures_lite::future::block_on(task);
    };
    let panic = catch_unwind(AssertUnwindSafe(awaited)).expect_err("the task cannot be done");
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned()).expect("the panic has a text")
}

/// Whether `task` says that its system has ended.
fn says_so<T>(what: &str, host: Host, task: Task<T>) {
    let text = text_of(task);
    assert!(text.contains("its system has ended"), "{what} on {host:?}: {text}");
}

/// One task that waits for nothing and one that sleeps, each holding a mark.
fn two_tasks(system: &System, ends: &Tally) -> [Task<()>; 2] {
    let (pending, asleep) = (ends.mark(), ends.mark());
    let pending = system.spawn_task(async move {
        std::future::pending::<()>().await;
        drop(pending);
    });
    let asleep = system.spawn_task(async move {
        time::sleep(LIMIT * 60).await;
        drop(asleep);
    });
    [pending, asleep]
}

/// Lets the tasks run until they wait.
fn begin(system: &System) {
    system.block_on(async {
        for _ in 0..3 {
            actor_core::spawn_task(async {}).await;
        }
    });
}

#[test]
fn a_task_that_is_pending_at_shutdown_says_so_when_awaited() {
    guarded("pending at shutdown", || {
        for host in HOSTS {
            let (started, ends) = (host.start(), Tally::default());
            let tasks = two_tasks(&started.system, &ends);
            begin(&started.system);
            started.system.block_on(started.system.shutdown(LIMIT));
            futures_lite::future::block_on(ends.reaches(2));
            for task in tasks {
                says_so("pending at shutdown", host, task);
            }
        }
    });
}

#[test]
fn a_task_that_is_spawned_after_shutdown_says_so_when_awaited() {
    guarded("after shutdown", || {
        for host in HOSTS {
            let (started, ends) = (host.start(), Tally::default());
            started.system.block_on(started.system.shutdown(LIMIT));
            let mark = ends.mark();
            let task = started.system.spawn_task(async move { drop(mark) });
            assert_eq!(ends.count(), 1, "the future is dropped by the caller, on {host:?}");
            says_so("spawned after shutdown", host, task);
            started.system.spawn_task(std::future::pending::<()>()).detach();
        }
    });
}

#[test]
fn a_task_that_outlives_the_last_handle_of_its_system_says_so_when_awaited() {
    guarded("dropped system", || {
        for host in HOSTS {
            let (started, ends) = (host.start(), Tally::default());
            let tasks = two_tasks(&started.system, &ends);
            begin(&started.system);
            // A system on tokio lasts as long as its runtime.
            drop(started);
            futures_lite::future::block_on(ends.reaches(2));
            for task in tasks {
                says_so("dropped system", host, task);
            }
        }
    });
}

#[test]
fn a_task_of_a_current_thread_system_that_another_thread_drops_says_so_when_awaited() {
    guarded("dropped elsewhere", || {
        for host in [Host::CurrentThread, Host::Simulation(1)] {
            let (started, ends) = (host.start(), Tally::default());
            let tasks = two_tasks(&started.system, &ends);
            begin(&started.system);
            std::thread::spawn(move || drop(started)).join().unwrap();
            futures_lite::future::block_on(ends.reaches(2));
            for task in tasks {
                says_so("dropped elsewhere", host, task);
            }
        }
    });
}

#[test]
fn a_task_that_panicked_does_not_blame_its_system() {
    guarded("panicked", || {
        for host in HOSTS {
            let started = host.start();
            let panics = started.system.spawn_task(async { panic!("planned") });
            let text = started.system.block_on(async move {
                let awaited = futures_lite::FutureExt::catch_unwind(AssertUnwindSafe(panics));
                let panic = awaited.await.expect_err("it panicked");
                panic.downcast_ref::<&str>().map(ToString::to_string)
            });
            assert!(text.is_some_and(|text| !text.contains("system")), "on {host:?}");
            started.system.block_on(started.system.shutdown(LIMIT));
        }
    });
}
