//! How a wait adds and removes its record: the poll of a handler, as seen by the calls and sends in
//! it. Thread-local; after the poll, the task makes a `PendingWait` of the record, which `park` publishes.

use super::edge::{ActorKey, RefusedWait, WaitEdge, WaitGoal};
use crate::cell::handle::DynMailbox;
use crate::cell::header::Header;
use crate::cell::system_shared::SystemShared;
use crate::error::Cycle;
use crate::sync::Arc;
use crate::sync::std_sync::{AtomicU64, Ordering};
use std::cell::{Cell, RefCell};
use std::num::NonZeroU64;
use std::task::Waker;

/// The current handler poll of this thread, as seen by the waits in it.
struct CurrentPoll {
    /// The data pointer and the vtable of the waker with which the handler is polled; 0 for none.
    waker: Cell<(usize, usize)>,
    /// The polled actor.
    place: Cell<ActorKey>,
    /// The record of this poll. The last write wins.
    wait: Cell<Option<WaitEdge>>,
    /// Set if a wait has been refused.
    has_refusal: Cell<bool>,
    /// The waker, while a poll leaves no record.
    untracked: Cell<(usize, usize)>,
}

const NO_WAKER: (usize, usize) = (0, 0);

thread_local! {
    static CURRENT_POLL: CurrentPoll = const {
        CurrentPoll {
            waker: Cell::new(NO_WAKER),
            place: Cell::new(ActorKey::NONE),
            wait: Cell::new(None),
            has_refusal: Cell::new(false),
            untracked: Cell::new(NO_WAKER),
        }
    };
    static REFUSAL: RefCell<Option<Box<RefusedWait>>> = const { RefCell::new(None) };
    /// The number of the next wait, and the remaining numbers of this thread's share.
    static NUMBERS: Cell<(u64, u32)> = const { Cell::new((0, 0)) };
}

/// Returns the two addresses that `Waker::will_wake` compares.
fn words(waker: &Waker) -> (usize, usize) {
    (waker.data() as usize, std::ptr::from_ref(waker.vtable()) as usize)
}

/// Returns whether `waker` is the one with which the handler is being polled.
pub(crate) fn is_own_waker(waker: &Waker) -> bool {
    CURRENT_POLL.with(|polling| polling.waker.get() == words(waker))
}

/// Runs one poll whose waits leave no record, because its waker is shared by several handlers.
pub(crate) fn untracked<T>(poll: impl FnOnce() -> T) -> T {
    /// Restores the waker, even if the poll panics: another actor may have one at the same address later.
    struct Restore((usize, usize));

    impl Drop for Restore {
        fn drop(&mut self) {
            CURRENT_POLL.with(|polling| {
                polling.waker.set(self.0);
                polling.untracked.set(NO_WAKER);
            });
        }
    }

    let _restore = CURRENT_POLL.with(|polling| {
        let waker = polling.waker.replace(NO_WAKER);
        polling.untracked.set(waker);
        Restore(waker)
    });
    poll()
}

/// Returns whether `waker` is the one with which the actor is being polled, even if its waits leave
/// no record.
pub(crate) fn is_handlers_waker(waker: &Waker) -> bool {
    CURRENT_POLL.with(|polling| {
        let words = words(waker);
        words == polling.waker.get() || words == polling.untracked.get()
    })
}

/// Runs one poll of a handler of `mailbox`. Returns its wait, if there is one. A stored refusal is taken out
/// first, for [`on_pending`](WaitTracker::on_pending).
pub(crate) fn polled<T>(
    mailbox: &dyn DynMailbox,
    waker: &Waker,
    poll: impl FnOnce() -> T,
) -> (T, Option<WaitEdge>) {
    let header = mailbox.header();
    let has_refusal = header.has_refusal();
    if has_refusal {
        let refusal = mailbox.lock().cell.take_refusal();
        header.set_has_refusal(false);
        REFUSAL.set(refusal);
    }
    let place = if header.system.detects { ActorKey::of(header) } else { ActorKey::NONE };
    let before = CURRENT_POLL.with(|polling| {
        let told = polling.has_refusal.replace(has_refusal);
        (
            polling.waker.replace(words(waker)),
            polling.place.replace(place),
            polling.wait.take(),
            told,
        )
    });
    let result = poll();
    let wait = CURRENT_POLL.with(|polling| {
        polling.waker.set(before.0);
        polling.place.set(before.1);
        polling.has_refusal.set(before.3);
        polling.wait.replace(before.2)
    });
    if has_refusal {
        // A refusal whose wait was not polled ends with this poll.
        drop(REFUSAL.take());
    }
    (result, wait)
}

