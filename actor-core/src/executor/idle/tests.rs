//! The ownership of the timers: no matter what happens to the leader, an insertion reaches a sleeping thread.

use super::{Idle, ParkDecision};
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
    let decision = idle.park_decision(0, watch);
    assert!(matches!(decision, ParkDecision::Lead(Some(until)) if until == watch));
    idle.unpark_self(0);
    // The next leader does not know yet that it is the leader.
    let late = watch + Duration::from_secs(1);
    idle.timers().insert(late, Waker::noop().clone(), false);
    assert_eq!(alarms.load(Ordering::SeqCst), 1);
}
