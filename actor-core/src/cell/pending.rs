//! Whom an actor waits for: the one record of a handler that is pending on another actor, as it lies in
//! the seat. Written during a poll (`record`), published when the cell is laid back, and followed by
//! `cycle`.
//!
//! Invariant: a wait takes its record back before its clone of the actor's waker goes. So a record
//! that lies published beside a cell at rest, with no other clone about, says what alone can wake
//! that actor.

use super::core::Core;
use super::current;
use super::hub::{self, Hub};
use super::post::AnyMail;
use super::queue::Ticket;
use super::seat::{Cell, Seat};
use super::waker::HandlerWaker;
use crate::error::Cycle;
use crate::exit::ActorId;
use crate::sync::{Arc, Weak};

/// Where an actor stands in the table of its system. Plain data, so that whoever notes an actor
/// neither keeps nor drops it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    system: u32,
    key: u32,
    number: u64,
}

impl Place {
    /// Nobody's: of one that was never entered in a table, or that is not to be recorded.
    pub(super) const NOWHERE: Place = Place { system: 0, key: u32::MAX, number: 0 };

    pub(crate) fn of(core: &Core) -> Self {
        Place { system: core.hub.id, key: core.key, number: core.number }
    }

    /// Whoever stands there, if it is still the same. `near` is the system to look in first.
    pub(crate) fn find(self, near: &Arc<Hub>) -> Option<Arc<dyn AnyMail>> {
        let found = if near.id == self.system {
            near.actor(self.key as usize)
        } else {
            hub::find(self.system)?.actor(self.key as usize)
        };
        found.filter(|mail| mail.core().number == self.number)
    }
}

/// The event that ends a wait for another actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Goal {
    /// The answer to a call, which only the target's own run can give.
    Answer,
    /// Room in the target's mailbox. The ticket is the sender's place among those that wait.
    Room(Ticket),
    /// The target's end.
    End,
    /// The target's start.
    Start,
    /// The target's end, which a timer of the wait forces by a kill.
    EndOrKill,
    /// The answer to a call, which may come from elsewhere than the target's run.
    AnyAnswer,
    /// Room in the buffer of the target's subscription to a topic.
    Publication,
}

impl Goal {
    /// The ticket of a sender that waits for room.
    #[inline]
    pub(super) fn room(self) -> Option<Ticket> {
        if let Goal::Room(ticket) = self { Some(ticket) } else { None }
    }

    /// Whether only a run of the target, or its kill, can cause the event. Any other wait is recorded for
    /// snapshots only.
    pub(super) fn is_certain(self) -> bool {
        !matches!(self, Goal::AnyAnswer | Goal::Publication)
    }

    /// Whether the wait can be refused with an error.
    pub(super) fn has_error(self) -> bool {
        matches!(self, Goal::Answer | Goal::Room(_))
    }
}

/// What a pending handler waits for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wait {
    /// Which wait this is, told from all others.
    pub(super) number: u64,
    pub(super) target: Place,
    pub(super) goal: Goal,
    /// Whether a timer of the wait holds a clone of the waker too.
    pub(super) timed: bool,
}

impl Wait {
    /// Whether the wait ends when its time is over, whatever its target does.
    pub(super) fn ends_by_itself(&self) -> bool {
        self.timed && self.goal != Goal::EndOrKill
    }
}

/// A record on its way from the poll to the mailbox.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pending {
    pub(super) wait: Wait,
    /// In which handler.
    pub(super) handler: &'static str,
    /// Whether a handler waits for the answer of this one.
    pub(super) is_asked: bool,
    /// Whether it counts for deadlocks; if not, only snapshots show it.
    pub(super) is_certain: bool,
}

impl Pending {
    /// The wait of the handler that this thread has just polled. `is_busy`: it takes no mail meanwhile,
    /// which could wake it.
    pub(crate) fn new(wait: Wait, is_busy: bool) -> Self {
        let handling = current::handling();
        let is_certain = is_busy && wait.goal.is_certain();
        Pending { wait, handler: handling.name, is_asked: handling.is_asked(), is_certain }
    }
}

/// What lies in an actor's seat, from its first wait on.
#[derive(Default)]
pub(crate) struct Waits {
    published: Option<Pending>,
    /// How often a record was published: the same number means that it was not polled in between.
    epoch: u64,
    /// The wait whose record is not to be published by the poll that is on; [`ALL`] for whichever.
    revoked: u64,
    /// Counts the clones of the actor's waker.
    count: Option<Weak<HandlerWaker>>,
    verdict: Option<Box<Verdict>>,
}

