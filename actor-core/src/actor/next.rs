//! The decisions of the run loop: what an actor does next, independent of how handlers are run.
//! Between two inputs, it checks one word of flags.

use super::erased::{ErasedLoop, ErasedStep, Lifecycle, typed};
use super::erased_message::{ErasedMessage, MessageSlot};
use super::run_loop::{NextStep, RunLoop};
use crate::actor::dispatch::{Dispatch, Input};
use crate::cell::current::Handling;
use crate::cell::handle::{AnyMail, Fetched};
use crate::cell::header::Pace;
use crate::exit::Exit;

/// Whether a message may start, if handlers are running (`CONCURRENT`).
pub(crate) fn may_start<A: Dispatch, const CONCURRENT: bool>(message: &A::Message) -> bool {
    !CONCURRENT || A::is_concurrent(message)
}

impl<A: Dispatch> RunLoop<A> {
    /// Decides the next step. Inlined together with the code for each message; the slow path is
    /// not.
    #[inline]
    pub(crate) fn next(&mut self, state: &mut Option<A>) -> NextStep<A::Message> {
        loop {
            let step = match self.loop_state.lifecycle {
                Lifecycle::Starting | Lifecycle::Running | Lifecycle::Draining => {
                    self.step::<false>(state.as_ref())
                }
                Lifecycle::Initializing | Lifecycle::ShuttingDown(_) => {
                    self.start_or_shut_down(state)
                }
            };
            if let Some(next) = step {
                return next;
            }
        }
    }

    /// Starts the life, or runs the steps of its end.
    #[cold]
    #[inline(never)]
    fn start_or_shut_down(&mut self, state: &mut Option<A>) -> Option<NextStep<A::Message>> {
        typed(self.erased().start_or_shut_down(state), &mut None)
    }

    /// One step of an actor that runs or drains; with `CONCURRENT`, handlers are running and share the
    /// state.
    #[inline]
    pub(super) fn step<const CONCURRENT: bool>(
        &mut self,
        state: Option<&A>,
    ) -> Option<NextStep<A::Message>> {
        let Some(actor) = state else {
            // A `self` handler has consumed the state: it was the last message.
            self.finish_consumed();
            return None;
        };
        let core = &self.mail().core;
        if (core.signals() | core.interrupted() != 0
            || core.budget() == 0
            || self.loop_state.is_due())
            && let Some(next) = self.slow_path(actor, CONCURRENT)
        {
            return next;
        }
        if CONCURRENT
            && let Some(first) = self.batch.get(0)
            && !may_start::<A, CONCURRENT>(first)
        {
            return Some(self.park(Pace::Busy));
        }
        let message = match self.batch.pop_front() {
            Some(message) => message,
            None if self.loop_state.fetched && self.loop_state.lifecycle == Lifecycle::Running => {
                self.loop_state.fetched = false;
                // The block of a past burst: an idle actor holds none.
                self.batch.give_back();
                return Some(self.park(idle(CONCURRENT)));
            }
            None if self.mail().core.is_member() => {
                return self.fetch_shared(actor, CONCURRENT);
            }
            None => {
                self.loop_state.fetched = true;
                let may_start = may_start::<A, CONCURRENT>;
                let mail = self.context.mail();
                let (first, signalled) = mail.fetch(&mut self.batch, may_start, !CONCURRENT);
                match first {
                    Some(message) => message,
                    None => {
                        let is_empty = !signalled && self.batch.is_empty();
                        if self.loop_state.lifecycle == Lifecycle::Draining && is_empty {
                            return self.finish_drain(CONCURRENT);
                        }
                        return None;
                    }
                }
            }
        };
        if A::HAS_GUARDS || A::as_protocol(&message).is_some() {
            return self.take_guarded(MessageSlot(Some(message)), actor);
        }
        if A::delivery_of(&message).unbounded {
            self.mail().untyped().took_free();
        } else {
            self.mail().core.took_one();
        }
        self.mail().core.spend();
        self.begin_handling(message)
    }

    /// The slow path between two messages: see [`slow_path`](ErasedLoop::slow_path).
    #[inline(never)]
    #[allow(clippy::option_option, reason = "two questions: is there a step, and which")]
    fn slow_path(&mut self, actor: &A, concurrent: bool) -> Option<Option<NextStep<A::Message>>> {
        let mut slot = MessageSlot::<A>(None);
        match self.erased().slow_path(&mut slot, actor, concurrent) {
            Some(next) => Some(typed(next, &mut slot.0)),
            None => None,
        }
    }

