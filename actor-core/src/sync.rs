//! Locks, atomics and threads: the only module that uses `std::sync`. It has no logic,
//! except that it ignores lock poisoning.
//!
//! Under `cfg(actor_loom)`, locks, atomics and parking come from loom, for the models in `models/`.
//! `Arc` always comes from std, because loom's cannot hold a `dyn`. So do the types in statics
//! ([`std_sync`]), because a model runs many times. (Not `cfg(loom)`, which dependencies would also see.)

#[cfg(actor_loom)]
use loom::sync as primitives;
#[cfg(not(actor_loom))]
use std::sync as primitives;

/// The lock of a mailbox, which is taken for each message.
#[cfg(not(actor_loom))]
pub(crate) use actor_atomic::{Lock, LockGuard};
pub(crate) use primitives::{MutexGuard, atomic};
pub(crate) use std::sync::{Arc, LazyLock, Once, OnceLock, Weak};
#[cfg(actor_loom)]
pub(crate) use {Mutex as Lock, MutexGuard as LockGuard};

use std::sync::PoisonError;
use std::time::Duration;

/// A mutex without poisoning: no user code runs under a lock, so a panic cannot leave a broken invariant.
#[derive(Debug)]
pub(crate) struct Mutex<T: ?Sized>(primitives::Mutex<T>);

impl<T> Mutex<T> {
    #[cfg(not(actor_loom))]
    pub(crate) const fn new(value: T) -> Self {
        Mutex(primitives::Mutex::new(value))
    }

    #[cfg(actor_loom)]
    pub(crate) fn new(value: T) -> Self {
        Mutex(primitives::Mutex::new(value))
    }

    pub(crate) fn into_inner(self) -> T {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: ?Sized> Mutex<T> {
    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Default> Default for Mutex<T> {
    fn default() -> Self {
        Mutex::new(T::default())
    }
}

/// A value on its own cache lines, so that writes to it do not slow down the readers of its
/// neighbors, or the other way round. The alignment is 128 bytes, because processors fetch lines in
/// pairs.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(crate) struct OwnLines<T>(pub(crate) T);

/// A condition variable for [`Mutex`].
#[derive(Debug, Default)]
pub(crate) struct Condvar(primitives::Condvar);

impl Condvar {
    pub(crate) fn new() -> Self {
        Condvar(primitives::Condvar::new())
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

/// The types for statics, which loom must not replace.
pub(crate) mod std_sync {
    pub(crate) use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};

    #[cfg(actor_loom)]
    pub(crate) use std::sync::atomic::AtomicUsize;

    #[cfg(not(actor_loom))]
    pub(crate) use super::Mutex;

    #[cfg(actor_loom)]
    #[derive(Debug)]
    pub(crate) struct Mutex<T>(std::sync::Mutex<T>);

    #[cfg(actor_loom)]
    impl<T> Mutex<T> {
        pub(crate) const fn new(value: T) -> Self {
            Mutex(std::sync::Mutex::new(value))
        }

        pub(crate) fn lock(&self) -> std::sync::MutexGuard<'_, T> {
            self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
        }
    }
}

/// A thread-local value that is empty whenever no code of a system runs on the thread. It has no destructor, so it
/// can be used in the destructors of other thread-local values, which may run actors and drop systems.
pub(crate) type Scoped<T> = std::mem::ManuallyDrop<std::cell::RefCell<T>>;

pub(crate) const fn scoped<T>(empty: T) -> Scoped<T> {
    std::mem::ManuallyDrop::new(std::cell::RefCell::new(empty))
}

/// Threads: their start and their parking.
pub(crate) mod thread {
    use std::io;
    use std::thread::{Builder, JoinHandle};

    /// Starts a thread. `run` is boxed, so that the code of std that starts a thread is compiled once.
    pub(crate) fn start(
        name: String,
        run: impl FnOnce() + Send + 'static,
    ) -> io::Result<JoinHandle<()>> {
        #[cfg(test)]
        if STARTS_LEFT.replace(STARTS_LEFT.get().saturating_sub(1)) == 0 {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let run: Box<dyn FnOnce() + Send> = Box::new(run);
        Builder::new().name(name).spawn(run)
    }

    #[cfg(test)]
    std::thread_local! {
        /// The number of threads that this thread can start, as at a limit of the operating system.
        pub(crate) static STARTS_LEFT: std::cell::Cell<usize> = const { std::cell::Cell::new(usize::MAX) };
    }

    #[cfg(not(actor_loom))]
    pub(crate) use std::thread::{Thread, current};
    #[cfg(not(any(actor_loom, target_family = "wasm")))]
    pub(crate) use std::thread::{park, park_timeout};

    #[cfg(actor_loom)]
    pub(crate) use loom::thread::{Thread, current, park};

    /// There is no other thread to end the wait.
    #[cfg(target_family = "wasm")]
    pub(crate) fn park() {
        panic!(
            "deadlock: nothing is runnable and no timer is set, so the future would wait forever"
        );
    }

    /// Sleeps, because there is no other thread to end the wait earlier.
    #[cfg(all(target_family = "wasm", not(target_os = "unknown")))]
    pub(crate) fn park_timeout(limit: std::time::Duration) {
        std::thread::sleep(limit);
    }

    #[cfg(all(target_family = "wasm", target_os = "unknown"))]
    pub(crate) fn park_timeout(_: std::time::Duration) {
        panic!("a browser cannot wait for a timer inside `block_on`; use `System::browser()`");
    }

    /// Returns immediately, because no time passes in a model.
    #[cfg(actor_loom)]
    pub(crate) fn park_timeout(_: std::time::Duration) {
        park();
    }
}
