//! A tree three levels deep under load while its actors are failed and killed at random: nothing
//! hangs, nothing leaks, no good message is lost. In a binary of its own, since memory is counted.
//!
//! `SOAK_ROUNDS` sets the number of disturbances: 100 000 in release, fewer in debug.

mod heap;
mod load;
mod tree;

use std::time::Duration;

#[test]
fn a_tree_under_load_survives_kills_and_failures() {
    let usual = if cfg!(debug_assertions) { 3_000 } else { 100_000 };
    let rounds = std::env::var("SOAK_ROUNDS").ok().and_then(|text| text.parse().ok());
    let limit = Duration::from_secs(600);
    tests::guarded_for("soak", limit, move || load::soak(rounds.unwrap_or(usual)));
}
