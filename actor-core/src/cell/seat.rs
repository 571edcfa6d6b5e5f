//! The part of a lane that knows no messages: where the cell lies, notices, who is to be told of
//! the end. Plain data under the lane's lock.

use super::holding::Holdings;
use super::pending::Waits;
use super::post::AnyMail;
use super::queue::Counts;
use super::restart::Overseen;
use super::waiting::Apart;
use super::watchers::Watchers;
use crate::event::Event;
use crate::exit::{ActorId, Exit, Failure};
use crate::host::RunCell;
use crate::sync::{Arc, Weak};
use std::collections::VecDeque;
use std::pin::Pin;
use std::time::{Duration, Instant};

/// An actor's cell, at rest or about to run.
pub(crate) type Cell = Pin<Box<dyn RunCell>>;

/// One thing that a life has made through its context: a timer, a child, a monitor.
pub(crate) type Key = u64;

static STOPPED: Exit = Exit::Stopped;

#[derive(Default)]
pub(crate) struct Seat {
    /// The cell while it is laid back; `None` while it runs or is on its way to run.
    pub(crate) cell: Option<Cell>,
    /// Set if the cell was laid back with a handler pending; then only a wake or a kill takes it.
    pub(crate) busy: bool,
    /// Set if the pending handler was woken while the cell was away; never with a cell here.
    pub(crate) woken: bool,
    /// Set once its names are freed: it gets no other.
    pub(crate) nameless: bool,
    /// The handler that was pending last. It still is, unless the core says that it is over.
    at_work: Option<Box<AtWork>>,
    /// Set once the mailbox refuses.
    pub(crate) closed: bool,
    /// Set once `#[on_start]` is done.
    pub(crate) started: bool,
    /// Set when a life ends by being stopped, until that is published. The usual end needs no records.
    is_to_stop: bool,
    /// Set if that is how the actor has ended.
    has_stopped: bool,
    /// How many messages there are.
    pub(super) counts: Counts,
    /// What only some actors need.
    records: Option<Box<Records>>,
    /// What the present life has made through its context.
    pub(crate) holdings: Option<Box<Holdings>>,
}

/// A handler that has come to wait.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AtWork {
    pub(crate) handler: &'static str,
    /// When it first was pending.
    pub(crate) since: Instant,
}

#[derive(Default)]
pub(crate) struct Records {
    /// System traffic in order, each with its position: the number of ordinary messages that had
    /// been accepted when it came, and that are to be taken before it.
    pub(crate) notices: VecDeque<(u64, Notice)>,
    /// Set when a life ends otherwise than by being stopped, until that is published.
    exit_to_be: Option<Exit>,
    /// The failure that a handler of the present life has asked for.
    pub(crate) failing: Option<Failure>,
    /// Set once, at the very end, if that is otherwise.
    exit: Option<Exit>,
    /// Whom a pending handler waits for; made when one first does.
    pub(super) waits: Option<Box<Waits>>,
    /// Messages with priority and senders that wait for room; made when there first is one.
    pub(super) apart: Option<Box<Apart>>,
    /// Notified when the actor has started, begins to stop, or has ended. Never notified and never
    /// listened to under the lane's lock: an event wakes under a lock of its own.
    pub(crate) changed: Option<Arc<Event>>,
    /// Who is told of the end.
    pub(crate) watchers: Watchers,
    pub(crate) label: Option<Arc<str>>,
    /// Under which it stands in the registry.
    pub(crate) names: Vec<Arc<str>>,
    /// Who ends it before its own end.
    pub(crate) parent: Option<ActorId>,
    /// How long its parent gives it to stop.
    pub(crate) shutdown: Option<Duration>,
    /// Who decides what follows a life, if anybody does.
    pub(crate) overseen: Option<Box<Overseen>>,
    /// How often it was restarted.
    pub(crate) restarts: u32,
}

/// System traffic that is in order with the messages.
pub(crate) enum Notice {
    /// A timer is due, or a stream or a piped future has something.
    Due(Key),
    /// Whom `Key` watches has ended.
    Exited(Key, ActorId, Exit),
    /// An actor that had linked itself to this one has ended.
    Unlinked(ActorId, Exit),
    /// A task of this life panicked.
    Broken(Failure),
    /// Something that the loop waits for has changed.
    Look,
}

/// One who is told of an actor's end.
pub(crate) struct Watcher {
    pub(crate) who: Weak<dyn AnyMail>,
    pub(crate) id: ActorId,
    /// What made it watch; `None` for the far half of a link.
    pub(crate) key: Option<Key>,
    /// Set for both halves of a link: who is linked both ways is told once.
    pub(crate) link: bool,
}

impl Watcher {
    /// Whether the memory of its mailbox is still there. An actor that has not ended keeps its own.
    pub(super) fn is_in_memory(&self) -> bool {
        self.who.strong_count() > 0
    }
}

impl Records {
    /// Takes all notices that are for the present life. Those that are for the actor stay.
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

    /// The cell, if it waits for mail or notices.
    #[inline]
    pub(crate) fn take_idle(&mut self) -> Option<Cell> {
        if self.busy { None } else { self.cell.take() }
    }

    /// The cell for its waker: if it is away, the wake is noted.
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

    /// Who waits for a change, to be notified when the lock is gone.
    pub(crate) fn changed(&self) -> Option<Arc<Event>> {
        self.known().and_then(|records| records.changed.clone())
    }

    pub(super) fn waits(&mut self) -> Option<&mut Waits> {
        self.records.as_mut()?.waits.as_deref_mut()
    }

    /// How the actor has ended, if it has.
    pub(crate) fn exit(&self) -> Option<&Exit> {
        if self.has_stopped {
            return Some(&STOPPED);
        }
        self.known().and_then(|records| records.exit.as_ref())
    }

    /// How this life ends, once it does.
    pub(crate) fn exit_to_be(&self) -> Option<&Exit> {
        if self.is_to_stop {
            return Some(&STOPPED);
        }
        self.known().and_then(|records| records.exit_to_be.as_ref())
    }

    /// The life ends so; `None` for the beginning of another one.
    pub(crate) fn set_exit_to_be(&mut self, exit: Option<Exit>) {
        self.is_to_stop = matches!(exit, Some(Exit::Stopped));
        let other = exit.filter(|_| !self.is_to_stop);
        if other.is_some() || self.records.is_some() {
            self.records().exit_to_be = other;
        }
    }

    /// The actor has ended so.
    pub(crate) fn set_exit(&mut self, exit: &Exit) {
        if let Exit::Stopped = exit {
            self.has_stopped = true;
        } else {
            self.records().exit = Some(exit.clone());
        }
    }

    /// Whether a handler has asked that this life fails.
    pub(crate) fn is_failing(&self) -> bool {
        self.known().is_some_and(|records| records.failing.is_some())
    }

    pub(crate) fn take_failing(&mut self) -> Option<Failure> {
        self.known_mut()?.failing.take()
    }

    /// Enters one who is told of the end.
    pub(crate) fn watch(&mut self, watcher: Watcher) {
        self.records().watchers.push(watcher);
    }

    pub(crate) fn has_notices(&self) -> bool {
        self.known().is_some_and(|records| !records.notices.is_empty())
    }
}
