//! The type-independent part of the mailbox state: the parked cell, system messages, watchers.
//! Plain data under the lane's lock.

use super::deadlock::edge::Waits;
use super::handle::AnyMail;
use super::queue::Counts;
use super::resources::Resources;
use super::restart::Supervision;
use super::side_queue::Apart;
use super::watchers::Watchers;
use crate::event::Event;
use crate::executor::RunTask;
use crate::exit::{ActorId, Exit, Failure};
use crate::sync::{Arc, Weak};
use std::collections::VecDeque;
use std::pin::Pin;
use std::time::{Duration, Instant};

/// An actor's cell, parked or about to run.
pub(crate) type Cell = Pin<Box<dyn RunTask>>;

/// A resource of a life: a timer, a child, a monitor.
pub(crate) type Key = u64;

static STOPPED: Exit = Exit::Stopped;

#[derive(Default)]
pub(crate) struct Seat {
    /// The parked cell; `None` while it runs or is scheduled.
    pub(crate) cell: Option<Cell>,
    /// Set if the cell was parked with a pending handler. Then only a wake-up or a kill takes it.
    pub(crate) busy: bool,
    /// Set if the pending handler was woken while the cell was not parked; never set while a cell
    /// is here.
    pub(crate) woken: bool,
    /// Set once its names are released: it gets no others.
    pub(crate) nameless: bool,
    /// The handler that was pending last. It is still pending, unless the core says that it has
    /// ended.
    at_work: Option<Box<AtWork>>,
    /// Set once the mailbox is closed.
    pub(crate) closed: bool,
    /// Set once `#[on_start]` has completed.
    pub(crate) started: bool,
    /// Set when a life ends by a stop, until its exit is published. The usual end needs no records.
    is_to_stop: bool,
    /// Set if the actor has ended by a stop.
    has_stopped: bool,
    /// The message counts.
    pub(super) counts: Counts,
    /// Rarely used fields.
    records: Option<Box<Records>>,
    /// The resources of the current life.
    pub(crate) resources: Option<Box<Resources>>,
}

/// A handler that has become pending.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AtWork {
    pub(crate) handler: &'static str,
    /// The time at which it first became pending.
    pub(crate) since: Instant,
}

#[derive(Default)]
pub(crate) struct Records {
    /// System messages with their sequence numbers: a message is due once that many ordinary
    /// messages have been taken.
    pub(crate) notices: VecDeque<(u64, Notice)>,
    /// Set when a life ends in another way than by a stop, until its exit is published.
    exit_to_be: Option<Exit>,
    /// The failure requested by a handler of the current life.
    pub(crate) failing: Option<Failure>,
    /// Set once, at the very end, unless the actor ended by a stop.
    exit: Option<Exit>,
    /// The actors that pending handlers wait for; created at the first such wait.
    pub(super) waits: Option<Box<Waits>>,
    /// Priority messages and waiting senders; created at first use.
    pub(super) apart: Option<Box<Apart>>,
    /// Notified when the actor has started, starts to stop, or has ended. Never notified or
    /// listened to under the lane's lock, because an event wakes under its own lock.
    pub(crate) changed: Option<Arc<Event>>,
    /// The watchers of the exit.
    pub(crate) watchers: Watchers,
    pub(crate) label: Option<Arc<str>>,
    /// The names in the registry.
    pub(crate) names: Vec<Arc<str>>,
    /// The parent, which ends it before its own end.
    pub(crate) parent: Option<ActorId>,
    /// The time limit that its parent allows for a stop.
    pub(crate) shutdown: Option<Duration>,
    /// The supervisor that decides about restarts, if there is one.
    pub(crate) supervision: Option<Box<Supervision>>,
    /// The number of restarts.
    pub(crate) restarts: u32,
}

/// System messages, in order with the ordinary messages.
pub(crate) enum Notice {
    /// A timer is due, or a stream or a piped future has an item.
    Due(Key),
    /// The actor watched under `Key` has ended.
    Exited(Key, ActorId, Exit),
    /// An actor that had linked itself to this one has ended.
    Unlinked(ActorId, Exit),
    /// A task of this life panicked.
    Broken(Failure),
    /// A condition that the loop waits for has changed.
    Look,
}

