//! The slow path of the run loop: the start of a life, and the rare steps between two messages.
//!
//! It is compiled once for all actors: a run loop, a state and a message are seen through the
//! type-erased [`ErasedLoop`], [`ErasedState`] and [`ErasedMessage`].

use super::dispatch::{Dispatch, HandlerOutcome, Hook, Hooks, Input};
use super::run_loop::{HandlerError, Lifecycle, LoopState, NextStep, RunLoop, alongside, idle};
use super::spawn::FACTORY_NAME;
use crate::cell::current::{self, CurrentMessage};
use crate::cell::handle::{Discardable, DynMailbox, Popped};
use crate::cell::header::{
    Header, KILL, PRIORITY, ParkReason, SENDERS_WAITING, SHARED_QUEUE, STOP, STOP_FOR_RESTART,
    STOP_SELF, SYSTEM_MESSAGE,
};
use crate::cell::mailbox::notify_state_change;
use crate::cell::message::{Delivery, MessageInfo};
use crate::cell::sim_observer::SimObserver;
use crate::cell::state::CellState;
use crate::clock::Instant;
use crate::exit::{Exit, Failure, FailureKind, FailureParts};
use crate::sync::Arc;
use std::any::Any;

/// A type-erased run loop.
pub(crate) trait ErasedLoop {
    fn loop_state(&mut self) -> &mut LoopState;
    fn mailbox(&self) -> &dyn DynMailbox;
    /// Returns the mailbox as an owned reference.
    fn own(&self) -> Arc<dyn DynMailbox>;
    /// Returns whether the actor's system is a simulation, to which each step is reported.
    fn is_simulated(&self) -> bool;
    fn hooks(&self) -> Hooks;
    /// Returns whether guards are evaluated before each message.
    fn has_guards(&self) -> bool;
    /// Runs `run` with the actor's own `Addr`.
    fn with_address(&self, run: &mut dyn FnMut(&dyn Any));
    /// Puts the rest of the batch back into the queue, and runs `look` under the same lock.
    fn put_back(&mut self, look: &mut dyn FnMut(&mut CellState, &Header));
    /// Returns whether the batch has allocated memory.
    fn holds_block(&self) -> bool;
    /// Discards the queued messages.
    fn discard_queued(&mut self);
    /// Moves the oldest priority message to `slot`, if it may start. Returns whether a message was
    /// moved. With `concurrent`, handlers are running, and only a message that may overlap with
    /// them starts.
    fn take_priority(&self, concurrent: bool, slot: &mut dyn Any) -> bool;
}

/// The slot of a state.
pub(super) trait ErasedState {
    fn is_there(&self) -> bool;
    /// Drops the state, which runs user code.
    fn clear(&mut self);
    /// Returns the state as an `Option` of the actor.
    fn as_any(&mut self) -> &mut dyn Any;
}

impl<A: 'static> ErasedState for Option<A> {
    fn is_there(&self) -> bool {
        self.is_some()
    }

    fn clear(&mut self) {
        *self = None;
    }

    fn as_any(&mut self) -> &mut dyn Any {
        self
    }
}

impl dyn ErasedLoop + '_ {
    pub(super) fn park(&mut self, park_reason: ParkReason) -> Option<NextStep> {
        self.mailbox().header().set_park_reason(park_reason);
        Some(NextStep::Park)
    }

    /// Counts a message of the batch as taken; `is_unbounded` if the message needed no capacity.
    pub(super) fn took(&self, is_unbounded: bool) {
        if is_unbounded {
            self.mailbox().took_unbounded();
        } else {
            self.mailbox().header().begin_one();
        }
    }

    /// Reports the running input to a simulation.
    #[inline]
    pub(super) fn trace_input(&self, name: &'static str) {
        if self.is_simulated() {
            self.report(name, SimObserver::runs);
        }
    }

    /// Reports to a simulation what this step does, in words.
    #[inline]
    pub(super) fn trace(&self, action: &'static str) {
        if self.is_simulated() {
            self.report(action, SimObserver::does);
        }
    }

    /// Reports to a simulation what this step does, unless the step reports something more specific.
    #[inline]
    pub(super) fn trace_if_silent(&self, action: &'static str) {
        if self.is_simulated() {
            self.report(action, SimObserver::does_weakly);
        }
    }

    #[cold]
    fn report(
        &self,
        action: &'static str,
        report: fn(&SimObserver, &dyn DynMailbox, &'static str),
    ) {
        let mailbox = self.mailbox();
        mailbox.header().system.observe(|simulation| report(simulation, mailbox, action));
    }
}

