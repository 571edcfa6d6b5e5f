//! Sends, calls and wake-ups race with an actor that is about to park.

use super::{Flag, Jobs, model, poll};
use crate::cell::system_shared::SystemShared;
use crate::prelude::*;
use crate::sync::Arc;
use crate::sync::Mutex;
use crate::sync::std_sync::{AtomicUsize, Ordering};
use std::future::poll_fn;
use std::task::{Poll, Waker};

/// Counts the handled messages; without loom's types, because the count is read only at the end.
#[actor(crate = crate, capacity = 1)]
struct Counter {
    handled: Arc<AtomicUsize>,
}

#[actor(crate = crate)]
impl Counter {
    fn add(&self) {
        self.handled.fetch_add(1, Ordering::Relaxed);
    }
}

/// An event that a handler waits for.
#[derive(Default)]
struct Latch(Mutex<(bool, Option<Waker>)>);

impl Latch {
    fn open(&self) {
        let mut latch = self.0.lock();
        latch.0 = true;
        let waker = latch.1.take();
        drop(latch);
        waker.into_iter().for_each(Waker::wake);
    }

    async fn pass(&self) {
        poll_fn(|cx| {
            let waker = cx.waker().clone();
            let mut latch = self.0.lock();
            let old = if latch.0 { None } else { latch.1.replace(waker) };
            let is_open = latch.0;
            drop(latch);
            drop(old);
            if is_open { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

#[actor(crate = crate)]
struct Waiter {
    handled: Arc<AtomicUsize>,
    latch: Arc<Latch>,
}

#[actor(crate = crate)]
impl Waiter {
    async fn wait(&mut self) {
        self.latch.pass().await;
        self.handled.fetch_add(1, Ordering::Relaxed);
    }
}

fn counter(system: &Arc<SystemShared>) -> (CounterAddr, Arc<AtomicUsize>) {
    let handled = Arc::new(AtomicUsize::new(0));
    let mut prepared = Counter { handled: handled.clone() }.prepare();
    prepared.system = Some(system.clone());
    (prepared.spawn(), handled)
}

#[test]
fn a_message_sent_while_the_actor_parks_is_handled() {
    model(|| {
        let (jobs, system) = Jobs::system();
        let (counter, handled) = counter(&system);
        counter.add().try_send().expect("there is room");
        let other = counter.clone();
        let sender = loom::thread::spawn(move || other.add().try_send().is_ok());
        jobs.run_one();
        jobs.run_one();
        let accepted = 1 + usize::from(sender.join().expect("it does not panic"));
        jobs.run_all();
        assert_eq!(handled.load(Ordering::Relaxed), accepted);
        drop(counter);
        jobs.run_all();
    });
}

#[test]
fn a_sender_that_waits_for_capacity_is_admitted_and_woken() {
    model(|| {
        let (jobs, system) = Jobs::system();
        let (counter, handled) = counter(&system);
        counter.add().try_send().expect("there is room");
        let other = counter.clone();
        let sender = loom::thread::spawn(move || {
            let flag = Flag::new();
            let mut sending = other.add().into_owned().send();
            (poll(&mut sending, &flag).is_ready(), sending, flag)
        });
        jobs.run_one();
        let (is_accepted, mut sending, flag) = sender.join().expect("it does not panic");
        jobs.run_all();
        if !is_accepted {
            assert!(flag.take(), "there is capacity, and no sender was woken");
            assert!(poll(&mut sending, &flag).is_ready());
        }
        jobs.run_all();
        assert_eq!(handled.load(Ordering::Relaxed), 2);
        drop((sending, counter));
        jobs.run_all();
    });
}

#[test]
fn the_last_address_dropped_while_the_actor_parks_ends_it() {
    model(|| {
        let (jobs, system) = Jobs::system();
        let (counter, handled) = counter(&system);
        let weak = counter.downgrade();
        let last = loom::thread::spawn(move || {
            counter.add().try_send().expect("there is room");
            drop(counter);
        });
        jobs.run_one();
        last.join().expect("it does not panic");
        jobs.run_all();
        assert_eq!(handled.load(Ordering::Relaxed), 1);
        assert!(!weak.is_alive(), "it is alive without a sender");
    });
}

#[test]
fn a_handler_woken_while_its_task_parks_continues() {
    model(|| {
        let (jobs, system) = Jobs::system();
        let (handled, latch) = (Arc::new(AtomicUsize::new(0)), Arc::new(Latch::default()));
        let waiter = Waiter { handled: handled.clone(), latch: latch.clone() };
        let mut prepared = waiter.prepare();
        prepared.system = Some(system.clone());
        let waiter = prepared.spawn();
        waiter.wait().try_send().expect("there is room");
        let opener = loom::thread::spawn(move || latch.open());
        jobs.run_one();
        opener.join().expect("it does not panic");
        jobs.run_all();
        assert_eq!(handled.load(Ordering::Relaxed), 1);
        drop(waiter);
        jobs.run_all();
    });
}
