//! Systems of all kinds, started and dropped repeatedly: their threads, tables and tasks end with
//! them.

use crate::heap::live;
use crate::measure::{alone, stay_flat};
use actor_core::prelude::*;
use futures_lite::future::block_on;
use std::sync::{Arc, Barrier};
use std::thread;
use tests::{Host, Started, Tally, guarded};

const SYSTEMS: usize = if cfg!(debug_assertions) { 300 } else { 2000 };

/// So many bytes a system are too many.
const BYTES: usize = 200;

/// Waits forever, or idles.
#[actor]
struct Worker {
    _mark: tests::Mark,
}

#[actor]
impl Worker {
    fn ping(&self) {}

    async fn hang(&self) {
        std::future::pending().await
    }
}

/// Starts a system with actors and tasks that would never end on their own.
fn start(host: Host, ends: &Tally) -> Started {
    let started = host.start();
    let system = &started.system;
    let [busy, idle] = [ends.mark(), ends.mark()].map(|_mark| system.spawn(Worker { _mark }));
    system.block_on(async {
        idle.ping().await.unwrap();
        busy.hang().send().await.unwrap();
        let (pending, asleep) = (ends.mark(), ends.mark());
        actor_core::spawn_task(async move {
            std::future::pending::<()>().await;
            drop(pending);
        })
        .detach();
        actor_core::spawn_task(async move {
            actor_core::time::sleep(std::time::Duration::from_secs(3600)).await;
            drop(asleep);
        })
        .detach();
        actor_core::spawn_task(async {}).await;
    });
    idle.keep_alive();
    started
}

fn stays_flat_over(host: Host, end: fn(Started)) {
    guarded(&format!("systems on {host:?}"), move || start_and_end(host, end));
}

fn start_and_end(host: Host, end: fn(Started)) {
    let _alone = alone();
    block_on(async {
        let rounds = SYSTEMS * BYTES;
        // A byte a round is allowed: one round of this many starts a system, the other rounds do
        // nothing.
        stay_flat(&format!("systems on {host:?}"), rounds, async |number| {
            if number % BYTES == 0 {
                let ends = Tally::default();
                end(start(host, &ends));
                ends.reaches(4).await;
            }
        })
        .await;
    });
}

fn shut_down(started: Started) {
    started.system.block_on(started.system.shutdown(std::time::Duration::ZERO));
}

fn drop_elsewhere(started: Started) {
    thread::spawn(move || drop(started)).join().unwrap();
}

#[test]
fn threads_that_are_dropped_leave_nothing() {
    stays_flat_over(Host::MultiThread(2), drop);
}

#[test]
fn threads_that_are_shut_down_leave_nothing() {
    stays_flat_over(Host::MultiThread(2), shut_down);
}

#[test]
fn current_thread_systems_that_are_dropped_leave_nothing() {
    stays_flat_over(Host::CurrentThread, drop);
}

#[test]
fn current_thread_systems_dropped_elsewhere_leave_nothing() {
    stays_flat_over(Host::CurrentThread, drop_elsewhere);
}

#[test]
fn simulations_that_are_dropped_leave_nothing() {
    stays_flat_over(Host::Simulation(1), drop);
}

#[test]
fn systems_whose_tokio_runtime_ends_leave_nothing() {
    stays_flat_over(Host::Tokio(1), drop);
}

#[test]
fn systems_on_tokio_that_are_shut_down_leave_nothing() {
    stays_flat_over(Host::Tokio(1), shut_down);
}

#[test]
fn systems_whose_smol_executor_ends_leave_nothing() {
    stays_flat_over(Host::Smol(1), drop);
}

/// Returns the number of bytes that a system with `threads` threads has allocated once each of them runs.
fn bytes_of(threads: usize) -> usize {
    let before = live();
    let system = System::builder().threads(threads).build();
    let all_run = Arc::new(Barrier::new(threads));
    let tasks: Vec<_> = (0..threads)
        .map(|_| {
            let all_run = all_run.clone();
            system.spawn_task(async move {
                _ = all_run.wait();
            })
        })
        .collect();
    system.block_on(actor_core::future::join_all(tasks));
    let bytes = live() - before;
    system.block_on(system.shutdown(std::time::Duration::ZERO));
    bytes
}

#[test]
fn the_memory_of_a_system_is_proportional_to_the_number_of_its_threads() {
    guarded("bytes of threads", || {
        let _alone = alone();
        let (few, many) = (bytes_of(32), bytes_of(128));
        // Four times as many.
        assert!(many <= 5 * few, "{few} bytes for 32 threads, {many} bytes for 128");
    });
}

/// Its state stays on its thread.
#[actor(local)]
struct Local {
    _text: String,
}

#[actor(local)]
impl Local {}

#[test]
fn states_of_local_actors_that_end_leave_nothing() {
    guarded("local", || {
        let _alone = alone();
        let system = System::current_thread();
        system.block_on(async {
            stay_flat("local actors", crate::measure::ROUNDS, async |_| {
                let local = Local { _text: "state".repeat(10) }.spawn();
                local.stop();
                local.join().await;
            })
            .await;
        });
    });
}
