//! Deadlines of calls over several nodes: the remaining time travels with the call, and nothing starts after
//! the deadline.

use crate::subject::{LIMIT, two};
use actor_core::__private::{TestConfig, simulate};
use actor_core::prelude::*;
use actor_core::{rng, simulation::Probe, time};
use actor_remote::{Node, SimNetwork};
use futures_lite::StreamExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tests::sized;

/// The timeout of the first call of a chain.
const WHOLE: Duration = Duration::from_millis(50);

/// More than a frame and the steps around it take from one node to the next, each up to a millisecond.
const HOP: Duration = Duration::from_millis(20);

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[actor(remote)]
trait Stage {
    /// Works for the first of these times, and makes the next stage do the rest. No call has a timeout.
    async fn work(&mut self, times: Vec<u64>, context: &Context<Self>);
    async fn busy(&mut self, time: u64);
}

#[derive(Debug)]
enum Event {
    Started { deadline: Instant, at: Instant },
    Calls { left: Duration },
    Ended { end: Result<(), CallError>, at: Instant },
}

#[actor]
struct Worker {
    stage: usize,
    next: Option<StageAddr>,
    events: Probe<(usize, Event)>,
}

#[actor]
impl Worker {}

impl Worker {
    fn tell(&self, event: Event) {
        self.events.tell((self.stage, event));
    }
}

#[actor]
impl Stage for Worker {
    async fn work(&mut self, mut times: Vec<u64>, context: &Context<Self>) {
        let deadline = context.deadline().expect("the deadline travels");
        self.tell(Event::Started { deadline, at: time::now() });
        time::sleep(millis(times.remove(0))).await;
        let Some(next) = &self.next else { return };
        self.tell(Event::Calls { left: deadline.saturating_duration_since(time::now()) });
        let end = next.work(times).await;
        self.tell(Event::Ended { end, at: time::now() });
    }

    async fn busy(&mut self, time: u64) {
        time::sleep(millis(time)).await;
    }
}

/// The events of a chain of calls from one node to the next.
#[derive(Default)]
struct Counts {
    answered: AtomicU64,
    never_sent: AtomicU64,
    never_started: AtomicU64,
    too_long: AtomicU64,
}

/// A calls B, and B calls C, each on a node of its own.
async fn a_chain(counts: &Counts) {
    let network = SimNetwork::new();
    let nodes = ["a", "b", "c"].map(|name| network.node(name));
    let events = Probe::new();
    let mut stages: Vec<StageAddr> = Vec::new();
    let mut next = None;
    for stage in (0..3).rev() {
        let worker = Worker { stage, next: next.take(), events: events.clone() };
        let address: StageAddr = worker.spawn_on(nodes[stage].system()).into();
        let name = format!("stage {stage}");
        nodes[stage].register(&*name, &address).unwrap();
        if stage > 0 {
            next = Some(nodes[stage - 1].wait_for::<StageAddr>(&name, LIMIT).await.unwrap());
        }
        stages.insert(0, address);
    }
    stages[2].busy(rng().u64(..60)).send().await.unwrap();
    let begun = time::now();
    let times: Vec<u64> = (0..3).map(|_| rng().u64(..40)).collect();
    let end = stages[0].work(times).timeout(WHOLE).await;
    time::sleep(Duration::from_secs(1)).await;

    let (mut deadlines, mut left, mut starts, mut calls) = ([None; 3], WHOLE, 0, 0);
    let mut ends = Vec::new();
    for (stage, event) in events.take() {
        match event {
            Event::Started { deadline, at } => {
                assert_eq!(stage, starts);
                assert!(at < deadline, "stage {stage} has started after its deadline");
                assert!(deadline - at <= left, "stage {stage} has more time than was left");
                let most = begun + WHOLE + HOP * u32::try_from(stage).unwrap();
                assert!(deadline <= most, "the deadline of {stage} is {:?} late", deadline - most);
                deadlines[stage] = Some(deadline);
                starts += 1;
            }
            Event::Calls { left: now } => {
                left = now;
                calls += 1;
            }
            Event::Ended { end, at } => {
                if let Err(error) = &end {
                    assert!(matches!(error, CallError::DeadlineExceeded { .. }), "{error:?}");
                    assert!(at >= deadlines[stage].unwrap(), "{stage} has given up too early");
                }
                ends.push((stage, end));
            }
        }
    }
    assert!(matches!(end, Ok(()) | Err(CallError::Timeout { started: true })), "{end:?}");
    // Each call has ended, with the time of its caller.
    assert_eq!(ends.len(), calls);
    for (stage, end) in ends {
        let is_started = starts > stage + 1;
        assert!(!end.is_err_and(|error| error.never_handled() && is_started), "{stage}");
    }
    for node in &nodes {
        let tables = node.tables();
        assert_eq!((tables.open_calls, tables.running_calls), (0, 0));
        assert_eq!(node.counters().lost_sessions, 0);
    }
    let count = match (end, starts) {
        (Ok(()), 3) => &counts.answered,
        (Err(_), 3) => &counts.too_long,
        (_, 2) if !left.is_zero() => &counts.never_started,
        _ => &counts.never_sent,
    };
    count.fetch_add(1, Ordering::Relaxed);
}