/// A watcher of an actor's exit.
pub(crate) struct Watcher {
    pub(crate) who: Weak<dyn AnyMail>,
    pub(crate) id: ActorId,
    /// The resource that created the watch; `None` for the passive side of a link.
    pub(crate) key: Option<Key>,
    /// Set for both sides of a link: an actor linked in both directions is notified once.
    pub(crate) link: bool,
}

impl Watcher {
    /// Whether the memory of its mailbox still exists. An actor that has not ended keeps its own.
    pub(super) fn is_in_memory(&self) -> bool {
        self.who.strong_count() > 0
    }
}

impl Records {
    /// Takes all system messages for the current life. Those for the actor stay.
    pub(crate) fn take_notices(&mut self) -> Vec<Notice> {
        let is_kept = |(_, notice): &(u64, Notice)| matches!(notice, Notice::Unlinked(..));
        let (keep, take): (VecDeque<_>, VecDeque<_>) =
            std::mem::take(&mut self.notices).into_iter().partition(is_kept);
        self.notices = keep;
        take.into_iter().map(|(_, notice)| notice).collect()
    }
}

impl Seat {
    pub(crate) fn records(&mut self) -> &mut Records {
        self.records.get_or_insert_default()
    }

    #[inline]
    pub(crate) fn known(&self) -> Option<&Records> {
        self.records.as_deref()
    }

    pub(super) fn known_mut(&mut self) -> Option<&mut Records> {
        self.records.as_deref_mut()
    }

    /// The cell, if it is parked waiting for messages.
    #[inline]
    pub(crate) fn take_idle(&mut self) -> Option<Cell> {
        if self.busy { None } else { self.cell.take() }
    }

    /// The cell, for its waker. If it is not parked, the wake-up is recorded.
    pub(crate) fn take_woken(&mut self) -> Option<Cell> {
        let cell = self.cell.take();
        self.woken = cell.is_none();
        cell
    }

    pub(crate) fn set_at_work(&mut self, at_work: AtWork) {
        match &mut self.at_work {
            Some(place) => **place = at_work,
            place => *place = Some(Box::new(at_work)),
        }
    }

    pub(crate) fn at_work(&self) -> Option<AtWork> {
        self.at_work.as_deref().copied()
    }

    /// The waiters for a state change, to be notified after the lock is released.
    pub(crate) fn changed(&self) -> Option<Arc<Event>> {
        self.known().and_then(|records| records.changed.clone())
    }

    pub(super) fn waits(&mut self) -> Option<&mut Waits> {
        self.records.as_mut()?.waits.as_deref_mut()
    }

    /// The exit of the actor, if it has ended.
    pub(crate) fn exit(&self) -> Option<&Exit> {
        if self.has_stopped {
            return Some(&STOPPED);
        }
        self.known().and_then(|records| records.exit.as_ref())
    }

    /// The exit of this life, once it is ending.
    pub(crate) fn exit_to_be(&self) -> Option<&Exit> {
        if self.is_to_stop {
            return Some(&STOPPED);
        }
        self.known().and_then(|records| records.exit_to_be.as_ref())
    }

    /// Sets the exit of this life; `None` at the start of another one.
    pub(crate) fn set_exit_to_be(&mut self, exit: Option<Exit>) {
        self.is_to_stop = matches!(exit, Some(Exit::Stopped));
        let other = exit.filter(|_| !self.is_to_stop);
        if other.is_some() || self.records.is_some() {
            self.records().exit_to_be = other;
        }
    }

    /// Sets the exit of the actor.
    pub(crate) fn set_exit(&mut self, exit: &Exit) {
        if let Exit::Stopped = exit {
            self.has_stopped = true;
        } else {
            self.records().exit = Some(exit.clone());
        }
    }

    /// Whether a handler has requested that this life fails.
    pub(crate) fn is_failing(&self) -> bool {
        self.known().is_some_and(|records| records.failing.is_some())
    }

    pub(crate) fn take_failing(&mut self) -> Option<Failure> {
        self.known_mut()?.failing.take()
    }

    /// Adds a watcher of the exit.
    pub(crate) fn watch(&mut self, watcher: Watcher) {
        self.records().watchers.push(watcher);
    }

    pub(crate) fn has_notices(&self) -> bool {
        self.known().is_some_and(|records| !records.notices.is_empty())
    }
}
