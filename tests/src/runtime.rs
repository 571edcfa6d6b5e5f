//! The external executors of the hosts: tokio runtimes, and smol executors with their threads.

use crate::{Gate, Started};
use actor_core::System;
use std::sync::Arc;
use std::thread;

/// An external executor. Dropping it ends the executor.
#[derive(Debug)]
pub(crate) enum Runtime {
    Tokio { _runtime: tokio::runtime::Runtime },
    Threads { over: Gate, threads: Vec<thread::JoinHandle<()>> },
}

pub(crate) fn tokio_multi(threads: usize) -> Started {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.worker_threads(threads).enable_all().build();
    let runtime = runtime.expect("a runtime starts");
    let system = System::tokio(runtime.handle().clone());
    Started { system, runtime: Some(Runtime::Tokio { _runtime: runtime }) }
}

pub(crate) fn tokio_current() -> Started {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = Arc::new(runtime.expect("a runtime starts"));
    let system = System::tokio(runtime.handle().clone());
    Started { system, runtime: Some(run(1, move |over: Gate| runtime.block_on(over.pass()))) }
}

pub(crate) fn smol(threads: usize) -> Started {
    let executor = Arc::new(smol::Executor::new());
    let system = System::smol(executor.clone());
    let body = move |over: Gate| smol::block_on(executor.run(over.pass()));
    Started { system, runtime: Some(run(threads, body)) }
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
