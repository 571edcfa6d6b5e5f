//! The wait-for edge of an actor: the record of a handler that waits for another actor. The waits in
//! the poll of a handler write it, thread-locally ([`WaitTracker`]). After the poll, the task makes a
//! [`PendingWait`] of it, which is published in the state of the cell when the cell parks (`park` in
//! `handle`), and which `detector` follows.
//!
//! Invariant: a wait removes its record before it drops its clone of the actor's waker. A published
//! record of a parked cell, without other clones of the waker, therefore identifies the only event
//! that can wake the actor.

use crate::cell::capacity::Ticket;
use crate::cell::current;
use crate::cell::deadlock::HandlerWaker;
use crate::cell::handle::DynMailbox;
use crate::cell::header::Header;
use crate::cell::state::{CellState, CellTask};
use crate::cell::system_shared::{self, SystemShared};
use crate::error::Cycle;
use crate::exit::ActorId;
use crate::sync::std_sync::{AtomicU64, Ordering};
use crate::sync::{Arc, Scoped, Weak, scoped};
use std::cell::Cell;
use std::num::NonZeroU64;
use std::task::Waker;

#[cfg(test)]
mod tests;

/// The key of an actor in the table of its system. Plain data, so that storing one neither keeps
/// the actor alive nor drops it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ActorKey {
    system: u32,
    key: u32,
    number: u64,
}

impl ActorKey {
    /// No actor: stands for an actor that was never registered, or that is not to be recorded.
    pub(in crate::cell) const NONE: ActorKey = ActorKey { system: 0, key: u32::MAX, number: 0 };

    pub(crate) fn of(header: &Header) -> Self {
        ActorKey { system: header.system.id, key: header.key(), number: header.number }
    }

    /// Returns the actor with this key, if it still exists. `near` is the system that is searched
    /// first.
    pub(crate) fn find(self, near: &Arc<SystemShared>) -> Option<Arc<dyn DynMailbox>> {
        let found = if near.id == self.system {
            near.actor(self.key as usize)
        } else {
            system_shared::find(self.system)?.actor(self.key as usize)
        };
        found.filter(|mailbox| mailbox.header().number == self.number)
    }
}

/// The event that ends a wait for another actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WaitGoal {
    /// The reply to a call, which only the target can give.
    Reply,
    /// Capacity in the target's mailbox. The ticket identifies the waiting sender.
    Capacity(Ticket),
    /// The target's end.
    Exit,
    /// The target's start.
    Start,
    /// The target's end. At its time limit, the wait kills the target.
    ExitOrKill,
    /// The reply to a call, which another actor may give.
    AnyReply,
    /// Capacity in the buffer of the target's subscription to a topic.
    Publication,
    /// The next item of a streaming reply from the target.
    Item,
    /// Capacity for an item of a streaming reply, which the target reads.
    ItemRoom,
}

impl WaitGoal {
    /// Returns the ticket of a sender that waits for capacity, or `None` for another event.
    #[inline]
    pub(in crate::cell) fn ticket(self) -> Option<Ticket> {
        if let WaitGoal::Capacity(ticket) = self { Some(ticket) } else { None }
    }

    /// Returns whether the wait can end only if the target runs or is killed. Any other wait is
    /// recorded for snapshots only.
    pub(in crate::cell) fn is_certain(self) -> bool {
        !matches!(
            self,
            WaitGoal::AnyReply | WaitGoal::Publication | WaitGoal::Item | WaitGoal::ItemRoom
        )
    }

    /// Returns whether the wait can be refused with an error.
    pub(in crate::cell) fn has_error(self) -> bool {
        matches!(self, WaitGoal::Reply | WaitGoal::Capacity(_))
    }
}

/// The wait of a pending handler.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WaitEdge {
    /// The unique number of this wait.
    pub(in crate::cell) number: u64,
    pub(in crate::cell) target: ActorKey,
    pub(in crate::cell) goal: WaitGoal,
    /// Whether a timer of the wait holds a clone of the waker too.
    pub(in crate::cell) timed: bool,
}

impl WaitEdge {
    /// Returns whether the wait ends when its timeout elapses, regardless of its target.
    pub(in crate::cell) fn ends_by_itself(&self) -> bool {
        self.timed && self.goal != WaitGoal::ExitOrKill
    }
}

