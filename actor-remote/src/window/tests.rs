//! The order of waiters, their limits, and the number of wake-ups.

use super::{CALLS, PAIR, Window};
use actor_core::System;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Records its number in the order of the wake-ups.
struct Woken {
    number: usize,
    order: Arc<Mutex<Vec<usize>>>,
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.order.lock().unwrap().push(self.number);
    }
}

#[test]
fn waiters_are_admitted_in_order_and_one_that_leaves_admits_the_next() {
    let window = Window::new();
    assert_eq!(poll(pin!(window.take(PAIR - 10, false))), Poll::Ready(true));
    let mut small = Box::pin(window.take(5, false));
    {
        let mut large = pin!(window.take(20, false));
        assert_eq!(poll(large.as_mut()), Poll::Pending);
        assert_eq!(poll(small.as_mut()), Poll::Pending, "the large one is first");
    }
    assert_eq!(poll(small.as_mut()), Poll::Ready(true));
    let mut last = pin!(window.take(20, false));
    assert_eq!(poll(last.as_mut()), Poll::Pending);
    window.close();
    assert_eq!(poll(last.as_mut()), Poll::Ready(false));
}

#[test]
fn a_message_larger_than_the_window_waits_until_nothing_is_under_way() {
    let window = Window::new();
    assert_eq!(poll(pin!(window.take(1, false))), Poll::Ready(true));
    let mut large = pin!(window.take(2 * PAIR, false));
    assert_eq!(poll(large.as_mut()), Poll::Pending);
    window.give(1);
    assert_eq!(poll(large.as_mut()), Poll::Ready(true));
    assert!(poll(pin!(window.room())).is_pending());
    window.give(u64::MAX);
    assert_eq!(poll(pin!(window.take(PAIR, false))), Poll::Ready(true));
}

#[test]
fn unanswered_calls_are_limited() {
    let window = Window::new();
    for _ in 0..CALLS {
        assert_eq!(poll(pin!(window.take(1, true))), Poll::Ready(true));
    }
    assert_eq!(poll(pin!(window.take(1, true))), Poll::Pending);
    assert_eq!(poll(pin!(window.take(1, false))), Poll::Ready(true));
    window.answered(1);
    assert_eq!(poll(pin!(window.take(1, true))), Poll::Ready(true));
}

const COST: u64 = 4000;

#[test]
fn a_thousand_waiters_are_woken_once_each_in_order_and_only_if_they_fit() {
    let window = Window::new();
    assert_eq!(poll(pin!(window.take(PAIR, false))), Poll::Ready(true));
    let order = Arc::new(Mutex::new(Vec::new()));
    let woken = || order.lock().unwrap().len();
    let mut waiting: Vec<_> = (0..1000).map(|_| Box::pin(window.take(COST, true))).collect();
    for (number, waiter) in waiting.iter_mut().enumerate() {
        let waker = Waker::from(Arc::new(Woken { number, order: order.clone() }));
        assert!(waiter.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    }
    window.give(COST - 1);
    assert_eq!(woken(), 0, "none of them fits");
    window.give(1);
    assert_eq!(woken(), 1);
    for _ in 0..333 {
        let before = woken();
        window.give(3 * COST);
        assert_eq!(woken(), before + 3);
    }
    window.answered(1);
    window.close();
    assert_eq!(*order.lock().unwrap(), (0..1000).collect::<Vec<_>>());
}

#[test]
fn a_waiter_that_leaves_after_its_admission_gives_its_credit_to_the_next_one() {
    let window = Window::new();
    assert_eq!(poll(pin!(window.take(PAIR, false))), Poll::Ready(true));
    let mut first = Box::pin(window.take(COST, true));
    let mut second = pin!(window.take(COST, true));
    assert!(poll(first.as_mut()).is_pending() && poll(second.as_mut()).is_pending());
    window.give(COST);
    assert!(poll(second.as_mut()).is_pending());
    drop(first);
    assert_eq!(poll(second.as_mut()), Poll::Ready(true));
    let state = window.lock();
    assert_eq!((state.credit, state.calls), (0, 1));
}

#[test]
fn waiters_for_credit_are_woken_one_at_a_time() {
    let window = Window::new();
    window.spend(PAIR);
    let mut first = pin!(window.room());
    let mut second = pin!(window.room());
    assert!(poll(first.as_mut()).is_pending() && poll(second.as_mut()).is_pending());
    window.give(COST);
    let Poll::Ready(Some(turn)) = poll(first.as_mut()) else { panic!("there is room") };
    assert!(poll(second.as_mut()).is_pending());
    window.spend(COST);
    drop(turn);
    assert!(poll(second.as_mut()).is_pending(), "the first one has taken all of it");
    window.give(1);
    assert!(poll(second.as_mut()).is_ready());
}

/// Tasks that take, leave early and give back, until each has had its turns.
#[test]
fn no_wake_up_is_lost_on_real_threads() {
    const TASKS: u64 = 40;
    const ROUNDS: u64 = 500;
    let system = System::builder().threads(4).build();
    let window = Arc::new(Window::new());
    let under_way = Arc::new(AtomicUsize::new(0));
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let (window, under_way) = (window.clone(), under_way.clone());
            system.spawn_task(async move {
                for round in 0..ROUNDS {
                    // Two or three of them fill the window.
                    let cost = PAIR / 3 + (task * 31 + round * 17) % (PAIR / 6);
                    let leaves = async {
                        actor_core::future::yield_now().await;
                        false
                    };
                    let is_taken = match round % 3 {
                        0 => actor_core::future::or(window.take(cost, true), leaves).await,
                        _ => window.take(cost, true).await,
                    };
                    if is_taken {
                        let cost = usize::try_from(cost).unwrap();
                        let before = under_way.fetch_add(cost, Ordering::SeqCst);
                        assert!((before + cost) as u64 <= PAIR);
                        actor_core::future::yield_now().await;
                        under_way.fetch_sub(cost, Ordering::SeqCst);
                        window.give(cost as u64);
                        window.answered(1);
                    }
                }
            })
        })
        .collect();
    system.block_on(async {
        for task in tasks {
            task.await;
        }
    });
    let state = window.lock();
    assert_eq!((state.credit, state.calls), (PAIR.cast_signed(), 0));
    assert!(state.waiting.is_empty());
}