/// A type-erased message, in a slot from which it can be taken. Results of the methods for an empty
/// slot are ignored.
pub(super) trait ErasedMessage: Discardable + Send {
    fn is_there(&self) -> bool;
    fn info(&self) -> MessageInfo<'_>;
    /// Marks the message as started, unless its caller has left or its deadline has passed.
    fn begins(&self, now: &dyn Fn() -> Instant) -> bool;
    /// Returns the delivery options. Calls no user code.
    fn delivery(&self) -> Delivery;
    fn is_concurrent(&self) -> bool;
    /// Evaluates the guard of the message, which is user code, for the state of the actor.
    fn guard_holds(&self, actor: &dyn Any) -> bool;
    /// Moves the message to the heap while it waits outside the mailbox.
    fn boxed(&mut self) -> Box<dyn ErasedMessage>;
    /// Moves the message to the slot of another message of the same actor.
    fn move_to(&mut self, other: &mut dyn ErasedMessage);
    /// Returns the slot as an `Option` of the actor's message.
    fn as_any(&mut self) -> &mut dyn Any;
}

/// The slot of one message of `A`.
pub(crate) struct MessageSlot<A: Dispatch>(pub(crate) Option<A::Message>);

impl<A: Dispatch> MessageSlot<A> {
    /// Returns the hook if there is one, and otherwise takes the message out of the slot.
    #[inline(always)]
    pub(super) fn take_input(&mut self, hook: Option<Hook>) -> Option<Input<A::Message>> {
        Some(match hook {
            Some(hook) => Input::Hook(hook),
            None => Input::Message(self.0.take()?),
        })
    }
}

impl<A: Dispatch> ErasedMessage for MessageSlot<A> {
    fn is_there(&self) -> bool {
        self.0.is_some()
    }

    fn info(&self) -> MessageInfo<'_> {
        match &self.0 {
            Some(message) => A::info(message),
            None => MessageInfo::without_slot(""),
        }
    }

    fn begins(&self, now: &dyn Fn() -> Instant) -> bool {
        self.0.as_ref().is_none_or(|message| A::begins(&A::info(message), now))
    }

    fn delivery(&self) -> Delivery {
        match &self.0 {
            Some(message) => Delivery::of::<A>(message),
            None => Delivery::ORDINARY,
        }
    }

    fn is_concurrent(&self) -> bool {
        match &self.0 {
            Some(message) => A::is_concurrent(message),
            None => false,
        }
    }

    fn guard_holds(&self, actor: &dyn Any) -> bool {
        match (&self.0, actor.downcast_ref::<A>()) {
            (Some(message), Some(actor)) => actor.guard_holds(message),
            _ => false,
        }
    }

    fn boxed(&mut self) -> Box<dyn ErasedMessage> {
        Box::new(MessageSlot::<A>(self.0.take()))
    }

    fn move_to(&mut self, other: &mut dyn ErasedMessage) {
        if let Some(other) = other.as_any().downcast_mut() {
            *other = self.0.take();
        }
    }

    fn as_any(&mut self) -> &mut dyn Any {
        &mut self.0
    }
}

impl<A: Dispatch> Discardable for MessageSlot<A> {
    fn clear(&mut self) {
        self.0 = None;
    }

    fn take(&mut self) -> Option<Box<dyn Any + Send>> {
        Discardable::take(&mut self.0)
    }
}

