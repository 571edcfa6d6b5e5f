//! What an idle actor costs that has had one message: resident memory and the time to make it.

use crate::framework::Framework;
use std::time::Instant;

/// Makes so many actors and prints bytes and nanoseconds an actor.
pub(crate) async fn measure<F: Framework>(actors: usize) {
    // What the first actors cost once is not theirs.
    let first = F::counter().await;
    F::call(&first, 0).await;
    let mut counters = Vec::with_capacity(actors);
    // Touched now, so that the addresses' own place is not counted.
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
    // All at once, by the operating system.
    std::process::exit(0);
}

/// The resident bytes of this process.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<usize>().ok());
    kilobytes.unwrap_or(0) * 1024
}
