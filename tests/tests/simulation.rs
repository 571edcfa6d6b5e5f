//! The simulator itself: same seed same run, bugs found and told in few steps, time, what fails a test,
//! and what its handle can do.

#[path = "simulation/asked.rs"]
mod asked;
#[path = "simulation/bounds.rs"]
mod bounds;
#[path = "simulation/chapter.rs"]
mod chapter;
#[path = "simulation/explored.rs"]
mod explored;
#[path = "simulation/faults.rs"]
mod faults;
#[path = "simulation/found.rs"]
mod found;
#[path = "simulation/guards.rs"]
mod guards;
#[path = "simulation/handle.rs"]
mod handle;
#[path = "simulation/hashed.rs"]
mod hashed;
#[path = "simulation/outside.rs"]
mod outside;
#[path = "simulation/races.rs"]
mod races;
#[path = "simulation/same.rs"]
mod same;
#[path = "simulation/steps.rs"]
mod steps;
#[path = "simulation/supervision.rs"]
mod supervision;
#[path = "simulation/ticks.rs"]
mod ticks;
#[path = "simulation/time.rs"]
mod time;
#[path = "simulation/unobserved.rs"]
mod unobserved;
#[path = "simulation/verdict.rs"]
mod verdict;

/// The report of a failing test.
fn said(test: impl FnOnce() + std::panic::UnwindSafe) -> String {
    let payload = std::panic::catch_unwind(test).expect_err("it fails");
    let text = payload.downcast_ref::<String>().cloned();
    text.or_else(|| payload.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .expect("a panic says something")
}
