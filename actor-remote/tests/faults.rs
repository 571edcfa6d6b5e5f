//! Partitions, crashes and hostile frames: the errors of each side, and their time.

use actor_core::prelude::*;
use actor_core::{rng, time};
use actor_remote::SimNetwork;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(10);
const LEASE: Duration = Duration::from_secs(2);

#[actor(remote)]
trait Subject {
    fn add(&mut self, amount: u64) -> u64;
    async fn slow(&mut self, millis: u64);
    fn store(&mut self, bytes: Vec<u8>);
    /// Sends this many notes to `hearer`, and fails if it is to.
    async fn tell(&mut self, hearer: HearerAddr, notes: u32, fails: bool, context: &Context<Self>);
}

#[actor(remote)]
trait Hearer {
    fn note(&mut self, number: u32);
}

#[actor]
#[derive(Default)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {}

#[actor]
impl Subject for Counter {
    fn add(&mut self, amount: u64) -> u64 {
        self.total += amount;
        self.total
    }

    fn store(&mut self, _bytes: Vec<u8>) {}

    async fn slow(&mut self, millis: u64) {
        time::sleep(Duration::from_millis(millis)).await;
    }

    async fn tell(&mut self, hearer: HearerAddr, notes: u32, fails: bool, context: &Context<Self>) {
        for number in 0..notes {
            let _ = hearer.note(number).send().await;
        }
        if fails {
            context.fail("done");
        } else {
            context.stop();
        }
    }
}

fn spawn() -> SubjectAddr {
    Counter::default().spawn().into()
}

#[actor_core::test(seeds = 30)]
async fn a_partition_is_detected_within_the_lease_on_both_sides() {
    let network = SimNetwork::new().lease(LEASE);
    let (a, b) = (network.node("a"), network.node("b"));
    let (at_a, at_b) = (spawn(), spawn());
    a.register("a", &at_a).unwrap();
    b.register("b", &at_b).unwrap();
    let to_b: SubjectAddr = a.wait_for("b", LIMIT).await.unwrap();
    let to_a: SubjectAddr = b.wait_for("a", LIMIT).await.unwrap();
    to_b.slow(60_000).send().await.unwrap();
    let pending = actor_core::spawn_task(to_b.add(1).into_owned());
    time::sleep(Duration::from_millis(100)).await;
    let begun = time::now();
    network.cut("a", "b");
    assert_eq!(pending.await, Err(CallError::Unreachable { started: true }));
    assert_eq!(to_b.join().await, Exit::Unreachable);
    assert_eq!(to_a.join().await, Exit::Unreachable);
    assert!(time::now() - begun < LEASE + Duration::from_millis(500));
    // The ended address stays ended, and a new one is of a new session.
    network.heal("a", "b");
    let again: SubjectAddr = b.wait_for("a", LIMIT).await.unwrap();
    assert_eq!(again.add(1).await, Ok(1));
    assert_eq!(to_a.add(1).await, Err(CallError::Stopped));
    at_b.kill();
}

#[actor]
struct Saboteur(SimNetwork);

#[actor]
impl Saboteur {
    fn inject(&self, fault: fn(&SimNetwork)) {
        fault(&self.0);
    }
}

/// A fault with a name that no node has had would leave a test without a fault.
#[actor_core::test]
async fn a_fault_of_an_unknown_node_panics_with_the_known_names() {
    let network = SimNetwork::new();
    let (server, client) = (network.node("server"), network.node("client"));
    let faults: [fn(&SimNetwork); 10] = [
        |network| network.cut("sevrer", "client"),
        |network| network.cut("client", "sevrer"),
        |network| network.cut_one_way("sevrer", "client"),
        |network| network.cut_one_way("client", "sevrer"),
        |network| network.heal("sevrer", "client"),
        |network| network.heal("client", "sevrer"),
        |network| network.crash("sevrer"),
        |network| drop(network.restart("sevrer")),
        |network| network.pause("sevrer"),
        |network| network.resume("sevrer"),
    ];
    for (number, fault) in faults.into_iter().enumerate() {
        let outcome = Saboteur(network.clone()).spawn().inject(fault).await;
        let Err(CallError::Panicked(failure)) = outcome else { panic!("{number}: {outcome:?}") };
        let expected = "the network has no node `sevrer`; its nodes are: `client`, `server`";
        assert_eq!(failure.message(), expected);
        assert_eq!(failure.location().map(|place| place.file()), Some(file!()), "{number}");
    }
    drop(client);
    // The name of a node that has crashed or left is still known.
    network.crash("server");
    network.crash("server");
    for name in ["server", "client"] {
        network.cut("server", name);
        network.heal("server", name);
        network.pause(name);
        network.resume(name);
    }
    drop(server);
    drop(network.restart("server"));
}

