//! Layer 1: the executors' part of the loom models in `crate::models`: the parts that only this module
//! can access.

use super::idle::{Duty, Idle, Rounds};
use super::parker::Bell;
use super::timers::Timers;
use crate::sync::atomic::{AtomicUsize, Ordering, fence};
use crate::sync::thread::{self, Thread};
use crate::sync::{Arc, Mutex, Weak};
use std::task::Waker;
use std::time::Instant;

/// The thread that owns the bell sleeps until another thread has woken the future.
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

/// Each of `workers` sleeps until it has found a job. There is one job for each; they arrive while
/// the workers go to sleep.
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
        // As in `MultiThread::inject`.
        fence(Ordering::SeqCst);
        idle.notify();
    }
    threads.into_iter().for_each(|thread| thread.join().expect("it does not panic"));
}

/// The steps of `Worker::search_or_sleep` and `Worker::sleep`, with a counter instead of the
/// injector.
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

/// Whether a job that waits behind a blocked one has been run by another thread, and by which it is told.
#[derive(Default)]
struct Behind {
    /// The number of jobs in the queue of the blocked worker.
    waiting: AtomicUsize,
    /// The blocked worker, which comes back when none waits.
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

    /// Runs a job that ends only when another thread has taken what waits behind it.
    fn block(&self) {
        while self.waiting.load(Ordering::SeqCst) > 0 {
            thread::park();
        }
    }
}

/// Two workers turn to sleep while two jobs come from outside. One of them takes both at once, and the first of
/// these blocks until the second has run. So the other worker must come to take it.
pub(crate) fn a_batch_is_watched_while_the_other_worker_is_parked() {
    let idle = Arc::new(Idle::new(2, Timers::new(Instant::now(), || {})));
    let (injected, behind) = (Arc::new(AtomicUsize::new(0)), Arc::new(Behind::default()));
    let threads = [0, 1].map(|me| {
        let (idle, injected, behind) = (idle.clone(), injected.clone(), behind.clone());
        loom::thread::spawn(move || share_a_batch(&idle, &injected, &behind, me))
    });
    injected.fetch_add(2, Ordering::SeqCst);
    fence(Ordering::SeqCst);
    idle.notify_injected();
    threads.into_iter().for_each(|thread| thread.join().expect("it does not panic"));
}

/// What `Worker::search_or_sleep` and `Worker::sleep` do. No time passes in a model: a look that is due after some
/// time is made at once, and a sleep without a limit has none.
fn share_a_batch(idle: &Idle, injected: &AtomicUsize, behind: &Behind, me: usize) {
    idle.enrol(me);
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
        idle.lie_down(me, std::mem::replace(&mut searching, true));
        if injected.load(Ordering::SeqCst) > 0 {
            idle.get_up(me);
            continue;
        }
        loop {
            match idle.duty(me, Instant::now()) {
                Duty::GetUp => break,
                Duty::Sleep | Duty::LookOut(None) => thread::park(),
                Duty::LookOut(Some(_)) if behind.take() => return idle.get_up(me),
                Duty::LookOut(Some(_)) => loom::thread::yield_now(),
            }
        }
    }
}

/// One of two workers is blocked. The monitor moves the job behind it to the injector while the other worker
/// turns to park: that worker takes the job, from the one place or the other.
pub(crate) fn a_job_that_the_monitor_moves_is_found() {
    let idle = Arc::new(Idle::new(2, Timers::new(Instant::now(), || {})));
    let (injected, behind) = (Arc::new(AtomicUsize::new(0)), Arc::new(Behind::default()));
    behind.waiting.store(1, Ordering::SeqCst);
    let worker = {
        let (idle, injected, behind) = (idle.clone(), injected.clone(), behind.clone());
        loom::thread::spawn(move || take_moved(&idle, &injected, &behind, 1))
    };
    // As `monitor::look` and `MultiThread::inject` do.
    if idle.all_are_up() && behind.take() {
        injected.fetch_add(1, Ordering::SeqCst);
        fence(Ordering::SeqCst);
        idle.notify_injected();
    }
    worker.join().expect("it does not panic");
}

/// What `Worker::search_or_sleep` and `Worker::sleep` do until a job is found.
fn take_moved(idle: &Idle, injected: &AtomicUsize, behind: &Behind, me: usize) {
    idle.enrol(me);
    let mut searching = false;
    loop {
        let less = |jobs: usize| jobs.checked_sub(1);
        if injected.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less).is_ok() {
            return;
        }
        idle.lie_down(me, std::mem::replace(&mut searching, true));
        if injected.load(Ordering::SeqCst) > 0 {
            idle.get_up(me);
            continue;
        }
        loop {
            match idle.duty(me, Instant::now()) {
                Duty::GetUp => break,
                Duty::Sleep | Duty::LookOut(None) => thread::park(),
                Duty::LookOut(Some(_)) if behind.take() => return idle.get_up(me),
                Duty::LookOut(Some(_)) => loom::thread::yield_now(),
            }
        }
    }
}

/// All workers are up and one is blocked. Something comes while the monitor ends its rounds: a job from outside,
/// or one behind the blocked worker. The monitor sees it.
pub(crate) fn a_monitor_that_pauses_sees_what_comes(from_outside: bool) {
    let idle = Arc::new(Idle::new(2, Timers::new(Instant::now(), || {})));
    let behind = Arc::new(Behind::default());
    *behind.blocked.lock() = Some(thread::current());
    let monitor = {
        let (idle, behind) = (idle.clone(), behind.clone());
        loom::thread::spawn(move || {
            idle.enrol_monitor();
            // As `monitor::watch` does, with a counter in the place of the queues. A round takes no time.
            while !behind.take() {
                if idle.monitor_duty(false) == Rounds::Pause(None) {
                    thread::park();
                }
            }
        })
    };
    behind.waiting.store(1, Ordering::SeqCst);
    if from_outside {
        fence(Ordering::SeqCst);
        idle.notify_injected();
    } else if idle.is_unwatched() {
        idle.watch();
    }
    behind.block();
    monitor.join().expect("it does not panic");
}

/// All workers are blocked, and a deadline comes in while the monitor turns to sleep, or while the last worker
/// gets up. The monitor sleeps for it.
pub(crate) fn a_monitor_sleeps_for_a_deadline(a_worker_gets_up: bool) {
    let idle = Arc::new_cyclic(|this: &Weak<Idle>| {
        let this = this.clone();
        let rouse = move || {
            if let Some(idle) = this.upgrade() {
                idle.rouse_lookout();
            }
        };
        Idle::new(1, Timers::new(Instant::now(), rouse))
    });
    if a_worker_gets_up {
        idle.enrol(0);
        idle.lie_down(0, false);
    }
    let monitor = {
        let idle = idle.clone();
        loom::thread::spawn(move || {
            idle.enrol_monitor();
            loop {
                match idle.monitor_duty(false) {
                    Rounds::Pause(Some(_)) => return,
                    Rounds::Pause(None) => thread::park(),
                    Rounds::Next => {}
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
    if a_worker_gets_up {
        // It never looks at the timers itself: it is in user code from here on.
        idle.get_up(0);
    }
    inserter.join().expect("it does not panic");
    monitor.join().expect("it does not panic");
}
