//! Whether a cost grows evenly with the number of those that cause it.

use crate::guarded_for;
use std::time::Duration;

/// The crowds: each is ten times the one before.
const CROWDS: [usize; 3] = [1_000, 10_000, 100_000];

/// How much more a tenfold crowd may cost: ten times as much, what a logarithm and the caches of a busy
/// machine add to that, and far less than a square.
const MOST: u32 = 30;

/// What is too short to be compared.
const LEAST: Duration = Duration::from_millis(20);

/// The largest crowds take long on a slow and busy machine.
const LIMIT: Duration = Duration::from_secs(600);

/// Runs `cost` for 1 000, 10 000 and 100 000, and fails if a tenfold crowd costs more than thirty
/// times as much. Each is the best of up to three runs, since other work disturbs the time of one.
///
/// # Panics
/// If it grows faster than that, or hangs.
pub fn assert_grows_evenly(what: &str, cost: impl Fn(usize) -> Duration + Send + 'static) {
    let name = what.to_owned();
    guarded_for(what, LIMIT, move || {
        let mut before = cost(CROWDS[0]).max(LEAST);
        for crowd in &CROWDS[1..] {
            let most = before * MOST;
            let mut best = cost(*crowd);
            for _ in 1..3 {
                if best > most {
                    best = best.min(cost(*crowd));
                }
            }
            assert!(best <= most, "{name}: {best:?} for {crowd}, {before:?} for a tenth of it");
            before = best.max(LEAST);
        }
    });
}