#[actor_core::test(seeds = 30)]
async fn a_crash_is_detected_at_once_and_the_restarted_node_is_new() {
    let network = SimNetwork::new();
    let (client, server) = (network.node("client"), network.node("server"));
    let first = spawn();
    server.register("subject", &first).unwrap();
    let old: SubjectAddr = client.wait_for("subject", LIMIT).await.unwrap();
    assert_eq!(old.add(5).await, Ok(5));
    let begun = time::now();
    network.crash("server");
    first.kill();
    assert_eq!(old.join().await, Exit::Unreachable);
    assert!(time::now() - begun < Duration::from_millis(100));
    drop(server);

    let server = network.node("server");
    server.register("subject", &spawn()).unwrap();
    let new: SubjectAddr = client.wait_for("subject", LIMIT).await.unwrap();
    assert_eq!(new.add(1).await, Ok(1));
    assert_eq!(old.add(1).await, Err(CallError::Stopped));
    assert_ne!(old, new);
}

#[actor_core::test(seeds = 30)]
async fn after_a_crash_unsent_calls_are_never_handled_and_sent_ones_may_be() {
    let network = SimNetwork::new();
    let (client, server) = (network.node("client"), network.node("server"));
    let local = spawn();
    server.register("subject", &local).unwrap();
    let remote: SubjectAddr = client.wait_for("subject", LIMIT).await.unwrap();
    // More calls than there is credit for: the last of them wait on this side.
    remote.slow(60_000).send().await.unwrap();
    let call = |_| actor_core::spawn_task(remote.store(vec![7; 4000]).into_owned());
    let calls: Vec<_> = (0..150).map(call).collect();
    time::sleep(Duration::from_secs(2)).await;
    network.crash("server");
    local.kill();
    let (mut sent, mut unsent) = (0, 0);
    for call in calls {
        match call.await {
            Err(CallError::Unreachable { started: true }) => sent += 1,
            Err(error) if error.never_handled() => unsent += 1,
            other => panic!("{other:?}"),
        }
    }
    assert!(sent > 10 && unsent > 10, "{sent} sent, {unsent} not sent");
    drop(server);
}

/// Records notes and exits in the order in which it gets them.
#[actor]
#[derive(Default)]
struct Order {
    heard: Vec<String>,
    subject: Option<SubjectAddr>,
}

#[actor]
impl Order {
    fn watch(&mut self, subject: SubjectAddr, context: &Context<Self>) {
        context.monitor(&subject, |me, exit| me.gone(exit));
        self.subject = Some(subject);
    }

    fn gone(&mut self, exit: Exit) {
        self.heard.push(if exit.is_normal() { "stopped" } else { "failed" }.to_owned());
    }

    fn heard(&self) -> Vec<String> {
        self.heard.clone()
    }
}

#[actor]
impl Hearer for Order {
    fn note(&mut self, number: u32) {
        self.heard.push(number.to_string());
    }
}

#[actor_core::test(seeds = 30)]
async fn a_remote_exit_arrives_after_all_messages_of_its_actor() {
    let network = SimNetwork::new();
    let (a, b) = (network.node("a"), network.node("b"));
    b.register("subject", &spawn()).unwrap();
    let subject: SubjectAddr = a.wait_for("subject", LIMIT).await.unwrap();
    let order = Order::default().spawn();
    order.watch(subject.clone()).await.unwrap();
    let (notes, fails) = (rng().u32(1..100), rng().bool());
    let hearer = HearerAddr::from(order.clone());
    subject.tell(hearer, notes, fails).send().await.unwrap();
    subject.join().await;
    time::sleep(Duration::from_secs(1)).await;
    let mut expected: Vec<String> = (0..notes).map(|number| number.to_string()).collect();
    expected.push(if fails { "failed" } else { "stopped" }.to_owned());
    assert_eq!(order.heard().await, Ok(expected));
}

#[actor_core::test(seeds = 30)]
async fn sends_whose_fate_is_unknown_are_incidents() {
    let network = SimNetwork::new();
    let (client, server) = (network.node("client"), network.node("server"));
    let local = spawn();
    server.register("subject", &local).unwrap();
    let remote: SubjectAddr = client.wait_for("subject", LIMIT).await.unwrap();
    network.cut("client", "server");
    for _ in 0..10 {
        remote.add(1).send().await.unwrap();
    }
    assert_eq!(remote.join().await, Exit::Unreachable);
    assert_eq!(client.system().counters().undelivered, 10);
    assert_eq!(local.add(0).await, Ok(0));
}

/// A frame or a lease that takes longer than the clock can tell ends after the test.
#[actor_core::test(seeds = 10)]
async fn delays_and_leases_of_any_length_are_accepted() {
    let most =
        [Duration::MAX, Duration::from_secs(u64::MAX / 2), Duration::from_secs(i64::MAX as u64)];
    for most in most {
        for least in [Duration::ZERO, most / 2, most] {
            let network = SimNetwork::new().lease(most);
            let (one, other) = (network.node("one"), network.node("other"));
            time::sleep(Duration::from_secs(5)).await;
            assert_eq!(one.peers(), ["other"]);
            network.set_delay(least..=most);
            time::sleep(Duration::from_secs(5)).await;
            network.cut("one", "other");
            network.pause("one");
            time::sleep(Duration::from_secs(5)).await;
            network.resume("one");
            network.heal("one", "other");
            other.leave();
            time::sleep(Duration::from_secs(5)).await;
            assert_eq!(one.peers(), ["other"]);
        }
    }
}
