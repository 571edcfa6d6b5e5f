//! A pending `join` observes a failure. One that was dropped does not, nor does a wait for another change of
//! the state.

use actor_core::prelude::*;
use actor_core::topic::Topic;
use std::pin::Pin;
use std::task::{Context as Poller, Waker};
use std::time::Duration;
use tests::guarded;

#[actor]
struct Bomb;

#[actor]
impl Bomb {
    /// Notifies its joiners of the stop, and then fails.
    fn stop_and_panic(&self, context: &Context<Self>) {
        context.stop();
        panic!("planned");
    }

    fn panic(&self) {
        panic!("planned");
    }

    /// Returns the wait for the stop.
    fn stopping(&self, context: &Context<Self>) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(context.stopping())
    }
}

#[actor]
struct Stillborn;

#[actor]
impl Stillborn {
    #[on_start]
    fn begin(&self) {
        panic!("planned");
    }
}

/// Returns a simulation, and a system with a thread of its own.
fn systems() -> [System; 2] {
    [System::simulation(1), System::builder().threads(1).on_incident(|_| {}).build()]
}

/// Polls a wait once, without a task that could poll it again.
fn poll_by_hand(wait: &mut (impl Future + Unpin)) {
    let pending = Pin::new(wait).poll(&mut Poller::from_waker(Waker::noop())).is_pending();
    assert!(pending, "the wait has ended");
}

/// Waits for the end of all actors, and returns the number of failures that were not observed.
fn unobserved_at_the_end(system: &System) -> u64 {
    assert!(system.block_on(system.shutdown(Duration::from_secs(10))).is_clean());
    system.counters().unobserved_failures
}

#[test]
fn a_joiner_that_was_notified_of_the_stop_observes_the_failure() {
    guarded("a_joiner_that_was_notified_of_the_stop_observes_the_failure", || {
        for system in systems() {
            let mut join = None;
            system.block_on(async {
                let bomb = Bomb.spawn();
                poll_by_hand(join.insert(bomb.join()));
                assert!(matches!(bomb.stop_and_panic().await, Err(CallError::Panicked(_))));
            });
            assert_eq!(unobserved_at_the_end(&system), 0);
            assert!(matches!(system.block_on(join.unwrap()), Exit::Failed(_)));
        }
    });
}

#[test]
fn a_joiner_that_was_notified_of_the_start_observes_the_failure() {
    guarded("a_joiner_that_was_notified_of_the_start_observes_the_failure", || {
        // On one thread, the bomb starts after the first poll of the join.
        for system in [System::simulation(1), System::current_thread()] {
            let mut join = None;
            system.block_on(async {
                let bomb = Bomb.spawn();
                poll_by_hand(join.insert(bomb.join()));
                assert!(matches!(bomb.panic().await, Err(CallError::Panicked(_))));
            });
            assert_eq!(unobserved_at_the_end(&system), 0);
            assert!(matches!(system.block_on(join.unwrap()), Exit::Failed(_)));
        }
    });
}

#[test]
fn a_dropped_join_observes_nothing() {
    guarded("a_dropped_join_observes_nothing", || {
        for system in systems() {
            system.block_on(async {
                let bomb = Bomb.spawn();
                let mut join = bomb.join();
                poll_by_hand(&mut join);
                drop(join);
                assert!(matches!(bomb.stop_and_panic().await, Err(CallError::Panicked(_))));
            });
            assert_eq!(unobserved_at_the_end(&system), 1);
        }
    });
}

#[test]
fn a_wait_for_the_stop_observes_nothing() {
    guarded("a_wait_for_the_stop_observes_nothing", || {
        for system in systems() {
            let mut wait = None;
            system.block_on(async {
                let bomb = Bomb.spawn();
                poll_by_hand(wait.insert(bomb.stopping().await.unwrap()));
                assert!(matches!(bomb.panic().await, Err(CallError::Panicked(_))));
            });
            assert_eq!(unobserved_at_the_end(&system), 1);
            system.block_on(wait.unwrap());
        }
    });
}

#[test]
fn a_wait_for_the_start_observes_only_a_failed_start() {
    guarded("a_wait_for_the_start_observes_only_a_failed_start", || {
        for system in [System::simulation(1), System::current_thread()] {
            let (mut begun, mut failed) = (None, None);
            system.block_on(async {
                let (bomb, stillborn) = (Bomb.spawn(), Stillborn.spawn());
                let start = bomb.clone();
                poll_by_hand(begun.insert(Box::pin(async move { start.started().await })));
                poll_by_hand(failed.insert(Box::pin(async move { stillborn.started().await })));
                assert!(matches!(bomb.panic().await, Err(CallError::Panicked(_))));
            });
            assert_eq!(unobserved_at_the_end(&system), 1);
            assert_eq!(system.block_on(begun.unwrap()), Ok(()));
            assert!(matches!(system.block_on(failed.unwrap()), Err(Exit::Failed(_))));
        }
    });
}

#[test]
fn a_subscription_to_a_topic_observes_nothing() {
    guarded("a_subscription_to_a_topic_observes_nothing", || {
        for system in systems() {
            let topic = Topic::<u32>::new();
            system.block_on(async {
                let bomb = Bomb.spawn();
                topic.subscribe(&bomb, |me, _item| me.panic()).detach();
                // The subscription has begun to wait when its item arrives.
                topic.publish(1).await;
                let end = bomb.downgrade();
                while end.is_alive() {
                    actor_core::future::yield_now().await;
                }
            });
            assert_eq!(unobserved_at_the_end(&system), 1);
        }
    });
}
