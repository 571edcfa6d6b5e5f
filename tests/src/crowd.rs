//! Whether a cost is linear in the number of its causes.

use crate::guarded_for;
use std::time::Duration;

/// The sizes: each is ten times the previous one.
const CROWDS: [usize; 3] = [1_000, 10_000, 100_000];

/// The limit for a tenfold size: a factor of ten, plus a logarithm and cache effects on a busy
/// machine, and far less than quadratic growth.
const MOST: u32 = 30;

/// The shortest time that is compared.
const LEAST: Duration = Duration::from_millis(20);

/// The time limit: the largest sizes take long on a slow and busy machine.
const LIMIT: Duration = Duration::from_secs(600);

/// Runs `cost` for 1 000, 10 000 and 100 000, and fails if a tenfold size costs more than thirty
/// times as much. Each is the best of up to three runs, because other work may disturb one of them.
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
