//! Restarts, except for the policy of the supervisor.
//!
//! A supervised actor does not end when a life ends. It goes through the steps of the end up to the
//! drop of the state, notifies the supervisor, and waits for the decision. While it waits, it
//! handles only system messages. The cell, id, address, mailbox, joiners and names stay the same.
//! Queued messages go to the next life: `finish` (`shutdown.rs`) puts the batch back and leaves the
//! mailbox open, unless [`may_restart`] says that no life can follow.
//! [`RestartAuthority::life_ended`] asks for the decision: `Supervisor::life_ended`
//! (`supervision/supervisor.rs`) makes it, and for a member of a pool `member_failed`
//! (`pool/mailbox.rs`).

use super::run_loop::NextStep;
use super::shutdown::{ShutdownStep, publish_exit};
use super::slow_path::ErasedLoop;
use crate::actor::dispatch::Dispatch;
use crate::actor::run_loop::Lifecycle;
use crate::cell::handle::{DynMailbox, catch_and_report};
use crate::cell::header::{KILL, ParkReason, STOP_FOR_RESTART, STOP_SELF};
use crate::cell::mailbox::Mailbox;
use crate::cell::resources::Resources;
use crate::cell::state::{CellState, Restart, RestartAuthority, Supervision};
use crate::exit::Exit;
use crate::incident::Incident;
use crate::sync::Arc;

impl dyn ErasedLoop + '_ {
    /// Notifies the supervisor that the life has ended completely, or ends the actor if no other
    /// life can follow. From then on, no child is added.
    pub(super) fn finish_life(&mut self) -> Option<NextStep> {
        let by_supervisor = self.loop_state().ended_by_supervisor;
        let mut locked = self.mailbox().lock();
        let cell = &mut locked.cell;
        if cell.resources().is_some_and(Resources::has_children) {
            // The drop of the state has spawned children.
            drop(locked);
            self.loop_state().lifecycle = Lifecycle::ShuttingDown(ShutdownStep::Tasks);
            return None;
        }
        let exit = cell.pending_exit().cloned().unwrap_or(Exit::Stopped);
        let is_last = !may_restart(cell, &exit, by_supervisor);
        if is_last {
            // Under the lock under which no child was found: none is added later.
            cell.release_names();
        }
        let authority = cell.supervision_mut().map(|supervision| {
            supervision.set_between_lives(true);
            // A kill before this point applies to the ended life.
            self.mailbox().header().clear_flag(KILL);
            supervision.authority.clone()
        });
        drop(locked);
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
    ) -> Option<NextStep> {
        self.mailbox().close();
        self.discard_queued();
        self.discard_deferred();
        let mut factory = self.loop_state().take_factory();
        catch_and_report(self.mailbox(), "drop", &mut || factory = None);
        publish_exit(self.mailbox(), exit);
        if let Some(authority) = authority {
            authority.ended(self.mailbox().header().id());
        }
        Some(NextStep::Done)
    }

    /// Records a kill that arrived between two lives.
    pub(super) fn record_kill_between_lives(&self) {
        let mut locked = self.mailbox().lock();
        if let Some(supervision) = locked.cell.supervision_mut() {
            supervision.killed_between = true;
        }
    }

    /// Waits for the decision of the supervisor. A stop from outside ends the actor without a
    /// decision, and so does a kill during a backoff.
    pub(super) fn await_decision(&mut self) -> Option<NextStep> {
        // Before the check, because later events set the flag again.
        self.mailbox().defer_system_messages();
        let (mut decision, mut exit, mut authority) = (None, None, None);
        let mut locked = self.mailbox().lock();
        let cell = &mut locked.cell;
        let closed = cell.is_closed();
        let last = cell.pending_exit().cloned().unwrap_or(Exit::Stopped);
        if let Some(supervision) = cell.supervision_mut() {
            exit = supervision.end_between_lives(closed, last);
            decision = supervision.decision.take();
            authority = Some(supervision.authority.clone());
        }
        if decision.is_none() {
            // These requests were meant for the ended life. A request to the next life comes after
            // the decision.
            self.mailbox().header().clear_flag(STOP_SELF | STOP_FOR_RESTART);
        }
        drop(locked);
        match (exit, decision) {
            (Some(exit), _) => self.end_actor(exit, authority),
            (None, Some(_)) => {
                self.restart_life();
                None
            }
            (None, None) => self.park(ParkReason::SystemOnly),
        }
    }

    /// Starts another life on the same mailbox, because the supervisor has decided to restart the actor. Its
    /// state comes from the factory, in `begin_life` (`slow_path.rs`).
    fn restart_life(&mut self) {
        self.trace("begins another life");
        let mut locked = self.mailbox().lock();
        let cell = &mut locked.cell;
        cell.count_restart();
        cell.set_pending_exit(None);
        if let Some(supervision) = cell.supervision_mut() {
            supervision.set_between_lives(false);
        }
        // The keys continue: a system message for the old life finds no resource in the new one.
        if let Some(resources) = cell.existing_resources_mut() {
            resources.awaits_tasks = false;
        }
        drop(locked);
        self.loop_state().begin_again();
    }
}

/// Returns whether another life may follow one that ends with `exit`. The actor must have a
/// supervisor, the restart policy must allow it, and the actor must not have been stopped from
/// outside.
pub(super) fn may_restart(cell: &CellState, exit: &Exit, by_supervisor: bool) -> bool {
    !cell.is_closed()
        && cell.supervision().is_some_and(|supervision| {
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
    mailbox.lock().cell.set_supervision(Supervision::new(authority, restart));
}
