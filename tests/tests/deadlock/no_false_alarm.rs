//! An actor that something else can wake continues: no false alarm.

use super::node::{Answer, Passing, Way, flat, plainly, ring, round};
use actor_core::prelude::*;
use futures_lite::future::{or, poll_fn, race, yield_now};
use futures_lite::{FutureExt as _, StreamExt as _};
use futures_util::FutureExt as _;
use futures_util::stream::FuturesUnordered;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::thread;
use std::time::{Duration, Instant};
use tests::foreign_sleep;

type Waiting = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// The result of an actor that was woken by something else.
const OUT: Answer = Ok(1_000);

/// Long enough for a false alarm to be raised, immediately or at the first recheck.
const A_WHILE: Duration = Duration::from_millis(5);

async fn a_while() -> Answer {
    actor_core::time::sleep(A_WHILE).await;
    OUT
}

fn or_sleep(call: Passing) -> Waiting {
    Box::pin(or(async { flat(call.await) }, a_while()))
}

fn sleep_or(call: Passing) -> Waiting {
    Box::pin(or(a_while(), async { flat(call.await) }))
}

fn raced(call: Passing) -> Waiting {
    Box::pin(race(async { flat(call.await) }, a_while()))
}

fn selected(call: Passing) -> Waiting {
    Box::pin(async {
        let (call, out) = (Box::pin(async { flat(call.await) }), Box::pin(a_while()));
        futures_util::future::select(call, out).await.factor_first().0
    })
}

fn or_another_timer(call: Passing) -> Waiting {
    Box::pin(async { flat(call.await) }.or(async {
        foreign_sleep(A_WHILE).await;
        OUT
    }))
}

fn timed_by_hand(call: Passing) -> Waiting {
    Box::pin(async { actor_core::time::timeout(A_WHILE, call).await.map_or(OUT, flat) })
}

fn or_a_thread(call: Passing) -> Waiting {
    Box::pin(async {
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let out = async {
            receiver.await.unwrap();
            OUT
        };
        thread::spawn(move || {
            thread::sleep(A_WHILE);
            sender.send(()).unwrap();
        });
        or(async { flat(call.await) }, out).await
    })
}

fn or_a_channel(call: Passing) -> Waiting {
    Box::pin(async {
        let (sender, receiver) = async_channel::bounded(1);
        actor_core::spawn_task(async move {
            actor_core::time::sleep(A_WHILE).await;
            sender.send(()).await
        })
        .detach();
        or(async { flat(call.await) }, async {
            receiver.recv().await.unwrap();
            OUT
        })
        .await
    })
}

fn or_unblock(call: Passing) -> Waiting {
    Box::pin(or(async { flat(call.await) }, async {
        actor_core::unblock(|| thread::sleep(A_WHILE)).await;
        OUT
    }))
}

/// An unknown thread keeps its waker.
fn stashed(call: Passing) -> Waiting {
    let is_out = Arc::new(AtomicBool::new(false));
    let mut is_stashed = false;
    let out = poll_fn(move |cx| {
        if is_out.load(Ordering::SeqCst) {
            return Poll::Ready(OUT);
        }
        if !is_stashed {
            is_stashed = true;
            let (waker, is_out) = (cx.waker().clone(), is_out.clone());
            thread::spawn(move || {
                thread::sleep(A_WHILE);
                is_out.store(true, Ordering::SeqCst);
                waker.wake();
            });
        }
        Poll::Pending
    });
    // Polled by a poll of its own, so that it is the actor's waker that is kept.
    Box::pin(async {
        yield_now().await;
        or(async { flat(call.await) }, out).await
    })
}

fn unordered(call: Passing) -> Waiting {
    Box::pin(async {
        let mut all = FuturesUnordered::<Waiting>::new();
        all.push(Box::pin(async { flat(call.await) }));
        all.push(Box::pin(a_while()));
        all.next().await.unwrap()
    })
}

fn shared(call: Passing) -> Waiting {
    let out: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(async {
        a_while().await.unwrap();
    });
    let out = out.shared();
    actor_core::spawn_task(out.clone()).detach();
    Box::pin(or(async { flat(call.await) }, out.map(|()| OUT)))
}

