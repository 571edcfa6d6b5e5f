//! Publishers that wait for capacity: FIFO order, and one wake-up for each item.

use actor_core::future::{join_all, zip};
use actor_core::prelude::*;
use actor_core::topic::{Lagged, Publish, Topic, TopicStream};
use futures_lite::StreamExt;
use futures_lite::future::poll_once;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context as Poller, Poll, Wake, Waker};
use std::time::Instant;
use tests::assert_grows_evenly;

/// The number of items that are buffered for a subscriber by default.
const ROOM: u32 = 64;

/// A stream without free capacity: it has read none of the items 0 to 63.
async fn full(topic: &Topic<u32>) -> TopicStream<u32> {
    let stream = topic.stream();
    for item in 0..ROOM {
        topic.publish(item).await;
    }
    stream
}

/// Counts how often it is called.
#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

type Waiting<'a> = Pin<Box<Publish<'a, u32>>>;

/// Publishers that started to wait in this order.
async fn waiting(topic: &Topic<u32>, items: std::ops::Range<u32>) -> Vec<Waiting<'_>> {
    let mut publishers = Vec::new();
    for item in items {
        let mut publisher = Box::pin(topic.publish(item));
        assert!(poll_once(&mut publisher).await.is_none());
        publishers.push(publisher);
    }
    publishers
}

pub fn publishers_that_wait_are_served_first_come_first_served(system: &System) {
    system.block_on(async {
        let topic = Topic::new();
        let mut stream = full(&topic).await;
        let publishers = waiting(&topic, ROOM..1_000).await;
        zip(join_all(publishers), async {
            for item in 0..1_000 {
                assert_eq!(stream.next().await, Some(Ok(item)));
            }
        })
        .await;
    });
}

pub fn an_item_that_is_taken_wakes_the_publisher_that_has_waited_longest_and_no_other(
    system: &System,
) {
    system.block_on(async {
        let topic = Topic::new();
        let mut stream = full(&topic).await;
        let wakes: Vec<_> = (0..500).map(|_| Arc::<Wakes>::default()).collect();
        let mut publishers: Vec<_> =
            (0..500).map(|number| Box::pin(topic.publish(ROOM + number))).collect();
        let poll = |publisher: &mut Waiting<'_>, wakes: &Arc<Wakes>| {
            let waker = Waker::from(wakes.clone());
            publisher.as_mut().poll(&mut Poller::from_waker(&waker))
        };
        for (publisher, wakes) in publishers.iter_mut().zip(&wakes) {
            assert_eq!(poll(publisher, wakes), Poll::Pending);
        }
        for taken in 0..500 {
            assert!(stream.next().await.is_some());
            let woken: Vec<_> = wakes.iter().map(|wakes| wakes.0.load(Ordering::SeqCst)).collect();
            assert_eq!(woken.iter().sum::<usize>(), taken + 1, "one wake-up an item");
            assert_eq!(woken[taken], 1, "the first in the order");
            assert_eq!(poll(&mut publishers[taken], &wakes[taken]), Poll::Ready(()));
        }
    });
}

pub fn a_publisher_that_leaves_gives_its_place_to_the_next(system: &System) {
    system.block_on(async {
        let topic = Topic::new();
        let mut stream = full(&topic).await;
        let mut publishers = waiting(&topic, 64..68).await;
        // One publisher that waits, and one that was admitted and not woken yet: its item stays.
        drop(publishers.remove(1));
        assert_eq!(stream.next().await, Some(Ok(0)));
        drop(publishers.remove(0));
        let rest = zip(join_all(publishers), async {
            let mut rest = Vec::new();
            for _ in 1..67 {
                rest.push(stream.next().await.unwrap().unwrap());
            }
            rest
        });
        let expected: Vec<_> = (1..=64).chain([66, 67]).collect();
        assert_eq!(rest.await.1, expected);
    });
}

pub fn a_publisher_waits_for_each_full_subscriber(system: &System) {
    system.block_on(async {
        let topic = Topic::new();
        let (mut first, mut second) = (topic.stream(), topic.stream());
        for item in 0..ROOM {
            topic.publish(item).await;
        }
        let mut publisher = Box::pin(topic.publish(64));
        assert!(poll_once(&mut publisher).await.is_none());
        first.next().await.unwrap().unwrap();
        assert!(poll_once(&mut publisher).await.is_none());
        second.next().await.unwrap().unwrap();
        publisher.await;
        topic.close();
        assert_eq!((first.count().await, second.count().await), (64, 64));
    });
}

