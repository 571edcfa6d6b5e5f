//! The reader: it leaves, or it is an actor.

use super::Source;
use actor_core::future::yield_now;
use actor_core::prelude::*;
use futures_lite::StreamExt;
use futures_lite::future::poll_once;
use tests::{Gate, Mark, Tally, reached};

/// Counts the events of its replies.
#[actor]
struct Told {
    sent: Tally,
    refused: Tally,
    entered: Tally,
}

#[actor(remote)]
impl Told {
    /// Sends until the reader leaves.
    async fn forever(&mut self, replies: Replies<u32>) {
        self.entered.add();
        while replies.send(1).await.is_ok() {
            self.sent.add();
        }
        assert_eq!(replies.send(2).await, Err(2));
        assert_eq!(replies.try_send(3), Err(3));
        assert!(replies.is_closed());
        self.refused.add();
    }

    /// Waits for the reader to leave.
    async fn until_closed(&mut self, mut replies: Replies<u32>) {
        self.entered.add();
        replies.closed().await;
        assert!(replies.is_closed());
        self.refused.add();
    }

    async fn block(&self, gate: Gate) {
        gate.pass().await;
    }

    /// Fills the buffer, and keeps its end.
    async fn marks(&mut self, marks: Vec<Mark>, gate: Gate, replies: Replies<Mark>) {
        for mark in marks {
            assert!(replies.try_send(mark).is_ok());
        }
        self.entered.add();
        gate.pass().await;
    }

    fn ping(&self) {}
}

fn told() -> (Told, Tally, Tally, Tally) {
    let (sent, refused, entered) = (Tally::default(), Tally::default(), Tally::default());
    let told = Told { sent: sent.clone(), refused: refused.clone(), entered: entered.clone() };
    (told, sent, refused, entered)
}

pub fn a_dropped_reader_gives_the_item_back(system: &System) {
    system.block_on(async {
        let (told, _, refused, _) = told();
        let told = reached(told.spawn()).await;
        let mut stream = told.forever().stream();
        assert_eq!(stream.next().await, Some(Ok(1)));
        drop(stream);
        refused.reaches(1).await;
        told.ping().await.unwrap();
    });
}

pub fn a_dropped_reader_wakes_a_producer_that_waits(system: &System) {
    system.block_on(async {
        let (told, sent, refused, _) = told();
        let told = reached(told.spawn()).await;
        let mut stream = told.forever().stream_of(1);
        assert!(poll_once(stream.next()).await.is_none());
        sent.reaches(1).await;
        drop(stream);
        refused.reaches(1).await;
    });
}

pub fn closed_waits_for_the_reader_to_leave(system: &System) {
    system.block_on(async {
        let (told, _, refused, entered) = told();
        let told = reached(told.spawn()).await;
        let mut stream = told.until_closed().stream();
        assert!(poll_once(stream.next()).await.is_none());
        entered.reaches(1).await;
        drop(stream);
        refused.reaches(1).await;
    });
}

pub fn a_message_whose_reader_has_left_is_skipped(system: &System) {
    system.block_on(async {
        let (told, _, _, entered) = told();
        let told = told.spawn();
        let gate = Gate::new();
        told.block(gate.clone()).send().await.unwrap();
        let mut stream = told.forever().stream();
        assert!(poll_once(stream.next()).await.is_none());
        drop(stream);
        // Never polled, so never sent.
        drop(told.forever().stream());
        gate.open();
        told.ping().await.unwrap();
        assert_eq!(entered.count(), 0);
    });
}

pub fn dropped_readers_drop_the_items_in_the_buffer(system: &System) {
    system.block_on(async {
        let (told, _, _, entered) = told();
        let told = told.spawn();
        let (gate, dropped) = (Gate::new(), Tally::default());
        let marks = (0..5).map(|_| dropped.mark()).collect();
        let mut stream = told.marks(marks, gate.clone()).stream();
        assert!(poll_once(stream.next()).await.is_none());
        entered.reaches(1).await;
        assert_eq!(dropped.count(), 0);
        drop(stream);
        assert_eq!(dropped.count(), 5, "although the producer has its end still");
        gate.open();
    });
}

/// Reads a stream, item by item, as messages.
#[actor(capacity = 1)]
struct Reader {
    source: super::SourceAddr,
    read: Vec<Result<u32, CallError>>,
    seen: Tally,
    ended: Tally,
}

#[actor]
impl Reader {
    fn read(&mut self, count: u32, context: &Context<Self>) {
        let numbers = self.source.count(count).stream_of(2);
        context.attach(numbers, |me, number| me.number(number)).on_end(|me| me.end()).detach();
    }

    fn listen(&mut self, context: &Context<Self>) {
        let numbers = self.source.keep().stream();
        context.attach(numbers, |me, number| me.number(number)).on_end(|me| me.end()).detach();
    }

    fn number(&mut self, number: Result<u32, CallError>) {
        self.read.push(number);
        self.seen.add();
    }

    async fn block(&self, gate: Gate) {
        gate.pass().await;
    }

    fn end(&mut self) {
        self.ended.add();
    }

    fn all(&self) -> Vec<Result<u32, CallError>> {
        self.read.clone()
    }
}

pub fn a_stream_attached_to_an_actor_has_backpressure_to_the_source(system: &System) {
    system.block_on(async {
        let (source, ended) = (reached(Source::default().spawn()).await, Tally::default());
        let reader = Reader {
            source: source.clone(),
            read: vec![],
            seen: Tally::default(),
            ended: ended.clone(),
        };
        let reader = reader.spawn();
        reader.read(50).await.unwrap();
        let gate = Gate::new();
        reader.block(gate.clone()).send().await.unwrap();
        // The source cannot send all: two items in the buffer, one with the task, those that were read.
        for _ in 0..20 {
            yield_now().await;
        }
        assert!(poll_once(source.ping()).await.is_none(), "the source waits for its reader");
        gate.open();
        ended.reaches(1).await;
        assert_eq!(reader.all().await.unwrap(), (0..50).map(Ok).collect::<Vec<_>>());
    });
}

pub fn an_attached_stream_closes_with_its_life(system: &System) {
    system.block_on(async {
        let (source, seen) = (reached(Source::default().spawn()).await, Tally::default());
        let reader = Reader {
            source: source.clone(),
            read: vec![],
            seen: seen.clone(),
            ended: Tally::default(),
        };
        let reader = reader.spawn();
        reader.listen().await.unwrap();
        while source.publish(1).await != Ok(1) {
            yield_now().await;
        }
        seen.reaches(1).await;
        reader.stop();
        assert_eq!(reader.join().await, Exit::Stopped);
        while source.publish(2).await != Ok(0) {
            yield_now().await;
        }
    });
}

/// A waker of a user, which panics.
struct Panicking;

impl std::task::Wake for Panicking {
    fn wake(self: std::sync::Arc<Self>) {
        panic!("in a waker");
    }
}

pub fn a_waker_that_panics_does_not_reach_the_producer(system: &System) {
    system.block_on(async {
        let source = reached(Source::default().spawn()).await;
        let mut stream = source.keep().stream();
        let waker = std::sync::Arc::new(Panicking).into();
        let mut poll = std::task::Context::from_waker(&waker);
        assert!(stream.poll_next(&mut poll).is_pending());
        source.ping().await.unwrap();
        assert!(stream.poll_next(&mut poll).is_pending());
        assert_eq!(source.publish(1).await, Ok(1));
        assert_eq!(stream.next().await, Some(Ok(1)));
        assert!(stream.poll_next(&mut poll).is_pending());
        source.drop_all().await.unwrap();
        assert_eq!(stream.next().await, None);
    });
}
