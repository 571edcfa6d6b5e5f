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
//! A life passes through the variants of [`Lifecycle`] in this order (`shutdown.rs` repeats some
//! steps of the last):
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
//! 1. The slow path, if a flag is set, the turn has ended, or guards are to be evaluated again. In
//!    this
//!    order: the end of the turn; kill, stop, and the end of this life; waiting senders; deferred
//!    messages; priority messages; system messages.
//! 2. The next message of the batch.
//! 3. If the batch is used up, a new batch, taken under a single lock. A poll takes one batch;
//!    after it, the actor parks, and parking finds newer messages.
//! 4. The guard of the message, if it has one: a message that may not be handled is deferred.
//! 5. A message whose caller has left, or whose deadline has passed, is skipped. Otherwise its
//!    handler is started.
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
use super::deferred::DeferredMessages;
use super::dispatch::{Dispatch, HandlerOutcome, Hook, Input};
use super::shutdown::ShutdownStep;
use super::slow_path::{ErasedLoop, ErasedMessage, MessageSlot};
use super::spawn::StateFactory;
use crate::cell::current::{self, CurrentMessage};
use crate::cell::handle::{DynMailbox, SharedQueue};
use crate::cell::header::{Header, ParkReason};
use crate::cell::mailbox::Mailbox;
use crate::cell::message::Protocol;
use crate::cell::queue::LazyDeque;
use crate::exit::Exit;
use crate::sync::Arc;
#[cfg(any(feature = "metrics", feature = "tracing"))]
use crate::telemetry::{Ending, Outcome};
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

/// The stage of a life, which only moves forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lifecycle {
    /// Waiting for the state, or about to run `#[on_start]`.
    Initializing,
    /// `#[on_start]` is running.
    Starting,
    Running,
    /// The mailbox is closed; queued messages are being handled.
    Draining,
    /// The shutdown sequence: see `shutdown.rs`.
    ShuttingDown(ShutdownStep),
}

/// The state of a life, and the parts that stay for the next one.
pub(crate) struct LoopState {
    pub(super) lifecycle: Lifecycle,
    /// Set once the batch of this poll has been fetched. When the batch is used up, the task parks,
    /// and parking finds new messages.
    pub(super) fetched: bool,
    /// Whether this life was killed: its children are killed too, and `#[on_stop]` does not run.
    pub(super) killed: bool,
    /// Whether `#[on_start]` has completed. `#[on_stop]` runs only in this case.
    pub(super) has_started: bool,
    /// Whether the supervisor has ended this life, and not the actor itself.
    pub(super) ended_by_supervisor: bool,
    /// Whether the actor's system is a simulation, which observes each step.
    pub(super) is_simulated: bool,
    pub(super) cold: Option<Box<ColdLoopState>>,
}

/// Rarely used fields.
#[derive(Default)]
pub(super) struct ColdLoopState {
    /// The factory of the states, or `None` for an actor that was spawned with a state.
    pub(super) factory: Option<Box<dyn StateFactory>>,
    /// Set for a member of a pool.
    pub(super) member: Option<Box<Membership>>,
    /// The deferred messages; created at first use.
    pub(super) deferred: Option<Box<DeferredMessages>>,
}

/// The membership in a pool.
pub(super) struct Membership {
    /// The shared mailbox of the pool.
    shared: Arc<dyn SharedQueue>,
    number: usize,
    /// Set after an input of the member's own, until the member has asked for a message of the pool. A member
    /// whose timers and streams always have an input therefore takes messages of the pool in between.
    pub(super) owes_turn: bool,
}

impl LoopState {
    pub(super) const fn new(is_simulated: bool) -> Self {
        LoopState {
            lifecycle: Lifecycle::Initializing,
            fetched: false,
            killed: false,
            has_started: false,
            ended_by_supervisor: false,
            is_simulated,
            cold: None,
        }
    }

    /// Resets the fields for another life, for which `begin_life` gets a new state from the factory. The deferred
    /// messages stay.
    pub(super) fn begin_again(&mut self) {
        let cold = self.cold.take();
        *self = LoopState { cold, ..LoopState::new(self.is_simulated) };
    }

    pub(super) fn cold_mut(&mut self) -> &mut ColdLoopState {
        self.cold.get_or_insert_default()
    }

    /// Takes the factory of the states out of the loop, because the factory is called with a borrow
    /// of the loop.
    pub(super) fn take_factory(&mut self) -> Option<Box<dyn StateFactory>> {
        self.cold.as_mut()?.factory.take()
    }

    /// Puts the factory back after its use.
    pub(super) fn put_factory(&mut self, factory: Option<Box<dyn StateFactory>>) {
        if factory.is_some() {
            self.cold_mut().factory = factory;
        }
    }

    /// Returns the deferred messages, or `None` if no message was ever deferred. For most actors
    /// this reads one pointer.
    #[inline]
    pub(super) fn deferred(&mut self) -> Option<&mut DeferredMessages> {
        match &mut self.cold {
            Some(cold) => cold.deferred.as_deref_mut(),
            None => None,
        }
    }

    /// Returns whether the guards of deferred messages are to be evaluated again.
    #[inline]
    pub(super) fn is_due(&self) -> bool {
        match &self.cold {
            Some(cold) => cold.deferred.as_ref().is_some_and(|deferred| deferred.is_due()),
            None => false,
        }
    }

