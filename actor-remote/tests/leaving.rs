//! The graceful end of a node, over a simulated network.

use actor_core::prelude::*;
use actor_core::{System, Task, rng, spawn_task, time};
use actor_remote::{Node, NodeId, SimNetwork, Transport, TransportEvent};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(10);
const CALL: Duration = Duration::from_millis(200);

#[actor(remote)]
trait Clerk {
    /// Replies after [`CALL`]. Does not delay other messages.
    fn file(&mut self, number: u32, reply: Reply<u32>);
    fn count(&mut self);
}

#[actor]
struct Archive;

#[actor]
impl Archive {}

#[actor]
impl Clerk for Archive {
    fn file(&mut self, number: u32, reply: Reply<u32>) {
        let later = async move {
            time::sleep(CALL).await;
            let _ = reply.send(number);
        };
        spawn_task(later).detach();
    }

    fn count(&mut self) {}
}

async fn pair(network: &SimNetwork) -> (Node, Node, ClerkAddr) {
    let (server, client) = (network.node("server"), network.node("client"));
    server.register("clerk", &ClerkAddr::from(server.system().spawn(Archive))).unwrap();
    let clerk = client.wait_for("clerk", LIMIT).await.unwrap();
    (server, client, clerk)
}

/// Starts calls, and waits until all of them have arrived at the server.
async fn calls(server: &Node, clerk: &ClerkAddr, count: u32) -> Vec<Task<Result<u32, CallError>>> {
    let calls = (0..count).map(|number| spawn_task(clerk.file(number).into_owned())).collect();
    while server.tables().running_calls < count as usize {
        time::sleep(Duration::from_micros(100)).await;
    }
    calls
}

#[actor_core::test(seeds = 30)]
async fn a_shutdown_answers_a_hundred_running_calls_and_then_ends_the_addresses() {
    let network = SimNetwork::new();
    let (server, client, clerk) = pair(&network).await;
    let calls = calls(&server, &clerk, 100).await;
    let report = server.shutdown(LIMIT).await;
    let left = time::now();
    assert!(report.is_clean(), "{report}");
    for (number, call) in (0..).zip(calls) {
        assert_eq!(call.await, Ok(number));
    }
    assert_eq!(clerk.join().await, Exit::Unreachable);
    assert!(time::now() - left < Duration::from_millis(50));
    assert!(client.peers().is_empty());
    server.left().await;
}

#[actor_core::test(seeds = 30)]
async fn a_call_that_arrives_during_a_shutdown_is_not_handled_and_says_so() {
    let network = SimNetwork::new();
    let (server, _client, clerk) = pair(&network).await;
    let running = calls(&server, &clerk, 1).await;
    let leaving = spawn_task({
        let server = server.clone();
        async move { server.shutdown(LIMIT).await }
    });
    time::sleep(CALL / 10).await;
    assert_eq!(clerk.file(7).await, Err(CallError::Stopped));
    clerk.count().send().await.unwrap();
    for call in running {
        assert_eq!(call.await, Ok(0));
    }
    assert!(leaving.await.is_clean());
    assert_eq!(server.counters().undelivered_sends, 1);
}

#[actor_core::test(seeds = 30)]
async fn names_are_gone_at_the_beginning_of_a_shutdown() {
    let network = SimNetwork::new();
    let (server, client, clerk) = pair(&network).await;
    let running = calls(&server, &clerk, 1).await;
    let leaving = spawn_task({
        let server = server.clone();
        async move { server.shutdown(LIMIT).await }
    });
    time::sleep(CALL / 2).await;
    assert_eq!(client.lookup::<ClerkAddr>("clerk"), None);
    assert_eq!(client.peers(), ["server"]);
    let name = server.register("other", &ClerkAddr::from(Archive.spawn()));
    assert!(name.is_err(), "no name is given while a node leaves");
    for call in running {
        assert_eq!(call.await, Ok(0));
    }
    assert!(leaving.await.is_clean());
}

