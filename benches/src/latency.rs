//! The latency of a call while other work competes for the workers.

use crate::framework::Framework;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// The competing work.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Disturbance {
    /// Two producers flood another actor, whose handler takes about a microsecond.
    Flood,
    /// Twice as many threads as there are cores compute.
    Crowd,
}

/// Calls one actor repeatedly for `limit`, and prints the quantiles of the latency.
pub(crate) async fn measure<F: Framework>(disturbance: Disturbance, limit: Duration) {
    let over = Arc::new(AtomicBool::new(false));
    match disturbance {
        Disturbance::Flood => {
            let flooded = F::counter().await;
            for _ in 0..2 {
                let (flooded, over) = (flooded.clone(), over.clone());
                F::task(async move {
                    while !over.load(Ordering::Relaxed) {
                        // The call slows down frameworks without bounds.
                        for _ in 0..256 {
                            F::send(&flooded, 500).await;
                        }
                        F::call(&flooded, 0).await;
                    }
                });
            }
        }
        Disturbance::Crowd => {
            let cores = thread::available_parallelism().map_or(1, std::num::NonZero::get);
            for _ in 0..2 * cores {
                let over = over.clone();
                thread::spawn(move || {
                    while !over.load(Ordering::Relaxed) {
                        crate::spin(1000);
                    }
                });
            }
        }
    }
    let counter = F::counter().await;
    let mut took = Vec::new();
    let began = Instant::now();
    while began.elapsed() < limit {
        let asked = Instant::now();
        F::call(&counter, 0).await;
        took.push(asked.elapsed().as_nanos() as u64);
    }
    over.store(true, Ordering::Relaxed);
    print(took);
}

/// The handlers that keep the workers busy take about a millisecond.
const MILLISECOND: u64 = 500_000;

/// Sleeps again and again for `limit` while four actors keep all workers busy, and prints the quantiles of how
/// late the timer was.
pub(crate) async fn measure_timer<F: Framework>(limit: Duration) {
    let over = Arc::new(AtomicBool::new(false));
    for _ in 0..4 {
        let (busy, over) = (F::counter().await, over.clone());
        F::task(async move {
            while !over.load(Ordering::Relaxed) {
                for _ in 0..16 {
                    F::send(&busy, MILLISECOND).await;
                }
                F::call(&busy, 0).await;
            }
        });
    }
    let pause = Duration::from_millis(2);
    let mut late = Vec::new();
    let began = Instant::now();
    while began.elapsed() < limit {
        let asked = Instant::now();
        F::sleep(pause).await;
        late.push(asked.elapsed().saturating_sub(pause).as_nanos() as u64);
    }
    over.store(true, Ordering::Relaxed);
    print(late);
}

/// Prints the quantiles, and ends the process without waiting for what runs.
fn print(mut took: Vec<u64>) {
    took.sort_unstable();
    let quantile = |part: f64| took[((took.len() - 1) as f64 * part) as usize];
    println!("p50={} p99={} p999={}", quantile(0.5), quantile(0.99), quantile(0.999));
    std::process::exit(0);
}
