//! The deadlock detector: finds cycles of waiting actors, and refuses one of the waits. Takes the
//! lock of one actor at a time, and runs no user code.
//!
//! In a cycle of waits, the last actor to publish its record sees all others: before publishing, its
//! predecessor had pushed a message to it, or registered its wait for a change of its state. The
//! last actor therefore knows that it may have waiters, and checks.
//!
//! The edges found one by one are then visited a second time. An edge with the same epoch at both
//! visits held in between, so all edges held together at the moment between the two walks. The cycle
//! cannot end by itself: an edge ends only when its target runs, and each actor is the target of
//! another.
//!
//! Any wait of the cycle could be refused. If the wait that completes the cycle is a call or a
//! send, it returns the error. Otherwise, another call or send of the cycle does. In a cycle of
//! joins, the join that completes it panics.

use super::edge::{Edge, Goal, Pending, Place, Sentence, Verdict};
use crate::cell::handle::{AnyMail, schedule};
use crate::cell::queue::Ticket;
use crate::cell::system_shared::Hub;
use crate::error::Cycle;
use crate::sync::{Arc, Weak, std_sync};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Poller, Wake, Waker};
use std::time::Duration;

/// Only one cycle is confirmed at a time, so that of two actors that complete it, only one is
/// refused: the next one finds the edge gone.
static CONFIRMING: std_sync::Mutex<()> = std_sync::Mutex::new(());

/// The time after which a suspected actor is checked again: initial and maximum.
const SOON: Duration = Duration::from_millis(1);
const LATEST: Duration = Duration::from_secs(1);

/// The suspicion time from which the reactor of `async-io` is run first: it keeps the waker of a
/// dropped timer until it has other work. Shorter suspicions never start it.
const TURN: Duration = Duration::from_millis(4);

/// The result of a check.
enum Found {
    /// No cycle, or a cycle that has now been refused.
    Settled,
    /// A cycle, but other code holds a waker.
    Suspect,
}

/// An actor on the path, and its epoch at the visit.
struct Step {
    place: Place,
    epoch: u64,
}

/// Checks whether the actor `first`, which has been parked with this record, waits for itself. Not
/// under any lock.
pub(in crate::cell) fn look(first: &dyn AnyMail, pending: &Pending, epoch: u64) {
    #[cfg(test)]
    steps::reached(first.core().hub.id, steps::Point::Looks);
    consider(first, pending, epoch, SOON);
    #[cfg(test)]
    steps::reached(first.core().hub.id, steps::Point::Looked(first.core().number));
}

fn consider(first: &dyn AnyMail, pending: &Pending, epoch: u64, again: Duration) {
    if let Found::Suspect = walk(first, pending, epoch) {
        Suspicion::arm(first, epoch, again);
    }
}

/// The wait of the actor at `place`, if it is parked and, for a ticket, the holder of the ticket
/// still waits for capacity in its mailbox.
fn visit(place: Place, room: Option<Ticket>, near: &Arc<Hub>) -> Option<(Arc<dyn AnyMail>, Edge)> {
    let mail = place.find(near)?;
    let mut edge = None;
    mail.with_room_wanted(room, &mut |seat| edge = seat.edge());
    Some((mail, edge?))
}

/// Follows the waits from `first` until they end or return to it.
fn walk(first: &dyn AnyMail, pending: &Pending, epoch: u64) -> Found {
    let (start, near) = (Place::of(first.core()), &first.core().hub);
    let mut wait = pending.wait;
    let mut path: Vec<Step> = Vec::new();
    let mut is_crowded = false;
    // Brent's algorithm: an actor that is met again and is not the first is in a cycle without the
    // first.
    let (mut mark, mut until) = (None, 1);
    while wait.target != start {
        if mark == Some(wait.target) {
            return Found::Settled;
        }
        if path.len() == until {
            (mark, until) = (Some(wait.target), until * 2);
        }
        let Some((mail, edge)) = visit(wait.target, wait.goal.room(), near) else {
            return Found::Settled;
        };
        if edge.pending.wait.ends_by_itself() {
            return Found::Settled;
        }
        #[cfg(test)]
        steps::reached(near.id, steps::Point::Visited(mail.core().number));
        drop(mail);
        is_crowded |= !edge.is_alone;
        path.push(Step { place: wait.target, epoch: edge.epoch });
        wait = edge.pending.wait;
    }
    if is_crowded { Found::Suspect } else { confirm(first, pending, epoch, &path) }
}

