//! Timed-out calls leave nothing behind.

use crate::heap::live;
use actor_core::future::join_all;
use actor_core::prelude::*;
use std::time::Duration;
use tests::{Gate, Tally};

/// Lets its callers run out of time, while they are queued and while they are being handled.
#[actor(capacity = 700)]
struct Late {
    entered: Tally,
    replies: Vec<Reply<String>>,
}

#[actor]
impl Late {
    async fn block(&mut self, gate: Gate) {
        self.entered.add();
        gate.pass().await;
    }

    fn work(&mut self, argument: String) -> String {
        argument
    }

    fn keep(&mut self, _argument: String, reply: Reply<String>) {
        self.replies.push(reply);
    }

    fn answer_all(&mut self) -> usize {
        self.replies.drain(..).filter_map(|reply| reply.send("late".repeat(10)).ok()).count()
    }
}

/// 2 500 calls run out of time: 700 while queued, 300 while they wait for capacity, the others
/// mostly while they are being handled.
async fn round(late: &LateAddr, entered: &Tally, number: usize) {
    let limit = Duration::from_millis(2);
    let gate = Gate::new();
    late.block(gate.clone()).send().await.unwrap();
    entered.reaches(number).await;
    let calls = (0..1000).map(|_| late.work("queued".repeat(10)).timeout(limit));
    for answer in join_all(calls).await {
        assert_eq!(answer, Err(CallError::Timeout { started: false }));
    }
    gate.open();
    let calls = (0..1500).map(|_| late.keep("running".repeat(10)).timeout(limit));
    for answer in join_all(calls).await {
        assert!(matches!(answer, Err(CallError::Timeout { .. })));
    }
    assert_eq!(late.answer_all().await, Ok(0), "a late reply was taken");
    assert_eq!(late.len(), 0);
}

pub fn memory_stays_flat_over_100_000_timed_out_calls(system: &System) {
    const ROUNDS: usize = 40;
    const WARM_UP: usize = 5;
    system.block_on(async {
        let entered = Tally::default();
        let late = Late { entered: entered.clone(), replies: vec![] }.spawn();
        // At the end of a round, the actor may not have parked yet, and may still hold the block of its
        // burst. The maximum of the first rounds is therefore compared with the minimum of the last ones.
        let (mut before, mut after) = (0, usize::MAX);
        for number in 1..=WARM_UP + ROUNDS {
            round(&late, &entered, number).await;
            let live = live();
            if number <= WARM_UP {
                before = live.max(before);
            }
            if number > ROUNDS {
                after = live.min(after);
            }
        }
        let calls = ROUNDS * 2500;
        // As in `stay_flat`: less than half a pointer a call, so a table may double its capacity once.
        let most = before + calls * size_of::<usize>() / 2;
        assert!(after < most, "{before} bytes became {after} over {calls} calls");
    });
}
