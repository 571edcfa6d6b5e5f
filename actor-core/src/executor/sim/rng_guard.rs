//! Layer 1: the rng_seed that programs take from this thread, by `fastrand` itself or by what is built
//! on it, such as `race`: while a simulation is driven it is the simulation's own.

use super::SimExecutor;

/// As long as this lives, the thread's generator is that of `executor`.
pub(super) struct RngGuard<'a> {
    executor: &'a SimExecutor,
    /// Where the thread's own generator was.
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
