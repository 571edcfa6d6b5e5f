//! The timer queue: wakers, each with the instant at which it is woken. The queue reads no clock
//! and starts no thread; the executor that owns it provides the time. No waker is woken or dropped
//! under its lock.
//!
//! Protocol: a thread that is about to sleep calls `sleep_until` and sleeps at most until the
//! returned instant. After this call, the insertion of an earlier deadline raises an alarm, and the
//! executor wakes that thread. The thread calls `end_sleep` or `sleep_until` afterwards. Therefore,
//! every deadline has a thread that wakes for it, and no alarm is raised while a thread is awake
//! and fires the timers itself.

use std::collections::BTreeMap;
use std::task::Waker;

use super::idle::MAX_WORKERS;
use super::timer_slots::{SLOTS, SlottedTimer};
use crate::clock::{self, Instant};
use crate::panics::{drop_waker, wake};
use crate::sync::atomic::{AtomicU64, Ordering};
use crate::sync::{Mutex, MutexGuard};

/// The number of wakers taken out under one lock.
const BATCH: usize = 32;

/// The value for "no deadline".
const NEVER: u64 = u64::MAX;

/// The wakers of one executor, ordered by deadline.
pub(crate) struct Timers {
    /// The origin of the nanoseconds in `earliest`.
    base: Instant,
    /// The earliest deadline, so that a busy worker needs no lock to see that nothing is due.
    earliest: AtomicU64,
    queue: Mutex<TimerQueue>,
    /// Called without the lock when a deadline is added for which no thread sleeps.
    alarm: Box<dyn Fn() + Send + Sync>,
}

/// Identifies one waker: its deadline, with ties broken by insertion order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TimerKey {
    at: Instant,
    number: u64,
    /// Whether the waker belongs to a periodic timer.
    is_periodic: bool,
    /// The slot in which the waker was before it was moved to the queue. `number` then counts the timers of
    /// the slots of that worker.
    slot: Option<SlotPlace>,
}

/// A slot of a worker ([`timer_slots`](super::timer_slots)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SlotPlace {
    pub(super) worker: u16,
    pub(super) index: u8,
}

impl TimerKey {
    /// The key of a waker in a slot of `worker`.
    #[allow(clippy::cast_possible_truncation, reason = "checked at compile time")]
    pub(super) fn slotted(at: Instant, number: u64, worker: usize, index: usize) -> TimerKey {
        const { assert!(MAX_WORKERS <= u16::MAX as usize && SLOTS <= u8::MAX as usize) };
        let slot = SlotPlace { worker: worker as u16, index: index as u8 };
        TimerKey { at, number, is_periodic: false, slot: Some(slot) }
    }

    pub(super) fn slot(self) -> Option<SlotPlace> {
        self.slot
    }

    pub(super) fn number(self) -> u64 {
        self.number
    }
}

struct TimerQueue {
    wakers: BTreeMap<TimerKey, Waker>,
    next_number: u64,
    sleep: SleepState,
}

/// The time until which the executor sleeps, unless it is woken.
enum SleepState {
    /// A thread is awake and checks the timers: no insertion raises an alarm.
    Awake,
    /// Until this instant: the insertion of an earlier deadline raises an alarm.
    Until(Instant),
    /// Forever: the insertion of any deadline raises an alarm.
    Forever,
}

impl TimerQueue {
    /// Adds a waker. Returns whether this raises an alarm.
    fn insert(&mut self, key: TimerKey, waker: Waker) -> bool {
        self.wakers.insert(key, waker);
        let raises_alarm = match self.sleep {
            SleepState::Awake => false,
            SleepState::Until(instant) => key.at < instant,
            SleepState::Forever => true,
        };
        if raises_alarm {
            // One alarm is enough for this deadline and all later ones.
            self.sleep = SleepState::Until(key.at);
        }
        raises_alarm
    }
}

