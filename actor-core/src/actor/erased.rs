//! The type-erased slow path of the run loop, and what it needs from the typed parts. Erased to
//! avoid monomorphizing it per actor.

use super::deferred::DeferredMessages;
use super::factory::StateFactory;
use super::run_loop::NextStep;
use super::shutdown::ShutdownStep;
use crate::actor::dispatch::{Hooks, Input};
use crate::cell::handle::{AnyMail, Shared};
use crate::cell::header::Pace;
use crate::exit::{Exit, Failure, FailureKind, FailureParts};
use crate::sync::Arc;
use std::any::Any;

/// The lifecycle of a life, which only moves forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lifecycle {
    /// Waiting for the state, or about to run `#[on_start]`.
    Initializing,
    /// `#[on_start]` is running.
    Starting,
    Running,
    /// The mailbox is closed; queued messages are being handled.
    Draining,
    /// The shutdown sequence: `shutdown.rs`.
    ShuttingDown(ShutdownStep),
}

/// The state of a life, and the parts that stay for the next one.
pub(crate) struct LoopState {
    pub(super) lifecycle: Lifecycle,
    /// Set once the batch of this poll has been fetched: when it is used up, the task parks, and
    /// parking finds new messages.
    pub(super) fetched: bool,
    /// Whether this life was killed: its children are killed too, and `#[on_stop]` does not run.
    pub(super) killed: bool,
    /// Whether `#[on_start]` completed: only then `#[on_stop]` runs.
    pub(super) has_started: bool,
    /// Whether the supervisor has ended this life, rather than the life itself.
    pub(super) ended_by_supervisor: bool,
    pub(super) cold: Option<Box<ColdLoopState>>,
}

/// Rarely used fields.
#[derive(Default)]
pub(super) struct ColdLoopState {
    /// The factory of its states; `None` for an actor that was spawned with a state.
    pub(super) factory: Option<Box<dyn StateFactory>>,
    /// The shared mailbox of a pool member, and the member's number.
    pub(super) member: Option<Box<(Arc<dyn Shared>, usize)>>,
    /// The deferred messages; created at first use.
    pub(super) deferred: Option<Box<DeferredMessages>>,
}

impl LoopState {
    pub(super) const fn new() -> Self {
        LoopState {
            lifecycle: Lifecycle::Initializing,
            fetched: false,
            killed: false,
            has_started: false,
            ended_by_supervisor: false,
            cold: None,
        }
    }

    /// Prepares for another life.
    pub(super) fn begin_again(&mut self) {
        let mut cold = self.cold.take();
        if let Some(factory) = cold.as_mut().and_then(|cold| cold.factory.as_mut()) {
            factory.reset();
        }
        *self = LoopState { cold, ..LoopState::new() };
    }

    pub(super) fn cold_mut(&mut self) -> &mut ColdLoopState {
        self.cold.get_or_insert_default()
    }

    /// The deferred messages, if there are any. For most actors this reads one pointer.
    #[inline]
    pub(super) fn deferred(&mut self) -> Option<&mut DeferredMessages> {
        match &mut self.cold {
            Some(cold) => cold.deferred.as_deref_mut(),
            None => None,
        }
    }

    /// Whether the guards of deferred messages are to be evaluated again.
    #[inline]
    pub(super) fn is_due(&self) -> bool {
        match &self.cold {
            Some(cold) => cold.deferred.as_ref().is_some_and(|deferred| deferred.is_due()),
            None => false,
        }
    }

    /// The shared mailbox of a pool member, and its number there.
    pub(super) fn shared(&self) -> Option<(&Arc<dyn Shared>, usize)> {
        let (shared, number) = &**self.cold.as_ref()?.member.as_ref()?;
        Some((shared, *number))
    }
}

/// A type-erased run loop.
pub(crate) trait ErasedLoop {
    fn loop_state(&mut self) -> &mut LoopState;
    fn mail(&self) -> &dyn AnyMail;
    /// The same, as an owned reference.
    fn own(&self) -> Arc<dyn AnyMail>;
    fn hooks(&self) -> Hooks;
    /// Whether guards are evaluated before each message.
    fn has_guards(&self) -> bool;
    /// Runs `run` with the actor's own `Addr`.
    fn with_address(&self, run: &mut dyn FnMut(&dyn Any));
    /// Returns the rest of the batch to the queue. Returns whether the mailbox is then closed and
    /// empty: there is nothing to close or discard, and this is permanent.
    fn put_back(&mut self) -> bool;
    /// Whether it holds the block of a batch.
    fn holds_block(&self) -> bool;
    /// Discards the queued messages.
    fn discard_queued(&mut self);
    /// Takes the oldest priority message, if it may start, also (`concurrent`) while others run. Returns whether
    /// there was one.
    fn take_urgent(&self, concurrent: bool, slot: &mut dyn Any) -> bool;
}

/// The slot of a state.
pub(super) trait ErasedState {
    fn is_there(&self) -> bool;
    /// Drops the state, which runs user code.
    fn clear(&mut self);
    /// An `Option` of the actor.
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

/// The message is in the slot passed to the step.
pub(super) struct InSlot;

/// The result of a step that is independent of the message type.
pub(super) type ErasedStep = Option<NextStep<InSlot>>;

/// The same, for steps that know the type. `message` is the slot, and its content is taken.
#[inline]
pub(super) fn typed<M>(next: ErasedStep, message: &mut Option<M>) -> Option<NextStep<M>> {
    Some(match next? {
        NextStep::Run(Input::Message(InSlot), handling) => {
            NextStep::Run(Input::Message(message.take()?), handling)
        }
        NextStep::Run(Input::Hook(hook), handling) => NextStep::Run(Input::Hook(hook), handling),
        NextStep::Park => NextStep::Park,
        NextStep::Done => NextStep::Done,
    })
}

impl dyn ErasedLoop + '_ {
    pub(super) fn park(&mut self, pace: Pace) -> ErasedStep {
        self.mail().core().set_pace(pace);
        Some(NextStep::Park)
    }

    /// A message of the batch was taken; returns whether it needed no capacity.
    pub(super) fn took(&self, is_free: bool) {
        if is_free {
            self.mail().took_free();
        } else {
            self.mail().core().took_one();
        }
    }

    /// Reports the running input to a simulation.
    pub(super) fn trace_input(&self, name: &'static str) {
        let mail = self.mail();
        if mail.core().is_simulated()
            && let Some(witness) = &mail.core().hub.witness
        {
            witness.runs(mail, name);
        }
    }

    /// A simulation is told what this step does, in words.
    pub(super) fn trace(&self, what: &'static str) {
        if let Some(witness) = &self.mail().core().hub.witness {
            witness.does(self.mail(), what);
        }
    }

    /// A simulation is told what this step does, unless there is more to be told of it.
    pub(super) fn trace_if_silent(&self, what: &'static str) {
        if let Some(witness) = &self.mail().core().hub.witness {
            witness.does_weakly(self.mail(), what);
        }
    }

    pub(super) fn failure(
        &self,
        kind: FailureKind,
        handler: &'static str,
        message: String,
        cause: Option<Exit>,
    ) -> Failure {
        let (actor, id) = (self.mail().label(), self.mail().core().id());
        Failure::new(FailureParts { kind, actor, id, handler, message, location: None, cause })
    }
}
