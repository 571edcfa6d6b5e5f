//! Work arrives while workers and drivers are about to park. If a wake-up were lost, the thread
//! would sleep forever, which loom reports.

use super::model;
use crate::host::models::{a_driver_sleeps_until_rung, workers_sleep_until_notified};

#[test]
fn a_driver_that_falls_asleep_hears_the_bell() {
    model(a_driver_sleeps_until_rung);
}

#[test]
fn work_that_comes_while_a_worker_lies_down_is_found() {
    model(|| workers_sleep_until_notified(1));
}

#[test]
fn work_that_comes_while_two_workers_lie_down_is_found() {
    model(|| workers_sleep_until_notified(2));
}
