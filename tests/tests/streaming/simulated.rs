//! Streams of a producer that fails, is killed or restarts, under many schedules: each item at most once
//! and in order, exactly one end, and nothing is left over.

use actor_core::__private::{TestConfig, simulate};
use actor_core::prelude::*;
use actor_core::time::sleep;
use actor_core::{
    streaming::ReplyStream,
    supervision::{Child, Supervisor},
};
use futures_lite::{Stream, StreamExt, stream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// Sends numbers from 0 on, in several ways.
#[actor(capacity = 2)]
struct Producer {
    /// The tasks that outlive a life.
    tasks: Arc<AtomicU32>,
    open: Vec<(u32, Replies<u32>)>,
}

#[actor]
impl Producer {
    /// Sends from the handler.
    async fn direct(&mut self, count: u32, replies: Replies<u32>) {
        for number in 0..count {
            if replies.send(number).await.is_err() {
                return;
            }
        }
        replies.finish();
    }

    /// Sends at each `step`.
    fn stored(&mut self, replies: Replies<u32>) {
        self.open.push((0, replies));
    }

    /// Sends an item to each stored stream, if there is room.
    fn step(&mut self) {
        self.open.retain(|(_, replies)| !replies.is_closed());
        for (next, replies) in &mut self.open {
            if replies.try_send(*next).is_ok() {
                *next += 1;
            }
        }
    }

    /// Ends the oldest stored stream.
    fn end_one(&mut self) {
        if !self.open.is_empty() {
            drop(self.open.remove(0));
        }
    }

    /// Sends from a task that outlives the life.
    fn moved(&mut self, count: u32, replies: Replies<u32>) {
        let tasks = self.tasks.clone();
        tasks.fetch_add(1, Ordering::Relaxed);
        actor_core::spawn_task(async move {
            for number in 0..count {
                if replies.send(number).await.is_err() {
                    break;
                }
                pause().await;
            }
            drop(replies);
            tasks.fetch_sub(1, Ordering::Relaxed);
        })
        .detach();
    }

    /// Sends from a task of the life.
    fn returned(&self, count: u32) -> impl Stream<Item = u32> + Send + 'static {
        stream::iter(0..count).then(|number| async move {
            pause().await;
            number
        })
    }

    fn fail(&mut self) {
        panic!("planned");
    }
}

async fn pause() {
    if actor_core::rng().bool() {
        sleep(Duration::from_millis(actor_core::rng().u64(..3))).await;
    }
}

/// The way in which the items of a stream are sent.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    Direct,
    Stored,
    Moved,
    Returned,
}

/// How a stream ended for its reader.
#[derive(Debug, PartialEq)]
enum End {
    Left,
    Finished,
    Broken(CallError),
}

/// Reads until the end, or until `most` items; slowly, if the seed says so.
async fn read(mut stream: ReplyStream<u32>, most: u32) -> (u32, End) {
    let is_slow = actor_core::rng().bool();
    let mut next = 0;
    loop {
        if next >= most {
            return (next, End::Left);
        }
        match stream.next().await {
            Some(Ok(number)) => assert_eq!(number, next, "each item once and in order"),
            Some(Err(error)) => {
                assert_eq!(stream.next().await, None, "one error, and then the end");
                return (next, End::Broken(error));
            }
            None => {
                assert_eq!(stream.next().await, None);
                return (next, End::Finished);
            }
        }
        next += 1;
        if is_slow {
            sleep(Duration::from_millis(1)).await;
        }
    }
}

/// Whether a stream of `count` items may end in this way for its reader.
fn is_right(way: Way, count: u32, most: u32, got: u32, end: &End, kills: u32, fails: u32) -> bool {
    match end {
        End::Left => got == most,
        End::Finished => match way {
            Way::Stored => true,
            Way::Direct | Way::Moved | Way::Returned => got == count,
        },
        End::Broken(CallError::Killed) => kills > 0 && way != Way::Moved,
        End::Broken(CallError::Panicked(failure)) => {
            fails > 0 && failure.message() == "planned" && way != Way::Moved
        }
        // The message was never handled, or the life was stopped.
        End::Broken(CallError::Stopped) => got == 0 || way != Way::Moved,
        End::Broken(_) => false,
    }
}

async fn storm(totals: Arc<Totals>) {
    let tasks = Arc::new(AtomicU32::new(0));
    let given = tasks.clone();
    let supervisor = Supervisor::one_for_one().intensity(1000, Duration::from_millis(1)).spawn();
    let make = move || Producer { tasks: given.clone(), open: vec![] };
    let producer = supervisor.start(Child::new("producer", make).restart(Restart::Permanent));
    let mut rng = actor_core::rng();
    let (mut kills, mut fails) = (0, 0);
    let mut readers = Vec::new();
    for _ in 0..rng.u32(10..30) {
        match rng.u32(..10) {
            0 => {
                kills += 1;
                producer.kill();
            }
            1 => {
                fails += 1;
                let _ = producer.fail().send().await;
            }
            2 | 3 => {
                let _ = producer.step().send().await;
            }
            4 => {
                let _ = producer.end_one().send().await;
            }
            _ => {
                let (count, most) = (rng.u32(..20), rng.u32(..25));
                let way = [Way::Direct, Way::Stored, Way::Moved, Way::Returned][rng.usize(..4)];
                let call = match way {
                    Way::Direct => producer.direct(count),
                    Way::Stored => producer.stored(),
                    Way::Moved => producer.moved(count),
                    Way::Returned => producer.returned(count),
                };
                let reading = read(call.stream_of(rng.usize(1..5)), most);
                readers.push((way, count, most, actor_core::spawn_task(reading)));
            }
        }
        if rng.bool() {
            pause().await;
        }
    }
    if rng.bool() {
        producer.stop();
    } else {
        producer.kill();
    }
    supervisor.stop();
    supervisor.join().await;
    for (way, count, most, reader) in readers {
        let (got, end) = reader.await;
        assert!(
            is_right(way, count, most, got, &end, kills + 1, fails),
            "{way:?} of {count} (at most {most}): {got} items, then {end:?}"
        );
        totals.add(&end);
    }
    while tasks.load(Ordering::Relaxed) > 0 {
        sleep(Duration::from_millis(1)).await;
    }
}

/// How many streams ended how, over all seeds.
#[derive(Default)]
struct Totals {
    left: AtomicU32,
    finished: AtomicU32,
    stopped: AtomicU32,
    killed: AtomicU32,
    panicked: AtomicU32,
}

impl Totals {
    fn add(&self, end: &End) {
        let counter = match end {
            End::Left => &self.left,
            End::Finished => &self.finished,
            End::Broken(CallError::Killed) => &self.killed,
            End::Broken(CallError::Panicked(_)) => &self.panicked,
            End::Broken(_) => &self.stopped,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn streams_end_exactly_once_and_in_the_right_way_over_seeds() {
    let seeds = u64::try_from(tests::sized(60, 10_000)).unwrap();
    let begun = Instant::now();
    let totals = Arc::new(Totals::default());
    let counted = totals.clone();
    simulate(TestConfig::single_seed().seeds(seeds), move |_| storm(counted.clone()));
    let Totals { left, finished, stopped, killed, panicked } = &*totals;
    let all = [left, finished, stopped, killed, panicked].map(|it| it.load(Ordering::Relaxed));
    println!("{seeds} seeds in {:?}: {all:?} streams", begun.elapsed());
    assert!(all.iter().all(|count| *count > 0), "each end was seen: {all:?}");
}