/// A record, passed from the poll to the mailbox.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PendingWait {
    pub(in crate::cell) wait: WaitEdge,
    /// The name of the waiting handler.
    pub(in crate::cell) handler: &'static str,
    /// Whether another handler waits for the reply of this one.
    pub(in crate::cell) is_asked: bool,
    /// Whether the wait counts for deadlocks. Otherwise only snapshots show it.
    pub(in crate::cell) is_certain: bool,
}

impl PendingWait {
    /// Creates the record of the wait of the handler that this thread has just polled. `is_busy`
    /// says that the actor takes no messages in the meantime, so that no message can wake the
    /// handler.
    pub(crate) fn new(wait: WaitEdge, is_busy: bool) -> Self {
        let handling = current::current_message();
        let is_certain = is_busy && wait.goal.is_certain();
        PendingWait { wait, handler: handling.name, is_asked: handling.is_asked(), is_certain }
    }
}

/// The waits of an actor, stored in its cell state from its first wait on.
#[derive(Default)]
pub(crate) struct PublishedWaits {
    published: Option<PendingWait>,
    /// The epoch: the number of published waits. The same number means that the actor was not
    /// polled in between.
    epoch: u64,
    /// The wait whose record must not be published by the current poll; [`ALL`] for any.
    revoked: u64,
    /// Counts the clones of the actor's waker.
    count: Option<Weak<HandlerWaker>>,
    refusal: Option<Box<RefusedWait>>,
}

/// A number that no wait has.
pub(in crate::cell) const NONE: u64 = 0;
/// A number that stands for every wait.
const ALL: u64 = u64::MAX;

/// Refuses the wait with this number.
pub(in crate::cell) struct RefusedWait {
    pub(in crate::cell) number: u64,
    pub(in crate::cell) cycle: Cycle,
}

impl RefusedWait {
    pub(in crate::cell) fn new(wait: &WaitEdge, cycle: Cycle) -> Box<Self> {
        Box::new(RefusedWait { number: wait.number, cycle })
    }
}

/// A parked actor that waits for another, inspected under its lock.
pub(in crate::cell) struct Edge {
    pub(in crate::cell) pending: PendingWait,
    pub(in crate::cell) epoch: u64,
    /// Whether only the wait itself can wake the actor. This is so if all clones of its waker
    /// belong to the cell, to the wait and, if the wait is timed, to the timer. Once true, it stays
    /// true as long as the actor is parked, because only the owner of a clone can create another.
    pub(in crate::cell) is_sole_waker: bool,
}

impl CellState {
    /// Stores the count of the clones of the actor's waker.
    pub(crate) fn count(&mut self, count: Weak<HandlerWaker>) {
        self.waits_mut().count = Some(count);
    }

    /// Publishes the record of a poll that has ended, and returns its epoch. Returns `None` if
    /// there is no record, or if it was removed during the poll.
    pub(in crate::cell) fn publish(&mut self, pending: Option<&PendingWait>) -> Option<u64> {
        let waits = self.existing_waits_mut()?;
        let revoked = std::mem::replace(&mut waits.revoked, NONE);
        let is_revoked = |wait: &WaitEdge| revoked == ALL || revoked == wait.number;
        waits.published = pending.filter(|pending| !is_revoked(&pending.wait)).copied();
        waits.published?;
        waits.epoch += 1;
        Some(waits.epoch)
    }

    /// Removes the record of the wait `number`, which has ended or uses another waker.
    pub(in crate::cell) fn revoke(&mut self, number: u64) {
        let is_at_rest = self.is_parked();
        let waits = self.waits_mut();
        if !is_at_rest {
            // The current poll may still publish the record.
            let is_first = waits.revoked == NONE || waits.revoked == number;
            waits.revoked = if is_first { number } else { ALL };
        } else if waits.published.is_some_and(|pending| pending.wait.number == number) {
            waits.published = None;
        }
    }

