//! The hosts on which behaviors are tested, and the macro that creates a test of each behavior on
//! each host.

use crate::guarded;
#[cfg(not(target_family = "wasm"))]
use crate::runtime::{self, Runtime};
use actor_core::System;
#[cfg(not(target_family = "wasm"))]
use std::thread;
use std::time::Duration;

/// The time limit for the actors of a test to end.
const ENDING: Duration = Duration::from_secs(30);

/// A kind of system. WebAssembly has only those without threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host {
    /// This number of worker threads.
    #[cfg(not(target_family = "wasm"))]
    MultiThread(usize),
    /// Only the thread of the test.
    CurrentThread,
    /// A tokio runtime with this number of worker threads.
    #[cfg(not(target_family = "wasm"))]
    Tokio(usize),
    /// A current-thread tokio runtime.
    #[cfg(not(target_family = "wasm"))]
    TokioCurrent,
    /// A smol executor run by this number of threads.
    #[cfg(not(target_family = "wasm"))]
    Smol(usize),
    /// A simulation with this seed.
    Simulation(u64),
}

/// A system, and its external executor, if it has one; dropping this ends the executor.
#[derive(Debug)]
pub struct Started {
    /// The system.
    pub system: System,
    #[cfg(not(target_family = "wasm"))]
    pub(crate) runtime: Option<Runtime>,
}

impl Host {
    /// Starts a system of this kind, and its executor.
    ///
    /// # Panics
    /// If the operating system provides no thread.
    pub fn start(self) -> Started {
        match self {
            Host::CurrentThread => System::current_thread().into(),
            Host::Simulation(seed) => System::simulation(seed).into(),
            #[cfg(not(target_family = "wasm"))]
            Host::MultiThread(threads) => {
                System::builder().threads(threads).name("test").build().into()
            }
            #[cfg(not(target_family = "wasm"))]
            Host::Tokio(threads) => runtime::tokio_multi(threads),
            #[cfg(not(target_family = "wasm"))]
            Host::TokioCurrent => runtime::tokio_current(),
            #[cfg(not(target_family = "wasm"))]
            Host::Smol(threads) => runtime::smol(threads),
        }
    }
}

impl From<System> for Started {
    fn from(system: System) -> Self {
        Started {
            system,
            #[cfg(not(target_family = "wasm"))]
            runtime: None,
        }
    }
}

#[cfg(not(target_family = "wasm"))]
impl Started {
    /// Ends the executor of the system, in the middle of its work.
    pub fn end_runtime(&mut self) {
        drop(self.runtime.take());
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

/// Runs `behaviour` on every real host at the same time; fails if it fails on one of them.
///
/// # Panics
/// If the behavior fails on a host, or hangs there.
#[cfg(not(target_family = "wasm"))]
pub fn run_on_real_hosts_at_once(name: &'static str, behaviour: fn(&System)) {
    const REAL_HOSTS: [Host; 6] = [
        Host::MultiThread(2),
        Host::MultiThread(1),
        Host::CurrentThread,
        Host::Tokio(2),
        Host::TokioCurrent,
        Host::Smol(2),
    ];
    let run = |host| (host, thread::spawn(move || run_on(host, name, behaviour)));
    let runs = REAL_HOSTS.map(run);
    let outcomes = runs.map(|(host, run)| (host, run.join().is_err()));
    let failed: Vec<_> = outcomes.iter().filter(|(_, has_failed)| *has_failed).collect();
    assert!(failed.is_empty(), "{name} failed on {failed:?}");
}

/// Runs `behaviour` on the only real host.
#[cfg(target_family = "wasm")]
pub fn run_on_real_hosts_at_once(name: &'static str, behaviour: fn(&System)) {
    run_on(Host::CurrentThread, name, behaviour);
}

/// Creates a test of each `topic::behaviour`, a `fn(&System)`, on every host.
#[macro_export]
macro_rules! on_every_host {
    ($($topic:ident::$name:ident,)*) => {
        $crate::on_hosts_with_threads! { $($topic::$name,)* }
        $crate::on_host! { current_thread, $crate::Host::CurrentThread, $($topic::$name,)* }
        $crate::on_host! { simulation_1, $crate::Host::Simulation(1), $($topic::$name,)* }
        $crate::on_host! { simulation_2, $crate::Host::Simulation(2), $($topic::$name,)* }
    };
}

/// Like [`on_every_host!`], for behaviors that a simulation does not support: external threads,
/// sockets, and time that advances while an actor is busy. WebAssembly does not support them either.
#[cfg(not(target_family = "wasm"))]
#[macro_export]
macro_rules! on_real_hosts {
    ($($topic:ident::$name:ident,)*) => {
        $crate::on_hosts_with_threads! { $($topic::$name,)* }
        $crate::on_host! { current_thread, $crate::Host::CurrentThread, $($topic::$name,)* }
    };
}

#[cfg(target_family = "wasm")]
#[macro_export]
macro_rules! on_real_hosts {
    ($($topic:ident::$name:ident,)*) => {};
}

/// A new host is one more line here.
#[cfg(not(target_family = "wasm"))]
#[macro_export]
macro_rules! on_hosts_with_threads {
    ($($topic:ident::$name:ident,)*) => {
        $crate::on_host! { multi_thread_2, $crate::Host::MultiThread(2), $($topic::$name,)* }
        $crate::on_host! { multi_thread_1, $crate::Host::MultiThread(1), $($topic::$name,)* }
        $crate::on_host! { tokio_multi, $crate::Host::Tokio(2), $($topic::$name,)* }
        $crate::on_host! { tokio_current, $crate::Host::TokioCurrent, $($topic::$name,)* }
        $crate::on_host! { smol, $crate::Host::Smol(2), $($topic::$name,)* }
    };
}

#[cfg(target_family = "wasm")]
#[macro_export]
macro_rules! on_hosts_with_threads {
    ($($topic:ident::$name:ident,)*) => {};
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
