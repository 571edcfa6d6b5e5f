//! Calls, sends and addresses between nodes, without faults.

use actor_core::prelude::*;
use actor_core::{error::RefusalKind, future, time};
use actor_remote::{NameTaken, Node, SimNetwork};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Shape {
    Point,
    Circle { radius: f64 },
    Many(Vec<Shape>),
}

#[actor(remote = "test.subject")]
trait Subject {
    fn add(&mut self, amount: u64) -> u64;
    fn seen(&self) -> Vec<u64>;
    async fn slow(&mut self, millis: u64) -> u64;
    fn boom(&mut self);
    fn forget(&mut self, reply: Reply<u64>);
    fn shape(&self, shape: Shape, table: BTreeMap<String, Option<u8>>) -> Shape;
    fn hollow(&self, value: Option<Option<u8>>) -> Option<Option<u8>>;
    fn bytes(&self, bytes: Vec<u8>, copies: usize) -> Vec<u8>;
    fn me(&self, context: &Context<Self>) -> SubjectAddr;
    async fn ask(&self, other: SubjectAddr, amount: u64) -> Option<u64>;
    fn keep(&mut self, other: SubjectAddr);
    fn same(&self, other: SubjectAddr) -> bool;
    fn kept(&self) -> Option<SubjectAddr>;
}

#[actor]
#[derive(Default)]
struct Counter {
    seen: Vec<u64>,
    kept: Option<SubjectAddr>,
}

#[actor]
impl Counter {}

#[actor]
impl Subject for Counter {
    fn add(&mut self, amount: u64) -> u64 {
        self.seen.push(amount);
        self.seen.iter().sum()
    }

    fn seen(&self) -> Vec<u64> {
        self.seen.clone()
    }

    async fn slow(&mut self, millis: u64) -> u64 {
        time::sleep(Duration::from_millis(millis)).await;
        self.seen.push(millis);
        millis
    }

    fn boom(&mut self) {
        panic!("boom");
    }

    fn forget(&mut self, reply: Reply<u64>) {
        drop(reply);
    }

    fn shape(&self, shape: Shape, _table: BTreeMap<String, Option<u8>>) -> Shape {
        shape
    }

    fn hollow(&self, value: Option<Option<u8>>) -> Option<Option<u8>> {
        value.or(Some(None))
    }

    fn bytes(&self, bytes: Vec<u8>, copies: usize) -> Vec<u8> {
        bytes.repeat(copies)
    }

    fn me(&self, context: &Context<Self>) -> SubjectAddr {
        context.address().into()
    }

    async fn ask(&self, other: SubjectAddr, amount: u64) -> Option<u64> {
        other.add(amount).await.ok()
    }

    fn keep(&mut self, other: SubjectAddr) {
        self.kept = Some(other);
    }

    fn same(&self, other: SubjectAddr) -> bool {
        self.kept == Some(other)
    }

    fn kept(&self) -> Option<SubjectAddr> {
        self.kept.clone()
    }
}

const LIMIT: Duration = Duration::from_secs(10);

struct Two {
    _server: Node,
    client: Node,
    local: SubjectAddr,
    remote: SubjectAddr,
}

fn spawn() -> SubjectAddr {
    Counter::default().spawn().into()
}

async fn two() -> Two {
    let network = SimNetwork::new();
    let (server, client) = (network.node("server"), network.node("client"));
    let local = spawn();
    server.register("subject", &local).unwrap();
    let remote = client.wait_for("subject", LIMIT).await.unwrap();
    Two { _server: server, client, local, remote }
}

#[actor_core::test(seeds = 30)]
async fn messages_to_another_node_stay_in_order() {
    let two = two().await;
    for number in 0..200 {
        if number % 3 == 0 {
            two.remote.add(number).await.unwrap();
        } else {
            two.remote.add(number).send().await.unwrap();
        }
    }
    assert_eq!(two.remote.seen().await, Ok((0..200).collect()));
}

