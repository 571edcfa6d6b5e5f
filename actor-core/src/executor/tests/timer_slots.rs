//! The promises of the slots for timeouts.

use super::*;
use crate::executor::timer_slots::{MIN_TIMEOUT, SeenTimers, TimerSlots};

const HOUR: Duration = Duration::from_hours(1);

/// Runs `body` in a job of the executor, and returns its output.
fn on_worker<T: Send + 'static>(
    executor: &Arc<dyn Executor>,
    body: impl FnOnce(&Arc<dyn Executor>) -> T + Send + 'static,
) -> T {
    let (sender, receiver) = mpsc::channel();
    let inner = executor.clone();
    executor.schedule(job(move || sender.send(body(&inner)).unwrap()), Schedule::Next);
    receiver.recv().unwrap()
}

fn insert(executor: &Arc<dyn Executor>, timeout: Duration, waker: Waker) -> TimerKey {
    executor.insert_timeout(executor.now() + timeout, timeout, waker)
}

#[test]
fn a_timer_is_moved_at_the_second_check_that_sees_it() {
    let timers = Timers::new(Instant::now(), || {});
    let (shared, own) = TimerSlots::new();
    let (count, waker) = Count::new();
    let mut seen = SeenTimers::NONE;
    assert!(!shared.move_old(&mut seen, &timers));
    let key = own.put(&shared, 0, Instant::now() + HOUR, waker).unwrap();
    assert!(shared.move_old(&mut seen, &timers), "it is new");
    assert_eq!(timers.len(), 0);
    assert!(!shared.move_old(&mut seen, &timers), "none is new");
    assert_eq!(timers.len(), 1);
    let slot = key.slot().unwrap().index;
    assert!(own.take(&shared, slot, key).is_none(), "it is not there anymore");
    drop(shared.remove(slot, key, &timers).unwrap());
    assert_eq!((timers.len(), Arc::strong_count(&count)), (0, 1));
}

#[test]
fn a_stale_cancellation_moves_the_later_timer_of_the_slot() {
    let timers = Timers::new(Instant::now(), || {});
    let (shared, own) = TimerSlots::new();
    let ((first, waker), (second, later)) = (Count::new(), Count::new());
    let stale = own.put(&shared, 0, Instant::now(), waker).unwrap();
    shared.move_all(&timers);
    timers.fire_first();
    let key = own.put(&shared, 0, Instant::now(), later).unwrap();
    assert_eq!(key.slot(), stale.slot());
    let slot = key.slot().unwrap().index;
    assert!(own.take(&shared, slot, stale).is_none());
    assert!(shared.remove(slot, stale, &timers).is_none());
    assert_eq!((timers.len(), first.get(), second.get()), (1, 1, 0));
    assert!(shared.remove(slot, key, &timers).is_some());
}

#[test]
fn one_timer_is_moved_without_the_others() {
    let timers = Timers::new(Instant::now(), || {});
    let (shared, own) = TimerSlots::new();
    let [first, second] =
        [(); 2].map(|()| own.put(&shared, 0, Instant::now(), Waker::noop().clone()).unwrap());
    let [slot, other] = [first, second].map(|key| key.slot().unwrap().index);
    shared.move_one(slot, &timers);
    assert_eq!(timers.next_due().map(|(_, is_periodic)| is_periodic), Some(false));
    assert!(timers.remove(first).is_some() && timers.remove(second).is_none());
    assert!(own.take(&shared, slot, first).is_none());
    assert!(own.take(&shared, other, second).is_some());
}

#[test]
fn a_waker_that_is_replaced_by_its_worker_stays_in_the_slot() {
    within_limit(|| {
        let executor = start(1);
        on_worker(&executor, |executor| {
            let (count, waker) = Count::new();
            let key = insert(executor, HOUR, Waker::noop().clone());
            assert!(executor.replace_timer(key, &waker));
            assert!(executor.timers().is_empty());
            executor.remove_timer(key).unwrap().wake();
            assert_eq!(count.get(), 1);
        });
        end(&executor);
    });
}

#[test]
fn more_timers_than_slots_are_inserted_at_once() {
    within_limit(|| {
        let executor = start(1);
        let (count, waker) = Count::new();
        on_worker(&executor, move |executor| {
            let keys: Vec<_> = (0..100).map(|_| insert(executor, HOUR, waker.clone())).collect();
            assert!(executor.timers().len() < 100);
            assert!(keys.iter().any(|key| key.slot().is_none()));
            assert!(keys.into_iter().all(|key| executor.remove_timer(key).is_some()));
            assert!(executor.timers().is_empty());
        });
        assert_eq!(Arc::strong_count(&count), 1);
        end(&executor);
    });
}

#[test]
fn short_timeouts_and_those_of_other_threads_are_inserted_at_once() {
    within_limit(|| {
        let executor = start(1);
        let key = insert(&executor, HOUR, Waker::noop().clone());
        assert_eq!((key.slot(), executor.timers().len()), (None, 1));
        assert!(executor.remove_timer(key).is_some());
        let key = on_worker(&executor, |executor| {
            insert(executor, MIN_TIMEOUT / 2, Waker::noop().clone())
        });
        assert_eq!(key.slot(), None);
        end(&executor);
    });
}

