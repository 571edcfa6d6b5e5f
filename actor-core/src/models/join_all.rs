//! Futures of a long `join_all` are woken while the task polls.

use super::{Flag, model, poll};
use crate::future::{JoinAll, Part};
use crate::panics::wake;
use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::{Arc, Mutex};
use std::future::poll_fn;
use std::task::{Poll, Waker};

/// A value that one future waits for.
struct Gate {
    is_open: AtomicBool,
    waiting: Mutex<Option<Waker>>,
}

impl Gate {
    fn new() -> Arc<Gate> {
        Arc::new(Gate { is_open: AtomicBool::new(false), waiting: Mutex::new(None) })
    }

    fn open(&self) {
        self.is_open.store(true, Ordering::SeqCst);
        let waiting = self.waiting.lock().take();
        if let Some(waker) = waiting {
            wake(waker);
        }
    }
}

#[test]
fn a_future_of_a_long_list_that_is_woken_is_polled() {
    model(|| {
        let gates = [Gate::new(), Gate::new()];
        let parts = gates.clone().map(|gate| {
            Part::new(poll_fn(move |cx| {
                *gate.waiting.lock() = Some(cx.waker().clone());
                let is_open = gate.is_open.load(Ordering::SeqCst);
                if is_open { Poll::Ready(()) } else { Poll::Pending }
            }))
        });
        let mut all = JoinAll::new(parts.into(), true);
        let openers = gates.map(|gate| loom::thread::spawn(move || gate.open()));
        let mut flag = Flag::new();
        let mut outputs = poll(&mut all, &flag);
        if outputs.is_pending() {
            // Polled without a wake-up, while the others may be in the middle of theirs.
            flag = Flag::new();
            outputs = poll(&mut all, &flag);
        }
        openers.into_iter().for_each(|opener| opener.join().expect("it does not panic"));
        if outputs.is_pending() {
            assert!(flag.take(), "a future can finish, and the task was not woken");
            outputs = poll(&mut all, &flag);
        }
        assert_eq!(outputs.map(|outputs| outputs.len()), Poll::Ready(2));
    });
}
