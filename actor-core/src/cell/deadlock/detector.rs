//! The deadlock detector: finds cycles of waiting actors, and refuses one of the waits. The
//! detector takes the lock of one actor at a time, and runs no user code. `park` calls it. The
//! refused handler is scheduled, and its wait takes the refusal at the next poll
//! (`WaitTracker::on_pending`).
//!
//! In a cycle of waits, the last actor to publish its record sees all others. The actor that waits
//! for the last one had pushed a message to it, or registered a wait for a change of its state,
//! before publishing its own record. The last actor therefore finds that it may have waiters, and
//! checks.
//!
//! The edges found one by one ([`follow`]) are then visited a second time ([`confirm`]). An edge
//! with the same epoch at both visits also existed in between. All edges therefore existed together
//! at the moment between the two walks. The cycle cannot end on its own: an edge ends only when its
//! target runs, and each actor is the target of another.
//!
//! If the wait that completes the cycle is a call or a send, it returns the error. Otherwise,
//! another call or send of the cycle does ([`choose`]). In a cycle of joins, the join that
//! completes it panics. A wait with a timeout restricts the choice, and so does a join that kills
//! its target at a time limit: possibly no wait is refused.
//!
//! If other code holds a waker of an actor in the cycle, no wait is refused yet, and the actor is
//! checked again after a delay ([`Recheck`]).

use super::edge::{ActorKey, Edge, PendingWait, RefuseResult, RefusedWait, WaitGoal};
use crate::cell::capacity::Ticket;
use crate::cell::handle::DynMailbox;
use crate::cell::mailbox::schedule;
use crate::cell::resources::saturating_add;
use crate::cell::system_shared::SystemShared;
use crate::error::Cycle;
use crate::sync::{Arc, Weak, std_sync};
use std::task::{Wake, Waker};
use std::time::Duration;

/// Only one cycle is confirmed at a time. If two actors complete the same cycle, only one wait is
/// refused: the second check finds the edge removed.
static CONFIRMING: std_sync::Mutex<()> = std_sync::Mutex::new(());

/// The time after which a suspected actor is checked again: the first delay, and the maximum.
const FIRST_RECHECK: Duration = Duration::from_millis(1);
const MAX_RECHECK_DELAY: Duration = Duration::from_secs(1);

/// From this delay on, a recheck first runs the reactor of `async-io`, which keeps the waker of a
/// dropped timer until it has other work. Shorter delays never start the reactor.
#[cfg(all(feature = "io", not(target_family = "wasm")))]
const FLUSH_REACTOR_FROM: Duration = Duration::from_millis(4);

/// The result of a check.
enum CheckResult {
    /// There is no cycle, or a wait of the cycle has been refused, or none may be refused.
    Settled,
    /// There is a cycle, but other code holds a waker of one of its actors.
    Suspect,
}

/// An actor on the path, and its epoch at the visit.
struct Visited {
    place: ActorKey,
    epoch: u64,
}

/// Checks whether the actor `first`, which has been parked with this record, waits for itself.
/// Called without a lock.
pub(in crate::cell) fn check(first: &dyn DynMailbox, pending: &PendingWait, epoch: u64) {
    #[cfg(test)]
    failpoints::reached(first.header().system.id, failpoints::Failpoint::CheckStarts);
    check_and_rearm(first, pending, epoch, FIRST_RECHECK);
    #[cfg(test)]
    failpoints::reached(
        first.header().system.id,
        failpoints::Failpoint::CheckEnded(first.header().number),
    );
}

/// Checks now. If the actor is suspect, checks again after `again`.
fn check_and_rearm(first: &dyn DynMailbox, pending: &PendingWait, epoch: u64, again: Duration) {
    if let CheckResult::Suspect = follow(first, pending, epoch) {
        Recheck::arm(first, epoch, again);
    }
}

/// Returns the wait of the actor at `place`, if the actor is parked. The sender with `ticket`, if
/// there is one, must also still wait for capacity in the mailbox of the actor.
fn visit(
    place: ActorKey,
    ticket: Option<Ticket>,
    near: &Arc<SystemShared>,
) -> Option<(Arc<dyn DynMailbox>, Edge)> {
    let mailbox = place.find(near)?;
    let edge = mailbox.lock_if_certain(ticket)?.cell.edge()?;
    Some((mailbox, edge))
}

