//! Restarts: the part of the run loop, independent of the supervisor's policy.
//!
//! A supervised actor does not end when a life ends: it goes through the steps of the end up to the
//! drop of the state, notifies the supervisor, and waits for its decision, handling only system
//! messages. Cell, id, address, mailbox, joiners and names stay. Queued messages go to the next
//! life.

use super::erased::{ErasedLoop, ErasedStep};
use super::run_loop::NextStep;
use super::shutdown::{ShutdownStep, publish_exit};
use crate::actor::dispatch::Dispatch;
use crate::actor::lifecycle::Lifecycle;
use crate::cell::handle::{AnyMail, Verbs, schedule};
use crate::cell::header::{END, KILL, LEAVE, Pace};
use crate::cell::mailbox::Mail;
pub(crate) use crate::cell::restart::{Restart, RestartAuthority, RestartDecision, Supervision};
use crate::cell::state::{Notice, Seat};
use crate::exit::Exit;
use crate::incident::Incident;
use crate::sync::Arc;

/// The operations of a supervisor.
pub(crate) trait SupervisorControl: AnyMail {
    /// Answers `life_ended`.
    fn decide(&self, decision: RestartDecision) {
        self.with(&mut |seat, _| {
            if let Some(supervision) = supervision(seat) {
                supervision.decision = Some(decision);
                // Requests to the previous life do not apply to the next one.
                self.core().lower(LEAVE | END);
            }
        });
        self.notify(Notice::Look);
    }

    /// Announces that the answer to `life_ended` comes after a delay.
    fn back_off(&self) {
        self.with(&mut |seat, _| {
            if let Some(supervision) = supervision(seat) {
                supervision.in_backoff = true;
            }
        });
        self.notify(Notice::Look);
    }

    /// Kills the actor permanently: no life follows, even if it is between two lives.
    fn kill_permanently(&self) {
        self.with(&mut |seat, _| {
            if let Some(supervision) = supervision(seat) {
                supervision.orphaned = true;
            }
        });
        self.kill();
    }

    /// Kills this life, unless it has already ended.
    fn kill_life(&self) {
        let mut cell = None;
        self.with(&mut |seat, _| {
            let is_between = supervision(seat).is_some_and(|supervision| supervision.between_lives);
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

fn supervision(seat: &mut Seat) -> Option<&mut Supervision> {
    // Checked first, because accessing the records creates them.
    seat.known()?.supervision.as_ref()?;
    seat.records().supervision.as_deref_mut()
}

impl<M: AnyMail + ?Sized> SupervisorControl for M {}

impl dyn ErasedLoop + '_ {
    /// The life has ended completely: notifies the supervisor, or ends the actor.
    pub(super) fn finish_life(&mut self) -> ErasedStep {
        let by_supervisor = self.loop_state().ended_by_supervisor;
        let (mut exit, mut authority, mut is_last) = (Exit::Stopped, None, true);
        self.mail().with(&mut |seat, _| {
            exit = seat.exit_to_be().cloned().unwrap_or(Exit::Stopped);
            is_last = !may_restart(seat, &exit, by_supervisor);
            if let Some(supervision) = supervision(seat) {
                supervision.set_between_lives(true);
                authority = Some(supervision.authority.clone());
                // A kill before this point applies to the ended life.
                self.mail().core().lower(KILL);
            }
        });
        if let Exit::Failed(failure) = &exit
            && authority.is_some()
        {
            let failure = failure.clone();
            self.mail().core().hub.report(Incident::RestartableFailure { failure });
        }
        let id = self.mail().core().id();
        if let Some(authority) = &authority
            && !is_last
        {
            self.loop_state().lifecycle = Lifecycle::ShuttingDown(ShutdownStep::AwaitDecision);
            if authority.life_ended(id, exit.clone()) {
                return None;
            }
        }
        self.end_actor(exit, authority)
    }

    fn end_actor(
        &mut self,
        exit: Exit,
        authority: Option<Arc<dyn RestartAuthority>>,
    ) -> ErasedStep {
        self.mail().close();
        self.discard_queued();
        self.discard_deferred();
        publish_exit(self.mail(), exit);
        if let Some(authority) = authority {
            authority.ended(self.mail().core().id());
        }
        Some(NextStep::Done)
    }

    /// Records a kill that arrived between two lives.
    pub(super) fn record_kill_between_lives(&self) {
        self.mail().with(&mut |seat, _| {
            if let Some(supervision) = supervision(seat) {
                supervision.killed_between = true;
            }
        });
    }

    /// Waits for the decision. A stop from outside needs none, nor does a kill during a backoff.
    pub(super) fn await_decision(&mut self) -> ErasedStep {
        // Before the check, because later events set the flag again.
        self.mail().postpone_notices();
        let (mut decision, mut exit, mut authority) = (None, None, None);
        self.mail().with(&mut |seat, _| {
            let closed = seat.closed;
            let last = seat.exit_to_be().cloned().unwrap_or(Exit::Stopped);
            if let Some(supervision) = supervision(seat) {
                exit = supervision.end_between_lives(closed, last);
                decision = supervision.decision.take();
                authority = Some(supervision.authority.clone());
            }
            if decision.is_none() {
                // It was meant for the ended life: a kill of the next one comes after the decision.
                self.mail().core().lower(LEAVE | END);
            }
        });
        match (exit, decision) {
            (Some(exit), _) => self.end_actor(exit, authority),
            (None, Some(_)) => {
                self.restart_life();
                None
            }
            (None, None) => self.park(Pace::Deaf),
        }
    }

    fn restart_life(&mut self) {
        self.trace("begins another life");
        self.mail().with(&mut |seat, _| {
            seat.records().restarts += 1;
            seat.set_exit_to_be(None);
            if let Some(supervision) = supervision(seat) {
                supervision.set_between_lives(false);
            }
            // The keys continue: a system message for the old life finds no resource in the new
            // one.
            if let Some(resources) = &mut seat.resources {
                resources.awaits_tasks = false;
            }
        });
        self.loop_state().begin_again();
    }
}

/// Whether a life that ends with `exit` may be followed by another: it has a supervisor, its
/// restart policy allows it, and it was not stopped from outside.
pub(super) fn may_restart(seat: &Seat, exit: &Exit, by_supervisor: bool) -> bool {
    let supervision = seat.known().and_then(|records| records.supervision.as_ref());
    !seat.closed
        && supervision.is_some_and(|supervision| {
            // The restart policy does not apply to an end ordered by the supervisor.
            !supervision.orphaned && (by_supervisor || supervision.restart.follows(exit))
        })
}

/// Puts an actor under a supervisor before its first run.
pub(crate) fn supervise<A: Dispatch>(
    mail: &Mail<A>,
    authority: Arc<dyn RestartAuthority>,
    restart: Restart,
) {
    mail.lane().seat.records().supervision = Some(Box::new(Supervision::new(authority, restart)));
}
