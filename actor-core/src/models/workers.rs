//! Work arrives while workers and drivers are about to park. If a wake-up were lost, the thread
//! would sleep forever, which loom reports.

use super::model;
use crate::executor::models::{
    a_batch_is_watched_while_the_other_worker_is_parked, a_driver_is_parked_until_woken,
    a_job_that_the_monitor_moves_is_found, a_monitor_sleeps_for_a_deadline,
    a_monitor_that_pauses_sees_what_comes, workers_sleep_until_notified,
};

#[test]
fn a_driver_that_falls_asleep_hears_the_bell() {
    model(a_driver_is_parked_until_woken);
}

#[test]
fn work_that_comes_while_a_worker_lies_down_is_found() {
    model(|| workers_sleep_until_notified(1));
}

#[test]
fn work_that_comes_while_two_workers_lie_down_is_found() {
    model(|| workers_sleep_until_notified(2));
}

#[test]
fn a_batch_taken_while_the_other_worker_is_parked_is_watched() {
    model(a_batch_is_watched_while_the_other_worker_is_parked);
}

#[test]
fn a_job_injected_while_the_monitor_turns_to_pause_is_seen() {
    model(|| a_monitor_that_pauses_sees_what_comes(true));
}

#[test]
fn a_job_behind_a_blocked_worker_while_the_monitor_turns_to_pause_is_seen() {
    model(|| a_monitor_that_pauses_sees_what_comes(false));
}

#[test]
fn a_deadline_that_comes_while_the_monitor_turns_to_pause_is_slept_for() {
    model(|| a_monitor_sleeps_for_a_deadline(false));
}

#[test]
fn a_deadline_that_comes_while_the_last_worker_gets_up_is_slept_for() {
    model(|| a_monitor_sleeps_for_a_deadline(true));
}

#[test]
fn a_job_moved_from_behind_a_blocked_worker_while_the_other_turns_to_park_is_found() {
    model(a_job_that_the_monitor_moves_is_found);
}