impl<A: Dispatch> ErasedLoop for RunLoop<A> {
    fn loop_state(&mut self) -> &mut LoopState {
        &mut self.loop_state
    }

    fn mailbox(&self) -> &dyn DynMailbox {
        &*self.context.mailbox
    }

    fn own(&self) -> Arc<dyn DynMailbox> {
        self.context.any()
    }

    fn is_simulated(&self) -> bool {
        self.loop_state.is_simulated
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
        let mailbox = &self.context.mailbox;
        mailbox.put_back(&mut self.batch, &mut |cell| look(cell, &mailbox.header));
    }

    fn holds_block(&self) -> bool {
        self.batch.is_allocated()
    }

    fn discard_queued(&mut self) {
        self.context.mailbox.discard();
    }

    fn take_priority(&self, concurrent: bool, slot: &mut dyn Any) -> bool {
        let Some(slot) = slot.downcast_mut::<Option<A::Message>>() else { return false };
        *slot = self.context.mailbox.take_priority(alongside::<A>(concurrent));
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
        let is_busy = match next {
            Some(Some(NextStep::Message | NextStep::Hook(_))) => true,
            // The member first waits for its running handlers, so no message wakes it. A fault of a simulation
            // delays a message by waiting for system messages only.
            Some(Some(NextStep::Park)) => matches!(
                self.mailbox().header().park_reason(),
                ParkReason::HandlerPending | ParkReason::SystemOnly
            ),
            _ => false,
        };
        if is_busy {
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
        if self.is_simulated()
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
                return Some(self.begin_if_allowed(slot, actor));
            }
            if concurrent && self.mailbox().header().flags() & PRIORITY != 0 {
                return Some(self.park(ParkReason::HandlerPending));
            }
        }
        if flags & SYSTEM_MESSAGE != 0
            && concurrent
            && self.hooks().exit
            && self.mailbox().is_exit_for_hook_due()
        {
            // The hook has to wait for the running handlers. If the life ends before, the notice is for the next
            // one, or its failure is reported.
            return Some(self.park(ParkReason::HandlerPending));
        }
        if flags & SYSTEM_MESSAGE != 0
            && !self.asks_pool_first()
            && let Some(notice) = self.mailbox().take_due_system_message()
        {
            self.mailbox().header().spend();
            return Some(self.handle_system_message(notice, slot, actor, concurrent));
        }
        None
    }

    /// Marks a member of a pool as busy with an input of its own: a message of its timer, a hook,
    /// the end of its life, or a wait for its running handlers. The member checks the mailbox of the
    /// pool again afterwards.
    pub(super) fn mark_member_busy(&mut self) {
        if !self.mailbox().header().is_member() {
            return;
        }
        if let Some((shared, number)) = self.loop_state().shared() {
            shared.set_busy(number);
        }
        self.loop_state().fetched = false;
    }

    /// Returns whether a member of a pool asks for a message of the pool before its next system
    /// message. The two alternate, because a system message of a member is due at once. A member
    /// that drains takes no more messages.
    fn asks_pool_first(&mut self) -> bool {
        if !self.mailbox().header().is_member() {
            return false;
        }
        let is_running = self.loop_state().lifecycle == Lifecycle::Running;
        let owed = self.loop_state().member_mut().is_some_and(|member| {
            let owed = member.owes_turn && is_running;
            member.owes_turn = !owed;
            owed
        });
        if owed {
            self.loop_state().fetched = false;
        } else {
            // Before the message is taken: a pool whose members are idle without messages may be closed.
            self.mark_member_busy();
        }
        owed
    }

    /// Ends the turn, regardless of remaining work.
    pub(super) fn end_turn(&mut self, concurrent: bool) -> Option<NextStep> {
        self.loop_state().fetched = false;
        // Parking checks only the actor's own mailbox. It does not notice that the actor drains,
        // that the actor takes messages from another mailbox, or that deferred messages are to be
        // evaluated again.
        let finds_all = self.loop_state().lifecycle == Lifecycle::Running
            && !self.loop_state().is_due()
            && !self.mailbox().header().is_member();
        // The same holds for an actor whose batch still has the memory of a past burst: the check
        // that finds no message releases it. (Not in a simulation, where each step is a choice.)
        let finds_all = finds_all && (self.is_simulated() || !self.holds_block());
        self.park(if finds_all { idle(concurrent) } else { ParkReason::Yield })
    }

    /// Puts a message of the shared mailbox into `slot`.
    pub(super) fn fetch_shared(
        &mut self,
        slot: &mut dyn ErasedMessage,
        concurrent: bool,
    ) -> Option<NextStep> {
        if self.loop_state().lifecycle == Lifecycle::Draining {
            // The pool has told the member to end, which is permanent, even if the pool has been
            // enlarged since.
            return self.finish_drain(concurrent);
        }
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
            Popped::NotConcurrent => self.park(ParkReason::HandlerPending),
            Popped::Closed => {
                // The member drains: it handles the system messages that it has, and ends.
                self.mailbox().close();
                None
            }
        }
    }

    /// Ends the life once all queued messages and all running handlers have finished.
    pub(super) fn finish_drain(&mut self, concurrent: bool) -> Option<NextStep> {
        if concurrent {
            return self.park(ParkReason::HandlerPending);
        }
        self.finish(Exit::Stopped);
        None
    }

    /// Records an outcome that is not `Done`, or that of a hook or of a message outside of `Running`.
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
                let (kind, mailbox) = (FailureKind::Start, self.mailbox());
                Exit::Failed(Failure::new(FailureParts::of(mailbox, kind, handling.name, text)))
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