/// Follows the waits from `first` until they end or return to it.
fn follow(first: &dyn DynMailbox, pending: &PendingWait, epoch: u64) -> CheckResult {
    let (start, near) = (ActorKey::of(first.header()), &first.header().system);
    let mut wait = pending.wait;
    let mut path: Vec<Visited> = Vec::new();
    let mut has_other_waker = false;
    // Brent's algorithm: if an actor other than the first is met again, the path leads into a cycle
    // that does not contain the first.
    let (mut mark, mut until) = (None, 1);
    while wait.target != start {
        if mark == Some(wait.target) {
            return CheckResult::Settled;
        }
        if path.len() == until {
            (mark, until) = (Some(wait.target), until * 2);
        }
        let Some((mailbox, edge)) = visit(wait.target, wait.goal.ticket(), near) else {
            return CheckResult::Settled;
        };
        if edge.pending.wait.ends_by_itself() {
            return CheckResult::Settled;
        }
        #[cfg(test)]
        failpoints::reached(near.id, failpoints::Failpoint::Visited(mailbox.header().number));
        drop(mailbox);
        has_other_waker |= !edge.is_sole_waker;
        path.push(Visited { place: wait.target, epoch: edge.epoch });
        wait = edge.pending.wait;
    }
    if has_other_waker { CheckResult::Suspect } else { confirm(first, pending, epoch, &path) }
}

/// Walks the path again and, if nothing has changed, refuses one wait of the cycle.
fn confirm(
    first: &dyn DynMailbox,
    pending: &PendingWait,
    epoch: u64,
    path: &[Visited],
) -> CheckResult {
    let near = &first.header().system;
    // Declared first, so that they are dropped after the lock.
    let mut mailboxes = Vec::with_capacity(path.len());
    // The waits of the cycle, beginning with the wait of `first`: the target of each wait is the waiter of
    // the next.
    let mut waits = vec![*pending];
    let one_at_a_time = CONFIRMING.lock();
    let mut ticket = pending.wait.goal.ticket();
    for step in path {
        let Some((mailbox, edge)) = visit(step.place, ticket, near) else {
            return CheckResult::Settled;
        };
        mailboxes.push(mailbox);
        // Within one epoch, a wait that was the sole waker stays the sole waker.
        if edge.epoch != step.epoch {
            return CheckResult::Settled;
        }
        ticket = edge.pending.wait.goal.ticket();
        waits.push(edge.pending);
    }
    let Some(refused) = choose(&waits) else { return CheckResult::Settled };
    let (mailbox, epoch) = match refused.checked_sub(1) {
        None => (first, epoch),
        Some(step) => {
            match visit(ActorKey::of(first.header()), ticket, near) {
                Some((_, edge)) if edge.epoch != epoch => return CheckResult::Settled,
                Some((_, edge)) if !edge.is_sole_waker => return CheckResult::Suspect,
                Some(_) => {}
                None => return CheckResult::Settled,
            }
            ticket = waits[step].wait.goal.ticket();
            (&*mailboxes[step], path[step].epoch)
        }
    };
    let labels =
        std::iter::once(first.label()).chain(mailboxes.iter().map(|mailbox| mailbox.label()));
    let mut cycle: Vec<_> = labels.zip(waits.iter().map(|pending| pending.handler)).collect();
    cycle.rotate_left(refused);
    #[cfg(test)]
    failpoints::reached(near.id, failpoints::Failpoint::Confirmed);
    let mut refusal = Some(RefusedWait::new(&waits[refused].wait, Cycle::new(cycle)));
    let result = match mailbox.lock_if_certain(ticket) {
        Some(mut locked) => {
            let result = locked.cell.refuse(epoch, &mut refusal);
            if let RefuseResult::Refused(_) = result {
                mailbox.header().set_has_refusal(true);
            }
            result
        }
        None => RefuseResult::Stale,
    };
    #[cfg(test)]
    failpoints::reached(
        near.id,
        failpoints::Failpoint::RefusalTried(matches!(result, RefuseResult::Refused(_))),
    );
    drop(one_at_a_time);
    match result {
        RefuseResult::Refused(task) => {
            schedule(mailbox.header(), Some(task));
            CheckResult::Settled
        }
        RefuseResult::OtherWaker => CheckResult::Suspect,
        RefuseResult::Stale => CheckResult::Settled,
    }
}

