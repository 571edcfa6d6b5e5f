//! Pools and keyed addresses over nodes, over a simulated network.

use actor_core::prelude::*;
use actor_core::{rng, spawn_task, time};
use actor_remote::{Node, NodeTables, SimNetwork};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(10);
const SERVERS: [&str; 3] = ["a", "b", "c"];

#[actor(remote)]
trait Worker {
    /// Returns the name of the worker at once.
    fn name(&self) -> String;
    /// Records the number, and returns the name of the worker.
    async fn work(&mut self, number: u64) -> String;
    /// Never returns.
    async fn hang(&mut self);
}

/// The numbers that each worker has recorded.
#[derive(Clone, Default)]
struct Records(Arc<Mutex<BTreeMap<String, Vec<u64>>>>);

impl Records {
    fn counts(&self) -> BTreeMap<String, usize> {
        let records = self.0.lock().unwrap();
        records.iter().map(|(name, numbers)| (name.clone(), numbers.len())).collect()
    }

    fn of(&self, name: &str) -> Vec<u64> {
        self.0.lock().unwrap().get(name).cloned().unwrap_or_default()
    }

    fn all(&self) -> Vec<u64> {
        self.0.lock().unwrap().values().flatten().copied().collect()
    }
}

#[actor]
struct Recorder {
    name: String,
    records: Records,
}

#[actor]
impl Recorder {}

#[actor]
impl Worker for Recorder {
    fn name(&self) -> String {
        self.name.clone()
    }

    async fn work(&mut self, number: u64) -> String {
        time::sleep(Duration::from_micros(rng().u64(0..1000))).await;
        self.records.0.lock().unwrap().entry(self.name.clone()).or_default().push(number);
        self.name.clone()
    }

    async fn hang(&mut self) {
        std::future::pending().await
    }
}

/// Starts a worker on a node, and gives it the name `worker`.
fn employ(node: &Node, records: &Records) -> WorkerAddr {
    let worker = Recorder { name: node.name().to_owned(), records: records.clone() };
    let worker = WorkerAddr::from(worker.spawn_on(node.system()));
    node.register("worker", &worker).unwrap();
    worker
}

/// Starts three nodes with a worker each, and a client that knows them.
async fn office(network: &SimNetwork) -> (Vec<Node>, Node, Records) {
    let records = Records::default();
    let servers: Vec<Node> = SERVERS.iter().map(|name| network.node(name)).collect();
    for server in &servers {
        employ(server, &records);
    }
    let client = network.node("client");
    knows(&client, 3).await;
    for server in &servers {
        knows(server, 3).await;
    }
    (servers, client, records)
}

/// Waits until a node knows this many workers.
async fn knows(node: &Node, count: usize) {
    for _ in 0..10_000 {
        if node.lookup_all::<WorkerAddr>("worker").len() == count {
            return;
        }
        time::sleep(Duration::from_millis(1)).await;
    }
    panic!("{} does not know {count} workers", node.name());
}

/// Waits until the condition is true, for ten seconds.
async fn eventually(is_so: impl Fn() -> bool, what: &str) {
    for _ in 0..10_000 {
        if is_so() {
            return;
        }
        time::sleep(Duration::from_millis(1)).await;
    }
    panic!("{what}");
}

#[actor_core::test(seeds = 12)]
async fn all_actors_with_a_name_are_found_own_first_then_by_age_of_the_session() {
    let network = SimNetwork::new();
    let records = Records::default();
    let client = network.node("client");
    let mut servers = Vec::new();
    for name in ["z", "y", "x"] {
        let server = network.node(name);
        client.wait_for_peer(name).await;
        employ(&server, &records);
        servers.push(server);
    }
    knows(&client, 3).await;
    employ(&client, &records);
    let mut names = Vec::new();
    for worker in client.lookup_all::<WorkerAddr>("worker") {
        names.push(worker.name().await.unwrap());
    }
    assert_eq!(names, ["client", "z", "y", "x"]);
    assert!(client.lookup_all::<OtherAddr>("worker").is_empty());
    servers[1].leave();
    knows(&client, 3).await;
}

#[actor(remote)]
trait Other {}

