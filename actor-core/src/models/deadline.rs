//! The timer of a deadline fires while the handler adds the wakers of its waits.

use super::{Flag, model};
use crate::cell::deadline::Alarm;
use std::task::Waker;

#[test]
fn a_wait_that_is_added_while_the_deadline_fires_is_woken() {
    model(|| {
        let (handler, early, late) = (Flag::new(), Flag::new(), Flag::new());
        let alarm = Alarm::new(Waker::from(handler.clone()));
        let timer = Waker::from(alarm.clone());
        alarm.add(vec![Waker::from(early.clone())]);
        let executor = loom::thread::spawn(move || timer.wake());
        alarm.add(vec![Waker::from(late.clone())]);
        executor.join().expect("it does not panic");
        assert!(handler.take(), "the handler");
        assert!(early.take(), "a wait from before");
        assert!(late.take(), "a wait that was added while the alarm rang");
    });
}
