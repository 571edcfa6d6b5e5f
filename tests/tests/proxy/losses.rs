//! No message is lost silently behind a proxy, and no call hangs, no matter which actor ends at
//! which moment.

use actor_core::future;
use actor_core::prelude::*;
use actor_core::proxy::{self, Control, Proxy, Revoke};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

#[actor(capacity = 2)]
#[derive(Default)]
struct Sink {
    handled: Arc<AtomicU64>,
}

#[actor]
impl Sink {
    async fn note(&mut self, time: Duration) -> u64 {
        let handled = self.handled.fetch_add(1, Ordering::Relaxed) + 1;
        actor_core::time::sleep(time).await;
        handled
    }
}

struct Pass(SinkAddr);

impl Proxy<Sink> for Pass {
    async fn forward(&mut self, message: SinkMessage) {
        proxy::forward_or_discard(&self.0, message).await;
    }
}

fn pass(to: &SinkAddr) -> (SinkAddr, Control) {
    proxy::prepare(Pass(to.clone())).capacity(2).ends_with(to).spawn()
}

/// An actor whose handler runs for a long time and whose mailbox is full.
async fn full() -> SinkAddr {
    let sink = Sink::default().spawn();
    sink.note(60 * SECOND).send().await.unwrap();
    sink.started().await.unwrap();
    for _ in 0..2 {
        sink.note(SECOND).send().await.unwrap();
    }
    sink
}

#[actor_core::test(seeds = 20)]
async fn a_send_waiting_for_capacity_when_its_proxy_is_killed_is_reported() {
    let sink = full().await;
    let (front, _control) = pass(&sink);
    front.note(SECOND).send().await.unwrap();
    let call = actor_core::spawn_task(front.note(SECOND).into_owned());
    actor_core::time::sleep(SECOND).await;
    front.kill();
    front.join().await;
    assert_eq!(call.await, Err(CallError::Stopped));
    assert_eq!(System::current().counters().undelivered, 1);
    sink.kill();
}

/// A control outlives its proxy, and still reports what the proxy had taken.
#[test]
fn a_message_that_is_lost_after_the_end_of_its_proxy_is_reported() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let hook = seen.clone();
    let system = System::builder()
        .threads(1)
        .on_incident(move |incident| hook.lock().unwrap().push(incident.to_string()))
        .build();
    system.block_on(async {
        let sink = Sink::default().spawn();
        sink.stop();
        let send = sink.note(SECOND).try_send().unwrap_err().into_message();
        let (front, control) = proxy::prepare(Pass(sink.clone())).name("front").spawn();
        let end = front.join();
        drop(front);
        assert_eq!(end.await, Exit::Stopped);
        control.report_undelivered("late");
        control.discard::<Sink>(send);
        assert_eq!(system.counters().undelivered, 2);
    });
    let seen = seen.lock().unwrap();
    assert!(seen.iter().all(|text| text.contains("front")), "{seen:?}");
    assert!(seen[0].contains("late") && seen[1].contains("note"), "{seen:?}");
}

#[actor_core::test(seeds = 20)]
async fn a_call_waiting_for_capacity_when_its_proxy_is_killed_was_never_handled() {
    let sink = full().await;
    let (front, _control) = pass(&sink);
    let call = actor_core::spawn_task(front.note(SECOND).into_owned());
    actor_core::time::sleep(SECOND).await;
    front.kill();
    let error = call.await.unwrap_err();
    assert!(error.never_handled(), "{error}");
    sink.kill();
}

#[actor_core::test(seeds = 200)]
async fn a_call_that_waits_for_capacity_behind_a_proxy_times_out() {
    let sink = full().await;
    let (front, _control) = pass(&sink);
    let calls = (1..=4).map(|n| front.note(SECOND).timeout(SECOND * n));
    for result in future::join_all(calls).await {
        assert_eq!(result, Err(CallError::Timeout { started: false }));
    }
    sink.kill();
}

