//! The executors' part of the loom models in `crate::models`: the parts that only this module
//! can access.

use super::idle::{Idle, MonitorDecision, ParkDecision};
use super::parker::Parker;
use super::timer_slots::{OwnTimerSlots, SeenTimers, TimerSlots};
use super::timers::{TimerKey, Timers};
use crate::sync::atomic::{AtomicUsize, Ordering, fence};
use crate::sync::thread::{self, Thread};
use crate::sync::{Arc, Mutex, Weak};
use std::task::Waker;
use std::time::Instant;

/// Checks that the owner of the parker stays parked until another thread has woken the future.
pub(crate) fn a_driver_is_parked_until_woken() {
    let parker = Parker::new();
    assert!(parker.take_woken(), "the first poll needs no wake");
    let waker = Waker::from(parker.clone());
    let other = loom::thread::spawn(move || waker.wake());
    while !parker.take_woken() {
        parker.park(None, || false);
    }
    other.join().expect("it does not panic");
}

/// Checks that each of `workers` is parked until it has found a job. There is one job for each of
/// them; the jobs arrive while the workers park.
pub(crate) fn workers_are_parked_until_notified(workers: usize) {
    let idle = Arc::new(Idle::new(workers, Timers::new(Instant::now(), || {})));
    let injected = Arc::new(AtomicUsize::new(0));
    let threads: Vec<_> = (0..workers)
        .map(|me| {
            let (idle, injected) = (idle.clone(), injected.clone());
            loom::thread::spawn(move || find_one(&idle, &injected, me))
        })
        .collect();
    for _ in 0..workers {
        injected.fetch_add(1, Ordering::SeqCst);
        // As in `MultiThread::inject`.
        idle.publish_injected();
        idle.notify();
    }
    threads.into_iter().for_each(|thread| thread.join().expect("it does not panic"));
}

/// Runs the steps of `Worker::search_or_park` and `Worker::park`, with a counter instead of the
/// injector.
fn find_one(idle: &Idle, injected: &AtomicUsize, me: usize) {
    let take = || {
        let less = |jobs: usize| jobs.checked_sub(1);
        injected.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less).is_ok()
    };
    let has_work = || injected.load(Ordering::SeqCst) > 0;
    idle.register(me);
    let mut searching = false;
    loop {
        if take() {
            break;
        }
        idle.begin_park(me, std::mem::replace(&mut searching, true));
        if has_work() {
            idle.unpark_self(me);
            continue;
        }
        while !matches!(idle.park_decision(me, Instant::now(), None), ParkDecision::Unparked) {
            thread::park();
        }
    }
    if searching && idle.end_search() && has_work() {
        idle.notify();
    }
}

/// The jobs behind a blocked one, and the thread to unpark when another thread has run them.
#[derive(Default)]
struct Behind {
    /// The number of jobs in the queue of the blocked worker.
    waiting: AtomicUsize,
    /// The blocked worker, which continues when no job waits.
    blocked: Mutex<Option<Thread>>,
}

impl Behind {
    fn take(&self) -> bool {
        let less = |jobs: usize| jobs.checked_sub(1);
        let took = self.waiting.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less).is_ok();
        if took && let Some(blocked) = &*self.blocked.lock() {
            blocked.unpark();
        }
        took
    }

    /// Runs a job that ends only when another thread has taken the jobs behind it.
    fn block(&self) {
        while self.waiting.load(Ordering::SeqCst) > 0 {
            thread::park();
        }
    }
}

/// Two workers park while two jobs are injected. One worker takes both at once, and its first job
/// blocks until the second has run. The other worker must therefore take the second job. If it is the
/// leader, and `lingers`, it watches although no worker is up, and stops at its next check.
pub(crate) fn a_batch_is_watched_while_the_other_worker_is_parked(lingers: bool) {
    let idle = Arc::new(Idle::new(2, Timers::new(Instant::now(), || {})));
    let (injected, behind) = (Arc::new(AtomicUsize::new(0)), Arc::new(Behind::default()));
    let threads = [0, 1].map(|me| {
        let (idle, injected, behind) = (idle.clone(), injected.clone(), behind.clone());
        loom::thread::spawn(move || share_a_batch(&idle, &injected, &behind, me, lingers))
    });
    injected.fetch_add(2, Ordering::SeqCst);
    idle.publish_injected();
    idle.notify_injected();
    threads.into_iter().for_each(|thread| thread.join().expect("it does not panic"));
}

