//! The simulator itself: the same seed gives the same run, bugs are found and reported in few steps; time,
//! the failures of a test, and the operations of its handle.

mod all_schedules;
mod bugs_found;
mod cost_per_step;
mod deadlines;
mod environment_variables;
mod fault_injection;
mod guard_classics;
mod guide_chapter;
mod handle;
mod hash_map_order;
mod nodes;
mod open_streams;
mod outside_events;
mod same_seed;
mod stalls;
mod starts_and_ends;
mod step_names;
mod supervision;
mod timers_race_work;
mod unobserved_failures;
mod virtual_time;
mod what_fails_a_test;

/// The report of a failing test.
fn said(test: impl FnOnce() + std::panic::UnwindSafe) -> String {
    let payload = std::panic::catch_unwind(test).expect_err("it fails");
    let text = payload.downcast_ref::<String>().cloned();
    text.or_else(|| payload.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .expect("a panic says something")
}
