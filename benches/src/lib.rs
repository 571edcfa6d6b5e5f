//! One set of workloads, run by each framework in a separate binary with the same command line.
//! `compare` combines the measurements of the binaries.

mod allocations;
mod command;
mod framework;
mod latency;
mod load;
mod memory;
mod workloads;

pub mod by_hand;
pub mod ours;
pub mod savina;

pub use command::run;
pub use framework::{Done, Framework, spin};

/// Runs `main` as a task of a tokio runtime, for all frameworks that run on tokio.
pub fn tokio(workers: usize, main: impl Future<Output = ()> + Send + 'static) {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.worker_threads(workers).enable_all().build().expect("tokio starts");
    runtime.block_on(async { tokio::spawn(main).await.expect("no workload panics") });
}
