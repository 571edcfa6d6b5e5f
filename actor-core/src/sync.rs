//! Floor 0: the only place that names `std::sync`. Under `cfg(loom)` the same names may be swapped
//! for loom's. It must hold no logic beyond ignoring poison.

#[cfg(feature = "tokio")]
pub(crate) use std::sync::LazyLock;
use std::sync::PoisonError;
pub(crate) use std::sync::atomic;
pub(crate) use std::sync::{Arc, MutexGuard, Once, OnceLock, Weak};
use std::time::Duration;

/// A mutex that knows no poison: no user code runs under a lock, so a panic leaves nothing half done.
#[derive(Debug, Default)]
pub(crate) struct Mutex<T>(std::sync::Mutex<T>);

impl<T> Mutex<T> {
    pub(crate) const fn new(value: T) -> Self {
        Mutex(std::sync::Mutex::new(value))
    }

    pub(crate) fn into_inner(self) -> T {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A condition variable for [`Mutex`].
#[derive(Debug, Default)]
pub(crate) struct Condvar(std::sync::Condvar);

impl Condvar {
    pub(crate) const fn new() -> Self {
        Condvar(std::sync::Condvar::new())
    }

    pub(crate) fn notify_all(&self) {
        self.0.notify_all();
    }

    /// Waits for a notification or until `limit` has passed, whichever comes first.
    pub(crate) fn wait_timeout<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        limit: Duration,
    ) -> MutexGuard<'a, T> {
        self.0.wait_timeout(guard, limit).unwrap_or_else(PoisonError::into_inner).0
    }
}
