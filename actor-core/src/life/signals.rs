//! What an actor does about its signals, and about notices and messages with priority, between two messages.

use super::driver::{Driver, Next};
use super::next::may_start;
use super::steps::{Stage, Steps};
use crate::actor::Dispatch;
use crate::cell::core::{END, KILL, LEAVE, NOTICE, POKE, Pace, STOP, URGENT, WAITING};
use crate::cell::post::AnyMail;
use crate::exit::Exit;

impl<A: Dispatch> Driver<A> {
    /// Looks after the signals, and after what is kept aside. `None`: go on with the next message; `Some(None)`: look anew.
    #[inline(never)]
    #[allow(clippy::option_option, reason = "two questions: is there a step, and which")]
    pub(super) fn heed<const BESIDE: bool>(
        &mut self,
        signals: u32,
        actor: &A,
    ) -> Option<Option<Next<A::Message>>> {
        if signals & (KILL | STOP | LEAVE | END) != 0 {
            if BESIDE && signals & (KILL | STOP) == 0 {
                // Those that run beside are done first.
                return Some(Some(self.rest(Pace::Busy)));
            }
            self.steps().heed_end(signals);
            return Some(None);
        }
        if signals & WAITING != 0 {
            self.mail().make_room();
        }
        if signals & POKE != 0 {
            self.mail().untyped().lower(POKE);
            self.course.fetched = false;
        }
        if self.is_due()
            && let Some(next) = self.retry::<BESIDE>(actor)
        {
            return Some(next);
        }
        if signals & URGENT != 0 {
            if let Some(message) = self.mail().take_urgent(may_start::<A, BESIDE>) {
                return Some(self.hand_over_rarely(message, actor));
            }
            if BESIDE && self.mail().core.signals() & URGENT != 0 {
                return Some(Some(self.rest(Pace::Busy)));
            }
        }
        if signals & NOTICE != 0
            && let Some(notice) = self.mail().take_due_notice()
        {
            self.mail().core.spend();
            return Some(self.heed_notice::<BESIDE>(notice, actor));
        }
        None
    }
}

impl dyn Steps + '_ {
    /// The life is to end, in one way or another.
    fn heed_end(&mut self, signals: u32) {
        if signals & KILL != 0 {
            self.heed_kill();
        } else if signals & STOP != 0 {
            self.begin_to_drain();
        } else {
            self.heed_leave();
        }
    }

    /// Whether the life is over before it has a state.
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

    /// Takes note of a kill; true if there was one.
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

    /// This life is to end, without draining: the queue goes to the next one.
    fn heed_leave(&mut self) {
        let by_overseer = self.mail().core().signals() & END != 0;
        self.mail().lower(LEAVE | END);
        // Once it was stopped from outside it drains, whatever else is wished.
        if self.course().stage != Stage::Draining {
            self.course().ended_by_overseer = by_overseer;
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