/// Walks the path again, and if nothing has changed, refuses one wait of the cycle.
fn confirm(first: &dyn AnyMail, pending: &Pending, epoch: u64, path: &[Step]) -> Found {
    let near = &first.core().hub;
    // Declared first, so that they are dropped after the lock.
    let mut mails = Vec::with_capacity(path.len());
    // The waits of the cycle, beginning with that of `first`: the target of each is the waiter of the next.
    let mut waits = vec![*pending];
    let one_at_a_time = CONFIRMING.lock();
    let mut room = pending.wait.goal.room();
    for step in path {
        let Some((mail, edge)) = visit(step.place, room, near) else {
            return Found::Settled;
        };
        mails.push(mail);
        // Within one epoch, a sole waker stays the sole waker.
        if edge.epoch != step.epoch {
            return Found::Settled;
        }
        room = edge.pending.wait.goal.room();
        waits.push(edge.pending);
    }
    let Some(refused) = choose(&waits) else { return Found::Settled };
    let (mail, epoch) = match refused.checked_sub(1) {
        None => (first, epoch),
        Some(step) => {
            match visit(Place::of(first.core()), room, near) {
                Some((_, edge)) if edge.epoch != epoch => return Found::Settled,
                Some((_, edge)) if !edge.is_alone => return Found::Suspect,
                Some(_) => {}
                None => return Found::Settled,
            }
            room = waits[step].wait.goal.room();
            (&*mails[step], path[step].epoch)
        }
    };
    let labels = std::iter::once(first.label()).chain(mails.iter().map(|mail| mail.label()));
    let mut cycle: Vec<_> = labels.zip(waits.iter().map(|pending| pending.handler)).collect();
    cycle.rotate_left(refused);
    #[cfg(test)]
    steps::reached(near.id, steps::Point::Confirms);
    let mut verdict = Some(Verdict::new(&waits[refused].wait, Cycle::new(cycle)));
    let mut sentence = Sentence::Gone;
    mail.with_room_wanted(room, &mut |seat| {
        sentence = seat.condemn(epoch, &mut verdict);
        if let Sentence::Passed(_) = sentence {
            mail.core().tell(true);
        }
    });
    #[cfg(test)]
    steps::reached(near.id, steps::Point::Judged(matches!(sentence, Sentence::Passed(_))));
    drop(one_at_a_time);
    match sentence {
        Sentence::Passed(cell) => {
            schedule(mail.core(), Some(cell));
            Found::Settled
        }
        Sentence::Crowded => Found::Suspect,
        Sentence::Gone => Found::Settled,
    }
}

/// Returns the index of the wait to refuse, if there is one. Wait 0 is that of the actor that has looked.
fn choose(waits: &[Pending]) -> Option<usize> {
    let has_error = |place: &usize| waits[*place].wait.goal.has_error();
    // A timed wait ends by itself, and then the other waits of the cycle end one after another: only the
    // timed wait may be refused. A wait that kills its target at its time limit ends by itself too: only
    // the wait of its target, which ends by that kill at best, may be refused.
    let timed = waits.first().filter(|pending| pending.wait.ends_by_itself()).map(|_| 0);
    let killing = (0..waits.len()).filter(|place| waits[*place].wait.goal == Goal::EndOrKill);
    let killed = killing.map(|place| (place + 1) % waits.len());
    let mut only = timed.into_iter().chain(killed);
    match only.next() {
        None => (0..waits.len()).find(has_error).or(Some(0)),
        Some(place) => Some(place).filter(has_error).filter(|_| only.all(|other| other == place)),
    }
}

/// An actor that would be in a cycle if no clone of some waker existed elsewhere. It is checked
/// again as long as it is parked.
struct Suspicion {
    hub: Weak<Hub>,
    place: Place,
    epoch: u64,
    /// The delay before the next check.
    next: Duration,
}

impl Suspicion {
    fn arm(first: &dyn AnyMail, epoch: u64, after: Duration) {
        let hub = &first.core().hub;
        if hub.is_closing() {
            return;
        }
        let suspicion = Suspicion {
            hub: Arc::downgrade(hub),
            place: Place::of(first.core()),
            epoch,
            next: (after * 2).min(LATEST),
        };
        // A simulation considers only its own wakers.
        if after >= TURN && !first.core().is_simulated() {
            turn_reactor();
        }
        let at = hub.executor.now() + after;
        hub.executor.timers().insert(at, Waker::from(Arc::new(suspicion)), true);
    }
}

/// Makes the reactor of `async-io` drop cancelled timers, by adding a new one.
fn turn_reactor() {
    let mut timer = async_io::Timer::after(SOON);
    let _ = Pin::new(&mut timer).poll(&mut Poller::from_waker(Waker::noop()));
}

impl Wake for Suspicion {
    fn wake(self: Arc<Self>) {
        let Some(hub) = self.hub.upgrade() else { return };
        if let Some((first, edge)) = visit(self.place, None, &hub)
            && edge.epoch == self.epoch
        {
            consider(&*first, &edge.pending, self.epoch, self.next);
        }
    }
}

/// Fail points for the directed tests.
#[cfg(test)]
pub(in crate::cell) mod steps {
    use crate::sync::Arc;
    use crate::sync::std_sync::Mutex;
    use std::collections::BTreeMap;

    pub(in crate::cell) enum Point {
        /// This actor has admitted senders, and perhaps parked, and has not woken them yet.
        LetIn(u64),
        /// Its record is published, and it is about to check.
        Looks,
        /// The first walk has visited this actor.
        Visited(u64),
        /// All edges still hold, and it is about to refuse.
        Confirms,
        /// It has refused or not, and no actor has run since.
        Judged(bool),
        /// The check of this actor has ended.
        Looked(u64),
    }

    type Step = Arc<dyn Fn(Point) + Send + Sync>;

    /// The actions for each system.
    static STEPS: Mutex<BTreeMap<u32, Step>> = Mutex::new(BTreeMap::new());

    pub(in crate::cell) fn at_each_step(system: u32, step: impl Fn(Point) + Send + Sync + 'static) {
        let before = STEPS.lock().insert(system, Arc::new(step));
        drop(before);
    }

    pub(in crate::cell) fn reached(system: u32, point: Point) {
        let step = STEPS.lock().get(&system).cloned();
        if let Some(step) = step {
            step(point);
        }
    }
}

#[cfg(test)]
mod tests;
