//! The part of a worker that other workers read.

use super::*;
use crate::executor::worker::{WorkerRemote, preempt_epoch, request_preemption};

#[test]
fn work_is_worth_a_wake_up_by_the_number_of_jobs_and_their_mean() {
    let (remote, queues) = WorkerRemote::new();
    assert!(!remote.is_worth_stealing(0));
    assert!(remote.is_worth_stealing(1), "as long as the mean is unknown");
    queues.queue.push(job(|| {}));
    assert!(remote.is_queue_worth_stealing());
    remote.measure(10, Duration::from_micros(10), true);
    assert!(!remote.is_worth_stealing(29));
    assert!(remote.is_worth_stealing(30));
    assert!(!remote.is_queue_worth_stealing());
}

#[test]
fn the_mean_of_jobs_grows_slowly_while_other_workers_are_up() {
    let (remote, _queues) = WorkerRemote::new();
    remote.measure(1, Duration::ZERO, true);
    remote.measure(1, Duration::from_secs(1), false);
    assert!(!remote.is_worth_stealing(29_999), "the mean is one nanosecond");
    assert!(remote.is_worth_stealing(30_000));
    remote.measure(1, Duration::from_secs(1), true);
    assert!(remote.is_worth_stealing(1));
}

#[test]
fn a_worker_with_a_job_in_either_place_is_not_empty() {
    let (remote, queues) = WorkerRemote::new();
    assert!(remote.is_empty());
    queues.queue.push(job(|| {}));
    assert!(!remote.is_empty());
    assert!(queues.queue.pop().is_some() && remote.is_empty());
    assert!(queues.lifo_slot.put(job(|| {})).is_ok());
    assert!(!remote.is_empty());
    assert!(remote.steal_one().is_some() && remote.is_empty());
}

#[test]
fn started_jobs_are_visible_to_other_workers() {
    let (remote, _queues) = WorkerRemote::new();
    assert_eq!(remote.started_jobs(), 0);
    remote.set_started_jobs(7);
    assert_eq!(remote.started_jobs(), 7);
}

#[test]
fn a_request_for_preemption_begins_an_epoch() {
    let before = preempt_epoch();
    request_preemption();
    assert_ne!(preempt_epoch(), before);
}
