//! The primitives. Under `cfg(actor_loom)`, they come from loom, and every access to a cell is
//! tracked.

#[cfg(actor_loom)]
pub(crate) use loom::sync::atomic;
#[cfg(not(actor_loom))]
pub(crate) use std::sync::atomic;

#[cfg(actor_loom)]
use loom::sync as primitives;
#[cfg(not(actor_loom))]
use std::sync as primitives;

use std::cell::UnsafeCell;
use std::sync::PoisonError;

/// A mutex without poison: no code that can panic runs under it.
pub(crate) struct Mutex<T>(primitives::Mutex<T>);

impl<T> Mutex<T> {
    pub(crate) fn new(value: T) -> Self {
        Mutex(primitives::Mutex::new(value))
    }

    /// Runs `change` on the value, to which the caller has exclusive access.
    #[inline]
    pub(crate) fn change<R>(&mut self, change: impl FnOnce(&mut T) -> R) -> R {
        #[cfg(not(actor_loom))]
        return change(self.0.get_mut().unwrap_or_else(PoisonError::into_inner));
        // loom's mutex has no `get_mut`.
        #[cfg(actor_loom)]
        return change(&mut self.lock());
    }

    pub(crate) fn lock(&self) -> primitives::MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place of memory whose accesses a loom model checks: two accesses of which one is a write must
/// be ordered by the atomics.
pub(crate) struct Place<T> {
    data: UnsafeCell<T>,
    #[cfg(actor_loom)]
    accesses: loom::cell::UnsafeCell<()>,
}

impl<T> Place<T> {
    pub(crate) fn new(data: T) -> Self {
        Place {
            data: UnsafeCell::new(data),
            #[cfg(actor_loom)]
            accesses: loom::cell::UnsafeCell::new(()),
        }
    }

    /// Returns a pointer to the place, for a write or to move its content out.
    #[inline]
    pub(crate) fn for_write(&self) -> *mut T {
        #[cfg(actor_loom)]
        self.accesses.with_mut(|_| ());
        self.data.get()
    }

    /// Returns a pointer to the place, for a read.
    #[inline]
    pub(crate) fn for_read(&self) -> *const T {
        #[cfg(actor_loom)]
        self.accesses.with(|_| ());
        self.data.get()
    }
}

/// Checks in a loom model that each access to a cell is before its end.
pub(crate) struct Alive {
    #[cfg(actor_loom)]
    accesses: Place<()>,
    /// Also detects accesses of the thread that ends the cell, which loom considers ordered.
    #[cfg(actor_loom)]
    has_ended: std::sync::atomic::AtomicBool,
}

impl Alive {
    pub(crate) fn new() -> Self {
        Alive {
            #[cfg(actor_loom)]
            accesses: Place::new(()),
            #[cfg(actor_loom)]
            has_ended: std::sync::atomic::AtomicBool::new(false),
        }
    }

    /// Accesses the cell.
    #[inline]
    pub(crate) fn touch(&self) {
        #[cfg(actor_loom)]
        if !std::thread::panicking() {
            assert!(
                !self.has_ended.load(std::sync::atomic::Ordering::Relaxed),
                "the cell has ended"
            );
            self.accesses.for_read();
        }
    }

    /// Ends the cell.
    #[inline]
    pub(crate) fn end(&self) {
        #[cfg(actor_loom)]
        {
            self.has_ended.store(true, std::sync::atomic::Ordering::Relaxed);
            self.accesses.for_write();
        }
    }
}
