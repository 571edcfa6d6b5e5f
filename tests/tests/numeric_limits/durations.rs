//! Every wait for a duration takes exactly that long, within a day of virtual time, and never overflows.

use crate::edge_values::{DAY, durations, hold, panics};
use actor_core::future::or;
use actor_core::prelude::*;
use actor_core::time::{interval, now, sleep, timeout};
use actor_core::{
    Reply,
    context::Timer,
    process::{Ask, Inbox, spawn_process},
    proxy,
    simulation::Sim,
    supervision::{Backoff, Child, Supervisor},
};
use futures_lite::StreamExt;
use std::future::Future;
use std::task::Waker;
use std::time::{Duration, Instant};
use tests::Gate;

#[actor(capacity = 1)]
struct Probe {
    timer: Option<Timer>,
    fired: Gate,
}

#[actor]
impl Probe {
    async fn stuck(&mut self, entered: Gate) {
        entered.open();
        std::future::pending().await
    }

    fn deadline(&self, context: &Context<Self>) -> Option<Instant> {
        context.deadline()
    }

    fn after(&mut self, delay: Duration, context: &Context<Self>) {
        self.timer = Some(context.after(delay, |me| me.fire()));
    }

    fn every(&mut self, period: Duration, context: &Context<Self>) {
        self.timer = Some(context.every(period, |me| me.fire()));
    }

    fn fire(&mut self) {
        self.fired.open();
        self.timer = None;
    }

    fn items(&self, _replies: Replies<u8>) {}

    fn fail(&self) {
        panic!("planned");
    }

    fn nop(&self) {}
}

fn probe(fired: &Gate) -> Probe {
    Probe { timer: None, fired: fired.clone() }
}

async fn stuck() -> ProbeAddr {
    let (probe, entered) = (probe(&Gate::new()).spawn(), Gate::new());
    probe.stuck(entered.clone()).send().await.unwrap();
    entered.pass().await;
    probe
}

/// Asserts that `wait` is over after `duration`, or not within a day and a second.
async fn assert_takes(duration: Duration, wait: impl Future<Output = ()>) {
    let begun = now();
    let ended = or(
        async {
            wait.await;
            true
        },
        async {
            sleep(DAY + Duration::from_secs(1)).await;
            false
        },
    );
    let (ended, spent) = (ended.await, now() - begun);
    if duration <= DAY {
        assert!(ended && spent >= duration, "{spent:?} of {duration:?}");
        assert!(spent <= duration + Duration::from_secs(1), "{spent:?} instead of {duration:?}");
    } else {
        assert!(!ended || spent >= duration, "{spent:?} of {duration:?}");
    }
}

#[test]
fn sleeps_and_timeouts_take_as_long_as_they_say() {
    hold("time", durations(), |system, duration| {
        system.block_on(async {
            assert_takes(duration, sleep(duration)).await;
            assert_takes(duration, async {
                timeout(duration, std::future::pending::<()>()).await.unwrap_err();
            })
            .await;
            if duration.is_zero() {
                assert!(panics(|| interval(duration)));
                return;
            }
            let mut ticks = interval(duration);
            // A wait that is not awaited to its end does not start again.
            let count = if duration <= DAY { 3 } else { 1 };
            for _ in 0..count {
                assert_takes(duration, async { _ = ticks.tick().await }).await;
            }
        });
    });
}

#[test]
fn timers_of_actors_fire_when_they_say() {
    hold("timers", durations(), |system, duration| {
        system.block_on(async {
            let fired = Gate::new();
            let probe = probe(&fired).spawn();
            probe.after(duration).await.unwrap();
            assert_takes(duration, fired.pass()).await;
            probe.stop();
            if duration.is_zero() {
                // A failure of the handler that sets it, as documented.
                let failing = self::probe(&Gate::new()).spawn();
                assert!(matches!(failing.every(duration).await, Err(CallError::Panicked(_))));
                return;
            }
            let fired = Gate::new();
            let probe = self::probe(&fired).spawn();
            probe.every(duration).await.unwrap();
            assert_takes(duration, fired.pass()).await;
            probe.stop();
        });
    });
}

#[test]
fn a_message_is_handled_until_its_deadline() {
    const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
    hold("deadlines", durations(), |system, duration| {
        system.block_on(async {
            let Some(deadline) = now().checked_add(duration) else { return };
            let probe = probe(&Gate::new()).spawn();
            for (reply, answer) in [
                proxy::queued_reply_until(deadline),
                proxy::queued_reply_waking(Waker::noop().clone(), Some(deadline)),
            ] {
                probe.deadline().reply_to(reply).send().await.unwrap();
                match answer.await {
                    Ok(Some(seen)) => assert_eq!(seen, deadline),
                    // Too far away to be a deadline.
                    Ok(None) => assert!(duration > YEAR, "{duration:?}"),
                    Err(error) => {
                        assert_eq!(error, CallError::DeadlineExceeded { started: false });
                        assert!(now() >= deadline);
                    }
                }
            }
            probe.stop();
        });
    });
}

