//! The limits of a node: hostile frames, windows, rules, and the fate of a refused message.

mod bytes;
mod forged;

use actor_core::prelude::*;
use actor_core::{error::RefusalKind, rng, time};
use actor_remote::{Node, NodeId, SimNetwork, TransportEvent};
use bytes::{method, number};
use forged::{Forger, Pipe};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(10);

#[actor]
#[derive(Default)]
struct Counter {
    total: u64,
    handled: Arc<AtomicU64>,
}

#[actor(remote = "counter")]
impl Counter {
    fn add(&mut self, amount: u64) -> u64 {
        self.total += amount;
        self.handled.fetch_add(1, Ordering::Relaxed);
        self.total
    }

    async fn slow(&mut self, millis: u64) {
        time::sleep(Duration::from_millis(millis)).await;
    }

    fn store(&mut self, _text: String) {}

    #[message(concurrent)]
    async fn load(&self, bytes: usize) -> String {
        time::sleep(Duration::from_millis(10)).await;
        "x".repeat(bytes)
    }

    fn finish(&mut self, context: &Context<Self>) {
        context.stop();
    }
}

fn refusal<T: std::fmt::Debug>(outcome: Result<T, CallError>) -> (RefusalKind, bool) {
    let error = outcome.unwrap_err();
    let CallError::Refused(refusal) = &error else { panic!("{error:?}") };
    (refusal.kind(), error.never_handled())
}

/// A server with one actor, an honest client of it, and a forger.
struct Hostile {
    server: Node,
    client: Node,
    local: CounterAddr,
    honest: CounterAddr,
    forger: Forger,
}

async fn hostile() -> Hostile {
    hostile_to(Node::builder()).await
}

async fn hostile_to(settings: actor_remote::NodeBuilder) -> Hostile {
    let pipe = Pipe::default();
    let (server, client) = (pipe.port(1), pipe.port(2));
    drop(pipe.port(3));
    let (server, client) = (settings.on(server, "server"), Node::on(client, "client"));
    let local = Counter::default().spawn();
    server.register("counter", &local).unwrap();
    let honest: CounterAddr = client.wait_for("counter", LIMIT).await.unwrap();
    pipe.event(NodeId(1), TransportEvent::Up(NodeId(3)));
    let (id, victim) = (NodeId(3), NodeId(1));
    let forger = Forger { pipe, id, victim, session: 0, sequence: 0 };
    Hostile { server, client, local, honest, forger }
}

impl Hostile {
    /// The forger opens a session and holds the actor, whose key it has from the names.
    async fn hold(&mut self) -> u64 {
        self.forger.open().await;
        let names = self.forger.pipe.taken(NodeId(3));
        let named = names.iter().find(|frame| frame[6] == 1 && frame.len() > 30);
        let named = named.unwrap_or_else(|| panic!("no names in {names:?}"));
        let key = &named[named.len() - 8..];
        let export = named[named.len() - 9];
        self.forger.frame(&[&[2, export][..], key].concat());
        u64::from(export)
    }

    /// Ends the actors and the nodes.
    async fn end(self) {
        self.local.kill();
        self.honest.join().await;
    }
}

/// A remaining time beyond the range of the clock is ignored; without time left, a call is answered and not
/// handled.
#[actor_core::test(seeds = 10)]
async fn a_forged_time_left_is_no_deadline_or_has_passed() {
    let mut all = hostile().await;
    let export = all.hold().await;
    let add = method(&["counter", "add", "amount"]);
    let call = |left: u64, amount: u8| {
        [&[20][..], &number(export), &add, &[amount], &number(left), &[0x91, amount]].concat()
    };
    for (left, amount) in [(u64::MAX, 1), (i64::MAX.cast_unsigned(), 2), (0, 4), (5_000_000, 8)] {
        all.forger.frame(&call(left, amount));
    }
    time::sleep(Duration::from_millis(20)).await;
    assert_eq!(all.honest.add(0).await, Ok(1 + 2 + 8));
    let answers = all.forger.pipe.taken(NodeId(3));
    let failed: Vec<_> = answers.iter().filter(|frame| frame[6] == 7).collect();
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0][7..], [4, 6], "the deadline passed before call 4 was started");
    let replied = answers.iter().filter(|frame| frame[6] == 6).map(|frame| frame[7]);
    let mut replied: Vec<_> = replied.collect();
    // The replies to different calls have no order.
    replied.sort_unstable();
    assert_eq!(replied, [1, 2, 8]);
    assert_eq!(all.server.counters().bad_frames, 0);
    all.end().await;
}

