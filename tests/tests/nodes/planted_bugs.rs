//! Three bugs that only programs of several nodes have: seeds find them, and the report is short.

use crate::reports::{said, shown_steps};
use actor_core::__private::{TestConfig, simulate};
use actor_core::prelude::*;
use actor_core::{rng, simulation::Probe, time};
use actor_remote::{Node, SimNetwork};
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(30);

/// The report of a test that fails under one of 1000 seeds.
fn found<F: Future<Output = ()>>(body: fn() -> F) -> String {
    let report = said(|| simulate(TestConfig::single_seed().seeds(1000), |_| body()));
    assert!((1..20).contains(&shown_steps(&report)), "{report}");
    report
}

#[actor(remote)]
trait Account {
    fn add(&mut self, amount: u64) -> u64;
}

#[actor]
struct Total(u64);

#[actor]
impl Total {}

#[actor]
impl Account for Total {
    fn add(&mut self, amount: u64) -> u64 {
        self.0 += amount;
        self.0
    }
}

/// The bug: a call with an unknown outcome is made again.
async fn ten_payments_arrive_once() {
    let network = SimNetwork::new();
    let (bank, shop) = (network.node("bank"), network.node("shop"));
    let total = AccountAddr::from(Total(0).spawn_on(bank.system()));
    bank.register("account", &total).unwrap();
    let broken = network.clone();
    let breaks = actor_core::spawn_task(async move {
        time::sleep(Duration::from_millis(rng().u64(1..60))).await;
        broken.cut("bank", "shop");
        time::sleep(Duration::from_secs(3)).await;
        broken.heal("bank", "shop");
    });
    for _ in 0..10 {
        loop {
            let account: AccountAddr = shop.wait_for("account", LIMIT).await.unwrap();
            if account.add(1).await.is_ok() {
                break;
            }
        }
    }
    breaks.await;
    assert_eq!(total.add(0).await, Ok(10));
}

#[test]
fn a_retry_after_an_unknown_outcome_is_found() {
    let report = found(ten_payments_arrive_once);
    assert!(report.contains("the network cuts bank and shop off from each other"), "{report}");
    assert!(report.contains("bank/total#"), "{report}");
}

#[actor(remote)]
trait Leader {
    fn lead(&self);
}

/// Leads, unless there is a leader.
#[actor]
struct Candidate {
    node: Node,
    leads: Probe<String>,
}

#[actor]
impl Candidate {
    /// The bug: a name is not a lock.
    fn campaign(&self, context: &Context<Self>) {
        if self.node.lookup::<LeaderAddr>("leader").is_none() {
            let me = LeaderAddr::from(context.address());
            self.node.register("leader", &me).unwrap();
            self.leads.tell(self.node.name().to_owned());
        }
    }
}

#[actor]
impl Leader for Candidate {
    fn lead(&self) {}
}

async fn there_is_one_leader() {
    let network = SimNetwork::new();
    let nodes = [network.node("a"), network.node("b")];
    time::sleep(Duration::from_secs(1)).await;
    let leads = Probe::new();
    let mut campaigns = Vec::new();
    for node in &nodes {
        let candidate = Candidate { node: node.clone(), leads: leads.clone() };
        let candidate = candidate.spawn_on(node.system());
        time::sleep(Duration::from_millis(rng().u64(..30))).await;
        candidate.campaign().send().await.unwrap();
        campaigns.push(candidate);
    }
    time::sleep(Duration::from_millis(1)).await;
    let leads = leads.take();
    campaigns.iter().for_each(|candidate| candidate.stop());
    nodes.iter().for_each(Node::leave);
    assert!(leads.len() == 1, "{leads:?} lead");
}

#[test]
fn a_name_that_is_taken_for_a_lock_is_found() {
    let report = found(there_is_one_leader);
    assert!(report.contains("a/candidate#") && report.contains("b/candidate#"), "{report}");
    assert!(report.contains("takes `campaign`"), "{report}");
}

#[actor(remote)]
trait Relay {
    async fn part(&self, number: u64);
}

#[actor(remote)]
trait Collector {
    fn part(&mut self, number: u64);
    fn done(&mut self);
}

#[actor]
struct Middle {
    to: CollectorAddr,
}

#[actor]
impl Middle {}

#[actor]
impl Relay for Middle {
    async fn part(&self, number: u64) {
        let _ = self.to.part(number).send().await;
    }
}

#[actor]
struct Parts {
    parts: u64,
    complete: Probe<u64>,
}

#[actor]
impl Parts {}

#[actor]
impl Collector for Parts {
    fn part(&mut self, _number: u64) {
        self.parts += 1;
    }

    fn done(&mut self) {
        self.complete.tell(self.parts);
    }
}

/// The bug: the parts are sent over a relay, but the notice that they are complete is sent
/// directly.
async fn a_notice_comes_behind_its_data() {
    let network = SimNetwork::new();
    let [maker, relay, taker] = ["maker", "relay", "taker"].map(|name| network.node(name));
    let complete = Probe::new();
    let parts = Parts { parts: 0, complete: complete.clone() }.spawn_on(taker.system());
    taker.register("parts", &CollectorAddr::from(parts)).unwrap();
    let to: CollectorAddr = relay.wait_for("parts", LIMIT).await.unwrap();
    relay.register("relay", &RelayAddr::from(Middle { to }.spawn_on(relay.system()))).unwrap();
    let over: RelayAddr = maker.wait_for("relay", LIMIT).await.unwrap();
    let direct: CollectorAddr = maker.wait_for("parts", LIMIT).await.unwrap();
    for number in 0..3 {
        over.part(number).await.unwrap();
    }
    direct.done().send().await.unwrap();
    assert_eq!(complete.next().await, 3, "parts when the notice came");
}

#[test]
fn a_notice_that_overtakes_its_data_is_found() {
    let report = found(a_notice_comes_behind_its_data);
    assert!(report.contains("taker/parts#") && report.contains("takes `done`"), "{report}");
}
