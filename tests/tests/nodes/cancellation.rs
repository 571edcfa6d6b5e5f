//! Callers that leave: the other node is notified at once, and a handler there can end early.

use crate::subject::{LEASE, LIMIT, two};
use actor_core::prelude::*;
use actor_core::{rng, simulation::Probe, time};
use actor_remote::{Node, SimNetwork};
use std::time::{Duration, Instant};

/// More than a frame and the steps around it take, each up to a millisecond, and far less than a tick.
const HOP: Duration = Duration::from_millis(20);

/// Longer than any test waits for a handler.
const HOUR: Duration = Duration::from_secs(3600);

#[actor(remote)]
trait Job {
    /// Ends when its caller has left, or when the hour is over.
    async fn watch(&mut self, context: &Context<Self>);
    /// Is dropped when its caller has left.
    async fn abort(&mut self);
    /// Like `abort`, but waits for the work of the next actor.
    async fn relay(&mut self);
    fn ping(&self);
}

#[actor]
struct Worker {
    next: Option<JobAddr>,
    ended: Probe<(&'static str, Instant)>,
}

#[actor]
impl Worker {}

/// Tells when it is dropped.
struct OnDrop(Probe<(&'static str, Instant)>);

impl Drop for OnDrop {
    fn drop(&mut self) {
        self.0.tell(("aborted", time::now()));
    }
}

#[actor]
impl Job for Worker {
    async fn watch(&mut self, context: &Context<Self>) {
        let left = async {
            context.caller_gone().await;
            "left"
        };
        let over = async {
            time::sleep(HOUR).await;
            "over"
        };
        let end = actor_core::future::or(left, over).await;
        self.ended.tell((end, time::now()));
    }

    #[message(abort)]
    async fn abort(&mut self) {
        let _on_drop = OnDrop(self.ended.clone());
        time::sleep(HOUR).await;
    }

    #[message(abort)]
    async fn relay(&mut self) {
        let _on_drop = OnDrop(self.ended.clone());
        let _ = self.next.as_ref().expect("there is a next one").abort().await;
    }

    fn ping(&self) {}
}

struct Scene {
    network: SimNetwork,
    client: Node,
    servers: [Node; 2],
    /// The address that the client has of the first server's actor.
    job: JobAddr,
    ended: Probe<(&'static str, Instant)>,
}

/// The actor of the first server has the address of the second one's.
async fn scene() -> Scene {
    let network = SimNetwork::new().lease(LEASE);
    let [client, first, second] = ["client", "first", "second"].map(|name| network.node(name));
    let ended = Probe::new();
    let last: JobAddr =
        Worker { next: None, ended: ended.clone() }.spawn_on(second.system()).into();
    second.register("last", &last).unwrap();
    let next = Some(first.wait_for("last", LIMIT).await.unwrap());
    let job: JobAddr = Worker { next, ended: ended.clone() }.spawn_on(first.system()).into();
    first.register("job", &job).unwrap();
    let job = client.wait_for("job", LIMIT).await.unwrap();
    Scene { network, client, servers: [first, second], job, ended }
}

impl Scene {
    fn assert_nothing_open(&self) {
        for node in self.servers.iter().chain([&self.client]) {
            let tables = node.tables();
            assert_eq!((tables.open_calls, tables.running_calls), (0, 0));
        }
    }
}

/// Waits for a random time, long enough for a message to be handled.
async fn a_while() {
    time::sleep(Duration::from_millis(rng().u64(20..2000))).await;
}

/// A handler on another node is notified within the transit time of a frame when its caller leaves.
#[actor_core::test(seeds = 100)]
async fn a_remote_handler_is_notified_at_once_that_its_caller_has_left() {
    let scene = scene().await;
    let call = actor_core::spawn_task(scene.job.watch().into_owned());
    a_while().await;
    let left = time::now();
    call.cancel().await;
    let (end, at) = scene.ended.next().await;
    assert_eq!(end, "left");
    assert!(at >= left && at - left <= HOP, "{:?}", at - left);
    assert_eq!(scene.job.ping().await, Ok(()));
    scene.assert_nothing_open();
}

/// An `abort` handler on another node is dropped when the call is, and so are its calls to a third node.
#[actor_core::test(seeds = 100)]
async fn an_abort_handler_is_dropped_on_each_node_when_its_caller_has_left() {
    let scene = scene().await;
    let call = actor_core::spawn_task(scene.job.relay().into_owned());
    a_while().await;
    let left = time::now();
    call.cancel().await;
    for hops in 1..=2 {
        let (end, at) = scene.ended.next().await;
        assert_eq!(end, "aborted");
        assert!(at >= left && at - left <= HOP * hops, "{:?}", at - left);
    }
    assert_eq!(scene.job.ping().await, Ok(()));
    for server in &scene.servers {
        assert_eq!(server.system().counters().aborted_handlers, 1);
    }
    scene.assert_nothing_open();
}

/// An `abort` handler on another node ends at the deadline of its call, by the clock of its node.
#[actor_core::test(seeds = 100)]
async fn an_abort_handler_ends_at_the_deadline_also_if_its_caller_is_cut_off() {
    let scene = scene().await;
    let begun = time::now();
    let limit = Duration::from_millis(rng().u64(50..1000));
    let call = actor_core::spawn_task(scene.job.relay().timeout(limit).into_owned());
    time::sleep(Duration::from_millis(40)).await;
    scene.network.cut("client", "first");
    for hops in 1..=2 {
        let (end, at) = scene.ended.next().await;
        assert_eq!(end, "aborted");
        assert!(at - begun >= limit && at - begun <= limit + HOP * hops, "{:?}", at - begun);
    }
    assert_eq!(call.await, Err(CallError::Timeout { started: true }));
}

/// Many callers that leave at once cause one cancellation each, in any order.
#[actor_core::test(seeds = 20)]
async fn each_of_many_callers_that_leave_is_cancelled() {
    let two = two().await;
    two.remote.slow(0, 5000).send().await.unwrap();
    let calls: Vec<_> = (1..=60)
        .map(|number| actor_core::spawn_task(two.remote.add(number).into_owned()))
        .collect();
    time::sleep(Duration::from_secs(1)).await;
    assert_eq!((two.client.tables().open_calls, two.server.tables().running_calls), (60, 60));
    let mut kept = Vec::new();
    for (number, call) in (1..).zip(calls) {
        if rng().bool() {
            kept.push((number, call));
        } else {
            call.cancel().await;
        }
    }
    time::sleep(Duration::from_secs(1)).await;
    let open = kept.len();
    assert_eq!((two.client.tables().open_calls, two.server.tables().running_calls), (open, open));
    let mut expected = vec![0];
    for (number, call) in kept {
        assert_eq!(call.await, Ok(number));
        expected.push(number);
    }
    let mut seen = two.local.seen().await.unwrap();
    seen.sort_unstable();
    assert_eq!(seen, expected);
}
