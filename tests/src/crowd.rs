//! Whether a cost is linear in the number of its causes.

use crate::{guarded_for, sized};
use std::time::Duration;

/// The limit for one run of a size, as a multiple of ten runs of a tenth: a logarithm and cache effects
/// on a busy machine, and far less than quadratic growth, which is a factor of ten.
const MOST: u32 = 3;

/// The shortest time that is compared.
const LEAST: Duration = Duration::from_millis(200);

/// The time limit, which only a hang exceeds: with forty other threads on two cores, the largest size has taken
/// more than ten minutes.
const LIMIT: Duration = Duration::from_secs(3600);

/// Runs `cost` for 300, 3 000 and 30 000, or in full for 1 000, 10 000 and 100 000, and fails if a size
/// costs more than three times as much as ten runs of a tenth: these take as long, so a busy machine
/// interrupts them as often. One of up to three comparisons has to hold, because other work may disturb
/// one of them.
///
/// # Panics
/// If it grows faster than that, or hangs.
pub fn assert_grows_evenly(what: &str, cost: impl Fn(usize) -> Duration + Send + 'static) {
    let name = what.to_owned();
    guarded_for(what, LIMIT, move || {
        let most = sized(30_000, 100_000);
        for crowd in [most / 10, most] {
            let mut compared = Vec::new();
            let is_even = (0..3).any(|_| {
                let tenths: Duration = (0..10).map(|_| cost(crowd / 10)).sum();
                let whole = cost(crowd);
                compared.push((tenths, whole));
                whole <= tenths.max(LEAST) * MOST
            });
            assert!(is_even, "{name}: times of ten tenths and of {crowd}: {compared:?}");
        }
    });
}
