//! Waking and dropping wakers, which may be user code. A panic of a waker goes no further.
//!
//! No other file wakes or drops a waker that may be user code; a test checks that.

use crate::panics::contained;
use crate::sync::{Arc, Mutex};
use std::task::{Wake, Waker};

/// Wakes the task of `waker`.
#[inline]
pub(crate) fn wake(waker: Waker) {
    contained(|| waker.wake());
}

/// Wakes all wakers. A panic of one does not skip the next.
pub(crate) fn wake_each(wakers: impl IntoIterator<Item = Waker>) {
    wakers.into_iter().for_each(wake);
}

/// Drops a waker.
#[inline]
pub(crate) fn drop_waker(waker: Option<Waker>) {
    if let Some(waker) = waker {
        contained(|| drop(waker));
    }
}

/// The waker of a task in the form that a channel of another crate holds. Such a channel wakes
/// under its own lock, and does not survive a panic there.
pub(crate) struct ContainedWaker {
    task: Arc<TaskWaker>,
    waker: Waker,
}

/// The waker of the task, until it is woken.
struct TaskWaker(Mutex<Option<Waker>>);

impl ContainedWaker {
    pub(crate) fn new() -> Self {
        let task = Arc::new(TaskWaker(Mutex::new(None)));
        ContainedWaker { waker: Waker::from(task.clone()), task }
    }

    /// Returns the waker for the channel, which wakes `waker` until the next call.
    pub(crate) fn of(&self, waker: &Waker) -> &Waker {
        let is_same = |own: &Waker| own.will_wake(waker);
        if !self.task.0.lock().as_ref().is_some_and(is_same) {
            let clone = waker.clone();
            let before = self.task.0.lock().replace(clone);
            drop_waker(before);
        }
        &self.waker
    }

    /// Drops the stored waker. Called when the wait is over.
    pub(crate) fn clear(&self) {
        let waker = self.task.0.lock().take();
        drop_waker(waker);
    }
}

impl Drop for ContainedWaker {
    fn drop(&mut self) {
        self.clear();
    }
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        let waker = self.0.lock().take();
        if let Some(waker) = waker {
            wake(waker);
        }
    }
}