/// Runs the steps of `Worker::search_or_park` and `Worker::park`. No time passes in a model: a
/// check that is due later is made at once.
fn share_a_batch(idle: &Idle, injected: &AtomicUsize, behind: &Behind, me: usize, lingers: bool) {
    idle.register(me);
    let mut searching = false;
    loop {
        let both = |jobs: usize| jobs.checked_sub(2);
        if injected.fetch_update(Ordering::SeqCst, Ordering::SeqCst, both).is_ok() {
            *behind.blocked.lock() = Some(thread::current());
            behind.waiting.store(1, Ordering::SeqCst);
            if searching {
                idle.end_search();
            }
            idle.watch_others(true);
            return behind.block();
        }
        idle.begin_park(me, std::mem::replace(&mut searching, true));
        if injected.load(Ordering::SeqCst) > 0 {
            idle.unpark_self(me);
            continue;
        }
        let mut linger = lingers.then(Instant::now);
        loop {
            match idle.park_decision(me, Instant::now(), linger.take()) {
                ParkDecision::Unparked => break,
                ParkDecision::Park | ParkDecision::Lead(None) => thread::park(),
                ParkDecision::Lead(Some(_)) if behind.take() => return idle.unpark_self(me),
                ParkDecision::Lead(Some(_)) => loom::thread::yield_now(),
            }
        }
    }
}

/// One of two workers is blocked. The monitor moves the job behind it to the injector while the
/// other worker parks. That worker must take the job, from one of the two places.
pub(crate) fn a_job_that_the_monitor_moves_is_found() {
    let idle = Arc::new(Idle::new(2, Timers::new(Instant::now(), || {})));
    let (injected, behind) = (Arc::new(AtomicUsize::new(0)), Arc::new(Behind::default()));
    behind.waiting.store(1, Ordering::SeqCst);
    let worker = {
        let (idle, injected, behind) = (idle.clone(), injected.clone(), behind.clone());
        loom::thread::spawn(move || take_moved(&idle, &injected, &behind, 1))
    };
    // As in `monitor::check` and `MultiThread::inject`.
    if idle.all_are_up() && behind.take() {
        injected.fetch_add(1, Ordering::SeqCst);
        idle.publish_injected();
        idle.notify_injected();
    }
    worker.join().expect("it does not panic");
}

/// Runs the steps of `Worker::search_or_park` and `Worker::park` until a job is found.
fn take_moved(idle: &Idle, injected: &AtomicUsize, behind: &Behind, me: usize) {
    idle.register(me);
    let mut searching = false;
    loop {
        let less = |jobs: usize| jobs.checked_sub(1);
        if injected.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less).is_ok() {
            return;
        }
        idle.begin_park(me, std::mem::replace(&mut searching, true));
        if injected.load(Ordering::SeqCst) > 0 {
            idle.unpark_self(me);
            continue;
        }
        loop {
            match idle.park_decision(me, Instant::now(), None) {
                ParkDecision::Unparked => break,
                ParkDecision::Park | ParkDecision::Lead(None) => thread::park(),
                ParkDecision::Lead(Some(_)) if behind.take() => return idle.unpark_self(me),
                ParkDecision::Lead(Some(_)) => loom::thread::yield_now(),
            }
        }
    }
}

