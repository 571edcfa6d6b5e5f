//! The promises of the current-thread executor.

use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use std::task::{Context, Poll};

use futures_lite::future::{poll_fn, yield_now};

use super::*;
use crate::executor::sleep::Sleep;

fn executor() -> Arc<dyn Executor> {
    CurrentThread::new()
}

#[test]
fn jobs_run_in_order_on_the_owner_thread_and_only_while_driven() {
    within_limit(|| {
        let executor = executor();
        let owner = thread::current().id();
        let (sender, receiver) = mpsc::channel();
        for number in 0..200 {
            let sender = sender.clone();
            let body = move || sender.send((number, thread::current().id())).unwrap();
            executor.schedule(job(body), Schedule::Next);
        }
        assert!(receiver.try_recv().is_err());
        let mut ran = Vec::new();
        block_on(&*executor, async {
            while ran.len() < 200 {
                ran.extend(receiver.try_iter());
                yield_now().await;
            }
        });
        assert!(ran.iter().enumerate().all(|(place, ran)| *ran == (place, owner)));
    });
}

#[test]
fn jobs_that_are_always_ready_do_not_starve_the_future() {
    within_limit(|| {
        let executor = executor();
        let stop = Arc::new(AtomicBool::new(false));
        let goes_on = stop.clone();
        again(&executor, move || !goes_on.load(Ordering::SeqCst));
        block_on(&*executor, async {
            for _ in 0..repetitions(1000) {
                yield_now().await;
            }
        });
        stop.store(true, Ordering::SeqCst);
    });
}

#[test]
fn a_future_that_is_always_ready_does_not_starve_the_jobs() {
    within_limit(|| {
        let executor = executor();
        let left = Arc::new(AtomicUsize::new(1000));
        let count = left.clone();
        again(&executor, move || count.fetch_sub(1, Ordering::SeqCst) > 1);
        block_on(&*executor, async {
            while left.load(Ordering::SeqCst) > 0 {
                yield_now().await;
            }
        });
    });
}

#[test]
fn timers_fire_while_jobs_and_future_are_always_ready() {
    within_limit(|| {
        let executor = executor();
        let (fired, waker) = Count::new();
        executor.timers().insert(executor.now() + Duration::from_millis(2), waker, false);
        let goes_on = fired.clone();
        again(&executor, move || goes_on.get() == 0);
        block_on(&*executor, async {
            while fired.get() == 0 {
                yield_now().await;
            }
        });
    });
}

#[test]
fn an_idle_owner_sleeps_until_a_timer_is_due() {
    within_limit(|| {
        let executor = executor();
        let begun = Instant::now();
        let at = begun + Duration::from_millis(5);
        block_on(
            &*executor,
            poll_fn(|context| {
                if Instant::now() >= at {
                    return std::task::Poll::Ready(());
                }
                executor.timers().insert(at, context.waker().clone(), false);
                std::task::Poll::Pending
            }),
        );
        assert!(begun.elapsed() >= Duration::from_millis(5));
    });
}

fn poll_here(sleep: &mut Sleep, waker: &Waker) -> Poll<()> {
    Pin::new(sleep).poll(&mut Context::from_waker(waker))
}

fn poll_on_another_thread(sleep: &mut Sleep, waker: &Waker) -> Poll<()> {
    thread::scope(|scope| scope.spawn(|| poll_here(sleep, waker)).join())
        .expect("it does not panic")
}

#[test]
fn a_sleep_that_changes_threads_has_one_timer() {
    within_limit(|| {
        let executor = executor();
        let (count, waker) = Count::new();
        let mut sleep = Sleep::on(executor.clone(), Duration::from_hours(1));
        for _ in 0..2 {
            assert!(poll_on_another_thread(&mut sleep, &waker).is_pending());
            assert_eq!((executor.timers().len(), Arc::strong_count(&count)), (0, 3));
            assert!(poll_here(&mut sleep, &waker).is_pending());
            assert_eq!((executor.timers().len(), Arc::strong_count(&count)), (1, 3));
        }
        assert!(poll_on_another_thread(&mut sleep, &waker).is_pending());
        drop(sleep);
        assert_eq!((count.get(), Arc::strong_count(&count)), (0, 2));
    });
}

#[test]
fn a_sleep_on_another_thread_is_woken_while_the_owner_is_busy() {
    within_limit(|| {
        let executor = executor();
        let (count, waker) = Count::new();
        let mut sleeps: Vec<_> = [30, 10, 20]
            .map(|millis| Sleep::on(executor.clone(), Duration::from_millis(millis)))
            .into();
        // A slow machine may find some of them due.
        sleeps.retain_mut(|sleep| poll_on_another_thread(sleep, &waker).is_pending());
        while count.get() < sleeps.len() {
            thread::yield_now();
        }
        for mut sleep in sleeps {
            assert!(poll_on_another_thread(&mut sleep, &waker).is_ready());
        }
        assert_eq!(Arc::strong_count(&count), 2);
    });
}

