//! Values of messages, replies and streams whose `Drop` panics: they arrive, and so does everything behind them.

use crate::subject::LIMIT;
use actor_core::prelude::*;
use actor_core::time;
use actor_remote::{Node, SimNetwork};
use futures_lite::StreamExt;
use serde::{Deserialize, Deserializer, Serialize};
use std::pin::pin;
use std::time::Duration;

/// Panics when it is dropped.
#[derive(Serialize, Deserialize)]
struct Bomb {
    number: u64,
    #[serde(skip)]
    is_armed: bool,
}

impl Bomb {
    fn armed(number: u64) -> Self {
        Bomb { number, is_armed: true }
    }
}

impl Drop for Bomb {
    fn drop(&mut self) {
        assert!(!self.is_armed, "dropped");
    }
}

/// Panics when it is dropped after it was decoded.
struct Received(u64);

impl Serialize for Received {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Received {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u64::deserialize(deserializer).map(|number| Received(number + 1000))
    }
}

impl Drop for Received {
    fn drop(&mut self) {
        assert!(self.0 < 1000, "dropped");
    }
}

/// Is refused by the decoder.
#[derive(Serialize)]
struct Refused;

impl<'de> Deserialize<'de> for Refused {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(serde::de::Error::custom("never"))
    }
}

#[actor(remote)]
trait Store {
    fn get(&mut self, number: u64) -> Bomb;
    async fn get_later(&mut self, number: u64) -> Bomb;
    async fn all(&mut self, count: u64, items: Replies<Bomb>);
    fn put(&mut self, bomb: Received, refused: Refused);
    fn take(&mut self, bomb: Bomb) -> u64;
    fn hello(&mut self, number: u64) -> u64;
}

#[actor]
struct Shelf;

#[actor]
impl Shelf {}

#[actor]
impl Store for Shelf {
    fn get(&mut self, number: u64) -> Bomb {
        Bomb::armed(number)
    }

    async fn get_later(&mut self, number: u64) -> Bomb {
        time::sleep(Duration::from_millis(10)).await;
        Bomb::armed(number)
    }

    async fn all(&mut self, count: u64, items: Replies<Bomb>) {
        for number in 0..count {
            if items.send(Bomb::armed(number)).await.is_err() {
                return;
            }
        }
    }

    fn put(&mut self, _bomb: Received, _refused: Refused) {}

    fn take(&mut self, bomb: Bomb) -> u64 {
        bomb.number
    }

    fn hello(&mut self, number: u64) -> u64 {
        number
    }
}

struct Stores {
    server: Node,
    client: Node,
    store: StoreAddr,
}

async fn stores() -> Stores {
    let network = SimNetwork::new();
    let (server, client) = (network.node("server"), network.node("client"));
    server.register("store", &StoreAddr::from(Shelf.spawn_on(server.system()))).unwrap();
    let store = client.wait_for("store", LIMIT).await.unwrap();
    Stores { server, client, store }
}

impl Stores {
    /// The actor and the session work as before, and nothing is left.
    async fn assert_whole(&self) {
        assert_eq!(self.store.hello(7).timeout(LIMIT).await, Ok(7));
        time::sleep(Duration::from_secs(1)).await;
        assert_eq!(self.server.tables().running_calls, 0);
        assert_eq!(self.client.tables().open_calls, 0);
        assert_eq!(self.client.counters().lost_sessions, 0);
    }
}

#[actor_core::test(seeds = 20)]
async fn a_reply_that_panics_when_it_is_dropped_arrives_and_so_do_later_ones() {
    let stores = stores().await;
    let bomb = stores.store.get(3).timeout(LIMIT).await.unwrap();
    assert_eq!(bomb.number, 3);
    let bomb = stores.store.get_later(4).timeout(LIMIT).await.unwrap();
    assert_eq!(bomb.number, 4);
    stores.assert_whole().await;
}

#[actor_core::test(seeds = 20)]
async fn items_that_panic_when_they_are_dropped_arrive_and_their_stream_ends() {
    let stores = stores().await;
    let mut items = pin!(stores.store.all(5).timeout(LIMIT).stream());
    for number in 0..5 {
        let item = items.next().await.unwrap().unwrap();
        assert_eq!(item.number, number);
    }
    assert!(items.next().await.is_none());
    stores.assert_whole().await;
}

#[actor_core::test(seeds = 20)]
async fn an_argument_of_a_refused_message_that_panics_when_it_is_dropped_ends_no_lane() {
    let stores = stores().await;
    let outcome = stores.store.put(Received(1), Refused).timeout(LIMIT).await;
    assert!(matches!(outcome, Err(CallError::Refused(_))), "{outcome:?}");
    stores.store.put(Received(1), Refused).send().await.unwrap();
    stores.assert_whole().await;
}

#[actor_core::test(seeds = 20)]
async fn an_argument_that_panics_when_it_has_been_sent_ends_no_proxy() {
    let stores = stores().await;
    assert_eq!(stores.store.take(Bomb::armed(5)).timeout(LIMIT).await, Ok(5));
    stores.store.take(Bomb::armed(5)).send().await.unwrap();
    stores.assert_whole().await;
}
