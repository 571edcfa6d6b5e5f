//! The root task of a simulation, which is the future passed to `block_on`: its waker, and the random
//! numbers of its thread.

use std::task::Wake;

use super::{SimExecutor, SimTask};
use crate::sync::atomic::{AtomicU8, Ordering};
use crate::sync::{Arc, Weak};

/// The future waits for a wake-up.
const ASLEEP: u8 = 0;
/// The future is in the run queue.
const READY: u8 = 1;
/// The future has ended.
const OVER: u8 = 2;

pub(super) struct RootTask {
    executor: Weak<SimExecutor>,
    state: AtomicU8,
}

impl RootTask {
    pub(super) fn new(executor: Weak<SimExecutor>) -> Arc<RootTask> {
        Arc::new(RootTask { executor, state: AtomicU8::new(ASLEEP) })
    }

    /// Records that the future is being polled. A later wake-up makes it runnable again.
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

/// While this guard exists, the thread's random number generator is seeded by the simulation. Programs use
/// it through `fastrand`, or through functions based on that, such as `race`.
pub(super) struct RngGuard<'a> {
    executor: &'a SimExecutor,
    /// The state of the thread's own generator.
    before: u64,
}

impl<'a> RngGuard<'a> {
    pub(super) fn new(executor: &'a SimExecutor) -> Self {
        let before = fastrand::get_seed();
        fastrand::seed(executor.state().rng_seed);
        RngGuard { executor, before }
    }
}

impl Drop for RngGuard<'_> {
    fn drop(&mut self) {
        self.executor.state().rng_seed = fastrand::get_seed();
        fastrand::seed(self.before);
    }
}