#[test]
fn no_wake_up_from_another_thread_is_lost() {
    within_limit(|| {
        const ROUNDS: usize = repetitions(20_000);
        let executor = executor();
        let done = Arc::new(AtomicUsize::new(0));
        let (sender, receiver) = mpsc::channel::<Waker>();
        let other = thread::spawn({
            let (executor, done) = (executor.clone(), done.clone());
            move || {
                for (round, waker) in receiver.into_iter().enumerate() {
                    // By turns a wake of the driven future, and a job that does so.
                    let done = done.clone();
                    let answer = move || {
                        done.fetch_add(1, Ordering::SeqCst);
                        waker.wake();
                    };
                    match round % 2 {
                        0 => answer(),
                        _ => executor.schedule(job(answer), Schedule::Next),
                    }
                }
            }
        });
        block_on(&*executor, async {
            for round in 0..ROUNDS {
                let mut asked = false;
                poll_fn(|context| {
                    if done.load(Ordering::SeqCst) > round {
                        return std::task::Poll::Ready(());
                    }
                    if !std::mem::replace(&mut asked, true) {
                        sender.send(context.waker().clone()).unwrap();
                    }
                    std::task::Poll::Pending
                })
                .await;
            }
        });
        drop(sender);
        other.join().unwrap();
    });
}

#[test]
fn jobs_that_are_left_by_block_on_run_in_the_next_block_on() {
    within_limit(|| {
        let executor = executor();
        let ran = Arc::new(AtomicUsize::new(0));
        for _ in 0..100 {
            let ran = ran.clone();
            let body = move || {
                ran.fetch_add(1, Ordering::SeqCst);
            };
            executor.schedule(job(body), Schedule::Next);
        }
        block_on(&*executor, yield_now());
        let after_first = ran.load(Ordering::SeqCst);
        assert!(after_first < 100, "the future was done after one round");
        let driven = AssertUnwindSafe(|| block_on(&*executor, async { panic!("on purpose") }));
        assert!(catch_unwind(driven).is_err());
        assert!(!is_inside());
        block_on(&*executor, async {
            while ran.load(Ordering::SeqCst) < 100 {
                yield_now().await;
            }
        });
    });
}

#[test]
fn driving_on_another_thread_panics() {
    within_limit(|| {
        let executor = executor();
        assert!(executor.is_executor_thread());
        let other = thread::spawn(move || {
            assert!(!executor.is_executor_thread());
            block_on(&*executor, async {});
        });
        let payload = other.join().unwrap_err();
        let text = payload.downcast_ref::<&str>().unwrap();
        assert!(text.contains("only by the thread that made it"));
    });
}

#[test]
fn slow_jobs_make_timer_checks_more_frequent() {
    within_limit(|| {
        let executor = executor();
        let (due, late) = (Arc::new(Mutex::new(None)), Arc::new(AtomicUsize::new(0)));
        let over = Arc::new(AtomicBool::new(false));
        for _ in 0..4 {
            let (due, late, over) = (due.clone(), late.clone(), over.clone());
            again(&executor, move || {
                let begun = Instant::now();
                if due.lock().unwrap().is_some_and(|due| begun > due) {
                    late.fetch_add(1, Ordering::SeqCst);
                }
                while begun.elapsed() < Duration::from_millis(2) {
                    std::hint::spin_loop();
                }
                !over.load(Ordering::SeqCst)
            });
        }
        block_on(&*executor, async {
            // Looks by which the executor learns how long the jobs take.
            for _ in 0..5 {
                crate::time::sleep(Duration::from_millis(1)).await;
            }
            let pause = Duration::from_millis(20);
            *due.lock().unwrap() = Some(Instant::now() + pause);
            crate::time::sleep(pause).await;
            over.store(true, Ordering::SeqCst);
        });
        assert!(late.load(Ordering::SeqCst) <= 2, "{late:?} jobs began after the deadline");
    });
}

#[test]
fn a_task_that_has_finished_leaves_nothing_behind() {
    let executor = executor();
    let (task, handle) = crate::executor::task::prepare(executor.clone(), 0, async { 7 });
    task.schedule();
    assert_eq!(block_on(&*executor, handle), 7);
    assert_eq!(Arc::strong_count(&executor), 1);
}
