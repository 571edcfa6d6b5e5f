//! The wait-for edge of an actor: the record of a handler that waits for another actor, stored in
//! the cell's state. Written during a poll (`tracker`), published when the cell parks (`park` in `control`), and
//! followed by `detector`.
//!
//! Invariant: a wait removes its record before it drops its clone of the actor's waker. A published
//! record of a parked cell, without other clones of the waker, therefore identifies the only event
//! that can wake the actor.

use super::waker::HandlerWaker;
use crate::cell::capacity::Ticket;
use crate::cell::current;
use crate::cell::handle::DynMailbox;
use crate::cell::header::Header;
use crate::cell::state::{CellState, CellTask};
use crate::cell::system_shared::{self, SystemShared};
use crate::error::Cycle;
use crate::exit::ActorId;
use crate::sync::{Arc, Weak};

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