    /// A message of the batch with a guard, or of a protocol: the actor's impl has its delivery
    /// options.
    #[inline(never)]
    fn take_guarded(&mut self, slot: MessageSlot<A>, actor: &A) -> Option<NextStep<A::Message>> {
        self.erased().took(slot.delivery().unbounded);
        self.mail().core.spend();
        self.dispatch(slot, actor)
    }

    /// Handles the message if its guard allows it; otherwise defers it.
    pub(super) fn dispatch(
        &mut self,
        mut slot: MessageSlot<A>,
        actor: &A,
    ) -> Option<NextStep<A::Message>> {
        let has_guard = A::HAS_GUARDS || slot.delivery().guarded;
        if has_guard && !self.erased().may_begin(&mut slot, actor) {
            return None;
        }
        self.begin_handling(slot.0?)
    }

    /// Starts the message's handler, unless its caller no longer waits.
    #[inline(always)]
    fn begin_handling(&mut self, message: A::Message) -> Option<NextStep<A::Message>> {
        let info = A::info(&message);
        if info.reply.is_some_and(|head| !head.begin()) {
            self.skip_cancelled(MessageSlot(Some(message)));
            return None;
        }
        let handling = Handling::new(info.name, info.reply);
        if self.mail().core.is_simulated() {
            return self.apply_faults(MessageSlot(Some(message)), handling);
        }
        Some(NextStep::Run(Input::Message(message), handling))
    }

    /// Skips a message whose caller no longer waits.
    #[cold]
    #[inline(never)]
    fn skip_cancelled(&mut self, mut slot: MessageSlot<A>) {
        self.erased().skip_cancelled(&mut slot);
    }

    /// Handles a message with the faults of a simulation.
    #[cold]
    #[inline(never)]
    fn apply_faults(
        &mut self,
        mut slot: MessageSlot<A>,
        handling: Handling,
    ) -> Option<NextStep<A::Message>> {
        typed(self.erased().apply_faults(&mut slot, handling), &mut slot.0)
    }

    /// The life ends normally.
    #[cold]
    #[inline(never)]
    fn finish_consumed(&mut self) {
        self.erased().finish(Exit::Stopped);
    }

    /// All queued messages have been handled.
    #[inline(never)]
    fn finish_drain(&mut self, concurrent: bool) -> Option<NextStep<A::Message>> {
        typed(self.erased().finish_drain(concurrent), &mut None)
    }

    /// A member of a pool takes one message of the shared mailbox.
    #[inline(never)]
    fn fetch_shared(&mut self, actor: &A, concurrent: bool) -> Option<NextStep<A::Message>> {
        let mut slot = MessageSlot::<A>(None);
        let next = self.erased().fetch_shared(&mut slot, concurrent);
        match slot.0 {
            Some(_) => self.dispatch(slot, actor),
            None => typed(next, &mut None),
        }
    }
}

/// The park reason of a task that has nothing to do.
const fn idle(concurrent: bool) -> Pace {
    if concurrent { Pace::Sharing } else { Pace::Idle }
}

impl dyn ErasedLoop + '_ {
    /// Ends the turn, regardless of remaining work.
    pub(super) fn end_turn(&mut self, concurrent: bool) -> ErasedStep {
        self.loop_state().fetched = false;
        // Parking checks the actor's own mailbox; only the run loop knows that it drains, that it
        // takes messages from another mailbox, or that deferred messages are to be evaluated again.
        let finds_all = self.loop_state().lifecycle == Lifecycle::Running
            && !self.loop_state().is_due()
            && !self.mail().core().is_member();
        // The same holds for an actor with the block of a past burst: the check that finds nothing
        // releases it. (Not in a simulation, where each step is a choice.)
        let finds_all = finds_all && (self.mail().core().is_simulated() || !self.holds_block());
        self.park(if finds_all { idle(concurrent) } else { Pace::Again })
    }

    /// Puts a message of the shared mailbox into `slot`.
    fn fetch_shared(&mut self, slot: &mut dyn ErasedMessage, concurrent: bool) -> ErasedStep {
        let (shared, number) = self.loop_state().shared()?;
        let fetched = shared.fetch_for(number, concurrent, slot.as_any());
        // The next check is of the shared mailbox again.
        self.loop_state().fetched = matches!(fetched, Fetched::Nothing | Fetched::Over);
        match fetched {
            Fetched::Message => {
                self.mail().core().spend();
                None
            }
            Fetched::Nothing => None,
            Fetched::Unwanted => self.park(Pace::Busy),
            Fetched::Over => {
                self.mail().close();
                self.finish_drain(concurrent)
            }
        }
    }

    /// All queued messages have been handled; running handlers finish before the end.
    fn finish_drain(&mut self, concurrent: bool) -> ErasedStep {
        if concurrent {
            return self.park(Pace::Busy);
        }
        self.finish(Exit::Stopped);
        None
    }
}
