//! The promises of the multi-thread executor.

use std::sync::atomic::{AtomicBool, AtomicU8};

use futures_lite::future::yield_now;

use super::*;

#[test]
fn each_job_runs_exactly_once() {
    within_limit(|| {
        const EACH: usize = repetitions(25_000);
        let executor = start(2);
        let ran: Arc<[AtomicU8]> = (0..4 * EACH).map(|_| AtomicU8::new(0)).collect();
        let (done, all_done) = mpsc::channel::<()>();
        thread::scope(|scope| {
            for producer in 0..4 {
                let (executor, ran, done) = (&executor, &ran, &done);
                scope.spawn(move || {
                    for number in producer * EACH..(producer + 1) * EACH {
                        let (ran, done) = (ran.clone(), done.clone());
                        let body = move || {
                            ran[number].fetch_add(1, Ordering::SeqCst);
                            drop(done);
                        };
                        executor.schedule(job(body), Schedule::Next);
                    }
                });
            }
        });
        drop(done);
        assert!(all_done.recv().is_err());
        assert!(ran.iter().all(|ran| ran.load(Ordering::SeqCst) == 1));
        end(&executor);
    });
}

#[test]
fn jobs_scheduled_by_jobs_all_run() {
    fn tree(executor: &Arc<dyn Executor>, depth: u32, leaf: mpsc::Sender<()>) {
        let inner = executor.clone();
        let body = move || match depth {
            0 => leaf.send(()).unwrap(),
            _ => (0..2).for_each(|_| tree(&inner, depth - 1, leaf.clone())),
        };
        executor.schedule(
            job(body),
            if depth.is_multiple_of(3) { Schedule::Yielded } else { Schedule::Next },
        );
    }
    within_limit(|| {
        let executor = start(2);
        let (leaf, leaves) = mpsc::channel();
        let depth = repetitions(1 << 14).ilog2();
        tree(&executor, depth, leaf);
        assert_eq!(leaves.iter().count(), 1 << depth);
        end(&executor);
    });
}

#[test]
fn the_last_woken_job_runs_first_and_the_displaced_one_is_queued() {
    within_limit(|| {
        let executor = start(1);
        let (sender, receiver) = mpsc::channel();
        let inner = executor.clone();
        let body = move || {
            for name in ["first", "second", "third"] {
                let sender = sender.clone();
                inner.schedule(job(move || sender.send(name).unwrap()), Schedule::Next);
            }
        };
        executor.schedule(job(body), Schedule::Next);
        assert_eq!(receiver.iter().collect::<Vec<_>>(), ["third", "first", "second"]);
        end(&executor);
    });
}

#[test]
fn the_recent_time_of_a_worker_is_at_most_some_dozen_jobs_ago() {
    within_limit(|| {
        let executor = start(1);
        let (sender, receiver) = mpsc::channel();
        let inner = executor.clone();
        let body = move || {
            let began = Instant::now();
            assert!(inner.recent_time() <= began);
            // More jobs than a worker runs between two reads of the clock.
            for _ in 0..200 {
                let (outer, inner, sender) = (&inner, inner.clone(), sender.clone());
                let body = move || sender.send(inner.recent_time() >= began).unwrap();
                outer.schedule(job(body), Schedule::Yielded);
            }
        };
        executor.schedule(job(body), Schedule::Next);
        assert_eq!(receiver.iter().last(), Some(true));
        let before = Instant::now();
        assert!(executor.recent_time() >= before, "other threads get the exact time");
        end(&executor);
    });
}

#[test]
fn after_sixteen_runs_from_the_slot_the_queue_has_its_turn() {
    fn chain(executor: &Arc<dyn Executor>, length: Arc<AtomicUsize>, stop: Arc<AtomicBool>) {
        let inner = executor.clone();
        let body = move || {
            length.fetch_add(1, Ordering::SeqCst);
            if !stop.load(Ordering::SeqCst) {
                chain(&inner, length, stop);
            }
        };
        executor.schedule(job(body), Schedule::Next);
    }
    within_limit(|| {
        let executor = start(1);
        let (length, stop) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let (sender, receiver) = mpsc::channel();
        let inner = executor.clone();
        let body = move || {
            let (seen, stopped) = (length.clone(), stop.clone());
            let queued = move || {
                stopped.store(true, Ordering::SeqCst);
                sender.send(seen.load(Ordering::SeqCst)).unwrap();
            };
            inner.schedule(job(queued), Schedule::Yielded);
            chain(&inner, length, stop);
        };
        executor.schedule(job(body), Schedule::Next);
        assert_eq!(receiver.recv(), Ok(16));
        end(&executor);
    });
}