#[test]
fn calls_and_sends_time_out_when_they_say() {
    hold("calls", durations(), |system, duration| {
        system.block_on(async {
            let probe = stuck().await;
            assert_takes(duration, async {
                let answer = probe.nop().timeout(duration).await;
                assert!(matches!(answer, Err(CallError::Timeout { .. })), "{answer:?}");
            })
            .await;
            assert_takes(duration, async {
                let item = probe.items().timeout(duration).stream().next().await;
                assert!(matches!(item, Some(Err(CallError::Timeout { .. }))), "{item:?}");
            })
            .await;
            // The call that timed out has left the only place.
            let _ = probe.nop().send().timeout(Duration::ZERO).await;
            let _ = probe.nop().try_send();
            assert_takes(duration, async {
                let refused = probe.nop().send().timeout(duration).await.unwrap_err();
                assert_eq!(refused.reason(), SendReason::Timeout);
            })
            .await;
            assert_takes(duration, async {
                let (reply, _answer) = Reply::pair();
                let forwarded = probe.nop().reply_to(reply).timeout(duration).send();
                assert_eq!(forwarded.await.unwrap_err().reason(), SendReason::Timeout);
            })
            .await;
            probe.kill();
        });
    });
}

#[test]
fn processes_wait_for_messages_as_long_as_they_say() {
    hold("processes", durations(), |system, duration| {
        system.block_on(async {
            let waiter = spawn_process(move |mut inbox: Inbox<Reply<()>>| async move {
                assert!(inbox.receive_timeout(duration).await.is_err());
                let none = |reply| Err::<(), _>(reply);
                assert!(inbox.select_timeout(duration, none).await.is_err());
            });
            let twice = duration.checked_mul(2).unwrap_or(Duration::MAX);
            assert_takes(twice, async { _ = waiter.join().await }).await;
            waiter.kill();
            let deaf = spawn_process(|_: Inbox<Reply<()>>| std::future::pending::<()>());
            assert_takes(duration, async {
                let asked: Ask<'_, _, ()> = deaf.ask(|reply| reply);
                let answer = asked.timeout(duration).await;
                assert!(matches!(answer, Err(CallError::Timeout { .. })), "{answer:?}");
            })
            .await;
            deaf.kill();
        });
    });
}

#[test]
fn limits_of_a_stop_are_kept() {
    hold("stops", durations(), |system, duration| {
        system.block_on(async {
            let probe = stuck().await;
            assert_takes(duration, async {
                assert_eq!(probe.stop_within(duration).await, Exit::Killed);
            })
            .await;
            probe.kill();
            let supervisor = Supervisor::one_for_one().spawn();
            let child = Child::new("child", || self::probe(&Gate::new())).shutdown(duration);
            let child = supervisor.start(child);
            let entered = Gate::new();
            child.stuck(entered.clone()).send().await.unwrap();
            entered.pass().await;
            supervisor.stop();
            assert_takes(duration, async { assert_eq!(child.join().await, Exit::Killed) }).await;
            child.kill();
            supervisor.join().await;
        });
    });
    hold("shutdown", durations(), |system, duration| {
        system.block_on(async {
            let other = System::current();
            let probe = stuck().await;
            assert_takes(duration, async { _ = other.shutdown(duration).await }).await;
            probe.kill();
        });
    });
}

#[test]
fn virtual_time_advances_by_the_given_duration() {
    hold("advance", durations(), |system, duration| {
        let sim = Sim::of(system).expect("it is a simulation");
        system.block_on(async {
            let begun = now();
            sim.advance(duration).await;
            match begun.checked_add(duration) {
                Some(end) => assert_eq!(now(), end),
                // Beyond the range of the clock.
                None => assert!(now() - begun >= DAY * 365 * 99),
            }
        });
    });
}

#[test]
fn periods_of_an_intensity_and_pauses_of_a_backoff_are_kept() {
    hold("supervisors", (durations(), durations(), durations()), |system, (period, min, max)| {
        system.block_on(async {
            let backoff = Backoff::exponential(min, max).reset_after(period);
            let supervisor =
                Supervisor::one_for_one().intensity(3, period).backoff(backoff).spawn();
            let child = supervisor.start(Child::new("child", || probe(&Gate::new())));
            for _ in 0..3 {
                let Err(CallError::Panicked(_)) = child.fail().await else { panic!("it fails") };
                let begun = now();
                let next = or(
                    async {
                        _ = child.nop().await;
                        true
                    },
                    async {
                        sleep(DAY).await;
                        false
                    },
                );
                if !next.await {
                    assert!(min.max(max) >= DAY / 16, "it waits longer than {max:?}");
                    break;
                }
                let waited = now() - begun;
                assert!(
                    waited >= min && waited <= max.max(min).saturating_add(Duration::from_secs(1)),
                    "{waited:?}"
                );
            }
            supervisor.kill();
            supervisor.join().await;
        });
    });
}

pub fn the_longest_durations_disturb_no_other_timer(system: &System) {
    system.block_on(async {
        let long = [Duration::MAX, Duration::from_secs(u64::MAX / 4), DAY * 365 * 1000];
        let fired = Gate::new();
        let probes: Vec<_> = long.iter().map(|_| probe(&fired).spawn()).collect();
        for (probe, duration) in probes.iter().zip(long) {
            probe.after(duration).await.unwrap();
            assert_eq!(probe.nop().timeout(duration).await, Ok(()));
            probe.every(duration).await.unwrap();
            assert_eq!(timeout(duration, async { 7 }).await, Ok(7));
            let short = async {
                sleep(Duration::from_millis(2)).await;
                false
            };
            assert!(
                !or(
                    async {
                        sleep(duration).await;
                        true
                    },
                    short
                )
                .await,
                "{duration:?}"
            );
        }
        assert!(!fired.is_open());
        for (probe, duration) in probes.iter().zip(long) {
            assert_eq!(probe.stop_within(duration).await, Exit::Stopped);
        }
    });
}
