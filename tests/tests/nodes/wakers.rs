//! Wakers of futures that wait for a node: one that panics, or calls the node, holds nothing up.

use crate::subject::{LIMIT, SubjectAddr, Two, two};
use actor_core::time;
use actor_remote::Node;
use futures_lite::Stream;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context as Poller, Wake, Waker};
use std::time::Duration;

/// The node works as before, and learns the name `second`.
async fn assert_whole(
    two: &Two,
    second: impl Future<Output = Result<SubjectAddr, actor_remote::NotFound>>,
) {
    assert_eq!(two.remote.add(7).timeout(LIMIT).await, Ok(7));
    assert_eq!(second.await.unwrap().add(8).await, Ok(8));
    assert_eq!(two.client.counters().lost_sessions, 0);
}

/// Panics each time.
#[derive(Default)]
struct Angry(AtomicUsize);

impl Wake for Angry {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
        panic!("woken");
    }
}

/// Calls the node each time.
struct Namer {
    node: Node,
    woken: AtomicUsize,
}

impl Wake for Namer {
    fn wake(self: Arc<Self>) {
        self.woken.fetch_add(1, Ordering::Relaxed);
        self.node.unregister("other");
    }
}

#[actor_core::test(seeds = 5)]
async fn a_waker_that_panics_does_not_end_the_node_that_wakes_it() {
    let two = two().await;
    let angry = Arc::new(Angry::default());
    let waker = Waker::from(angry.clone());
    let mut name = pin!(two.client.wait_for::<SubjectAddr>("second", LIMIT));
    let mut events = pin!(two.client.events());
    let mut left = pin!(two.client.left());
    let poller = &mut Poller::from_waker(&waker);
    assert!(name.as_mut().poll(poller).is_pending());
    while events.as_mut().poll_next(poller).is_ready() {}
    assert!(left.as_mut().poll(poller).is_pending());
    two.server.register("second", &two.local).unwrap();
    time::sleep(Duration::from_secs(1)).await;
    assert!(angry.0.load(Ordering::Relaxed) > 0);
    assert_whole(&two, name).await;
}

#[actor_core::test(seeds = 5)]
async fn a_waker_may_call_the_node_that_wakes_it() {
    let two = two().await;
    let namer = Arc::new(Namer { node: two.client.clone(), woken: AtomicUsize::new(0) });
    let waker = Waker::from(namer.clone());
    let mut name = pin!(two.client.wait_for::<SubjectAddr>("second", LIMIT));
    assert!(name.as_mut().poll(&mut Poller::from_waker(&waker)).is_pending());
    two.server.register("second", &two.local).unwrap();
    time::sleep(Duration::from_secs(1)).await;
    assert!(namer.woken.load(Ordering::Relaxed) > 0);
    assert_whole(&two, name).await;
}
