//! The promises of a topic: order for each publisher, a policy for each subscriber, exact lag.

use actor_core::future::yield_now;
use actor_core::prelude::*;
use actor_core::topic::{Lagged, Topic, TypedSubscription};
use futures_lite::StreamExt;
use futures_lite::future::poll_once;
use std::sync::{Arc, Mutex};
use tests::{Gate, Tally};

#[actor(capacity = 1)]
struct Listener {
    gate: Gate,
    heard: Vec<u32>,
    lags: Vec<u64>,
    count: Tally,
}

#[actor]
impl Listener {
    async fn hear(&mut self, item: u32) {
        self.gate.pass().await;
        self.heard.push(item);
        self.count.add();
    }

    fn lagged(&mut self, lost: u64) {
        self.lags.push(lost);
    }

    fn heard(&self) -> (Vec<u32>, Vec<u64>) {
        (self.heard.clone(), self.lags.clone())
    }
}

fn listener(gate: &Gate) -> (ListenerAddr, Tally) {
    let count = Tally::default();
    let listener =
        Listener { gate: gate.clone(), heard: vec![], lags: vec![], count: count.clone() };
    (listener.spawn(), count)
}

fn open() -> Gate {
    let gate = Gate::new();
    gate.open();
    gate
}

pub fn items_of_one_publisher_come_in_order(system: &System) {
    system.block_on(async {
        let topic = Topic::new();
        let (listener, count) = listener(&open());
        topic.subscribe(&listener, |me, item| me.hear(item)).detach();
        for item in 0..500 {
            topic.publish(item).await;
        }
        count.reaches(500).await;
        assert_eq!(listener.heard().await.unwrap().0, (0..500).collect::<Vec<_>>());
    });
}

pub fn a_slow_subscriber_that_waits_holds_its_publisher_back(system: &System) {
    system.block_on(async {
        let topic = Topic::new();
        let stream = topic.stream();
        for item in 0..64 {
            assert_eq!(poll_once(topic.publish(item)).await, Some(()));
        }
        let mut late = Box::pin(topic.publish(64));
        assert!(poll_once(&mut late).await.is_none());
        assert_eq!(topic.publish(65).try_send(), 1);
        let mut stream = stream;
        assert_eq!(stream.next().await, Some(Ok(0)));
        late.await;
        drop(topic);
        let rest: Vec<_> = stream.collect().await;
        assert_eq!(rest, (1..=64).map(Ok).collect::<Vec<_>>());
    });
}

pub fn a_slow_subscriber_that_drops_slows_no_publisher(system: &System) {
    system.block_on(async {
        let topic = Topic::new();
        let stuck = Gate::new();
        let ((slow, _), (quick, count)) = (listener(&stuck), listener(&open()));
        topic.subscribe(&slow, |me, item| me.hear(item)).drop_newest(4).detach();
        topic.subscribe(&quick, |me, item| me.hear(item)).detach();
        for item in 0..1000 {
            topic.publish(item).await;
        }
        count.reaches(1000).await;
        stuck.open();
    });
}

pub fn lost_items_are_counted_exactly(system: &System) {
    system.block_on(async {
        let topic = Topic::new();
        let oldest = topic.stream().drop_oldest(3);
        let newest = topic.stream().drop_newest(3);
        for item in 0..10 {
            topic.publish(item).await;
        }
        drop(topic);
        let oldest: Vec<_> = oldest.collect().await;
        let newest: Vec<_> = newest.collect().await;
        assert_eq!(oldest, [Err(Lagged(7)), Ok(7), Ok(8), Ok(9)]);
        assert_eq!(newest, [Err(Lagged(7)), Ok(0), Ok(1), Ok(2)]);
    });
}

pub fn lag_is_reported_before_the_next_item(system: &System) {
    system.block_on(async {
        let topic = Topic::new();
        let stuck = Gate::new();
        let (slow, count) = listener(&stuck);
        let subscription = topic
            .subscribe(&slow, |me, item| me.hear(item))
            .drop_oldest(2)
            .on_lag(|me, lost| me.lagged(lost));
        for item in 0..100 {
            topic.publish(item).await;
        }
        let lost = subscription.lost();
        stuck.open();
        // The last item is never lost under this policy.
        while slow.heard().await.unwrap().0.last() != Some(&99) {
            yield_now().await;
        }
        let (heard, lags) = slow.heard().await.unwrap();
        assert_eq!(heard.len() as u64 + lost, 100);
        assert_eq!(lags.iter().sum::<u64>(), lost);
        assert_eq!(count.count(), heard.len());
        assert!(heard.is_sorted() && lost > 0);
    });
}

pub fn the_latest_by_key_takes_the_place_of_the_one_before(system: &System) {
    system.block_on(async {
        let topic = Topic::new();
        let by_parity = topic.stream().latest_by(|item: &u32| item % 2);
        let latest = topic.stream().latest();
        for item in 1..=9 {
            topic.publish(item).await;
        }
        drop(topic);
        assert_eq!(by_parity.collect::<Vec<_>>().await, [Ok(9), Ok(8)]);
        assert_eq!(latest.collect::<Vec<_>>().await, [Ok(9)]);
    });
}

