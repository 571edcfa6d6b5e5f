//! `#[actor(remote)]` on the `impl` block of an actor: each kind of handler works as on a local address.

use actor_core::prelude::*;
use actor_core::{Failure, error::RefusalKind, time};
use actor_remote::{Node, Remote, SimNetwork, Wire};
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(10);

/// Two nodes. The first one gives `actor` the name `it`, and the second one has found it.
async fn found<A>(actor: &A) -> (Node, Node, A)
where
    A: TypedAddr<Actor: Remote>,
{
    let network = SimNetwork::new();
    let (server, client) = (network.node("server"), network.node("client"));
    server.register("it", actor).unwrap();
    let remote: A = client.wait_for("it", LIMIT).await.unwrap();
    assert_ne!(remote.as_ref().id(), actor.as_ref().id());
    (server, client, remote)
}

#[actor]
trait Named {
    fn name(&self) -> String;
}

#[actor(capacity = 2)]
#[derive(Default)]
struct Shop {
    stock: u32,
    log: Vec<String>,
    held: Vec<Reply<u32>>,
}

#[actor(remote = "shop")]
impl Shop {
    fn add(&mut self, amount: u32) -> u32 {
        self.stock += amount;
        self.stock
    }

    async fn slow(&mut self, millis: u64) -> u64 {
        time::sleep(Duration::from_millis(millis)).await;
        self.log.push(format!("slow {millis}"));
        millis
    }

    #[message(when = self.stock >= *amount)]
    fn take(&mut self, amount: u32) -> u32 {
        self.stock -= amount;
        self.stock
    }

    #[message(priority)]
    fn urgent(&mut self, note: String) {
        self.log.push(note);
    }

    #[message(unbounded)]
    fn note(&mut self, note: String) {
        self.log.push(note);
    }

    #[message(concurrent)]
    async fn wait(&self, millis: u64) -> u64 {
        time::sleep(Duration::from_millis(millis)).await;
        millis
    }

    fn hold(&mut self, reply: Reply<u32>) {
        self.held.push(reply);
    }

    fn release(&mut self, answer: u32) -> usize {
        let held = std::mem::take(&mut self.held);
        held.into_iter().map(|reply| reply.send(answer)).filter(Result::is_ok).count()
    }

    fn me(&self, context: &Context<Self>) -> ShopAddr {
        context.address()
    }

    fn log(&self) -> Vec<String> {
        self.log.clone()
    }

    fn pair((a, b): (u8, u8), &_unit: &'static ()) -> u8 {
        a + b
    }

    fn sum(&self, (a, b): (u8, u8)) -> u8 {
        a + b
    }

    fn fail(&self) -> Result<u8, String> {
        Err("empty".into())
    }
}

#[actor]
impl Named for Shop {
    fn name(&self) -> String {
        "shop".into()
    }
}

#[actor_core::test(seeds = 20)]
async fn each_kind_of_handler_works_as_on_a_local_address() {
    let local = Shop::default().spawn();
    let (_server, _client, shop) = found(&local).await;
    assert_eq!(shop.add(3).await, Ok(3));
    assert_eq!(shop.slow(5).await, Ok(5));
    assert_eq!(shop.sum((1, 2)).await, Ok(3));
    assert_eq!(shop.fail().await, Ok(Err("empty".into())));
    assert_eq!(shop.me().await.as_ref(), Ok(&shop));
    assert_eq!(Shop::pair((1, 2), &()), 3);
    shop.urgent("urgent".into()).await.unwrap();
    shop.note("note".into()).send().await.unwrap();
    assert_eq!(shop.log().await, Ok(["slow 5", "urgent", "note"].map(String::from).into()));
}

#[actor_core::test(seeds = 20)]
async fn a_guard_defers_a_remote_message_and_no_other_one() {
    let local = Shop::default().spawn();
    let (_server, _client, shop) = found(&local).await;
    let take = actor_core::spawn_task(shop.take(5).into_owned());
    assert_eq!(shop.add(2).await, Ok(2));
    assert_eq!(shop.add(4).await, Ok(6));
    assert_eq!(take.await, Ok(1));
}

#[actor_core::test(seeds = 20)]
async fn concurrent_remote_messages_overlap() {
    let local = Shop::default().spawn();
    let (_server, _client, shop) = found(&local).await;
    let begun = time::now();
    let calls = [1, 2, 3].map(|_| actor_core::spawn_task(shop.wait(1000).into_owned()));
    for call in calls {
        assert_eq!(call.await, Ok(1000));
    }
    assert!(time::now() - begun < Duration::from_millis(1500));
}

#[actor_core::test(seeds = 20)]
async fn a_priority_message_overtakes_those_that_wait_at_the_actor() {
    let local = Shop::default().spawn();
    let (_server, _client, shop) = found(&local).await;
    shop.slow(1000).send().await.unwrap();
    shop.note("late".into()).send().await.unwrap();
    time::sleep(Duration::from_millis(100)).await;
    shop.urgent("early".into()).await.unwrap();
    assert_eq!(shop.log().await, Ok(["slow 1000", "early", "late"].map(String::from).into()));
}