#[actor_core::test(seeds = 10)]
async fn every_way_to_send_works_on_a_remote_address() {
    let Two { remote, local, _server, client } = two().await;
    assert_eq!(remote.add(1).await, Ok(1));
    assert_eq!(remote.add(1).timeout(LIMIT).await, Ok(2));
    assert_eq!(remote.add(1).if_room().await, Ok(3));
    assert_eq!(remote.add(1).into_owned().await, Ok(4));
    remote.add(1).try_send().unwrap();
    remote.add(1).send().timeout(LIMIT).await.unwrap();
    let (reply, receiver) = Reply::pair();
    remote.add(1).reply_to(reply).send().await.unwrap();
    assert_eq!(receiver.await, Ok(7));
    assert_eq!(future::zip(remote.add(1), remote.add(1)).await, (Ok(8), Ok(9)));
    drop((local, client));
}

#[actor_core::test(seeds = 10)]
async fn values_with_serde_arrive_as_they_were() {
    let two = two().await;
    let shape = Shape::Many(vec![Shape::Point, Shape::Circle { radius: 0.5 }]);
    let table = BTreeMap::from([("a".to_owned(), Some(1)), ("b".to_owned(), None)]);
    assert_eq!(two.remote.shape(shape.clone(), table).await, Ok(shape));
}

fn refusal<T: std::fmt::Debug>(outcome: Result<T, CallError>) -> (RefusalKind, bool) {
    let error = outcome.unwrap_err();
    let CallError::Refused(refusal) = &error else { panic!("{error:?}") };
    (refusal.kind(), error.never_handled())
}

#[actor_core::test(seeds = 10)]
async fn a_value_that_cannot_be_encoded_is_refused_at_its_call() {
    let two = two().await;
    assert_eq!(refusal(two.remote.hollow(Some(None)).await), (RefusalKind::NotEncodable, true));
    assert_eq!(two.remote.hollow(Some(Some(1))).await, Ok(Some(Some(1))));
    assert_eq!(refusal(two.remote.hollow(None).await), (RefusalKind::BadReply, false));
}

#[actor_core::test(seeds = 10)]
async fn messages_and_replies_beyond_the_limit_are_refused() {
    let two = two().await;
    let large = vec![200; 1 << 20];
    assert_eq!(refusal(two.remote.bytes(large.clone(), 1).await), (RefusalKind::TooLarge, true));
    assert_eq!(two.remote.bytes(vec![200; 1000], 100).await.map(|it| it.len()), Ok(100_000));
    assert_eq!(
        refusal(two.remote.bytes(vec![200; 1000], 2000).await),
        (RefusalKind::BadReply, false)
    );
    // A send is reported, and the next message is not held up.
    let before = two.client.system().counters().undelivered;
    two.remote.bytes(large, 1).send().await.unwrap();
    assert_eq!(two.remote.add(1).await, Ok(1));
    assert_eq!(two.client.system().counters().undelivered, before + 1);
}

#[actor_core::test(seeds = 10)]
async fn a_remote_panic_reaches_the_caller_with_its_handler_and_location() {
    let two = two().await;
    let Err(CallError::Panicked(failure)) = two.remote.boom().await else { unreachable!() };
    assert_eq!((failure.handler(), failure.message()), ("boom", "boom"));
    assert!(failure.location().unwrap().file().ends_with("calls.rs"));
    let Exit::Failed(failure) = two.remote.join().await else { unreachable!() };
    assert_eq!(failure.handler(), "boom");
    assert_eq!(two.remote.add(1).await, Err(CallError::Stopped));
    assert!(two.client.lookup::<SubjectAddr>("subject").is_none());
}

#[actor_core::test(seeds = 10)]
async fn a_reply_dropped_by_a_remote_actor_gives_no_reply() {
    let two = two().await;
    assert_eq!(two.remote.forget().await, Err(CallError::NoReply));
}

#[actor_core::test(seeds = 10)]
async fn an_address_in_a_message_calls_back() {
    let two = two().await;
    let mine = spawn();
    assert_eq!(two.remote.ask(mine.clone(), 5).await, Ok(Some(5)));
    assert_eq!(mine.seen().await, Ok(vec![5]));
    // An address of the other node arrives there as the local one.
    assert_eq!(two.remote.ask(two.remote.clone(), 5).await, Ok(None));
    assert_eq!(two.remote.me().await.as_ref(), Ok(&two.remote));
}

#[actor_core::test(seeds = 10)]
async fn copies_of_an_address_are_equal_and_an_address_at_home_is_the_local_one() {
    let two = two().await;
    let mine = spawn();
    two.remote.keep(mine.clone()).await.unwrap();
    assert_eq!(two.remote.same(mine.clone()).await, Ok(true));
    assert_eq!(two.remote.kept().await, Ok(Some(mine)));
}

