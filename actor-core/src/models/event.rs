//! A notification meets a listener that is about to wait, or to leave.

use super::{Flag, model, poll};
use crate::event::Event;
use crate::sync::Arc;
use crate::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;

#[test]
fn an_event_during_the_first_poll_of_a_listener_is_not_missed() {
    model(|| {
        let (event, happened) = (Event::new(), Arc::new(AtomicBool::new(false)));
        let (told, far) = (event.clone(), happened.clone());
        let notifier = loom::thread::spawn(move || {
            far.store(true, Ordering::Relaxed);
            told.notify();
        });
        let flag = Flag::new();
        let mut listener = event.listen();
        let seen = happened.load(Ordering::Relaxed);
        let at_once = poll(&mut listener, &flag);
        notifier.join().expect("it does not panic");
        if !seen && at_once.is_pending() {
            assert!(flag.take(), "it has happened, and the listener was not told");
            assert_eq!(poll(&mut listener, &flag), Poll::Ready(()));
        }
    });
}

#[test]
fn a_listener_that_leaves_takes_no_other_with_it() {
    model(|| {
        let event = Event::new();
        let (first, mut second) = (event.listen(), event.listen());
        let flag = Flag::new();
        assert!(poll(&mut second, &flag).is_pending());
        let leaver = loom::thread::spawn(move || drop(first));
        assert!(event.notify() >= 1);
        // A listener of the next round may have the key of the one that leaves.
        let mut third = event.listen();
        assert!(poll(&mut third, &Flag::new()).is_pending());
        leaver.join().expect("it does not panic");
        assert!(flag.take());
        assert_eq!(poll(&mut second, &flag), Poll::Ready(()));
        assert_eq!(event.notify(), 1, "the third still listens");
        assert_eq!(poll(&mut third, &flag), Poll::Ready(()));
    });
}
