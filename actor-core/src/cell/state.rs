//! The type-independent part of the mailbox state: the parked task, system messages, watchers.
//! Plain data under the mailbox lock. Fields that few actors need are in [`ColdState`], created at
//! first use. A supervised actor has a [`Supervision`] there, and in it the interface of its supervisor.
//!
//! # States of an actor
//!
//! ```text
//! starting --started--> running --closed or pending_exit--> ending --exit--> ended
//!     ^                                                       |
//!     '---- a supervised actor: the next life, with the same mailbox
//! ```
//! - `started` is set once `#[on_start]` has completed.
//! - `pending_exit` is the exit of the life that is ending. It is set when the run loop ends the life, and
//!   reset when the next life starts. Nothing outside of the actor observes it.
//! - `exit` is set once, at the very end, and never changes. From then on, system messages, watchers
//!   and kills are refused.
//! - `names_released` is set before `exit`: an observer of the exit finds the names free.
//!
//! # The parked task
//!
//! All fields are under the mailbox's lock. A task that runs or is scheduled is not in `parked`.
//!
//! | event | code | effect |
//! |---|---|---|
//! | an idle task parks | `park_idle` | `parked` is set, the other two are cleared |
//! | another task parks | `take_wake_up`, then `park`, unless there is more to do | `parked` and `handler_pending` are set, `woken` is cleared before |
//! | a message, system message or flag | `take_idle` | takes the task, unless a handler is pending |
//! | a kill, a refused wait | `take_parked` | takes the task |
//! | the waker of the pending handler | `take_woken` | takes the task, or sets `woken` if none is parked |
//!
//! `woken` and `parked` exclude each other: `woken` records a wake-up for the moment at which the task parks.
//! `handler_pending` is valid only while a task is parked.
//!
//! # Flags that are never cleared
//!
//! - `started` is set by the run loop in each life, and by a pool when it is created.
//! - `closed` belongs to `capacity`. It is set by `close`, which also sets a flag for the run loop,
//!   or by `mark_closed` if no run loop has to react.
//! - `names_released` is set by the run loop at the very end. A name is added under the same lock, before that
//!   or not at all (`Registry`).

use super::capacity::{Closed, QueueLen, SideQueue};
use super::deadlock::edge::PublishedWaits;
use super::handle::DynMailbox;
use super::resources::Resources;
use super::watchers::Watchers;
use crate::clock::Instant;
use crate::event::Event;
use crate::executor::RunTask;
use crate::exit::{ActorId, Exit, Failure};
use crate::sync::{Arc, Weak};
use std::collections::VecDeque;
use std::pin::Pin;
use std::task::Waker;
use std::time::Duration;

/// The task of an actor, parked or about to run.
pub(crate) type CellTask = Pin<Box<dyn RunTask>>;

/// A resource of a life: a timer, a child, a monitor.
pub(crate) type ResourceId = u64;

static STOPPED: Exit = Exit::Stopped;

#[derive(Default)]
pub(crate) struct CellState {
    /// The parked task, or `None` while it runs or is scheduled.
    parked: Option<CellTask>,
    /// Set if the task was parked with a pending handler. In this case, only a wake-up, a kill or a
    /// refusal of its wait takes it out.
    handler_pending: bool,
    /// Set if the pending handler was woken while the task was not parked. Never set while a task
    /// is parked.
    woken: bool,
    /// Set once the names of the actor are released. The actor then gets no other names, and no children.
    names_released: bool,
    /// The handler that was pending last. It is still pending, unless the header says that it has
    /// ended.
    current_handler: Option<Box<CurrentHandler>>,
    /// Set once the mailbox is closed.
    pub(super) closed: Closed,
    /// Set once `#[on_start]` has completed.
    started: bool,
    /// Set when a life ends by a stop, until its exit is published. This usual end needs no
    /// `ColdState`.
    pending_stop: bool,
    /// Set if the actor has ended by a stop.
    has_stopped: bool,
    /// The message counts.
    pub(super) counts: QueueLen,
    /// Rarely used fields.
    cold: Option<Box<ColdState>>,
    /// The resources of the current life.
    resources: Option<Box<Resources>>,
}

