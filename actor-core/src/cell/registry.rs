//! The registry of one system: names and their holders. Knows no types: the typed mailbox of a name
//! is found by downcasting.

use super::handle::{AnyMail, Post};
use crate::exit::ActorId;
use crate::sync::{Arc, Mutex};
use std::any::Any;
use std::collections::BTreeMap;

#[derive(Default)]
pub(crate) struct Names {
    held: Mutex<BTreeMap<Arc<str>, Holder>>,
}

struct Holder {
    id: ActorId,
    /// An `Arc<dyn Post<A>>`, for code that knows `A`.
    post: Box<dyn Any + Send + Sync>,
}

/// The reason for which a name was not registered.
///
/// ```
/// # use actor_core::prelude::*;
/// # #[actor] struct Idle; #[actor] impl Idle {}
/// # System::current_thread().block_on(async {
/// let idle = Idle.spawn();
/// idle.stop();
/// idle.join().await;
/// assert_eq!(idle.register("late"), Err(actor_core::RegisterError::Ended));
/// # });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RegisterError {
    /// Another actor has the name.
    Taken,
    /// The actor has ended.
    Ended,
}

impl std::fmt::Display for RegisterError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            RegisterError::Taken => "the name is taken",
            RegisterError::Ended => "the actor has ended",
        })
    }
}

impl std::error::Error for RegisterError {}

impl Names {
    /// Registers `name` for `mail`, whose typed mailbox is `post`.
    pub(crate) fn give(
        &self,
        name: Arc<str>,
        mail: &dyn AnyMail,
        post: Box<dyn Any + Send + Sync>,
    ) -> Result<(), RegisterError> {
        let mut held = self.held.lock();
        if let Some(holder) = held.get(&name) {
            // A life that registers its name may find that a previous life has registered it.
            if holder.id != mail.core().id() {
                return Err(RegisterError::Taken);
            }
            let mut has_ended = false;
            mail.with(&mut |seat, _| has_ended = seat.nameless);
            return if has_ended { Err(RegisterError::Ended) } else { Ok(()) };
        }
        // The lane's lock is taken inside that of the names, never the other way round. The actor
        // releases its names when `is_nameless` is set: a name is registered before that, or not at
        // all.
        let mut entered = false;
        mail.with(&mut |seat, _| {
            entered = !seat.nameless;
            if entered {
                let names = &mut seat.records().names;
                if names.is_empty() {
                    // Most actors have at most one name.
                    names.reserve_exact(1);
                }
                names.push(name.clone());
                // A named actor lives until it is stopped.
                mail.core().keep();
            }
        });
        if !entered {
            return Err(RegisterError::Ended);
        }
        held.insert(name, Holder { id: mail.core().id(), post });
        Ok(())
    }

    /// The mailbox of the holder of `name`, if it has this type, with one more strong count.
    pub(crate) fn find<A: 'static>(&self, name: &str) -> Option<Arc<dyn Post<A>>> {
        let held = self.held.lock();
        let post: &Arc<dyn Post<A>> = held.get(name)?.post.downcast_ref()?;
        // Under the lock: a registered name keeps its actor alive.
        post.core().keep();
        Some(post.clone())
    }

    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        self.held.lock().is_empty()
    }

    /// Releases `name` if `id` holds it; returns whether it did.
    pub(crate) fn free(&self, name: &str, id: ActorId) -> bool {
        let mut held = self.held.lock();
        let freed = match held.get(name) {
            Some(holder) if holder.id == id => held.remove(name),
            _ => None,
        };
        drop(held);
        freed.is_some()
    }
}
