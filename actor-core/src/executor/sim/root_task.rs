//! Layer 1: the waker of the future that a simulated executor drives. It decides nothing.

use std::task::Wake;

use super::{SimExecutor, SimTask};
use crate::sync::atomic::{AtomicU8, Ordering};
use crate::sync::{Arc, Weak};

/// It waits to be woken.
const ASLEEP: u8 = 0;
/// It is among what can run.
const READY: u8 = 1;
/// It is driven no more.
const OVER: u8 = 2;

pub(super) struct RootTask {
    executor: Weak<SimExecutor>,
    state: AtomicU8,
}

impl RootTask {
    pub(super) fn new(executor: Weak<SimExecutor>) -> Arc<RootTask> {
        Arc::new(RootTask { executor, state: AtomicU8::new(ASLEEP) })
    }

    /// It is polled now: a wake from here on makes it ready again.
    pub(super) fn begin(&self) {
        self.state.store(ASLEEP, Ordering::Relaxed);
    }

    pub(super) fn end(&self) {
        self.state.store(OVER, Ordering::Relaxed);
    }
}

impl Wake for RootTask {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let Some(executor) = self.executor.upgrade() else { return };
        let wakes = |state| (state == ASLEEP).then_some(READY);
        if self.state.fetch_update(Ordering::Relaxed, Ordering::Relaxed, wakes).is_ok() {
            executor.enqueue(SimTask::Root(self.clone()));
        }
    }
}
