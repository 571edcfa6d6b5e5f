//! Work arrives while workers and drivers are about to park. If a wake-up were lost, the thread
//! would sleep forever, which loom reports.

use super::model;
use crate::executor::models::{
    a_batch_is_watched_while_the_other_worker_is_parked, a_driver_is_parked_until_woken,
    a_job_that_the_monitor_moves_is_found, a_late_cancellation_keeps_the_later_timer,
    a_monitor_parks_until_a_deadline, a_monitor_that_parks_moves_a_timer,
    a_monitor_that_parks_sees_new_jobs, a_timer_that_is_moved_is_cancelled,
    a_worker_that_becomes_the_leader_moves_a_timer, workers_are_parked_until_notified,
};

#[test]
fn a_driver_woken_while_it_parks_continues() {
    model(a_driver_is_parked_until_woken);
}

#[test]
fn a_job_injected_while_a_worker_parks_is_found() {
    model(|| workers_are_parked_until_notified(1));
}

#[test]
fn jobs_injected_while_two_workers_park_are_found() {
    model(|| workers_are_parked_until_notified(2));
}

#[test]
fn a_batch_taken_while_the_other_worker_is_parked_is_watched() {
    model(|| a_batch_is_watched_while_the_other_worker_is_parked(false));
}

#[test]
fn a_batch_taken_while_the_leader_lingers_is_watched() {
    model(|| a_batch_is_watched_while_the_other_worker_is_parked(true));
}

#[test]
fn a_job_injected_while_the_monitor_parks_is_seen() {
    model(|| a_monitor_that_parks_sees_new_jobs(true));
}

#[test]
fn a_job_behind_a_blocked_worker_while_the_monitor_parks_is_seen() {
    model(|| a_monitor_that_parks_sees_new_jobs(false));
}

#[test]
fn a_deadline_inserted_while_the_monitor_parks_wakes_it() {
    model(|| a_monitor_parks_until_a_deadline(false));
}

#[test]
fn a_deadline_inserted_while_the_last_worker_is_unparked_wakes_the_monitor() {
    model(|| a_monitor_parks_until_a_deadline(true));
}

#[test]
fn a_job_moved_from_behind_a_blocked_worker_while_the_other_parks_is_found() {
    model(a_job_that_the_monitor_moves_is_found);
}

#[test]
fn a_timer_that_is_moved_while_its_worker_cancels_it_is_gone() {
    model(|| a_timer_that_is_moved_is_cancelled(true));
}

#[test]
fn a_timer_that_is_moved_while_another_thread_cancels_it_is_gone() {
    model(|| a_timer_that_is_moved_is_cancelled(false));
}

#[test]
fn a_late_cancellation_keeps_the_later_timer_of_the_slot() {
    model(|| a_late_cancellation_keeps_the_later_timer(true));
}

#[test]
fn a_late_cancellation_while_the_worker_cancels_the_later_timer_leaves_none() {
    model(|| a_late_cancellation_keeps_the_later_timer(false));
}

#[test]
fn a_timer_of_a_blocked_worker_is_moved_while_the_monitor_parks() {
    model(|| a_monitor_that_parks_moves_a_timer(1));
    model(|| a_monitor_that_parks_moves_a_timer(2));
}

#[test]
fn a_timer_of_a_blocked_worker_is_moved_while_the_other_worker_parks() {
    model(a_worker_that_becomes_the_leader_moves_a_timer);
}
