//! Ways to wait for a single call: each is refused in a cycle, at any position, and immediately.

use super::node::{
    Answer, Passing, Way, at_once, at_once_after, flat, plainly, refused, ring, round,
    time_without_a_cycle,
};
use actor_core::future::join_all;
use actor_core::prelude::*;
use futures_lite::FutureExt as _;
use futures_lite::future::{or, pending};
use futures_util::FutureExt as _;
use std::future::Future;
use std::pin::{Pin, pin};
use std::time::Duration;
use tests::foreign_sleep;

type Waiting = Pin<Box<dyn Future<Output = Answer> + Send>>;

fn in_a_block(call: Passing) -> Waiting {
    async fn inner(call: Passing) -> Answer {
        flat(call.await)
    }
    async fn outer(call: Passing) -> Answer {
        inner(call).await
    }
    Box::pin(outer(call))
}

fn boxed(call: Passing) -> Waiting {
    Box::pin(async {
        let call: Pin<Box<dyn Future<Output = _> + Send>> = Box::pin(call);
        flat(call.await)
    })
}

fn pinned(call: Passing) -> Waiting {
    Box::pin(async {
        let call = pin!(call);
        flat(call.await)
    })
}

fn mapped(call: Passing) -> Waiting {
    Box::pin(call.map(flat))
}

fn fused(call: Passing) -> Waiting {
    Box::pin(async { flat(futures_util::FutureExt::fuse(call).await) })
}

fn caught(call: Passing) -> Waiting {
    Box::pin(async {
        let call = std::panic::AssertUnwindSafe(call);
        flat(futures_lite::FutureExt::catch_unwind(call).await.unwrap())
    })
}

fn or_never(call: Passing) -> Waiting {
    Box::pin(async { flat(or(call, pending()).await) })
}

fn never_or(call: Passing) -> Waiting {
    Box::pin(async { flat(pending().or(call).await) })
}

fn selected(call: Passing) -> Waiting {
    Box::pin(async {
        let never = pending::<()>();
        match futures_util::future::select(call, never).await {
            futures_util::future::Either::Left((answer, _)) => flat(answer),
            futures_util::future::Either::Right(_) => Ok(0),
        }
    })
}

fn joined_alone(call: Passing) -> Waiting {
    Box::pin(async { flat(join_all([call]).await.remove(0)) })
}

fn after_sleep(call: Passing) -> Waiting {
    Box::pin(async {
        actor_core::time::sleep(Duration::from_micros(10)).await;
        flat(call.await)
    })
}

fn after_another_timer(call: Passing) -> Waiting {
    Box::pin(async {
        foreign_sleep(Duration::from_micros(10)).await;
        flat(call.await)
    })
}

fn after_unblock(call: Passing) -> Waiting {
    Box::pin(async {
        actor_core::unblock(|| ()).await;
        flat(call.await)
    })
}

fn after_a_channel(call: Passing) -> Waiting {
    Box::pin(async {
        let (sender, receiver) = async_channel::bounded(1);
        actor_core::spawn_task(async move { sender.send(()).await }).detach();
        receiver.recv().await.unwrap();
        flat(call.await)
    })
}

fn after_a_oneshot(call: Passing) -> Waiting {
    Box::pin(async {
        let (sender, receiver) = tokio::sync::oneshot::channel();
        actor_core::spawn_task(async move { sender.send(()) }).detach();
        receiver.await.unwrap();
        flat(call.await)
    })
}

fn holding_a_lock(call: Passing) -> Waiting {
    Box::pin(async {
        let lock = std::sync::Arc::new(tokio::sync::Mutex::new(()));
        let held = lock.clone().lock_owned().await;
        actor_core::spawn_task(async move { drop(held) }).detach();
        let _held = lock.lock().await;
        flat(call.await)
    })
}

fn polled_before(call: Passing) -> Waiting {
    Box::pin(async {
        let mut call = call;
        if let Some(answer) = futures_lite::future::poll_once(&mut call).await {
            return flat(answer);
        }
        futures_lite::future::yield_now().await;
        flat(call.await)
    })
}

fn after_a_dropped_sleep(call: Passing) -> Waiting {
    Box::pin(async {
        let hour = actor_core::time::sleep(Duration::from_secs(3600));
        futures_lite::future::poll_once(hour).await;
        flat(call.await)
    })
}

const WAYS: [(&str, Way); 17] = [
    ("plainly", plainly),
    ("in_a_block", in_a_block),
    ("boxed", boxed),
    ("pinned", pinned),
    ("mapped", mapped),
    ("fused", fused),
    ("caught", caught),
    ("or_never", or_never),
    ("never_or", never_or),
    ("selected", selected),
    ("joined_alone", joined_alone),
    ("after_sleep", after_sleep),
    ("after_a_channel", after_a_channel),
    ("after_a_oneshot", after_a_oneshot),
    ("holding_a_lock", holding_a_lock),
    ("polled_before", polled_before),
    ("after_a_dropped_sleep", after_a_dropped_sleep),
];

/// These end by another thread.
const ELSEWHERE: [(&str, Way); 2] =
    [("after_another_timer", after_another_timer), ("after_unblock", after_unblock)];

pub fn each_untimed_wait_that_completes_a_cycle_is_refused_at_once(system: &System) {
    are_refused(system, &WAYS);
}

pub fn an_earlier_wait_for_another_thread_hides_no_cycle(system: &System) {
    are_refused(system, &ELSEWHERE);
}

fn are_refused(system: &System, ways: &[(&str, Way)]) {
    system.block_on(async {
        for &(what, way) in ways {
            let wait = time_without_a_cycle(way).await;
            for len in 1..=3 {
                // In the actor that completes the cycle, and in its callee.
                for place in [0, len - 1] {
                    let mut ways: Vec<Way> = vec![plainly; len];
                    ways[place] = way;
                    let nodes = ring(&ways).await;
                    at_once_after(wait, what, async || refused(round(&nodes).await, len)).await;
                    nodes.iter().for_each(|node| node.stop());
                }
            }
        }
    });
}

fn timed(call: Passing) -> Waiting {
    Box::pin(async { flat(call.timeout(Duration::from_millis(20)).await) })
}

pub fn a_timed_call_that_completes_a_cycle_is_refused(system: &System) {
    system.block_on(async {
        for len in 1..=3 {
            let mut ways: Vec<Way> = vec![plainly; len];
            ways[len - 1] = timed;
            let nodes = ring(&ways).await;
            at_once("a timed call", async || match round(&nodes).await {
                // With two threads it need not be the last, and then it ends on its own.
                Err(CallError::Timeout { .. } | CallError::DeadlineExceeded { .. }) if len > 1 => {}
                answer => refused(answer, len),
            })
            .await;
            nodes.iter().for_each(|node| node.stop());
        }
    });
}