/// Checks that a monitor that becomes inactive sees a job that is injected at the same time, or
/// queued behind a blocked worker, while all workers are up.
pub(crate) fn a_monitor_that_parks_sees_new_jobs(from_outside: bool) {
    let idle = Arc::new(Idle::new(2, Timers::new(Instant::now(), || {})));
    let behind = Arc::new(Behind::default());
    *behind.blocked.lock() = Some(thread::current());
    let monitor = {
        let (idle, behind) = (idle.clone(), behind.clone());
        loom::thread::spawn(move || {
            idle.register_monitor();
            // As in `monitor::run_checks`, with a counter instead of the queues. An interval takes no time.
            while !behind.take() {
                if idle.monitor_decision(false) == MonitorDecision::Park(None) {
                    thread::park();
                }
            }
        })
    };
    behind.waiting.store(1, Ordering::SeqCst);
    if from_outside {
        idle.publish_injected();
        idle.notify_injected();
    } else if idle.is_unwatched() {
        idle.watch();
    }
    behind.block();
    monitor.join().expect("it does not panic");
}

/// Checks that the monitor parks until a deadline that is inserted while it parks, or while the
/// last worker is unparked. All workers are blocked.
pub(crate) fn a_monitor_parks_until_a_deadline(a_worker_is_unparked: bool) {
    let idle = Arc::new_cyclic(|this: &Weak<Idle>| {
        let this = this.clone();
        let unpark = move || {
            if let Some(idle) = this.upgrade() {
                idle.unpark_leader();
            }
        };
        Idle::new(1, Timers::new(Instant::now(), unpark))
    });
    if a_worker_is_unparked {
        idle.register(0);
        idle.begin_park(0, false);
    }
    let monitor = {
        let idle = idle.clone();
        loom::thread::spawn(move || {
            idle.register_monitor();
            loop {
                match idle.monitor_decision(false) {
                    MonitorDecision::Park(Some(_)) => return,
                    MonitorDecision::Park(None) => thread::park(),
                    MonitorDecision::Check => {}
                }
            }
        })
    };
    let inserter = {
        let idle = idle.clone();
        loom::thread::spawn(move || {
            idle.timers().insert(Instant::now(), Waker::noop().clone(), false);
        })
    };
    if a_worker_is_unparked {
        // This worker does not fire the timers itself, because it runs user code from here on.
        idle.unpark_self(0);
    }
    inserter.join().expect("it does not panic");
    monitor.join().expect("it does not panic");
}

/// Removes a timer as its worker does: `MultiThread::remove_timer`.
fn remove_own(
    own: &OwnTimerSlots,
    shared: &TimerSlots,
    key: TimerKey,
    timers: &Timers,
) -> Option<Waker> {
    let slot = key.slot().expect("it was in a slot").index;
    own.take(shared, slot, key).or_else(|| shared.remove(slot, key, timers))
}

fn put(own: &OwnTimerSlots, shared: &TimerSlots) -> TimerKey {
    let key = own.put(shared, 0, Instant::now(), Waker::noop().clone());
    key.unwrap_or_else(|_| panic!("the slots are empty"))
}

/// Puts a timer as a worker does, and blocks until another thread has moved it to the queue.
fn put_and_block(own: &OwnTimerSlots, shared: &TimerSlots, idle: &Idle) {
    put(own, shared);
    // Stands for the interval of the next check, which is longer than a store takes to become visible.
    fence(Ordering::SeqCst);
    if idle.leaves_timers() {
        idle.watch();
    }
    while idle.timers().len() == 0 {
        thread::park();
    }
}

/// The monitor moves a timer from its slot to the queue. At the same time, the caller cancels it, on the
/// worker or on another thread, while the worker parks. The timer must then be in neither place.
pub(crate) fn a_timer_that_is_moved_is_cancelled(by_worker: bool) {
    let timers = Arc::new(Timers::new(Instant::now(), || {}));
    let (shared, own) = TimerSlots::new();
    let shared = Arc::new(shared);
    let key = put(&own, &shared);
    let monitor = {
        let (shared, timers) = (shared.clone(), timers.clone());
        loom::thread::spawn(move || {
            let mut seen = SeenTimers::NONE;
            shared.move_old(&mut seen, &timers);
            shared.move_old(&mut seen, &timers);
        })
    };
    if by_worker {
        assert!(remove_own(&own, &shared, key, &timers).is_some(), "it is cancelled once");
    } else {
        let caller = {
            let (shared, timers) = (shared.clone(), timers.clone());
            loom::thread::spawn(move || {
                let slot = key.slot().expect("it was put into a slot").index;
                assert!(shared.remove(slot, key, &timers).is_some(), "it is cancelled once");
            })
        };
        // As a worker that parks.
        shared.move_all(&timers);
        caller.join().expect("it does not panic");
    }
    monitor.join().expect("it does not panic");
    shared.move_all(&timers);
    assert_eq!(timers.len(), 0);
}

