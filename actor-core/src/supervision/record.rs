//! A supervisor's record of one child: the phase of its life, and its restart history.

use super::ChildInfo;
use super::backoff::Backoff;
use crate::actor::context::timers::Timer;
use crate::cell::handle::DynMailbox;
use crate::cell::supervision::{Restart, RestartDecision};
use crate::clock::Instant;
use crate::exit::ActorId;
use crate::sync::Arc;
use crate::time;
use std::time::Duration;

/// One child.
pub(super) struct ChildRecord {
    pub(super) mailbox: Arc<dyn DynMailbox>,
    pub(super) restart: Restart,
    pub(super) phase: Phase,
    /// `None` for most children. Boxed, because a supervisor may have many children.
    pub(super) history: Option<Box<RestartHistory>>,
}

/// The history of a child that was restarted, or is about to be.
#[derive(Default)]
pub(super) struct RestartHistory {
    /// The number of restarts since the last healthy life.
    pub(super) attempts: u32,
    /// The time of the last restart.
    pub(super) since: Option<Instant>,
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
        let limit = self.mailbox.lock().cell.cold().and_then(|cold| cold.shutdown);
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
        let cold = locked.cell.cold();
        let (restarts, label) = cold.map_or((0, None), |cold| (cold.restarts, cold.label.clone()));
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
