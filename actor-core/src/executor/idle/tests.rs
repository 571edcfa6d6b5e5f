//! The ownership of the timers, and the end of the leader's watch.

use super::{Idle, MonitorDecision, ParkDecision};
use crate::executor::timers::Timers;
use crate::sync::Arc;
use crate::sync::atomic::{AtomicUsize, Ordering};
use std::task::Waker;
use std::time::{Duration, Instant};

#[test]
fn a_deadline_behind_the_watch_of_a_leader_that_left_raises_an_alarm() {
    let (alarms, now) = (Arc::new(AtomicUsize::new(0)), Instant::now());
    let raised = alarms.clone();
    let timers = Timers::new(now, move || {
        raised.fetch_add(1, Ordering::SeqCst);
    });
    let idle = Idle::new(3, timers);
    (0..2).for_each(|worker| idle.begin_park(worker, false));
    // One worker is up, so the leader watches it.
    let watch = now + Duration::from_millis(1);
    let decision = idle.park_decision(0, watch, None);
    assert!(matches!(decision, ParkDecision::Lead(Some(until)) if until == watch));
    idle.unpark_self(0);
    // The next leader does not know yet that it is the leader.
    let late = watch + Duration::from_secs(1);
    idle.timers().insert(late, Waker::noop().clone(), false);
    assert_eq!(alarms.load(Ordering::SeqCst), 1);
}

#[test]
fn a_deadline_behind_the_watch_of_the_only_parked_worker_that_was_woken_raises_an_alarm() {
    let (alarms, now) = (Arc::new(AtomicUsize::new(0)), Instant::now());
    let raised = alarms.clone();
    let timers = Timers::new(now, move || {
        raised.fetch_add(1, Ordering::SeqCst);
    });
    let idle = Idle::new(2, timers);
    idle.begin_park(0, false);
    let watch = now + Duration::from_millis(1);
    let decision = idle.park_decision(0, watch, None);
    assert!(matches!(decision, ParkDecision::Lead(Some(until)) if until == watch));
    assert_eq!(idle.monitor_decision(false), MonitorDecision::Park(None));
    idle.notify();
    // Neither a worker nor the monitor sleeps until that deadline.
    idle.timers().insert(watch + Duration::from_secs(1), Waker::noop().clone(), false);
    assert_eq!(alarms.load(Ordering::SeqCst), 1);
}

#[test]
fn a_leader_lingers_after_the_last_worker_has_parked() {
    let now = Instant::now();
    let (watch, linger) = (now + Duration::from_millis(1), now + Duration::from_millis(4));
    let idle = Idle::new(2, Timers::new(now, || {}));
    let next_check = |linger| match idle.park_decision(0, watch, linger) {
        ParkDecision::Lead(next_check) => next_check,
        _ => panic!("worker 0 is the leader"),
    };
    idle.begin_park(0, false);
    assert_eq!(next_check(Some(linger)), Some(watch), "the other worker is up");
    idle.begin_park(1, false);
    assert_eq!(next_check(Some(linger)), Some(linger));
    assert!(!idle.is_unwatched(), "a worker that gets up need not wake the leader");
    assert_eq!(next_check(None), None);
    assert!(idle.is_unwatched());
}

#[test]
fn the_only_worker_does_not_linger() {
    let now = Instant::now();
    let idle = Idle::new(1, Timers::new(now, || {}));
    idle.begin_park(0, false);
    assert!(matches!(idle.park_decision(0, now, Some(now)), ParkDecision::Lead(None)));
}

#[test]
fn at_most_half_of_the_workers_search_at_once() {
    let idle = Idle::new(6, Timers::new(Instant::now(), || {}));
    let begun = [(); 4].map(|()| idle.begin_search());
    assert_eq!(begun, [true, true, true, false]);
    assert_eq!([(); 3].map(|()| idle.end_search()), [false, false, true], "the last one is told");
}

#[test]
fn a_worker_that_is_up_alone_starts_the_watch_only_for_a_waiting_job() {
    let now = Instant::now();
    let idle = Idle::new(2, Timers::new(now, || {}));
    assert!(!idle.one_is_up());
    idle.begin_park(0, false);
    assert!(idle.one_is_up() && idle.is_unwatched());
    idle.watch_others(false);
    assert!(idle.is_unwatched());
    idle.watch_others(true);
    assert!(!idle.is_unwatched());
}

#[test]
fn the_monitor_watches_while_no_worker_is_parked() {
    let idle = Idle::new(2, Timers::new(Instant::now(), || {}));
    assert!(idle.is_unwatched());
    idle.watch();
    assert!(!idle.is_unwatched());
    // The first of two steps, before the monitor parks.
    assert_eq!(idle.monitor_decision(false), MonitorDecision::Check);
    assert!(idle.is_unwatched());
    assert_eq!(idle.monitor_decision(false), MonitorDecision::Park(None));
}