/// Returns the index of the wait to refuse, if there is one. Wait 0 belongs to the actor that runs the
/// detector.
fn choose(waits: &[PendingWait]) -> Option<usize> {
    let has_error = |place: &usize| waits[*place].wait.goal.has_error();
    // A timed wait ends on its own, and then the other waits of the cycle end one after another.
    // Only the timed wait may therefore be refused. A wait that kills its target at its time limit
    // ends on its own too. In that case, only the wait of its target may be refused, because the
    // kill would end that wait too.
    let timed = waits.first().filter(|pending| pending.wait.ends_by_itself()).map(|_| 0);
    let killing = (0..waits.len()).filter(|place| waits[*place].wait.goal == WaitGoal::ExitOrKill);
    let killed = killing.map(|place| (place + 1) % waits.len());
    let mut only = timed.into_iter().chain(killed);
    match only.next() {
        None => (0..waits.len()).find(has_error).or(Some(0)),
        Some(place) => Some(place).filter(has_error).filter(|_| only.all(|other| other == place)),
    }
}

/// An actor that would be in a cycle if other code did not hold a clone of some waker. It is
/// checked again as long as it is parked.
struct Recheck {
    system: Weak<SystemShared>,
    place: ActorKey,
    epoch: u64,
    /// The delay before the next check.
    next: Duration,
}

impl Recheck {
    fn arm(first: &dyn DynMailbox, epoch: u64, after: Duration) {
        let system = &first.header().system;
        if system.is_closing() {
            return;
        }
        let recheck = Recheck {
            system: Arc::downgrade(system),
            place: ActorKey::of(first.header()),
            epoch,
            next: (after * 2).min(MAX_RECHECK_DELAY),
        };
        // A simulation considers only its own wakers.
        #[cfg(all(feature = "io", not(target_family = "wasm")))]
        if after >= FLUSH_REACTOR_FROM && !first.header().is_simulated() {
            reactor::flush();
        }
        let at = saturating_add(system.executor.now(), after);
        system.executor.timers().insert(at, Waker::from(Arc::new(recheck)), true);
    }
}

impl Wake for Recheck {
    fn wake(self: Arc<Self>) {
        let Some(system) = self.system.upgrade() else { return };
        if let Some((first, edge)) = visit(self.place, None, &system)
            && edge.epoch == self.epoch
        {
            check_and_rearm(&*first, &edge.pending, self.epoch, self.next);
        }
    }
}

/// The reactor of `async-io`, which keeps the waker of a dropped timer until it has other work. Deadlock
/// detection cannot tell such a waker from one that will be used.
#[cfg(all(feature = "io", not(target_family = "wasm")))]
mod reactor {
    use std::future::Future;
    use std::pin::Pin;
    use std::task::{Context, Waker};
    use std::time::Duration;

    use async_io::Timer;

    /// Makes the reactor drop cancelled timers and their wakers, by adding a new one.
    pub(crate) fn flush() {
        let mut timer = Timer::after(Duration::from_millis(1));
        let _ = Pin::new(&mut timer).poll(&mut Context::from_waker(Waker::noop()));
    }
}

/// Fail points for the directed tests.
#[cfg(test)]
pub(in crate::cell) mod failpoints {
    use crate::sync::Arc;
    use crate::sync::std_sync::Mutex;
    use std::collections::BTreeMap;

    pub(in crate::cell) enum Failpoint {
        /// This actor has admitted senders, and perhaps parked, and has not woken them yet.
        WaitersAdmitted(u64),
        /// The record of an actor is published, and its check is about to begin.
        CheckStarts,
        /// The first walk has visited this actor.
        Visited(u64),
        /// All edges still exist, and a wait is about to be refused.
        Confirmed,
        /// A wait has been refused or not, and no actor has run since.
        RefusalTried(bool),
        /// The check of this actor has ended.
        CheckEnded(u64),
    }

    type FailpointAction = Arc<dyn Fn(Failpoint) + Send + Sync>;

    /// The actions for each system.
    static ACTIONS: Mutex<BTreeMap<u32, FailpointAction>> = Mutex::new(BTreeMap::new());

    pub(in crate::cell) fn set_action(
        system: u32,
        step: impl Fn(Failpoint) + Send + Sync + 'static,
    ) {
        let before = ACTIONS.lock().insert(system, Arc::new(step));
        drop(before);
    }

    pub(in crate::cell) fn reached(system: u32, point: Failpoint) {
        let step = ACTIONS.lock().get(&system).cloned();
        if let Some(step) = step {
            step(point);
        }
    }
}

#[cfg(test)]
mod tests;
