//! The end of a buffer, and a change of its policy, while publishers wait.

use super::{Buffer, CAPACITY, OfferResult, Policy, PublisherTicket, ReadResult};
use crate::sync::Arc;
use crate::sync::atomic::{AtomicBool, Ordering};
use std::task::{Poll, Wake, Waker};

/// Records that it was woken.
#[derive(Default)]
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Returns a full buffer, and the flags of two publishers that wait for capacity.
fn full() -> (Arc<Buffer<usize>>, [(PublisherTicket, Arc<Flag>); 2]) {
    let buffer = Buffer::new(0, Policy::Wait);
    for item in 0..CAPACITY {
        assert!(matches!(buffer.offer(item, true), OfferResult::Done));
    }
    let publishers = [(); 2].map(|()| {
        let OfferResult::Waits(ticket) = buffer.offer(0, true) else { panic!("it is full") };
        let flag = Arc::<Flag>::default();
        assert!(buffer.poll_admitted(ticket, &Waker::from(flag.clone())).is_pending());
        (ticket, flag)
    });
    (buffer, publishers)
}

fn assert_woken(buffer: &Buffer<usize>, publishers: &[(PublisherTicket, Arc<Flag>)]) {
    for (ticket, flag) in publishers {
        assert!(flag.0.load(Ordering::SeqCst), "each publisher is woken");
        assert!(buffer.poll_admitted(*ticket, Waker::noop()).is_ready());
    }
}

#[test]
fn a_policy_that_does_not_wait_wakes_each_waiting_publisher() {
    let (buffer, publishers) = full();
    buffer.set_policy(Policy::DropOldest(1));
    assert_woken(&buffer, &publishers);
}

#[test]
fn the_end_wakes_each_waiting_publisher() {
    let (buffer, publishers) = full();
    buffer.end();
    assert_woken(&buffer, &publishers);
}

#[test]
fn an_ended_buffer_takes_no_item() {
    let buffer = Buffer::new(0, Policy::Wait);
    buffer.end();
    assert!(matches!(buffer.offer(1, true), OfferResult::Done));
    let next = buffer.poll_next(Waker::noop());
    assert!(matches!(next, Poll::Ready(ReadResult::End)));
}

/// Offers an item that need not wait.
fn offer(buffer: &Buffer<usize>, item: usize) {
    assert!(matches!(buffer.offer(item, true), OfferResult::Done));
}

/// Returns the number of lost items, and the items that are left.
fn read(buffer: &Buffer<usize>) -> (u64, Vec<usize>) {
    let (mut lost, mut items) = (0, Vec::new());
    while let Poll::Ready(next) = buffer.poll_next(Waker::noop()) {
        match next {
            ReadResult::Item(item) => items.push(item),
            ReadResult::Lagged(more) => lost += more,
            ReadResult::End => break,
        }
    }
    (lost, items)
}

#[test]
fn a_policy_drops_the_buffered_items_beyond_its_limit() {
    let filled = || {
        let buffer = Buffer::new(0, Policy::DropNewest(5));
        (0..5).for_each(|item| offer(&buffer, item));
        buffer
    };
    let buffer = filled();
    buffer.set_policy(Policy::DropOldest(2));
    assert_eq!(read(&buffer), (3, vec![3, 4]));
    let buffer = filled();
    buffer.set_policy(Policy::DropNewest(2));
    assert_eq!(read(&buffer), (3, vec![0, 1]));
    let buffer = filled();
    buffer.set_policy(Policy::Latest);
    assert_eq!(read(&buffer), (0, vec![4]), "a replaced item is not lost");
}

#[test]
fn an_item_does_not_replace_one_that_another_function_gave_its_key() {
    let by = |divisor| Policy::LatestBy(Arc::new(move |item: &usize| (item / divisor == 1).into()));
    let buffer = Buffer::new(0, by(10));
    offer(&buffer, 12);
    buffer.set_policy(by(100));
    offer(&buffer, 150);
    assert_eq!(read(&buffer), (0, vec![12, 150]));
    offer(&buffer, 11);
    offer(&buffer, 151);
    offer(&buffer, 13);
    assert_eq!(read(&buffer), (0, vec![13, 151]));
}
