//! Timed-out calls to another node leave nothing behind.

use crate::heap::live;
use crate::measure::alone;
use actor_core::future::join_all;
use actor_core::prelude::*;
use actor_core::time::sleep;
use actor_remote::Node;
use std::time::Duration;
use tests::{Host, run_on, sized, two_nodes};

const LIMIT: Duration = Duration::from_secs(60);

/// Lets its callers run out of time, while they are queued and while they are being handled.
#[actor]
#[derive(Default)]
struct Late {
    replies: Vec<Reply<String>>,
}

#[actor(remote)]
impl Late {
    async fn pause(&self, millis: u64) {
        sleep(Duration::from_millis(millis)).await;
    }

    fn work(&mut self, argument: String) -> String {
        argument
    }

    fn keep(&mut self, _argument: String, reply: Reply<String>) {
        self.replies.push(reply);
    }

    fn answer_all(&mut self) {
        for reply in self.replies.drain(..) {
            let _ = reply.send("late".repeat(10));
        }
    }
}

/// 2 500 calls run out of time: some of the first 1 000 in front of the proxy, in it and at the actor, the
/// others mostly while they are being handled.
async fn round(late: &LateAddr, nodes: (&Node, &Node)) {
    let limit = Duration::from_millis(2);
    late.pause(300).send().await.unwrap();
    let calls = (0..1000).map(|_| late.work("queued".repeat(10)).timeout(limit));
    for reply in join_all(calls).await {
        assert!(matches!(reply, Err(CallError::Timeout { .. })), "{reply:?}");
    }
    let calls = (0..1500).map(|_| late.keep("running".repeat(10)).timeout(limit));
    for reply in join_all(calls).await {
        assert!(matches!(reply, Err(CallError::Timeout { .. })), "{reply:?}");
    }
    late.answer_all().await.unwrap();
    // The calls are cancelled once a second.
    while nodes.0.tables().open_calls + nodes.1.tables().running_calls > 0 {
        sleep(Duration::from_millis(10)).await;
    }
}

/// A queue keeps a block of 4 KiB or two once it has been full, and each of them is full at some time.
const BLOCKS: usize = 32 << 10;

fn memory_is_as_before(system: &System) {
    let (warm_up, rounds) = (sized(4, 20), sized(4, 40));
    system.block_on(async {
        let (server, client) = two_nodes();
        server.register("late", &Late::default().spawn()).unwrap();
        let late: LateAddr = client.wait_for("late", LIMIT).await.unwrap();
        // As with local calls, the maximum of the first rounds is compared with the minimum of the
        // last ones.
        let (mut before, mut after) = (0, usize::MAX);
        for number in 1..=warm_up + rounds {
            round(&late, (&client, &server)).await;
            if number <= warm_up {
                before = live().max(before);
            }
            if number > rounds {
                after = live().min(after);
            }
        }
        let calls = rounds * 2500;
        println!("{before} bytes became {after} over {calls} calls");
        let most = before + before / 20 + BLOCKS;
        assert!(after <= most, "{before} bytes became {after} over {calls} calls");
        assert_eq!(client.counters().lost_sessions, 0);
    });
}

/// 100 000 calls with `ACTOR_TESTS=full`.
#[test]
fn memory_is_as_before_timed_out_calls_to_another_node() {
    let _alone = alone();
    run_on(Host::MultiThread(2), "timed_out_calls_to_another_node", memory_is_as_before);
}
