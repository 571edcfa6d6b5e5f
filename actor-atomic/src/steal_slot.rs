//! A place for one value that its owner fills, and that any thread may empty. A put has no atomic
//! read-modify-write, a take has one.
//!
//! # States
//!
//! ```text
//! EMPTY --owner: put--> FULL --any thread: take--> TAKING --the same thread--> EMPTY
//! ```
//!
//! # Invariants
//! 1. *One owner.* Only [`SlotOwner::put`] leaves `EMPTY`. A slot has one owner, which is not `Sync`, so
//!    no two threads put at the same time.
//! 2. *Value.* The owner writes the value in `EMPTY`, before it sets `FULL`. The thread whose
//!    compare-and-swap sets `TAKING` moves the value out, before it sets `EMPTY`. No other thread
//!    accesses the value.
//! 3. *End.* The last end to be dropped has exclusive access, and drops the value in `FULL`. No thread is
//!    taking then, because a take borrows an end.

use crate::sync::Place;
use crate::sync::atomic::{AtomicU8, Ordering};
use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::sync::Arc;

const EMPTY: u8 = 0;
const FULL: u8 = 1;
const TAKING: u8 = 2;

/// Returns both ends of a new, empty slot.
///
/// ```
/// let (owner, stealer) = actor_atomic::steal_slot();
/// assert_eq!(owner.put(1), Ok(()));
/// assert_eq!(owner.put(2), Err(2), "the slot is full");
/// assert_eq!(stealer.take(), Some(1));
/// assert_eq!(owner.take(), None);
/// ```
pub fn steal_slot<T: Send>() -> (SlotOwner<T>, SlotStealer<T>) {
    let slot =
        Arc::new(Slot { state: AtomicU8::new(EMPTY), value: Place::new(MaybeUninit::uninit()) });
    (SlotOwner { slot: slot.clone(), not_sync: PhantomData }, SlotStealer { slot })
}

/// The end that fills a slot. See [`steal_slot`].
///
/// Threads cannot share it, because two of them must not put at the same time:
///
/// ```compile_fail,E0277
/// fn share<T: Sync>(_: T) {}
/// share(actor_atomic::steal_slot::<u8>().0);
/// ```
pub struct SlotOwner<T> {
    slot: Arc<Slot<T>>,
    not_sync: PhantomData<Cell<()>>,
}

/// An end that only empties a slot. See [`steal_slot`].
pub struct SlotStealer<T> {
    slot: Arc<Slot<T>>,
}

struct Slot<T> {
    state: AtomicU8,
    value: Place<MaybeUninit<T>>,
}

// SAFETY: invariant 2: one thread at a time accesses the value, and `state` orders the accesses. A value
// moves from the thread that puts it to the one that takes it, so it must be `Send`.
unsafe impl<T: Send> Sync for Slot<T> {}

impl<T> SlotOwner<T> {
    /// Puts a value into the slot.
    ///
    /// # Errors
    ///
    /// Returns the value if the slot is full, or if another thread is just taking the previous value.
    #[inline]
    pub fn put(&self, value: T) -> Result<(), T> {
        // Acquire: the previous value was moved out before.
        if self.slot.state.load(Ordering::Acquire) != EMPTY {
            return Err(value);
        }
        // SAFETY: invariants 1 and 2: only this thread leaves `EMPTY`, and until then only it has access.
        unsafe { self.slot.value.for_write().write(MaybeUninit::new(value)) };
        // Release: the thread that takes the value sees it.
        self.slot.state.store(FULL, Ordering::Release);
        Ok(())
    }

    /// Takes the value out of the slot.
    #[inline]
    pub fn take(&self) -> Option<T> {
        self.slot.take()
    }

    /// Returns whether the slot has no value, or another thread is just taking it.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.slot.is_empty()
    }
}

impl<T> SlotStealer<T> {
    /// Takes the value out of the slot.
    pub fn take(&self) -> Option<T> {
        self.slot.take()
    }

    /// Returns whether the slot had no value when it was read.
    pub fn is_empty(&self) -> bool {
        self.slot.is_empty()
    }
}

impl<T> Slot<T> {
    #[inline]
    fn take(&self) -> Option<T> {
        // Acquire: the value was written before. The load avoids a write if the slot is empty.
        if self.is_empty()
            || self
                .state
                .compare_exchange(FULL, TAKING, Ordering::Acquire, Ordering::Relaxed)
                .is_err()
        {
            return None;
        }
        // SAFETY: invariant 2: this thread has set `TAKING`, so only it has access.
        let value = unsafe { self.value.for_write().read() };
        // SAFETY: the owner wrote a value before it set `FULL`.
        let value = unsafe { value.assume_init() };
        // Release: the owner's next write comes after the move.
        self.state.store(EMPTY, Ordering::Release);
        Some(value)
    }

    #[inline]
    fn is_empty(&self) -> bool {
        self.state.load(Ordering::Relaxed) != FULL
    }
}

impl<T> Drop for Slot<T> {
    fn drop(&mut self) {
        // Invariant 3.
        drop(self.take());
    }
}

impl<T> fmt::Debug for SlotOwner<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SlotOwner").field("is_empty", &self.is_empty()).finish()
    }
}

impl<T> fmt::Debug for SlotStealer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SlotStealer").field("is_empty", &self.is_empty()).finish()
    }
}
