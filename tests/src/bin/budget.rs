//! Runs one operation on actors a given number of times, for counting instructions
//! (`.ci/instructions`).
//!
//! `budget (call | call-timeout | call-async | send | send-async | send-large | backlog | hop | spawn | relay | relay-undetected) TIMES`
//!
//! With the feature `node`, the program has a node, and an actor with a name there. The other actors are the
//! same: they do not pay for it. (The compiler inlines `send` into its only caller. An actor with `remote`
//! messages has a second one, so that a send of this program would take about a hundred instructions more.)

use actor_core::prelude::*;
use std::time::Duration;

#[actor]
struct Now {
    total: u64,
}

#[actor]
impl Now {
    fn add(&mut self, amount: u64) -> u64 {
        self.total += amount;
        self.total
    }
}

#[actor]
struct Later {
    total: u64,
}

#[actor]
impl Later {
    async fn add(&mut self, amount: u64) -> u64 {
        self.total += amount;
        self.total
    }
}

/// Gets messages of 4 KiB.
#[actor]
struct Store {
    total: u64,
}

#[actor]
impl Store {
    fn put(&mut self, page: [u8; 4096]) {
        self.total += u64::from(page[0]);
    }

    fn total(&self) -> u64 {
        self.total
    }
}

/// Makes another call for each call.
#[actor]
struct Relay {
    now: NowAddr,
}

#[actor]
impl Relay {
    async fn add(&mut self, amount: u64) -> Result<u64, CallError> {
        self.now.add(amount).await
    }
}

/// A node without other ones.
#[cfg(feature = "node")]
mod node {
    use actor_core::prelude::*;
    use actor_remote::{Node, NodeId, Transport, TransportEvent};

    struct NoNetwork;

    impl Transport for NoNetwork {
        fn node(&self) -> NodeId {
            NodeId(1)
        }

        fn start(&self, _on_event: Box<dyn Fn(TransportEvent<'_>) + Send + Sync>) {}

        fn send(&self, _to: NodeId, _frame: Vec<u8>) {}

        fn leave(&self) {}
    }

    #[actor]
    struct Named;

    #[actor(remote)]
    impl Named {
        fn add(&self, amount: u64) -> u64 {
            amount
        }
    }

    pub fn start() -> Node {
        let node = Node::on(NoNetwork, "node");
        node.register("named", &Named.spawn()).expect("the name is new");
        node
    }
}

/// A node of a ring that passes a number on until it is 0.
#[actor]
struct Node {
    next: Option<NodeAddr>,
    end: Option<Reply<()>>,
}

#[actor]
impl Node {
    fn link(&mut self, next: NodeAddr) {
        self.next = Some(next);
    }

    fn begin(&mut self, hops: u64, reply: Reply<()>) {
        self.end = Some(reply);
        self.pass(hops);
    }

    fn pass(&mut self, hops: u64) {
        let Some(next) = &self.next else { return };
        match (hops, self.end.take()) {
            (0, Some(end)) => drop(end.send(())),
            (0, None) => next.pass(0).try_send().expect("the ring has room"),
            (_, end) => {
                self.end = end;
                next.pass(hops - 1).try_send().expect("the ring has room");
            }
        }
    }
}

async fn run(what: &str, times: u64) -> Result<(), CallError> {
    let now = Now { total: 0 }.spawn();
    let later = Later { total: 0 }.spawn();
    #[cfg(feature = "node")]
    let _node = node::start();
    match what {
        "call" => {
            for _ in 0..times {
                now.add(1).await?;
            }
        }
        "call-async" => {
            for _ in 0..times {
                later.add(1).await?;
            }
        }
        "send" => {
            for _ in 0..times {
                now.add(1).send().await?;
            }
            now.add(1).await?;
        }
        // More messages than one turn handles wait in the mailbox.
        "backlog" => {
            let now = Now { total: 0 }.prepare().unbounded().spawn();
            for _ in 0..times / 500 {
                for _ in 0..500 {
                    now.add(1).try_send().expect("the mailbox is unbounded");
                }
                now.add(1).await?;
            }
        }
        "send-async" => {
            for _ in 0..times {
                later.add(1).send().await?;
            }
            later.add(1).await?;
        }
        "send-large" => {
            let store = Store { total: 0 }.spawn();
            let page = std::hint::black_box([1; 4096]);
            for _ in 0..times {
                store.put(page).send().await?;
            }
            assert_eq!(store.total().await?, times);
        }
        "hop" => {
            let ring: Vec<_> = (0..100).map(|_| Node { next: None, end: None }.spawn()).collect();
            for (node, next) in ring.iter().zip(ring.iter().cycle().skip(1)) {
                node.link(next.clone()).await?;
            }
            ring[0].begin(times).await?;
        }
        "call-timeout" => {
            for _ in 0..times {
                now.add(1).timeout(Duration::from_secs(30)).await?;
            }
        }
        "relay" | "relay-undetected" => {
            let relay = Relay { now }.spawn();
            for _ in 0..times {
                relay.add(1).await??;
            }
        }
        "spawn" => {
            for _ in 0..times {
                Now { total: 0 }.spawn().add(1).await?;
            }
        }
        other => panic!("nobody knows how to `{other}`"),
    }
    Ok(())
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let what = arguments.next().unwrap_or_default();
    let times = arguments.next().and_then(|times| times.parse().ok()).unwrap_or(1000);
    let detects = what != "relay-undetected";
    let system = System::builder().threads(1).deadlock_detection(detects).build();
    let outcome = system
        .block_on(async { actor_core::spawn_task(async move { run(&what, times).await }).await });
    outcome.expect("no actor fails");
    // Counted as a whole, and not up to where the process happens to end.
    let report = system.block_on(system.shutdown(Duration::from_secs(60)));
    assert!(report.is_clean(), "{report}");
}
