//! Processes the outcome of an input; starts a life, and starts its end.

use super::erased::{Course, Stage, State, Steps, Untyped};
use super::factory;
use super::restart::may_live_again;
use super::run_loop::{Broken, Driver, Next};
use super::shutdown::Ending;
use crate::actor::dispatch::{Dispatch, Flow, Hook, Input};
use crate::cell::current::{self, Handling};
use crate::cell::handle::announce;
use crate::cell::header::{Core, END, KILL, LEAVE, Pace, STOP};
use crate::exit::{Exit, Failure, FailureKind};
use crate::incident::Incident;

impl<A: Dispatch> Driver<A> {
    /// Records the outcome of an input.
    #[inline]
    pub(crate) fn done(&mut self, outcome: Result<Flow, Broken>, handling: Handling) {
        if !self.course.goes_on(&outcome, &self.context.mail().core, handling) {
            self.look_after(outcome, handling);
        }
    }

    #[cold]
    #[inline(never)]
    fn look_after(&mut self, outcome: Result<Flow, Broken>, handling: Handling) {
        self.steps().look_after(outcome, handling);
    }
}

impl Course {
    /// Records that the state may have changed. Returns whether nothing else has to be handled.
    #[inline]
    fn goes_on(&mut self, outcome: &Result<Flow, Broken>, core: &Core, handling: Handling) -> bool {
        if let Some(kept) = self.kept() {
            kept.state_may_have_changed();
        }
        if core.is_simulated() {
            // A turn of one message: the next message is a new choice.
            core.end_turn();
            core.finished(handling.name);
        }
        matches!((outcome, self.stage), (Ok(Flow::Done), Stage::Running))
    }
}

impl dyn Steps + '_ {
    /// Starts the life, or runs the steps of its end, as far as possible without waiting.
    pub(super) fn begin_or_end(&mut self, state: &mut dyn State) -> Untyped {
        loop {
            let next = match self.course().stage {
                Stage::Born => self.begin(state),
                Stage::Ending(step) => self.end(step, state),
                Stage::Starting | Stage::Running | Stage::Draining => return None,
            };
            if next.is_some() {
                return next;
            }
        }
    }

    /// Waits for the state and starts the life.
    #[inline(never)]
    fn begin(&mut self, state: &mut dyn State) -> Untyped {
        if self.is_over_unborn() {
            return None;
        }
        if !state.is_there() {
            // Before the check, because later events set the flag again.
            self.mail().postpone_notices();
            self.does_weakly("has its state made");
            match self.make(state) {
                Ok(true) => self.mail().recall_notices(),
                Ok(false) => return self.rest(Pace::Deaf),
                Err(failure) => {
                    self.finish(Exit::Failed(failure));
                    return None;
                }
            }
        }
        self.be_born()
    }

    /// Creates the state, as far as possible: see [`Maker::make`](super::factory::Maker::make).
    #[inline(never)]
    fn make(&mut self, state: &mut dyn State) -> Result<bool, Failure> {
        // It uses the data of this life.
        let Some(mut maker) = self.course().rare().maker.take() else { return Ok(false) };
        let made = current::guarded(self.mail(), factory::WHAT, || maker.make(self, state.place()));
        self.course().rare().maker = Some(maker);
        made?
    }

    /// The state exists: the life starts.
    fn be_born(&mut self) -> Untyped {
        if self.hooks().start {
            self.course().stage = Stage::Starting;
            self.witnessed("on_start");
            let input = Input::Hook(Hook::Start);
            return Some(Next::Run(input, Handling::new("on_start", None)));
        }
        self.does_weakly("starts");
        self.started();
        None
    }

    /// The life has started, including `#[on_start]`.
    pub(super) fn started(&mut self) {
        self.course().stage = Stage::Running;
        self.course().has_started = true;
        if let Some(kept) = self.course().kept() {
            kept.state_may_have_changed();
        }
        let mut changed = None;
        self.mail().with(&mut |seat, _| {
            seat.started = true;
            changed = seat.changed();
        });
        announce(changed);
    }

    /// Records the outcome of an input that was not a message, or that failed.
    #[cold]
    #[inline(never)]
    pub(super) fn look_after(&mut self, outcome: Result<Flow, Broken>, handling: Handling) {
        let exit = match outcome {
            Ok(Flow::Done) => {
                let stage = self.course().stage;
                match stage {
                    Stage::Starting if self.is_failing() => self.finish(Exit::Stopped),
                    Stage::Starting => self.started(),
                    Stage::Ending(_) => self.stop_hook_done(None),
                    Stage::Born | Stage::Running | Stage::Draining => {}
                }
                return;
            }
            Ok(Flow::Failed(text)) => {
                Exit::Failed(self.failure(FailureKind::Start, handling.name, text, None))
            }
            Err(Broken::Killed) => {
                self.mail().lower(KILL);
                self.course().killed = true;
                Exit::Killed
            }
            Err(Broken::Panicked(payload)) => {
                Exit::Failed(current::failure(self.mail(), handling.name, payload))
            }
        };
        match self.course().stage {
            Stage::Ending(_) => self.stop_hook_done(Some(exit)),
            _ => self.finish(exit),
        }
    }

    /// Ends the life: step 3 is next. A requested failure replaces a normal end; after another
    /// failure it is reported. If no other life can follow, closes the mailbox and discards the
    /// queued messages.
    pub(super) fn finish(&mut self, exit: Exit) {
        self.does(match exit {
            Exit::Failed(_) => "fails",
            Exit::Killed => "is killed",
            _ => "ends",
        });
        self.leave_idle();
        let is_over = self.put_back();
        let by_overseer = self.course().ended_by_overseer;
        let (mut exit, mut is_last) = (Some(exit), true);
        let mut failing = None;
        self.mail().with(&mut |seat, _| {
            let Some(mut exit) = exit.take() else { return };
            failing = seat.take_failing();
            if exit.is_normal()
                && let Some(failure) = failing.take()
            {
                exit = Exit::Failed(failure);
            }
            is_last = !may_live_again(seat, &exit, by_overseer);
            seat.set_exit_to_be(Some(exit));
            self.mail().core().lower(STOP | LEAVE | END);
        });
        if let Some(failure) = failing {
            self.mail().core().hub.report(Incident::SuppressedPanic { failure });
        }
        if is_last && !is_over {
            self.mail().close();
            self.discard_queued();
            self.mail().lower(STOP | LEAVE | END);
        }
        if is_last {
            self.discard_kept();
        }
        self.course().stage = Stage::Ending(Ending::Tasks);
    }
}
