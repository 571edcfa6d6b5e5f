//! Streaming replies over nodes.

use actor_core::prelude::*;
use actor_core::{error::RefusalKind, streaming::ReplyStream, time};
use actor_remote::{Node, SimNetwork};
use futures_lite::{Stream, StreamExt, stream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(10);

/// Long enough for everything that is in flight.
const LATER: Duration = Duration::from_secs(1);

/// A producer of each kind, as a trait.
#[actor(remote)]
trait Feed {
    /// Sends the numbers from `from` on, `count` of them, and ends.
    async fn count(&mut self, from: u64, count: u64, numbers: Replies<u64>);
    fn returned(&mut self, count: u64) -> impl Stream<Item = u64> + Send + 'static;
    /// Keeps the replies.
    fn follow(&mut self, numbers: Replies<u64>);
    /// Sends a number to each that follows. Returns how many have left.
    async fn publish(&mut self, number: u64) -> usize;
    async fn slow(&mut self, millis: u64);
    fn boom(&mut self);
}

#[actor]
#[derive(Default)]
struct Source {
    followers: Vec<Replies<u64>>,
    sent: Arc<AtomicU64>,
    /// The items that `send` gave back.
    returned: Arc<AtomicU64>,
}

#[actor]
impl Source {}

#[actor]
impl Feed for Source {
    async fn count(&mut self, from: u64, count: u64, numbers: Replies<u64>) {
        for number in from..from + count {
            if let Err(number) = numbers.send(number).await {
                self.returned.store(number, Ordering::Relaxed);
                return;
            }
            self.sent.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn returned(&mut self, count: u64) -> impl Stream<Item = u64> + Send + 'static {
        let sent = self.sent.clone();
        stream::iter(0..count).inspect(move |_| {
            sent.fetch_add(1, Ordering::Relaxed);
        })
    }

    fn follow(&mut self, numbers: Replies<u64>) {
        self.followers.push(numbers);
    }

    async fn publish(&mut self, number: u64) -> usize {
        let before = self.followers.len();
        let mut left = Vec::new();
        for follower in std::mem::take(&mut self.followers) {
            if follower.send(number).await.is_ok() {
                left.push(follower);
            }
        }
        self.followers = left;
        before - self.followers.len()
    }

    async fn slow(&mut self, millis: u64) {
        time::sleep(Duration::from_millis(millis)).await;
    }

    fn boom(&mut self) {
        panic!("the feed is broken")
    }
}

/// A server with a source, and a client that has found it.
struct Two {
    network: SimNetwork,
    server: Node,
    client: Node,
    feed: FeedAddr,
    sent: Arc<AtomicU64>,
    returned: Arc<AtomicU64>,
}

async fn two() -> Two {
    let network = SimNetwork::new();
    let (server, client) = (network.node("server"), network.node("client"));
    let source = Source::default();
    let (sent, returned) = (source.sent.clone(), source.returned.clone());
    server.register("feed", &FeedAddr::from(source.spawn_on(server.system()))).unwrap();
    let feed: FeedAddr = client.wait_for("feed", LIMIT).await.unwrap();
    Two { network, server, client, feed, sent, returned }
}

impl Two {
    fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    async fn assert_empty(&self) {
        time::sleep(LATER).await;
        assert_eq!(self.client.tables().open_calls, 0);
        assert_eq!(self.server.tables().running_calls, 0);
    }
}

async fn all<T>(stream: ReplyStream<T>) -> Vec<Result<T, CallError>> {
    stream.collect().await
}

#[actor_core::test(seeds = 10)]
async fn items_of_a_remote_stream_arrive_once_and_in_order() {
    let two = two().await;
    for capacity in [1, 2, 3, 16, 500] {
        let numbers = two.feed.count(5, 200).stream_of(capacity);
        assert_eq!(all(numbers).await, (5..205).map(Ok).collect::<Vec<_>>());
        let numbers = two.feed.returned(200).stream_of(capacity);
        assert_eq!(all(numbers).await, (0..200).map(Ok).collect::<Vec<_>>());
    }
    assert_eq!(all(two.feed.count(1, 0).stream()).await, []);
    two.assert_empty().await;
    assert_eq!(two.client.counters().lost_sessions, 0);
}

#[actor_core::test(seeds = 50)]
async fn streams_of_one_actor_and_its_calls_do_not_mix() {
    let two = two().await;
    let mut followers: Vec<_> = (0..5).map(|_| two.feed.follow().stream()).collect();
    for follower in &mut followers {
        // Opens the stream.
        assert_eq!(futures_lite::future::poll_once(follower.next()).await, None);
    }
    for number in 0..10 {
        assert_eq!(two.feed.publish(number).await, Ok(0));
        for follower in &mut followers {
            assert_eq!(follower.next().await, Some(Ok(number)));
        }
    }
    followers.truncate(2);
    time::sleep(LATER).await;
    assert_eq!(two.feed.publish(10).await, Ok(3), "the dropped readers have left");
    drop(followers);
    two.assert_empty().await;
}

#[actor_core::test(seeds = 20)]
async fn a_slow_reader_on_another_node_stops_the_producer() {
    let two = two().await;
    for capacity in [1, 4] {
        let before = two.sent();
        let mut numbers = two.feed.count(0, 100).stream_of(capacity);
        for number in 0..20 {
            assert_eq!(numbers.next().await, Some(Ok(number)));
            time::sleep(LATER).await;
            // The buffer of the reader, as much in front of it, and as much at the producer.
            let most = number + 1 + 3 * capacity as u64;
            let sent = two.sent() - before;
            assert!(sent > number && sent <= most, "{sent} of at most {most} are sent");
        }
        let rest = (20..100).map(Ok).collect::<Vec<_>>();
        assert_eq!(all(numbers).await, rest);
    }
    two.assert_empty().await;
}

#[actor_core::test(seeds = 50)]
async fn a_reader_that_leaves_stops_the_producer_on_another_node() {
    let two = two().await;
    let mut numbers = two.feed.count(0, 1_000_000).stream();
    assert_eq!(numbers.next().await, Some(Ok(0)));
    drop(numbers);
    time::sleep(LATER).await;
    // The item came back to the producer, which takes other messages now.
    assert_eq!(two.returned.load(Ordering::Relaxed), two.sent());
    assert_eq!(two.feed.publish(1).await, Ok(0));

    let mut numbers = two.feed.returned(1_000_000).stream();
    assert_eq!(numbers.next().await, Some(Ok(0)));
    drop(numbers);
    two.assert_empty().await;
    let sent = two.sent();
    time::sleep(LATER).await;
    assert_eq!(two.sent(), sent);
}

#[actor_core::test(seeds = 50)]
async fn a_stream_that_is_dropped_before_its_message_is_handled_is_skipped() {
    let two = two().await;
    two.feed.slow(5000).send().await.unwrap();
    let mut numbers = two.feed.count(0, 10).stream();
    assert_eq!(futures_lite::future::poll_once(numbers.next()).await, None);
    time::sleep(LATER).await;
    drop(numbers);
    assert_eq!(two.feed.publish(0).await, Ok(0));
    assert_eq!((two.sent(), two.returned.load(Ordering::Relaxed)), (0, 0));
    two.assert_empty().await;
}

/// The stream of a call that is open, and its first number.
async fn open(two: &Two) -> ReplyStream<u64> {
    let mut numbers = two.feed.follow().stream();
    assert_eq!(futures_lite::future::poll_once(numbers.next()).await, None);
    assert_eq!(two.feed.publish(1).await, Ok(0));
    assert_eq!(two.feed.publish(2).await, Ok(0));
    assert_eq!(numbers.next().await, Some(Ok(1)));
    numbers
}

#[actor_core::test(seeds = 50)]
async fn the_end_of_a_producer_reaches_its_reader_on_another_node() {
    for way in 0..3 {
        let two = two().await;
        let numbers = open(&two).await;
        match way {
            0 => two.feed.stop(),
            1 => two.feed.kill(),
            _ => two.feed.boom().send().await.unwrap(),
        }
        let [Ok(2), Err(error)] = &all(numbers).await[..] else { panic!("the end of {way}") };
        match way {
            0 => assert_eq!(*error, CallError::Stopped),
            1 => assert_eq!(*error, CallError::Killed),
            _ => {
                let CallError::Panicked(failure) = error else { panic!("{error:?}") };
                assert_eq!((failure.handler(), failure.message()), ("boom", "the feed is broken"));
            }
        }
        let exit = two.feed.join().await;
        assert_eq!(matches!(exit, Exit::Failed(_)), way == 2);
        let after = all(two.feed.count(0, 3).stream()).await;
        assert_eq!(after, [Err(CallError::Stopped)]);
        two.assert_empty().await;
    }
}

#[actor_core::test(seeds = 100)]
async fn the_end_of_a_session_ends_each_stream_once() {
    let two = two().await;
    let numbers = open(&two).await;
    let counting = two.client.system().spawn_task(all(two.feed.count(0, 1_000_000).stream()));
    time::sleep(Duration::from_millis(100)).await;
    two.network.cut("server", "client");
    let lost = CallError::Unreachable { started: true };
    assert_eq!(all(numbers).await, [Ok(2), Err(lost.clone())]);
    let mut counted = counting.await;
    assert_eq!(counted.pop(), Some(Err(lost)));
    let expected: Vec<_> = (0..counted.len() as u64).map(Ok).collect();
    assert_eq!(counted, expected);
    assert!(!counted.is_empty());
    // The producer got an item back.
    time::sleep(LIMIT).await;
    assert_eq!(two.returned.load(Ordering::Relaxed), two.sent());
    let late = all(two.feed.count(0, 3).stream()).await;
    assert_eq!(late, [Err(CallError::Stopped)], "the address has ended");

    two.network.heal("server", "client");
    let feed: FeedAddr = two.client.wait_for("feed", LIMIT).await.unwrap();
    assert_eq!(feed.publish(3).await, Ok(1), "the follower has left");
    assert_eq!(all(feed.count(0, 3).stream()).await, [Ok(0), Ok(1), Ok(2)]);
    two.assert_empty().await;
}

#[actor_core::test(seeds = 50)]
async fn a_queued_message_of_a_lost_reader_is_handled_in_its_turn() {
    let two = two().await;
    two.feed.slow(5000).send().await.unwrap();
    let numbers = two.client.system().spawn_task(all(two.feed.count(7, 10).stream()));
    time::sleep(LATER).await;
    two.network.cut("server", "client");
    assert_eq!(numbers.await, [Err(CallError::Unreachable { started: true })]);
    time::sleep(LIMIT).await;
    assert_eq!((two.sent(), two.returned.load(Ordering::Relaxed)), (0, 7));
}

#[actor_core::test(seeds = 50)]
async fn a_time_limit_counts_until_the_first_item_from_another_node() {
    let two = two().await;
    let silent = two.feed.follow().timeout(LATER).stream();
    assert_eq!(all(silent).await, [Err(CallError::Timeout { started: true })]);
    time::sleep(LATER).await;
    let mut numbers = two.feed.follow().timeout(2 * LATER).stream();
    assert_eq!(futures_lite::future::poll_once(numbers.next()).await, None);
    assert_eq!(two.feed.publish(4).await, Ok(1), "the first reader has left");
    assert_eq!(numbers.next().await, Some(Ok(4)));
    time::sleep(LIMIT).await;
    assert_eq!(two.feed.publish(5).await, Ok(0));
    assert_eq!(numbers.next().await, Some(Ok(5)));
    drop(numbers);
    two.assert_empty().await;
}

/// A producer with messages of its own, generic, with items of each kind.
#[actor]
#[derive(Default)]
struct Store<T> {
    items: Vec<T>,
    sent: Arc<AtomicU64>,
}

#[actor(remote = "store")]
impl<T: Clone + Send + Sync + 'static> Store<T> {
    fn put(&mut self, item: T) {
        self.items.push(item);
    }

    #[message(concurrent)]
    async fn all(&self, context: &Context<Self>, items: Replies<T>) {
        assert!(!context.address().label().is_empty());
        for item in &self.items {
            let _ = items.send(item.clone()).await;
        }
    }

    #[message(when = !self.items.is_empty())]
    fn returned(&self) -> impl Stream<Item = T> + Send + 'static {
        stream::iter(self.items.clone())
    }

    async fn texts(&mut self, bytes: usize, count: u64, texts: Replies<String>) {
        for _ in 0..count {
            if texts.send("x".repeat(bytes)).await.is_err() {
                return;
            }
            self.sent.fetch_add(1, Ordering::Relaxed);
        }
    }

    async fn hollow(&self, values: Replies<Option<Option<u8>>>) {
        let _ = values.send(Some(Some(1))).await;
        let _ = values.send(Some(None)).await;
        values.finish();
    }
}

