//! For any sequence, each good message is handled exactly once and in order, each poison
//! message's caller gets an error, and there are as many restarts as poison messages.

use crate::support::{LONG, planned};
use actor_core::future::or;
use actor_core::prelude::*;
use actor_core::supervision::{Backoff, Child, Supervisor};
use actor_core::time::sleep;
use futures_lite::FutureExt;
use futures_lite::future::{Boxed, yield_now};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tests::guarded;

type Log = Arc<Mutex<Vec<usize>>>;

/// Records the messages it handles.
#[actor(capacity = 8)]
struct Sync {
    log: Log,
}

#[actor]
impl Sync {
    fn good(&mut self, number: usize) -> usize {
        self.log.lock().unwrap().push(number);
        number
    }

    fn poison(&mut self) -> usize {
        planned()
    }

    fn restarts(&self, context: &Context<Self>) -> u32 {
        context.restarts()
    }
}

/// The same with handlers that wait.
#[actor(capacity = 8)]
struct Async {
    log: Log,
}

#[actor]
impl Async {
    async fn good(&mut self, number: usize) -> usize {
        if number.is_multiple_of(3) {
            yield_now().await;
        }
        self.log.lock().unwrap().push(number);
        number
    }

    async fn poison(&mut self) -> usize {
        yield_now().await;
        planned()
    }

    fn restarts(&self, context: &Context<Self>) -> u32 {
        context.restarts()
    }
}

#[derive(Clone, Copy, Debug)]
enum Op {
    /// Sent without waiting for a reply.
    Send,
    /// Called; the answer is checked.
    Call,
    /// Called, and panics.
    Poison,
    /// Sent, and panics.
    SendPoison,
}

#[derive(Clone, Debug)]
struct Case {
    ops: Vec<Op>,
    /// The number of operations in flight before their results are awaited.
    chunk: usize,
    is_async: bool,
    /// Microseconds.
    backoff: Option<u64>,
}

fn cases() -> impl Strategy<Value = Case> {
    let op = prop_oneof![
        4 => Just(Op::Send),
        4 => Just(Op::Call),
        2 => Just(Op::Poison),
        1 => Just(Op::SendPoison),
    ];
    let backoff = prop_oneof![3 => Just(None), 1 => (1_u64..500).prop_map(Some)];
    (vec(op, 0..40), 1_usize..40, any::<bool>(), backoff)
        .prop_map(|(ops, chunk, is_async, backoff)| Case { ops, chunk, is_async, backoff })
}

/// Starts each operation, in order, and waits for its result.
macro_rules! carry_out {
    ($actor:ident, $case:ident) => {{
        let mut wrong = Vec::new();
        let numbered: Vec<_> = $case.ops.iter().copied().enumerate().collect();
        for chunk in numbered.chunks($case.chunk) {
            let under_way = chunk.iter().map(|(number, op)| {
                let (number, op, actor) = (*number, *op, $actor.clone());
                let outcome: Boxed<Option<String>> = match op {
                    Op::Send => {
                        let sending = actor.good(number).into_owned().send();
                        async { sending.await.err().map(|error| error.to_string()) }.boxed()
                    }
                    Op::SendPoison => {
                        let sending = actor.poison().into_owned().send();
                        async { sending.await.err().map(|error| error.to_string()) }.boxed()
                    }
                    Op::Call => {
                        let call = actor.good(number).into_owned();
                        async move {
                            let answer = call.await;
                            (answer != Ok(number)).then(|| format!("{answer:?}"))
                        }
                        .boxed()
                    }
                    Op::Poison => {
                        let call = actor.poison().into_owned();
                        async {
                            let answer = call.await;
                            let is_right = matches!(answer, Err(CallError::Panicked(_)));
                            (!is_right).then(|| format!("{answer:?}"))
                        }
                        .boxed()
                    }
                };
                outcome
            });
            let outcomes = actor_core::future::join_all(under_way).await;
            wrong.extend(outcomes.into_iter().flatten());
        }
        let restarts = $actor.restarts().await;
        (wrong, restarts)
    }};
}

async fn check(case: Case) -> Result<(), TestCaseError> {
    let log = Log::default();
    let mut supervisor = Supervisor::one_for_one().intensity(usize::MAX, LONG);
    if let Some(micros) = case.backoff {
        let delay = Duration::from_micros(micros);
        supervisor = supervisor.backoff(Backoff::exponential(delay, delay * 2).jitter(0.5));
    }
    let supervisor = supervisor.spawn();
    let lives = log.clone();
    let (wrong, restarts) = if case.is_async {
        let child = Child::new("child", move || Async { log: lives.clone() });
        let actor = supervisor.start(child);
        carry_out!(actor, case)
    } else {
        let child = Child::new("child", move || Sync { log: lives.clone() });
        let actor = supervisor.start(child);
        carry_out!(actor, case)
    };
    let is_poison = |op: &&Op| matches!(op, Op::Poison | Op::SendPoison);
    let poisons = case.ops.iter().filter(is_poison).count();
    let good = case.ops.iter().enumerate().filter(|(_, op)| !is_poison(op));
    let good: Vec<_> = good.map(|(number, _)| number).collect();
    prop_assert_eq!(wrong, Vec::<String>::new());
    prop_assert_eq!(restarts, Ok(u32::try_from(poisons).unwrap()));
    prop_assert_eq!(&*log.lock().unwrap(), &good);
    supervisor.stop();
    prop_assert_eq!(supervisor.join().await, Exit::Stopped);
    Ok(())
}

async fn check_in_time(case: Case) -> Result<(), TestCaseError> {
    or(check(case), async {
        sleep(Duration::from_secs(20)).await;
        Err(TestCaseError::fail("it hangs"))
    })
    .await
}

/// `PROPTEST_CASES` sets another number.
fn number_of_cases() -> u32 {
    let usual = if cfg!(debug_assertions) { 400 } else { 10_000 };
    std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

fn run(name: &'static str, start: fn() -> System) {
    guarded(name, move || {
        let system = start();
        let config =
            Config { cases: number_of_cases(), failure_persistence: None, ..Config::default() };
        let outcome =
            TestRunner::new(config).run(&cases(), |case| system.block_on(check_in_time(case)));
        if let Err(TestError::Fail(reason, case)) = outcome {
            panic!("{reason} with {case:#?}");
        }
        assert!(outcome.is_ok(), "{outcome:?}");
        assert!(system.block_on(system.shutdown(Duration::from_secs(10))).is_clean());
    });
}

#[test]
fn restarts_lose_only_the_poison_message_on_two_workers() {
    // The failures are reported; here they are expected.
    run("d01 on two workers", || System::builder().threads(2).on_incident(|_| {}).build());
}

#[test]
fn restarts_lose_only_the_poison_message_on_one_worker() {
    run("d01 on one worker", || System::builder().threads(1).on_incident(|_| {}).build());
}