trait WaitForPeer {
    async fn wait_for_peer(&self, name: &str);
}

impl WaitForPeer for Node {
    async fn wait_for_peer(&self, name: &str) {
        eventually(|| self.peers().iter().any(|peer| peer == name), "no session").await;
    }
}

#[actor_core::test(seeds = 12)]
async fn a_pool_spreads_calls_evenly_over_three_nodes() {
    let network = SimNetwork::new();
    let (servers, client, records) = office(&network).await;
    let pools: Vec<WorkerAddr> =
        servers.iter().chain([&client]).map(|node| node.pool("worker")).collect();
    let mut callers = Vec::new();
    for caller in 0..24 {
        let pool = pools[caller % pools.len()].clone();
        callers.push(spawn_task(async move {
            for number in 0..10 {
                pool.work(number).await.unwrap();
            }
        }));
    }
    for caller in callers {
        caller.await;
    }
    let counts = records.counts();
    assert_eq!(counts.values().sum::<usize>(), 240);
    for (name, count) in &counts {
        assert!((64..=96).contains(count), "{name} of {counts:?}");
    }
}

#[actor_core::test(seeds = 12)]
async fn a_pool_prefers_actors_with_fewer_calls() {
    let network = SimNetwork::new();
    let (_servers, client, _records) = office(&network).await;
    let pool: WorkerAddr = client.pool("worker");
    let hanging = spawn_task(pool.hang().into_owned());
    time::sleep(Duration::from_secs(1)).await;
    // Of two actors, at most one has the hanging call.
    for _ in 0..50 {
        pool.name().timeout(LIMIT).await.unwrap();
    }
    client.lookup_all::<WorkerAddr>("worker").iter().for_each(|worker| worker.kill());
    assert_eq!(hanging.await, Err(CallError::Killed));
}

#[actor_core::test(seeds = 12)]
async fn a_member_that_is_full_does_not_hold_up_a_pool() {
    let network = SimNetwork::new();
    let (_servers, client, records) = office(&network).await;
    let worker = Recorder { name: "client".into(), records: records.clone() };
    let here: WorkerAddr = worker.prepare().capacity(1).on(client.system()).spawn().into();
    client.register("worker", &here).unwrap();
    here.hang().send().await.unwrap();
    eventually(|| here.len() == 0, "the handler does not start").await;
    let pool: WorkerAddr = client.pool("worker");
    // The others have more unanswered calls than the one that is full.
    let calls: Vec<_> = (0..60).map(|number| spawn_task(pool.work(number).into_owned())).collect();
    let are_answered = || here.len() + records.all().len() == 60;
    eventually(are_answered, "a full mailbox holds up the pool").await;
    here.kill();
    for call in calls {
        let outcome = call.await;
        assert!(outcome.is_ok() || outcome == Err(CallError::Stopped), "{outcome:?}");
    }
}

#[actor_core::test(seeds = 12)]
async fn each_message_of_a_pool_is_handled_once_or_reported_when_a_member_crashes() {
    let network = SimNetwork::new();
    let (servers, client, records) = office(&network).await;
    let crashing: WorkerAddr = servers[1].lookup("worker").unwrap();
    let pool: WorkerAddr = client.pool("worker");
    let outcomes: Arc<Mutex<Vec<(u64, Option<Result<String, CallError>>)>>> = Arc::default();
    let mut callers = Vec::new();
    for caller in 0..10 {
        let (pool, outcomes) = (pool.clone(), outcomes.clone());
        callers.push(spawn_task(async move {
            for number in caller * 100..caller * 100 + 8 {
                if rng().u32(..4) == 0 {
                    pool.work(number).send().await.unwrap();
                    outcomes.lock().unwrap().push((number, None));
                } else {
                    let outcome = pool.work(number).await;
                    outcomes.lock().unwrap().push((number, Some(outcome)));
                }
            }
        }));
    }
    time::sleep(Duration::from_micros(rng().u64(0..40_000))).await;
    // Messages that its mailbox has accepted end with it: those that wait, and the one it handles.
    let accepted = crashing.len() as u64 + 1;
    network.crash("b");
    for caller in callers {
        caller.await;
    }
    time::sleep(Duration::from_secs(3)).await;
    let handled = records.all();
    let times = |number| handled.iter().filter(|it| **it == number).count();
    let mut lost_sends = 0;
    for (number, outcome) in &*outcomes.lock().unwrap() {
        match outcome {
            Some(Ok(_)) => assert_eq!(times(*number), 1, "{number} was answered"),
            Some(Err(error)) if error.never_handled() => assert_eq!(times(*number), 0, "{error}"),
            Some(Err(error)) => {
                assert_eq!(*error, CallError::Unreachable { started: true });
                assert!(times(*number) <= 1);
            }
            None => {
                assert!(times(*number) <= 1);
                lost_sends += 1 - times(*number) as u64;
            }
        }
    }
    let reported = client.system().counters().undelivered;
    assert!(lost_sends <= reported + accepted, "{lost_sends} sends are lost, {reported} reported");
    for number in 5000..5010 {
        assert!(pool.work(number).await.is_ok());
    }
}