#[actor_core::test(seeds = 10)]
async fn an_address_reaches_a_third_node() {
    let network = SimNetwork::new();
    let nodes = ["a", "b", "c"].map(|name| network.node(name));
    let all = [spawn(), spawn(), spawn()];
    for (node, (name, actor)) in nodes.iter().zip(["a", "b", "c"].into_iter().zip(&all)) {
        node.register(name, actor).unwrap();
    }
    // Node `a` gives an address of `b` to `c`.
    let b: SubjectAddr = nodes[0].wait_for("b", LIMIT).await.unwrap();
    let c: SubjectAddr = nodes[0].wait_for("c", LIMIT).await.unwrap();
    nodes[2].wait_for::<SubjectAddr>("b", LIMIT).await.unwrap();
    assert_eq!(c.ask(b.clone(), 7).await, Ok(Some(7)));
    assert_eq!(all[1].seen().await, Ok(vec![7]));
    c.keep(b.clone()).await.unwrap();
    assert_eq!(c.same(b).await, Ok(true));
}

#[actor_core::test(seeds = 10)]
async fn a_stop_of_a_remote_address_ends_its_actor_after_earlier_messages() {
    let two = two().await;
    for number in 0..10 {
        two.remote.add(number).send().await.unwrap();
    }
    two.remote.stop();
    assert_eq!(two.remote.join().await, Exit::Stopped);
    assert_eq!(two.local.join().await, Exit::Stopped);
    assert_eq!(two._server.counters().undelivered_sends, 0);
}

#[actor_core::test(seeds = 10)]
async fn a_kill_of_a_remote_address_kills_its_actor() {
    let two = two().await;
    let call = actor_core::spawn_task(two.remote.slow(10_000).into_owned());
    time::sleep(Duration::from_millis(100)).await;
    two.remote.kill();
    assert_eq!(two.remote.join().await, Exit::Killed);
    assert_eq!(two.local.join().await, Exit::Killed);
    assert_eq!(call.await, Err(CallError::Killed));
}

#[actor_core::test(seeds = 10)]
async fn locally_queued_calls_to_a_remote_actor_that_ends_return_stopped() {
    let two = two().await;
    two.remote.slow(10_000).send().await.unwrap();
    // Most of them wait for credit, and then for the proxy.
    let calls = (0..100).map(|_| two.remote.bytes(vec![7; 10_000], 1));
    let end = async {
        time::sleep(Duration::from_secs(1)).await;
        two.local.kill();
    };
    let (outcomes, ()) = future::zip(future::join_all(calls), end).await;
    assert_eq!(outcomes, vec![Err(CallError::Stopped); 100]);
}

#[actor]
struct Watcher {
    exits: Vec<Exit>,
}

#[actor]
impl Watcher {
    fn watch(&mut self, subject: SubjectAddr, context: &Context<Self>) {
        context.link(&subject);
        context.monitor(&subject, |me, exit| me.gone(exit));
    }

    #[on_exit]
    fn linked(&mut self, _id: ActorId, exit: Exit) {
        self.exits.push(exit);
    }

    fn gone(&mut self, exit: Exit) {
        self.exits.push(exit);
    }

    fn exits(&self) -> Vec<Exit> {
        self.exits.clone()
    }
}

#[actor_core::test(seeds = 10)]
async fn monitors_and_links_of_a_remote_address_get_its_exit_once() {
    let two = two().await;
    let watcher = Watcher { exits: vec![] }.spawn();
    watcher.watch(two.remote.clone()).await.unwrap();
    two.remote.add(1).await.unwrap();
    two.local.kill();
    two.remote.join().await;
    time::sleep(Duration::from_secs(1)).await;
    assert_eq!(watcher.exits().await, Ok(vec![Exit::Killed, Exit::Killed]));
}

#[actor_core::test(seeds = 10)]
async fn an_actor_whose_last_address_was_on_another_node_ends_with_it() {
    let two = two().await;
    let mine = spawn();
    let weak = mine.downgrade();
    let end = weak.join();
    two.remote.keep(mine).await.unwrap();
    time::sleep(Duration::from_secs(5)).await;
    assert!(weak.is_alive(), "the other node keeps it alive");
    two.remote.keep(two.remote.clone()).await.unwrap();
    let begun = time::now();
    assert_eq!(end.await, Exit::Stopped);
    assert!(time::now() - begun < Duration::from_secs(1));
    two.local.stop();
}

