//! The actor of another node that these tests call.

use actor_core::prelude::*;
use actor_core::time;
use actor_remote::{Node, SimNetwork};
use std::time::Duration;

pub const LIMIT: Duration = Duration::from_secs(10);
pub const LEASE: Duration = Duration::from_secs(2);

#[actor(remote)]
pub trait Subject {
    /// Records the number.
    fn add(&mut self, number: u64) -> u64;
    /// Records the number after a while.
    async fn slow(&mut self, number: u64, millis: u64) -> u64;
    fn store(&mut self, bytes: Vec<u8>);
    fn seen(&self) -> Vec<u64>;
    fn boom(&self);
    fn keep(&mut self, other: SubjectAddr);
    fn forget(&mut self);
    fn kept(&self) -> Option<SubjectAddr>;
    /// Returns an actor that nothing else refers to, after a while.
    async fn fresh(&mut self, millis: u64) -> SubjectAddr;
    /// Sends this many notes to `hearer`, and ends.
    async fn tell(&mut self, hearer: HearerAddr, notes: u64, fails: bool, context: &Context<Self>);
}

#[actor(remote)]
pub trait Hearer {
    fn note(&mut self, number: u64);
}

#[actor]
#[derive(Default)]
pub struct Counter {
    seen: Vec<u64>,
    kept: Option<SubjectAddr>,
}

#[actor]
impl Counter {}

#[actor]
impl Subject for Counter {
    fn add(&mut self, number: u64) -> u64 {
        self.seen.push(number);
        number
    }

    async fn slow(&mut self, number: u64, millis: u64) -> u64 {
        time::sleep(Duration::from_millis(millis)).await;
        self.seen.push(number);
        number
    }

    fn store(&mut self, _bytes: Vec<u8>) {}

    fn seen(&self) -> Vec<u64> {
        self.seen.clone()
    }

    fn boom(&self) {
        panic!("boom");
    }

    fn keep(&mut self, other: SubjectAddr) {
        self.kept = Some(other);
    }

    fn kept(&self) -> Option<SubjectAddr> {
        self.kept.clone()
    }

    fn forget(&mut self) {
        self.kept = None;
    }

    async fn fresh(&mut self, millis: u64) -> SubjectAddr {
        time::sleep(Duration::from_millis(millis)).await;
        Counter::default().spawn().into()
    }

    async fn tell(&mut self, hearer: HearerAddr, notes: u64, fails: bool, context: &Context<Self>) {
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

/// A server with an actor, and a client with its address.
pub struct Two {
    pub network: SimNetwork,
    pub server: Node,
    pub client: Node,
    pub local: SubjectAddr,
    pub remote: SubjectAddr,
}

pub fn spawn(node: &Node) -> SubjectAddr {
    Counter::default().spawn_on(node.system()).into()
}

pub async fn two() -> Two {
    let network = SimNetwork::new().lease(LEASE);
    let (server, client) = (network.node("server"), network.node("client"));
    let local = spawn(&server);
    server.register("subject", &local).unwrap();
    let remote = client.wait_for("subject", LIMIT).await.unwrap();
    Two { network, server, client, local, remote }
}
