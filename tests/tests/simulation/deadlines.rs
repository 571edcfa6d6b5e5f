//! Deadlines and hang-ups over many seeds: what has started, was skipped, aborted and reported is counted,
//! and each count is exact.

use actor_core::future::join_all;
use actor_core::prelude::*;
use actor_core::{CallError, simulation::Sim, time};
use futures_lite::future::poll_once;
use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tests::sized;

/// What is known of one call.
#[derive(Clone, Default, Debug)]
struct Record {
    aborts: bool,
    /// The deadline of the handler that made the call.
    latest: Option<Instant>,
    /// Whether the message was in the mailbox after the first poll of the call.
    is_sent: bool,
    /// Whether the message had not passed its deadline when its handler started.
    started: Option<bool>,
    /// The position among all events at which the handler finished.
    finished: Option<usize>,
    /// The same for the end of the call, and how it ended: `None` if it was dropped.
    ended: Option<(usize, Option<Result<(), CallError>>)>,
}

#[derive(Default)]
struct Log {
    records: BTreeMap<usize, Record>,
    events: usize,
}

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Log>>);

impl Shared {
    fn with<T>(&self, look: impl FnOnce(&mut Log) -> T) -> T {
        look(&mut self.0.lock().unwrap())
    }

    /// Adds a call, and returns its number.
    fn add(&self, aborts: bool, latest: Option<Instant>) -> usize {
        self.with(|log| {
            let number = log.records.len();
            log.records.insert(number, Record { aborts, latest, ..Record::default() });
            number
        })
    }

    /// Changes the record of a call, at the next position among all events.
    fn change(&self, number: usize, change: impl FnOnce(&mut Record, usize)) {
        self.with(|log| {
            log.events += 1;
            let events = log.events;
            change(log.records.get_mut(&number).unwrap(), events);
        });
    }
}

/// Records that a call was dropped, unless it has ended.
struct Caller {
    shared: Shared,
    number: usize,
}

impl Drop for Caller {
    fn drop(&mut self) {
        self.shared.change(self.number, |record, event| {
            record.ended.get_or_insert((event, None));
        });
    }
}

/// Makes the call, and records its outcome.
async fn observed(
    shared: Shared,
    number: usize,
    mut call: impl Future<Output = Result<(), CallError>> + Unpin,
) {
    let caller = Caller { shared, number };
    let early = poll_once(&mut call).await;
    if early.is_none() {
        caller.shared.change(number, |record, _| record.is_sent = true);
    }
    let end = match early {
        Some(end) => end,
        None => call.await,
    };
    caller.shared.change(number, |record, event| record.ended = Some((event, Some(end))));
}

/// Works for a while, and calls the actors after it.
#[actor(unbounded)]
struct Worker {
    shared: Shared,
    behind: Vec<WorkerAddr>,
}

#[actor]
impl Worker {
    async fn plain(&mut self, number: usize, context: &Context<Self>) {
        self.work(number, context.deadline()).await;
    }

    #[message(abort)]
    async fn abort(&mut self, number: usize, context: &Context<Self>) {
        self.work(number, context.deadline()).await;
    }
}

impl Worker {
    async fn work(&mut self, number: usize, deadline: Option<Instant>) {
        self.shared.change(number, |record, _| {
            let is_early = deadline.is_none_or(|deadline| time::now() < deadline);
            let is_inherited = record.latest.is_none_or(|latest| deadline.unwrap() <= latest);
            record.started = Some(is_early && is_inherited);
        });
        let mut rng = actor_core::rng();
        time::sleep(Duration::from_micros(rng.u64(..8000))).await;
        if !self.behind.is_empty() {
            let callee = &self.behind[rng.usize(..self.behind.len())];
            make(&self.shared, callee, deadline).await;
        }
        self.shared.change(number, |record, event| record.finished = Some(event));
    }
}

