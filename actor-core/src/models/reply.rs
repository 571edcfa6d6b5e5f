//! An answer races with a caller that is about to wait or to give up.

use super::{Flag, model, poll};
use crate::sync::Arc;
use crate::{CallError, Reply};
use std::task::Poll;

#[test]
fn a_reply_sent_while_the_caller_starts_to_wait_wakes_it() {
    model(|| {
        let (reply, mut answer) = Reply::pair();
        let sender = loom::thread::spawn(move || reply.send(7));
        let flag = Flag::new();
        let at_once = poll(&mut answer, &flag);
        assert_eq!(sender.join().expect("it does not panic"), Ok(()));
        if at_once.is_pending() {
            assert!(flag.take(), "the answer is there, and the caller was not told");
            assert_eq!(poll(&mut answer, &flag), Poll::Ready(Ok(7)));
        } else {
            assert_eq!(at_once, Poll::Ready(Ok(7)));
        }
    });
}

#[test]
fn a_reply_dropped_while_the_caller_starts_to_wait_wakes_it() {
    model(|| {
        let (reply, mut answer) = Reply::<u8>::pair();
        let dropper = loom::thread::spawn(move || drop(reply));
        let flag = Flag::new();
        let at_once = poll(&mut answer, &flag);
        dropper.join().expect("it does not panic");
        if at_once.is_pending() {
            assert!(flag.take(), "the reply is gone, and the caller was not told");
            assert_eq!(poll(&mut answer, &flag), Poll::Ready(Err(CallError::NoReply)));
        } else {
            assert_eq!(at_once, Poll::Ready(Err(CallError::NoReply)));
        }
    });
}

#[test]
fn a_reply_sent_while_the_caller_leaves_is_dropped_or_returned() {
    model(|| {
        let value = Arc::new(());
        let (reply, answer) = Reply::pair();
        let given = value.clone();
        let sender = loom::thread::spawn(move || reply.send(given));
        drop(answer);
        let back = sender.join().expect("it does not panic");
        assert_eq!(Arc::strong_count(&value), 1 + usize::from(back.is_err()));
    });
}

#[test]
fn a_callee_that_awaits_closed_is_woken_when_the_caller_leaves() {
    model(|| {
        let (mut reply, answer) = Reply::<u8>::pair();
        let leaver = loom::thread::spawn(move || drop(answer));
        let flag = Flag::new();
        let mut closed = reply.closed();
        let at_once = poll(&mut closed, &flag);
        leaver.join().expect("it does not panic");
        if at_once.is_pending() {
            assert!(flag.take(), "the caller is gone, and the waiter was not woken");
            assert_eq!(poll(&mut closed, &flag), Poll::Ready(()));
        }
    });
}
