//! Wakers that panic when they are woken, cloned or dropped, such as the wakers of an executor that has
//! ended: all other wakers are still woken, and the actor that wakes them continues.

use actor_core::prelude::*;
use actor_core::time::sleep;
use actor_core::{time, topic::Topic};
use futures_lite::StreamExt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context as Poller, Poll, RawWaker, RawWakerVTable, Wake, Waker};
use std::time::Duration;
use tests::Gate;

/// Panics when it is woken.
struct Broken;

impl Wake for Broken {
    fn wake(self: Arc<Self>) {
        panic!("planned");
    }
}

/// Panics when its last clone is dropped; it wakes nothing.
struct Sticky;

impl Wake for Sticky {
    fn wake(self: Arc<Self>) {}
}

impl Drop for Sticky {
    fn drop(&mut self) {
        assert!(std::thread::panicking(), "planned");
    }
}

/// A waker that panics when it is cloned. It has no data, and wakes nothing.
fn unclonable() -> Waker {
    const TABLE: RawWakerVTable =
        RawWakerVTable::new(|_| panic!("planned"), |_| {}, |_| {}, |_| {});
    // SAFETY: none of its functions looks at the data.
    unsafe { Waker::from_raw(RawWaker::new(std::ptr::null(), &TABLE)) }
}

/// Polls `future` once with a waker that panics when it is woken.
fn poll_broken<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Poller::from_waker(&Waker::from(Arc::new(Broken))))
}

/// Leaves `future` waiting with such a waker.
fn wait_broken<F: Future>(future: Pin<&mut F>) {
    assert!(poll_broken(future).is_pending());
}

#[actor(capacity = 1)]
struct Node {
    unwanted: bool,
}

#[actor]
impl Node {
    async fn pass(&mut self, gate: Gate) {
        gate.pass().await;
    }

    fn say(&self, number: u32) -> u32 {
        number
    }

    /// Waits until its caller gives up, with a waker that panics.
    async fn watch(&mut self, waits: Gate, mut reply: Reply<u32>) {
        let mut closed = pin!(reply.closed());
        while poll_broken(closed.as_mut()).is_pending() {
            waits.open();
            actor_core::future::yield_now().await;
        }
        self.unwanted = true;
    }

    fn was_unwanted(&self) -> bool {
        self.unwanted
    }

    async fn wait_for_stop(&self, waits: Gate, context: &Context<Self>) {
        let mut stopping = pin!(context.stopping());
        wait_broken(stopping.as_mut());
        waits.open();
        context.stopping().await;
    }
}

fn node() -> NodeAddr {
    Node { unwanted: false }.spawn()
}

/// The node still works, and ends when it is stopped.
async fn goes_on(node: &NodeAddr) {
    assert_eq!(node.say(7).await, Ok(7));
    node.kill();
    assert_eq!(node.join().await, Exit::Killed);
}

pub fn a_sender_whose_waker_panics_is_admitted_and_the_actor_goes_on(system: &System) {
    system.block_on(async {
        let (node, gate) = (node(), Gate::new());
        node.pass(gate.clone()).send().await.unwrap();
        // Behind the one that is handled, or is about to be, one more waits.
        while node.len() > 0 {
            actor_core::future::yield_now().await;
        }
        node.say(1).send().await.unwrap();
        let mut sender = pin!(node.say(2).send());
        wait_broken(sender.as_mut());
        let behind = actor_core::spawn_task(node.say(3).into_owned());
        gate.open();
        assert_eq!(behind.await, Ok(3));
        assert!(sender.await.is_ok(), "it was let in, though its waker panicked");
        goes_on(&node).await;
    });
}

pub fn a_caller_whose_waker_panics_is_answered_and_the_actor_goes_on(system: &System) {
    system.block_on(async {
        let (node, gate) = (node(), Gate::new());
        let mut call = pin!(node.pass(gate.clone()));
        wait_broken(call.as_mut());
        gate.open();
        assert_eq!(node.say(1).await, Ok(1));
        assert_eq!(call.await, Ok(()));
        goes_on(&node).await;
    });
}

pub fn a_joiner_whose_waker_panics_does_not_affect_other_joiners(system: &System) {
    system.block_on(async {
        let (node, gate) = (node(), Gate::new());
        node.pass(gate.clone()).send().await.unwrap();
        let (mut first, mut second) = (pin!(node.join()), pin!(node.join()));
        wait_broken(first.as_mut());
        wait_broken(second.as_mut());
        let third = actor_core::spawn_task(node.join());
        actor_core::future::yield_now().await;
        node.stop();
        gate.open();
        assert_eq!(node.join().await, Exit::Stopped);
        assert_eq!(
            (first.await, second.await, third.await),
            (Exit::Stopped, Exit::Stopped, Exit::Stopped)
        );
        let other = self::node();
        let mut started = pin!(other.started());
        while poll_broken(started.as_mut()).is_pending() {
            actor_core::future::yield_now().await;
        }
        goes_on(&other).await;
    });
}

