//! Observers of a call: each is notified once, with exactly the outcome that the caller gets.

use actor_core::prelude::*;
use actor_core::proxy::{self, Outcome, Proxy};
use actor_core::simulation::{Fault, Sim};
use futures_lite::StreamExt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

#[actor]
#[derive(Default)]
struct Target {
    kept: Vec<Reply<u32>>,
}

#[actor]
impl Target {
    fn number(&self, number: u32) -> u32 {
        number
    }

    async fn slow(&mut self, time: Duration) -> u32 {
        actor_core::time::sleep(time).await;
        1
    }

    fn keep(&mut self, reply: Reply<u32>) {
        self.kept.push(reply);
    }

    fn answer_kept(&mut self) {
        for reply in self.kept.drain(..) {
            let _ = reply.send(7);
        }
    }

    fn drop_kept(&mut self) {
        self.kept.clear();
    }

    fn boom(&self) -> u32 {
        panic!("boom")
    }

    /// Returns whether the caller has left within a minute.
    async fn is_left(&self, left: Probe, context: &Context<Self>) {
        context.caller_gone().await;
        left.note(Outcome::Replied);
    }

    fn time_left(&self, context: &Context<Self>) -> Option<Duration> {
        Some(context.deadline()? - actor_core::time::now())
    }

    async fn count(&mut self, last: u32, replies: Replies<u32>) {
        for number in 1..=last {
            if replies.send(number).await.is_err() {
                return;
            }
        }
        assert!(last < 100, "too many");
    }
}

/// The outcomes in the order in which they were seen.
#[derive(Clone, Default)]
struct Probe(Arc<Mutex<Vec<Outcome>>>);

impl Probe {
    fn note(&self, outcome: Outcome) {
        self.0.lock().unwrap().push(outcome);
    }

