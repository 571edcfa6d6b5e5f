//! The type-erased views of a run loop, a state and a message, for the slow path. Erased to avoid
//! monomorphizing it per actor.

use super::dispatch::{Dispatch, Hook, Hooks, Input};
use super::lifecycle::LoopState;
use super::run_loop::NextStep;
use crate::cell::handle::{Discardable, DynMailbox};
use crate::cell::header::{Header, ParkReason};
use crate::cell::message::{Delivery, MessageInfo, SlotInfo};
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
    /// Moves the oldest priority message to `slot`, if it may start, and returns whether there was
    /// one. With `concurrent`, handlers are running, and only a message that may overlap with them
    /// starts.
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
    pub(super) fn trace(&self, what: &'static str) {
        if self.is_simulated() {
            self.report(what, SimObserver::does);
        }
    }

    /// Reports to a simulation what this step does, unless the step reports something more specific.
    #[inline]
    pub(super) fn trace_if_silent(&self, what: &'static str) {
        if self.is_simulated() {
            self.report(what, SimObserver::does_weakly);
        }
    }

    #[cold]
    fn report(&self, what: &'static str, report: fn(&SimObserver, &dyn DynMailbox, &'static str)) {
        let mailbox = self.mailbox();
        if let Some(sim_observer) = &mailbox.header().system.sim_observer {
            report(sim_observer, mailbox, what);
        }
    }

    pub(super) fn failure(
        &self,
        kind: FailureKind,
        handler: &'static str,
        message: String,
        cause: Option<Exit>,
    ) -> Failure {
        let (actor, id) = (self.mailbox().label(), self.mailbox().header().id());
        Failure::new(FailureParts { kind, actor, id, handler, message, location: None, cause })
    }
}

/// A type-erased message, in a slot from which it can be taken. Results of the methods for an empty
/// slot are ignored.
pub(super) trait ErasedMessage: Discardable + Send {
    fn is_there(&self) -> bool;
    fn info(&self) -> MessageInfo<'_>;
    /// Marks the message as started, unless its caller has given up.
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
        match hook {
            Some(hook) => Some(Input::Hook(hook)),
            None => self.0.take().map(Input::Message),
        }
    }
}

impl<A: Dispatch> ErasedMessage for MessageSlot<A> {
    fn is_there(&self) -> bool {
        self.0.is_some()
    }

    fn info(&self) -> MessageInfo<'_> {
        match &self.0 {
            Some(message) => A::info(message),
            None => MessageInfo::new("", SlotInfo::NONE),
        }
    }

    fn begins(&self, now: &dyn Fn() -> Instant) -> bool {
        self.0.as_ref().is_none_or(|message| A::begins(&A::info(message), now))
    }

    fn delivery(&self) -> Delivery {
        match &self.0 {
            Some(message) => Delivery::of::<A>(message),
            None => Delivery::default(),
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
