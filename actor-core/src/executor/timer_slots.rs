//! Timeouts that are not in the timer queue yet. Most calls are answered long before their timeout,
//! so a worker first puts the timer of a call into a slot of its own. A cancellation empties the
//! slot again, without a lock. A timer that stays in its slot for some time is moved to the queue.
//! # Invariants
//!
//! 1. *Owner.* Only the worker of the slots puts timers into them. Each timer has a number that no other
//!    timer of these slots has. The worker stores it in the slot before it puts the timer there.
//! 2. *Moves.* A timer is moved from a slot to the queue under the lock of the queue. Whenever the
//!    lock is free, the timer is in one of the two, except while the worker replaces its waker. The
//!    worker is then polling the future that has the key, so no other thread looks for the timer. A
//!    thread that does not find the timer in the slot therefore finds it in the queue, unless it
//!    has been fired.
//! 3. *Cancellation.* The worker cancels a timer without the lock if the slot still has its number: no later
//!    timer can be in the slot then, because only the worker would put it there. Another thread cancels under
//!    the lock. If it has taken a later timer, it moves that timer to the queue.
//! 4. *No timer is missed.* A timer in a slot is watched like a job behind the one that its worker runs
//!    (invariant 2 of `idle`): the leader or the monitor moves it to the queue at the second check that sees
//!    it. The worker itself does so between two jobs, and before it parks, and puts none while it is parked.
//!    [`MIN_TIMEOUT`] is longer than several checks, so that a timer is in the queue before its deadline.
//!
//! It is always correct to move a timer early.

use std::cell::Cell;
use std::task::Waker;
use std::time::Duration;

use actor_atomic::{SlotOwner, SlotStealer, steal_slot};

use super::timers::{TimerKey, Timers};
use crate::clock::Instant;
use crate::panics::drop_waker;
use crate::sync::Mutex;
use crate::sync::atomic::{AtomicU64, Ordering};

/// The shortest timeout whose timer waits in a slot.
pub(super) const MIN_TIMEOUT: Duration = Duration::from_millis(20);

/// The number of slots of a worker. Further timers are inserted into the queue at once.
#[cfg(not(actor_loom))]
pub(super) const SLOTS: usize = 32;
/// Few, because each slot adds to the states of a model.
#[cfg(actor_loom)]
pub(super) const SLOTS: usize = 2;

/// The number of slots that are tried for a timer.
const TRIES: usize = 4;

/// A timer that is not in the queue.
pub(super) struct SlottedTimer {
    pub(super) key: TimerKey,
    pub(super) waker: Waker,
}

/// The slots, as other threads see them.
pub(super) struct TimerSlots {
    slots: Box<[SharedSlot]>,
    /// The timers that the leader or the monitor has seen at the last check. Shared by all threads, because a
    /// record of each thread for each worker would take memory quadratic in the number of threads.
    seen: Mutex<SeenTimers>,
}

struct SharedSlot {
    timer: SlotStealer<SlottedTimer>,
    /// The number of the last timer in the slot. Written only by the worker.
    number: AtomicU64,
}

/// The ends of the slots that only their worker has.
pub(super) struct OwnTimerSlots {
    slots: Box<[SlotOwner<SlottedTimer>]>,
    /// The slot that is tried first.
    first: Cell<usize>,
    /// The number of the next timer.
    next_number: Cell<u64>,
}

/// The timers that were in the slots of a worker at a check.
pub(super) struct SeenTimers([u64; SLOTS]);

impl SeenTimers {
    pub(super) const NONE: SeenTimers = SeenTimers([0; SLOTS]);
}

impl TimerSlots {
    pub(super) fn new() -> (TimerSlots, OwnTimerSlots) {
        let (own, shared) = (0..SLOTS)
            .map(|_| {
                let (own, timer) = steal_slot();
                (own, SharedSlot { timer, number: AtomicU64::new(0) })
            })
            .unzip::<_, _, Vec<_>, Vec<_>>();
        let own =
            OwnTimerSlots { slots: own.into(), first: Cell::new(0), next_number: Cell::new(1) };
        (TimerSlots { slots: shared.into(), seen: Mutex::new(SeenTimers::NONE) }, own)
    }

    /// Moves the timers that the last check has seen to the queue. Returns whether a timer was put since then.
    /// Called by the leader and the monitor.
    pub(super) fn check(&self, timers: &Timers) -> bool {
        self.move_old(&mut self.seen.lock(), timers)
    }

