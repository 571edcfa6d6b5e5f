//! Partitions, crashes and hostile frames: the errors of each side, and their time.

use actor_core::prelude::*;
use actor_core::{rng, time};
use actor_remote::{Node, NodeId, SimNetwork, Transport, TransportEvent};
use std::sync::{Arc, Mutex};
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
async fn a_partition_is_told_within_the_lease_on_both_sides() {
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

#[actor_core::test(seeds = 30)]
async fn a_crash_is_told_at_once_and_the_restarted_node_is_another_one() {
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
async fn a_call_before_the_message_left_is_never_handled_and_one_behind_it_may_be() {
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
async fn an_exit_from_another_node_comes_behind_all_that_its_actor_had_sent() {
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

/// A network of nodes in one process whose frames a test can read and forge.
#[derive(Clone, Default)]
struct Pipe(Arc<Mutex<Vec<Port>>>);

struct Port {
    id: NodeId,
    on_event: Option<Arc<dyn Fn(TransportEvent<'_>) + Send + Sync>>,
    frames: Vec<(NodeId, Vec<u8>)>,
}

struct End(NodeId, Pipe);

impl Pipe {
    fn port(&self, id: u64) -> End {
        let port = Port { id: NodeId(id), on_event: None, frames: Vec::new() };
        self.0.lock().unwrap().push(port);
        End(NodeId(id), self.clone())
    }

    fn event(&self, to: NodeId, event: TransportEvent<'_>) {
        let port = |port: &&Port| port.id == to;
        let on_event = self.0.lock().unwrap().iter().find(port).and_then(|it| it.on_event.clone());
        if let Some(on_event) = on_event {
            on_event(event);
        }
    }

    /// The frames that were sent to `to`, which is a forger.
    fn taken(&self, to: NodeId) -> Vec<Vec<u8>> {
        let mut ports = self.0.lock().unwrap();
        let port = ports.iter_mut().find(|port| port.id == to).unwrap();
        std::mem::take(&mut port.frames).into_iter().map(|(_, frame)| frame).collect()
    }
}

impl Transport for End {
    fn node(&self) -> NodeId {
        self.0
    }

    fn start(&self, on_event: Box<dyn Fn(TransportEvent<'_>) + Send + Sync>) {
        let mut ports = self.1.0.lock().unwrap();
        let mut others = Vec::new();
        for port in &mut *ports {
            if port.id == self.0 {
                port.on_event = Some(Arc::from(on_event));
                break;
            }
            others.push(port.id);
        }
        drop(ports);
        for other in others {
            self.1.event(self.0, TransportEvent::Up(other));
            self.1.event(other, TransportEvent::Up(self.0));
        }
    }

    fn send(&self, to: NodeId, frame: Vec<u8>) {
        if let Some(port) = self.1.0.lock().unwrap().iter_mut().find(|port| port.id == to) {
            port.frames.push((self.0, frame.clone()));
        }
        self.1.event(to, TransportEvent::Frame { from: self.0, bytes: &frame });
    }

    fn leave(&self) {}
}

/// A node that a test plays by hand.
struct Forger {
    pipe: Pipe,
    id: NodeId,
    victim: NodeId,
    session: u32,
    sequence: u8,
}

impl Forger {
    fn frame(&mut self, kind_and_fields: &[u8]) {
        let mut frame = vec![1];
        frame.extend(self.session.to_le_bytes());
        frame.push(self.sequence);
        frame.extend(kind_and_fields);
        self.sequence += 1;
        self.pipe.event(self.victim, TransportEvent::Frame { from: self.id, bytes: &frame });
    }

    /// Opens a session: the victim's number is in its `Hello`.
    async fn open(&mut self) {
        self.pipe.taken(self.id);
        self.session = rng().u32(1..);
        self.sequence = 0;
        self.frame(&[0, 0, 0, 0, 0, 1, b'f']);
        time::sleep(Duration::from_millis(1)).await;
        let hello = self.pipe.taken(self.id).into_iter().rfind(|it| it[5..7] == [0, 0]);
        let Some(hello) = hello else { return };
        self.sequence = 0;
        let echo: [u8; 4] = hello[1..5].try_into().unwrap();
        self.frame(&[&[0], &echo[..], &[1, b'f']].concat());
        time::sleep(Duration::from_millis(1)).await;
    }
}

#[actor_core::test(seeds = 10)]
async fn forged_frames_end_no_actor_and_disturb_no_other_node() {
    let pipe = Pipe::default();
    let (server, client) = (pipe.port(1), pipe.port(2));
    drop(pipe.port(3));
    let (server, client) = (Node::on(server, "server"), Node::on(client, "client"));
    let local = spawn();
    server.register("subject", &local).unwrap();
    let honest: SubjectAddr = client.wait_for("subject", LIMIT).await.unwrap();
    pipe.event(NodeId(1), TransportEvent::Up(NodeId(3)));
    let (id, victim) = (NodeId(3), NodeId(1));
    let mut forger = Forger { pipe: pipe.clone(), id, victim, session: 0, sequence: 0 };
    let random = |length: usize| -> Vec<u8> { (0..length).map(|_| rng().u8(..)).collect() };
    let mut expected = 0;
    for round in 0..40 {
        forger.open().await;
        for _ in 0..50 {
            let fields = random(rng().usize(0..30));
            match rng().u8(0..4) {
                // A frame of any kind, and one for an export that the forger does not hold.
                0 => forger.frame(&[&[rng().u8(..)], &fields[..]].concat()),
                1 => forger.frame(&[&[5, rng().u8(0..5)], &random(8)[..], &[0x91, 1]].concat()),
                2 => forger.frame(&[11 + rng().u8(0..2), rng().u8(0..5)]),
                _ => pipe.event(victim, TransportEvent::Frame { from: id, bytes: &fields }),
            }
        }
        time::sleep(Duration::from_millis(5)).await;
        expected += round;
        assert_eq!(honest.add(round).await, Ok(expected));
    }
    assert!(local.is_alive());
    let counters = server.counters();
    assert!(counters.bad_frames > 100, "{counters:?}");
    assert_eq!(client.counters().lost_sessions, 0);
    local.kill();
    honest.join().await;
}
