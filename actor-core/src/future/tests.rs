//! Which futures `join_all` polls, with which waker.

use super::{MAX_SHARED_WAKER, join_all};
use crate::sync::atomic::{AtomicUsize, Ordering};
use crate::sync::{Arc, Mutex};
use futures_lite::future::{block_on, poll_fn, poll_once};
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Wake, Waker};

/// Counts its calls.
#[derive(Default)]
struct Count(AtomicUsize);

impl Count {
    fn read(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// Gates that the futures of a list wait for, and the number of their polls.
#[derive(Default)]
struct Gates {
    open: Mutex<Vec<usize>>,
    wakers: Mutex<Vec<Waker>>,
    polls: AtomicUsize,
}

impl Gates {
    fn wait(&self, gate: usize) -> impl Future<Output = usize> {
        poll_fn(move |cx| {
            self.polls.fetch_add(1, Ordering::SeqCst);
            if self.open.lock().contains(&gate) {
                return Poll::Ready(gate);
            }
            self.wakers.lock().push(cx.waker().clone());
            Poll::Pending
        })
    }
}

#[test]
fn outputs_are_in_the_order_of_the_futures() {
    for length in [0, 1, MAX_SHARED_WAKER, MAX_SHARED_WAKER + 1, 2 * MAX_SHARED_WAKER] {
        // The later futures finish first.
        let futures = (0..length).map(|index| async move {
            for _ in index..length {
                futures_lite::future::yield_now().await;
            }
            index
        });
        assert_eq!(block_on(join_all(futures)), (0..length).collect::<Vec<_>>());
    }
}

#[test]
fn a_future_of_a_long_list_is_polled_only_if_it_was_woken() {
    let gates = Gates::default();
    let length = MAX_SHARED_WAKER + 1;
    let count = Arc::new(Count::default());
    let task = Waker::from(count.clone());
    let mut cx = Context::from_waker(&task);
    let mut all = pin!(join_all((0..length).map(|gate| gates.wait(gate))));
    assert!(all.as_mut().poll(&mut cx).is_pending());
    assert_eq!(gates.polls.load(Ordering::SeqCst), length);

    gates.open.lock().extend(0..length);
    let wakers = std::mem::take(&mut *gates.wakers.lock());
    wakers[7].wake_by_ref();
    wakers[7].wake_by_ref();
    wakers[3].wake_by_ref();
    assert_eq!(count.read(), 1, "the task is woken once for all of them");
    assert!(all.as_mut().poll(&mut cx).is_pending());
    assert_eq!(gates.polls.load(Ordering::SeqCst), length + 2);

    wakers.into_iter().for_each(Waker::wake);
    assert_eq!(count.read(), 2);
    assert_eq!(all.poll(&mut cx), Poll::Ready((0..length).collect()));
    assert_eq!(gates.polls.load(Ordering::SeqCst), 2 * length);
}

#[test]
fn a_short_list_passes_on_the_waker_of_the_task() {
    let gates = Gates::default();
    let count = Arc::new(Count::default());
    let task = Waker::from(count.clone());
    let mut all = pin!(join_all((0..MAX_SHARED_WAKER).map(|gate| gates.wait(gate))));
    assert!(all.as_mut().poll(&mut Context::from_waker(&task)).is_pending());
    assert!(gates.wakers.lock().iter().all(|waker| waker.will_wake(&task)));
}

/// Deadlock detection waits until such a clone is gone.
#[test]
fn the_end_of_a_long_list_drops_its_clone_of_the_waker() {
    let length = MAX_SHARED_WAKER + 1;
    for is_finished in [false, true] {
        let gates = Gates::default();
        let count = Arc::new(Count::default());
        let task = Waker::from(count.clone());
        let mut all = Box::pin(join_all((0..length).map(|gate| gates.wait(gate))));
        assert!(all.as_mut().poll(&mut Context::from_waker(&task)).is_pending());
        assert_eq!(Arc::strong_count(&count), 3);
        if is_finished {
            gates.open.lock().extend(0..length);
            let wakers = gates.wakers.lock().clone();
            wakers.into_iter().for_each(Waker::wake);
            assert!(block_on(poll_once(&mut all)).is_some());
        } else {
            drop(all);
        }
        // The futures' own wakers still exist.
        assert_eq!(gates.wakers.lock().len(), length);
        assert_eq!(Arc::strong_count(&count), 2);
    }
}