impl dyn ErasedLoop + '_ {
    /// Starts the life, or runs the steps of its end, as far as possible without waiting.
    pub(super) fn start_or_shut_down(&mut self, state: &mut dyn ErasedState) -> Option<NextStep> {
        loop {
            let next = match self.loop_state().lifecycle {
                Lifecycle::Initializing => self.begin_life(state),
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
    fn begin_life(&mut self, state: &mut dyn ErasedState) -> Option<NextStep> {
        if self.ended_before_start() {
            return None;
        }
        if !state.is_there() {
            // Before the check, because later events set the flag again.
            self.mailbox().defer_system_messages();
            self.trace_if_silent("has its state made");
            match self.make(state) {
                Ok(true) => self.mailbox().resume_system_messages(),
                Ok(false) => return self.park(ParkReason::SystemOnly),
                Err(failure) => {
                    self.finish(Exit::Failed(failure));
                    return None;
                }
            }
        }
        self.start_life()
    }

    /// Creates the state, as far as possible: see [`StateFactory::make`](super::spawn::StateFactory::make).
    #[inline(never)]
    fn make(&mut self, state: &mut dyn ErasedState) -> Result<bool, Failure> {
        let Some(mut factory) = self.loop_state().take_factory() else { return Ok(false) };
        let made = current::catch_failure(self.mailbox(), FACTORY_NAME, || {
            factory.make(self, state.as_any())
        });
        self.loop_state().put_factory(Some(factory));
        made?
    }

    /// Starts the life, whose state exists by now: runs `#[on_start]`, if there is one.
    fn start_life(&mut self) -> Option<NextStep> {
        if self.hooks().start {
            self.loop_state().lifecycle = Lifecycle::Starting;
            self.trace_input("on_start");
            let handling = CurrentMessage::without_reply("on_start");
            return Some(NextStep::hook(Hook::Start, handling));
        }
        self.trace_if_silent("starts");
        self.started();
        None
    }

    /// Marks the life as started. Called once `#[on_start]` has ended.
    pub(super) fn started(&mut self) {
        self.loop_state().lifecycle = Lifecycle::Running;
        self.loop_state().has_started = true;
        if let Some(deferred) = self.loop_state().deferred() {
            deferred.state_may_have_changed();
        }
        let mut locked = self.mailbox().lock();
        locked.cell.set_started();
        let changed = locked.cell.state_changed();
        drop(locked);
        notify_state_change(changed);
    }
}
