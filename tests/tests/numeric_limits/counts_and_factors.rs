//! Counts and factors are taken as they are, or refused where they are given, as documented.

use crate::edge_values::{counts, durations, factors, hold, panics};
use actor_core::prelude::*;
use actor_core::proxy::{self, Proxy};
use actor_core::{
    process::{Inbox, Process},
    supervision::{Backoff, Child, Restart, Supervisor},
    topic::{Lagged, Topic},
};
use futures_lite::StreamExt;
use std::time::Duration;

const LONG: Duration = Duration::from_secs(3600);

#[actor]
struct Fragile;

#[actor]
impl Fragile {
    fn fail(&self) {
        panic!("planned");
    }

    fn nop(&self) {}
}

/// A proxy that passes every message on.
struct Pass(FragileAddr);

impl Proxy<Fragile> for Pass {
    async fn forward(&mut self, message: FragileMessage) {
        let _ = proxy::forward(&self.0, message).await;
    }
}

/// The number of accepted sends, of this many, to an actor that has not run.
async fn accepted(fragile: &FragileAddr, capacity: usize) {
    let tries = capacity.min(100) + 1;
    let accepted = (0..tries).filter(|_| fragile.nop().try_send().is_ok()).count();
    assert_eq!(accepted, tries.min(capacity));
    fragile.kill();
    fragile.join().await;
}

#[test]
fn capacities_are_exact_or_refused() {
    hold("capacities", counts(), |system, capacity| {
        system.block_on(async {
            let process = || Process::prepare(|_: Inbox<u8>| async {});
            let child = || Child::new("child", || Fragile);
            let target = Fragile.spawn();
            let proxy = || proxy::prepare(Pass(target.clone()));
            if capacity == 0 {
                assert!(panics(|| Fragile.prepare().capacity(0)));
                assert!(panics(|| Fragile::prepare_pool(1, || Fragile).capacity(0)));
                assert!(panics(|| process().capacity(0)));
                assert!(panics(|| child().capacity(0)));
                assert!(panics(|| proxy().capacity(0)));
                return;
            }
            accepted(&Fragile.prepare().capacity(capacity).spawn(), capacity).await;
            let pool = Fragile::prepare_pool(1, || Fragile).capacity(capacity).spawn();
            accepted(&pool, capacity).await;
            accepted(&proxy().capacity(capacity).spawn().0, capacity).await;
            process().capacity(capacity).spawn().kill();
            let supervisor = Supervisor::one_for_one().spawn();
            let child = child().restart(Restart::Temporary).capacity(capacity);
            accepted(&supervisor.start(child), capacity).await;
            supervisor.stop();
        });
    });
}

#[test]
fn sizes_of_a_pool_are_exact_or_refused() {
    hold("pools", 0..200_usize, |system, size| {
        system.block_on(async {
            if size == 0 {
                assert!(panics(|| Fragile::pool(0, || Fragile)));
                assert!(panics(|| Fragile::prepare_pool(0, || Fragile)));
                let pool = Fragile::pool(1, || Fragile);
                assert!(panics(|| Addr::resize(&pool, 0)));
                return;
            }
            let pool = Fragile::pool(size, || Fragile);
            // The pool and its members.
            assert_eq!(system.snapshot().actors.len(), size + 1);
            Addr::resize(&pool, size + 3).unwrap();
            assert_eq!(system.snapshot().actors.len(), size + 4);
            pool.kill();
            pool.join().await;
        });
    });
}

#[test]
fn buffers_of_a_topic_hold_what_they_say() {
    hold("topics", counts(), |system, most| {
        system.block_on(async {
            let topic = Topic::new();
            let fragile = Fragile.spawn();
            let subscribe = || topic.subscribe(&fragile, |me, _: u32| me.nop());
            if most == 0 {
                assert!(panics(|| topic.stream().drop_oldest(0)));
                assert!(panics(|| topic.stream().drop_newest(0)));
                assert!(panics(|| subscribe().drop_oldest(0)));
                assert!(panics(|| subscribe().drop_newest(0)));
                fragile.kill();
                return;
            }
            let (oldest, newest) =
                (topic.stream().drop_oldest(most), topic.stream().drop_newest(most));
            subscribe().drop_oldest(most).detach();
            subscribe().drop_newest(most).detach();
            for item in 0..100_u32 {
                topic.publish(item).await;
            }
            topic.close();
            let kept = most.min(100);
            let lost = 100 - kept;
            for items in [oldest.collect::<Vec<_>>().await, newest.collect::<Vec<_>>().await] {
                assert_eq!(items.iter().filter(|item| item.is_ok()).count(), kept);
                let lag = items.iter().find_map(|item| item.err());
                assert_eq!(lag, (lost > 0).then_some(Lagged(lost as u64)));
            }
            fragile.kill();
        });
    });
}