fn spinning(call: Passing) -> Waiting {
    let begun = Instant::now();
    let out = poll_fn(move |cx| {
        if begun.elapsed() >= A_WHILE {
            return Poll::Ready(OUT);
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    });
    Box::pin(or(async { flat(call.await) }, out))
}

const WAYS: [(&str, Way); 9] = [
    ("or_sleep", or_sleep),
    ("sleep_or", sleep_or),
    ("raced", raced),
    ("selected", selected),
    ("timed_by_hand", timed_by_hand),
    ("or_a_channel", or_a_channel),
    ("unordered", unordered),
    ("shared", shared),
    ("spinning", spinning),
];

/// These ways out are of another thread.
const ELSEWHERE: [(&str, Way); 4] = [
    ("or_another_timer", or_another_timer),
    ("or_a_thread", or_a_thread),
    ("or_unblock", or_unblock),
    ("stashed", stashed),
];

pub fn an_actor_with_another_way_out_continues(system: &System) {
    go_on(system, &WAYS);
}

pub fn an_actor_with_another_way_out_on_another_thread_continues(system: &System) {
    go_on(system, &ELSEWHERE);
}

fn go_on(system: &System, ways: &[(&str, Way)]) {
    system.block_on(async {
        for &(what, way) in ways {
            for len in 1..=3 {
                for place in 0..len {
                    let mut ways: Vec<Way> = vec![plainly; len];
                    ways[place] = way;
                    let nodes = ring(&ways).await;
                    // Each one before it answers one more; those behind it are answered later, by
                    // the one that continues.
                    let answer = round(&nodes).await;
                    assert_eq!(
                        answer,
                        OUT.map(|out| out + place + 1),
                        "{what} at {place} of {len}"
                    );
                    nodes.iter().for_each(|node| node.stop());
                }
            }
        }
    });
}

fn timed_or_sleep(call: Passing) -> Waiting {
    let timed = call.timeout(Duration::from_secs(3600));
    Box::pin(or(async { flat(timed.await) }, a_while()))
}

fn timed_without_end_or_sleep(call: Passing) -> Waiting {
    let timed = call.timeout(Duration::MAX);
    Box::pin(or(async { flat(timed.await) }, a_while()))
}

fn timed(call: Passing) -> Waiting {
    Box::pin(async {
        // The callee inherits the limit, and may report it first.
        match flat(call.timeout(A_WHILE).await) {
            Err(CallError::Timeout { .. } | CallError::DeadlineExceeded { .. }) => OUT,
            answer => answer,
        }
    })
}

pub fn a_timed_call_within_a_cycle_times_out(system: &System) {
    system.block_on(async {
        for len in 2..=3 {
            for place in 0..len - 1 {
                let mut ways: Vec<Way> = vec![plainly; len];
                ways[place] = timed;
                let nodes = ring(&ways).await;
                // It becomes pending long before the cycle is completed.
                let answer = round(&nodes).await;
                match answer {
                    Err(CallError::Deadlock(cycle)) => {
                        // With two threads it may be the last.
                        let label = &cycle.path()[0];
                        assert_eq!(*label, format!("n{place}"), "a timed wait of another counted");
                    }
                    other => assert_eq!(other, OUT.map(|out| out + place + 1)),
                }
                nodes.iter().for_each(|node| node.stop());
            }
        }
    });
}

pub fn a_timed_call_with_another_way_out_is_not_refused(system: &System) {
    system.block_on(async {
        for len in 1..=3 {
            for way in [timed_or_sleep as Way, timed_without_end_or_sleep] {
                let mut ways: Vec<Way> = vec![plainly; len];
                ways[len - 1] = way;
                let nodes = ring(&ways).await;
                assert_eq!(round(&nodes).await, OUT.map(|out| out + len));
                nodes.iter().for_each(|node| node.stop());
            }
        }
    });
}

/// Makes the call from a task that is not the actor.
fn spawned(call: Passing) -> Waiting {
    Box::pin(or(async { flat(actor_core::spawn_task(call).await) }, a_while()))
}

pub fn a_handler_that_spawns_its_callers_continues(system: &System) {
    system.block_on(async {
        let ways: Vec<Way> = vec![plainly, spawned, plainly];
        let nodes = ring(&ways).await;
        assert_eq!(round(&nodes).await, OUT.map(|out| out + 2));
    });
}
