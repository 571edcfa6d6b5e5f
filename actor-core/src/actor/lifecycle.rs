//! The lifecycle of one life: its states, and its start.

use super::deferred::DeferredMessages;
use super::dispatch::Hook;
use super::erased::{ErasedLoop, ErasedState};
use super::factory::{self, StateFactory};
use super::run_loop::NextStep;
use super::shutdown::ShutdownStep;
use crate::cell::current::{self, CurrentMessage};
use crate::cell::handle::{SharedQueue, notify_state_change};
use crate::cell::header::ParkReason;
use crate::exit::{Exit, Failure};
use crate::sync::Arc;

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
    /// Whether the supervisor has ended this life, rather than the life itself.
    pub(super) ended_by_supervisor: bool,
    pub(super) cold: Option<Box<ColdLoopState>>,
}

/// Rarely used fields.
#[derive(Default)]
pub(super) struct ColdLoopState {
    /// The factory of the states, or `None` for an actor that was spawned with a state.
    pub(super) factory: Option<Box<dyn StateFactory>>,
    /// The shared mailbox of a pool member, and the member's number.
    pub(super) member: Option<Box<(Arc<dyn SharedQueue>, usize)>>,
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

    /// Resets the fields for another life, for which `begin` gets a new state from the factory. The deferred
    /// messages stay.
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
        let (shared, number) = &**self.cold.as_ref()?.member.as_ref()?;
        Some((shared, *number))
    }
}

impl dyn ErasedLoop + '_ {
    /// Starts the life, or runs the steps of its end, as far as possible without waiting.
    pub(super) fn start_or_shut_down(&mut self, state: &mut dyn ErasedState) -> Option<NextStep> {
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
    fn begin(&mut self, state: &mut dyn ErasedState) -> Option<NextStep> {
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

    /// Creates the state, as far as possible: see [`StateFactory::make`].
    #[inline(never)]
    fn make(&mut self, state: &mut dyn ErasedState) -> Result<bool, Failure> {
        // Taken out, because `make` also uses the data of this life.
        let Some(mut factory) = self.loop_state().cold_mut().factory.take() else {
            return Ok(false);
        };
        let made = current::catch_failure(self.mailbox(), factory::HANDLER_NAME, || {
            factory.make(self, state.as_any())
        });
        self.loop_state().cold_mut().factory = Some(factory);
        made?
    }

    /// Starts the life, whose state exists by now: runs `#[on_start]`, if there is one.
    fn start_life(&mut self) -> Option<NextStep> {
        if self.hooks().start {
            self.loop_state().lifecycle = Lifecycle::Starting;
            self.trace_input("on_start");
            let handling = CurrentMessage::new("on_start", None);
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
        locked.cell.started = true;
        let changed = locked.cell.state_changed();
        drop(locked);
        notify_state_change(changed);
    }
}