    /// Returns the actor's wait, if the actor is parked and only its target can end the wait.
    pub(in crate::cell) fn edge(&self) -> Option<Edge> {
        let waits = self.waits().filter(|_| self.is_parked())?;
        let pending = waits.published.filter(|pending| pending.is_certain)?;
        let clones = 2 + usize::from(pending.wait.timed);
        // Effectively relaxed, which is sufficient: a clone made before the publication happened
        // before this lock was taken, and is therefore seen; a clone that is being dropped records
        // its wake-up under this lock first.
        let is_sole_waker =
            waits.count.as_ref().is_some_and(|count| count.strong_count() == clones);
        Some(Edge { pending, epoch: waits.epoch, is_sole_waker })
    }

    /// Refuses the wait that was published as `epoch`. Returns the task, which the caller
    /// schedules.
    pub(in crate::cell) fn refuse(
        &mut self,
        epoch: u64,
        refusal: &mut Option<Box<RefusedWait>>,
    ) -> RefuseResult {
        match (self.edge(), self.existing_waits_mut()) {
            (Some(edge), Some(waits)) if edge.epoch == epoch => {
                if !edge.is_sole_waker {
                    return RefuseResult::OtherWaker;
                }
                waits.published = None;
                waits.refusal = refusal.take();
                self.take_parked().map_or(RefuseResult::Stale, RefuseResult::Refused)
            }
            _ => RefuseResult::Stale,
        }
    }

    /// Returns the actor that the handler waits for, and the event.
    pub(crate) fn waits_for(&self) -> Option<(ActorId, WaitGoal)> {
        let waits = self.waits().filter(|_| self.is_parked())?;
        let wait = waits.published?.wait;
        let ActorKey { system, number, .. } = wait.target;
        Some((ActorId { system, number }, wait.goal))
    }

    pub(in crate::cell) fn take_refusal(&mut self) -> Option<Box<RefusedWait>> {
        self.existing_waits_mut().and_then(|waits| waits.refusal.take())
    }
}

/// The result of an attempt to refuse a wait.
pub(in crate::cell) enum RefuseResult {
    Refused(CellTask),
    /// The wait exists, but other code might wake the actor.
    OtherWaker,
    /// The actor no longer waits.
    Stale,
}

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
    /// Whether that waker is the own waker of a concurrent handler.
    is_concurrent: Cell<bool>,
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
            is_concurrent: Cell::new(false),
        }
    };
    static REFUSAL: Scoped<Option<Box<RefusedWait>>> = const { scoped(None) };
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

/// Runs one poll whose waits leave no record.
pub(crate) fn untracked<T>(poll: impl FnOnce() -> T) -> T {
    untracked_as(CURRENT_POLL.with(|polling| polling.waker.get()), false, poll)
}

/// Runs one poll of a concurrent handler, which has a waker of its own. Its waits leave no record, because the
/// other handlers of the actor can run in the meantime.
pub(crate) fn concurrent<T>(waker: &Waker, poll: impl FnOnce() -> T) -> T {
    untracked_as(words(waker), true, poll)
}

fn untracked_as<T>(waker: (usize, usize), is_concurrent: bool, poll: impl FnOnce() -> T) -> T {
    /// Restores the waker, even if the poll panics: another actor may have one at the same address later.
    struct Restore((usize, usize));

    impl Drop for Restore {
        fn drop(&mut self) {
            CURRENT_POLL.with(|polling| {
                polling.waker.set(self.0);
                polling.untracked.set(NO_WAKER);
                polling.is_concurrent.set(false);
            });
        }
    }

    let _restore = CURRENT_POLL.with(|polling| {
        polling.untracked.set(waker);
        polling.is_concurrent.set(is_concurrent);
        Restore(polling.waker.replace(NO_WAKER))
    });
    poll()
}

/// Returns whether `waker` is the own waker of the concurrent handler that is being polled.
pub(super) fn is_concurrent_waker(waker: &Waker) -> bool {
    CURRENT_POLL
        .with(|polling| polling.is_concurrent.get() && polling.untracked.get() == words(waker))
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
        REFUSAL.with(|told| told.replace(refusal));
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
        drop(REFUSAL.with(|told| told.take()));
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
                && let Some(refusal) = REFUSAL.with(|told| {
                    told.borrow_mut().take_if(|refusal| refusal.number == record.number.get())
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