/// A handler that has become pending.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CurrentHandler {
    pub(crate) handler: &'static str,
    /// About the time at which the handler first became pending: see `Executor::recent_time`.
    pub(crate) since: Instant,
}

#[derive(Default)]
struct ColdState {
    /// System messages with their sequence numbers: a message is due once that many ordinary
    /// messages have been taken.
    system_messages: SystemMessages,
    /// Set when a life ends other than by a stop, until its exit is published.
    pending_exit: Option<Exit>,
    /// The failure requested by a handler of the current life.
    failing: Option<Failure>,
    /// Set once, at the very end, unless the actor ended by a stop.
    exit: Option<Exit>,
    /// The actors that pending handlers wait for; created at the first such wait.
    waits: Option<Box<PublishedWaits>>,
    /// Priority messages and waiting senders; created at first use.
    side: Option<Box<SideQueue>>,
    /// Notified when the actor has started, starts to stop, or has ended. Never notified or
    /// listened to under the mailbox's lock, because an event wakes under its own lock.
    state_changed: Option<Arc<Event>>,
    /// The watchers of the exit.
    watchers: Watchers,
    label: Option<Arc<str>>,
    /// The names in the registry.
    names: Vec<Arc<str>>,
    /// The parent, which ends this actor before it ends itself.
    parent: Option<ActorId>,
    /// The time limit that the parent allows for a stop; the maximum if there is no limit.
    stop_limit: Option<Duration>,
    /// The supervisor that decides about restarts, if there is one.
    supervision: Option<Box<Supervision>>,
    /// The number of restarts.
    restarts: u32,
    /// Whether the actor has an address of itself until it is stopped, as a supervisor has.
    lives_until_stopped: bool,
    /// A waker of the actor that deadlock detection does not count. Created at first use.
    uncounted_waker: Option<Waker>,
}

/// Queued system messages with their sequence numbers.
pub(crate) type SystemMessages = VecDeque<(u64, SystemMessage)>;

/// System messages, in order with the ordinary messages.
pub(crate) enum SystemMessage {
    /// A timer is due, or a stream or a piped future has an item.
    ResourceReady(ResourceId),
    /// The actor watched under `ResourceId` has ended.
    WatchedExited(ResourceId, ActorId, Exit),
    /// An actor that had linked itself to this one has ended.
    LinkedExited(ActorId, Exit),
    /// A task of this life panicked.
    TaskPanicked(Failure),
    /// A condition that the loop waits for has changed.
    Recheck,
}

impl SystemMessage {
    /// Returns whether the message is for the actor, and so for its next life if this one has ended.
    pub(super) fn is_for_actor(&self) -> bool {
        matches!(self, SystemMessage::LinkedExited(..))
    }
}

/// A watcher of an actor's exit.
pub(crate) struct Watcher {
    pub(crate) mailbox: Weak<dyn DynMailbox>,
    pub(crate) id: ActorId,
    /// The resource that created the watch; `None` for the passive side of a link.
    pub(crate) key: Option<ResourceId>,
    /// Set for both sides of a link: an actor linked in both directions is notified once.
    pub(crate) link: bool,
}

impl Watcher {
    /// Returns whether the memory of the watcher's mailbox still exists. An actor that has not
    /// ended keeps its mailbox in memory.
    pub(super) fn is_in_memory(&self) -> bool {
        self.mailbox.strong_count() > 0
    }
}

impl CellState {
    fn cold_mut(&mut self) -> &mut ColdState {
        self.cold.get_or_insert_default()
    }

    #[inline]
    fn cold(&self) -> Option<&ColdState> {
        self.cold.as_deref()
    }

    fn existing_cold_mut(&mut self) -> Option<&mut ColdState> {
        self.cold.as_deref_mut()
    }

    /// Returns whether a rarely used field has been set.
    pub(crate) fn has_cold_state(&self) -> bool {
        self.cold.is_some()
    }

    /// Parks the task of an actor that waits for messages.
    #[inline]
    pub(super) fn park_idle(&mut self, task: Option<CellTask>) {
        // No handler is pending, so a recorded wake-up and a published wait no longer count.
        self.woken = false;
        if self.waits().is_some() {
            self.publish(None);
        }
        self.handler_pending = false;
        self.parked = task;
    }