async fn store() -> (SimNetwork, Node, Node, StoreAddr<String>, Arc<AtomicU64>) {
    let network = SimNetwork::new();
    let (server, client) = (network.node("server"), network.node("client"));
    let sent = Arc::new(AtomicU64::new(0));
    let store = Store::<String> { items: Vec::new(), sent: sent.clone() };
    server.register("store", &store.spawn_on(server.system())).unwrap();
    let store: StoreAddr<String> = client.wait_for("store", LIMIT).await.unwrap();
    (network, server, client, store, sent)
}

#[actor_core::test(seeds = 20)]
async fn streams_of_a_remote_block_work_as_local_ones() {
    let (_network, server, client, store, _) = store().await;
    let returned = client.system().spawn_task(all(store.returned().stream()));
    time::sleep(LATER).await;
    store.put("one".into()).await.unwrap();
    assert_eq!(returned.await, [Ok("one".into())], "the guard held it until there was an item");
    store.put("two".into()).await.unwrap();
    let expected = ["one", "two"].map(|it| Ok(it.to_owned()));
    assert_eq!(all(store.all().stream()).await, expected);
    time::sleep(LATER).await;
    assert_eq!((client.tables().open_calls, server.tables().running_calls), (0, 0));
}

#[actor_core::test(seeds = 20)]
async fn large_items_wait_for_room_in_the_window_of_their_stream() {
    let (_network, _server, client, store, sent) = store().await;
    let mut texts = store.texts(40_000, 100).stream_of(1000);
    assert!(texts.next().await.is_some());
    let after_a_while = || async {
        time::sleep(LATER).await;
        sent.load(Ordering::Relaxed)
    };
    // Accepted by the buffer of the reader, which has room for 1000.
    assert_eq!(after_a_while().await, 100);
    assert_eq!(all(texts).await.len(), 99);

    let mut texts = store.texts(40_000, 100).stream_of(1);
    assert!(texts.next().await.is_some());
    let ahead = after_a_while().await - 100;
    assert!(ahead <= 5, "{ahead} items of 40 kB");
    assert_eq!(all(texts).await.len(), 99);

    let texts = all(store.texts(1 << 20, 3).stream()).await;
    let [Err(error @ CallError::Refused(refusal))] = &texts[..] else { panic!("{texts:?}") };
    assert_eq!((refusal.kind(), error.never_handled()), (RefusalKind::BadReply, false));
    let texts = all(store.texts((1 << 20) - 10, 3).stream()).await;
    assert!(texts.len() == 3 && texts.iter().all(Result::is_ok));
    time::sleep(LATER).await;
    assert_eq!(client.tables().open_calls, 0);
}