impl Timers {
    /// Creates an empty queue. `alarm` has to ensure that `sleep_until` is called again.
    pub(crate) fn new(base: Instant, alarm: impl Fn() + Send + Sync + 'static) -> Timers {
        let queue =
            TimerQueue { wakers: BTreeMap::new(), next_number: 0, sleep: SleepState::Awake };
        Timers {
            base,
            earliest: AtomicU64::new(NEVER),
            queue: Mutex::new(queue),
            alarm: Box::new(alarm),
        }
    }

    /// Adds `waker` with the deadline `at`. The waker stays until it is fired or removed.
    /// `is_periodic` says whether it belongs to a periodic timer.
    pub(crate) fn insert(&self, at: Instant, waker: Waker, is_periodic: bool) -> TimerKey {
        let mut queue = self.queue.lock();
        let key = TimerKey { at, number: queue.next_number, is_periodic, slot: None };
        queue.next_number += 1;
        let raises_alarm = queue.insert(key, waker);
        self.end_insertion(queue, raises_alarm);
        key
    }

    /// Adds the wakers that `next` takes from slots, under one lock: invariant 2 of `timer_slots`.
    pub(super) fn insert_slotted(&self, next: &mut dyn FnMut() -> Option<SlottedTimer>) {
        let mut queue = self.queue.lock();
        let mut raises_alarm = false;
        while let Some(SlottedTimer { key, waker }) = next() {
            raises_alarm |= queue.insert(key, waker);
        }
        self.end_insertion(queue, raises_alarm);
    }

    /// Removes a waker that was in a slot. If it is not in the queue, `take` empties its slot. A
    /// later timer in the slot is moved to the queue.
    pub(super) fn remove_slotted(
        &self,
        key: TimerKey,
        take: impl FnOnce() -> Option<SlottedTimer>,
    ) -> Option<Waker> {
        let mut queue = self.queue.lock();
        let mut raises_alarm = false;
        let mut waker = queue.wakers.remove(&key);
        if waker.is_none()
            && let Some(taken) = take()
        {
            if taken.key == key {
                waker = Some(taken.waker);
            } else {
                raises_alarm = queue.insert(taken.key, taken.waker);
            }
        }
        self.end_insertion(queue, raises_alarm);
        waker
    }

    fn end_insertion(&self, queue: MutexGuard<'_, TimerQueue>, raises_alarm: bool) {
        self.note_earliest(&queue);
        drop(queue);
        if raises_alarm {
            (self.alarm)();
        }
    }

    /// Removes the waker immediately. Returns `None` if it was fired or removed before.
    pub(crate) fn remove(&self, key: TimerKey) -> Option<Waker> {
        let mut queue = self.queue.lock();
        let waker = queue.wakers.remove(&key);
        self.note_earliest(&queue);
        waker
    }

    /// Replaces the waker under `key` by a clone of `waker`, unless both wake the same task.
    /// Returns `false` if the waker was already fired.
    pub(crate) fn replace(&self, key: TimerKey, waker: &Waker) -> bool {
        match self.queue.lock().wakers.get(&key) {
            None => return false,
            Some(kept) if kept.will_wake(waker) => return true,
            Some(_) => {}
        }
        // Wakers may be user code, so they are neither cloned nor dropped under the lock.
        let mut new = waker.clone();
        let is_there = match self.queue.lock().wakers.get_mut(&key) {
            None => false,
            Some(kept) => {
                std::mem::swap(kept, &mut new);
                true
            }
        };
        drop_waker(Some(new));
        is_there
    }

    /// Returns the earliest deadline, and whether it belongs to a periodic timer.
    pub(crate) fn next_due(&self) -> Option<(Instant, bool)> {
        self.queue.lock().wakers.first_key_value().map(|(key, _)| (key.at, key.is_periodic))
    }

    /// Returns whether any waker does not belong to a periodic timer.
    pub(crate) fn has_one_shot(&self) -> bool {
        self.queue.lock().wakers.keys().any(|key| !key.is_periodic)
    }

