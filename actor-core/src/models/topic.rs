//! A publisher that waits for capacity meets a reader that takes an item, or another publisher that
//! leaves.

use super::{Flag, model, poll};
use crate::sync::Arc;
use crate::topic::Topic;
use futures_lite::Stream;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// Reads the stream once.
fn read(stream: &mut crate::topic::TopicStream<u8>, flag: &Arc<Flag>) -> Poll<Option<u8>> {
    let waker = Waker::from(flag.clone());
    let next = Pin::new(stream).poll_next(&mut Context::from_waker(&waker));
    next.map(|item| item.and_then(Result::ok))
}

#[test]
fn a_publisher_that_starts_to_wait_while_capacity_is_freed_is_woken() {
    model(|| {
        let topic = Topic::new();
        let mut stream = topic.stream();
        assert_eq!(topic.publish(1).try_send(), 0);
        let reader = loom::thread::spawn(move || {
            let taken = read(&mut stream, &Flag::new());
            (stream, taken)
        });
        let flag = Flag::new();
        let mut publish = topic.publish(2);
        let at_once = poll(&mut publish, &flag);
        let (mut stream, taken) = reader.join().expect("it does not panic");
        assert_eq!(taken, Poll::Ready(Some(1)));
        if at_once.is_pending() {
            assert!(flag.take(), "there is room, and the publisher was not told");
            assert_eq!(poll(&mut publish, &flag), Poll::Ready(()));
        }
        drop(publish);
        assert_eq!(read(&mut stream, &flag), Poll::Ready(Some(2)));
    });
}

#[test]
fn a_publisher_dropped_while_capacity_is_freed_passes_it_to_the_next() {
    model(|| {
        let topic = Topic::new();
        let mut stream = topic.stream();
        assert_eq!(topic.publish(1).try_send(), 0);
        let (first_flag, flag) = (Flag::new(), Flag::new());
        let leaver = topic.clone();
        let mut second = topic.publish(3);
        let leaving = {
            let first_flag = first_flag.clone();
            loom::thread::spawn(move || {
                let mut first = leaver.publish(2);
                let _ = poll(&mut first, &first_flag);
            })
        };
        let at_once = poll(&mut second, &flag);
        let mut seen = Vec::new();
        while let Poll::Ready(Some(item)) = read(&mut stream, &Flag::new()) {
            seen.push(item);
        }
        leaving.join().expect("it does not panic");
        while let Poll::Ready(Some(item)) = read(&mut stream, &Flag::new()) {
            seen.push(item);
        }
        assert!(at_once.is_ready() || flag.take(), "the second waits, and there is room");
        assert_eq!(poll(&mut second, &flag), Poll::Ready(()));
        assert_eq!(seen.iter().filter(|item| **item == 3).count(), 1, "{seen:?}");
        assert_eq!(seen[0], 1);
    });
}