    /// Moves the timers that the last call with `seen` has seen to the queue. Returns whether a timer was put
    /// since then.
    pub(super) fn move_old(&self, seen: &mut SeenTimers, timers: &Timers) -> bool {
        let (mut has_new, mut old) = (false, 0_u64);
        for (index, (slot, seen)) in self.slots.iter().zip(&mut seen.0).enumerate() {
            // An outdated number does no harm: the timer is moved early, or one check later.
            let number = slot.number.load(Ordering::Relaxed);
            if *seen != number {
                *seen = number;
                has_new = true;
            } else if !slot.timer.is_empty() {
                old |= 1 << index;
            }
        }
        if old != 0 {
            self.move_from(timers, |index| old & 1 << index != 0);
        }
        has_new
    }

    /// Moves all timers to the queue.
    pub(super) fn move_all(&self, timers: &Timers) {
        if self.slots.iter().any(|slot| !slot.timer.is_empty()) {
            self.move_from(timers, |_| true);
        }
    }

    /// Moves the timers in the slots that `is_meant` to the queue.
    fn move_from(&self, timers: &Timers, is_meant: impl Fn(usize) -> bool) {
        let mut slots = self.slots.iter().enumerate().filter(|(index, _)| is_meant(*index));
        timers.insert_slotted(&mut || slots.find_map(|(_, slot)| slot.timer.take()));
    }

    /// Moves the timer in a slot to the queue.
    pub(super) fn move_one(&self, slot: u8, timers: &Timers) {
        let slot = usize::from(slot);
        if !self.slots[slot].timer.is_empty() {
            self.move_from(timers, |index| index == slot);
        }
    }

    /// Removes a timer from its slot or from the queue. Called by another thread than the worker.
    pub(super) fn remove(&self, slot: u8, key: TimerKey, timers: &Timers) -> Option<Waker> {
        timers.remove_slotted(key, || self.slots[usize::from(slot)].timer.take())
    }
}

impl OwnTimerSlots {
    /// Puts a timer of worker `me` into a slot; `shared` are the same slots. Returns the waker if there is no
    /// empty one among those that are tried.
    pub(super) fn put(
        &self,
        shared: &TimerSlots,
        me: usize,
        at: Instant,
        mut waker: Waker,
    ) -> Result<TimerKey, Waker> {
        let number = self.next_number.get();
        let first = self.first.get();
        for index in (first..SLOTS).chain(0..first).take(TRIES) {
            let (own, slot) = (&self.slots[index], &shared.slots[index]);
            if !own.is_empty() {
                continue;
            }
            let key = TimerKey::slotted(at, number, me, index);
            // Before the timer: a thread that finds a timer with an older number moves it early.
            slot.number.store(number, Ordering::Relaxed);
            match own.put(SlottedTimer { key, waker }) {
                Ok(()) => {
                    self.next_number.set(number + 1);
                    self.first.set(index);
                    return Ok(key);
                }
                // Another thread is just taking the timer before.
                Err(timer) => waker = timer.waker,
            }
        }
        Err(waker)
    }

    /// Takes a timer of this worker out of its slot, if the slot still has it (invariant 3).
    pub(super) fn take(&self, shared: &TimerSlots, slot: u8, key: TimerKey) -> Option<Waker> {
        if !self.has(shared, slot, key) {
            return None;
        }
        let timer = self.slots[usize::from(slot)].take()?;
        debug_assert_eq!(timer.key, key, "only this worker puts a timer into the slot");
        Some(timer.waker)
    }

    /// Returns whether this is the last timer that was put into the slot.
    fn has(&self, shared: &TimerSlots, slot: u8, key: TimerKey) -> bool {
        shared.slots[usize::from(slot)].number.load(Ordering::Relaxed) == key.number()
    }

    /// Replaces the waker of a timer of this worker by a clone of `waker`, unless both wake the same task.
    /// Returns `false` if the timer is not in its slot anymore.
    pub(super) fn replace(
        &self,
        shared: &TimerSlots,
        slot: u8,
        key: TimerKey,
        waker: &Waker,
        timers: &Timers,
    ) -> bool {
        let Some(mut kept) = self.take(shared, slot, key) else { return false };
        if !kept.will_wake(waker) {
            // Wakers may be user code, which may put another timer into the slot.
            drop_waker(Some(std::mem::replace(&mut kept, waker.clone())));
        }
        let timer = SlottedTimer { key, waker: kept };
        // With an older number than that of the slot, the timer would not be found there.
        let mut rest = match self.has(shared, slot, key) {
            true => self.slots[usize::from(slot)].put(timer).err(),
            false => Some(timer),
        };
        if rest.is_some() {
            timers.insert_slotted(&mut || rest.take());
        }
        true
    }
}
