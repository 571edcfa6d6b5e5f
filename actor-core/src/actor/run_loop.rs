//! The run loop of an actor: the next step, and the outcome of each input.
//!
//! A task (`actor_task.rs`, `concurrent.rs`, or that of a process) drives it:
//!
//! ```text
//! loop {
//!     match run_loop.next(state, slot) {
//!         Message     => run the handler of the message in the slot, then run_loop.on_outcome(outcome)
//!         Hook(hook)  => run the hook, then run_loop.on_outcome(outcome)
//!         Park        => return to the executor; the park reason is in the header
//!         Done        => the actor has ended, the task returns
//!     }
//! }
//! ```
//!
//! # States
//!
//! [`Lifecycle`], which only moves forward within a life:
//!
//! ```text
//! Initializing -> Starting (#[on_start]) -> Running -> Draining (mailbox closed) -> ShuttingDown(step)
//! ```
//!
//! A kill or a failure skips the states in between. A supervised actor returns from the last state
//! to `Initializing`, which begins its next life.
//!
//! # One step of an actor that runs or drains
//!
//! 1. The slow path, if a flag is set, the turn is over, or guards are to be evaluated again. In this
//!    order: the end of the turn; kill, stop, and the end of this life; waiting senders; deferred
//!    messages; priority messages; system messages.
//! 2. The next message of the batch.
//! 3. If the batch is used up, a new batch, taken under a single lock. A poll takes one batch;
//!    after it, the actor parks, and parking finds newer messages.
//! 4. The guard of the message, if it has one: a message that may not be handled is deferred.
//! 5. A message whose caller no longer waits is skipped; otherwise its handler is started.
//!
//! # Invariants
//!
//! - Flags are handled before a message is taken: a message that has been taken is started, deferred
//!   or skipped, never lost to a kill.
//! - The batch is invisible from outside: its messages keep counting as queued until they are
//!   started, and return to the queue if the life ends.
//! - A flag is cleared before the state it announces is read, so that a later event sets it again.
//! - While concurrent handlers run (`CONCURRENT`), only messages that may run concurrently start. Any
//!   other input waits for the running handlers, and no later message overtakes it.
//! - No user code runs under the mailbox lock.

use super::context::Context;
use super::dispatch::{Dispatch, HandlerOutcome, Hook, Hooks, Input};
use super::erased::{ErasedLoop, ErasedMessage, MessageSlot};
use super::factory::StateFactory;
use super::lifecycle::{Lifecycle, LoopState};
use crate::cell::current::{self, CurrentMessage};
use crate::cell::handle::{DynMailbox, Popped, SharedQueue};
use crate::cell::header::{
    Header, KILL, PRIORITY, ParkReason, SENDERS_WAITING, SHARED_QUEUE, STOP, STOP_FOR_RESTART,
    STOP_SELF, SYSTEM_MESSAGE,
};
use crate::cell::mailbox::Mailbox;
use crate::cell::message::Protocol;
use crate::cell::queue::LazyDeque;
use crate::cell::state::CellState;
use crate::exit::{Exit, FailureKind};
use crate::sync::Arc;
#[cfg(any(feature = "metrics", feature = "tracing"))]
use crate::telemetry::handler_span::{Ending, Outcome};
use std::any::Any;
use std::task::Poll;

pub(crate) struct RunLoop<A: Dispatch> {
    pub(super) context: Context<A>,
    /// The current batch: messages taken out of the queue under one lock and handled one by one.
    /// The batch is invisible from outside: its messages count as queued until they are started,
    /// and are put back into the queue if the life ends.
    pub(super) batch: LazyDeque<A::Message>,
    pub(super) loop_state: LoopState,
}

/// The next step of the task. It does not depend on the type of the message, which stays in its
/// slot. A large message is therefore moved only twice, from the mailbox to the slot and from the
/// slot to its handler. When a step is returned, the thread's current message is already set to it.
pub(crate) enum NextStep {
    /// Handle the message in the slot.
    Message,
    /// Run a hook.
    Hook(Hook),
    /// Nothing to run at the moment; the reason is stored in the header.
    Park,
    /// The actor has ended.
    Done,
}