    /// Parks a task that has nothing to do; `handler_pending` says whether its handler is pending. The
    /// caller has taken the recorded wake-up, and found none that counts.
    pub(super) fn park(&mut self, task: Option<CellTask>, handler_pending: bool) {
        debug_assert!(!self.woken, "a recorded wake-up would be lost");
        self.handler_pending = handler_pending;
        self.parked = task;
    }

    /// Takes the wake-up of the pending handler that was recorded while the task ran. Returns whether there
    /// was one.
    pub(super) fn take_wake_up(&mut self) -> bool {
        std::mem::take(&mut self.woken)
    }

    pub(crate) fn is_parked(&self) -> bool {
        self.parked.is_some()
    }

    /// Returns whether the task is parked with a pending handler. Valid only while it is parked.
    pub(crate) fn has_pending_handler(&self) -> bool {
        self.handler_pending
    }

    /// Takes the task, if it is parked waiting for messages.
    #[inline]
    pub(crate) fn take_idle(&mut self) -> Option<CellTask> {
        if self.handler_pending { None } else { self.parked.take() }
    }

    /// Takes the task, if it is parked, even with a pending handler: to kill it, or to refuse its wait.
    pub(super) fn take_parked(&mut self) -> Option<CellTask> {
        self.parked.take()
    }

    /// Takes the task for its waker. If the task is not parked, the wake-up is recorded.
    pub(crate) fn take_woken(&mut self) -> Option<CellTask> {
        let task = self.parked.take();
        self.woken = task.is_none();
        task
    }

    /// Returns whether `#[on_start]` has completed.
    pub(crate) fn has_started(&self) -> bool {
        self.started
    }

    pub(crate) fn set_started(&mut self) {
        self.started = true;
    }

    /// Returns whether the names are released, so that the actor gets no other names.
    pub(super) fn has_released_names(&self) -> bool {
        self.names_released
    }

    /// Marks the names as released. The run loop removes them from the registry before it publishes the exit.
    pub(crate) fn release_names(&mut self) {
        self.names_released = true;
    }

    /// Returns whether the actor has a life that ends its children: not between two lives, and not once the
    /// last life has ended.
    pub(crate) fn takes_children(&self) -> bool {
        let is_between = |supervision: &Supervision| supervision.between_lives;
        !self.names_released && !self.supervision().is_some_and(is_between)
    }

    /// Returns the resources of the current life, if it has ever had any.
    pub(crate) fn resources(&self) -> Option<&Resources> {
        self.resources.as_deref()
    }

    pub(crate) fn existing_resources_mut(&mut self) -> Option<&mut Resources> {
        self.resources.as_deref_mut()
    }

    pub(crate) fn resources_mut(&mut self) -> &mut Resources {
        self.resources.get_or_insert_default()
    }

    pub(crate) fn set_current_handler(&mut self, current_handler: CurrentHandler) {
        match &mut self.current_handler {
            Some(place) => **place = current_handler,
            place => *place = Some(Box::new(current_handler)),
        }
    }

    pub(crate) fn current_handler(&self) -> Option<CurrentHandler> {
        self.current_handler.as_deref().copied()
    }

    /// Returns the event to notify, after the lock is released, when the state of the actor has
    /// changed.
    pub(crate) fn state_changed(&self) -> Option<Arc<Event>> {
        self.cold().and_then(|cold| cold.state_changed.clone())
    }

    pub(super) fn waits(&self) -> Option<&PublishedWaits> {
        self.cold()?.waits.as_deref()
    }

    pub(super) fn existing_waits_mut(&mut self) -> Option<&mut PublishedWaits> {
        self.existing_cold_mut()?.waits.as_deref_mut()
    }

    pub(super) fn waits_mut(&mut self) -> &mut PublishedWaits {
        self.cold_mut().waits.get_or_insert_default()
    }

    #[inline]
    pub(super) fn side(&self) -> Option<&SideQueue> {
        self.cold()?.side.as_deref()
    }

    pub(super) fn existing_side_mut(&mut self) -> Option<&mut SideQueue> {
        self.existing_cold_mut()?.side.as_deref_mut()
    }

