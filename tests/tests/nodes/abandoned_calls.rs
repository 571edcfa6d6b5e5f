//! Calls whose callers give up: wherever the message is by then, nothing of it stays in a table.

use crate::subject::{Two, two};
use actor_core::prelude::*;
use actor_core::time;
use std::time::Duration;
use tests::sized;

/// No call is open on either node.
fn assert_nothing_open(two: &Two) {
    let (client, server) = (two.client.tables(), two.server.tables());
    assert_eq!((client.open_calls, server.running_calls), (0, 0));
}

/// A call that is dropped while it is queued on this side is never sent.
#[actor_core::test(seeds = 20)]
async fn a_call_dropped_in_the_local_queue_is_never_sent() {
    let two = two().await;
    two.remote.slow(1, 60_000).send().await.unwrap();
    // The whole window, so that the next message waits for credit.
    while two.remote.store(vec![7; 4000]).send().timeout(Duration::from_secs(1)).await.is_ok() {}
    let frames = two.network.frames();
    let call = actor_core::spawn_task(two.remote.add(2).into_owned());
    time::sleep(Duration::from_secs(1)).await;
    call.cancel().await;
    time::sleep(Duration::from_secs(1)).await;
    // Heartbeats of both nodes in two seconds, but not the message.
    assert!(two.network.frames() - frames <= 6);
    assert_nothing_open(&two);
    time::sleep(Duration::from_secs(60)).await;
    assert_eq!(two.local.seen().await, Ok(vec![1]));
}

/// A call that is dropped while it is queued on the other side is never handled.
#[actor_core::test(seeds = 20)]
async fn a_call_dropped_in_the_remote_queue_is_never_handled() {
    let two = two().await;
    two.remote.slow(1, 10_000).send().await.unwrap();
    let call = actor_core::spawn_task(two.remote.add(2).into_owned());
    time::sleep(Duration::from_secs(1)).await;
    assert_eq!((two.client.tables().open_calls, two.server.tables().running_calls), (1, 1));
    call.cancel().await;
    time::sleep(Duration::from_millis(20)).await;
    assert_nothing_open(&two);
    assert_eq!(two.remote.seen().await, Ok(vec![1]));
}

/// Of many calls, those that are dropped are not handled, wherever they are queued on the other side: in the
/// mailbox, in front of it, or before that.
#[actor_core::test(seeds = 20)]
async fn only_those_of_many_calls_are_cancelled_that_were_dropped() {
    for first in 0..3 {
        let two = two().await;
        two.remote.slow(1000, 10_000).send().await.unwrap();
        let call = |number| actor_core::spawn_task(two.remote.add(number).into_owned());
        let (dropped, waiting): (Vec<_>, Vec<_>) =
            (0..150).map(|number| (number, call(number))).partition(|it| it.0 % 3 == first);
        time::sleep(Duration::from_secs(1)).await;
        assert_eq!(two.server.tables().running_calls, 150);
        for (_, call) in dropped {
            call.cancel().await;
        }
        time::sleep(Duration::from_millis(20)).await;
        assert_eq!((two.client.tables().open_calls, two.server.tables().running_calls), (100, 100));
        let mut handled = Vec::new();
        for (number, call) in waiting {
            assert_eq!(call.await, Ok(number));
            handled.push(number);
        }
        let mut seen = two.remote.seen().await.unwrap();
        seen.sort_unstable();
        handled.push(1000);
        assert_eq!(seen, handled);
        time::sleep(Duration::from_millis(20)).await;
        assert_nothing_open(&two);
    }
}

/// A call that is dropped while it is handled is handled to its end, and its reply is discarded.
#[actor_core::test(seeds = 20)]
async fn a_call_dropped_while_it_runs_is_finished() {
    let two = two().await;
    let call = actor_core::spawn_task(two.remote.slow(1, 5000).into_owned());
    time::sleep(Duration::from_secs(1)).await;
    call.cancel().await;
    time::sleep(Duration::from_millis(20)).await;
    assert_nothing_open(&two);
    assert_eq!(two.remote.seen().await, Ok(vec![1]));
    assert_eq!(two.client.counters().bad_frames, 0);
}

/// Timed-out calls leave nothing behind.
#[actor_core::test]
async fn timed_out_calls_leave_the_tables_empty() {
    let two = two().await;
    for _ in 0..sized(20, 1000) {
        two.remote.slow(0, 3000).send().await.unwrap();
        let limit = Duration::from_millis(100);
        let call = |number| two.remote.add(number).timeout(limit).into_owned();
        let calls: Vec<_> = (0..100).map(|number| actor_core::spawn_task(call(number))).collect();
        for call in calls {
            assert!(matches!(call.await, Err(CallError::Timeout { .. })));
        }
        time::sleep(Duration::from_secs(5)).await;
        assert_nothing_open(&two);
    }
    assert!(two.local.seen().await.unwrap().iter().all(|number| *number == 0));
    assert_eq!(two.client.counters().lost_sessions, 0);
}
