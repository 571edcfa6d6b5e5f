//! The cost of an idle actor that has handled one message: resident memory and creation time.

use crate::framework::Framework;
use std::time::Instant;

/// Creates this number of actors and prints bytes and nanoseconds per actor.
pub(crate) async fn measure<F: Framework>(actors: usize) {
    // One-time costs of the first actors do not count.
    let first = F::counter().await;
    F::call(&first, 0).await;
    let mut counters = Vec::with_capacity(actors);
    // Touched now, so that the memory of the addresses does not count.
    counters.resize(actors, None);
    let (before, began) = (resident(), Instant::now());
    for place in &mut counters {
        let counter = F::counter().await;
        F::call(&counter, 0).await;
        *place = Some(counter);
    }
    let nanos = began.elapsed().as_nanos() as f64 / actors as f64;
    let bytes = resident().saturating_sub(before) as f64 / actors as f64;
    println!("bytes={bytes} ns={nanos}");
    // Released by the operating system.
    std::process::exit(0);
}

/// The resident bytes of this process.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<usize>().ok());
    kilobytes.unwrap_or(0) * 1024
}
