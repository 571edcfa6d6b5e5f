//! Processes the outcome of an input; starts a life, and starts its end.

use super::erased::{ErasedLoop, ErasedState, ErasedStep, Lifecycle, LoopState};
use super::factory;
use super::restart::may_restart;
use super::run_loop::{HandlerError, NextStep, RunLoop};
use super::shutdown::ShutdownStep;
use crate::actor::dispatch::{Dispatch, HandlerOutcome, Hook, Input};
use crate::cell::current::{self, Handling};
use crate::cell::handle::announce;
use crate::cell::header::{Core, END, KILL, LEAVE, Pace, STOP};
use crate::exit::{Exit, Failure, FailureKind};
use crate::incident::Incident;

impl<A: Dispatch> RunLoop<A> {
    /// Records the outcome of an input.
    #[inline]
    pub(crate) fn on_outcome(
        &mut self,
        outcome: Result<HandlerOutcome, HandlerError>,
        handling: Handling,
    ) {
        if !self.loop_state.continues_after(&outcome, &self.context.mail().core, handling) {
            self.on_cold_outcome(outcome, handling);
        }
    }

    #[cold]
    #[inline(never)]
    fn on_cold_outcome(
        &mut self,
        outcome: Result<HandlerOutcome, HandlerError>,
        handling: Handling,
    ) {
        self.erased().on_cold_outcome(outcome, handling);
    }
}

impl LoopState {
    /// Records that the state may have changed. Returns whether nothing else has to be handled.
    #[inline]
    fn continues_after(
        &mut self,
        outcome: &Result<HandlerOutcome, HandlerError>,
        core: &Core,
        handling: Handling,
    ) -> bool {
        if let Some(deferred) = self.deferred() {
            deferred.state_may_have_changed();
        }
        if core.is_simulated() {
            // A turn of one message: the next message is a new choice.
            core.end_turn();
            core.finished(handling.name);
        }
        matches!((outcome, self.lifecycle), (Ok(HandlerOutcome::Done), Lifecycle::Running))
    }
}

impl dyn ErasedLoop + '_ {
    /// Starts the life, or runs the steps of its end, as far as possible without waiting.
    pub(super) fn start_or_shut_down(&mut self, state: &mut dyn ErasedState) -> ErasedStep {
        loop {
            let next = match self.loop_state().lifecycle {
                Lifecycle::Initializing => self.begin(state),
                Lifecycle::ShuttingDown(step) => self.end(step, state),
                Lifecycle::Starting | Lifecycle::Running | Lifecycle::Draining => return None,
            };
            if next.is_some() {
                return next;
            }
        }
    }

    /// Waits for the state and starts the life.
    #[inline(never)]
    fn begin(&mut self, state: &mut dyn ErasedState) -> ErasedStep {
        if self.ended_before_start() {
            return None;
        }
        if !state.is_there() {
            // Before the check, because later events set the flag again.
            self.mail().postpone_notices();
            self.trace_if_silent("has its state made");
            match self.make(state) {
                Ok(true) => self.mail().recall_notices(),
                Ok(false) => return self.park(Pace::Deaf),
                Err(failure) => {
                    self.finish(Exit::Failed(failure));
                    return None;
                }
            }
        }
        self.start_life()
    }

    /// Creates the state, as far as possible: see [`StateFactory::make`](super::factory::Maker::make).
    #[inline(never)]
    fn make(&mut self, state: &mut dyn ErasedState) -> Result<bool, Failure> {
        // It uses the data of this life.
        let Some(mut factory) = self.loop_state().cold_mut().factory.take() else {
            return Ok(false);
        };
        let made = current::guarded(self.mail(), factory::HANDLER_NAME, || {
            factory.make(self, state.as_any())
        });
        self.loop_state().cold_mut().factory = Some(factory);
        made?
    }

    /// The state exists: the life starts.
    fn start_life(&mut self) -> ErasedStep {
        if self.hooks().start {
            self.loop_state().lifecycle = Lifecycle::Starting;
            self.trace_input("on_start");
            let input = Input::Hook(Hook::Start);
            return Some(NextStep::Run(input, Handling::new("on_start", None)));
        }
        self.trace_if_silent("starts");
        self.started();
        None
    }

    /// The life has started, including `#[on_start]`.
    pub(super) fn started(&mut self) {
        self.loop_state().lifecycle = Lifecycle::Running;
        self.loop_state().has_started = true;
        if let Some(deferred) = self.loop_state().deferred() {
            deferred.state_may_have_changed();
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
    pub(super) fn on_cold_outcome(
        &mut self,
        outcome: Result<HandlerOutcome, HandlerError>,
        handling: Handling,
    ) {
        let exit = match outcome {
            Ok(HandlerOutcome::Done) => {
                let lifecycle = self.loop_state().lifecycle;
                match lifecycle {
                    Lifecycle::Starting if self.is_failing() => self.finish(Exit::Stopped),
                    Lifecycle::Starting => self.started(),
                    Lifecycle::ShuttingDown(_) => self.stop_hook_done(None),
                    Lifecycle::Initializing | Lifecycle::Running | Lifecycle::Draining => {}
                }
                return;
            }
            Ok(HandlerOutcome::Ended(exit)) => *exit,
            Ok(HandlerOutcome::StartFailed(text)) => {
                Exit::Failed(self.failure(FailureKind::Start, handling.name, text, None))
            }
            Err(HandlerError::Killed) => {
                self.mail().lower(KILL);
                self.loop_state().killed = true;
                Exit::Killed
            }
            Err(HandlerError::Panicked(payload)) => {
                Exit::Failed(current::failure(self.mail(), handling.name, payload))
            }
        };
        match self.loop_state().lifecycle {
            Lifecycle::ShuttingDown(_) => self.stop_hook_done(Some(exit)),
            _ => self.finish(exit),
        }
    }

    /// Ends the life: step 3 is next. A requested failure replaces a normal end; after another
    /// failure it is reported. If no other life can follow, closes the mailbox and discards the
    /// queued messages.
    pub(super) fn finish(&mut self, exit: Exit) {
        self.trace(match exit {
            Exit::Failed(_) => "fails",
            Exit::Killed => "is killed",
            _ => "ends",
        });
        self.mark_member_busy();
        let is_over = self.put_back();
        let by_supervisor = self.loop_state().ended_by_supervisor;
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
            is_last = !may_restart(seat, &exit, by_supervisor);
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
            self.discard_deferred();
        }
        self.loop_state().lifecycle = Lifecycle::ShuttingDown(ShutdownStep::Tasks);
    }
}