/// In the place of a wait's number: no wait has it.
pub(super) const NONE: u64 = 0;
/// In the place of a wait's number: every wait.
const ALL: u64 = u64::MAX;

/// Refuses the wait with this number.
pub(super) struct Verdict {
    pub(super) number: u64,
    pub(super) cycle: Cycle,
}

impl Verdict {
    pub(super) fn new(wait: &Wait, cycle: Cycle) -> Box<Self> {
        Box::new(Verdict { number: wait.number, cycle })
    }
}

/// An actor at rest that waits for another, seen under its lock.
pub(super) struct Edge {
    pub(super) pending: Pending,
    pub(super) epoch: u64,
    /// Whether nothing but the wait itself can wake the actor: there is no clone of its waker apart
    /// from the cell's own, the wait's, and if it is timed the timer's. Once true, it stays so as
    /// long as the actor rests: only the owner of a clone can make another.
    pub(super) is_alone: bool,
}

impl Seat {
    /// From now on the clones of the actor's waker are counted here.
    pub(crate) fn count(&mut self, count: Weak<HandlerWaker>) {
        self.records().waits.get_or_insert_default().count = Some(count);
    }

    /// The poll is over, with this record; returns its epoch. `None` if it has none, or if it was
    /// taken back while the poll was on.
    pub(super) fn publish(&mut self, pending: Option<&Pending>) -> Option<u64> {
        let waits = self.waits()?;
        let revoked = std::mem::replace(&mut waits.revoked, NONE);
        let is_revoked = |wait: &Wait| revoked == ALL || revoked == wait.number;
        waits.published = pending.filter(|pending| !is_revoked(&pending.wait)).copied();
        waits.published?;
        waits.epoch += 1;
        Some(waits.epoch)
    }

    /// The wait `number` stands no more, or not under this actor's waker.
    pub(super) fn revoke(&mut self, number: u64) {
        let is_at_rest = self.cell.is_some();
        let waits = self.records().waits.get_or_insert_default();
        if !is_at_rest {
            // The poll that is on may publish it yet.
            let is_first = waits.revoked == NONE || waits.revoked == number;
            waits.revoked = if is_first { number } else { ALL };
        } else if waits.published.is_some_and(|pending| pending.wait.number == number) {
            waits.published = None;
        }
    }

    /// The actor's wait, if it is at rest and only a run of the target can end the wait.
    pub(super) fn edge(&self) -> Option<Edge> {
        let waits = self.known()?.waits.as_ref()?;
        self.cell.as_ref()?;
        let pending = waits.published.filter(|pending| pending.is_certain)?;
        let clones = 2 + usize::from(pending.wait.timed);
        // Relaxed in effect, which is enough: a clone made before the publication is seen since it
        // happened before this lock was taken, and one that goes says under this lock that it
        // wakes before it goes.
        let is_alone = waits.count.as_ref().is_some_and(|count| count.strong_count() == clones);
        Some(Edge { pending, epoch: waits.epoch, is_alone })
    }

    /// Refuses the wait that was published as `epoch`; gives out the cell, to be scheduled.
    pub(super) fn condemn(&mut self, epoch: u64, verdict: &mut Option<Box<Verdict>>) -> Sentence {
        match (self.edge(), self.waits()) {
            (Some(edge), Some(waits)) if edge.epoch == epoch => {
                if !edge.is_alone {
                    return Sentence::Crowded;
                }
                waits.published = None;
                waits.verdict = verdict.take();
                self.cell.take().map_or(Sentence::Gone, Sentence::Passed)
            }
            _ => Sentence::Gone,
        }
    }

    /// The actor that the handler waits for, and the event.
    pub(crate) fn waits_for(&self) -> Option<(ActorId, Goal)> {
        self.cell.as_ref()?;
        let wait = self.known()?.waits.as_ref()?.published?.wait;
        let Place { system, number, .. } = wait.target;
        Some((ActorId { system, number }, wait.goal))
    }

    pub(super) fn take_verdict(&mut self) -> Option<Box<Verdict>> {
        self.waits().and_then(|waits| waits.verdict.take())
    }
}

/// What became of an attempt to refuse a wait.
pub(super) enum Sentence {
    Passed(Cell),
    /// The wait is there, but somebody else might wake the actor.
    Crowded,
    /// It waits no longer.
    Gone,
}
