//! Calls that end with the deadline of their handler leave nothing behind, nor do aborted handlers.

use crate::heap::live;
use actor_core::future::join_all;
use actor_core::prelude::*;
use std::time::Duration;
use tests::{Gate, Tally};

/// Is busy while its callers run out of time.
#[actor(unbounded)]
struct Busy;

#[actor]
impl Busy {
    async fn block(&mut self, gate: Gate) {
        gate.pass().await;
    }

    fn work(&mut self, argument: String) -> String {
        argument
    }
}

#[actor]
struct Front {
    busy: BusyAddr,
    expired: Tally,
}

#[actor]
impl Front {
    /// One call with the waker of the handler, the others with wakers of their own.
    async fn ask(&mut self, calls: usize) {
        for answer in join_all((1..calls).map(|_| self.busy.work("queued".repeat(10)))).await {
            assert_eq!(answer, Err(CallError::DeadlineExceeded { started: false }));
            self.expired.add();
        }
        let last = self.busy.work("last".repeat(10)).await;
        assert_eq!(last, Err(CallError::DeadlineExceeded { started: false }));
        self.expired.add();
    }

    #[message(abort)]
    async fn abort(&mut self) -> Result<String, CallError> {
        self.busy.work("aborted".repeat(10)).await
    }

    fn rest(&self) {}
}

const CALLS: usize = 2500;

/// This many calls expire, and a handler is aborted.
async fn round(front: &FrontAddr, expired: &Tally, number: usize) {
    let limit = Duration::from_millis(5);
    // On a busy machine the time may be over before the handler starts.
    while let Err(error) = front.ask(CALLS).timeout(limit).await
        && error.never_handled()
    {}
    expired.reaches(number * CALLS).await;
    let _ = front.abort().timeout(limit).await;
    front.rest().await.unwrap();
}

pub fn memory_stays_flat_over_100_000_expired_calls(system: &System) {
    const ROUNDS: usize = 40;
    const WARM_UP: usize = 5;
    system.block_on(async {
        let expired = Tally::default();
        let busy = Busy.spawn();
        let front = Front { busy: busy.clone(), expired: expired.clone() }.spawn();
        let (mut before, mut after) = (0, usize::MAX);
        for number in 1..=WARM_UP + ROUNDS {
            let gate = Gate::new();
            busy.block(gate.clone()).send().await.unwrap();
            round(&front, &expired, number).await;
            gate.open();
            // All skipped messages are gone.
            busy.work(String::new()).await.unwrap();
            let live = live();
            if number <= WARM_UP {
                before = live.max(before);
            }
            if number > ROUNDS {
                after = live.min(after);
            }
        }
        let calls = ROUNDS * CALLS;
        // As in `stay_flat`: less than half a pointer a call, so a table may double its capacity once.
        let most = before + calls * size_of::<usize>() / 2;
        assert!(after < most, "{before} bytes became {after} over {calls} calls");
    });
}