#[actor_core::test(seeds = 30)]
async fn a_shutdown_with_too_short_a_limit_counts_the_calls_that_it_leaves() {
    let network = SimNetwork::new();
    let (server, _client, clerk) = pair(&network).await;
    let calls = calls(&server, &clerk, 3).await;
    let report = server.shutdown(CALL / 4).await;
    assert_eq!(report.unanswered, 3);
    assert_eq!(report.to_string(), "3 calls were not answered");
    for call in calls {
        assert_eq!(call.await, Err(CallError::Unreachable { started: true }));
    }
}

#[actor_core::test(seeds = 30)]
async fn a_shutdown_does_not_wait_for_callers_that_have_left_or_are_lost() {
    let network = SimNetwork::new();
    let (server, client, clerk) = pair(&network).await;
    let calls = calls(&server, &clerk, 10).await;
    let leaving = spawn_task({
        let server = server.clone();
        async move { server.shutdown(LIMIT).await }
    });
    time::sleep(CALL / 10).await;
    let start = time::now();
    if rng().bool() {
        drop(calls);
    } else {
        client.leave();
        for call in calls {
            assert_eq!(call.await, Err(CallError::Unreachable { started: true }));
        }
    }
    assert!(leaving.await.is_clean());
    assert!(time::now() - start < CALL / 2);
}

/// The end of a network whose node leaves while it sends the last reply, as if another thread had made it leave.
struct LeavesInSend<T> {
    end: T,
    leaving: Arc<Mutex<Option<Node>>>,
}

impl<T: Transport> Transport for LeavesInSend<T> {
    fn node(&self) -> NodeId {
        self.end.node()
    }

    fn start(&self, on_event: Box<dyn Fn(TransportEvent<'_>) + Send + Sync>) {
        self.end.start(on_event);
    }

    fn send(&self, to: NodeId, frame: Vec<u8>) {
        let is_last_reply = |node: &mut Node| node.tables().running_calls == 0;
        let leaving = self.leaving.lock().unwrap().take_if(is_last_reply);
        if let Some(node) = leaving {
            node.leave();
        }
        self.end.send(to, frame);
    }

    fn leave(&self) {
        self.end.leave();
    }
}

#[actor_core::test(seeds = 30)]
async fn a_reply_that_is_being_sent_when_its_node_leaves_arrives() {
    let network = SimNetwork::new();
    let leaving = Arc::new(Mutex::new(None));
    let end = LeavesInSend { end: network.transport("server"), leaving: leaving.clone() };
    let server = Node::on(end, "server");
    let client = network.node("client");
    server.register("clerk", &ClerkAddr::from(Archive.spawn())).unwrap();
    let clerk: ClerkAddr = client.wait_for("clerk", LIMIT).await.unwrap();
    let calls = calls(&server, &clerk, 1).await;
    *leaving.lock().unwrap() = Some(server.clone());
    for call in calls {
        assert_eq!(call.await, Ok(0));
    }
    assert!(leaving.lock().unwrap().is_none(), "it has left in the send");
    assert_eq!(clerk.join().await, Exit::Unreachable);
    assert!(client.peers().is_empty());
    server.left().await;
}

#[test]
fn the_shutdown_of_a_system_lets_its_node_leave() {
    // A real system with a loopback network of one node.
    use std::pin::Pin;
    use std::sync::atomic::{AtomicU8, Ordering};

    /// The steps of leaving that were made.
    struct Steps(Arc<AtomicU8>);

    impl Transport for Steps {
        fn node(&self) -> NodeId {
            NodeId(1)
        }

        fn start(&self, _on_event: Box<dyn Fn(TransportEvent<'_>) + Send + Sync>) {}

        fn send(&self, _to: NodeId, _frame: Vec<u8>) {}

        fn leave(&self) {
            assert_eq!(self.0.fetch_add(1, Ordering::SeqCst), 0);
        }

        fn left(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
            Box::pin(async {
                time::sleep(Duration::from_millis(50)).await;
                self.0.fetch_add(1, Ordering::SeqCst);
            })
        }
    }

    let steps = Arc::new(AtomicU8::new(0));
    let system = System::builder().threads(1).build();
    let node = system.block_on(async { Node::on(Steps(steps.clone()), "node") });
    assert!(system.block_on(system.shutdown(LIMIT)).is_clean());
    assert_eq!(steps.load(Ordering::SeqCst), 2, "the node has left before the system has ended");
    drop(node);
}
