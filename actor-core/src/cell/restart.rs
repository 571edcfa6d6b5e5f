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
    /// After a failure only: a panic, a failed start, a link, a kill.
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
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// A new life begins.
    Again,
    /// The actor ends.
    Over,
}
