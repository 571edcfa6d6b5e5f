//! A cycle that cannot be detected immediately, because other code holds a waker that will never
//! wake: it is detected when the waker is dropped.

use super::node::{Answer, Passing, Way, flat, plainly, refused, ring, round};
use actor_core::prelude::*;
use futures_lite::future::{poll_fn, poll_once, yield_now};
use std::future::Future;
use std::pin::Pin;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};
use tests::foreign_sleep;

type Waiting = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// Stored wakers, until they are dropped.
static STASHED: Mutex<Vec<Waker>> = Mutex::new(Vec::new());

fn stashing(call: Passing) -> Waiting {
    Box::pin(async {
        yield_now().await;
        poll_fn(|cx| {
            STASHED.lock().unwrap_or_else(PoisonError::into_inner).push(cx.waker().clone());
            Poll::Ready(())
        })
        .await;
        flat(call.await)
    })
}

/// A timer of another runtime, dropped long before it is due: its reactor keeps the waker until it
/// turns.
fn after_a_dropped_timer(call: Passing) -> Waiting {
    Box::pin(async {
        yield_now().await;
        let mut hour = Box::pin(foreign_sleep(Duration::from_secs(3600)));
        assert!(poll_once(&mut hour).await.is_none());
        // Meanwhile, the reactor registers the timer and has nothing else to do for an hour.
        actor_core::time::sleep(Duration::from_millis(5)).await;
        drop(hour);
        flat(call.await)
    })
}

/// How long it may take on a slow and busy machine; a second is promised.
const LIMIT: Duration = Duration::from_secs(10);

/// Drops stashed wakers, late: a handler may stash its waker at any time.
fn drop_stashed_until(over: Arc<AtomicBool>) -> impl FnOnce() {
    move || {
        while !over.load(Ordering::Relaxed) {
            thread::sleep(Duration::from_millis(20));
            let stashed =
                std::mem::take(&mut *STASHED.lock().unwrap_or_else(PoisonError::into_inner));
            drop(stashed);
        }
    }
}

pub fn a_cycle_is_found_when_a_stale_waker_is_dropped(system: &System) {
    system.block_on(async {
        for (way, is_stashed) in [(stashing as Way, true), (after_a_dropped_timer, false)] {
            for place in [0, 1] {
                let mut ways: Vec<Way> = vec![plainly; 2];
                ways[place] = way;
                let nodes = ring(&ways).await;
                let begun = Instant::now();
                let over = Arc::new(AtomicBool::new(!is_stashed));
                let dropper = thread::spawn(drop_stashed_until(over.clone()));
                refused(round(&nodes).await, 2);
                over.store(true, Ordering::Relaxed);
                dropper.join().unwrap();
                let took = begun.elapsed();
                assert!(took < LIMIT, "found after {took:?}");
                nodes.iter().for_each(|node| node.stop());
            }
        }
    });
}

/// In this process other tests have timers, by which the reactor turns.
#[test]
fn a_cycle_is_found_where_nothing_else_turns_the_reactor() {
    let test = "real::multi_thread_2::a_cycle_is_found_when_a_stale_waker_is_dropped";
    let program = std::env::current_exe().unwrap();
    let output = Command::new(program).args([test, "--exact"]).output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{printed}");
    assert!(printed.contains("1 passed"), "{printed}");
}
