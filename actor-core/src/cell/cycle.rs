//! Finds actors that wait for each other in a circle, and refuses one of the waits. Takes one
//! actor's lock at a time, and runs nothing of the user's.
//!
//! In a circle of waits the last actor to publish its record sees all others: its predecessor had
//! pushed a message to it, or entered its wait for a change of its state, before publishing, so it knows
//! that somebody may wait for it and looks.
//! What it then sees edge by edge is looked at a second time: an edge with the same epoch at both
//! visits held in between, so all held together at the moment between the two walks. And it cannot
//! end: an edge ends only when its target runs, and each is the target of another.
//!
//! Any wait of the cycle could be refused. If the wait that completes the cycle is a call or a send, it
//! returns the error. Else another call or send of the cycle does. In a cycle of joins, the join that
//! completes it panics.

use super::hub::Hub;
use super::pending::{Edge, Goal, Pending, Place, Sentence, Verdict};
use super::post::{AnyMail, schedule};
use super::queue::Ticket;
use crate::error::Cycle;
use crate::sync::{Arc, Weak, global};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Poller, Wake, Waker};
use std::time::Duration;

/// One circle is confirmed at a time, so that of two actors that close it only one is refused: the
/// next finds the edge gone.
static CONFIRMING: global::Mutex<()> = global::Mutex::new(());

/// After what time one that may be in a circle is looked at again, at first and at most.
const SOON: Duration = Duration::from_millis(1);
const LATEST: Duration = Duration::from_secs(1);

/// From which wait on the reactor of `async-io` is turned before: it keeps the waker of a timer that
/// was dropped until it next has something else to do. Whoever is suspected for a shorter time never
/// starts it.
const TURN: Duration = Duration::from_millis(4);

/// What a look comes to.
enum Found {
    /// No circle, or one that is refused now.
    Settled,
    /// A circle, but somebody outside of it holds a waker.
    Suspect,
}

/// An actor on the way, and its epoch when it was seen.
struct Step {
    place: Place,
    epoch: u64,
}

/// The actor `first` has been laid back with this record: looks whether it waits for itself. Not
/// under any lock.
pub(super) fn look(first: &dyn AnyMail, pending: &Pending, epoch: u64) {
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

/// Whom the actor at `place` waits for, if it rests and, with a ticket, the holder of that still
/// waits for room in its mailbox.
fn visit(place: Place, room: Option<Ticket>, near: &Arc<Hub>) -> Option<(Arc<dyn AnyMail>, Edge)> {
    let mail = place.find(near)?;
    let mut edge = None;
    mail.with_room_wanted(room, &mut |seat| edge = seat.edge());
    Some((mail, edge?))
}

/// Follows the waits from `first` until they end or come back to it.
fn walk(first: &dyn AnyMail, pending: &Pending, epoch: u64) -> Found {
    let (start, near) = (Place::of(first.core()), &first.core().hub);
    let mut wait = pending.wait;
    let mut path: Vec<Step> = Vec::new();
    let mut is_crowded = false;
    // Brent: whoever is met again, and is not the first, is in a circle without the first.
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

/// Walks the path again, and if nothing has changed refuses one wait of the cycle.
fn confirm(first: &dyn AnyMail, pending: &Pending, epoch: u64, path: &[Step]) -> Found {
    let near = &first.core().hub;
    // Declared first, so that they go after the lock.
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
        // In one epoch, who was alone still is.
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

/// One that would be in a circle if a clone of some waker were not about. It is looked at again as
/// long as it rests.
struct Suspicion {
    hub: Weak<Hub>,
    place: Place,
    epoch: u64,
    /// How long it waits if it has to wait once more.
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
        // A simulation goes by what is its own.
        if after >= TURN && !first.core().is_simulated() {
            turn_reactor();
        }
        let at = hub.host.now() + after;
        hub.host.timers().insert(at, Waker::from(Arc::new(suspicion)), true);
    }
}

/// Has the reactor of `async-io` forget what was dropped: a new timer makes it look.
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

/// Where the directed tests step in.
#[cfg(test)]
pub(super) mod steps {
    use crate::sync::Arc;
    use crate::sync::global::Mutex;
    use std::collections::BTreeMap;

    pub(in crate::cell) enum Point {
        /// This actor has let senders in, and perhaps laid its cell back, and has not woken them yet.
        LetIn(u64),
        /// Its record is published, and it is about to look.
        Looks,
        /// In the first walk it has seen whom this actor waits for.
        Visited(u64),
        /// All still holds, and it is about to refuse.
        Confirms,
        /// It has refused or not, and nobody has run since.
        Judged(bool),
        /// The look of this actor is over.
        Looked(u64),
    }

    type Step = Arc<dyn Fn(Point) + Send + Sync>;

    /// For each system what is to be done.
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
