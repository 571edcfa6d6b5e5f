//! Timing of a workload: set up once, warmed up, then run in chunks until the time limit.

use crate::allocations;
use crate::framework::Framework;
use rustix::time::{ClockId, clock_gettime};
use std::time::{Duration, Instant};

/// One workload.
pub(crate) trait Load<F: Framework>: Sized + Send + 'static {
    /// The number of operations between two reads of the clock.
    const CHUNK: u64;
    fn set_up() -> impl Future<Output = Self> + Send;
    /// Runs at least `operations`, and waits until all have completed; returns their number.
    fn run(&mut self, operations: u64) -> impl Future<Output = u64> + Send;
}

/// The duration of a workload.
#[derive(Clone, Copy)]
pub(crate) enum Budget {
    Time(Duration),
    /// For counting instructions: exactly this number of operations, without warm-up.
    Operations(u64),
}

/// Measures one workload and prints the result.
pub(crate) async fn measure<F: Framework, L: Load<F>>(budget: Budget) {
    let mut load = L::set_up().await;
    let limit = match budget {
        Budget::Operations(operations) => {
            load.run(operations).await;
            println!("ops={operations}");
            return;
        }
        Budget::Time(limit) => limit,
    };
    load.run(L::CHUNK).await;
    let (allocated, busy, began) = (allocations::total(), cpu_time(), Instant::now());
    let mut done = 0;
    while began.elapsed() < limit {
        done += load.run(L::CHUNK).await;
    }
    let nanos = began.elapsed().as_nanos() as f64 / done as f64;
    let cpu = (cpu_time() - busy).as_nanos() as f64 / done as f64;
    let allocations = (allocations::total() - allocated) as f64 / done as f64;
    println!("ns={nanos} cpu={cpu} allocations={allocations}");
}

/// The time that all threads of this process have computed, in user mode and in the kernel.
fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::try_from(time).unwrap_or_default()
}
