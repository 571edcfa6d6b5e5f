//! Layer 1: the hosts' part of the models in `crate::models`: what only this module can see.

use super::bell::Bell;
use super::idle::{Duty, Idle};
use super::timers::Timers;
use crate::sync::Arc;
use crate::sync::atomic::{AtomicUsize, Ordering, fence};
use crate::sync::thread;
use std::task::Waker;
use std::time::Instant;

/// The thread that owns the bell sleeps until another has woken the future.
pub(crate) fn a_driver_sleeps_until_rung() {
    let bell = Bell::new();
    assert!(bell.take_woken(), "the first poll needs no wake");
    let waker = Waker::from(bell.clone());
    let other = loom::thread::spawn(move || waker.wake());
    while !bell.take_woken() {
        bell.sleep(None, || false);
    }
    other.join().expect("it does not panic");
}

/// Each of `workers` sleeps until it has found a job, of which there is one for each; they come while
/// the workers lie down.
pub(crate) fn workers_sleep_until_notified(workers: usize) {
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
        // As `MultiThread::inject` does.
        fence(Ordering::SeqCst);
        idle.notify();
    }
    threads.into_iter().for_each(|thread| thread.join().expect("it does not panic"));
}

/// What `Worker::search_or_sleep` and `Worker::sleep` do, with a counter in the place of the injector.
fn find_one(idle: &Idle, injected: &AtomicUsize, me: usize) {
    let take = || {
        let less = |jobs: usize| jobs.checked_sub(1);
        injected.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less).is_ok()
    };
    let sees_work = || injected.load(Ordering::SeqCst) > 0;
    idle.enrol(me);
    let mut searching = false;
    loop {
        if take() {
            break;
        }
        idle.lie_down(me, std::mem::replace(&mut searching, true));
        if sees_work() {
            idle.get_up(me);
            continue;
        }
        while !matches!(idle.duty(me, Instant::now()), Duty::GetUp) {
            thread::park();
        }
    }
    if searching && idle.end_search() && sees_work() {
        idle.notify();
    }
}
