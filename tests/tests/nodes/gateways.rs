//! Addresses that a node passes on to another one: their actor continues while they travel, although the node in between
//! drops its own address at once.

use crate::subject::{LIMIT, SubjectAddr, spawn};
use actor_core::prelude::*;
use actor_core::{rng, time};
use actor_remote::{Node, SimNetwork};
use futures_lite::StreamExt;
use std::pin::pin;
use std::time::Duration;

/// Passes addresses on.
#[actor(remote)]
trait Gate {
    /// Gets a new actor of the third node, and returns it.
    async fn fetch(&mut self) -> SubjectAddr;
    /// Passes the call on to the third node.
    async fn pass(&mut self, reply: Reply<SubjectAddr>);
    /// Gets new actors of the third node, and returns them one by one.
    async fn flow(&mut self, count: u64, items: Replies<SubjectAddr>);
    /// Gets a new actor of the third node, and sends it to `to`.
    async fn push(&mut self, to: SubjectAddr);
    /// Returns the address to its own node.
    fn echo(&mut self, subject: SubjectAddr, items: Replies<SubjectAddr>);
}

#[actor]
struct Porter {
    source: SubjectAddr,
}

#[actor]
impl Porter {}

#[actor]
impl Gate for Porter {
    async fn fetch(&mut self) -> SubjectAddr {
        self.source.fresh(0).await.unwrap()
    }

    async fn pass(&mut self, reply: Reply<SubjectAddr>) {
        self.source.fresh(0).reply_to(reply).send().await.unwrap();
    }

    async fn flow(&mut self, count: u64, items: Replies<SubjectAddr>) {
        for _ in 0..count {
            let fresh = self.source.fresh(0).await.unwrap();
            if items.send(fresh).await.is_err() {
                return;
            }
        }
    }

    async fn push(&mut self, to: SubjectAddr) {
        let fresh = self.source.fresh(0).await.unwrap();
        to.keep(fresh).send().await.unwrap();
    }

    fn echo(&mut self, subject: SubjectAddr, items: Replies<SubjectAddr>) {
        items.try_send(subject).unwrap();
    }
}

/// Passes addresses on to others of its kind.
#[actor(remote)]
trait Runner {
    /// Passes the address on along the way, and drops it. The last one keeps it.
    async fn pass(&mut self, subject: SubjectAddr, way: Vec<RunnerAddr>);
    /// Passes the call on along the way. The last one answers it.
    async fn call(&mut self, way: Vec<RunnerAddr>, reply: Reply<SubjectAddr>);
    /// Returns what it keeps.
    fn kept(&mut self) -> Option<SubjectAddr>;
}

#[actor]
#[derive(Default)]
struct Relay {
    kept: Option<SubjectAddr>,
}

#[actor]
impl Relay {}

#[actor]
impl Runner for Relay {
    async fn pass(&mut self, subject: SubjectAddr, mut way: Vec<RunnerAddr>) {
        match way.pop() {
            // Its node may be lost.
            Some(next) => drop(next.pass(subject, way).send().await),
            None => self.kept = Some(subject),
        }
    }

    async fn call(&mut self, mut way: Vec<RunnerAddr>, reply: Reply<SubjectAddr>) {
        match way.pop() {
            Some(next) => drop(next.call(way).reply_to(reply).send().await),
            None => drop(reply.send(crate::subject::Counter::default().spawn().into())),
        }
    }

    fn kept(&mut self) -> Option<SubjectAddr> {
        self.kept.take()
    }
}

const NAMES: [&str; 4] = ["one", "two", "three", "four"];

/// Four nodes, each with a runner.
struct Four {
    network: SimNetwork,
    nodes: Vec<Node>,
    /// The runners of the first node, and the addresses of the others there.
    runners: Vec<RunnerAddr>,
}

async fn four() -> Four {
    let network = SimNetwork::new();
    let nodes: Vec<Node> = NAMES.iter().map(|name| network.node(name)).collect();
    for (node, name) in nodes.iter().zip(NAMES) {
        node.register(name, &RunnerAddr::from(Relay::default().spawn_on(node.system()))).unwrap();
    }
    let mut runners = Vec::new();
    for name in NAMES {
        for node in &nodes {
            node.wait_for::<RunnerAddr>(name, LIMIT).await.unwrap();
        }
        runners.push(nodes[0].wait_for(name, LIMIT).await.unwrap());
    }
    Four { network, nodes, runners }
}

impl Four {
    /// A way over random nodes.
    fn way(&self) -> Vec<RunnerAddr> {
        (0..rng().usize(1..6)).map(|_| self.runners[rng().usize(0..4)].clone()).collect()
    }

    /// Only the runners are left, which have names.
    async fn assert_clean(&self) {
        time::sleep(Duration::from_secs(10)).await;
        let exports: Vec<_> = self.nodes.iter().map(|node| node.tables().exports).collect();
        assert_eq!(exports, [1; 4]);
    }
}

/// A client, a node with a gate, and a node with the actors to which the gate leads.
struct Three {
    client: Node,
    middle: Node,
    last: Node,
    gate: GateAddr,
}

