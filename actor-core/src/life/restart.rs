//! Lives that follow one another: what a restart needs in the loop itself, whoever decides on it.
//!
//! An actor with an overseer does not end when a life ends: it goes through the steps of the end up
//! to the drop of the state, tells the overseer, and waits, deaf, for the verdict. Cell, id, address,
//! mailbox, joiners and names stay. What is queued goes to the next life.

use super::driver::{Cradle, Driver, Next, Stage};
use super::end::{Ending, publish};
use super::making;
use crate::actor::Dispatch;
use crate::cell::core::{END, LEAVE, Pace};
use crate::cell::current;
use crate::cell::mail::Mail;
use crate::cell::post::{AnyMail, Verbs};
use crate::cell::seat::Notice;
use crate::exit::{ActorId, Exit, Failure};
use crate::incident::Incident;
use crate::sync::Arc;

/// Which ends of a life are followed by a new one, as in OTP.
///
/// ```
/// # use actor_core::prelude::*;
/// # #[actor] struct Idle; #[actor] impl Idle {}
/// use actor_core::{Child, Restart};
///
/// let child = Child::new("once", || Idle).restart(Restart::Temporary);
/// # drop(child);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Restart {
    /// Always, unless it is stopped from outside.
    #[default]
    Permanent,
    /// After a failure only: a panic, a failed start, a link, a kill.
    Transient,
    /// Never.
    Temporary,
}

impl Restart {
    /// Whether a life that ended by itself with `exit` is followed by another.
    pub(crate) fn follows(self, exit: &Exit) -> bool {
        match self {
            Restart::Permanent => true,
            Restart::Transient => !exit.is_normal(),
            Restart::Temporary => false,
        }
    }
}

/// Who is told of each life's end and decides what follows.
pub(crate) trait Overseer: Send + Sync {
    /// A life has ended; answer by `decide`. False if nobody is there to decide.
    fn life_ended(&self, id: ActorId, exit: Exit) -> bool;

    /// The actor has ended for good, and its exit is published.
    fn ended(&self, _id: ActorId) {}
}

/// What an actor with an overseer has beside the others.
pub(crate) struct Overseen {
    pub(crate) overseer: Arc<dyn Overseer>,
    pub(crate) restart: Restart,
    /// What the overseer has decided, until the loop takes it.
    pub(crate) verdict: Option<Verdict>,
    /// Set when its parent was killed: no life follows, and nobody is left to decide.
    pub(crate) orphaned: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// A new life begins.
    Again,
    /// The actor ends.
    Over,
}

/// Makes the state of each life anew.
pub(crate) enum Factory<A: Dispatch> {
    Now(Box<dyn FnMut(&A::Handle) -> A + Send>),
    /// Starts a task that lays the state down. It was made where the state is known to be `Send`.
    Later(Box<dyn FnMut(&Arc<Mail<A>>, Cradle<A>) + Send>),
}

/// The verbs of an overseer.
pub(crate) trait Oversight: AnyMail {
    /// Answers `life_ended`.
    fn decide(&self, verdict: Verdict) {
        self.with(&mut |seat, _| {
            if seat.known().is_some_and(|records| records.overseen.is_some())
                && let Some(overseen) = &mut seat.records().overseen
            {
                overseen.verdict = Some(verdict);
                // What was wished of the life before is not wished of the next one.
                self.core().lower(LEAVE | END);
            }
        });
        self.notify(Notice::Look);
    }

    /// Kills the actor for good: no life follows, even if it is between two just now.
    fn kill_for_good(&self) {
        self.with(&mut |seat, _| {
            if seat.known().is_some_and(|records| records.overseen.is_some())
                && let Some(overseen) = &mut seat.records().overseen
            {
                overseen.orphaned = true;
            }
        });
        self.kill();
    }

    /// Ends this life after the running handler, without draining and without closing the mailbox.
    fn end_life(&self) {
        let mut cell = None;
        self.with(&mut |seat, _| {
            if seat.exit().is_none() {
                self.core().raise(END);
                cell = seat.take_idle();
            }
        });
        if let Some(cell) = cell {
            let job = crate::host::Job::Cell(cell);
            self.core().hub.host.schedule(job, crate::host::Turn::Next);
        }
    }
}

impl<M: AnyMail + ?Sized> Oversight for M {}

impl<A: Dispatch> Driver<A> {
    /// Whether a life that ends with `exit` may be followed by another: it has an overseer, its kind
    /// of restart says so, and nobody outside has stopped it.
    pub(super) fn may_live_again(&self, exit: &Exit) -> bool {
        let lane = self.mail().lane();
        let overseen = lane.seat.known().and_then(|records| records.overseen.as_ref());
        !lane.seat.closed
            && overseen.is_some_and(|overseen| {
                // What the overseer has ended itself is its own affair.
                !overseen.orphaned && (self.ended_by_overseer || overseen.restart.follows(exit))
            })
    }