#[test]
fn jobs_that_are_always_ready_starve_neither_outside_jobs_nor_timers() {
    within_limit(|| {
        let executor = start(2);
        let stop = Arc::new(AtomicBool::new(false));
        for _ in 0..8 {
            let stop = stop.clone();
            again(&executor, move || !stop.load(Ordering::SeqCst));
        }
        let (ran, wait) = mpsc::channel();
        executor.schedule(job(move || ran.send(()).unwrap()), Schedule::Next);
        wait.recv().unwrap();
        let (fired, wait) = mpsc::channel();
        let waker = CallOnWake::waker(move || fired.send(()).unwrap());
        executor.timers().insert(executor.now() + Duration::from_millis(2), waker, false);
        wait.recv().unwrap();
        stop.store(true, Ordering::SeqCst);
        end(&executor);
    });
}

#[test]
fn a_job_woken_by_a_busy_job_runs_on_an_idle_worker() {
    within_limit(|| {
        let executor = start(2);
        for _ in 0..20 {
            let (sender, receiver) = mpsc::channel();
            let inner = executor.clone();
            let body = move || {
                let ran = Arc::new(AtomicBool::new(false));
                let told = ran.clone();
                inner.schedule(job(move || told.store(true, Ordering::SeqCst)), Schedule::Next);
                // Never ends unless another worker runs the other job.
                while !ran.load(Ordering::SeqCst) {
                    std::hint::spin_loop();
                }
                sender.send(()).unwrap();
            };
            executor.schedule(job(body), Schedule::Next);
            receiver.recv().unwrap();
        }
        end(&executor);
    });
}

#[test]
fn no_wake_up_is_lost() {
    for threads in [1, 2, 3] {
        within_limit(move || {
            let executor = start(threads);
            let (sender, receiver) = mpsc::channel();
            for round in 0..repetitions(40_000) {
                let (inner, sender) = (executor.clone(), sender.clone());
                // By turns straight, and by way of a second job.
                let answer = job(move || sender.send(round).unwrap());
                let asked = match round % 2 {
                    0 => answer,
                    _ => job(move || inner.schedule(answer, Schedule::Next)),
                };
                executor.schedule(asked, Schedule::Next);
                assert_eq!(receiver.recv(), Ok(round));
            }
            end(&executor);
        });
    }
}

#[test]
fn sleeping_workers_wake_for_each_timer_whatever_its_order() {
    within_limit(|| {
        let executor = start(2);
        let (sender, receiver) = mpsc::channel();
        // The first is slept for; each further one is earlier than the one slept for.
        for millis in [3_600_000, 12, 8, 4, 1] {
            let sender = sender.clone();
            let waker = CallOnWake::waker(move || sender.send(millis).unwrap());
            executor.timers().insert(executor.now() + Duration::from_millis(millis), waker, false);
        }
        let mut fired: Vec<_> = receiver.iter().take(4).collect();
        // Two workers may fire at the same time, so their order is not promised.
        fired.sort_unstable();
        assert_eq!(fired, [1, 4, 8, 12]);
        for round in 0..repetitions(2000) as u64 {
            let sender = sender.clone();
            let waker = CallOnWake::waker(move || sender.send(round).unwrap());
            executor.timers().insert(
                executor.now() + Duration::from_micros(round % 7 * 20),
                waker,
                false,
            );
            assert_eq!(receiver.recv(), Ok(round));
        }
        end(&executor);
    });
}

