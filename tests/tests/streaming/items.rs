//! The path of an item: order, back-pressure, and the first poll.

use super::{Source, SourceAddr};
use actor_core::future::yield_now;
use actor_core::prelude::*;
use futures_lite::StreamExt;
use futures_lite::future::poll_once;
use std::time::Duration;
use tests::{Gate, Tally, reached};

pub fn each_item_arrives_once_and_in_order(system: &System) {
    system.block_on(async {
        let source = reached(Source::default().spawn()).await;
        for capacity in [1, 2, 16, 1000] {
            let items: Vec<_> = source.count(100).stream_of(capacity).collect().await;
            assert_eq!(items, (0..100).map(Ok).collect::<Vec<_>>());
        }
        let none: Vec<_> = source.count(0).stream().collect().await;
        assert_eq!(none, []);
    });
}

/// Counts the items that it has got rid of.
#[actor]
struct Counting {
    sent: Tally,
}

#[actor]
impl Counting {
    async fn numbers(&mut self, replies: Replies<u32>) {
        for number in 0.. {
            if replies.send(number).await.is_err() {
                return;
            }
            self.sent.add();
        }
    }

    fn try_two(&mut self, replies: Replies<u32>) {
        assert_eq!(replies.try_send(1), Ok(()));
        assert_eq!(replies.try_send(2), Err(2));
        assert!(!replies.is_closed());
        self.sent.add();
    }
}

pub fn a_producer_waits_for_a_slow_reader(system: &System) {
    system.block_on(async {
        let sent = Tally::default();
        let counting = Counting { sent: sent.clone() }.spawn();
        let mut numbers = counting.numbers().stream_of(3);
        assert_eq!(numbers.next().await, Some(Ok(0)));
        sent.reaches(4).await;
        for read in 1..20 {
            // The items that were read, and those in the buffer.
            for _ in 0..10 {
                yield_now().await;
                assert!(sent.count() <= read + 3);
            }
            sent.reaches(read + 3).await;
            assert_eq!(numbers.next().await, Some(Ok(u32::try_from(read).unwrap())));
        }
    });
}

pub fn try_send_gives_the_item_back_if_the_buffer_is_full(system: &System) {
    system.block_on(async {
        let sent = Tally::default();
        let counting = Counting { sent: sent.clone() }.spawn();
        let mut two = counting.try_two().stream_of(1);
        // The message is sent, and nothing reads meanwhile.
        assert!(poll_once(two.next()).await.is_none());
        sent.reaches(1).await;
        assert_eq!(two.collect::<Vec<_>>().await, [Ok(1)]);
    });
}

/// Sends to all readers, each from a task of its own.
#[actor]
struct Fan;

#[actor(remote)]
impl Fan {
    fn numbers(&self, count: u32, replies: Replies<u32>) {
        let send = async move {
            for number in 0..count {
                if replies.send(number).await.is_err() {
                    return;
                }
            }
            replies.finish();
        };
        actor_core::spawn_task(send).detach();
    }
}

pub fn a_slow_reader_holds_up_no_other_reader(system: &System) {
    system.block_on(async {
        let fan = reached(Fan.spawn()).await;
        let mut slow = fan.numbers(100).stream_of(1);
        assert_eq!(slow.next().await, Some(Ok(0)));
        let fast: Vec<_> = fan.numbers(100).stream().collect().await;
        assert_eq!(fast.len(), 100);
        assert_eq!(slow.collect::<Vec<_>>().await.len(), 99);
    });
}

#[actor(capacity = 1)]
struct Busy {
    handled: Tally,
}

#[actor]
impl Busy {
    async fn block(&mut self, gate: Gate) {
        self.handled.add();
        gate.pass().await;
    }

    fn ping(&self) {}

    fn once(&mut self, replies: Replies<u32>) {
        self.handled.add();
        let _ = replies.try_send(1);
    }
}

pub fn the_message_is_sent_at_the_first_poll_and_waits_for_capacity(system: &System) {
    system.block_on(async {
        let handled = Tally::default();
        let busy = Busy { handled: handled.clone() }.spawn();
        let mut early = busy.once().stream();
        let gate = Gate::new();
        busy.block(gate.clone()).send().await.unwrap();
        handled.reaches(1).await;
        assert_eq!(busy.len(), 0, "nothing is sent yet");
        busy.ping().send().await.unwrap();
        assert!(poll_once(early.next()).await.is_none());
        assert_eq!(busy.len(), 1, "the mailbox is full");
        gate.open();
        assert_eq!(early.next().await, Some(Ok(1)));
        assert_eq!(early.next().await, None);
        assert_eq!(early.next().await, None, "an ended stream stays at its end");
        assert_eq!(handled.count(), 2);
    });
}

pub fn a_timeout_limits_the_time_to_the_first_item(system: &System) {
    system.block_on(async {
        let handled = Tally::default();
        let busy = Busy { handled: handled.clone() }.spawn();
        let gate = Gate::new();
        busy.block(gate.clone()).send().await.unwrap();
        handled.reaches(1).await;
        let queued = busy.once().timeout(Duration::from_millis(5)).stream();
        let items: Vec<_> = queued.collect().await;
        assert_eq!(items, [Err(CallError::Timeout { started: false })]);
        gate.open();
        busy.ping().await.unwrap();
        assert_eq!(handled.count(), 1, "it is skipped");

        let source = Source::default().spawn();
        // On a busy machine, the timeout may elapse before the handler begins.
        let (mut limited, end) = loop {
            let mut limited = source.keep().timeout(Duration::from_millis(5)).stream();
            let end = limited.next().await;
            if end != Some(Err(CallError::Timeout { started: false })) {
                break (limited, end);
            }
        };
        assert_eq!(end, Some(Err(CallError::Timeout { started: true })));
        assert_eq!(source.publish(1).await, Ok(0), "the producer knows");
        assert_eq!(limited.next().await, None);

        // After the first item there is no limit.
        let limit = Duration::from_millis(200);
        let mut limited = source.keep().timeout(limit).stream();
        assert!(poll_once(limited.next()).await.is_none());
        assert_eq!(source.publish(1).await, Ok(1));
        assert_eq!(limited.next().await, Some(Ok(1)));
        let over = actor_core::time::timeout(limit * 2, limited.next()).await;
        assert!(over.is_err(), "the stream is open: {over:?}");
        for endless in [Duration::MAX, Duration::from_secs(1 << 33)] {
            let mut endless = source.count(2).timeout(endless).stream();
            assert_eq!(endless.next().await, Some(Ok(0)));
        }
    });
}

fn numbers(source: &SourceAddr) -> actor_core::streaming::StreamCall<'static, Source, u32> {
    source.count(3).into_owned()
}

pub fn the_stream_is_detached_from_its_address(system: &System) {
    system.block_on(async {
        let source = reached(Source::default().spawn()).await;
        let owned = numbers(&source);
        // The stream keeps the actor alive.
        let stream = source.count(3).stream();
        drop(source);
        assert_eq!(stream.collect::<Vec<_>>().await, [Ok(0), Ok(1), Ok(2)]);
        assert_eq!(owned.stream().collect::<Vec<_>>().await, [Ok(0), Ok(1), Ok(2)]);
    });
}