    /// The life is wholly gone: tells the overseer, or ends the actor.
    pub(super) fn life_is_over(&mut self) -> Option<Next<A::Message>> {
        let mail = self.mail().clone();
        let exit = self.exit_to_be();
        let is_overseen = {
            let lane = mail.lane();
            lane.seat.known().is_some_and(|records| records.overseen.is_some())
        };
        if let Exit::Failed(failure) = &exit
            && is_overseen
        {
            let failure = failure.clone();
            mail.core.hub.report(Incident::LifeFailed { failure });
        }
        if !self.may_live_again(&exit) {
            return Some(self.actor_is_over());
        }
        let overseer = {
            let mut lane = mail.lane();
            let overseen = lane.seat.records().overseen.as_mut();
            overseen.map(|overseen| {
                overseen.verdict = None;
                overseen.overseer.clone()
            })
        };
        self.stage = Stage::Ending(Ending::Verdict);
        if overseer.is_some_and(|overseer| overseer.life_ended(mail.core.id(), exit)) {
            return None;
        }
        Some(self.actor_is_over())
    }

    fn actor_is_over(&mut self) -> Next<A::Message> {
        let mail = self.mail().clone();
        AnyMail::close(&*mail);
        mail.discard();
        self.discard_kept();
        let overseer = {
            let lane = mail.lane();
            let overseen = lane.seat.known().and_then(|records| records.overseen.as_ref());
            overseen.map(|overseen| overseen.overseer.clone())
        };
        publish(&*mail, self.exit_to_be());
        if let Some(overseer) = overseer {
            overseer.ended(mail.core.id());
        }
        Next::Over
    }

    /// Waits for the verdict. A stop from outside needs none; a kill finds nobody to kill.
    pub(super) fn await_verdict(&mut self) -> Option<Next<A::Message>> {
        let mail = self.mail().clone();
        // Before the look: what comes after it raises the signal again.
        mail.postpone_notices();
        let mut lane = mail.lane();
        let closed = lane.seat.closed;
        let overseen = lane.seat.records().overseen.as_mut();
        let orphaned = overseen.as_ref().is_some_and(|overseen| overseen.orphaned);
        let verdict = overseen.and_then(|overseen| overseen.verdict.take());
        if verdict.is_none() {
            // It was meant for the life that is over: one for the next comes after the verdict.
            mail.core.lower(LEAVE | END);
        }
        drop(lane);
        match verdict {
            _ if closed || orphaned => {
                let exit = if orphaned { Exit::Killed } else { Exit::Stopped };
                mail.lane().seat.set_exit_to_be(Some(exit));
                Some(self.actor_is_over())
            }
            Some(Verdict::Over) => Some(self.actor_is_over()),
            Some(Verdict::Again) => {
                self.live_again();
                None
            }
            None => Some(self.rest(Pace::Deaf)),
        }
    }

    fn live_again(&mut self) {
        let mail = self.mail().clone();
        let mut lane = mail.lane();
        lane.seat.records().restarts += 1;
        lane.seat.set_exit_to_be(None);
        // The keys go on: a notice for the old life finds nothing in the new one.
        if let Some(holdings) = &mut lane.holdings {
            holdings.awaits_tasks = false;
        }
        drop(lane);
        self.forget_cradle();
        self.killed = false;
        self.ended_by_overseer = false;
        self.has_started = false;
        self.fetched = false;
        self.stage = Stage::Born;
    }

    /// Begins to make the state of a life; `None` while it is being made elsewhere.
    pub(super) fn make(&mut self) -> Option<Result<A, Failure>> {
        let mail = self.mail().clone();
        if let Some(cradle) = self.rare.as_ref().and_then(|rare| rare.cradle.as_ref()) {
            return cradle.lock().take();
        }
        let me = self.context().address();
        let rare = self.rare.as_mut()?;
        match rare.factory.as_mut()? {
            Factory::Now(make) => Some(current::guarded(&*mail, making::WHAT, || make(&me))),
            Factory::Later(make) => {
                let cradle: Cradle<A> = Cradle::default();
                let begun = current::guarded(&*mail, making::WHAT, || make(&mail, cradle.clone()));
                rare.cradle = Some(cradle);
                begun.err().map(Err)
            }
        }
    }
}

/// Sets an actor under an overseer before its first run.
pub(crate) fn oversee<A: Dispatch>(mail: &Mail<A>, overseer: Arc<dyn Overseer>, restart: Restart) {
    let overseen = Overseen { overseer, restart, verdict: None, orphaned: false };
    mail.lane().seat.records().overseen = Some(Box::new(overseen));
}