#[actor_core::test(seeds = 20)]
async fn an_item_that_would_arrive_changed_ends_the_stream() {
    let (_network, server, _client, store, _) = store().await;
    let values = all(store.hollow().stream()).await;
    let [Ok(Some(Some(1))), Err(CallError::Refused(refusal))] = &values[..] else {
        panic!("{values:?}")
    };
    assert_eq!(refusal.kind(), RefusalKind::BadReply);
    time::sleep(LATER).await;
    assert_eq!(server.tables().running_calls, 0);
}

/// An actor whose address is an item.
#[actor]
struct Item {
    number: u64,
    ended: Arc<AtomicU64>,
}

#[actor(remote)]
impl Item {
    fn number(&self) -> u64 {
        self.number
    }
}

impl Drop for Item {
    fn drop(&mut self) {
        self.ended.fetch_add(1, Ordering::Relaxed);
    }
}

#[actor]
struct Shelf {
    made: Arc<AtomicU64>,
    ended: Arc<AtomicU64>,
}

#[actor(remote)]
impl Shelf {
    /// Sends the addresses of new actors, and keeps none.
    async fn items(&self, items: Replies<ItemAddr>) {
        loop {
            let number = self.made.fetch_add(1, Ordering::Relaxed);
            let item = Item { number, ended: self.ended.clone() }.spawn();
            if items.send(item).await.is_err() {
                return;
            }
        }
    }
}

