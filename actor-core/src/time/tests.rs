//! Layer 4: the promises of `time`.

use std::future::pending;
use std::pin::pin;
use std::task::Waker;
use std::thread;

use futures_lite::StreamExt;
use futures_lite::future::poll_once;

use super::*;
use crate::executor::CurrentThread;

const MILLI: Duration = Duration::from_millis(1);

/// Drives `future` on an executor of its own, which it is given.
fn drive<F: Future<Output = ()>>(make: impl FnOnce(Arc<dyn Executor>) -> F) {
    let executor: Arc<dyn Executor> = CurrentThread::new();
    let mut future = pin!(make(executor.clone()));
    executor.block_on(future.as_mut());
}

#[test]
fn sleep_lasts_at_least_as_long_as_asked() {
    drive(|_| async {
        let begun = now();
        sleep(2 * MILLI).await;
        assert!(now() - begun >= 2 * MILLI);
        sleep(Duration::ZERO).await;
    });
}

#[test]
fn sleep_beyond_the_clock_never_ends() {
    drive(|executor| async move {
        let mut sleep = sleep(Duration::MAX);
        assert_eq!(poll_once(&mut sleep).await, None);
        assert!(executor.timers().is_empty());
    });
}

#[test]
fn a_dropped_sleep_removes_its_timer() {
    drive(|executor| async move {
        let mut sleep = sleep(1000 * MILLI);
        assert_eq!(poll_once(&mut sleep).await, None);
        assert_eq!(poll_once(&mut sleep).await, None);
        assert!(!executor.timers().is_empty());
        drop(sleep);
        assert!(executor.timers().is_empty());
    });
}

#[test]
fn a_sleep_polled_by_another_wakes_the_other() {
    drive(|_| async {
        let mut sleep = sleep(50 * MILLI);
        let mut context = Context::from_waker(Waker::noop());
        assert!(Pin::new(&mut sleep).poll(&mut context).is_pending());
        sleep.await;
    });
}

#[test]
fn a_finished_timeout_removes_its_timer_before_it_is_dropped() {
    drive(|executor| async move {
        let mut timeout = pin!(timeout(1000 * MILLI, futures_lite::future::yield_now()));
        assert_eq!(poll_once(&mut timeout).await, None);
        assert!(!executor.timers().is_empty());
        assert_eq!(timeout.await, Ok(()));
        assert!(executor.timers().is_empty());
    });
}

#[test]
fn a_timeout_that_is_up_gives_elapsed() {
    drive(|executor| async move {
        assert_eq!(timeout(MILLI, pending::<()>()).await, Err(Elapsed));
        assert_eq!(timeout(Duration::ZERO, async { 1 }).await, Ok(1));
        assert!(executor.timers().is_empty());
    });
}

#[test]
fn an_interval_skips_missed_ticks_and_keeps_its_schedule() {
    drive(|_| async {
        let mut interval = interval(2 * MILLI);
        let first = interval.tick().await;
        thread::sleep(9 * MILLI);
        let second = interval.next().await.unwrap();
        let third = interval.tick().await;
        for tick in [second, third] {
            assert_eq!((tick - first).as_nanos() % (2 * MILLI).as_nanos(), 0);
        }
        assert!(second - first >= 8 * MILLI);
        assert!(third > second);
    });
}

#[test]
fn a_dropped_tick_is_not_lost_and_leaves_no_timer() {
    drive(|executor| async move {
        let mut interval = interval(100_000 * MILLI);
        let due = interval.sleep.timer.at;
        assert_eq!(poll_once(interval.tick()).await, None);
        assert!(executor.timers().is_empty());
        assert_eq!(interval.sleep.timer.at, due);
    });
}