#[actor_core::test(seeds = 10)]
async fn forged_frames_end_no_actor_and_disturb_no_other_node() {
    let pipe = Pipe::default();
    let (server, client) = (pipe.port(1), pipe.port(2));
    drop(pipe.port(3));
    let (server, client) = (Node::on(server, "server"), Node::on(client, "client"));
    let local = Counter::default().spawn();
    server.register("subject", &local).unwrap();
    let honest: CounterAddr = client.wait_for("subject", LIMIT).await.unwrap();
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

#[actor_core::test(seeds = 5)]
async fn a_node_that_sends_nonsense_is_refused_for_a_minute_and_others_are_served() {
    let mut all = hostile().await;
    for round in 0..200 {
        all.forger.open().await;
        all.forger.frame(&[99]);
        time::sleep(Duration::from_millis(1)).await;
        if round % 20 == 0 {
            assert!(all.honest.add(1).await.is_ok());
        }
    }
    let counters = all.server.counters();
    assert_eq!(counters.refused_sessions, 1);
    assert!(!all.server.peers().contains(&"f".to_owned()));
    // After the minute, the node may come again.
    time::sleep(Duration::from_secs(61)).await;
    all.forger.open().await;
    assert!(all.server.peers().contains(&"f".to_owned()), "{:?}", all.server.peers());
    assert_eq!(all.client.counters().lost_sessions, 0);
    all.end().await;
}

/// Each session of its own costs a node all of its names.
#[actor_core::test(seeds = 5)]
async fn a_node_that_begins_sessions_without_end_is_refused_for_a_minute() {
    let mut all = hostile().await;
    for _ in 0..200 {
        all.forger.open().await;
    }
    assert_eq!(all.server.counters().refused_sessions, 1);
    assert!(!all.server.peers().contains(&"f".to_owned()));
    assert!(all.honest.add(1).await.is_ok());
    time::sleep(Duration::from_secs(61)).await;
    all.forger.open().await;
    assert!(all.server.peers().contains(&"f".to_owned()), "{:?}", all.server.peers());
    all.end().await;
}

#[actor_core::test(seeds = 5)]
async fn a_name_of_a_node_that_is_too_long_is_refused() {
    let mut all = hostile().await;
    all.forger.open().await;
    for (length, bad) in [(1024_u16, 0), (1025, 1)] {
        let before = all.server.counters().bad_frames;
        all.forger.sequence = 0;
        let name = vec![b'n'; usize::from(length)];
        all.forger.frame(&[&[0, 0, 0, 0, 0], &number(u64::from(length))[..], &name].concat());
        time::sleep(Duration::from_millis(20)).await;
        assert_eq!(all.server.counters().bad_frames - before, bad, "{length} bytes");
    }
    let long = Node::on(all.forger.pipe.port(4), "é".repeat(600));
    assert_eq!(long.name(), "é".repeat(512));
    let limit = time::timeout(LIMIT, long.wait_for::<CounterAddr>("counter", LIMIT)).await;
    assert!(limit.unwrap().is_ok());
    all.end().await;
}

/// The messages of `Counter` with other types, which have the same ids.
mod other {
    use super::*;

    #[actor(remote = "counter")]
    pub trait Other {
        fn add(&mut self, amount: String);
    }
}

/// The 99th percentile of the time of calls that are made for two seconds.
async fn slow_call(counter: CounterAddr) -> Duration {
    let begun = time::now();
    let mut times = Vec::new();
    while time::now() - begun < Duration::from_secs(2) {
        let calls = (0..10).map(|_| async {
            let called = time::now();
            counter.add(0).await.unwrap();
            time::now() - called
        });
        times.extend(actor_core::future::join_all(calls).await);
    }
    times.sort_unstable();
    times[times.len() * 99 / 100]
}

async fn a_thousand_bad_frames_a_second() {
    let network = SimNetwork::new();
    let (server, client) = (network.node("server"), network.node("client"));
    let member = network.node("member");
    let local = Counter::default().spawn_on(server.system());
    server.register("counter", &local).unwrap();
    let honest: CounterAddr = client.wait_for("counter", LIMIT).await.unwrap();
    let bad: other::OtherAddr = member.wait_for("counter", LIMIT).await.unwrap();
    let before = slow_call(honest.clone()).await;
    let honest = client.system().spawn_task(slow_call(honest));
    for _ in 0..1000 {
        let _ = bad.add("one".into()).try_send();
        time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(server.counters().refused_sessions, 1);
    assert!(!server.peers().contains(&"member".to_owned()));
    let during = honest.await;
    assert!(during <= before + before / 5, "{before:?} became {during:?}");
    local.kill();
}

#[test]
fn a_thousand_bad_frames_a_second_end_their_session_in_a_second_and_delay_no_other_node() {
    for seed in 0..3 {
        System::simulation(seed).block_on(a_thousand_bad_frames_a_second());
    }
}

#[actor_core::test(seeds = 5)]
async fn hostile_bodies_are_refused_before_they_are_decoded() {
    let mut all = hostile().await;
    let export = all.hold().await;
    let add = method(&["counter", "add", "amount"]);
    let bodies: [Vec<u8>; 5] = [
        vec![0x91; 44_000],
        vec![0x91, 0xdd, 0xff, 0xff, 0xff, 0xff],
        vec![0x91, 0xc6, 0xff, 0xff, 0xff, 0xff],
        vec![0x91, 1, 1],
        vec![0x91, 0xa1, b'x'],
    ];
    let sends = bodies.len();
    for body in &bodies {
        all.forger.frame(&[&[5][..], &number(export), &add, body].concat());
    }
    time::sleep(Duration::from_millis(10)).await;
    let counters = all.server.counters();
    assert_eq!((counters.refused_sends, counters.bad_frames), (sends as u64, sends as u64));
    // Each of them is an incident here, because their sender cannot know.
    assert_eq!(System::current().counters().undelivered, sends as u64);
    // The session continues, and a valid frame is handled.
    all.forger.frame(&[&[5][..], &number(export), &add, &[0x91, 5]].concat());
    time::sleep(Duration::from_millis(10)).await;
    assert_eq!(all.honest.add(0).await, Ok(5));
    all.end().await;
}

#[actor_core::test(seeds = 5)]
async fn a_trace_belongs_to_the_next_message_and_a_malformed_one_is_ignored() {
    const TRACE: &[u8] = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let entered = Arc::new(Mutex::new(Vec::new()));
    let seen = entered.clone();
    let enter = move |traceparent: &str, deliver: &mut dyn FnMut()| {
        seen.lock().unwrap().push(traceparent.to_owned());
        deliver();
    };
    let mut all = hostile_to(Node::builder().trace_context(|| None, enter)).await;
    let export = all.hold().await;
    let add = method(&["counter", "add", "amount"]);
    let send = [&[5][..], &number(export), &add, &[0x91, 1]].concat();
    let trace = |text: &[u8]| [&[24], text].concat();
    let malformed: [&[u8]; 4] = [b"", b"00", &TRACE[1..], &[0xff; 55]];
    for text in malformed {
        all.forger.frame(&trace(text));
        all.forger.frame(&send);
    }
    // A heartbeat comes between.
    for frame in [&trace(TRACE)[..], &[13], &send] {
        all.forger.frame(frame);
    }
    time::sleep(Duration::from_millis(10)).await;
    assert_eq!(*entered.lock().unwrap(), [""; 0]);
    // The addresses of a message come between it and its trace.
    for frame in [&trace(TRACE)[..], &[23, 0], &send, &send] {
        all.forger.frame(frame);
    }
    time::sleep(Duration::from_millis(10)).await;
    assert_eq!(*entered.lock().unwrap(), [std::str::from_utf8(TRACE).unwrap()]);
    assert_eq!(all.honest.add(0).await, Ok(7));
    assert_eq!(all.server.counters().bad_frames, 0);
    all.end().await;
}

#[actor_core::test(seeds = 5)]
async fn replayed_frames_and_those_of_other_sessions_or_versions_are_counted_and_not_handled() {
    let mut all = hostile().await;
    let export = all.hold().await;
    let add = method(&["counter", "add", "amount"]);
    let send = [&[5][..], &number(export), &add, &[0x91, 1]].concat();
    all.forger.frame(&send);
    time::sleep(Duration::from_millis(10)).await;
    assert_eq!(all.honest.add(0).await, Ok(1));
    let before = all.server.counters();
    // The same frame again, one of another session, and one of another version.
    all.forger.sequence -= 1;
    all.forger.frame(&send);
    all.forger.session ^= 1;
    all.forger.frame(&send);
    all.forger.session ^= 1;
    let (victim, from) = (all.forger.victim, all.forger.id);
    all.forger.pipe.event(victim, TransportEvent::Frame { from, bytes: &[9; 20] });
    // A reply to a call that was never made.
    all.forger.sequence -= 1;
    all.forger.frame(&[6, 77, 1]);
    // A wrong key, and an export that the forger does not hold.
    all.forger.frame(&[2, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    all.forger.frame(&[&[5, 99][..], &add, &[0x91, 1]].concat());
    time::sleep(Duration::from_millis(10)).await;
    let after = all.server.counters();
    assert_eq!(after.stale_frames - before.stale_frames, 3, "{after:?}");
    assert_eq!(after.bad_frames - before.bad_frames, 1, "{after:?}");
    assert_eq!(after.undelivered_sends - before.undelivered_sends, 1, "{after:?}");
    assert_eq!(all.honest.add(0).await, Ok(1));
    all.end().await;
}

#[actor_core::test(seeds = 5)]
async fn a_node_that_ignores_its_windows_loses_its_session() {
    let mut all = hostile().await;
    let export = all.hold().await;
    all.local.slow(60_000).send().await.unwrap();
    let store = method(&["counter", "store", "text"]);
    let mut body = vec![0x91, 0xdb, 0, 0x0f, 0, 0];
    body.resize(6 + 0x000f_0000, b'x');
    for _ in 0..20 {
        all.forger.frame(&[&[5][..], &number(export), &store, &body].concat());
    }
    time::sleep(Duration::from_millis(10)).await;
    assert!(!all.server.peers().contains(&"f".to_owned()));
    assert!(all.server.counters().lost_sessions >= 1);
    assert_eq!(all.client.counters().lost_sessions, 0);
    all.end().await;
}

struct Two {
    server: Node,
    client: Node,
    local: CounterAddr,
    remote: CounterAddr,
    handled: Arc<AtomicU64>,
}

async fn two() -> Two {
    two_with(Node::builder()).await
}

async fn two_with(rules: actor_remote::NodeBuilder) -> Two {
    let network = SimNetwork::new();
    let (server, client) = (network.node_with_rules("server", rules), network.node("client"));
    let handled: Arc<AtomicU64> = Arc::default();
    let local = Counter { total: 0, handled: handled.clone() }.spawn_on(server.system());
    server.register("counter", &local).unwrap();
    let remote: CounterAddr = client.wait_for("counter", LIMIT).await.unwrap();
    Two { server, client, local, remote, handled }
}

#[actor_core::test(seeds = 20)]
async fn a_node_without_control_keeps_its_actors_running() {
    let two = two_with(Node::builder().control(false)).await;
    two.remote.add(1).send().await.unwrap();
    two.remote.stop();
    assert_eq!(two.remote.join().await, Exit::Stopped);
    let again: CounterAddr = two.client.wait_for("counter", LIMIT).await.unwrap();
    assert_eq!(again.add(1).await, Ok(2));
    again.kill();
    assert_eq!(again.join().await, Exit::Killed);
    let third: CounterAddr = two.client.wait_for("counter", LIMIT).await.unwrap();
    assert_eq!(third.add(1).await, Ok(3));
    assert!(two.local.is_alive());
    assert_eq!(two.server.counters().refused_controls, 2);
    assert_eq!(two.client.system().counters().undelivered, 0);
}

#[actor_core::test(seeds = 20)]
async fn the_rule_of_a_node_is_asked_once_for_each_node_and_actor() {
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let rules = Node::builder().allow({
        let asked = asked.clone();
        move |peer, protocol, name| {
            asked.lock().unwrap().push(format!("{peer} {protocol} {}", name.unwrap_or("-")));
            peer != "thief"
        }
    });
    let network = SimNetwork::new();
    let (server, client) = (network.node_with_rules("server", rules), network.node("client"));
    let thief = network.node("thief");
    let local = Counter::default().spawn_on(server.system());
    server.register("counter", &local).unwrap();
    let honest: CounterAddr = client.wait_for("counter", LIMIT).await.unwrap();
    let denied: CounterAddr = thief.wait_for("counter", LIMIT).await.unwrap();
    for amount in 1..5 {
        assert!(honest.add(1).await.is_ok());
        assert_eq!(refusal(denied.add(amount).await), (RefusalKind::Denied, true));
    }
    denied.add(1).send().await.unwrap();
    denied.kill();
    denied.join().await;
    assert_eq!(honest.add(1).await, Ok(5));
    let mut asked = asked.lock().unwrap().clone();
    asked.sort();
    assert_eq!(asked, ["client counter counter", "thief counter counter"]);
    // The refused send is an incident of the node that refused it.
    assert_eq!(server.system().counters().undelivered, 1);
    assert_eq!(server.counters().refused_controls, 1);
}

#[actor_core::test(seeds = 20)]
async fn a_timeout_reports_that_a_locally_queued_message_was_not_started() {
    let two = two().await;
    two.remote.slow(60_000).send().await.unwrap();
    let mut sent = 0;
    let body = "x".repeat(10_000);
    while two.remote.store(body.clone()).send().timeout(Duration::from_secs(1)).await.is_ok() {
        sent += 1;
    }
    assert!(sent > 64);
    let limit = Duration::from_millis(100);
    // In the mailbox of the proxy, or taken by it and without credit: both wait on this side.
    let calls = (0..3).map(|_| two.remote.add(9).timeout(limit));
    for call in calls {
        let error = call.await.unwrap_err();
        assert_eq!(error, CallError::Timeout { started: false });
        assert!(error.never_handled());
    }
    two.local.kill();
}

#[actor_core::test(seeds = 10)]
async fn a_call_without_credit_that_times_out_was_not_started_and_is_never_handled() {
    let two = two().await;
    two.remote.slow(2000).send().await.unwrap();
    // 64 wait at the actor, and the window of the proxy is full with the ones behind them.
    for _ in 0..72 {
        two.remote.store("x".repeat(9000)).send().await.unwrap();
    }
    let error = two.remote.add(9).timeout(Duration::from_millis(500)).await.unwrap_err();
    assert_eq!(error, CallError::Timeout { started: false });
    time::sleep(Duration::from_secs(5)).await;
    assert_eq!(two.remote.add(1).await, Ok(1));
}

#[test]
fn all_proxies_of_two_nodes_share_a_window_of_4_mib() {
    for seed in 0..10 {
        System::simulation(seed).block_on(all_proxies_share_a_window());
    }
}

async fn all_proxies_share_a_window() {
    let network = SimNetwork::new();
    let (server, client) = (network.node("server"), network.node("client"));
    let mut all = Vec::new();
    for number in 0..8 {
        let local = Counter::default().spawn_on(server.system());
        let name = format!("counter {number}");
        server.register(&*name, &local).unwrap();
        let remote: CounterAddr = client.wait_for(&name, LIMIT).await.unwrap();
        // The mailbox of the actor is full.
        remote.slow(60_000).send().await.unwrap();
        for _ in 0..64 {
            remote.add(1).send().await.unwrap();
        }
        all.push((local, remote));
    }
    time::sleep(Duration::from_millis(200)).await;
    // Each of them may have one message in flight that is larger than its own window.
    for (_, remote) in &all {
        remote.store("x".repeat(900_000)).send().await.unwrap();
    }
    time::sleep(Duration::from_millis(200)).await;
    let limit = Duration::from_millis(100);
    let mut is_queued = Vec::new();
    // A call behind the large message waits on this side, like the message itself.
    for (_, remote) in &all {
        let error = remote.add(1).timeout(limit).await.unwrap_err();
        is_queued.push(error == CallError::Timeout { started: false });
    }
    assert!(is_queued.iter().all(|it| *it), "{is_queued:?}");
    for (local, _) in &all {
        local.kill();
    }
    for (_, remote) in &all {
        assert_eq!(remote.join().await, Exit::Killed);
    }
    // Four messages fit into the window; the others leave this side only while the actors are killed.
    assert!(server.counters().undelivered_sends >= 4);
    assert_eq!(client.system().counters().undelivered, 8);
}

#[actor_core::test(seeds = 10)]
async fn replies_beyond_their_window_wait_until_the_caller_has_accepted_others() {
    let two = two().await;
    let calls: Vec<_> =
        (0..30).map(|_| actor_core::spawn_task(two.remote.load(900_000).into_owned())).collect();
    for call in calls {
        assert_eq!(call.await.map(|bytes| bytes.len()), Ok(900_000));
    }
    assert_eq!(two.client.counters().lost_sessions, 0);
}

#[actor_core::test(seeds = 30)]
async fn each_send_to_an_actor_that_ends_is_handled_or_an_incident() {
    let two = two().await;
    let finish = rng().u32(0..100);
    let mut accepted = 0;
    for number in 0..100 {
        if number == finish {
            two.remote.finish().send().await.unwrap();
        }
        accepted += u64::from(two.remote.add(1).send().await.is_ok());
    }
    two.remote.join().await;
    time::sleep(Duration::from_secs(2)).await;
    let (there, here) = (two.server.system().counters(), two.client.system().counters());
    // A send that a mailbox there had accepted is an incident there, and any other one is here.
    let handled = two.handled.load(Ordering::Relaxed);
    assert_eq!(handled + there.undelivered + here.undelivered, accepted, "{there:?} {here:?}");
}

#[actor_core::test(seeds = 30)]
async fn sends_of_an_address_that_was_dropped_are_incidents_if_the_node_is_lost() {
    let network = SimNetwork::new();
    let (server, client) = (network.node("server"), network.node("client"));
    let local = Counter::default().spawn_on(server.system());
    server.register("counter", &local).unwrap();
    let remote: CounterAddr = client.wait_for("counter", LIMIT).await.unwrap();
    network.cut("server", "client");
    for _ in 0..5 {
        remote.add(1).send().await.unwrap();
    }
    drop(remote);
    time::sleep(Duration::from_secs(10)).await;
    assert_eq!(client.system().counters().undelivered, 5);
}
