//! What comes of an input that was run, and how a life begins to end.

use super::driver::{Broken, Driver, Stage};
use super::end::Ending;
use crate::actor::{Dispatch, Flow};
use crate::cell::core::{END, KILL, LEAVE, STOP};
use crate::cell::current::{self, Handling};
use crate::cell::post::AnyMail;
use crate::exit::{Exit, FailureKind};

impl<A: Dispatch> Driver<A> {
    /// Takes note of how an input ended.
    #[inline]
    pub(crate) fn done(&mut self, outcome: Result<Flow, Broken>, handling: Handling) {
        self.state_may_have_changed();
        if self.mail().core.is_simulated() {
            // A turn of one message: the next one is another choice.
            self.mail().core.end_turn();
        }
        if !matches!((&outcome, self.stage), (Ok(Flow::Done), Stage::Running)) {
            self.look_after(outcome, handling);
        }
    }

    /// Takes note of how an input ended that was no message, or did not end well.
    #[cold]
    fn look_after(&mut self, outcome: Result<Flow, Broken>, handling: Handling) {
        let exit = match outcome {
            Ok(Flow::Done) => {
                if self.stage == Stage::Starting {
                    self.started();
                } else if let Stage::Ending(_) = self.stage {
                    self.stop_hook_done(None);
                }
                return;
            }
            Ok(Flow::Failed(text)) => {
                Exit::Failed(self.failure(FailureKind::Start, handling.name, text, None))
            }
            Err(Broken::Killed) => {
                self.mail().lower(KILL);
                self.killed = true;
                Exit::Killed
            }
            Err(Broken::Panicked(payload)) => {
                Exit::Failed(current::failure(&**self.mail(), handling.name, payload))
            }
        };
        match self.stage {
            Stage::Ending(_) => self.stop_hook_done(Some(exit)),
            _ => self.finish(exit),
        }
    }

    /// The life ends: step 3 is next. If no other can follow, the mailbox refuses from now on, and
    /// what is queued is thrown away.
    pub(super) fn finish(&mut self, exit: Exit) {
        let mail = self.context.mail().clone();
        mail.put_back(&mut self.batch);
        let is_last = !self.may_live_again(&exit);
        mail.lane().seat.set_exit_to_be(Some(exit));
        if is_last {
            AnyMail::close(&*mail);
            mail.discard();
            self.discard_kept();
        }
        mail.lower(STOP | LEAVE | END);
        self.stage = Stage::Ending(Ending::Tasks);
    }
}