/// Returns a unique number for a wait.
fn next_number() -> NonZeroU64 {
    const SHARE: u32 = 1 << 16;
    static SHARES: AtomicU64 = AtomicU64::new(1);
    let (mut next, mut left) = NUMBERS.get();
    if left == 0 {
        next = SHARES.fetch_add(u64::from(SHARE), Ordering::Relaxed);
        left = SHARE;
    }
    NUMBERS.set((next + 1, left - 1));
    // The first share starts at 1.
    NonZeroU64::new(next).unwrap_or(NonZeroU64::MIN)
}

/// The part of a wait that may have a record.
#[derive(Debug)]
pub(crate) struct WaitTracker {
    /// `None` takes no extra word, so that a wait without a record costs little to create.
    record: Option<WaitRecord>,
}

/// The record of a wait.
#[derive(Clone, Copy, Debug)]
struct WaitRecord {
    number: NonZeroU64,
    waiter: ActorKey,
}

impl WaitTracker {
    pub(crate) const fn untracked() -> Self {
        WaitTracker { record: None }
    }

    /// Removes the record if `waker` is not the waker of the actor that has it, because polling may
    /// drop the clone that the wait holds. Called before the wait is polled.
    pub(crate) fn check_waker(&mut self, waker: &Waker, near: &Arc<SystemShared>) {
        if let Some(record) = self.record {
            let stands = CURRENT_POLL.with(|polling| {
                polling.place.get() == record.waiter && polling.waker.get() == words(waker)
            });
            if !stands {
                self.retract(near);
            }
        }
    }

    /// Returns the number of the record. Creates a record for `waiter` if there is none.
    fn number_for(&mut self, waiter: ActorKey) -> u64 {
        let record =
            self.record.get_or_insert_with(|| WaitRecord { number: next_number(), waiter });
        record.number.get()
    }

    /// Returns whether there is a record.
    pub(crate) fn is_tracked(&self) -> bool {
        self.record.is_some()
    }

    /// Removes the record of the wait. Called when the wait has ended, or before its clone of the
    /// waker is dropped.
    pub(crate) fn retract(&mut self, near: &Arc<SystemShared>) {
        let Some(record) = self.record else { return };
        if !self.forget()
            && let Some(mailbox) = record.waiter.find(near)
        {
            mailbox.lock().cell.revoke(record.number.get());
        }
    }

    /// Like [`WaitTracker::retract`], but only within a poll of the actor; elsewhere, returns
    /// `false` and does nothing. This is enough for a wait that is recorded for snapshots only.
    pub(crate) fn forget(&mut self) -> bool {
        let Some(record) = self.record.take() else { return true };
        let number = record.number.get();
        // A record that was published before this poll has already been cleared.
        CURRENT_POLL.with(|polling| {
            let is_inside = polling.place.get() == record.waiter;
            if is_inside && polling.wait.get().is_some_and(|wait| wait.number == number) {
                polling.wait.set(None);
            }
            is_inside
        })
    }

    /// Records that the wait for `target` is pending with `waker`, if that is the waker of the
    /// polled handler. Returns the cycle if the wait is refused.
    pub(crate) fn on_pending(
        &mut self,
        target: &Header,
        goal: WaitGoal,
        timed: bool,
        waker: &Waker,
    ) -> Option<Cycle> {
        CURRENT_POLL.with(|polling| {
            if polling.waker.get() != words(waker) {
                return None;
            }
            if polling.has_refusal.get()
                && let Some(record) = self.record
                && let Some(refusal) = REFUSAL.with_borrow_mut(|told| {
                    told.take_if(|refusal| refusal.number == record.number.get())
                })
            {
                polling.has_refusal.set(false);
                return Some(refusal.cycle);
            }
            let waiter = polling.place.get();
            if waiter == ActorKey::NONE {
                return None;
            }
            let number = self.number_for(waiter);
            let wait = WaitEdge { number, target: ActorKey::of(target), goal, timed };
            polling.wait.set(Some(wait));
            None
        })
    }

    /// Writes a record for snapshots, unless the poll has written one that counts for deadlocks.
    /// Called when the wait for `target` is pending with `waker` and an event other than a run of
    /// `target` may end it.
    pub(crate) fn note_for_snapshots(&mut self, target: ActorKey, goal: WaitGoal, waker: &Waker) {
        CURRENT_POLL.with(|polling| {
            let waiter = polling.place.get();
            if polling.waker.get() != words(waker) || waiter == ActorKey::NONE {
                return;
            }
            if polling.wait.get().is_some_and(|wait| wait.goal.is_certain()) {
                return;
            }
            let number = self.number_for(waiter);
            polling.wait.set(Some(WaitEdge { number, target, goal, timed: false }));
        });
    }
}
