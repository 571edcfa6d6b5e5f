//! Layer 1: the chance that programs take from this thread, by `fastrand` itself or by what is built
//! on it, such as `race`: while a simulation is driven it is the simulation's own.

use super::Simulated;

/// As long as this lives, the thread's generator is that of `executor`.
pub(super) struct Own<'a> {
    executor: &'a Simulated,
    /// Where the thread's own generator was.
    before: u64,
}

impl<'a> Own<'a> {
    pub(super) fn new(executor: &'a Simulated) -> Self {
        let before = fastrand::get_seed();
        fastrand::seed(executor.world().chance);
        Own { executor, before }
    }
}

impl Drop for Own<'_> {
    fn drop(&mut self) {
        self.executor.world().chance = fastrand::get_seed();
        fastrand::seed(self.before);
    }
}
