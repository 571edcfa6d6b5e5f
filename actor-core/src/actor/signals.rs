//! Handling of flags, system messages and priority messages between two messages.

use super::erased::{ErasedLoop, ErasedStep, Lifecycle};
use super::erased_message::ErasedMessage;
use super::run_loop::NextStep;
use crate::cell::header::{END, KILL, LEAVE, NOTICE, POKE, Pace, STOP, URGENT, WAITING};
use crate::exit::Exit;
use std::any::Any;

impl dyn ErasedLoop + '_ {
    /// Handles the flags, deferred and delayed messages, and the end of the turn. `None`: continue
    /// with the next message; `Some(None)`: check again. A message to handle is in `slot`.
    #[allow(clippy::option_option, reason = "two questions: is there a step, and which")]
    pub(super) fn slow_path(
        &mut self,
        slot: &mut dyn ErasedMessage,
        actor: &dyn Any,
        concurrent: bool,
    ) -> Option<ErasedStep> {
        let next = self.slow_path_steps(slot, actor, concurrent);
        if let Some(Some(NextStep::Run(..))) = next {
            self.mark_member_busy();
        }
        next
    }

    /// A member of a pool handles an input of its own: a message of its timer, a hook, the end of
    /// its life. It checks the mailbox of the pool again afterwards.
    pub(super) fn mark_member_busy(&mut self) {
        if !self.mail().core().is_member() {
            return;
        }
        if let Some((shared, number)) = self.loop_state().shared() {
            shared.set_busy(number);
        }
        self.loop_state().fetched = false;
    }

    #[allow(clippy::option_option, reason = "two questions: is there a step, and which")]
    fn slow_path_steps(
        &mut self,
        slot: &mut dyn ErasedMessage,
        actor: &dyn Any,
        concurrent: bool,
    ) -> Option<ErasedStep> {
        let signals = self.mail().core().signals();
        if self.mail().core().is_simulated()
            && let Some(next) = self.next_delayed(slot)
        {
            return Some(next);
        }
        if self.mail().core().is_turn_over() {
            self.mail().core().end_turn();
            return Some(self.end_turn(concurrent));
        }
        if signals & (KILL | STOP | LEAVE | END) != 0 {
            if concurrent && signals & (KILL | STOP) == 0 {
                // Running handlers end first.
                return Some(self.park(Pace::Busy));
            }
            self.handle_end_flags(signals);
            return Some(None);
        }
        if signals & WAITING != 0 {
            self.mail().make_room();
        }
        if signals & POKE != 0 {
            self.mail().lower(POKE);
            self.loop_state().fetched = false;
        }
        if self.loop_state().is_due()
            && let Some(next) = self.retry_deferred(slot, actor, concurrent)
        {
            return Some(next);
        }
        if signals & URGENT != 0 {
            if self.take_urgent(concurrent, slot.as_any()) {
                self.mail().core().spend();
                return Some(self.dispatch(slot, actor));
            }
            if concurrent && self.mail().core().signals() & URGENT != 0 {
                return Some(self.park(Pace::Busy));
            }
        }
        if signals & NOTICE != 0
            && let Some(notice) = self.mail().take_due_notice()
        {
            self.mail().core().spend();
            return Some(self.handle_system_message(notice, slot, actor, concurrent));
        }
        None
    }

    /// Handles a flag that ends the life: a kill, a stop, or a request to leave.
    pub(super) fn handle_end_flags(&mut self, signals: u32) {
        if signals & KILL != 0 {
            self.handle_kill();
        } else if signals & STOP != 0 {
            self.start_draining();
        } else {
            self.handle_stop_self();
        }
    }

    /// Handles the flags of a life without a state yet; returns whether it has ended.
    pub(super) fn ended_before_start(&mut self) -> bool {
        if self.handle_kill() {
            return true;
        }
        let leaves = self.mail().core().signals() & (LEAVE | END) != 0;
        if leaves {
            self.handle_stop_self();
        }
        leaves
    }

    /// Records a kill; returns whether there was one.
    pub(super) fn handle_kill(&mut self) -> bool {
        let killed = self.mail().core().is_killed();
        if killed {
            self.mail().lower(KILL);
            self.loop_state().killed = true;
            if !matches!(self.loop_state().lifecycle, Lifecycle::ShuttingDown(_)) {
                self.finish(Exit::Killed);
            }
        }
        killed
    }

    /// Ends this life without draining: the queue goes to the next one.
    fn handle_stop_self(&mut self) {
        let by_supervisor = self.mail().core().signals() & END != 0;
        let is_failing = self.is_failing();
        self.mail().lower(LEAVE | END);
        // After a stop from outside it drains, regardless of other requests; but a failure ends it.
        if is_failing || self.loop_state().lifecycle != Lifecycle::Draining {
            self.loop_state().ended_by_supervisor = by_supervisor && !is_failing;
            self.finish(Exit::Stopped);
        }
    }

    /// Step 1 of the end, the loop's part: timers and streams end.
    fn start_draining(&mut self) {
        self.loop_state().lifecycle = Lifecycle::Draining;
        let mut ended = Vec::new();
        self.mail().with(&mut |seat, _| {
            self.mail().core().lower(STOP);
            if let Some(resources) = &mut seat.resources {
                ended = resources.take_timers_and_streams();
            }
        });
        for resource in ended {
            resource.end(self.mail(), "drop");
        }
    }
}
