//! Handling of flags, system messages and priority messages between two messages.

use super::erased::{Stage, Steps, Untyped};
use super::erased_message::AnyMessage;
use super::run_loop::Next;
use crate::cell::header::{END, KILL, LEAVE, NOTICE, POKE, Pace, STOP, URGENT, WAITING};
use crate::exit::Exit;
use std::any::Any;

impl dyn Steps + '_ {
    /// Handles the flags, deferred and delayed messages, and the end of the turn. `None`: continue
    /// with the next message; `Some(None)`: check again. A message to handle is in `place`.
    #[allow(clippy::option_option, reason = "two questions: is there a step, and which")]
    pub(super) fn heed(
        &mut self,
        place: &mut dyn AnyMessage,
        actor: &dyn Any,
        beside: bool,
    ) -> Option<Untyped> {
        let next = self.heed_each(place, actor, beside);
        if let Some(Some(Next::Run(..))) = next {
            self.leave_idle();
        }
        next
    }

    /// A member of a pool handles an input of its own: a message of its timer, a hook, the end of
    /// its life. It checks the mailbox of the pool again afterwards.
    pub(super) fn leave_idle(&mut self) {
        if !self.mail().core().is_member() {
            return;
        }
        if let Some((shared, number)) = self.course().shared() {
            shared.set_busy(number);
        }
        self.course().fetched = false;
    }

    #[allow(clippy::option_option, reason = "two questions: is there a step, and which")]
    fn heed_each(
        &mut self,
        place: &mut dyn AnyMessage,
        actor: &dyn Any,
        beside: bool,
    ) -> Option<Untyped> {
        let signals = self.mail().core().signals();
        if self.mail().core().is_simulated()
            && let Some(next) = self.held_back(place)
        {
            return Some(next);
        }
        if self.mail().core().is_turn_over() {
            self.mail().core().end_turn();
            return Some(self.end_turn(beside));
        }
        if signals & (KILL | STOP | LEAVE | END) != 0 {
            if beside && signals & (KILL | STOP) == 0 {
                // Running handlers end first.
                return Some(self.rest(Pace::Busy));
            }
            self.heed_end(signals);
            return Some(None);
        }
        if signals & WAITING != 0 {
            self.mail().make_room();
        }
        if signals & POKE != 0 {
            self.mail().lower(POKE);
            self.course().fetched = false;
        }
        if self.course().is_due()
            && let Some(next) = self.retry(place, actor, beside)
        {
            return Some(next);
        }
        if signals & URGENT != 0 {
            if self.take_urgent(beside, place.place()) {
                self.mail().core().spend();
                return Some(self.offer(place, actor));
            }
            if beside && self.mail().core().signals() & URGENT != 0 {
                return Some(self.rest(Pace::Busy));
            }
        }
        if signals & NOTICE != 0
            && let Some(notice) = self.mail().take_due_notice()
        {
            self.mail().core().spend();
            return Some(self.heed_notice(notice, place, actor, beside));
        }
        None
    }

    /// Handles a flag that ends the life: a kill, a stop, or a request to leave.
    pub(super) fn heed_end(&mut self, signals: u32) {
        if signals & KILL != 0 {
            self.heed_kill();
        } else if signals & STOP != 0 {
            self.begin_to_drain();
        } else {
            self.heed_leave();
        }
    }

    /// Handles the flags of a life without a state yet; returns whether it has ended.
    pub(super) fn is_over_unborn(&mut self) -> bool {
        if self.heed_kill() {
            return true;
        }
        let leaves = self.mail().core().signals() & (LEAVE | END) != 0;
        if leaves {
            self.heed_leave();
        }
        leaves
    }

    /// Records a kill; returns whether there was one.
    pub(super) fn heed_kill(&mut self) -> bool {
        let killed = self.mail().core().is_killed();
        if killed {
            self.mail().lower(KILL);
            self.course().killed = true;
            if !matches!(self.course().stage, Stage::Ending(_)) {
                self.finish(Exit::Killed);
            }
        }
        killed
    }

    /// Ends this life without draining: the queue goes to the next one.
    fn heed_leave(&mut self) {
        let by_overseer = self.mail().core().signals() & END != 0;
        let is_failing = self.is_failing();
        self.mail().lower(LEAVE | END);
        // After a stop from outside it drains, regardless of other requests; but a failure ends it.
        if is_failing || self.course().stage != Stage::Draining {
            self.course().ended_by_overseer = by_overseer && !is_failing;
            self.finish(Exit::Stopped);
        }
    }

    /// Step 1 of the end, the loop's part: timers and streams end.
    fn begin_to_drain(&mut self) {
        self.course().stage = Stage::Draining;
        let mut ended = Vec::new();
        self.mail().with(&mut |seat, _| {
            self.mail().core().lower(STOP);
            if let Some(holdings) = &mut seat.holdings {
                ended = holdings.take_sources_of_time();
            }
        });
        for holding in ended {
            holding.end(self.mail(), "drop");
        }
    }
}
