//! Topics over nodes.

use actor_core::prelude::*;
use actor_core::{rng, spawn_task, time, topic::Lagged};
use actor_remote::{Node, NodeTopic, SimNetwork};
use futures_lite::StreamExt;
use futures_lite::future::poll_once;
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// A publisher and the number of its item.
type Item = (u8, u32);

/// Records the items that it gets.
#[actor]
struct Hearer {
    heard: Arc<Mutex<Vec<Item>>>,
}

#[actor]
impl Hearer {
    fn hear(&mut self, item: Item) {
        self.heard.lock().unwrap().push(item);
    }
}

fn topic(node: &Node) -> NodeTopic<Item> {
    node.topic("news")
}

/// Subscribes actors of a node, and returns what each of them gets.
fn subscribe(node: &Node, count: usize) -> Vec<(HearerAddr, Arc<Mutex<Vec<Item>>>)> {
    let news = topic(node);
    let hearer = |_| {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let hearer = Hearer { heard: heard.clone() }.spawn_on(node.system());
        news.local().subscribe(&hearer, |me, item| me.hear(item)).detach();
        (hearer, heard)
    };
    (0..count).map(hearer).collect()
}

/// The items of each publisher, in the order in which they were heard.
fn by_publisher(heard: &Mutex<Vec<Item>>) -> BTreeMap<u8, Vec<u32>> {
    let mut all = BTreeMap::<u8, Vec<u32>>::new();
    for (publisher, number) in &*heard.lock().unwrap() {
        all.entry(*publisher).or_default().push(*number);
    }
    all
}

#[actor_core::test(seeds = 4)]
async fn items_reach_each_subscriber_of_three_nodes_once_and_in_the_order_of_their_publisher() {
    let network = SimNetwork::new();
    let nodes = ["a", "b", "c"].map(|name| network.node(name));
    let hearers: Vec<_> = nodes.iter().flat_map(|node| subscribe(node, 100)).collect();
    time::sleep(SECOND).await;
    let publishers = nodes.iter().zip(0_u8..).map(|(node, publisher)| {
        let news = topic(node);
        spawn_task(async move {
            for number in 0..10 {
                news.publish((publisher, number)).await;
                time::sleep(Duration::from_micros(rng().u64(..2000))).await;
            }
        })
    });
    for publisher in publishers.collect::<Vec<_>>() {
        publisher.await;
    }
    // Under some seeds, each of the steps takes up to a millisecond.
    time::sleep(60 * SECOND).await;
    let each: Vec<u32> = (0..10).collect();
    let expected = BTreeMap::from([0, 1, 2].map(|publisher| (publisher, each.clone())));
    for (hearer, heard) in &hearers {
        assert_eq!(by_publisher(heard), expected);
        hearer.stop();
    }
    time::sleep(SECOND).await;
}

/// As many frames as nodes, and some for credit and heartbeats.
#[actor_core::test(seeds = 10)]
async fn an_item_is_one_frame_for_each_node_that_has_subscribers() {
    let network = SimNetwork::new();
    let nodes = ["a", "b", "c", "d"].map(|name| network.node(name));
    let _hearers: Vec<_> = nodes[1..3].iter().flat_map(|node| subscribe(node, 10)).collect();
    // Node `d` publishes only.
    let _publisher = topic(&nodes[3]);
    time::sleep(SECOND).await;
    let news = topic(&nodes[0]);
    news.publish((0, 0)).await;
    time::sleep(SECOND).await;
    let received = || nodes.each_ref().map(|node| node.counters().frames_received);
    let before = received();
    for number in 1..=200 {
        news.publish((0, number)).await;
    }
    time::sleep(SECOND).await;
    let frames = [1, 2, 3].map(|node| received()[node] - before[node]);
    assert!((200..220).contains(&frames[0]) && (200..220).contains(&frames[1]), "{frames:?}");
    assert!(frames[2] < 20, "{frames:?}");
}

#[actor_core::test(seeds = 10)]
async fn a_subscriber_that_waits_holds_up_publishers_on_other_nodes_and_one_that_drops_does_not() {
    let network = SimNetwork::new();
    let (here, there) = (network.node("here"), network.node("there"));
    let (news, others) = (topic(&here), topic(&there));
    let mut stream = others.local().stream();
    time::sleep(SECOND).await;
    let mut published = 0;
    while time::timeout(SECOND, news.publish((0, published))).await.is_ok() {
        published += 1;
        assert!(published < 2000, "the publisher waits for room");
    }
    assert!(published > 64, "{published}");
    assert_eq!(news.try_publish((0, published)), 1);
    // Each item that was published without an abandoned wait arrives.
    for number in 0..published {
        assert_eq!(stream.next().await, Some(Ok((0, number))));
    }
    drop(stream);

    let mut latest = others.local().stream().drop_oldest(4);
    time::sleep(SECOND).await;
    for number in 0..300 {
        news.publish((1, number)).await;
    }
    time::sleep(SECOND).await;
    assert_eq!(latest.next().await, Some(Err(Lagged(296))));
    assert_eq!(latest.next().await, Some(Ok((1, 296))));
}

