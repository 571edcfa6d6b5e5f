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