/// Makes one call of a random kind.
async fn make(shared: &Shared, callee: &WorkerAddr, latest: Option<Instant>) {
    let mut rng = actor_core::rng();
    let aborts = rng.bool();
    let number = shared.add(aborts, latest);
    let call = if aborts { callee.abort(number) } else { callee.plain(number) };
    let limit = Duration::from_micros(rng.u64(1..20_000));
    match rng.u8(..3) {
        0 => observed(shared.clone(), number, call).await,
        1 => observed(shared.clone(), number, call.timeout(limit)).await,
        // It hangs up.
        _ => drop(time::timeout(limit, observed(shared.clone(), number, call)).await),
    }
}

/// Counts of one run.
struct Counts {
    calls: usize,
    expired: usize,
    hung_up: usize,
}

/// Checks each record, and the counters of the system against all of them.
fn check(shared: &Shared, counters: actor_core::incident::Counters) -> Counts {
    shared.with(|log| {
        let (mut skipped, mut aborted, mut expired, mut hung_up) = (0, 0, 0, 0);
        for (number, record) in &log.records {
            let Record { aborts, is_sent, started, finished, ended, .. } = record;
            assert!(*started != Some(false), "{number} started after its deadline: {record:?}");
            assert!(*is_sent || started.is_none(), "{number} was not sent: {record:?}");
            assert!(*aborts || started.is_none() || finished.is_some(), "{number}: {record:?}");
            skipped += u64::from(*is_sent && started.is_none());
            aborted += u64::from(started.is_some() && finished.is_none());
            let Some((event, end)) = ended else { panic!("{number} has no end: {record:?}") };
            let is_over = match end {
                None => {
                    hung_up += 1;
                    true
                }
                Some(Ok(())) => {
                    assert!(finished.is_some(), "{number}: {record:?}");
                    false
                }
                Some(Err(error)) => {
                    assert!(matches!(
                        error,
                        CallError::Timeout { .. } | CallError::DeadlineExceeded { .. }
                    ));
                    assert_eq!(error.never_handled(), started.is_none(), "{number}: {record:?}");
                    expired += 1;
                    true
                }
            };
            // No `abort` handler continues after its caller has left.
            let ran_on = is_over && *aborts && finished.is_some_and(|finished| finished > *event);
            assert!(!ran_on, "{number} ran on: {record:?}");
        }
        assert_eq!((counters.skipped_calls, counters.aborted_handlers), (skipped, aborted));
        assert_eq!((counters.undelivered, counters.late_errors), (0, 0));
        Counts { calls: log.records.len(), expired, hung_up }
    })
}

fn run(seed: u64) {
    let system = System::simulation(seed);
    let shared = Shared::default();
    let counts = system.block_on(async {
        let mut workers: Vec<WorkerAddr> = Vec::new();
        for _ in 0..5 {
            let worker = Worker { shared: shared.clone(), behind: workers.clone() };
            workers.push(worker.spawn());
        }
        loop {
            let calls = (0..12).map(|_| {
                let callee = &workers[actor_core::rng().usize(..workers.len())];
                make(&shared, callee, None)
            });
            join_all(calls).await;
            // The handlers without a caller finish.
            time::sleep(Duration::from_secs(1)).await;
            let counts = check(&shared, System::current().counters());
            if counts.calls >= 200 && counts.expired >= 20 && counts.hung_up >= 20 {
                return counts;
            }
        }
    });
    assert!(counts.calls >= 200 && counts.expired >= 20 && counts.hung_up >= 20);
    assert!(Sim::of(&system).unwrap().waiting().is_empty());
}

#[test]
fn counts_of_expired_skipped_and_aborted_calls_are_exact_over_many_seeds() {
    let seeds = sized(30, 10_000) as u64;
    let begun = Instant::now();
    for seed in 0..seeds {
        if let Err(panic) = std::panic::catch_unwind(|| run(seed)) {
            eprintln!("seed {seed}");
            std::panic::resume_unwind(panic);
        }
    }
    println!("{seeds} seeds in {:?}", begun.elapsed());
}