/// Checks that a timer stays whose slot had an earlier one. The earlier one was fired, and is cancelled late, on
/// another thread, while the worker cancels the later one, or keeps it and parks.
pub(crate) fn a_late_cancellation_keeps_the_later_timer(is_kept: bool) {
    let timers = Arc::new(Timers::new(Instant::now(), || {}));
    let (shared, own) = TimerSlots::new();
    let shared = Arc::new(shared);
    let first = put(&own, &shared);
    shared.move_all(&timers);
    timers.fire_first();
    let second = put(&own, &shared);
    assert_eq!(first.slot(), second.slot());
    let caller = {
        let (shared, timers) = (shared.clone(), timers.clone());
        loom::thread::spawn(move || {
            let slot = first.slot().expect("it was put into a slot").index;
            assert!(shared.remove(slot, first, &timers).is_none(), "it was fired");
        })
    };
    if is_kept {
        shared.move_all(&timers);
    } else {
        assert!(remove_own(&own, &shared, second, &timers).is_some(), "it is cancelled once");
        // The next one may be put while the caller still empties the slot.
        let third = own.put(&shared, 0, Instant::now(), Waker::noop().clone());
        assert!(remove_own(&own, &shared, third.expect("a slot is empty"), &timers).is_some());
    }
    caller.join().expect("it does not panic");
    shared.move_all(&timers);
    assert_eq!(timers.len(), usize::from(is_kept));
}

/// A worker puts a timer into a slot and blocks, while the monitor becomes inactive. The monitor must move the
/// timer to the queue. There are `workers` workers, and all of them are up.
pub(crate) fn a_monitor_that_parks_moves_a_timer(workers: usize) {
    let idle = Arc::new(Idle::new(workers, Timers::new(Instant::now(), || {})));
    let (shared, own) = TimerSlots::new();
    let shared = Arc::new(shared);
    let worker = thread::current();
    let monitor = {
        let (idle, shared) = (idle.clone(), shared.clone());
        loom::thread::spawn(move || {
            idle.register_monitor();
            let mut seen = SeenTimers::NONE;
            // As in `monitor::run_checks`.
            loop {
                let goes_on = shared.move_old(&mut seen, idle.timers());
                if idle.timers().len() > 0 {
                    return worker.unpark();
                }
                if idle.monitor_decision(goes_on) == MonitorDecision::Park(None) {
                    thread::park();
                }
            }
        })
    };
    put_and_block(&own, &shared, &idle);
    monitor.join().expect("it does not panic");
}

/// A worker puts a timer into a slot and blocks, while the other worker parks and becomes the leader. The
/// leader must move the timer to the queue.
pub(crate) fn a_worker_that_becomes_the_leader_moves_a_timer() {
    let idle = Arc::new(Idle::new(2, Timers::new(Instant::now(), || {})));
    let (shared, own) = TimerSlots::new();
    let shared = Arc::new(shared);
    let worker = thread::current();
    let leader = {
        let (idle, shared) = (idle.clone(), shared.clone());
        loom::thread::spawn(move || {
            idle.register(1);
            let mut seen = SeenTimers::NONE;
            idle.begin_park(1, false);
            // As in `Worker::park_from`. No time passes in a model: a check that is due later is made at once.
            while idle.timers().len() == 0 {
                match idle.park_decision(1, Instant::now(), None) {
                    ParkDecision::Lead(Some(_)) => {
                        shared.move_old(&mut seen, idle.timers());
                        loom::thread::yield_now();
                    }
                    _ => thread::park(),
                }
            }
            worker.unpark();
        })
    };
    put_and_block(&own, &shared, &idle);
    leader.join().expect("it does not panic");
}