    /// Returns the mailbox of the pool and the member's number, if the actor is a member of a pool.
    pub(super) fn shared(&self) -> Option<(&Arc<dyn SharedQueue>, usize)> {
        let member = self.cold.as_ref()?.member.as_ref()?;
        Some((&member.shared, member.number))
    }

    pub(super) fn member_mut(&mut self) -> Option<&mut Membership> {
        self.cold.as_mut()?.member.as_deref_mut()
    }
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
        let loop_state = LoopState::new(mailbox.header.is_simulated());
        RunLoop { context: Context::new(mailbox), batch: LazyDeque::new(), loop_state }
    }

    /// Sets the factory of the actor's states.
    pub(crate) fn with_factory(mut self, factory: Box<dyn StateFactory>) -> Self {
        self.loop_state.cold_mut().factory = Some(factory);
        self
    }

    /// Makes the loop take its messages from a shared mailbox, as member `number`.
    pub(crate) fn with_shared(mut self, shared: Arc<dyn SharedQueue>, number: usize) -> Self {
        let member = Membership { shared, number, owes_turn: false };
        self.loop_state.cold_mut().member = Some(Box::new(member));
        self
    }

    pub(crate) fn context(&self) -> &Context<A> {
        &self.context
    }

    pub(crate) fn mailbox(&self) -> &Arc<Mailbox<A>> {
        &self.context.mailbox
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
            // A `self` handler has consumed the state: its message was the last one.
            self.finish_consumed();
            return None;
        };
        if (self.mailbox().header.needs_slow_path() || self.loop_state.is_due())
            && let Some(next) = self.slow_path(slot, actor, CONCURRENT)
        {
            return next;
        }
        if CONCURRENT
            && let Some(first) = self.batch.get(0)
            && !A::is_concurrent(first)
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
            if self.loop_state.shared().is_some() {
                return self.fetch_shared(slot, actor, CONCURRENT);
            }
            self.loop_state.fetched = true;
            let alongside = alongside::<A>(CONCURRENT);
            let is_flagged = self.context.mailbox.fetch(&mut slot.0, &mut self.batch, alongside);
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
            self.mailbox().header.spend();
        } else {
            self.mailbox().header.begin_next();
        }
        self.begin_handling(slot)
    }

    /// Takes a message of the batch that has a guard or belongs to a protocol. The actor's impl has
    /// the delivery options of such a message.
    #[inline(never)]
    fn take_guarded(&mut self, slot: &mut MessageSlot<A>, actor: &A) -> Option<NextStep> {
        self.erased().took(slot.delivery().unbounded);
        self.mailbox().header.spend();
        self.begin_if_allowed(slot, actor)
    }

    /// Handles the message if its guard allows it; otherwise defers it.
    pub(super) fn begin_if_allowed(
        &mut self,
        slot: &mut MessageSlot<A>,
        actor: &A,
    ) -> Option<NextStep> {
        let has_guard = A::HAS_GUARDS || slot.delivery().guarded;
        if has_guard && !self.erased().may_begin(slot, actor) {
            return None;
        }
        self.begin_handling(slot)
    }

    /// Starts the message's handler, unless its caller has left or its deadline has passed.
    #[inline(always)]
    fn begin_handling(&mut self, slot: &mut MessageSlot<A>) -> Option<NextStep> {
        let info = A::info_of(slot.0.as_ref()?);
        if !A::begins(&info, || self.mailbox().header.system.executor.now()) {
            self.skip_abandoned(slot);
            return None;
        }
        if self.loop_state.is_simulated {
            let handling = info.current();
            return self.apply_faults(slot, handling);
        }
        // Not shared with the branch above: a value for both would be built in memory and copied.
        Some(NextStep::message(info.current()))
    }

    pub(super) fn park(&mut self, park_reason: ParkReason) -> NextStep {
        self.mailbox().header.set_park_reason(park_reason);
        NextStep::Park
    }

    /// Called when a handler or hook has ended without a further request.
    #[inline]
    pub(crate) fn on_done(&mut self, handling: impl Fn() -> CurrentMessage) {
        self.loop_state.handled(&self.context.mailbox.header, &handling);
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
            // `Done` owns nothing, but the compiler would drop the value anyway.
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
        self.loop_state.handled(&self.context.mailbox.header, &|| handling);
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

    /// Skips a message whose caller has left, or whose deadline has passed.
    #[cold]
    #[inline(never)]
    fn skip_abandoned(&mut self, slot: &mut MessageSlot<A>) {
        self.erased().skip_abandoned(slot);
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
        if slot.0.is_some() { self.begin_if_allowed(slot, actor) } else { next }
    }
}

/// Returns the condition for a message to start. While handlers are running (`concurrent`), only `concurrent`
/// messages may; otherwise there is no condition.
#[inline]
pub(crate) fn alongside<A: Dispatch>(concurrent: bool) -> Option<fn(&A::Message) -> bool> {
    if concurrent { Some(A::is_concurrent) } else { None }
}

/// Returns the park reason of a task that has nothing to do.
pub(super) const fn idle(concurrent: bool) -> ParkReason {
    if concurrent { ParkReason::Concurrent } else { ParkReason::Idle }
}

impl LoopState {
    /// Records that the state may have changed. Called when a handler or hook has ended.
    #[inline]
    fn handled(&mut self, header: &Header, handling: &impl Fn() -> CurrentMessage) {
        if let Some(deferred) = self.deferred() {
            deferred.state_may_have_changed();
        }
        if self.is_simulated {
            // In a simulation, a turn is one message, so that the next message is a new choice.
            header.end_turn();
            header.finished(handling().name);
        }
    }
}