pub fn the_latest_by_key_is_what_a_plain_list_would_keep(system: &System) {
    system.block_on(async {
        let topic = Topic::new();
        let mut stream = topic.stream().latest_by(|item: &u32| item % 7);
        let mut waiting: Vec<u32> = vec![];
        for item in 0..500_u32 {
            // The order is irregular, so that some items are read early and some are replaced repeatedly.
            let item = item * item + item / 3;
            topic.publish(item).await;
            match waiting.iter_mut().find(|other| **other % 7 == item % 7) {
                Some(same) => *same = item,
                None => waiting.push(item),
            }
            if item % 5 == 0 {
                assert_eq!(stream.next().await, Some(Ok(waiting.remove(0))));
            }
        }
        drop(topic);
        assert_eq!(
            stream.collect::<Vec<_>>().await,
            waiting.into_iter().map(Ok).collect::<Vec<_>>()
        );
    });
}

pub fn ten_thousand_subscribers_receive(system: &System) {
    system.block_on(async {
        let topic = Topic::new();
        let count = Tally::default();
        let listeners: Vec<_> = (0..10_000)
            .map(|_| {
                let listener =
                    Listener { gate: open(), heard: vec![], lags: vec![], count: count.clone() };
                listener.spawn()
            })
            .collect();
        topic.subscribe_all(&listeners);
        for item in 0..3 {
            topic.publish(item).await;
        }
        count.reaches(30_000).await;
        assert_eq!(listeners[9_999].heard().await.unwrap().0, [0, 1, 2]);
    });
}

/// The part of a topic that the test above needs.
trait SubscribeAll {
    fn subscribe_all(&self, listeners: &[ListenerAddr]);
}

impl SubscribeAll for Topic<u32> {
    fn subscribe_all(&self, listeners: &[ListenerAddr]) {
        for listener in listeners {
            self.subscribe(listener, |me, item| me.hear(item)).detach();
        }
    }
}

pub fn a_subscription_keeps_no_actor_alive_and_ends_with_its_actor(system: &System) {
    system.block_on(async {
        let topic = Topic::<u32>::new();
        let (listener, _) = listener(&open());
        topic.subscribe(&listener, |me, item| me.hear(item)).detach();
        // Made while the actor is known: once all of it is gone, its exit is too.
        let end = listener.downgrade().join();
        drop(listener);
        assert_eq!(end.await, Exit::Stopped);
        while topic.subscribers() > 0 {
            yield_now().await;
        }
    });
}

pub fn a_dropped_publish_reaches_only_subscribers_with_capacity(system: &System) {
    system.block_on(async {
        let topic = Topic::new();
        let full = topic.stream();
        for item in 0..64 {
            topic.publish(item).await;
        }
        let free = topic.stream();
        assert!(poll_once(topic.publish(64)).await.is_none());
        drop(topic);
        assert_eq!(full.count().await, 64);
        assert_eq!(free.collect::<Vec<_>>().await, [Ok(64)]);
    });
}

pub fn the_last_handle_ends_the_streams(system: &System) {
    system.block_on(async {
        let topic = Topic::<u32>::new();
        let mut stream = topic.stream();
        let again = topic.clone();
        drop(topic);
        assert!(poll_once(stream.next()).await.is_none());
        drop(again);
        assert_eq!(stream.next().await, None);
    });
}

pub fn a_panic_in_the_closure_fails_the_subscriber(system: &System) {
    system.block_on(async {
        let topic = Topic::new();
        let (listener, _) = listener(&open());
        topic
            .subscribe(&listener, |me, item| {
                assert!(item != 2, "two is too much");
                me.hear(item)
            })
            .detach();
        topic.publish(1).await;
        topic.publish(2).await;
        let Exit::Failed(failure) = listener.join().await else { panic!("it has failed") };
        assert_eq!(failure.message(), "two is too much");
    });
}

pub fn a_panic_in_the_closure_fails_a_pool(system: &System) {
    system.block_on(async {
        let topic = Topic::new();
        let pool = Listener::pool(2, || Listener {
            gate: open(),
            heard: vec![],
            lags: vec![],
            count: Tally::default(),
        });
        topic
            .subscribe(&pool, |me, item| {
                assert!(item != 2, "two is too much");
                me.hear(item)
            })
            .detach();
        topic.publish(1).await;
        topic.publish(2).await;
        let Exit::Failed(failure) = pool.join().await else { panic!("it has failed") };
        assert_eq!(failure.message(), "two is too much");
    });
}

type HeldSubscription = Arc<Mutex<Option<TypedSubscription<ListenerAddr, u32>>>>;

/// Replaces the lag handler of the subscription when it is dropped.
struct ReplaceOnDrop(HeldSubscription, Tally);

impl Drop for ReplaceOnDrop {
    fn drop(&mut self) {
        replace_lag_handler(&self.0);
        self.1.add();
    }
}

fn replace_lag_handler(held: &HeldSubscription) {
    let subscription = held.lock().unwrap().take();
    if let Some(subscription) = subscription {
        let subscription = subscription.on_lag(|me, lost| me.lagged(lost));
        *held.lock().unwrap() = Some(subscription);
    }
}

pub fn a_lag_handler_that_is_replaced_while_it_runs_may_replace_it_again(system: &System) {
    system.block_on(async {
        let (topic, stuck, dropped) = (Topic::new(), Gate::new(), Tally::default());
        let (slow, _) = listener(&stuck);
        let held = HeldSubscription::default();
        let on_drop = ReplaceOnDrop(held.clone(), dropped.clone());
        let subscription = topic.subscribe(&slow, |me, item| me.hear(item)).drop_oldest(2).on_lag(
            move |me, lost| {
                replace_lag_handler(&on_drop.0);
                me.lagged(lost)
            },
        );
        *held.lock().unwrap() = Some(subscription);
        for item in 0..100 {
            topic.publish(item).await;
        }
        stuck.open();
        dropped.reaches(1).await;
        drop(held.lock().unwrap().take());
    });
}
