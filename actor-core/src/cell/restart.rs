//! What an actor with an overseer has beside the others. Plain data, and who decides.

use crate::exit::{ActorId, Exit};
use crate::sync::Arc;

/// Which ends of a life are followed by a new one, as in OTP.
///
/// ```
/// # use actor_core::prelude::*;
/// # #[actor] struct Idle; #[actor] impl Idle {}
/// use actor_core::{Child, Restart};
///
/// let child = Child::new("once", || Idle).restart(Restart::Temporary);
/// # drop(child);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Restart {
    /// Always, unless it is stopped from outside.
    #[default]
    Permanent,
    /// After a failure only: a panic, [`Context::fail`](crate::Context::fail), a failed start, a link, a kill.
    Transient,
    /// Never.
    Temporary,
}

impl Restart {
    /// Whether a life that ended by itself with `exit` is followed by another.
    pub(crate) fn follows(self, exit: &Exit) -> bool {
        match self {
            Restart::Permanent => true,
            Restart::Transient => !exit.is_normal(),
            Restart::Temporary => false,
        }
    }
}

/// Who is told of each life's end and decides what follows.
pub(crate) trait Overseer: Send + Sync {
    /// A life has ended; answer by `decide`. False if nobody is there to decide.
    fn life_ended(&self, id: ActorId, exit: Exit) -> bool;

    /// The actor has ended for good, and its exit is published.
    fn ended(&self, _id: ActorId) {}
}

/// What an actor with an overseer has beside the others.
pub(crate) struct Overseen {
    pub(crate) overseer: Arc<dyn Overseer>,
    pub(crate) restart: Restart,
    /// What the overseer has decided, until the loop takes it.
    pub(crate) verdict: Option<Verdict>,
    /// Set when its parent was killed: no life follows, and nobody is left to decide.
    pub(crate) orphaned: bool,
    /// Set while it is between two lives.
    pub(crate) between: bool,
    /// Set if the overseer lets some time go by before the next life.
    pub(crate) in_backoff: bool,
    /// Set if it was killed between two lives.
    pub(crate) killed_between: bool,
}

impl Overseen {
    pub(crate) fn new(overseer: Arc<dyn Overseer>, restart: Restart) -> Self {
        Overseen {
            overseer,
            restart,
            verdict: None,
            orphaned: false,
            between: false,
            in_backoff: false,
            killed_between: false,
        }
    }

    /// A life is over (`true`), or the next one begins.
    pub(crate) fn set_between(&mut self, between: bool) {
        self.between = between;
        self.verdict = None;
        self.in_backoff = false;
        self.killed_between = false;
    }

    /// How the actor ends between two lives, if it does. A kill ends it for good only during a backoff:
    /// where the next life begins at once, it would depend on chance whether a kill finds a life.
    pub(crate) fn end_between(&self, closed: bool, last: Exit) -> Option<Exit> {
        if self.orphaned || (self.killed_between && self.in_backoff) {
            return Some(Exit::Killed);
        }
        match self.verdict {
            Some(Verdict::Over) => Some(last),
            _ => closed.then_some(Exit::Stopped),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// A new life begins.
    Again,
    /// The actor ends.
    Over,
}
