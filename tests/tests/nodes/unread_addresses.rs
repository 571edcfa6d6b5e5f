//! Addresses that another node gets and does not read, or reads more than once: they keep their actor for as
//! long as the other node refers to it, and no longer.

use crate::subject::{LIMIT, SubjectAddr, Two, spawn, two};
use actor_core::prelude::*;
use actor_core::{error::RefusalKind, rng, time};
use actor_remote::{Node, SimNetwork};
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize};
use std::time::Duration;

/// Takes values that contain an address.
#[actor(remote)]
trait Chest {
    fn skip(&mut self, value: Skipped);
    fn keep(&mut self, value: Twice);
    fn clear(&mut self);
}

#[actor]
#[derive(Default)]
struct Wooden {
    kept: Option<Twice>,
}

#[actor]
impl Wooden {}

#[actor]
impl Chest for Wooden {
    fn skip(&mut self, value: Skipped) {
        assert!(matches!(value, Skipped::Nothing));
    }

    fn keep(&mut self, value: Twice) {
        self.kept = Some(value);
    }

    fn clear(&mut self) {
        self.kept = None;
    }
}

/// An address whose reader does not know the field with it.
#[derive(Serialize)]
#[serde(untagged)]
enum Skipped {
    Address(SubjectAddr),
    Nothing,
}

impl<'de> Deserialize<'de> for Skipped {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Skipped::Nothing)
    }
}

/// The reader tries the first variant, which contains the address as well.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Twice {
    Numbered { to: SubjectAddr, number: u64 },
    Named { to: SubjectAddr, number: String },
}

impl Two {
    async fn chest(&self) -> ChestAddr {
        let chest = ChestAddr::from(Wooden::default().spawn_on(self.server.system()));
        self.server.register("chest", &chest).unwrap();
        self.client.wait_for("chest", LIMIT).await.unwrap()
    }
}

fn exports(node: &Node) -> usize {
    node.tables().exports
}

#[actor_core::test(seeds = 100)]
async fn an_address_in_a_message_to_an_actor_that_has_ended_keeps_no_actor() {
    let two = two().await;
    let (mine, is_call) = (spawn(&two.client), rng().bool());
    let weak = mine.downgrade();
    if rng().bool() {
        two.local.kill();
    } else {
        two.local.stop();
    }
    // The exit notice has not arrived, or the actor has not ended.
    time::sleep(Duration::from_micros(rng().u64(..8000))).await;
    let keep = two.remote.keep(mine);
    if is_call {
        drop(keep.await);
    } else {
        drop(keep.send().await);
    }
    time::sleep(Duration::from_secs(1)).await;
    assert!(!weak.is_alive());
    assert_eq!((exports(&two.client), exports(&two.server)), (0, 0));
}

#[actor_core::test(seeds = 100)]
async fn an_address_in_a_reply_whose_caller_has_left_keeps_no_actor() {
    let two = two().await;
    let fresh = two.remote.fresh(0).timeout(Duration::from_micros(rng().u64(..20_000)));
    drop(fresh.await);
    time::sleep(Duration::from_secs(1)).await;
    assert_eq!(exports(&two.server), 1, "that of the subject");
}

#[actor_core::test(seeds = 30)]
async fn an_address_in_a_field_that_the_other_node_does_not_know_keeps_no_actor() {
    let two = two().await;
    let chest = two.chest().await;
    let mine = spawn(&two.client);
    let weak = mine.downgrade();
    chest.skip(Skipped::Address(mine)).await.unwrap();
    time::sleep(Duration::from_secs(1)).await;
    assert!(!weak.is_alive());
    assert_eq!(exports(&two.client), 0);
}

#[actor_core::test(seeds = 30)]
async fn an_address_in_a_refused_message_keeps_no_actor() {
    let network = SimNetwork::new();
    let rules = Node::builder().allow(|_, protocol, _| protocol != "Subject");
    let (server, client) = (network.node_with_rules("server", rules), network.node("client"));
    server.register("subject", &spawn(&server)).unwrap();
    let remote: SubjectAddr = client.wait_for("subject", LIMIT).await.unwrap();
    let mine = spawn(&client);
    let weak = mine.downgrade();
    let error = remote.keep(mine).await.unwrap_err();
    assert!(
        matches!(&error, CallError::Refused(it) if it.kind() == RefusalKind::Denied),
        "{error}"
    );
    time::sleep(Duration::from_secs(1)).await;
    assert!(!weak.is_alive());
}

/// The first read takes the announced address, and the second one sends `Hold`.
#[actor_core::test(seeds = 30)]
async fn an_address_that_the_decoder_reads_twice_keeps_its_actor() {
    let two = two().await;
    let chest = two.chest().await;
    let mine = spawn(&two.client);
    let weak = mine.downgrade();
    chest.keep(Twice::Named { to: mine, number: "one".into() }).await.unwrap();
    time::sleep(Duration::from_secs(5)).await;
    assert!(weak.is_alive() && exports(&two.client) == 1);
    chest.clear().await.unwrap();
    time::sleep(Duration::from_secs(1)).await;
    assert!(!weak.is_alive());
    assert_eq!(exports(&two.client), 0);
}