    pub(super) fn side_mut(&mut self) -> &mut SideQueue {
        self.cold_mut().side.get_or_insert_default()
    }

    /// Returns whether there has been a waiter for a change of state.
    pub(super) fn has_state_event(&self) -> bool {
        self.cold().is_some_and(|cold| cold.state_changed.is_some())
    }

    /// Returns the event that is notified of changes of state. Created at the first call.
    pub(crate) fn state_changed_mut(&mut self) -> &Arc<Event> {
        self.cold_mut().state_changed.get_or_insert_default()
    }

    /// Returns the exit of the actor, if it has ended.
    pub(crate) fn exit(&self) -> Option<&Exit> {
        if self.has_stopped {
            return Some(&STOPPED);
        }
        self.cold().and_then(|cold| cold.exit.as_ref())
    }

    /// Returns the exit of this life, once it is ending.
    pub(crate) fn pending_exit(&self) -> Option<&Exit> {
        if self.pending_stop {
            return Some(&STOPPED);
        }
        self.cold().and_then(|cold| cold.pending_exit.as_ref())
    }

    /// Sets the exit of this life, or resets it to `None` at the start of another one.
    pub(crate) fn set_pending_exit(&mut self, exit: Option<Exit>) {
        self.pending_stop = matches!(exit, Some(Exit::Stopped));
        let other = exit.filter(|_| !self.pending_stop);
        if other.is_some() || self.cold.is_some() {
            self.cold_mut().pending_exit = other;
        }
    }

    /// Sets the exit of the actor.
    pub(crate) fn set_exit(&mut self, exit: &Exit) {
        if let Exit::Stopped = exit {
            self.has_stopped = true;
        } else {
            self.cold_mut().exit = Some(exit.clone());
        }
    }

    /// Returns whether a handler has requested that this life fails.
    pub(crate) fn is_failing(&self) -> bool {
        self.cold().is_some_and(|cold| cold.failing.is_some())
    }

    /// Returns the failure that a handler of this life has requested.
    pub(crate) fn failing(&self) -> Option<&Failure> {
        self.cold()?.failing.as_ref()
    }

    /// Requests that this life fails. Returns `failure` if it has been requested before.
    pub(crate) fn request_failure(&mut self, failure: Failure) -> Result<(), Failure> {
        match &mut self.cold_mut().failing {
            Some(_) => Err(failure),
            failing => {
                *failing = Some(failure);
                Ok(())
            }
        }
    }

    pub(crate) fn take_failing(&mut self) -> Option<Failure> {
        self.existing_cold_mut()?.failing.take()
    }

    /// Adds a watcher of the exit.
    pub(crate) fn watch(&mut self, watcher: Watcher) {
        self.cold_mut().watchers.push(watcher);
    }

    /// Returns the watchers of the exit.
    pub(crate) fn watchers(&self) -> Option<&Watchers> {
        self.cold().map(|cold| &cold.watchers)
    }

    /// Removes the watchers that `id` added for `key`. The caller drops them after it releases the lock.
    pub(super) fn unwatch(&mut self, id: ActorId, key: Option<ResourceId>) -> Vec<Watcher> {
        self.existing_cold_mut().map_or_else(Vec::new, |cold| cold.watchers.remove(id, key))
    }

    pub(crate) fn take_watchers(&mut self) -> Vec<Watcher> {
        self.existing_cold_mut().map_or_else(Vec::new, |cold| cold.watchers.take())
    }

    pub(crate) fn has_system_messages(&self) -> bool {
        self.cold().is_some_and(|cold| !cold.system_messages.is_empty())
    }

    /// Returns the queue of system messages.
    pub(super) fn system_messages_mut(&mut self) -> &mut SystemMessages {
        &mut self.cold_mut().system_messages
    }

    /// Takes all system messages.
    pub(crate) fn take_system_messages(&mut self) -> SystemMessages {
        self.existing_cold_mut()
            .map_or_else(VecDeque::new, |cold| std::mem::take(&mut cold.system_messages))
    }

