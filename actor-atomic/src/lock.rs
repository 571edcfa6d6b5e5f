//! A lock for short critical sections. Taking it is one atomic read-modify-write; releasing it is a store.
//!
//! The release of a mutex in the standard library is a read-modify-write too, because it also reads
//! whether a thread sleeps. The release of this lock stores first, and then reads whether a thread
//! sleeps.
//!
//! # Invariants
//! 1. *Exclusion.* A compare-and-swap that changes `is_locked` from `false` to `true` gives access to the value, until
//!    the guard stores `false`. It acquires what that store has released.
//! 2. *Progress.* A thread that has spun without success sets `is_awaited`, tries again, and sleeps. A release that reads
//!    `is_awaited` wakes all sleeping threads. The two accesses of the release are not ordered, because that would
//!    take as long as a read-modify-write: it can miss a thread that sets `is_awaited` in the few nanoseconds between
//!    them. A thread therefore sleeps for about a millisecond at most, so such a wake-up is late, but not lost.
//!    (The clock of some systems is coarser: a sleep on Windows takes up to 16 ms.)

use crate::sync::Place;
use crate::sync::atomic::{AtomicBool, Ordering};
use std::cell::UnsafeCell;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

/// A lock without poisoning, for critical sections of some dozen instructions. It takes two bytes.
///
/// ```
/// let lock = actor_atomic::Lock::new(vec![1]);
/// lock.lock().push(2);
/// assert_eq!(*lock.lock(), [1, 2]);
/// ```
pub struct Lock<T: ?Sized> {
    state: State,
    value: UnsafeCell<T>,
}

// SAFETY: invariant 1: one thread at a time has access. The value moves between the threads, so it must be `Send`.
unsafe impl<T: ?Sized + Send> Sync for Lock<T> {}

/// Access to the value of a [`Lock`], which is released when the guard is dropped.
#[must_use = "the lock is released when its guard is dropped"]
pub struct LockGuard<'a, T: ?Sized> {
    lock: &'a Lock<T>,
    /// As for the guard of the standard library: the thread that takes the lock releases it.
    not_send: PhantomData<*const ()>,
}

// SAFETY: a shared guard gives shared access to the value.
unsafe impl<T: ?Sized + Sync> Sync for LockGuard<'_, T> {}

impl<T> Lock<T> {
    /// Creates a lock that is free.
    pub fn new(value: T) -> Self {
        Lock { state: State::new(), value: UnsafeCell::new(value) }
    }
}

impl<T: ?Sized> Lock<T> {
    /// Takes the lock, and waits for it if another thread has it. A thread that has the lock already waits forever.
    #[inline]
    pub fn lock(&self) -> LockGuard<'_, T> {
        self.state.lock();
        LockGuard { lock: self, not_send: PhantomData }
    }
}

impl<T: ?Sized> Drop for LockGuard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.lock.state.release();
    }
}

/// The state of a lock, without the type of its value: compiled once.
struct State {
    is_locked: AtomicBool,
    is_awaited: AtomicBool,
    /// For the models: the accesses to the value. Taking the lock counts as one, and releasing it.
    accesses: Place<()>,
}

impl State {
    fn new() -> Self {
        State {
            is_locked: AtomicBool::new(false),
            is_awaited: AtomicBool::new(false),
            accesses: Place::new(()),
        }
    }

    #[inline]
    fn lock(&self) {
        if !self.try_lock() {
            self.wait();
        }
        self.accesses.for_write();
    }

    #[inline]
    fn release(&self) {
        self.accesses.for_write();
        // Release: invariant 1.
        self.is_locked.store(false, Ordering::Release);
        if self.is_awaited.load(Ordering::Relaxed) {
            self.wake();
        }
    }

    #[inline]
    fn try_lock(&self) -> bool {
        // Acquire: invariant 1.
        self.is_locked.compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }

    /// Waits until this thread has the lock.
    #[cold]
    fn wait(&self) {
        let has_taken = || {
            // Relaxed: ordered with the other writes by the mutex of the sleeping threads, and not at all with
            // the load in `release` (invariant 2).
            self.is_awaited.store(true, Ordering::Relaxed);
            self.try_lock()
        };
        while !self.spin() && !sleepers::sleep_unless(self.key(), has_taken) {}
    }

    /// Tries to take the lock for as long as a critical section usually takes.
    fn spin(&self) -> bool {
        for _ in 0..sleepers::SPINS {
            // A load leaves the cache line with the thread that has the lock.
            if !self.is_locked.load(Ordering::Relaxed) && self.try_lock() {
                return true;
            }
            sleepers::pause();
        }
        false
    }