#[actor_core::test(seeds = 12)]
async fn a_pool_uses_actors_from_when_they_get_the_name_until_they_lose_it() {
    let network = SimNetwork::new();
    let records = Records::default();
    let (a, b, client) = (network.node("a"), network.node("b"), network.node("client"));
    let pool: WorkerAddr = client.pool("worker");
    employ(&a, &records);
    knows(&client, 1).await;
    for number in 0..20 {
        assert_eq!(pool.work(number).await, Ok("a".into()));
    }
    employ(&b, &records);
    knows(&client, 2).await;
    let here = employ(&client, &records);
    for number in 20..120 {
        pool.work(number).await.unwrap();
    }
    for name in ["a", "b", "client"] {
        assert!(records.of(name).len() > 10, "{:?}", records.counts());
    }
    assert!(a.unregister("worker"));
    assert!(client.unregister("worker"));
    knows(&client, 1).await;
    for number in 120..150 {
        assert_eq!(pool.work(number).await, Ok("b".into()));
    }
    drop(here);
}

#[actor_core::test(seeds = 12)]
async fn a_node_that_was_cut_off_is_a_member_again() {
    let network = SimNetwork::new();
    let (_servers, client, _records) = office(&network).await;
    let pool: WorkerAddr = client.pool("worker");
    for name in SERVERS {
        network.cut("client", name);
    }
    knows(&client, 0).await;
    assert_eq!(pool.name().await, Err(CallError::Stopped));
    network.heal("client", "c");
    knows(&client, 1).await;
    assert_eq!(pool.name().await, Ok("c".into()));
}

#[actor_core::test(seeds = 12)]
async fn a_message_whose_actor_has_stopped_goes_to_another_one() {
    let network = SimNetwork::new();
    let (_servers, client, records) = office(&network).await;
    let here = employ(&client, &records);
    let pools: Vec<WorkerAddr> =
        (0..60).map(|key| client.keyed("worker", &format!("key {key}"))).collect();
    let mut own = None;
    for pool in pools {
        if pool.name().await.unwrap() == "client" {
            own = Some(pool);
        }
    }
    let own = own.unwrap();
    here.stop();
    let other = own.name().await.unwrap();
    assert!(SERVERS.contains(&other.as_str()), "{other}");
    assert_eq!(own.name().await, Ok(other));
}

#[actor_core::test(seeds = 12)]
async fn a_pool_keeps_using_an_actor_that_refused_a_remote_stop() {
    let network = SimNetwork::new();
    let rules = Node::builder().control(false);
    let (server, client) = (network.node_with_rules("server", rules), network.node("client"));
    employ(&server, &Records::default());
    let worker: WorkerAddr = client.wait_for("worker", LIMIT).await.unwrap();
    let pool: WorkerAddr = client.pool("worker");
    assert_eq!(pool.name().await, Ok("server".into()));
    worker.stop();
    worker.join().await;
    assert_eq!(pool.name().await, Ok("server".into()));
}

