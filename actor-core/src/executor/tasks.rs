//! Layer 1: the list of an executor's unfinished tasks. A pending task is otherwise referenced only by the
//! wakers that will wake it, so that the end of the executor could not drop it.

use std::task::Waker;

use slab::Slab;

use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::{Mutex, MutexGuard};
use crate::waking::wake;

/// The unfinished tasks of one executor. A task enters when it is made and leaves when its future is
/// dropped, finished or not.
#[derive(Default)]
pub(crate) struct Tasks {
    wakers: Mutex<Slab<Waker>>,
    /// Written under the lock.
    closed: AtomicBool,
}

impl Tasks {
    /// The list, unless the executor has ended. The caller enters its task before it releases the lock, so
    /// that a task is either refused or seen by `close`.
    pub(super) fn open(&self) -> Option<MutexGuard<'_, Slab<Waker>>> {
        let wakers = self.wakers.lock();
        if self.closed.load(Ordering::Relaxed) { None } else { Some(wakers) }
    }

    pub(super) fn leave(&self, key: usize) {
        // In a statement of its own: what is dropped here is dropped without the lock.
        let gone = self.wakers.lock().try_remove(key);
        drop(gone);
    }

    /// Whether the executor has ended, so that no task is polled any more.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Refuses new tasks, and wakes those that are there: each is scheduled once more, and the executor,
    /// which has ended, drops it instead of polling it.
    ///
    /// No task stays pending. A wake does nothing to a task that is scheduled already. If a worker that
    /// has not yet noticed the end polls such a task, the poll synchronizes with this wake, sees that the
    /// list is closed, and schedules the task again.
    pub(super) fn close(&self) {
        let mut wakers = self.wakers.lock();
        self.closed.store(true, Ordering::Release);
        let left = std::mem::take(&mut *wakers);
        drop(wakers);
        for (_, waker) in left {
            wake(waker);
        }
    }
}
