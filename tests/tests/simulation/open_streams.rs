//! Streaming replies that are open at the end of a test.

use crate::said;
use actor_core::__private::{TestConfig, simulate};
use actor_core::prelude::*;
use futures_lite::StreamExt;
use futures_lite::future::poll_once;

/// Keeps its replies.
#[actor]
struct Feed {
    readers: Vec<Replies<u32>>,
}

#[actor]
impl Feed {
    fn listen(&mut self, replies: Replies<u32>) {
        let _ = replies.try_send(1);
        self.readers.push(replies);
    }
}

#[test]
fn a_stream_left_open_by_a_task_is_listed_with_its_actor() {
    let said = said(|| {
        simulate(TestConfig::single_seed(), |_| async {
            let mut stream = Feed { readers: vec![] }.spawn().listen().stream();
            assert_eq!(stream.next().await, Some(Ok(1)));
            actor_core::spawn_task(async move { stream.next().await }).detach();
        });
    });
    assert!(
        said.contains("feed#1 is alive, kept by an address, a stream or `keep_alive`"),
        "{said}"
    );
    assert!(said.contains("waits for an answer of feed#1"), "{said}");
}

#[actor_core::test(seeds = 20)]
async fn a_stream_that_the_body_of_a_test_holds_is_not_left_over() {
    let mut stream = Feed { readers: vec![] }.spawn().listen().stream();
    assert_eq!(stream.next().await, Some(Ok(1)));
    assert!(poll_once(stream.next()).await.is_none());
}

#[test]
fn a_body_that_waits_for_an_item_that_never_comes_fails() {
    let said = said(|| {
        simulate(TestConfig::single_seed(), |_| async {
            let mut stream = Feed { readers: vec![] }.spawn().listen().stream();
            assert_eq!(stream.next().await, Some(Ok(1)));
            stream.next().await;
        });
    });
    assert!(said.contains("feed#1"), "{said}");
}