#[test]
fn a_panic_ends_only_its_task() {
    within_limit(|| {
        let executor = start(1);
        let inner = executor.clone();
        let (task, handle) =
            crate::executor::task::prepare(inner, 0, async { panic!("on purpose") });
        task.schedule();
        let awaited = AssertUnwindSafe(|| futures_lite::future::block_on(handle));
        assert!(catch_unwind(awaited).is_err());
        let (sender, receiver) = mpsc::channel();
        executor.schedule(job(move || sender.send(()).unwrap()), Schedule::Next);
        receiver.recv().unwrap();
        end(&executor);
    });
}

#[test]
fn the_current_executor_is_that_of_the_worker_or_of_the_innermost_block_on() {
    fn is_current(executor: &Arc<dyn Executor>) -> bool {
        is_inside() && current().is_some_and(|current| Arc::ptr_eq(&current, executor))
    }
    within_limit(|| {
        let (outer, inner) = (start(1), start(1));
        assert!(!is_inside() && current().is_none());
        block_on(&*outer, async {
            yield_now().await;
            assert!(is_current(&outer) && !outer.is_executor_thread());
            block_on(&*inner, async { assert!(is_current(&inner)) });
            assert!(is_current(&outer));
        });
        assert!(!is_inside() && current().is_none());
        let (sender, receiver) = mpsc::channel();
        let executor = outer.clone();
        let body =
            move || sender.send(is_current(&executor) && executor.is_executor_thread()).unwrap();
        outer.schedule(job(body), Schedule::Next);
        assert_eq!(receiver.recv(), Ok(true));
        end(&outer);
        end(&inner);
    });
}

/// Schedules a job that blocks its worker until the sender that is given back is dropped, and waits until it
/// has begun. It calls `first` before it blocks.
fn block_a_worker(
    executor: &Arc<dyn Executor>,
    first: impl FnOnce() + Send + 'static,
) -> mpsc::Sender<()> {
    let (release, held) = mpsc::channel::<()>();
    let (begun, begins) = mpsc::channel();
    let body = move || {
        first();
        begun.send(()).unwrap();
        let _ = held.recv();
    };
    executor.schedule(job(body), Schedule::Next);
    begins.recv().unwrap();
    release
}

#[test]
fn timers_fire_while_all_workers_are_blocked() {
    for threads in [1, 2] {
        within_limit(move || {
            let executor = start(threads);
            let (fired, fires) = mpsc::channel();
            let insert = |name| {
                let fired = fired.clone();
                let waker = CallOnWake::waker(move || fired.send(name).unwrap());
                executor.timers().insert(executor.now() + Duration::from_millis(30), waker, false);
            };
            insert("before");
            let releases: Vec<_> = (0..threads).map(|_| block_a_worker(&executor, || {})).collect();
            assert_eq!(fires.recv(), Ok("before"));
            insert("during");
            assert_eq!(fires.recv(), Ok("during"));
            drop(releases);
            end(&executor);
        });
    }
}

#[test]
fn a_worker_that_is_never_idle_takes_jobs_from_behind_a_blocked_one() {
    within_limit(|| {
        let executor = start(2);
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        again(&executor, move || !stopped.load(Ordering::SeqCst));
        let (sender, receiver) = mpsc::channel();
        let inner = executor.clone();
        let release = block_a_worker(&executor, move || {
            for number in 0..8 {
                let sender = sender.clone();
                inner.schedule(job(move || sender.send(number).unwrap()), Schedule::Next);
            }
        });
        let mut ran: Vec<_> = receiver.iter().collect();
        ran.sort_unstable();
        assert_eq!(ran, [0, 1, 2, 3, 4, 5, 6, 7]);
        drop(release);
        stop.store(true, Ordering::SeqCst);
        end(&executor);
    });
}

#[test]
fn a_batch_from_outside_is_shared_though_its_first_job_blocks() {
    within_limit(|| {
        let executor = start(3);
        for _ in 0..repetitions(200) {
            let all = Arc::new(std::sync::Barrier::new(3));
            let (sender, receiver) = mpsc::channel();
            for _ in 0..3 {
                let (all, sender) = (all.clone(), sender.clone());
                // None ends before all have begun.
                let body = move || {
                    all.wait();
                    sender.send(()).unwrap();
                };
                executor.schedule(job(body), Schedule::Next);
            }
            assert_eq!(receiver.iter().take(3).count(), 3);
        }
        end(&executor);
    });
}
