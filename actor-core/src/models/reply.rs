//! An answer races with a caller that is about to wait or to give up.

use super::{Flag, model, poll};
use crate::sync::Arc;
use crate::{CallError, Reply};
use std::task::Poll;

#[test]
fn an_answer_that_comes_while_the_caller_turns_to_wait_wakes_it() {
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
fn a_reply_dropped_while_the_caller_turns_to_wait_wakes_it() {
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
fn an_answer_that_the_caller_leaves_behind_is_dropped_or_comes_back() {
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
fn who_waits_until_nobody_wants_the_answer_is_told() {
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