/// The next input of a task that is a future, and its handling.
pub(crate) type NextInput<A> = (Input<<A as Protocol>::Message>, CurrentMessage);

impl NextStep {
    /// Returns the step that handles the message in the slot, as `handling`.
    #[inline]
    pub(super) fn message(handling: CurrentMessage) -> Self {
        current::set_current_message(handling);
        NextStep::Message
    }

    /// Returns the step that runs a hook, as `handling`.
    pub(super) fn hook(hook: Hook, handling: CurrentMessage) -> Self {
        current::set_current_message(handling);
        NextStep::Hook(hook)
    }

    /// Returns the input, with the message from the slot. Pending if the task parks, and `None` if
    /// the actor has ended.
    #[inline]
    pub(crate) fn into_poll<A: Dispatch>(self, slot: MessageSlot<A>) -> Poll<Option<NextInput<A>>> {
        let handling = current::current_message();
        match self {
            NextStep::Message => {
                Poll::Ready(slot.0.map(|message| (Input::Message(message), handling)))
            }
            NextStep::Hook(hook) => Poll::Ready(Some((Input::Hook(hook), handling))),
            NextStep::Park => Poll::Pending,
            NextStep::Done => Poll::Ready(None),
        }
    }
}

/// The failure of an input.
pub(crate) enum HandlerError {
    Panicked(Box<dyn Any + Send>),
    /// The handler was dropped at an await because its actor was killed.
    Killed,
}

#[cfg(any(feature = "metrics", feature = "tracing"))]
impl Outcome for Result<HandlerOutcome, HandlerError> {
    fn ending(&self) -> Ending {
        match self {
            Ok(HandlerOutcome::Aborted) => Ending::Aborted,
            Ok(_) => Ending::Ok,
            Err(_) => Ending::Failed,
        }
    }
}

/// Construction and access.
impl<A: Dispatch> RunLoop<A> {
    pub(crate) fn new(mailbox: Arc<Mailbox<A>>) -> Self {
        RunLoop {
            context: Context::new(mailbox),
            batch: LazyDeque::new(),
            loop_state: LoopState::new(),
        }
    }

    /// Sets the factory of the actor's states.
    pub(crate) fn with_factory(mut self, factory: Box<dyn StateFactory>) -> Self {
        self.loop_state.cold_mut().factory = Some(factory);
        self
    }

    /// Makes the loop take its messages from a shared mailbox, as member `number`.
    pub(crate) fn with_shared(mut self, shared: Arc<dyn SharedQueue>, number: usize) -> Self {
        self.loop_state.cold_mut().member = Some(Box::new((shared, number)));
        self
    }

    pub(crate) fn context(&self) -> &Context<A> {
        &self.context
    }

    pub(super) fn mailbox(&self) -> &Arc<Mailbox<A>> {
        self.context.mailbox()
    }

    /// Returns the type-erased view, for the slow path.
    #[inline]
    pub(super) fn erased(&mut self) -> &mut dyn ErasedLoop {
        self
    }

    /// Marks the life of a process as started.
    pub(crate) fn started(&mut self) {
        self.erased().started();
    }
}

/// The fast path, compiled for each actor type; the calls into the slow path are not inlined.
impl<A: Dispatch> RunLoop<A> {
    /// Polls for the next input of a task that is a future.
    #[inline]
    pub(crate) fn poll_next(&mut self, state: &mut Option<A>) -> Poll<Option<NextInput<A>>> {
        let mut slot = MessageSlot(None);
        self.next(state, &mut slot).into_poll(slot)
    }