pub fn a_sleeper_whose_waker_panics_stops_no_timer(system: &System) {
    system.block_on(async {
        let mut broken = pin!(sleep(Duration::from_millis(1)));
        wait_broken(broken.as_mut());
        let mut timed = pin!(time::timeout(Duration::from_millis(1), std::future::pending::<()>()));
        wait_broken(timed.as_mut());
        sleep(Duration::from_millis(5)).await;
        broken.await;
        assert!(timed.await.is_err());
    });
}

pub fn a_reader_whose_waker_panics_stops_no_publisher(system: &System) {
    system.block_on(async {
        let topic = Topic::new();
        let (mut broken, mut other) = (topic.stream(), topic.stream());
        {
            let mut next = pin!(broken.next());
            wait_broken(next.as_mut());
        }
        topic.publish(1).await;
        assert_eq!((broken.next().await, other.next().await), (Some(Ok(1)), Some(Ok(1))));
        {
            let mut next = pin!(broken.next());
            wait_broken(next.as_mut());
        }
        drop(topic);
        assert_eq!((broken.next().await, other.next().await), (None, None));
    });
}

pub fn a_publisher_whose_waker_panics_stops_no_subscriber(system: &System) {
    system.block_on(async {
        let topic = Topic::new();
        let mut stream = topic.stream().wait();
        let mut published = 0;
        while topic.publish(published).try_send() == 0 {
            published += 1;
        }
        let mut publish = pin!(topic.publish(published));
        wait_broken(publish.as_mut());
        for item in 0..published {
            assert_eq!(stream.next().await, Some(Ok(item)));
        }
        publish.await;
        assert_eq!(stream.next().await, Some(Ok(published)));
    });
}

pub fn a_stop_noticed_by_a_waker_that_panics_ends_the_actor(system: &System) {
    system.block_on(async {
        let (node, waits) = (node(), Gate::new());
        node.wait_for_stop(waits.clone()).send().await.unwrap();
        waits.pass().await;
        node.stop();
        assert_eq!(node.join().await, Exit::Stopped);
    });
}

pub fn a_caller_that_leaves_by_a_waker_that_panics_is_noticed(system: &System) {
    system.block_on(async {
        let node = node();
        {
            let waits = Gate::new();
            let mut call = pin!(node.watch(waits.clone()));
            wait_broken(call.as_mut());
            waits.pass().await;
        }
        assert_eq!(node.was_unwanted().await, Ok(true));
        goes_on(&node).await;
    });
}

/// A waker that cannot be cloned, or whose clones panic when they are dropped.
pub fn a_waker_that_panics_when_cloned_or_dropped_fails_the_poll_alone(system: &System) {
    system.block_on(async {
        let (node, gate) = (node(), Gate::new());
        node.pass(gate.clone()).send().await.unwrap();
        while node.len() > 0 {
            actor_core::future::yield_now().await;
        }
        {
            let (mut call, mut join) = (pin!(node.say(1)), pin!(node.join()));
            // Longer than a busy machine keeps this thread from its next poll.
            let mut nap = pin!(sleep(Duration::from_secs(1)));
            let waker = Waker::from(Arc::new(Sticky));
            let sticky = &mut Poller::from_waker(&waker);
            assert!(call.as_mut().poll(sticky).is_pending());
            assert!(join.as_mut().poll(sticky).is_pending());
            assert!(nap.as_mut().poll(sticky).is_pending());
            drop(waker);
            // Polled with another, each drops its clone; the drop of the last panics.
            let other = &mut Poller::from_waker(Waker::noop());
            assert!(join.as_mut().poll(other).is_pending());
            assert!(call.as_mut().poll(other).is_pending());
            assert!(nap.as_mut().poll(other).is_pending());
            let unclonable = unclonable();
            let unclonable = &mut Poller::from_waker(&unclonable);
            let polled = catch_unwind(AssertUnwindSafe(|| join.as_mut().poll(unclonable)));
            assert!(polled.is_err(), "the panic is the poller's");
            let polled = catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(unclonable)));
            assert!(polled.is_err(), "the panic is the poller's");
            nap.await;
            gate.open();
            assert_eq!(call.await, Ok(1));
        }
        goes_on(&node).await;
    });
}
