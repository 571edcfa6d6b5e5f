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
use crate::cell::handle::{DynMailbox, Verbs, schedule};
use crate::cell::header::{KILL, ParkReason, STOP_FOR_RESTART, STOP_SELF};
use crate::cell::mailbox::Mailbox;
pub(crate) use crate::cell::restart::{Restart, RestartAuthority, RestartDecision, Supervision};
use crate::cell::state::{CellState, SystemMessage};
use crate::exit::Exit;
use crate::incident::Incident;
use crate::sync::Arc;

/// The operations of a supervisor.
pub(crate) trait SupervisorControl: DynMailbox {
    /// Answers `life_ended`.
    fn decide(&self, decision: RestartDecision) {
        self.with(&mut |cell, _| {
            if let Some(supervision) = supervision(cell) {
                supervision.decision = Some(decision);
                // Requests to the previous life do not apply to the next one.
                self.header().clear_flag(STOP_SELF | STOP_FOR_RESTART);
            }
        });
        self.notify(SystemMessage::Recheck);
    }

    /// Announces that the answer to `life_ended` comes after a delay.
    fn back_off(&self) {
        self.with(&mut |cell, _| {
            if let Some(supervision) = supervision(cell) {
                supervision.in_backoff = true;
            }
        });
        self.notify(SystemMessage::Recheck);
    }

    /// Kills the actor permanently: no life follows, even if it is between two lives.
    fn kill_permanently(&self) {
        self.with(&mut |cell, _| {
            if let Some(supervision) = supervision(cell) {
                supervision.orphaned = true;
            }
        });
        self.kill();
    }

    /// Kills this life, unless it has already ended.
    fn kill_life(&self) {
        let mut task = None;
        self.with(&mut |cell, _| {
            let is_between = supervision(cell).is_some_and(|supervision| supervision.between_lives);
            if cell.exit().is_none() && !is_between {
                self.header().set_flag(KILL);
                task = cell.parked.take();
            }
        });
        schedule(self.header(), task);
    }

    /// Ends this life after the running handler, without draining and without closing the mailbox.
    fn end_life(&self) {
        let mut task = None;
        self.with(&mut |cell, _| {
            if cell.exit().is_none() {
                self.header().set_flag(STOP_FOR_RESTART);
                task = cell.take_idle();
            }
        });
        schedule(self.header(), task);
    }
}

fn supervision(cell: &mut CellState) -> Option<&mut Supervision> {
    // Checked first, because accessing the records creates them.
    cell.cold()?.supervision.as_ref()?;
    cell.cold_mut().supervision.as_deref_mut()
}

impl<M: DynMailbox + ?Sized> SupervisorControl for M {}

impl dyn ErasedLoop + '_ {
    /// The life has ended completely: notifies the supervisor, or ends the actor.
    pub(super) fn finish_life(&mut self) -> ErasedStep {
        let by_supervisor = self.loop_state().ended_by_supervisor;
        let (mut exit, mut authority, mut is_last) = (Exit::Stopped, None, true);
        self.mailbox().with(&mut |cell, _| {
            exit = cell.pending_exit().cloned().unwrap_or(Exit::Stopped);
            is_last = !may_restart(cell, &exit, by_supervisor);
            if let Some(supervision) = supervision(cell) {
                supervision.set_between_lives(true);
                authority = Some(supervision.authority.clone());
                // A kill before this point applies to the ended life.
                self.mailbox().header().clear_flag(KILL);
            }
        });
        if let Exit::Failed(failure) = &exit
            && authority.is_some()
        {
            let failure = failure.clone();
            self.mailbox().header().system.report(Incident::RestartableFailure { failure });
        }
        let id = self.mailbox().header().id();
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
        self.mailbox().close();
        self.discard_queued();
        self.discard_deferred();
        publish_exit(self.mailbox(), exit);
        if let Some(authority) = authority {
            authority.ended(self.mailbox().header().id());
        }
        Some(NextStep::Done)
    }

    /// Records a kill that arrived between two lives.
    pub(super) fn record_kill_between_lives(&self) {
        self.mailbox().with(&mut |cell, _| {
            if let Some(supervision) = supervision(cell) {
                supervision.killed_between = true;
            }
        });
    }

    /// Waits for the decision. A stop from outside needs none, nor does a kill during a backoff.
    pub(super) fn await_decision(&mut self) -> ErasedStep {
        // Before the check, because later events set the flag again.
        self.mailbox().defer_system_messages();
        let (mut decision, mut exit, mut authority) = (None, None, None);
        self.mailbox().with(&mut |cell, _| {
            let closed = cell.closed;
            let last = cell.pending_exit().cloned().unwrap_or(Exit::Stopped);
            if let Some(supervision) = supervision(cell) {
                exit = supervision.end_between_lives(closed, last);
                decision = supervision.decision.take();
                authority = Some(supervision.authority.clone());
            }
            if decision.is_none() {
                // It was meant for the ended life: a kill of the next one comes after the decision.
                self.mailbox().header().clear_flag(STOP_SELF | STOP_FOR_RESTART);
            }
        });
        match (exit, decision) {
            (Some(exit), _) => self.end_actor(exit, authority),
            (None, Some(_)) => {
                self.restart_life();
                None
            }
            (None, None) => self.park(ParkReason::SystemOnly),
        }
    }

    fn restart_life(&mut self) {
        self.trace("begins another life");
        self.mailbox().with(&mut |cell, _| {
            cell.cold_mut().restarts += 1;
            cell.set_pending_exit(None);
            if let Some(supervision) = supervision(cell) {
                supervision.set_between_lives(false);
            }
            // The keys continue: a system message for the old life finds no resource in the new
            // one.
            if let Some(resources) = &mut cell.resources {
                resources.awaits_tasks = false;
            }
        });
        self.loop_state().begin_again();
    }
}

/// Whether a life that ends with `exit` may be followed by another: it has a supervisor, its
/// restart policy allows it, and it was not stopped from outside.
pub(super) fn may_restart(cell: &CellState, exit: &Exit, by_supervisor: bool) -> bool {
    let supervision = cell.cold().and_then(|cold| cold.supervision.as_ref());
    !cell.closed
        && supervision.is_some_and(|supervision| {
            // The restart policy does not apply to an end ordered by the supervisor.
            !supervision.orphaned && (by_supervisor || supervision.restart.follows(exit))
        })
}

/// Puts an actor under a supervisor before its first run.
pub(crate) fn supervise<A: Dispatch>(
    mailbox: &Mailbox<A>,
    authority: Arc<dyn RestartAuthority>,
    restart: Restart,
) {
    mailbox.lock().cell.cold_mut().supervision =
        Some(Box::new(Supervision::new(authority, restart)));
}