#[actor_core::test(seeds = 12)]
async fn a_message_of_a_pool_without_members_is_never_handled_and_says_so() {
    let network = SimNetwork::new();
    let node = network.node("a");
    for pool in [node.pool::<WorkerAddr>("worker"), node.keyed("worker", "key")] {
        let before = node.system().counters().undelivered;
        let error = pool.name().await.unwrap_err();
        assert_eq!(error, CallError::Stopped);
        assert!(error.never_handled());
        pool.work(1).send().await.unwrap();
        assert_eq!(pool.name().await, Err(CallError::Stopped));
        assert_eq!(node.system().counters().undelivered, before + 1);
        assert!(pool.is_alive());
    }
    node.leave();
    assert_eq!(node.pool::<WorkerAddr>("worker").name().await, Err(CallError::Stopped));
}

#[actor_core::test(seeds = 12)]
async fn a_pool_keeps_no_actor_that_has_lost_the_name() {
    let network = SimNetwork::new();
    let records = Records::default();
    let (server, client) = (network.node("a"), network.node("client"));
    let remote = employ(&server, &records).downgrade();
    let local = employ(&client, &records).downgrade();
    knows(&client, 2).await;
    let pools = [client.pool::<WorkerAddr>("worker"), client.keyed("worker", "key")];
    for pool in pools.iter().cycle().take(20) {
        pool.work(1).await.unwrap();
    }
    assert!(server.unregister("worker"));
    assert!(client.unregister("worker"));
    let have_ended = || !remote.is_alive() && !local.is_alive();
    eventually(have_ended, "a pool keeps an actor").await;
    for node in [&server, &client] {
        eventually(|| node.tables() == NodeTables::default(), "a table has an entry").await;
    }
    drop(pools);
}

#[actor_core::test(seeds = 12)]
async fn the_last_address_of_a_pool_ends_it_and_leaves_no_table_entry() {
    let network = SimNetwork::new();
    let (servers, client, _records) = office(&network).await;
    let pools = [client.pool::<WorkerAddr>("worker"), client.keyed("worker", "key")];
    for pool in pools.iter().cycle().take(30) {
        pool.work(1).await.unwrap();
    }
    assert_eq!(client.tables().proxies, 3);
    let ends = pools.each_ref().map(|pool| pool.downgrade().join());
    drop(pools);
    for end in ends {
        assert_eq!(end.await, Exit::Stopped);
    }
    eventually(|| client.tables() == NodeTables::default(), "a table has an entry").await;
    for server in &servers {
        let own = || server.tables().running_calls == 0 && server.tables().exports == 1;
        eventually(own, "a server has an entry").await;
    }
}

/// Returns the worker to which each key belongs.
async fn owners(node: &Node) -> Vec<String> {
    let mut owners = Vec::new();
    for key in 0..40 {
        let worker: WorkerAddr = node.keyed("worker", &format!("key {key}"));
        owners.push(worker.name().await.unwrap());
    }
    owners
}

#[actor_core::test(seeds = 12)]
async fn all_nodes_choose_one_actor_for_a_key_and_only_keys_of_one_that_leaves_move() {
    let network = SimNetwork::new();
    let (servers, client, records) = office(&network).await;
    let before = owners(&client).await;
    assert_eq!(owners(&servers[0]).await, before);
    for name in SERVERS {
        assert!(before.iter().any(|owner| owner == name), "{name} has no key");
    }
    servers[1].leave();
    knows(&client, 2).await;
    let after = owners(&client).await;
    for (before, after) in before.iter().zip(&after) {
        assert!(before == after || before == "b", "a key of {before} has moved to {after}");
        assert_ne!(after, "b");
    }
    employ(&client, &records);
    for (before, after) in after.iter().zip(owners(&client).await) {
        assert!(*before == after || after == "client", "a key has moved to {after}");
    }
}

#[actor_core::test(seeds = 12)]
async fn messages_of_one_sender_to_a_key_stay_in_order() {
    let network = SimNetwork::new();
    let (_servers, client, records) = office(&network).await;
    let keyed: WorkerAddr = client.keyed("worker", "ada");
    let owner = keyed.name().await.unwrap();
    for number in 0..200 {
        if number % 3 == 0 {
            keyed.work(number).await.unwrap();
        } else {
            keyed.work(number).send().await.unwrap();
        }
    }
    keyed.work(200).await.unwrap();
    assert_eq!(records.of(&owner), (0..=200).collect::<Vec<_>>());
}
