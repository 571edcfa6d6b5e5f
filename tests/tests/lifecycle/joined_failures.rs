//! A pending `join` observes a failure; one that was dropped does not.

use actor_core::prelude::*;
use actor_core::{Incident, Join};
use futures_lite::future::{poll_once, yield_now};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tests::guarded;

#[actor]
struct Bomb;

#[actor]
impl Bomb {
    /// Notifies its joiners of the stop. The failure follows before one of them is polled again.
    fn stop_and_panic(&self, context: &Context<Self>) {
        context.stop();
        panic!("planned");
    }
}

/// The incidents of a bomb that fails behind a pending join, which `at_the_stop` may drop.
fn incidents(at_the_stop: fn(Join) -> Option<Join>) -> Vec<Incident> {
    let incidents = Arc::new(Mutex::new(Vec::new()));
    let log = incidents.clone();
    let hook = move |incident: &Incident| log.lock().unwrap().push(incident.clone());
    let system = System::builder().threads(1).on_incident(hook).build();
    system.block_on(async {
        let bomb = Bomb.spawn();
        let mut join = bomb.join();
        assert!(poll_once(&mut join).await.is_none());
        let join = at_the_stop(join);
        assert!(matches!(bomb.stop_and_panic().await, Err(CallError::Panicked(_))));
        match join {
            Some(join) => assert!(matches!(join.await, Exit::Failed(_))),
            None => {
                while bomb.is_alive() {
                    yield_now().await;
                }
            }
        }
    });
    assert!(system.block_on(system.shutdown(Duration::from_secs(10))).is_clean());
    let incidents = incidents.lock().unwrap();
    incidents.clone()
}

#[test]
fn a_joiner_that_was_notified_of_the_stop_observes_the_failure() {
    guarded("a_joiner_that_was_notified_of_the_stop_observes_the_failure", || {
        let incidents = incidents(Some);
        assert!(incidents.is_empty(), "{incidents:?}");
    });
}

#[test]
fn a_dropped_join_observes_nothing() {
    guarded("a_dropped_join_observes_nothing", || {
        let incidents = incidents(|_| None);
        assert!(matches!(&incidents[..], [Incident::UnobservedFailure { .. }]), "{incidents:?}");
    });
}