    /// Takes all system messages for the current life. System messages for the actor stay.
    pub(super) fn take_system_messages_of_life(&mut self) -> Vec<SystemMessage> {
        let (keep, take): (VecDeque<_>, VecDeque<_>) = self
            .take_system_messages()
            .into_iter()
            .partition(|(_, message)| message.is_for_actor());
        if !keep.is_empty() {
            *self.system_messages_mut() = keep;
        }
        take.into_iter().map(|(_, message)| message).collect()
    }

    pub(crate) fn label(&self) -> Option<&Arc<str>> {
        self.cold()?.label.as_ref()
    }

    pub(crate) fn set_label(&mut self, label: Arc<str>) {
        self.cold_mut().label = Some(label);
    }

    /// Returns the names in the registry.
    pub(crate) fn names(&self) -> &[Arc<str>] {
        self.cold().map_or(&[], |cold| &cold.names)
    }

    pub(super) fn add_name(&mut self, name: Arc<str>) {
        let names = &mut self.cold_mut().names;
        if names.is_empty() {
            // Most actors have at most one name.
            names.reserve_exact(1);
        }
        names.push(name);
    }

    /// Removes only one entry, because the name may have been registered again in the meantime.
    pub(crate) fn remove_name(&mut self, name: &str) {
        if let Some(cold) = self.existing_cold_mut()
            && let Some(place) = cold.names.iter().position(|held| &**held == name)
        {
            cold.names.remove(place);
        }
    }

    pub(crate) fn parent(&self) -> Option<ActorId> {
        self.cold()?.parent
    }

    pub(crate) fn set_parent(&mut self, parent: ActorId) {
        self.cold_mut().parent = Some(parent);
    }

    /// Returns the time limit that the parent allows for a stop: `None` if it is not set, the maximum if
    /// there is no limit.
    pub(crate) fn stop_limit(&self) -> Option<Duration> {
        self.cold()?.stop_limit
    }

    /// Marks the actor, which has got an address of itself, as alive until it is stopped.
    pub(crate) fn set_lives_until_stopped(&mut self) {
        self.cold_mut().lives_until_stopped = true;
    }

    pub(crate) fn lives_until_stopped(&self) -> bool {
        self.cold().is_some_and(|cold| cold.lives_until_stopped)
    }

    pub(crate) fn set_stop_limit(&mut self, limit: Duration) {
        self.cold_mut().stop_limit = Some(limit);
    }

    /// Returns the number of restarts.
    pub(crate) fn restarts(&self) -> u32 {
        self.cold().map_or(0, |cold| cold.restarts)
    }

    pub(crate) fn count_restart(&mut self) {
        let restarts = &mut self.cold_mut().restarts;
        *restarts = restarts.saturating_add(1);
    }

    pub(super) fn uncounted_waker(&self) -> Option<&Waker> {
        self.cold()?.uncounted_waker.as_ref()
    }

    pub(super) fn set_uncounted_waker(&mut self, waker: Waker) {
        self.cold_mut().uncounted_waker = Some(waker);
    }

    /// Returns the supervision of the actor, if it is supervised.
    pub(crate) fn supervision(&self) -> Option<&Supervision> {
        self.cold()?.supervision.as_deref()
    }

    pub(crate) fn set_supervision(&mut self, supervision: Supervision) {
        self.cold_mut().supervision = Some(Box::new(supervision));
    }

    pub(crate) fn supervision_mut(&mut self) -> Option<&mut Supervision> {
        self.existing_cold_mut()?.supervision.as_deref_mut()
    }
}

/// The restart policy: which ends of a life are followed by a new one, as in OTP.
///
/// ```
/// # use actor_core::prelude::*;
/// # #[actor] struct Idle; #[actor] impl Idle {}
/// use actor_core::supervision::{Child, Restart};
///
/// let child = Child::new("once", || Idle).restart(Restart::Temporary);
/// # drop(child);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Restart {
    /// A new life follows every end, unless the actor is stopped from outside.
    #[default]
    Permanent,
    /// A new life follows only a failure: a panic, [`Context::fail`](crate::Context::fail), a
    /// failed start, a link, a kill.
    Transient,
    /// No new life follows.
    Temporary,
}

