//! The records that a supervisor has of its children, in start order: the phase of the life of a child,
//! and its restart history. Lookup by id takes constant time, independent of their number.

use super::restart_limits::Backoff;
use crate::actor::context::sources::Timer;
use crate::cell::handle::DynMailbox;
use crate::cell::supervision::{Restart, RestartDecision};
use crate::clock::Instant;
use crate::exit::ActorId;
use crate::sync::Arc;
use crate::time;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

/// The position of a child. Later children have greater positions, and no position is reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct StartIndex(u64);

impl StartIndex {
    pub(super) const FIRST: StartIndex = StartIndex(0);
    pub(super) const LAST: StartIndex = StartIndex(u64::MAX);
}

#[derive(Default)]
pub(super) struct Children {
    in_order: BTreeMap<StartIndex, ChildRecord>,
    // By the number of the id. Only used for lookups, never iterated: its order is random, and must
    // not influence a simulation.
    indices: HashMap<u64, StartIndex>,
    next: u64,
}

impl Children {
    pub(super) fn len(&self) -> usize {
        self.in_order.len()
    }

    /// Adds a child after all others.
    pub(super) fn push(&mut self, child: ChildRecord) {
        let index = StartIndex(self.next);
        self.next += 1;
        self.indices.insert(child.id().number, index);
        self.in_order.insert(index, child);
    }

    pub(super) fn remove(&mut self, id: ActorId) -> Option<ChildRecord> {
        let index = self.indices.remove(&id.number)?;
        self.in_order.remove(&index)
    }

    pub(super) fn index_of(&self, id: ActorId) -> Option<StartIndex> {
        self.indices.get(&id.number).copied()
    }

    pub(super) fn get(&mut self, id: ActorId) -> Option<&mut ChildRecord> {
        let index = self.indices.get(&id.number)?;
        self.in_order.get_mut(index)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &ChildRecord> {
        self.in_order.values()
    }

    /// Returns the children from `first` to `last`, inclusive.
    pub(super) fn between(
        &mut self,
        first: StartIndex,
        last: StartIndex,
    ) -> impl DoubleEndedIterator<Item = (StartIndex, &mut ChildRecord)> {
        self.in_order.range_mut(first..=last).map(|(index, child)| (*index, child))
    }
}

/// One child.
pub(super) struct ChildRecord {
    pub(super) mailbox: Arc<dyn DynMailbox>,
    pub(super) restart: Restart,
    pub(super) phase: Phase,
    /// `None` for most children. Boxed, because a supervisor may have many children.
    history: Option<Box<RestartHistory>>,
}

/// The history of a child that was restarted, or is about to be.
#[derive(Default)]
struct RestartHistory {
    /// The number of restarts since the last healthy life.
    pub(super) attempts: u32,
    /// The time of the last restart.
    since: Option<Instant>,
    pub(super) timer: Option<Timer>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Running,
    /// The life is being ended, because the child is restarted together with its siblings.
    Ending,
    /// The life has ended, and the child waits for the decision.
    Waiting,
}

impl ChildRecord {
    pub(super) fn new(mailbox: Arc<dyn DynMailbox>, restart: Restart) -> Self {
        ChildRecord { mailbox, restart, phase: Phase::Running, history: None }
    }

    pub(super) fn id(&self) -> ActorId {
        self.mailbox.header().id()
    }

    /// Returns the child's time limit for a stop, or `None` if there is no limit.
    pub(super) fn shutdown(&self) -> Option<Duration> {
        let limit = self.mailbox.lock().cell.stop_limit();
        limit.filter(|limit| *limit != Duration::MAX)
    }

    /// Replaces the timer for which the child waits.
    pub(super) fn set_timer(&mut self, timer: Option<Timer>) {
        if timer.is_some() || self.history.is_some() {
            self.history.get_or_insert_default().timer = timer;
        }
    }

    pub(super) fn has_timer(&self) -> bool {
        self.history.as_ref().is_some_and(|history| history.timer.is_some())
    }

    /// Called when a life of the child has ended. After a healthy life, earlier restarts no longer
    /// count.
    pub(super) fn note_life_end(&mut self, now: Instant, backoff: Option<Backoff>) {
        let Some(history) = &mut self.history else { return };
        history.timer = None;
        if let (Some(backoff), Some(since)) = (backoff, history.since)
            && backoff.is_healthy(now - since)
        {
            history.attempts = 0;
        }
    }

    /// Returns the number of restarts since the child's last healthy life.
    pub(super) fn attempts(&self) -> u32 {
        self.history.as_ref().map_or(0, |history| history.attempts)
    }

    /// Lets the next life of a waiting child begin.
    pub(super) fn order_next_life(&mut self) {
        if self.phase != Phase::Waiting {
            return;
        }
        self.phase = Phase::Running;
        let history = self.history.get_or_insert_default();
        history.timer = None;
        history.attempts = history.attempts.saturating_add(1);
        history.since = Some(time::now());
        self.mailbox.decide(RestartDecision::Restart);
    }

    pub(super) fn info(&self) -> ChildInfo {
        let locked = self.mailbox.lock();
        let (restarts, label) = (locked.cell.restarts(), locked.cell.label().cloned());
        drop(locked);
        ChildInfo {
            name: label.map_or_else(String::new, |label| label.as_ref().to_owned()),
            id: self.id(),
            restart: self.restart,
            restarts,
            is_running: self.phase != Phase::Waiting,
        }
    }
}

/// Information about a child of a supervisor.
///
/// ```
/// # use actor_core::prelude::*;
/// # use actor_core::supervision::{Child, Restart, Supervisor};
/// # #[actor] struct Worker; #[actor] impl Worker {}
/// # System::current_thread().block_on(async {
/// let supervisor = Supervisor::one_for_one().child(Child::new("worker", || Worker)).spawn();
/// let children = supervisor.children().await.unwrap();
/// assert_eq!((children[0].name.as_str(), children[0].restarts), ("worker", 0));
/// assert_eq!(children[0].restart, Restart::Permanent);
/// # supervisor.stop();
/// # });
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChildInfo {
    /// The child's label.
    pub name: String,
    /// The child's id, which stays the same over restarts.
    pub id: ActorId,
    /// The child's restart policy.
    pub restart: Restart,
    /// The number of restarts.
    pub restarts: u32,
    /// Whether the child is running, rather than waiting for a restart.
    pub is_running: bool,
}