/// A calls B under 50 ms, B calls C, and C is busy.
#[test]
fn a_deadline_reaches_the_third_node_and_nothing_starts_after_it() {
    let seeds = sized(300, 10_000) as u64;
    let counts = Arc::new(Counts::default());
    let shared = counts.clone();
    simulate(TestConfig::single_seed().seeds(seeds), move |_| {
        let counts = shared.clone();
        async move { a_chain(&counts).await }
    });
    let Counts { answered, never_sent, never_started, too_long } = &*counts;
    for (outcome, count) in [
        ("answered", answered),
        ("never sent to C", never_sent),
        ("never started at C", never_started),
        ("too long at C", too_long),
    ] {
        let count = count.load(Ordering::Relaxed);
        assert!(count >= seeds / 100, "{outcome}: {count} of {seeds}");
    }
}

#[actor(remote)]
trait Feed {
    async fn occupy(&mut self, time: u64);
    /// Reports its deadline, and sends one number.
    async fn numbers(&mut self, context: &Context<Self>, numbers: Replies<u64>);
}

#[actor]
struct Source {
    deadlines: Probe<Option<Instant>>,
}

#[actor]
impl Source {}

#[actor]
impl Feed for Source {
    async fn occupy(&mut self, time: u64) {
        time::sleep(millis(time)).await;
    }

    async fn numbers(&mut self, context: &Context<Self>, numbers: Replies<u64>) {
        assert_eq!(numbers.deadline(), context.deadline());
        self.deadlines.tell(context.deadline());
        let _ = numbers.send(7).await;
    }
}

/// Reads the stream of another node.
#[actor]
struct Reader {
    feed: FeedAddr,
}

#[actor]
impl Reader {
    async fn read(&self) -> Vec<Result<u64, CallError>> {
        self.feed.numbers().stream().collect().await
    }
}

struct Streaming {
    network: SimNetwork,
    server: Node,
    client: Node,
    deadlines: Probe<Option<Instant>>,
    feed: FeedAddr,
    reader: ReaderAddr,
}

async fn streaming() -> Streaming {
    let network = SimNetwork::new();
    let (server, client) = (network.node("server"), network.node("client"));
    let deadlines = Probe::new();
    let source = Source { deadlines: deadlines.clone() }.spawn_on(server.system());
    server.register("feed", &FeedAddr::from(source)).unwrap();
    let feed = client.wait_for::<FeedAddr>("feed", LIMIT).await.unwrap();
    let reader = Reader { feed: feed.clone() }.spawn_on(client.system());
    Streaming { network, server, client, deadlines, feed, reader }
}

#[actor_core::test(seeds = 40)]
async fn the_deadline_of_a_handler_that_opens_a_stream_reaches_the_other_node() {
    let all = streaming().await;
    let begun = time::now();
    assert_eq!(all.reader.read().timeout(WHOLE).await, Ok(vec![Ok(7)]));
    let deadlines = all.deadlines.take();
    let [Some(deadline)] = deadlines[..] else { panic!("{deadlines:?}") };
    assert!(deadline > begun + WHOLE - millis(1) && deadline <= begun + WHOLE + HOP);
    // The timeout of a stream limits its first item, and is not a deadline.
    let items: Vec<_> = all.feed.numbers().timeout(WHOLE).stream().collect().await;
    assert_eq!((items, all.deadlines.take()), (vec![Ok(7)], vec![None]));
}

#[actor_core::test(seeds = 40)]
async fn a_stream_that_expires_in_the_remote_queue_is_never_opened() {
    let all = streaming().await;
    all.feed.occupy(300).send().await.unwrap();
    let reading = all.reader.read().timeout(millis(100)).into_owned();
    let reading = all.client.system().spawn_task(reading);
    time::sleep(millis(50)).await;
    assert_eq!(all.server.tables().running_calls, 1);
    // The cancellation never arrives.
    all.network.cut_one_way("client", "server");
    match reading.await {
        Ok(items) => assert_eq!(items, [Err(CallError::DeadlineExceeded { started: true })]),
        Err(error) => assert_eq!(error, CallError::Timeout { started: true }),
    }
    time::sleep(millis(300)).await;
    assert_eq!(all.server.system().counters().skipped_calls, 1);
    assert!(all.deadlines.take().is_empty());
}

/// The node of the actor skips the message by its own clock: the cancellation never arrives.
#[actor_core::test(seeds = 40)]
async fn a_message_that_expires_in_the_remote_queue_is_skipped_without_cancellation() {
    let two = two().await;
    two.remote.slow(1, 300).send().await.unwrap();
    let call = actor_core::spawn_task(two.remote.add(2).timeout(millis(100)).into_owned());
    time::sleep(millis(50)).await;
    assert_eq!(two.server.tables().running_calls, 1);
    two.network.cut_one_way("client", "server");
    assert_eq!(call.await, Err(CallError::Timeout { started: true }));
    time::sleep(millis(300)).await;
    assert_eq!(two.server.system().counters().skipped_calls, 1);
    assert_eq!(two.local.seen().await, Ok(vec![1]));
}

/// The other node may notice first. The caller's own timeout is the deadline, and is reported as such.
#[actor_core::test(seeds = 40)]
async fn a_timeout_that_the_other_node_notices_first_is_a_timeout() {
    let two = two().await;
    two.remote.slow(1, 150).send().await.unwrap();
    let call = two.remote.add(2).timeout(millis(100)).into_owned();
    let call = two.client.system().spawn_task(call);
    time::sleep(millis(50)).await;
    // Its clock continues to run, but it notices nothing.
    two.network.pause("client");
    time::sleep(millis(200)).await;
    two.network.resume("client");
    let error = call.await.unwrap_err();
    assert!(matches!(error, CallError::Timeout { .. }), "{error:?}");
    assert_eq!(two.local.seen().await, Ok(vec![1]));
}
