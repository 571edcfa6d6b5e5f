//! Restarts: the part of the run loop, independent of the supervisor's policy.
//!
//! A supervised actor does not end when a life ends: it goes through the steps of the end up to the
//! drop of the state, notifies the supervisor, and waits for its decision, handling only system
//! messages. Cell, id, address, mailbox, joiners and names stay. Queued messages go to the next
//! life.

use super::erased::{ErasedLoop, ErasedStep, Lifecycle};
use super::run_loop::NextStep;
use super::shutdown::{ShutdownStep, publish};
use crate::actor::dispatch::Dispatch;
use crate::cell::handle::{AnyMail, Verbs, schedule};
use crate::cell::header::{END, KILL, LEAVE, Pace};
use crate::cell::mailbox::Mail;
pub(crate) use crate::cell::restart::{Overseen, Overseer, Restart, Verdict};
use crate::cell::state::{Notice, Seat};
use crate::exit::Exit;
use crate::incident::Incident;
use crate::sync::Arc;

/// The operations of a supervisor.
pub(crate) trait Oversight: AnyMail {
    /// Answers `life_ended`.
    fn decide(&self, verdict: Verdict) {
        self.with(&mut |seat, _| {
            if let Some(overseen) = overseen(seat) {
                overseen.verdict = Some(verdict);
                // Requests to the previous life do not apply to the next one.
                self.core().lower(LEAVE | END);
            }
        });
        self.notify(Notice::Look);
    }

    /// Announces that the answer to `life_ended` comes after a delay.
    fn back_off(&self) {
        self.with(&mut |seat, _| {
            if let Some(overseen) = overseen(seat) {
                overseen.in_backoff = true;
            }
        });
        self.notify(Notice::Look);
    }

    /// Kills the actor permanently: no life follows, even if it is between two lives.
    fn kill_for_good(&self) {
        self.with(&mut |seat, _| {
            if let Some(overseen) = overseen(seat) {
                overseen.orphaned = true;
            }
        });
        self.kill();
    }

    /// Kills this life, unless it has already ended.
    fn kill_life(&self) {
        let mut cell = None;
        self.with(&mut |seat, _| {
            let is_between = overseen(seat).is_some_and(|overseen| overseen.between);
            if seat.exit().is_none() && !is_between {
                self.core().raise(KILL);
                cell = seat.cell.take();
            }
        });
        schedule(self.core(), cell);
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
        schedule(self.core(), cell);
    }
}

fn overseen(seat: &mut Seat) -> Option<&mut Overseen> {
    // Checked first, because accessing the records creates them.
    seat.known()?.overseen.as_ref()?;
    seat.records().overseen.as_deref_mut()
}

impl<M: AnyMail + ?Sized> Oversight for M {}

impl dyn ErasedLoop + '_ {
    /// The life has ended completely: notifies the supervisor, or ends the actor.
    pub(super) fn life_is_over(&mut self) -> ErasedStep {
        let by_overseer = self.loop_state().ended_by_overseer;
        let (mut exit, mut overseer, mut is_last) = (Exit::Stopped, None, true);
        self.mail().with(&mut |seat, _| {
            exit = seat.exit_to_be().cloned().unwrap_or(Exit::Stopped);
            is_last = !may_live_again(seat, &exit, by_overseer);
            if let Some(overseen) = overseen(seat) {
                overseen.set_between(true);
                overseer = Some(overseen.overseer.clone());
                // A kill before this point applies to the ended life.
                self.mail().core().lower(KILL);
            }
        });
        if let Exit::Failed(failure) = &exit
            && overseer.is_some()
        {
            let failure = failure.clone();
            self.mail().core().hub.report(Incident::RestartableFailure { failure });
        }
        let id = self.mail().core().id();
        if let Some(overseer) = &overseer
            && !is_last
        {
            self.loop_state().lifecycle = Lifecycle::ShuttingDown(ShutdownStep::AwaitDecision);
            if overseer.life_ended(id, exit.clone()) {
                return None;
            }
        }
        self.actor_is_over(exit, overseer)
    }

    fn actor_is_over(&mut self, exit: Exit, overseer: Option<Arc<dyn Overseer>>) -> ErasedStep {
        self.mail().close();
        self.discard_queued();
        self.discard_deferred();
        publish(self.mail(), exit);
        if let Some(overseer) = overseer {
            overseer.ended(self.mail().core().id());
        }
        Some(NextStep::Done)
    }

    /// Records a kill that arrived between two lives.
    pub(super) fn note_kill_between(&self) {
        self.mail().with(&mut |seat, _| {
            if let Some(overseen) = overseen(seat) {
                overseen.killed_between = true;
            }
        });
    }

    /// Waits for the decision. A stop from outside needs none, nor does a kill during a backoff.
    pub(super) fn await_verdict(&mut self) -> ErasedStep {
        // Before the check, because later events set the flag again.
        self.mail().postpone_notices();
        let (mut verdict, mut exit, mut overseer) = (None, None, None);
        self.mail().with(&mut |seat, _| {
            let closed = seat.closed;
            let last = seat.exit_to_be().cloned().unwrap_or(Exit::Stopped);
            if let Some(overseen) = overseen(seat) {
                exit = overseen.end_between(closed, last);
                verdict = overseen.verdict.take();
                overseer = Some(overseen.overseer.clone());
            }
            if verdict.is_none() {
                // It was meant for the ended life: a kill of the next one comes after the decision.
                self.mail().core().lower(LEAVE | END);
            }
        });
        match (exit, verdict) {
            (Some(exit), _) => self.actor_is_over(exit, overseer),
            (None, Some(_)) => {
                self.live_again();
                None
            }
            (None, None) => self.park(Pace::Deaf),
        }
    }

    fn live_again(&mut self) {
        self.trace("begins another life");
        self.mail().with(&mut |seat, _| {
            seat.records().restarts += 1;
            seat.set_exit_to_be(None);
            if let Some(overseen) = overseen(seat) {
                overseen.set_between(false);
            }
            // The keys continue: a system message for the old life finds no resource in the new
            // one.
            if let Some(holdings) = &mut seat.holdings {
                holdings.awaits_tasks = false;
            }
        });
        self.loop_state().begin_again();
    }
}

/// Whether a life that ends with `exit` may be followed by another: it has a supervisor, its
/// restart policy allows it, and it was not stopped from outside.
pub(super) fn may_live_again(seat: &Seat, exit: &Exit, by_overseer: bool) -> bool {
    let overseen = seat.known().and_then(|records| records.overseen.as_ref());
    !seat.closed
        && overseen.is_some_and(|overseen| {
            // The restart policy does not apply to an end ordered by the supervisor.
            !overseen.orphaned && (by_overseer || overseen.restart.follows(exit))
        })
}

/// Puts an actor under a supervisor before its first run.
pub(crate) fn oversee<A: Dispatch>(mail: &Mail<A>, overseer: Arc<dyn Overseer>, restart: Restart) {
    mail.lane().seat.records().overseen = Some(Box::new(Overseen::new(overseer, restart)));
}
