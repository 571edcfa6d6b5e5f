//! The additional state of a supervised actor, and the interface of its supervisor. Plain data.

use crate::exit::{ActorId, Exit};
use crate::sync::Arc;

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
    /// kill is permanent only during a backoff. If the next life starts immediately, a kill does
    /// not end the actor, because the outcome would otherwise depend on whether the kill happens to
    /// find a life.
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
