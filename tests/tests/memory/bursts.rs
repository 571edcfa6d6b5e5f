//! The memory of an actor after a burst of messages.

use crate::heap::live;
use actor_core::future::yield_now;
use actor_core::prelude::*;

/// The default of `turn`.
const TURN: usize = 64;

/// The payload is larger than a cache line, so that the memory of a burst is visible.
#[actor(capacity = 1024)]
struct Sink;

#[actor]
impl Sink {
    fn put(&self, _payload: [u8; 128]) {}

    fn answer(&self) {}
}

/// Sends this many messages, and waits until the actor has parked.
async fn burst(sink: &SinkAddr, length: usize) {
    for _ in 1..length {
        sink.put([0; 128]).try_send().unwrap();
    }
    sink.answer().await.unwrap();
    for _ in 0..10 {
        yield_now().await;
    }
}

pub fn an_idle_actor_keeps_nothing_of_a_burst(system: &System) {
    system.block_on(async {
        let sink = Sink.spawn();
        burst(&sink, TURN - 1).await;
        let before = live();
        // Also if the burst ends together with a turn.
        for length in [TURN - 1, TURN, TURN + 1, 2 * TURN] {
            // Other threads of the test may allocate a little in the meantime.
            let mut kept = usize::MAX;
            for _ in 0..10 {
                burst(&sink, length).await;
                kept = kept.min(live().saturating_sub(before));
            }
            assert!(kept < TURN * size_of::<[u8; 128]>() / 2, "{kept} bytes of {length} messages");
        }
    });
}
