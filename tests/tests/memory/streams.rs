//! Streams that are dropped leave nothing behind, no matter what their producer does.

use crate::measure::{ROUNDS, stay_flat};
use actor_core::prelude::*;
use futures_lite::future::{poll_once, yield_now};
use futures_lite::{Stream, StreamExt, stream};

/// Streams in each way.
#[actor]
struct Source {
    kept: Vec<Replies<String>>,
}

#[actor]
impl Source {
    /// Fills the buffer, and waits for the reader.
    async fn direct(&self, replies: Replies<String>) {
        while replies.send("item".repeat(10)).await.is_ok() {}
    }

    /// Fills a part of the buffer, and keeps its end until the next one.
    fn stored(&mut self, replies: Replies<String>) {
        self.kept.retain(|replies| !replies.is_closed());
        let _ = replies.try_send("item".repeat(10));
        let _ = replies.try_send("item".repeat(10));
        self.kept.push(replies);
    }

    /// Has items forever.
    fn returned(&self) -> impl Stream<Item = String> + Send + 'static {
        stream::repeat_with(|| "item".repeat(10))
    }

    fn kept(&self) -> usize {
        self.kept.len()
    }
}

pub fn memory_stays_flat_over_dropped_streams(system: &System) {
    system.block_on(async {
        let source = Source { kept: vec![] }.spawn();
        stay_flat("a dropped stream", ROUNDS, async |number| {
            let call = match number % 4 {
                0 => source.direct(),
                1 => source.returned(),
                _ => source.stored(),
            };
            let mut stream = call.stream_of(4);
            match number % 3 {
                // It is sent, and dropped in the mailbox or while it is handled.
                0 => drop(poll_once(stream.next()).await),
                _ => assert!(matches!(stream.next().await, Some(Ok(_)))),
            }
            drop(stream);
            if number % 64 == 0 {
                // Tasks that read the returned streams end when they run.
                assert!(source.kept().await.unwrap() <= 64);
                yield_now().await;
            }
        })
        .await;
    });
}
