//! Observers under random schedules and on threads: each of two successive proxies sees exactly the outcome
//! that the caller gets, however the call ends.

use actor_core::future;
use actor_core::prelude::*;
use actor_core::proxy::{self, Outcome, Proxy};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[derive(Clone, Copy, Debug)]
enum Work {
    Answer,
    Forget,
    Keep,
    Later(Duration),
    Panic,
}

/// The calls whose handler has started.
type Started = Arc<Mutex<Vec<usize>>>;

#[actor(capacity = 2)]
struct Target {
    started: Started,
    kept: Vec<Reply<usize>>,
}

#[actor]
impl Target {
    fn work(&mut self, call: usize, work: Work, reply: Reply<usize>, context: &Context<Self>) {
        self.started.lock().unwrap().push(call);
        match work {
            Work::Answer => {
                let _ = reply.send(call);
            }
            Work::Forget => drop(reply),
            Work::Keep => self.kept.push(reply),
            Work::Later(time) => drop(context.spawn_task(async move {
                actor_core::time::sleep(time).await;
                let _ = reply.send(call);
            })),
            Work::Panic => {
                let _reply = reply;
                panic!("work of {call}");
            }
        }
    }
}

type Seen = Arc<Mutex<HashMap<usize, Vec<Outcome>>>>;

struct Watch {
    to: TargetAddr,
    seen: Seen,
}

impl Proxy<Target> for Watch {
    async fn forward(&mut self, mut message: TargetMessage) {
        let TargetMessage::Work { call, .. } = message else { unreachable!() };
        let seen = self.seen.clone();
        proxy::observe::<Target>(&mut message, move |outcome| {
            seen.lock().unwrap().entry(call).or_default().push(outcome);
        });
        if let Err(refused) = proxy::forward(&self.to, message).await {
            proxy::discard(&self.to, refused.into_message());
        }
    }
}

/// A random time, short enough to race with a call.
fn moment(unit: Duration) -> Duration {
    unit * actor_core::rng().u32(0..12)
}

async fn calls_and_their_ends(count: usize, unit: Duration) {
    let mut rng = actor_core::rng();
    let (started, seen) = (Started::default(), Seen::default());
    let target = Target { started: started.clone(), kept: Vec::new() }.spawn();
    let inner = Watch { to: target.clone(), seen: seen.clone() };
    let (inner, _control) = proxy::prepare(inner).capacity(2).spawn();
    let outer = Watch { to: inner, seen: seen.clone() };
    let (front, _control) = proxy::prepare(outer).capacity(2).spawn();

    let calls: Vec<_> = (0..count)
        .map(|call| {
            let work = match rng.u32(0..24) {
                0 => Work::Panic,
                1..=6 => Work::Later(moment(unit)),
                7..=9 => Work::Keep,
                10..=12 => Work::Forget,
                _ => Work::Answer,
            };
            let (front, limit) = (front.clone(), moment(unit));
            let (begins, is_timed) = (moment(unit), rng.bool());
            actor_core::spawn_task(async move {
                actor_core::time::sleep(begins).await;
                let asked = front.work(call, work);
                if is_timed {
                    return Some(asked.timeout(limit + unit).await);
                }
                actor_core::time::timeout(limit + unit, asked).await.ok()
            })
        })
        .collect();
    let end = moment(unit);
    actor_core::time::sleep(end).await;
    match rng.u32(0..3) {
        0 => target.kill(),
        1 => target.stop(),
        _ => {}
    }
    let results = future::join_all(calls).await;
    target.stop();
    target.join().await;
    front.stop();
    front.join().await;

    let (seen, started) = (seen.lock().unwrap(), started.lock().unwrap());
    for (call, result) in results.into_iter().enumerate() {
        let outcomes = seen.get(&call).map_or(&[][..], Vec::as_slice);
        let was_started = started.contains(&call);
        assert!(outcomes.len() <= 2, "call {call} was told twice: {outcomes:?}");
        let never_handled = match &result {
            Some(Ok(_)) => false,
            Some(Err(error)) => error.never_handled(),
            None => outcomes.contains(&Outcome::Dropped { started: false }),
        };
        assert!(!(never_handled && was_started), "{call}: {result:?}, and was handled");
        if was_started {
            assert_eq!(outcomes.len(), 2, "call {call} was not told to each: {outcomes:?}");
        }
        for outcome in outcomes {
            match (&result, outcome) {
                (Some(Ok(_)), Outcome::Replied) => {}
                (Some(Err(error)), Outcome::Failed(seen)) => assert_eq!(error, seen, "{call}"),
                // A call that was dropped at the moment at which it ended.
                (None, Outcome::Dropped { .. } | Outcome::Replied | Outcome::Failed(_)) => {}
                _ => panic!("call {call} gave {result:?}, and {outcome:?} was seen"),
            }
        }
        if let [first, second] = outcomes {
            assert_eq!(first, second, "{call}");
        }
    }
}

#[actor_core::test(seeds = 300)]
async fn observers_see_what_the_callers_get_under_any_schedule() {
    calls_and_their_ends(40, Duration::from_millis(10)).await;
}

#[actor_core::test(real)]
async fn observers_see_what_the_callers_get_on_threads() {
    for _ in 0..100 {
        calls_and_their_ends(40, Duration::from_micros(50)).await;
    }
}