#[actor_core::test(seeds = 20)]
async fn a_node_that_was_cut_off_gets_later_items_in_order() {
    let network = SimNetwork::new();
    let (here, there) = (network.node("here"), network.node("there"));
    let news = topic(&here);
    let hearers = subscribe(&there, 1);
    time::sleep(SECOND).await;
    news.publish((0, 0)).await;
    time::sleep(SECOND).await;
    network.cut("here", "there");
    for number in 1..4 {
        news.publish((0, number)).await;
        time::sleep(Duration::from_millis(rng().u64(..3000))).await;
    }
    time::sleep(10 * SECOND).await;
    network.heal("here", "there");
    time::sleep(10 * SECOND).await;
    for number in 4..8 {
        news.publish((0, number)).await;
    }
    time::sleep(SECOND).await;
    assert_eq!(by_publisher(&hearers[0].1)[&0], [0, 4, 5, 6, 7]);
    // Of the items in between, those that were sent in the old session are incidents.
    assert!(here.system().counters().undelivered >= 1);
}

/// The relay ends with the next item after the last handle and the last subscriber, and its name goes.
#[actor_core::test(seeds = 20)]
async fn a_topic_that_nothing_uses_leaves_no_table_entry() {
    let network = SimNetwork::new();
    let (here, there) = (network.node("here"), network.node("there"));
    let news = topic(&here);
    let others = topic(&there);
    let mut stream = others.local().stream();
    time::sleep(SECOND).await;
    drop(others);
    news.publish((0, 0)).await;
    // The subscriber remains, so the topic does.
    assert_eq!(stream.next().await, Some(Ok((0, 0))));
    assert_eq!(there.tables().exports, 1);
    drop(stream);
    news.publish((0, 1)).await;
    time::sleep(SECOND).await;
    assert_eq!((there.tables().exports, here.tables().proxies), (0, 0));

    // It can be used again, and ends with its last handle if there is no subscriber.
    let again = topic(&there);
    let mut stream = again.local().stream();
    time::sleep(SECOND).await;
    news.publish((0, 2)).await;
    assert_eq!(stream.next().await, Some(Ok((0, 2))));
    drop(stream);
    drop(again);
    time::sleep(SECOND).await;
    assert_eq!((there.tables().exports, here.tables().proxies), (0, 0));
}

#[actor_core::test(seeds = 10)]
async fn the_streams_of_a_node_that_leaves_end_with_its_handles() {
    let node = SimNetwork::new().node("here");
    let news = topic(&node);
    let mut stream = news.local().stream();
    node.leave();
    time::sleep(SECOND).await;
    news.publish((0, 0)).await;
    assert_eq!(stream.next().await, Some(Ok((0, 0))));
    drop(news);
    assert_eq!(poll_once(pin!(stream.next())).await, Some(None));
}

#[actor_core::test(seeds = 1)]
async fn a_topic_has_one_type_of_items() {
    let node = SimNetwork::new().node("here");
    let _news = topic(&node);
    let other = std::panic::AssertUnwindSafe(|| node.topic::<u8>("news"));
    let panic = std::panic::catch_unwind(other).unwrap_err();
    assert_eq!(
        panic.downcast_ref::<String>().unwrap(),
        "`news`: another type of items has this topic"
    );
}

/// An item whose copies panic on the node that it has reached.
#[derive(Debug, PartialEq, Serialize)]
struct Fragile(u32);

impl<'de> Deserialize<'de> for Fragile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u32::deserialize(deserializer).map(|number| Fragile(number + 1000))
    }
}

impl Clone for Fragile {
    fn clone(&self) -> Self {
        assert!(self.0 != 1013, "a copy");
        Fragile(self.0)
    }
}

/// Without the macro for tests, to which the panic of the copy would be a failure.
#[test]
fn an_item_whose_copy_panics_reaches_nobody_and_later_items_reach_all() {
    for seed in 0..10 {
        System::simulation(seed).block_on(async {
            let network = SimNetwork::new();
            let (market, shop) = (network.node("market"), network.node("shop"));
            let (here, there) = (market.topic::<Fragile>("news"), shop.topic::<Fragile>("news"));
            let mut items = pin!(there.local().stream());
            time::sleep(SECOND).await;
            for number in [13, 14] {
                here.publish(Fragile(number)).await;
            }
            time::sleep(SECOND).await;
            assert_eq!(poll_once(items.next()).await, Some(Some(Ok(Fragile(1014)))));
        });
    }
}
