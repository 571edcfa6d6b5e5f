//! Wakers that are user code: their drop panics, or ends the other side of the cell; their wake polls it.
#![cfg(not(actor_loom))]

use actor_atomic::{Initial, Receiver, Sender, reply_cell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Poll, Wake, Waker};

/// Panics when its last clone is dropped.
struct Sticky;

impl Wake for Sticky {
    fn wake(self: Arc<Self>) {}
}

impl Drop for Sticky {
    fn drop(&mut self) {
        resume_unwind(Box::new("planned"));
    }
}

fn sticky() -> Waker {
    Arc::new(Sticky).into()
}

/// Drops `end`, which panics.
fn drop_panics<T>(end: T) -> bool {
    catch_unwind(AssertUnwindSafe(|| drop(end))).is_err()
}

#[derive(Default)]
struct Flag(AtomicUsize);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// A sender that waits, its flag, and the receiver.
fn waiting_sender(first: Option<Waker>) -> (Sender<u8>, Arc<Flag>, Receiver<u8>) {
    let (mut sender, receiver) = reply_cell(Initial::default(), first);
    let flag = Arc::new(Flag::default());
    assert!(sender.poll_gone(&flag.clone().into(), drop).is_pending());
    (sender, flag, receiver)
}

#[test]
fn a_dropped_receiver_wakes_the_sender_though_its_first_waker_panics() {
    let (mut sender, flag, receiver) = waiting_sender(Some(sticky()));
    assert!(drop_panics(receiver));
    assert_eq!(flag.0.load(Ordering::Relaxed), 1);
    assert_eq!(sender.poll_gone(Waker::noop(), drop), Poll::Ready(()));
}

#[test]
fn a_dropped_receiver_wakes_the_sender_though_its_later_waker_panics() {
    let (mut sender, flag, mut receiver) = waiting_sender(None);
    assert!(receiver.poll(&sticky(), drop).is_pending());
    assert!(drop_panics(receiver));
    assert_eq!(flag.0.load(Ordering::Relaxed), 1);
    assert_eq!(sender.poll_gone(Waker::noop(), drop), Poll::Ready(()));
}

#[test]
fn a_dropped_sender_has_finished_though_the_waker_that_it_wakes_panics() {
    let (sender, mut receiver) = reply_cell::<u8>(Initial::default(), Some(sticky()));
    assert!(drop_panics(sender));
    assert_eq!(receiver.poll(Waker::noop(), drop), Poll::Ready(None));
}

/// Drops an end of a cell with its last clone.
struct Owner<T>(T);

impl<T: Send + Sync + 'static> Wake for Owner<T> {
    fn wake(self: Arc<Self>) {}
}

#[test]
fn a_waker_whose_drop_ends_the_sender_is_replaced() {
    for first in [false, true] {
        let (sender, mut receiver) =
            reply_cell::<u8>(Initial::default(), first.then(|| Waker::noop().clone()));
        assert!(receiver.poll(&Arc::new(Owner(sender)).into(), drop).is_pending());
        let poll = receiver.poll(&Arc::new(Flag::default()).into(), drop);
        assert_eq!(poll, Poll::Ready(None), "the sender was dropped with the first waker");
    }
}

#[test]
fn a_receiver_leaves_though_the_drop_of_its_waker_ends_the_sender() {
    let (sender, mut receiver) = reply_cell::<u8>(Initial::default(), None);
    let flag = Arc::new(Flag::default());
    let mut sender = sender;
    assert!(sender.poll_gone(&flag.clone().into(), drop).is_pending());
    assert!(receiver.poll(&Arc::new(Owner(sender)).into(), drop).is_pending());
    drop(receiver);
    assert_eq!((flag.0.load(Ordering::Relaxed), Arc::strong_count(&flag)), (1, 1));
}

#[test]
fn a_waker_whose_drop_ends_the_receiver_is_replaced() {
    let (mut sender, receiver) = reply_cell::<u8>(Initial::default(), None);
    assert!(sender.poll_gone(&Arc::new(Owner(receiver)).into(), drop).is_pending());
    let flag = Arc::new(Flag::default());
    let poll = sender.poll_gone(&flag.clone().into(), drop);
    assert!(poll.is_pending() && flag.0.load(Ordering::Relaxed) == 1, "it was woken meanwhile");
    assert_eq!(sender.poll_gone(Waker::noop(), drop), Poll::Ready(()));
}

/// A task that is polled where it is woken.
struct Task {
    receiver: Mutex<Option<Receiver<u8>>>,
    received: Arc<Mutex<Vec<Option<u8>>>>,
}

impl Task {
    fn poll(self: &Arc<Self>) {
        let mut receiver = self.receiver.lock().unwrap();
        if let Some(polled) = &mut *receiver
            && let Poll::Ready(value) = polled.poll(&self.clone().into(), drop)
        {
            *receiver = None;
            self.received.lock().unwrap().push(value);
        }
    }
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        self.poll();
    }
}

#[test]
fn a_waker_that_polls_the_receiver_gets_the_value_or_none() {
    for value in [Some(7), None] {
        let (sender, receiver) = reply_cell(Initial::default(), None);
        let received = Arc::default();
        let receiver = Mutex::new(Some(receiver));
        // The cell has the only reference to the task.
        Arc::new(Task { receiver, received: Arc::clone(&received) }).poll();
        match value {
            Some(value) => sender.send(value, drop).unwrap().unwrap().wake(),
            None => drop(sender),
        }
        assert_eq!(*received.lock().unwrap(), [value]);
        assert_eq!(Arc::strong_count(&received), 1, "the task has leaked");
    }
}