#[actor_core::test(seeds = 10)]
async fn a_call_that_times_out_there_is_cancelled() {
    let two = two().await;
    two.remote.slow(5000).send().await.unwrap();
    time::sleep(Duration::from_millis(50)).await;
    let error = two.remote.add(9).timeout(Duration::from_millis(100)).await.unwrap_err();
    assert_eq!(error, CallError::Timeout { started: true });
    // The cancellation arrives long before the actor is free.
    assert_eq!(two.remote.seen().await, Ok(vec![5000]));
}

#[actor_core::test(seeds = 10)]
async fn a_slow_actor_holds_up_its_senders_and_no_other_actor() {
    let two = two().await;
    let other = spawn();
    two._server.register("other", &other).unwrap();
    let quick: SubjectAddr = two.client.wait_for("other", LIMIT).await.unwrap();
    two.remote.slow(60_000).send().await.unwrap();
    let mut accepted = 0_usize;
    let body = vec![7; 1000];
    while two.remote.bytes(body.clone(), 1).send().timeout(Duration::from_secs(1)).await.is_ok() {
        accepted += 1;
        assert!(accepted < 1000, "nothing holds the sender up");
    }
    // 64 at the actor, 64 KiB in flight, 64 at the proxy.
    assert!((150..=250).contains(&accepted), "{accepted}");
    let begun = time::now();
    assert_eq!(quick.add(1).await, Ok(1));
    assert!(time::now() - begun < Duration::from_millis(100));
    two.local.kill();
}

#[actor_core::test(seeds = 10)]
async fn names_are_of_one_actor_on_a_node_and_of_any_number_on_all_nodes() {
    let network = SimNetwork::new();
    let (a, b) = (network.node("a"), network.node("b"));
    let (first, second) = (spawn(), spawn());
    assert_eq!(a.register("subject", &first), Ok(()));
    assert_eq!(a.register("subject", &first), Ok(()));
    assert_eq!(a.register("subject", &second), Err(NameTaken));
    assert_eq!(b.register("subject", &second), Ok(()));
    assert_eq!(a.lookup("subject"), Some(first.clone()));
    assert_eq!(b.lookup("subject"), Some(second.clone()));
    b.wait_for::<SubjectAddr>("subject", LIMIT).await.unwrap();
    time::sleep(Duration::from_secs(1)).await;
    assert!(b.unregister("subject"));
    assert!(!b.unregister("subject"));
    let remote: SubjectAddr = b.lookup("subject").unwrap();
    assert_eq!(remote.add(1).await, Ok(1));
    first.stop();
    remote.join().await;
    time::sleep(Duration::from_secs(1)).await;
    assert_eq!(b.lookup::<SubjectAddr>("subject"), None);
    assert_eq!((a.peers(), b.peers()), (vec!["b".to_owned()], vec!["a".to_owned()]));
}

#[actor(remote)]
trait Other {
    fn nothing(&self);
}

#[actor_core::test(seeds = 10)]
async fn a_lookup_with_another_type_finds_nothing() {
    let two = two().await;
    assert!(two.client.lookup::<OtherAddr>("subject").is_none());
    assert!(two._server.lookup::<OtherAddr>("subject").is_none());
    assert!(two.client.lookup::<SubjectAddr>("subject").is_some());
}

#[actor_core::test(seeds = 10)]
async fn an_address_does_not_serialize_outside_of_messages() {
    use actor_remote::Wire;
    let subject = spawn();
    assert!(subject.encode(&mut Vec::new()).unwrap_err().contains("remote message"));
}

#[actor_core::test(seeds = 10)]
async fn a_node_that_leaves_ends_its_addresses_and_calls_on_other_nodes() {
    let two = two().await;
    let running = actor_core::spawn_task(two.remote.slow(60_000).into_owned());
    time::sleep(Duration::from_millis(100)).await;
    let begun = time::now();
    two._server.leave();
    assert_eq!(running.await, Err(CallError::Unreachable { started: true }));
    assert_eq!(two.remote.join().await, Exit::Unreachable);
    assert!(time::now() - begun < Duration::from_millis(50));
    assert_eq!(two.remote.add(1).await, Err(CallError::Stopped));
    assert!(two.client.peers().is_empty());
    two.local.kill();
}
