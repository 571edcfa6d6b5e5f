//! What an actor does about its signals, and about notices and messages with priority, between two messages.

use super::driver::{Driver, Next, Stage};
use super::next::may_start;
use crate::actor::Dispatch;
use crate::cell::core::{END, KILL, LEAVE, NOTICE, POKE, Pace, STOP, URGENT, WAITING};
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
        if signals & KILL != 0 {
            self.heed_kill();
            return Some(None);
        }
        if signals & STOP != 0 {
            self.begin_to_drain();
            return Some(None);
        }
        if signals & (LEAVE | END) != 0 {
            if BESIDE {
                return Some(Some(self.rest(Pace::Busy)));
            }
            self.heed_leave();
            return Some(None);
        }
        if signals & WAITING != 0 {
            self.mail().make_room();
        }
        if signals & POKE != 0 {
            self.mail().lower(POKE);
            self.fetched = false;
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

    /// Takes note of a kill; true if there was one.
    pub(super) fn heed_kill(&mut self) -> bool {
        let killed = self.mail().core.is_killed();
        if killed {
            self.mail().lower(KILL);
            self.killed = true;
            if !matches!(self.stage, Stage::Ending(_)) {
                self.finish(Exit::Killed);
            }
        }
        killed
    }

    /// This life is to end, without draining: the queue goes to the next one.
    pub(super) fn heed_leave(&mut self) {
        let by_overseer = self.mail().core.signals() & END != 0;
        self.mail().lower(LEAVE | END);
        // Once it was stopped from outside it drains, whatever else is wished.
        if self.stage != Stage::Draining {
            self.ended_by_overseer = by_overseer;
            self.finish(Exit::Stopped);
        }
    }

    /// Step 1 of the end, the loop's part: timers and streams end.
    fn begin_to_drain(&mut self) {
        self.mail().lower(STOP);
        self.stage = Stage::Draining;
        let mut lane = self.mail().lane();
        let ended = lane.holdings.as_mut().map(|held| held.take_sources_of_time());
        drop(lane);
        let (mail, id) = (self.mail(), self.mail().core.id());
        for holding in ended.into_iter().flatten() {
            mail.contain("drop", || holding.end(id));
        }
    }
}
