//! The type-independent part of the mailbox state: the parked task, system messages, watchers.
//! Plain data under the mailbox lock. Fields that few actors need are in [`ColdState`], created at
//! first use.
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
//! `woken` is set only while no task is parked: it records a wake-up of the pending handler for the
//! moment at which the task parks. `handler_pending` is valid only while a task is parked.

use super::capacity::QueueLen;
use super::deadlock::edge::PublishedWaits;
use super::handle::DynMailbox;
use super::resources::Resources;
use super::side_queue::SideQueue;
use super::supervision::Supervision;
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
    pub(crate) parked: Option<CellTask>,
    /// Set if the task was parked with a pending handler. In this case, only a wake-up or a kill
    /// takes it out.
    pub(crate) handler_pending: bool,
    /// Set if the pending handler was woken while the task was not parked. Never set while a task
    /// is parked.
    pub(crate) woken: bool,
    /// Set once the names of the actor are released. The actor then gets no other names.
    pub(crate) names_released: bool,
    /// The handler that was pending last. It is still pending, unless the header says that it has
    /// ended.
    current_handler: Option<Box<CurrentHandler>>,
    /// Set once the mailbox is closed.
    pub(crate) closed: bool,
    /// Set once `#[on_start]` has completed.
    pub(crate) started: bool,
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
    pub(crate) resources: Option<Box<Resources>>,
}

/// A handler that has become pending.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CurrentHandler {
    pub(crate) handler: &'static str,
    /// The time at which the handler first became pending.
    pub(crate) since: Instant,
}

#[derive(Default)]
pub(crate) struct ColdState {
    /// System messages with their sequence numbers: a message is due once that many ordinary
    /// messages have been taken.
    pub(crate) system_messages: VecDeque<(u64, SystemMessage)>,
    /// Set when a life ends other than by a stop, until its exit is published.
    pending_exit: Option<Exit>,
    /// The failure requested by a handler of the current life.
    pub(crate) failing: Option<Failure>,
    /// Set once, at the very end, unless the actor ended by a stop.
    exit: Option<Exit>,
    /// The actors that pending handlers wait for; created at the first such wait.
    pub(super) waits: Option<Box<PublishedWaits>>,
    /// Priority messages and waiting senders; created at first use.
    pub(super) side: Option<Box<SideQueue>>,
    /// Notified when the actor has started, starts to stop, or has ended. Never notified or
    /// listened to under the mailbox's lock, because an event wakes under its own lock.
    pub(crate) state_changed: Option<Arc<Event>>,
    /// The watchers of the exit.
    pub(crate) watchers: Watchers,
    pub(crate) label: Option<Arc<str>>,
    /// The names in the registry.
    pub(crate) names: Vec<Arc<str>>,
    /// The parent, which ends this actor before it ends itself.
    pub(crate) parent: Option<ActorId>,
    /// The time limit that the parent allows for a stop.
    pub(crate) shutdown: Option<Duration>,
    /// The supervisor that decides about restarts, if there is one.
    pub(crate) supervision: Option<Box<Supervision>>,
    /// The number of restarts.
    pub(crate) restarts: u32,
    /// A waker of the actor that deadlock detection does not count. Created at first use.
    pub(crate) uncounted_waker: Option<Waker>,
}

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

impl ColdState {
    /// Takes all system messages for the current life. System messages for the actor stay.
    pub(crate) fn take_system_messages(&mut self) -> Vec<SystemMessage> {
        let is_kept = |(_, message): &(u64, SystemMessage)| {
            matches!(message, SystemMessage::LinkedExited(..))
        };
        let (keep, take): (VecDeque<_>, VecDeque<_>) =
            std::mem::take(&mut self.system_messages).into_iter().partition(is_kept);
        self.system_messages = keep;
        take.into_iter().map(|(_, message)| message).collect()
    }
}

impl CellState {
    pub(crate) fn cold_mut(&mut self) -> &mut ColdState {
        self.cold.get_or_insert_default()
    }

    #[inline]
    pub(crate) fn cold(&self) -> Option<&ColdState> {
        self.cold.as_deref()
    }

    pub(super) fn existing_cold_mut(&mut self) -> Option<&mut ColdState> {
        self.cold.as_deref_mut()
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

    /// Takes the task, if it is parked waiting for messages.
    #[inline]
    pub(crate) fn take_idle(&mut self) -> Option<CellTask> {
        if self.handler_pending { None } else { self.parked.take() }
    }

    /// Takes the task for its waker. If the task is not parked, the wake-up is recorded.
    pub(crate) fn take_woken(&mut self) -> Option<CellTask> {
        let task = self.parked.take();
        self.woken = task.is_none();
        task
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

    pub(super) fn waits(&mut self) -> Option<&mut PublishedWaits> {
        self.cold.as_mut()?.waits.as_deref_mut()
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

    pub(crate) fn take_failing(&mut self) -> Option<Failure> {
        self.existing_cold_mut()?.failing.take()
    }

    /// Adds a watcher of the exit.
    pub(crate) fn watch(&mut self, watcher: Watcher) {
        self.cold_mut().watchers.push(watcher);
    }

    pub(crate) fn has_system_messages(&self) -> bool {
        self.cold().is_some_and(|cold| !cold.system_messages.is_empty())
    }

    /// Returns the supervision of the actor, if it is supervised.
    pub(crate) fn supervision_mut(&mut self) -> Option<&mut Supervision> {
        self.existing_cold_mut()?.supervision.as_deref_mut()
    }
}