#[actor_core::test(seeds = 50)]
async fn a_revocation_does_not_wait_for_capacity_of_the_actor() {
    let sink = full().await;
    let (lent, revoke) = proxy::revocable(&sink);
    let calls: Vec<_> =
        (0..70).map(|_| actor_core::spawn_task(lent.note(SECOND).into_owned())).collect();
    actor_core::time::sleep(SECOND).await;
    let begun = actor_core::time::now();
    revoke.revoke();
    for call in calls {
        assert_eq!(call.await, Err(CallError::Stopped));
    }
    assert_eq!(lent.join().await, Exit::Stopped);
    assert!(actor_core::time::now() - begun < SECOND);
    assert!(sink.is_alive());
    sink.kill();
}

enum End {
    Kill(SinkAddr),
    Stop(SinkAddr),
    Control(Control),
    Revoke(Revoke),
}

impl End {
    fn apply(self) {
        match self {
            End::Kill(address) => address.kill(),
            End::Stop(address) => address.stop(),
            End::Control(control) => control.end(Exit::NoActor),
            End::Revoke(revoke) => revoke.revoke(),
        }
    }
}

/// Sends and calls pass through a chain of proxies, one of which is ended at a random moment. Each send
/// that was accepted is handled or reported, and each call ends.
async fn nothing_is_lost(unit: Duration) {
    let mut rng = actor_core::rng();
    let before = System::current().counters().undelivered;
    let handled = Arc::new(AtomicU64::new(0));
    let sink = Sink { handled: handled.clone() }.spawn();
    let mut ends = vec![End::Kill(sink.clone()), End::Stop(sink.clone())];
    let mut front = sink.clone();
    for _ in 0..rng.usize(1..4) {
        let control;
        if rng.bool() {
            (front, control) = pass(&front);
            ends.push(End::Control(control));
        } else {
            let revoke;
            (front, revoke) = proxy::revocable(&front);
            ends.push(End::Revoke(revoke));
        }
        ends.extend([End::Kill(front.clone()), End::Stop(front.clone())]);
    }
    let senders: Vec<_> = (0..4)
        .map(|_| {
            let (front, mut rng) = (front.clone(), rng.fork());
            actor_core::spawn_task(async move {
                let (mut accepted, mut answered) = (0, 0);
                for _ in 0..12 {
                    actor_core::time::sleep(unit * rng.u32(0..3)).await;
                    let time = unit * rng.u32(0..3);
                    if rng.bool() {
                        accepted += u64::from(front.note(time).send().await.is_ok());
                        continue;
                    }
                    match front.note(time).await {
                        Ok(_) => answered += 1,
                        Err(error) => {
                            let is_end = matches!(error, CallError::Stopped | CallError::Killed);
                            assert!(is_end, "{error:?}");
                            // Handled, but not answered.
                            answered += u64::from(!error.never_handled());
                        }
                    }
                }
                (accepted, answered)
            })
        })
        .collect();
    actor_core::time::sleep(unit * rng.u32(0..40)).await;
    let chosen = rng.usize(0..ends.len());
    ends.swap_remove(chosen).apply();
    drop(ends);
    let (mut accepted, mut answered) = (0, 0);
    for sender in senders {
        let (sent, called) = sender.await;
        accepted += sent;
        answered += called;
    }
    front.stop();
    front.join().await;
    sink.stop();
    sink.join().await;
    let handled = handled.load(Ordering::Relaxed);
    let undelivered = System::current().counters().undelivered - before;
    assert_eq!(accepted + answered, handled + undelivered, "{undelivered} are undelivered");
}

#[actor_core::test(seeds = 500)]
async fn nothing_is_lost_behind_a_chain_of_proxies_under_any_schedule() {
    nothing_is_lost(Duration::from_millis(1)).await;
}

#[actor_core::test(real)]
async fn nothing_is_lost_behind_a_chain_of_proxies_on_threads() {
    for _ in 0..100 {
        nothing_is_lost(Duration::from_micros(20)).await;
    }
}
