//! The hosts on which behaviors are tested, and the macro that creates a test of each behavior on
//! each host.

use crate::{Gate, guarded};
use actor_core::System;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// The time limit for the actors of a test to end.
const ENDING: Duration = Duration::from_secs(30);

/// A kind of system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host {
    /// This number of worker threads.
    MultiThread(usize),
    /// Only the thread of the test.
    CurrentThread,
    /// A tokio runtime with this number of worker threads.
    Tokio(usize),
    /// A current-thread tokio runtime.
    TokioCurrent,
    /// A smol executor run by this number of threads.
    Smol(usize),
    /// A simulation with this seed.
    Simulation(u64),
}

/// A system, and its external executor, if it has one; dropping this ends the executor.
#[derive(Debug)]
pub struct Started {
    /// The system.
    pub system: System,
    runtime: Option<Runtime>,
}

#[derive(Debug)]
enum Runtime {
    Tokio { _runtime: tokio::runtime::Runtime },
    Threads { over: Gate, threads: Vec<thread::JoinHandle<()>> },
}

impl Host {
    /// Starts a system of this kind, and its executor.
    ///
    /// # Panics
    /// If the operating system provides no thread.
    pub fn start(self) -> Started {
        let (system, runtime) = match self {
            Host::MultiThread(threads) => {
                (System::builder().threads(threads).name("test").build(), None)
            }
            Host::CurrentThread => (System::current_thread(), None),
            Host::Simulation(seed) => (System::simulation(seed), None),
            Host::Tokio(threads) => {
                let mut builder = tokio::runtime::Builder::new_multi_thread();
                let runtime = builder.worker_threads(threads).enable_all().build();
                let runtime = runtime.expect("a runtime starts");
                let system = System::tokio(runtime.handle().clone());
                (system, Some(Runtime::Tokio { _runtime: runtime }))
            }
            Host::TokioCurrent => {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                let runtime = Arc::new(runtime.expect("a runtime starts"));
                let system = System::tokio(runtime.handle().clone());
                (system, Some(run(1, move |over: Gate| runtime.block_on(over.pass()))))
            }
            Host::Smol(threads) => {
                let executor = Arc::new(smol::Executor::new());
                let system = System::smol(executor.clone());
                let body = move |over: Gate| smol::block_on(executor.run(over.pass()));
                (system, Some(run(threads, body)))
            }
        };
        Started { system, runtime }
    }
}

/// Runs `body` on this number of threads until the gate opens.
fn run(threads: usize, body: impl Fn(Gate) + Clone + Send + 'static) -> Runtime {
    let over = Gate::new();
    let thread = |_| {
        let (over, body) = (over.clone(), body.clone());
        thread::spawn(move || body(over))
    };
    let threads = (0..threads).map(thread).collect();
    Runtime::Threads { over, threads }
}

impl Started {
    /// Ends the executor of the system, in the middle of its work.
    pub fn end_runtime(&mut self) {
        drop(self.runtime.take());
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        if let Runtime::Threads { over, threads } = self {
            over.open();
            for thread in threads.drain(..) {
                // The test notices a panic by its missing effect.
                let _ = thread.join();
            }
        }
    }
}

/// Runs `behaviour` with a new system on a separate thread, then shuts the system down; fails if it
/// panics, hangs, or leaves behind an actor that does not end when it is stopped.
pub fn run_on(host: Host, name: &'static str, behaviour: fn(&System)) {
    guarded(&format!("{name} on {host:?}"), move || {
        let started = host.start();
        let system = &started.system;
        behaviour(system);
        let report = system.block_on(system.shutdown(ENDING));
        assert!(report.is_clean(), "{name} on {host:?} left something behind: {report}");
    });
}

/// The hosts that are not simulations.
const REAL_HOSTS: [Host; 6] = [
    Host::MultiThread(2),
    Host::MultiThread(1),
    Host::CurrentThread,
    Host::Tokio(2),
    Host::TokioCurrent,
    Host::Smol(2),
];

/// Runs `behaviour` on every real host at the same time; fails if it fails on one of them.
///
/// # Panics
/// If the behavior fails on a host, or hangs there.
pub fn run_on_real_hosts_at_once(name: &'static str, behaviour: fn(&System)) {
    let run = |host| (host, thread::spawn(move || run_on(host, name, behaviour)));
    let runs = REAL_HOSTS.map(run);
    let outcomes = runs.map(|(host, run)| (host, run.join().is_err()));
    let failed: Vec<_> = outcomes.iter().filter(|(_, has_failed)| *has_failed).collect();
    assert!(failed.is_empty(), "{name} failed on {failed:?}");
}

/// Creates a test of each `topic::behaviour`, a `fn(&System)`, on every host. A new host is one
/// more line here.
#[macro_export]
macro_rules! on_every_host {
    ($($topic:ident::$name:ident,)*) => {
        $crate::on_real_hosts! { $($topic::$name,)* }
        $crate::on_host! { simulation_1, $crate::Host::Simulation(1), $($topic::$name,)* }
        $crate::on_host! { simulation_2, $crate::Host::Simulation(2), $($topic::$name,)* }
    };
}

/// Like [`on_every_host!`], for behaviors that a simulation does not support: external threads,
/// sockets, and time that advances while an actor is busy.
#[macro_export]
macro_rules! on_real_hosts {
    ($($topic:ident::$name:ident,)*) => {
        $crate::on_host! { multi_thread_2, $crate::Host::MultiThread(2), $($topic::$name,)* }
        $crate::on_host! { multi_thread_1, $crate::Host::MultiThread(1), $($topic::$name,)* }
        $crate::on_host! { current_thread, $crate::Host::CurrentThread, $($topic::$name,)* }
        $crate::on_host! { tokio_multi, $crate::Host::Tokio(2), $($topic::$name,)* }
        $crate::on_host! { tokio_current, $crate::Host::TokioCurrent, $($topic::$name,)* }
        $crate::on_host! { smol, $crate::Host::Smol(2), $($topic::$name,)* }
    };
}

/// Like [`on_every_host!`], for behaviors that mostly wait for time to pass: a single test runs on all
/// real hosts at the same time.
#[macro_export]
macro_rules! on_every_host_at_once {
    ($($topic:ident::$name:ident,)*) => {
        mod real_hosts_at_once {
            $(
                #[test]
                fn $name() {
                    $crate::run_on_real_hosts_at_once(stringify!($name), super::$topic::$name);
                }
            )*
        }
        $crate::on_host! {
            simulation_1_at_once, $crate::Host::Simulation(1), $($topic::$name,)*
        }
        $crate::on_host! {
            simulation_2_at_once, $crate::Host::Simulation(2), $($topic::$name,)*
        }
    };
}

/// Creates a module of tests of each `topic::behaviour` on one host.
#[macro_export]
macro_rules! on_host {
    ($module:ident, $host:expr, $($topic:ident::$name:ident,)*) => {
        mod $module {
            $(
                #[test]
                fn $name() {
                    $crate::run_on($host, stringify!($name), super::$topic::$name);
                }
            )*
        }
    };
}