    pub(crate) fn len(&self) -> usize {
        self.queue.lock().wakers.len()
    }

    /// Returns the number of the first waker, if it is due at `now`.
    pub(crate) fn first_due(&self, now: Instant) -> Option<u64> {
        if self.earliest.load(Ordering::Relaxed) > self.nanos(now) {
            return None;
        }
        let queue = self.queue.lock();
        let (key, _) = queue.wakers.first_key_value()?;
        (key.at <= now).then_some(key.number)
    }

    /// Wakes the first waker, due or not.
    pub(crate) fn fire_first(&self) {
        let mut queue = self.queue.lock();
        let first = queue.wakers.pop_first();
        self.note_earliest(&queue);
        drop(queue);
        if let Some((_, waker)) = first {
            wake(waker);
        }
    }

    /// Returns whether any waker is queued, with one relaxed load. Called before the clock is read.
    pub(crate) fn is_empty(&self) -> bool {
        self.earliest.load(Ordering::Relaxed) == NEVER
    }

    /// Wakes all wakers that are due at `now`, in the order of their deadlines, with ties in
    /// insertion order. Returns their number.
    pub(crate) fn fire(&self, now: Instant) -> usize {
        let mut fired = 0;
        if self.earliest.load(Ordering::Relaxed) > self.nanos(now) {
            return fired;
        }
        loop {
            let mut batch: [Option<Waker>; BATCH] = [const { None }; BATCH];
            let mut taken = 0;
            let mut queue = self.queue.lock();
            while taken < BATCH
                && let Some(first) = queue.wakers.first_entry()
                && first.key().at <= now
            {
                batch[taken] = Some(first.remove());
                taken += 1;
            }
            self.note_earliest(&queue);
            drop(queue);
            fired += taken;
            for waker in batch.into_iter().flatten() {
                wake(waker);
            }
            if taken < BATCH {
                return fired;
            }
        }
    }

    /// Wakes all wakers, whether they are due or not. A task that has to wait further registers
    /// again.
    pub(crate) fn wake_all(&self) {
        let mut queue = self.queue.lock();
        let wakers = std::mem::take(&mut queue.wakers);
        self.note_earliest(&queue);
        drop(queue);
        for waker in wakers.into_values() {
            wake(waker);
        }
    }

    /// Returns the next deadline, or `limit` if that is earlier. Called by a thread that is about
    /// to sleep until then: from this call on, the insertion of an earlier deadline raises an
    /// alarm.
    pub(crate) fn sleep_until(&self, limit: Option<Instant>) -> Option<Instant> {
        let mut queue = self.queue.lock();
        let next = queue.wakers.first_key_value().map(|(key, _)| key.at);
        let until = match (next, limit) {
            (Some(next), Some(limit)) => Some(next.min(limit)),
            (next, limit) => next.or(limit),
        };
        queue.sleep = until.map_or(SleepState::Forever, SleepState::Until);
        until
    }

    /// Records that no thread sleeps for a deadline anymore. If `needs_alarm` is set, no thread
    /// fires the timers either, so the next insertion of a deadline raises an alarm.
    pub(crate) fn end_sleep(&self, needs_alarm: bool) {
        let sleep = if needs_alarm { SleepState::Forever } else { SleepState::Awake };
        self.queue.lock().sleep = sleep;
    }

    fn note_earliest(&self, queue: &TimerQueue) {
        let nanos = queue.wakers.first_key_value().map_or(NEVER, |(key, _)| self.nanos(key.at));
        self.earliest.store(nanos, Ordering::Relaxed);
    }

    /// Returns the nanoseconds from `base`.
    fn nanos(&self, at: Instant) -> u64 {
        let since = at.saturating_duration_since(self.base);
        clock::nanos(since).unwrap_or(NEVER).min(NEVER - 1)
    }
}