async fn three() -> Three {
    let network = SimNetwork::new();
    let [client, middle, last] = ["client", "middle", "last"].map(|name| network.node(name));
    last.register("source", &spawn(&last)).unwrap();
    let source = middle.wait_for("source", LIMIT).await.unwrap();
    middle.register("gate", &GateAddr::from(Porter { source }.spawn_on(middle.system()))).unwrap();
    let gate = client.wait_for("gate", LIMIT).await.unwrap();
    client.wait_for::<SubjectAddr>("source", LIMIT).await.unwrap();
    Three { client, middle, last, gate }
}

impl Three {
    /// The actor continues, and ends with its last address.
    async fn assert_alive(&self, subject: SubjectAddr) {
        assert_eq!(subject.add(7).await, Ok(7));
        time::sleep(Duration::from_secs(1)).await;
        assert_eq!(subject.add(8).await, Ok(8));
        drop(subject);
        self.assert_clean().await;
    }

    /// Only the actors with names are left.
    async fn assert_clean(&self) {
        time::sleep(Duration::from_secs(1)).await;
        let exports = [&self.client, &self.middle, &self.last].map(|it| it.tables().exports);
        assert_eq!(exports, [0, 1, 1]);
    }
}

#[actor_core::test(seeds = 80)]
async fn an_address_in_a_reply_that_a_gateway_makes_keeps_its_actor() {
    let three = three().await;
    let subject = three.gate.fetch().await.unwrap();
    three.assert_alive(subject).await;
}

#[actor_core::test(seeds = 80)]
async fn an_address_in_a_reply_that_a_gateway_passes_on_keeps_its_actor() {
    let three = three().await;
    let subject = three.gate.pass().await.unwrap();
    three.assert_alive(subject).await;
}

#[actor_core::test(seeds = 80)]
async fn an_address_in_a_message_of_a_gateway_keeps_its_actor() {
    let three = three().await;
    let mine = spawn(&three.client);
    three.gate.push(mine.clone()).await.unwrap();
    let subject = loop {
        if let Some(subject) = mine.kept().await.unwrap() {
            break subject;
        }
        time::sleep(Duration::from_millis(1)).await;
    };
    mine.stop();
    three.assert_alive(subject).await;
}

#[actor_core::test(seeds = 40)]
async fn an_address_in_an_item_of_a_gateway_keeps_its_actor() {
    let three = three().await;
    let mut items = pin!(three.gate.flow(20).stream_of(rng().usize(1..8)));
    let mut kept = Vec::new();
    while let Some(item) = items.next().await {
        time::sleep(Duration::from_millis(rng().u64(0..5))).await;
        kept.push(item.unwrap());
    }
    assert_eq!(kept.len(), 20);
    for subject in &kept {
        assert_eq!(subject.add(7).await, Ok(7));
    }
    drop(kept);
    three.assert_clean().await;
}

#[actor_core::test(seeds = 80)]
async fn an_address_in_an_item_on_its_way_home_keeps_its_actor() {
    let three = three().await;
    let mut items = pin!(three.gate.echo(spawn(&three.client)).stream_of(1));
    time::sleep(Duration::from_millis(rng().u64(0..50))).await;
    let subject = items.next().await.unwrap().unwrap();
    three.assert_alive(subject).await;
}

#[actor_core::test(seeds = 80)]
async fn an_address_that_passes_through_several_nodes_keeps_its_actor() {
    let four = four().await;
    let at = rng().usize(0..4);
    let (mut way, last) = (four.way(), rng().usize(0..4));
    way.insert(0, four.runners[last].clone());
    four.runners[at].pass(spawn(&four.nodes[rng().usize(0..4)]), way).send().await.unwrap();
    let subject = loop {
        if let Some(subject) = four.runners[last].kept().await.unwrap() {
            break subject;
        }
        time::sleep(Duration::from_millis(rng().u64(0..5))).await;
    };
    assert_eq!(subject.add(7).await, Ok(7));
    drop(subject);
    four.assert_clean().await;
}

#[actor_core::test(seeds = 80)]
async fn an_address_in_a_reply_that_passes_through_several_nodes_keeps_its_actor() {
    let four = four().await;
    let subject = four.runners[rng().usize(0..4)].call(four.way()).await.unwrap();
    assert_eq!(subject.add(7).await, Ok(7));
    drop(subject);
    four.assert_clean().await;
}

/// Addresses are passed on while nodes are cut off from each other.
#[actor_core::test(seeds = 40)]
async fn addresses_that_pass_through_nodes_that_are_lost_leave_nothing() {
    let four = four().await;
    let cuts = rng().u64(1..4);
    for _ in 0..cuts {
        for _ in 0..rng().u64(1..10) {
            let subject = spawn(&four.nodes[rng().usize(0..4)]);
            drop(four.runners[rng().usize(0..4)].pass(subject, four.way()).send().await);
            drop(four.runners[rng().usize(0..4)].call(four.way()).timeout(LIMIT).await);
        }
        let (one, other) = (NAMES[rng().usize(0..4)], NAMES[rng().usize(0..4)]);
        four.network.cut(one, other);
        time::sleep(Duration::from_millis(rng().u64(0..4000))).await;
        four.network.heal(one, other);
    }
    time::sleep(LIMIT).await;
    for (node, name) in four.nodes.iter().zip(NAMES) {
        let runner: RunnerAddr = node.lookup(name).unwrap();
        drop(runner.kept().await.unwrap());
    }
    four.assert_clean().await;
}