    /// Decides the next step, and puts its message into the empty `slot`. Inlined together with the
    /// code for each message, except the slow path.
    #[inline]
    pub(crate) fn next(&mut self, state: &mut Option<A>, slot: &mut MessageSlot<A>) -> NextStep {
        loop {
            let step = match self.loop_state.lifecycle {
                Lifecycle::Starting | Lifecycle::Running | Lifecycle::Draining => {
                    self.step::<false>(state.as_ref(), slot)
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
    fn start_or_shut_down(&mut self, state: &mut Option<A>) -> Option<NextStep> {
        self.erased().start_or_shut_down(state)
    }

    /// Returns the next step of an actor that runs or drains. With `CONCURRENT`, handlers are
    /// running and share the state.
    #[inline]
    pub(super) fn step<const CONCURRENT: bool>(
        &mut self,
        state: Option<&A>,
        slot: &mut MessageSlot<A>,
    ) -> Option<NextStep> {
        debug_assert!(slot.0.is_none(), "a message that was not handled would be lost");
        let Some(actor) = state else {
            // A `self` handler has consumed the state: it was the last message.
            self.finish_consumed();
            return None;
        };
        let header = &self.mailbox().header;
        if (header.flags() | header.interrupted() != 0
            || header.budget() == 0
            || self.loop_state.is_due())
            && let Some(next) = self.slow_path(slot, actor, CONCURRENT)
        {
            return next;
        }
        if CONCURRENT
            && let Some(first) = self.batch.get(0)
            && !may_overlap::<A, CONCURRENT>(first)
        {
            return Some(self.park(ParkReason::HandlerPending));
        }
        self.batch.pop_into(&mut slot.0);
        if slot.0.is_none() {
            if self.loop_state.fetched && self.loop_state.lifecycle == Lifecycle::Running {
                self.loop_state.fetched = false;
                // Releases the memory of a past burst: an idle actor holds none.
                self.batch.release_if_empty();
                return Some(self.park(idle(CONCURRENT)));
            }
            if self.mailbox().header.is_member() {
                return self.fetch_shared(slot, actor, CONCURRENT);
            }
            self.loop_state.fetched = true;
            let may_start = may_overlap::<A, CONCURRENT>;
            let mailbox = self.context.mailbox();
            let is_flagged = mailbox.fetch(&mut slot.0, &mut self.batch, may_start, !CONCURRENT);
            if slot.0.is_none() {
                let is_empty = !is_flagged && self.batch.is_empty();
                if self.loop_state.lifecycle == Lifecycle::Draining && is_empty {
                    return self.finish_drain(CONCURRENT);
                }
                return None;
            }
        }
        let message = slot.0.as_ref()?;
        if A::HAS_GUARDS || A::as_protocol(message).is_some() {
            return self.take_guarded(slot, actor);
        }
        if A::delivery_of(message).unbounded {
            self.mailbox().untyped().took_unbounded();
        } else {
            self.mailbox().header.begin_one();
        }
        self.mailbox().header.spend();
        self.begin_handling(slot)
    }

    /// Takes a message of the batch that has a guard or belongs to a protocol. The actor's impl has
    /// the delivery options of such a message.
    #[inline(never)]
    fn take_guarded(&mut self, slot: &mut MessageSlot<A>, actor: &A) -> Option<NextStep> {
        self.erased().took(slot.delivery().unbounded);
        self.mailbox().header.spend();
        self.dispatch(slot, actor)
    }

    /// Handles the message if its guard allows it; otherwise defers it.
    pub(super) fn dispatch(&mut self, slot: &mut MessageSlot<A>, actor: &A) -> Option<NextStep> {
        let has_guard = A::HAS_GUARDS || slot.delivery().guarded;
        if has_guard && !self.erased().may_begin(slot, actor) {
            return None;
        }
        self.begin_handling(slot)
    }

    /// Starts the message's handler, unless its caller no longer waits.
    #[inline(always)]
    fn begin_handling(&mut self, slot: &mut MessageSlot<A>) -> Option<NextStep> {
        let info = A::info(slot.0.as_ref()?);
        if !A::begins(&info, || self.mailbox().header.system.executor.now()) {
            self.skip_cancelled(slot);
            return None;
        }
        let handling = CurrentMessage::new(info.name, info.reply);
        if self.mailbox().header.is_simulated() {
            return self.apply_faults(slot, handling);
        }
        Some(NextStep::message(handling))
    }

    pub(super) fn park(&mut self, park_reason: ParkReason) -> NextStep {
        self.mailbox().header.set_park_reason(park_reason);
        NextStep::Park
    }

    /// Called when a handler or hook has ended without a further request.
    #[inline]
    pub(crate) fn on_done(&mut self, handling: impl Fn() -> CurrentMessage) {
        self.loop_state.handled(&self.context.mailbox().header, &handling);
        if self.loop_state.lifecycle != Lifecycle::Running {
            self.on_cold_outcome(Ok(HandlerOutcome::Done), handling());
        }
    }

    /// Records the outcome of an input.
    #[inline]
    pub(crate) fn on_outcome(
        &mut self,
        outcome: Result<HandlerOutcome, HandlerError>,
        handling: CurrentMessage,
    ) {
        if matches!(outcome, Ok(HandlerOutcome::Done)) {
            // The value holds nothing that must be dropped, which the compiler cannot see.
            std::mem::forget(outcome);
            self.on_done(|| handling);
        } else {
            self.on_other_outcome(outcome, handling);
        }
    }

    /// Records the outcome of an input that failed or has ended the life.
    #[cold]
    #[inline(never)]
    pub(super) fn on_other_outcome(
        &mut self,
        outcome: Result<HandlerOutcome, HandlerError>,
        handling: CurrentMessage,
    ) {
        self.loop_state.handled(&self.context.mailbox().header, &|| handling);
        self.on_cold_outcome(outcome, handling);
    }

    #[cold]
    #[inline(never)]
    fn on_cold_outcome(
        &mut self,
        outcome: Result<HandlerOutcome, HandlerError>,
        handling: CurrentMessage,
    ) {
        self.erased().on_cold_outcome(outcome, handling);
    }

    /// Runs the slow path between two messages, in code that is not generic over the actor.
    #[inline(never)]
    #[allow(clippy::option_option, reason = "two questions: is there a step, and which")]
    fn slow_path(
        &mut self,
        slot: &mut MessageSlot<A>,
        actor: &A,
        concurrent: bool,
    ) -> Option<Option<NextStep>> {
        self.erased().slow_path(slot, actor, concurrent)
    }

    /// Skips a message whose caller no longer waits.
    #[cold]
    #[inline(never)]
    fn skip_cancelled(&mut self, slot: &mut MessageSlot<A>) {
        self.erased().skip_cancelled(slot);
    }

    /// Handles a message with the faults of a simulation.
    #[cold]
    #[inline(never)]
    fn apply_faults(
        &mut self,
        slot: &mut MessageSlot<A>,
        handling: CurrentMessage,
    ) -> Option<NextStep> {
        self.erased().apply_faults(slot, handling)
    }

    /// Ends the life normally.
    #[cold]
    #[inline(never)]
    fn finish_consumed(&mut self) {
        self.erased().finish(Exit::Stopped);
    }

    /// Ends the life once all queued messages have been handled.
    #[inline(never)]
    fn finish_drain(&mut self, concurrent: bool) -> Option<NextStep> {
        self.erased().finish_drain(concurrent)
    }

    /// Takes one message of the shared mailbox. Called by a member of a pool.
    #[inline(never)]
    fn fetch_shared(
        &mut self,
        slot: &mut MessageSlot<A>,
        actor: &A,
        concurrent: bool,
    ) -> Option<NextStep> {
        let next = self.erased().fetch_shared(slot, concurrent);
        if slot.0.is_some() { self.dispatch(slot, actor) } else { next }
    }
}

/// Returns whether a message may start. While handlers are running (`CONCURRENT`), only `concurrent`
/// messages may.
pub(crate) fn may_overlap<A: Dispatch, const CONCURRENT: bool>(message: &A::Message) -> bool {
    !CONCURRENT || A::is_concurrent(message)
}

/// Returns the park reason of a task that has nothing to do.
const fn idle(concurrent: bool) -> ParkReason {
    if concurrent { ParkReason::Concurrent } else { ParkReason::Idle }
}

impl LoopState {
    /// Records that the state may have changed. Called when a handler or hook has ended.
    #[inline]
    fn handled(&mut self, header: &Header, handling: &impl Fn() -> CurrentMessage) {
        if let Some(deferred) = self.deferred() {
            deferred.state_may_have_changed();
        }
        if header.is_simulated() {
            // In a simulation, a turn is one message, so that the next message is a new choice.
            header.end_turn();
            header.finished(handling().name);
        }
    }
}

impl<A: Dispatch> ErasedLoop for RunLoop<A> {
    fn loop_state(&mut self) -> &mut LoopState {
        &mut self.loop_state
    }

    fn mailbox(&self) -> &dyn DynMailbox {
        &**self.context.mailbox()
    }

    fn own(&self) -> Arc<dyn DynMailbox> {
        self.context.any()
    }

    fn is_simulated(&self) -> bool {
        self.mailbox().header.is_simulated()
    }

    fn hooks(&self) -> Hooks {
        A::HOOKS
    }

    fn has_guards(&self) -> bool {
        A::HAS_GUARDS
    }

    fn with_address(&self, run: &mut dyn FnMut(&dyn Any)) {
        run(&self.context.own());
    }

    fn put_back(&mut self, look: &mut dyn FnMut(&mut CellState, &Header)) {
        let mailbox = self.context.mailbox();
        mailbox.put_back(&mut self.batch, &mut |cell| look(cell, &mailbox.header));
    }

    fn holds_block(&self) -> bool {
        self.batch.is_allocated()
    }

    fn discard_queued(&mut self) {
        self.context.mailbox().discard();
    }

    fn take_priority(&self, concurrent: bool, slot: &mut dyn Any) -> bool {
        let may_start = if concurrent { may_overlap::<A, true> } else { may_overlap::<A, false> };
        let Some(slot) = slot.downcast_mut::<Option<A::Message>>() else { return false };
        *slot = self.context.mailbox().take_priority(may_start);
        slot.is_some()
    }
}

/// The slow path between two messages, compiled once.
impl dyn ErasedLoop + '_ {
    /// Handles the flags, deferred and delayed messages, and the end of the turn. Returns `None` to
    /// continue with the next message, and `Some(None)` to check again. A message to handle is in
    /// `slot`.
    #[allow(clippy::option_option, reason = "two questions: is there a step, and which")]
    pub(super) fn slow_path(
        &mut self,
        slot: &mut dyn ErasedMessage,
        actor: &dyn Any,
        concurrent: bool,
    ) -> Option<Option<NextStep>> {
        let next = self.slow_path_steps(slot, actor, concurrent);
        if let Some(Some(NextStep::Message | NextStep::Hook(_))) = next {
            self.mark_member_busy();
        }
        next
    }

    #[allow(clippy::option_option, reason = "two questions: is there a step, and which")]
    fn slow_path_steps(
        &mut self,
        slot: &mut dyn ErasedMessage,
        actor: &dyn Any,
        concurrent: bool,
    ) -> Option<Option<NextStep>> {
        let flags = self.mailbox().header().flags();
        if self.mailbox().header().is_simulated()
            && let Some(next) = self.next_delayed(slot)
        {
            return Some(next);
        }
        if self.mailbox().header().is_turn_over() {
            self.mailbox().header().end_turn();
            return Some(self.end_turn(concurrent));
        }
        if flags & (KILL | STOP | STOP_SELF | STOP_FOR_RESTART) != 0 {
            if concurrent && flags & (KILL | STOP) == 0 {
                // Running handlers end first.
                return Some(self.park(ParkReason::HandlerPending));
            }
            self.handle_end_flags(flags);
            return Some(None);
        }
        if flags & SENDERS_WAITING != 0 {
            self.mailbox().make_room();
        }
        if flags & SHARED_QUEUE != 0 {
            self.mailbox().clear_flag(SHARED_QUEUE);
            self.loop_state().fetched = false;
        }
        if self.loop_state().is_due()
            && let Some(next) = self.retry_deferred(slot, actor, concurrent)
        {
            return Some(next);
        }
        if flags & PRIORITY != 0 {
            if self.take_priority(concurrent, slot.as_any()) {
                self.mailbox().header().spend();
                return Some(self.dispatch(slot, actor));
            }
            if concurrent && self.mailbox().header().flags() & PRIORITY != 0 {
                return Some(self.park(ParkReason::HandlerPending));
            }
        }
        if flags & SYSTEM_MESSAGE != 0
            && let Some(notice) = self.mailbox().take_due_system_message()
        {
            self.mailbox().header().spend();
            return Some(self.handle_system_message(notice, slot, actor, concurrent));
        }
        None
    }

    /// Marks a member of a pool as busy with an input of its own: a message of its timer, a hook,
    /// or the end of its life. The member checks the mailbox of the pool again afterwards.
    pub(super) fn mark_member_busy(&mut self) {
        if !self.mailbox().header().is_member() {
            return;
        }
        if let Some((shared, number)) = self.loop_state().shared() {
            shared.set_busy(number);
        }
        self.loop_state().fetched = false;
    }

    /// Ends the turn, regardless of remaining work.
    pub(super) fn end_turn(&mut self, concurrent: bool) -> Option<NextStep> {
        self.loop_state().fetched = false;
        // Parking checks only the actor's own mailbox. Only the run loop knows that the actor
        // drains, that it takes messages from another mailbox, or that deferred messages are to be
        // evaluated again.
        let finds_all = self.loop_state().lifecycle == Lifecycle::Running
            && !self.loop_state().is_due()
            && !self.mailbox().header().is_member();
        // The same holds for an actor whose batch still has the memory of a past burst: the check
        // that finds no message releases it. (Not in a simulation, where each step is a choice.)
        let finds_all =
            finds_all && (self.mailbox().header().is_simulated() || !self.holds_block());
        self.park(if finds_all { idle(concurrent) } else { ParkReason::Yield })
    }

    /// Puts a message of the shared mailbox into `slot`.
    fn fetch_shared(&mut self, slot: &mut dyn ErasedMessage, concurrent: bool) -> Option<NextStep> {
        let (shared, number) = self.loop_state().shared()?;
        let fetched = shared.pop_for(number, concurrent, slot.as_any());
        // The member checks the shared mailbox again after this message.
        self.loop_state().fetched = matches!(fetched, Popped::Empty | Popped::Closed);
        match fetched {
            Popped::Message => {
                self.mailbox().header().spend();
                None
            }
            Popped::Empty => None,
            Popped::NotWanted => self.park(ParkReason::HandlerPending),
            Popped::Closed => {
                self.mailbox().close();
                self.finish_drain(concurrent)
            }
        }
    }

    /// Ends the life once all queued messages and all running handlers have finished.
    fn finish_drain(&mut self, concurrent: bool) -> Option<NextStep> {
        if concurrent {
            return self.park(ParkReason::HandlerPending);
        }
        self.finish(Exit::Stopped);
        None
    }

    /// Records the outcome of an input that was not a message, or that failed.
    #[cold]
    #[inline(never)]
    pub(super) fn on_cold_outcome(
        &mut self,
        outcome: Result<HandlerOutcome, HandlerError>,
        handling: CurrentMessage,
    ) {
        let exit = match outcome {
            Ok(HandlerOutcome::Done | HandlerOutcome::Aborted) => {
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
                self.mailbox().clear_flag(KILL);
                self.loop_state().killed = true;
                Exit::Killed
            }
            Err(HandlerError::Panicked(payload)) => {
                Exit::Failed(current::failure(self.mailbox(), handling.name, payload))
            }
        };
        match self.loop_state().lifecycle {
            Lifecycle::ShuttingDown(_) => self.stop_hook_done(Some(exit)),
            _ => self.finish(exit),
        }
    }
}