#[actor_core::test(seeds = 15)]
async fn addresses_in_items_keep_their_actors_until_the_reader_drops_them() {
    let network = SimNetwork::new();
    let (server, client) = (network.node("server"), network.node("client"));
    let (made, ended) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let shelf = Shelf { made: made.clone(), ended: ended.clone() };
    server.register("shelf", &shelf.spawn_on(server.system())).unwrap();
    let shelf: ShelfAddr = client.wait_for("shelf", LIMIT).await.unwrap();
    for number in 0..8 {
        let before = made.load(Ordering::Relaxed);
        let mut items = shelf.items().stream_of(4);
        let mut kept = Vec::new();
        for number in before..=before + number {
            let item = items.next().await.unwrap().unwrap();
            assert_eq!(item.number().await, Ok(number));
            kept.push(item);
        }
        // Items wait in the buffer, in front of it, on the network, and at the producer.
        drop(items);
        time::sleep(LIMIT).await;
        let open = made.load(Ordering::Relaxed) - ended.load(Ordering::Relaxed);
        assert_eq!(open, kept.len() as u64);
        assert_eq!((client.tables().open_calls, server.tables().running_calls), (0, 0));
        drop(kept);
        time::sleep(LIMIT).await;
        assert_eq!(made.load(Ordering::Relaxed), ended.load(Ordering::Relaxed));
        assert_eq!((client.tables().proxies, server.tables().exports), (1, 1));
    }
}

/// Reads a stream of another node as messages.
#[actor]
struct Sum {
    feed: FeedAddr,
    total: u64,
}

#[actor]
impl Sum {
    #[on_start]
    fn begin(&mut self, context: &Context<Self>) {
        let numbers = self.feed.count(1, 100).stream_of(2);
        context.attach(numbers, |me, number| me.add(number)).on_end(|me| me.done()).detach();
    }

    fn add(&mut self, number: Result<u64, CallError>) {
        self.total += number.unwrap();
    }

    fn done(&mut self, context: &Context<Self>) {
        assert_eq!(self.total, 5050);
        context.stop();
    }
}

#[actor_core::test(seeds = 20)]
async fn an_actor_reads_a_stream_of_another_node_as_messages() {
    let two = two().await;
    let sum = Sum { feed: two.feed.clone(), total: 0 }.spawn_on(two.client.system());
    assert_eq!(sum.join().await, Exit::Stopped);
    two.assert_empty().await;
}