#[test]
fn an_intensity_allows_as_many_restarts_as_it_says() {
    hold("intensity", counts(), |system, most| {
        system.block_on(async {
            let supervisor = Supervisor::one_for_one().intensity(most, LONG).spawn();
            let child = supervisor.start(Child::new("child", || Fragile));
            for failure in 0..most.min(70) {
                assert!(child.fail().await.is_err());
                assert_eq!(child.nop().await, Ok(()), "after {failure} of {most}");
            }
            if most < 70 {
                assert!(child.fail().await.is_err());
                assert!(matches!(supervisor.join().await, Exit::Failed(_)));
            }
            supervisor.kill();
        });
    });
}

#[test]
fn factors_of_a_backoff_are_taken_or_refused() {
    let values = (durations(), durations(), factors(), factors());
    hold("backoff", values, |system, (min, max, factor, jitter)| {
        let backoff = Backoff::exponential(min, max);
        if !(factor.is_finite() && factor >= 1.0) {
            assert!(panics(|| backoff.factor(factor)));
            return;
        }
        if !(0.0..=1.0).contains(&jitter) {
            assert!(panics(|| backoff.jitter(jitter)));
            return;
        }
        let backoff = backoff.factor(factor).jitter(jitter).reset_after(LONG);
        system.block_on(async {
            let supervisor = Supervisor::one_for_one()
                .intensity(usize::MAX, Duration::MAX)
                .backoff(backoff)
                .spawn();
            let child = supervisor.start(Child::new("child", || Fragile));
            for _ in 0..4 {
                let begun = actor_core::time::now();
                assert!(child.fail().await.is_err());
                let next = child.nop().timeout(LONG).await;
                let waited = actor_core::time::now() - begun;
                if next.is_err() {
                    break;
                }
                let most = max.max(min).as_secs_f64() * (1.0 + jitter) + 1.0;
                assert!(waited.as_secs_f64() <= most, "{waited:?}");
                assert!(!min.is_zero() || waited < Duration::from_secs(1), "{waited:?}");
            }
            supervisor.kill();
            supervisor.join().await;
        });
    });
}

#[test]
fn a_system_has_at_least_one_thread() {
    assert!(panics(|| System::builder().threads(0)));
    for threads in [1, 3] {
        assert_eq!(System::builder().threads(threads).build().block_on(async { 7 }), 7);
    }
}

/// Answers with one item.
#[actor]
struct Once;

#[actor]
impl Once {
    fn once(&self, replies: Replies<u8>) {
        let _ = replies.try_send(1);
    }
}

#[test]
fn the_buffer_of_a_stream_is_bounded() {
    hold("streams", counts(), |system, capacity| {
        system.block_on(async {
            let once = Once.spawn();
            if !(1..=1 << 16).contains(&capacity) {
                assert!(panics(|| once.once().stream_of(capacity)));
                assert!(panics(|| Replies::<u8>::pair(capacity)));
                assert!(panics(|| proxy::open_stream(once.once(), capacity, None)));
                assert!(panics(|| proxy::queued_stream::<u8>(capacity, None)));
                return;
            }
            let items: Vec<_> = once.once().stream_of(capacity).collect().await;
            assert_eq!(items, [Ok(1)]);
            let (sending, stream) = proxy::open_stream(once.once(), capacity, None);
            sending.await.unwrap();
            assert_eq!(stream.collect::<Vec<_>>().await, [Ok(1)]);
            let (replies, stream) = Replies::pair(capacity);
            let accepted = (0..=capacity).filter(|_| replies.try_send(1).is_ok()).count();
            assert_eq!(accepted, capacity);
            drop(stream);
        });
    });
}