    fn take(&self) -> Vec<Outcome> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

struct Watch {
    to: TargetAddr,
    seen: Probe,
    /// Before the message is observed.
    delay: Duration,
}

impl Proxy<Target> for Watch {
    async fn forward(&mut self, mut message: TargetMessage) {
        if self.delay > Duration::ZERO {
            actor_core::time::sleep(self.delay).await;
        }
        let seen = self.seen.clone();
        proxy::observe::<Target>(&mut message, move |outcome| seen.note(outcome));
        if let Err(refused) = proxy::forward(&self.to, message).await {
            proxy::discard(&self.to, refused.into_message());
        }
    }
}

fn watch(to: &TargetAddr, delay: Duration) -> (TargetAddr, Probe) {
    let seen = Probe::default();
    let watch = Watch { to: to.clone(), seen: seen.clone(), delay };
    (proxy::prepare(watch).spawn().0, seen)
}

fn watched() -> (TargetAddr, TargetAddr, Probe) {
    let target = Target::default().spawn();
    let (front, seen) = watch(&target, Duration::ZERO);
    (target, front, seen)
}

fn failed(error: CallError) -> Vec<Outcome> {
    vec![Outcome::Failed(error)]
}

#[actor_core::test(seeds = 20)]
async fn a_reply_is_seen_before_its_caller_goes_on() {
    let (_target, front, seen) = watched();
    assert_eq!(front.number(3).await, Ok(3));
    assert_eq!(seen.take(), [Outcome::Replied]);
}

#[actor_core::test(seeds = 20)]
async fn a_send_is_observed_as_sent() {
    let (_target, front, seen) = watched();
    front.number(3).send().await.unwrap();
    front.number(3).await.unwrap();
    assert_eq!(seen.take(), [Outcome::Sent, Outcome::Replied]);
}

#[actor_core::test(seeds = 20)]
async fn the_observed_outcome_is_the_error_that_the_caller_gets() {
    let (target, front, seen) = watched();
    let kept = actor_core::spawn_task(front.keep().into_owned());
    actor_core::time::sleep(SECOND).await;
    assert_eq!(seen.take(), [], "a reply that is kept has not ended");
    target.drop_kept().await.unwrap();
    assert_eq!(kept.await, Err(CallError::NoReply));
    assert_eq!(seen.take(), failed(CallError::NoReply));

    let error = front.boom().await.unwrap_err();
    assert!(matches!(&error, CallError::Panicked(failure) if failure.handler() == "boom"));
    assert_eq!(seen.take(), failed(error));
    assert_eq!(front.number(1).await, Err(CallError::Stopped));
    assert_eq!(seen.take(), failed(CallError::Stopped));
}

#[actor_core::test(seeds = 20)]
async fn a_kill_is_seen_by_running_and_by_queued_calls() {
    let (target, front, seen) = watched();
    let running = actor_core::spawn_task(front.slow(SECOND).into_owned());
    actor_core::time::sleep(SECOND / 4).await;
    let queued = actor_core::spawn_task(front.slow(SECOND).into_owned());
    actor_core::time::sleep(SECOND / 4).await;
    target.kill();
    let ends = [running.await, queued.await].map(Result::unwrap_err);
    assert_eq!(ends, [CallError::Killed, CallError::Stopped]);
    let mut seen = seen.take();
    seen.sort_by_key(|outcome| *outcome != Outcome::Failed(CallError::Killed));
    assert_eq!(seen, ends.map(Outcome::Failed));
}

#[actor_core::test(seeds = 20)]
async fn a_reply_that_is_answered_later_is_seen_then() {
    let (target, front, seen) = watched();
    let kept = actor_core::spawn_task(front.keep().into_owned());
    actor_core::time::sleep(SECOND).await;
    assert_eq!(seen.take(), []);
    target.answer_kept().await.unwrap();
    assert_eq!(kept.await, Ok(7));
    assert_eq!(seen.take(), [Outcome::Replied]);
}

#[actor_core::test(seeds = 20)]
async fn a_timeout_is_seen_when_it_elapses() {
    let (_target, front, seen) = watched();
    let running = front.slow(8 * SECOND).timeout(SECOND).await.unwrap_err();
    assert_eq!(running, CallError::Timeout { started: true });
    assert_eq!(seen.take(), failed(running));
    let queued = front.slow(SECOND).timeout(SECOND).await.unwrap_err();
    assert_eq!(queued, CallError::Timeout { started: false });
    assert_eq!(seen.take(), failed(queued));
    front.number(1).await.unwrap();
    assert_eq!(seen.take(), [Outcome::Replied], "the skipped message is not seen again");
}

#[actor_core::test(seeds = 20)]
async fn a_dropped_call_is_seen_when_it_is_dropped() {
    let (_target, front, seen) = watched();
    for started in [true, false] {
        let call = actor_core::time::timeout(SECOND, front.slow(8 * SECOND)).await;
        assert!(call.is_err());
        assert_eq!(seen.take(), [Outcome::Dropped { started }]);
    }
    front.number(1).await.unwrap();
    assert_eq!(seen.take(), [Outcome::Replied]);
}

#[actor_core::test(seeds = 20)]
async fn a_call_that_is_observed_after_its_caller_has_left_is_seen_as_dropped() {
    let target = Target::default().spawn();
    let (front, seen) = watch(&target, SECOND);
    let call = actor_core::time::timeout(SECOND / 2, front.number(1)).await;
    assert!(call.is_err());
    front.stop();
    front.join().await;
    assert_eq!(seen.take(), [Outcome::Dropped { started: false }]);
}

#[actor_core::test(seeds = 20)]
async fn deadlines_and_caller_gone_pass_through_an_observed_message() {
    let (_target, front, seen) = watched();
    let left = front.time_left().timeout(SECOND).await.unwrap().unwrap();
    assert!(left > SECOND / 2 && left <= SECOND, "{left:?}");
    assert_eq!(seen.take(), [Outcome::Replied]);
    let gone = Probe::default();
    let error = front.is_left(gone.clone()).timeout(SECOND).await.unwrap_err();
    front.number(1).await.unwrap();
    assert_eq!(gone.take().len(), 1, "the handler knows that the caller has left");
    assert_eq!(seen.take(), [Outcome::Failed(error), Outcome::Replied]);
}

#[actor_core::test(seeds = 20)]
async fn a_streaming_reply_passes_through_and_its_end_is_seen() {
    let (_target, front, seen) = watched();
    let numbers: Vec<_> = front.count(40).stream().collect().await;
    assert_eq!(numbers, (1..=40).map(Ok).collect::<Vec<_>>());
    assert_eq!(seen.take(), [Outcome::Replied]);

    let mut stream = front.count(40).stream();
    assert_eq!(stream.next().await, Some(Ok(1)));
    drop(stream);
    assert_eq!(seen.take(), [Outcome::Dropped { started: true }]);

    let last = front.count(100).stream().last().await;
    let Some(Err(error)) = last else { panic!("{last:?}") };
    assert_eq!(seen.take(), failed(error));
}

#[actor_core::test(seeds = 20)]
async fn each_proxy_of_a_chain_sees_the_outcome() {
    let (target, first, inner) = watched();
    let (second, outer) = watch(&first, Duration::ZERO);
    assert_eq!(second.number(2).await, Ok(2));
    assert_eq!([inner.take(), outer.take()], [[Outcome::Replied], [Outcome::Replied]]);
    let error = second.slow(8 * SECOND).timeout(SECOND).await.unwrap_err();
    assert_eq!([inner.take(), outer.take()], [failed(error.clone()), failed(error)]);
    target.kill();
    target.join().await;
    let error = second.number(2).await.unwrap_err();
    assert_eq!([inner.take(), outer.take()], [failed(error.clone()), failed(error)]);
}

#[actor_core::test(seeds = 20)]
async fn a_reply_that_a_simulation_loses_is_seen_as_the_caller_sees_it(sim: Sim) {
    let (target, front, seen) = watched();
    sim.fault(&target, Fault::drop_reply());
    assert_eq!(front.number(1).await, Err(CallError::NoReply));
    assert_eq!(seen.take(), failed(CallError::NoReply));
}

/// Runs user code of all kinds when the call has ended, and panics.
struct Rude {
    to: TargetAddr,
    own: Arc<Mutex<Option<TargetAddr>>>,
}

impl Proxy<Target> for Rude {
    async fn forward(&mut self, mut message: TargetMessage) {
        let (to, own) = (self.to.clone(), self.own.clone());
        proxy::observe::<Target>(&mut message, move |_| {
            // The first time, each of these takes the lock of a mailbox.
            let own = own.lock().unwrap().take();
            for address in own.iter().chain([&to]) {
                let _ = (address.len(), address.is_alive());
                assert!(own.is_none() || address.number(1).try_send().is_ok());
            }
            let _ = System::current().snapshot();
            drop((own, to));
            panic!("rude");
        });
        let _ = proxy::forward(&self.to, message).await;
    }
}

#[actor_core::test(seeds = 50)]
async fn an_observer_runs_without_locks_and_its_panic_is_contained(sim: Sim) {
    sim.expect_failure(|failure| failure.message() == "rude");
    let target = Target::default().spawn();
    let own = Arc::new(Mutex::new(None));
    let rude = Rude { to: target.clone(), own: own.clone() };
    let (front, _control) = proxy::prepare(rude).spawn();
    *own.lock().unwrap() = Some(front.clone());
    assert_eq!(front.number(1).await, Ok(1));
    assert!(System::current().counters().suppressed_panics > 0);
    let _ = front.slow(8 * SECOND).timeout(SECOND).await;
    // The record of the handler's panic is not that of the observer.
    let Err(CallError::Panicked(failure)) = front.boom().await else { unreachable!() };
    assert_eq!(failure.message(), "boom");
    assert_eq!(target.join().await, Exit::Failed(failure.clone()));
    assert!(failure.location().is_some_and(|place| place.file().ends_with("observe.rs")));
}