pub fn a_subscriber_that_leaves_or_changes_its_policy_holds_no_publisher_back(system: &System) {
    system.block_on(async {
        let topic = Topic::new();
        let stream = full(&topic).await;
        let publishers = waiting(&topic, 64..70).await;
        let stream = stream.drop_oldest(3);
        join_all(publishers).await;
        let mut stream = stream;
        assert_eq!(stream.next().await, Some(Err(Lagged(67))));
        assert_eq!(stream.next().await, Some(Ok(67)));
        let leaving = full(&topic).await;
        let publishers = waiting(&topic, 70..75).await;
        drop(leaving);
        join_all(publishers).await;
    });
}

pub fn closing_a_topic_ends_streams_and_subscriptions_after_queued_items(system: &System) {
    system.block_on(async {
        let topic = Topic::new();
        let stream = full(&topic).await;
        let publishers = waiting(&topic, 64..70).await;
        topic.close();
        join_all(publishers).await;
        topic.publish(99).await;
        assert_eq!((topic.publish(100).try_send(), topic.subscribers()), (0, 0));
        assert!(topic.is_closed() && topic.clone().is_closed());
        assert_eq!(stream.collect::<Vec<_>>().await, (0..70).map(Ok).collect::<Vec<_>>());
        assert_eq!(topic.stream().next().await, None);
        topic.close();
    });
}

pub fn a_publisher_that_waits_is_woken_when_the_topic_closes_or_its_subscriber_leaves(
    system: &System,
) {
    system.block_on(async {
        for closes in [true, false] {
            let topic = Topic::new();
            let mut stream = Some(full(&topic).await);
            let wakes: Vec<_> = (0..3).map(|_| Arc::<Wakes>::default()).collect();
            let mut publishers: Vec<_> =
                (0..3).map(|number| Box::pin(topic.publish(ROOM + number))).collect();
            for (publisher, wakes) in publishers.iter_mut().zip(&wakes) {
                let waker = Waker::from(wakes.clone());
                let poll = publisher.as_mut().poll(&mut Poller::from_waker(&waker));
                assert_eq!(poll, Poll::Pending);
            }
            if closes {
                topic.close();
            } else {
                drop(stream.take());
            }
            let woken: Vec<_> = wakes.iter().map(|wakes| wakes.0.load(Ordering::SeqCst)).collect();
            assert_eq!(woken, [1, 1, 1]);
            join_all(publishers).await;
        }
    });
}

/// Reads a stream of a topic as long as that is open.
#[actor]
struct Reader {
    topic: Topic<u32>,
    read: Vec<u32>,
}

#[actor]
impl Reader {
    async fn read_all(&mut self) -> Vec<u32> {
        let mut stream = self.topic.stream();
        // The first item shows that the stream is there.
        self.topic.publish(0).await;
        while let Some(Ok(item)) = stream.next().await {
            self.read.push(item);
        }
        self.read.clone()
    }
}

pub fn a_handler_that_reads_an_open_stream_ends_when_the_topic_is_closed(system: &System) {
    system.block_on(async {
        let topic = Topic::new();
        let reader = Reader { topic: topic.clone(), read: vec![] }.spawn();
        let reading = actor_core::spawn_task(reader.read_all().into_owned());
        while topic.subscribers() == 0 {
            actor_core::future::yield_now().await;
        }
        reader.stop();
        topic.publish(1).await;
        topic.close();
        let read = reading.await.unwrap();
        assert!(read.starts_with(&[0]) || read.ends_with(&[1]), "{read:?}");
        assert_eq!(reader.join().await, Exit::Stopped);
    });
}

#[test]
fn publishers_that_wait_cost_the_same_each_however_many_they_are() {
    assert_grows_evenly("publishers that wait", |count| {
        System::current_thread().block_on(async {
            let topic = Topic::new();
            let mut stream = full(&topic).await;
            let count = u32::try_from(count).unwrap();
            let begun = Instant::now();
            let publishers = waiting(&topic, ROOM..ROOM + count).await;
            for item in 0..ROOM + count {
                assert_eq!(stream.next().await, Some(Ok(item)));
            }
            for publisher in publishers {
                publisher.await;
            }
            begun.elapsed()
        })
    });
}

pub fn publishers_wait_while_a_stream_has_more_items_than_its_policy_buffers(system: &System) {
    system.block_on(async {
        let topic = Topic::new();
        let stream = topic.stream().drop_oldest(100);
        for item in 0..100 {
            topic.publish(item).await;
        }
        let mut stream = stream.wait();
        let mut publishing = topic.publish(100);
        assert!(poll_once(&mut publishing).await.is_none());
        for item in 0..36 {
            assert_eq!(stream.next().await, Some(Ok(item)));
            assert!(poll_once(&mut publishing).await.is_none(), "{item}");
        }
        assert_eq!(stream.next().await, Some(Ok(36)));
        publishing.await;
        drop(topic);
        assert_eq!(stream.count().await, 64);
    });
}