    /// Wakes the threads that sleep.
    #[cold]
    fn wake(&self) {
        // Relaxed: see `wait`.
        sleepers::wake_all(self.key(), || self.is_awaited.store(false, Ordering::Relaxed));
    }

    /// Returns the key under which the waiting threads of this lock are in the table.
    fn key(&self) -> usize {
        (&raw const self.is_locked).addr()
    }
}

impl<T: ?Sized> Deref for LockGuard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: invariant 1: this thread has the lock, and the guard is borrowed as the value is.
        unsafe { &*self.lock.value.get() }
    }
}

impl<T: ?Sized> DerefMut for LockGuard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as above, and the guard is borrowed exclusively.
        unsafe { &mut *self.lock.value.get() }
    }
}

impl<T: ?Sized> fmt::Debug for Lock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let flag = |flag: &AtomicBool| flag.load(Ordering::Relaxed);
        f.debug_struct("Lock")
            .field("is_locked", &flag(&self.state.is_locked))
            .field("is_awaited", &flag(&self.state.is_awaited))
            .finish_non_exhaustive()
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for LockGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

/// The threads that sleep, by the keys of their locks. Few locks are ever waited for, so they share a table, and a
/// lock is two bytes.
#[cfg(not(actor_loom))]
mod sleepers {
    pub(super) use std::hint::spin_loop as pause;
    use std::sync::{Condvar, Mutex, PoisonError};
    use std::time::Duration;

    /// The time after which a thread looks at its lock again, although it was not woken: see invariant 2. In the
    /// unit tests, no thread does so.
    const LIMIT: Duration = Duration::from_millis(if cfg!(test) { 3_600_000 } else { 1 });

    /// The number of times that a thread looks at the lock before it sleeps.
    pub(super) const SPINS: u32 = 100;

    struct Bucket {
        mutex: Mutex<()>,
        wakes: Condvar,
    }

    static BUCKETS: [Bucket; 32] =
        [const { Bucket { mutex: Mutex::new(()), wakes: Condvar::new() } }; 32];

    fn bucket(key: usize) -> &'static Bucket {
        // All locks have similar lowest bits.
        &BUCKETS[(key >> 7) % BUCKETS.len()]
    }

    /// Sleeps until it is woken or [`LIMIT`] has passed. Returns `true` at once if `is_done` does.
    pub(super) fn sleep_unless(key: usize, is_done: impl Fn() -> bool) -> bool {
        let bucket = bucket(key);
        let guard = bucket.mutex.lock().unwrap_or_else(PoisonError::into_inner);
        if is_done() {
            return true;
        }
        drop(bucket.wakes.wait_timeout(guard, LIMIT));
        false
    }

    /// Wakes all threads that sleep, after `before`.
    pub(super) fn wake_all(key: usize, before: impl Fn()) {
        let bucket = bucket(key);
        let guard = bucket.mutex.lock().unwrap_or_else(PoisonError::into_inner);
        before();
        drop(guard);
        bucket.wakes.notify_all();
    }
}

/// In a model, a thread that waits lets the others run.
#[cfg(actor_loom)]
mod sleepers {
    pub(super) use loom::thread::yield_now as pause;

    pub(super) const SPINS: u32 = 0;

    pub(super) fn sleep_unless(_key: usize, is_done: impl Fn() -> bool) -> bool {
        let is_done = is_done();
        if !is_done {
            pause();
        }
        is_done
    }

    pub(super) fn wake_all(_key: usize, before: impl Fn()) {
        before();
    }
}

#[cfg(all(test, not(actor_loom)))]
mod tests {
    use super::Lock;
    use std::sync::atomic::Ordering;
    use std::sync::{Arc, mpsc};
    use std::thread;
    use std::time::Duration;

    #[test]
    fn a_release_wakes_each_thread_that_sleeps() {
        let lock = Arc::new(Lock::new(()));
        let (has_taken, taken) = mpsc::channel();
        let guard = lock.lock();
        for _ in 0..2 {
            let (lock, has_taken) = (lock.clone(), has_taken.clone());
            thread::spawn(move || {
                let guard = lock.lock();
                drop(guard);
                has_taken.send(()).expect("the test receives it");
            });
        }
        while !lock.state.is_awaited.load(Ordering::Relaxed) {
            thread::yield_now();
        }
        drop(guard);
        for _ in 0..2 {
            taken.recv_timeout(Duration::from_secs(60)).expect("the thread was woken");
        }
    }
}