#[actor_core::test(seeds = 20)]
async fn a_later_reply_reaches_its_remote_caller() {
    let local = Shop::default().spawn();
    let (_server, _client, shop) = found(&local).await;
    let held = actor_core::spawn_task(shop.hold().into_owned());
    while shop.release(7).await != Ok(1) {}
    assert_eq!(held.await, Ok(7));
}

#[actor]
struct Sink {
    got: Vec<Result<u32, CallError>>,
}

#[actor]
impl Sink {
    fn ask(&self, shop: ShopAddr, context: &Context<Self>) {
        context.pipe(shop.add(1).into_owned(), |me, got| me.got(got));
    }

    fn got(&mut self, got: Result<Result<u32, CallError>, Failure>) {
        self.got.extend(got);
    }

    fn all(&self) -> Vec<Result<u32, CallError>> {
        self.got.clone()
    }
}

#[actor_core::test(seeds = 20)]
async fn a_piped_remote_call_becomes_a_message() {
    let local = Shop::default().spawn();
    let (_server, _client, shop) = found(&local).await;
    let sink = Sink { got: Vec::new() }.spawn();
    sink.ask(shop).await.unwrap();
    while sink.all().await != Ok(vec![Ok(1)]) {
        time::sleep(Duration::from_millis(1)).await;
    }
}

#[actor_core::test(seeds = 20)]
async fn a_message_of_another_protocol_is_not_sent_through_a_remote_block_address() {
    let local = Shop::default().spawn();
    let (_server, client, shop) = found(&local).await;
    let named = NamedAddr::from(shop.clone());
    assert_eq!(named.name().await, Err(CallError::Stopped));
    named.name().send().await.unwrap();
    assert_eq!(shop.add(1).await, Ok(1));
    assert_eq!(client.system().counters().undelivered, 1);
    assert_eq!(NamedAddr::from(local.clone()).name().await, Ok("shop".into()));
}

#[actor]
struct Store<K, V> {
    entries: Vec<(K, V)>,
}

#[actor(remote = "test.store")]
impl<K, V> Store<K, V>
where
    K: Wire + PartialEq,
    V: Clone + Send + 'static,
{
    fn put(&mut self, key: K, value: V) -> usize {
        self.entries.push((key, value));
        self.entries.len()
    }

    fn get(&self, key: K) -> Option<V> {
        self.entries.iter().find(|(other, _)| *other == key).map(|(_, value)| value.clone())
    }

    fn me(&self, context: &Context<Self>) -> StoreAddr<K, V> {
        context.address()
    }
}

#[actor_core::test(seeds = 20)]
async fn a_generic_actor_with_a_name_is_remote_for_types_that_can_leave_the_process() {
    let local = Store::<String, u8> { entries: Vec::new() }.spawn();
    let (_server, client, store) = found(&local).await;
    assert_eq!(store.put("a".into(), 1).await, Ok(1));
    assert_eq!(store.get("a".into()).await, Ok(Some(1)));
    assert_eq!(store.me().await.as_ref(), Ok(&store));
    // Another instance has the same ids, so its messages are read before they are handled.
    assert!(client.lookup::<StoreAddr<u8, u8>>("it").is_none());
    // One whose types cannot leave the process is an ordinary actor.
    let rest = Store::<u8, fn() -> u8> { entries: Vec::new() }.spawn();
    assert_eq!(rest.put(1, || 1).await, Ok(1));
}

pub mod versions {
    use super::*;

    macro_rules! meter {
        ($name:ident, $at:meta) => {
            pub mod $name {
                use super::*;

                #[actor]
                pub struct Meter;

                #[actor(remote(name = "meter"))]
                impl Meter {
                    #[$at]
                    pub(crate) fn limit(&self, seconds: u64) -> u64 {
                        seconds
                    }

                    #[cfg(all())]
                    pub(crate) fn same(&self) -> u8 {
                        1
                    }
                }
            }
        };
    }

    meter!(older, message(version = 1));
    meter!(newer, message(version = 2));
}

#[actor_core::test(seeds = 20)]
async fn a_message_of_another_version_is_refused_as_unknown() {
    let network = SimNetwork::new();
    let (server, client) = (network.node("server"), network.node("client"));
    server.register("meter", &versions::older::Meter.spawn()).unwrap();
    let newer: versions::newer::MeterAddr = client.wait_for("meter", LIMIT).await.unwrap();
    assert_eq!(newer.same().await, Ok(1));
    let error = newer.limit(1).await.unwrap_err();
    let CallError::Refused(refusal) = &error else { panic!("{error:?}") };
    assert_eq!((refusal.kind(), error.never_handled()), (RefusalKind::UnknownMessage, true));
}

mod renamed {
    pub use actor_remote as wire;
}

#[actor]
struct Elsewhere;

#[actor(remote(crate = crate::renamed::wire))]
impl Elsewhere {
    fn double(&self, number: u8) -> u8 {
        2 * number
    }
}

#[actor_core::test(seeds = 5)]
async fn the_path_of_the_crate_can_be_another_one() {
    assert_eq!(Elsewhere::NAME, "Elsewhere");
    let local = Elsewhere.spawn();
    let (_server, _client, remote) = found(&local).await;
    assert_eq!(remote.double(4).await, Ok(8));
}