#[test]
fn a_worker_that_parks_moves_its_timers() {
    within_limit(|| {
        for threads in [1, 2] {
            let executor = start(threads);
            let (count, waker) = Count::new();
            let key = on_worker(&executor, move |executor| insert(executor, HOUR, waker));
            while executor.timers().is_empty() {
                thread::yield_now();
            }
            drop(executor.remove_timer(key).unwrap());
            assert_eq!((executor.timers().len(), Arc::strong_count(&count)), (0, 1));
            end(&executor);
        }
    });
}

#[test]
fn a_timer_of_a_blocked_worker_fires() {
    within_limit(|| {
        for (threads, others) in [(1, 0), (2, 0), (2, 1)] {
            let executor = start(threads);
            let (release, blocked) = mpsc::channel::<()>();
            // The other workers are blocked, too.
            let (arrived, arrives) = mpsc::channel();
            for _ in 0..others {
                let (release, blocked) = mpsc::channel::<()>();
                let arrived = arrived.clone();
                executor.schedule(
                    job(move || {
                        arrived.send(release).unwrap();
                        let _ = blocked.recv();
                    }),
                    Schedule::Next,
                );
            }
            let held: Vec<_> = arrives.iter().take(others).collect();
            for timeout in [MIN_TIMEOUT, 2 * MIN_TIMEOUT] {
                on_worker(&executor, move |executor| {
                    let (fired, fires) = mpsc::channel();
                    let waker = CallOnWake::waker(move || fired.send(()).unwrap());
                    let begun = executor.now();
                    let key = executor.insert_timeout(begun + timeout, timeout, waker);
                    assert!(key.slot().is_some());
                    fires.recv().unwrap();
                    assert!(executor.now() - begun >= timeout, "not before its end");
                });
            }
            drop((release, blocked, held));
            end(&executor);
        }
    });
}

#[test]
fn a_timer_of_a_worker_that_is_never_idle_fires() {
    within_limit(|| {
        for threads in [1, 2] {
            let executor = start(threads);
            let stop = Arc::new(AtomicUsize::new(0));
            for _ in 0..4 {
                let stop = stop.clone();
                again(&executor, move || stop.load(Ordering::SeqCst) == 0);
            }
            let (fired, fires) = mpsc::channel();
            let waker = CallOnWake::waker(move || fired.send(()).unwrap());
            let key = on_worker(&executor, move |executor| insert(executor, MIN_TIMEOUT, waker));
            assert!(key.slot().is_some());
            fires.recv().unwrap();
            stop.store(1, Ordering::SeqCst);
            end(&executor);
        }
    });
}

#[test]
fn a_replaced_waker_is_the_only_one_that_is_woken() {
    within_limit(|| {
        let executor = start(1);
        let ((old, first), (new, second)) = (Count::new(), Count::new());
        let (fired, fires) = mpsc::channel();
        let third = CallOnWake::waker(move || fired.send(()).unwrap());
        let replacement = second.clone();
        let key = on_worker(&executor, move |executor| {
            let key = insert(executor, MIN_TIMEOUT, first);
            assert!(executor.replace_timer(key, &replacement));
            assert!(executor.replace_timer(key, &replacement));
            key
        });
        assert_eq!(Arc::strong_count(&old), 1);
        // From another thread, wherever the timer is by now.
        if executor.replace_timer(key, &third) {
            drop(second);
            fires.recv().unwrap();
            assert_eq!((old.get(), new.get(), Arc::strong_count(&new)), (0, 0, 1));
        }
        end(&executor);
    });
}

#[test]
fn timers_that_are_cancelled_on_any_thread_leave_nothing() {
    within_limit(|| {
        let executor = start(2);
        let (count, waker) = Count::new();
        let (sender, receiver) = mpsc::channel();
        let (inner, all) = (executor.clone(), waker.clone());
        let job_done = sender.clone();
        executor.schedule(
            job(move || {
                for round in 0..repetitions(20_000) {
                    let key = insert(&inner, HOUR, all.clone());
                    if round % 3 == 0 {
                        sender.send(key).unwrap();
                    } else {
                        assert!(inner.remove_timer(key).is_some());
                    }
                }
                drop((sender, all));
            }),
            Schedule::Next,
        );
        drop(job_done);
        for key in receiver {
            assert!(executor.remove_timer(key).is_some());
        }
        drop(waker);
        assert!(executor.timers().is_empty());
        end(&executor);
        assert_eq!((count.get(), Arc::strong_count(&count)), (0, 1));
    });
}

#[test]
fn the_end_wakes_each_timer_in_a_slot() {
    within_limit(|| {
        for threads in [1, 2] {
            let executor = start(threads);
            let (count, waker) = Count::new();
            let inner = executor.clone();
            let (sender, receiver) = mpsc::channel();
            let body = move || {
                insert(&inner, HOUR, waker);
                sender.send(()).unwrap();
            };
            executor.schedule(job(body), Schedule::Next);
            receiver.recv().unwrap();
            end(&executor);
            assert_eq!((count.get(), Arc::strong_count(&count)), (1, 1));
        }
    });
}