impl Restart {
    /// Returns whether another life follows one that ended on its own with `exit`.
    pub(crate) fn follows(self, exit: &Exit) -> bool {
        match self {
            Restart::Permanent => true,
            Restart::Transient => !exit.is_normal(),
            Restart::Temporary => false,
        }
    }
}

/// The supervisor of an actor, which is notified of the end of each life and decides about
/// restarts.
pub(crate) trait RestartAuthority: Send + Sync {
    /// Notifies the supervisor that a life has ended. The answer comes through `decide`. Returns
    /// `false` if there is no supervisor left.
    fn life_ended(&self, id: ActorId, exit: Exit) -> bool;

    /// Called when the actor has ended permanently and its exit is published.
    fn ended(&self, _id: ActorId) {}
}

/// The additional state of a supervised actor.
pub(crate) struct Supervision {
    pub(crate) authority: Arc<dyn RestartAuthority>,
    pub(crate) restart: Restart,
    /// The supervisor's decision, until the loop takes it.
    pub(crate) decision: Option<RestartDecision>,
    /// Set when the parent was killed: no life follows, and no supervisor is left.
    pub(crate) orphaned: bool,
    /// Set while the actor is between two lives.
    pub(crate) between_lives: bool,
    /// Set during a backoff before the next life.
    pub(crate) in_backoff: bool,
    /// Set if the actor was killed between two lives.
    pub(crate) killed_between: bool,
}

impl Supervision {
    pub(crate) fn new(authority: Arc<dyn RestartAuthority>, restart: Restart) -> Self {
        Supervision {
            authority,
            restart,
            decision: None,
            orphaned: false,
            between_lives: false,
            in_backoff: false,
            killed_between: false,
        }
    }

    /// Records that a life has ended (`true`), or that the next one starts.
    pub(crate) fn set_between_lives(&mut self, between_lives: bool) {
        self.between_lives = between_lives;
        self.decision = None;
        self.in_backoff = false;
        self.killed_between = false;
    }

    /// Returns the exit of an actor that ends between two lives, or `None` if it does not end. A
    /// kill between two lives ends the actor only during a backoff. If the next life starts
    /// immediately, the kill has no effect: a kill at the end of a life would otherwise end the
    /// actor or not, depending on its timing.
    pub(crate) fn end_between_lives(&self, closed: bool, last: Exit) -> Option<Exit> {
        if self.orphaned || (self.killed_between && self.in_backoff) {
            return Some(Exit::Killed);
        }
        match self.decision {
            Some(RestartDecision::Stop) => Some(last),
            _ => closed.then_some(Exit::Stopped),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RestartDecision {
    /// A new life starts.
    Restart,
    /// The actor ends.
    Stop,
}

#[cfg(test)]
mod tests {
    use super::CellState;
    use crate::executor::RunTask;
    use std::pin::Pin;

    struct Idle;

    impl RunTask for Idle {
        fn run(self: Pin<Box<Self>>) {}
    }

    #[test]
    fn a_wake_up_of_a_running_task_is_recorded_until_the_task_parks() {
        let mut cell = CellState::default();
        assert!(cell.take_woken().is_none(), "the task runs");
        assert!(cell.take_wake_up() && !cell.take_wake_up(), "the wake-up is recorded once");
        cell.park(Some(Box::pin(Idle)), true);
        assert!(cell.take_woken().is_some() && !cell.is_parked());
        assert!(!cell.take_wake_up(), "a wake-up that took the task is not recorded");
    }

    #[test]
    fn the_count_of_restarts_does_not_overflow() {
        let mut cell = CellState::default();
        cell.cold_mut().restarts = u32::MAX;
        cell.count_restart();
        assert_eq!(cell.restarts(), u32::MAX);
    }

    #[test]
    fn a_new_message_does_not_take_a_parked_task_with_a_pending_handler() {
        let mut cell = CellState::default();
        cell.park(Some(Box::pin(Idle)), true);
        assert!(cell.take_idle().is_none() && cell.is_parked());
        assert!(cell.take_parked().is_some(), "a kill takes it");
        cell.park_idle(Some(Box::pin(Idle)));
        assert!(cell.take_idle().is_some() && !cell.has_pending_handler());
    }
}
