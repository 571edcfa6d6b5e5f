//! How a wait adds and removes its record: the poll of a handler, as seen by the calls and sends in
//! it. Thread-local; after the poll, `pending` takes over the record.

use super::edge::{Goal, NONE, Place, Verdict, Wait};
use crate::cell::handle::AnyMail;
use crate::cell::header::Core;
use crate::cell::system_shared::Hub;
use crate::error::Cycle;
use crate::sync::Arc;
use crate::sync::std_sync::{AtomicU64, Ordering};
use std::cell::{Cell, RefCell};
use std::task::Waker;

/// The current handler poll of this thread, as seen by the waits in it.
struct Polling {
    /// Data pointer and vtable of the waker with which the handler is polled; 0 for none.
    waker: Cell<(usize, usize)>,
    /// The polled actor.
    place: Cell<Place>,
    /// The record of this poll. The last write wins.
    wait: Cell<Option<Wait>>,
    /// Set if a wait has been refused.
    is_told: Cell<bool>,
}

const NOBODY: (usize, usize) = (0, 0);

thread_local! {
    static POLLING: Polling = const {
        Polling {
            waker: Cell::new(NOBODY),
            place: Cell::new(Place::NOWHERE),
            wait: Cell::new(None),
            is_told: Cell::new(false),
        }
    };
    static VERDICT: RefCell<Option<Box<Verdict>>> = const { RefCell::new(None) };
    /// The number of the next wait, and the remaining numbers of this thread's share.
    static NUMBERS: Cell<(u64, u32)> = const { Cell::new((0, 0)) };
}

/// The parts that `Waker::will_wake` compares.
fn words(waker: &Waker) -> (usize, usize) {
    (waker.data() as usize, std::ptr::from_ref(waker.vtable()) as usize)
}

/// Whether `waker` is the one with which the handler is being polled.
pub(crate) fn is_own_waker(waker: &Waker) -> bool {
    POLLING.with(|polling| polling.waker.get() == words(waker))
}

/// Runs one poll whose waits leave no record, because its waker is shared by several handlers.
pub(crate) fn unrecorded<T>(poll: impl FnOnce() -> T) -> T {
    let before = POLLING.with(|polling| polling.waker.replace(NOBODY));
    let result = poll();
    POLLING.with(|polling| polling.waker.set(before));
    result
}

/// Runs one poll of a handler of `mail`; returns its wait, if there is one.
pub(crate) fn polled<T>(
    mail: &dyn AnyMail,
    waker: &Waker,
    poll: impl FnOnce() -> T,
) -> (T, Option<Wait>) {
    let core = mail.core();
    let is_told = core.is_told();
    if is_told {
        let mut verdict = None;
        mail.with(&mut |seat, _| verdict = seat.take_verdict());
        core.tell(false);
        VERDICT.set(verdict);
    }
    let place = if core.hub.detects { Place::of(core) } else { Place::NOWHERE };
    let before = POLLING.with(|polling| {
        let told = polling.is_told.replace(is_told);
        (
            polling.waker.replace(words(waker)),
            polling.place.replace(place),
            polling.wait.take(),
            told,
        )
    });
    let result = poll();
    let wait = POLLING.with(|polling| {
        polling.waker.set(before.0);
        polling.place.set(before.1);
        polling.is_told.set(before.3);
        polling.wait.replace(before.2)
    });
    if is_told {
        // A refusal whose wait was not polled ends with this poll.
        drop(VERDICT.take());
    }
    (result, wait)
}

/// A unique number for a wait.
fn next_number() -> u64 {
    const SHARE: u32 = 1 << 16;
    static SHARES: AtomicU64 = AtomicU64::new(1);
    let (mut next, mut left) = NUMBERS.get();
    if left == 0 {
        next = SHARES.fetch_add(u64::from(SHARE), Ordering::Relaxed);
        left = SHARE;
    }
    NUMBERS.set((next + 1, left - 1));
    next
}

/// The part of a wait that may have a record.
#[derive(Debug)]
pub(crate) struct Recorded {
    /// [`NONE`] as long as there is no record.
    number: u64,
    waiter: Place,
}

impl Recorded {
    pub(crate) const fn not() -> Self {
        Recorded { number: NONE, waiter: Place::NOWHERE }
    }

    /// Before the wait is polled: if the waker is not that of the actor that has its record, the
    /// record must be removed, because the clone that the wait holds may now be dropped.
    pub(crate) fn check(&mut self, waker: &Waker, near: &Arc<Hub>) {
        if self.number != NONE {
            let stands = POLLING.with(|polling| {
                polling.place.get() == self.waiter && polling.waker.get() == words(waker)
            });
            if !stands {
                self.take_back(near);
            }
        }
    }

    /// Whether there is a record.
    pub(crate) fn is_there(&self) -> bool {
        self.number != NONE
    }

    /// The wait has ended, or its clone of the waker is about to be dropped.
    pub(crate) fn take_back(&mut self, near: &Arc<Hub>) {
        let number = self.number;
        if !self.forget()
            && let Some(mail) = self.waiter.find(near)
        {
            mail.with(&mut |seat, _| seat.revoke(number));
        }
    }

    /// Like [`Recorded::take_back`], but only within a poll of the actor; returns false elsewhere. That is
    /// enough for a wait that is recorded for snapshots only.
    pub(crate) fn forget(&mut self) -> bool {
        if self.number == NONE {
            return true;
        }
        let number = std::mem::replace(&mut self.number, NONE);
        // A record that was published before this poll has been cleared.
        POLLING.with(|polling| {
            let is_inside = polling.place.get() == self.waiter;
            if is_inside && polling.wait.get().is_some_and(|wait| wait.number == number) {
                polling.wait.set(None);
            }
            is_inside
        })
    }

    /// The wait for `target` is pending with `waker`: if this is the waker of the polled handler,
    /// writes the record, or reports that the wait is refused.
    pub(crate) fn pending(
        &mut self,
        target: &Core,
        goal: Goal,
        timed: bool,
        waker: &Waker,
    ) -> Option<Cycle> {
        POLLING.with(|polling| {
            if polling.waker.get() != words(waker) {
                return None;
            }
            if polling.is_told.get()
                && self.number != NONE
                && let Some(verdict) = VERDICT
                    .with_borrow_mut(|told| told.take_if(|verdict| verdict.number == self.number))
            {
                polling.is_told.set(false);
                return Some(verdict.cycle);
            }
            let waiter = polling.place.get();
            if waiter == Place::NOWHERE {
                return None;
            }
            if self.number == NONE {
                *self = Recorded { number: next_number(), waiter };
            }
            let wait = Wait { number: self.number, target: Place::of(target), goal, timed };
            polling.wait.set(Some(wait));
            None
        })
    }

    /// The wait for `target` is pending with `waker`, and something other than a run of `target` may end it:
    /// writes a record for snapshots, unless the poll has written one that counts for deadlocks.
    pub(crate) fn note(&mut self, target: Place, goal: Goal, waker: &Waker) {
        POLLING.with(|polling| {
            let waiter = polling.place.get();
            if polling.waker.get() != words(waker) || waiter == Place::NOWHERE {
                return;
            }
            if polling.wait.get().is_some_and(|wait| wait.goal.is_certain()) {
                return;
            }
            if self.number == NONE {
                *self = Recorded { number: next_number(), waiter };
            }
            polling.wait.set(Some(Wait { number: self.number, target, goal, timed: false }));
        });
    }
}
