//! The registry of one system: names and their holders. Knows no types: the typed mailbox of a name
//! is found by downcasting.

use super::handle::{DynMailbox, TypedMailbox};
use crate::exit::ActorId;
use crate::sync::{Arc, Mutex};
use std::any::Any;
use std::collections::HashMap;

#[derive(Default)]
pub(crate) struct Registry {
    entries: Mutex<HashMap<Arc<str>, RegistryEntry>>,
}

struct RegistryEntry {
    id: ActorId,
    /// An `Arc<dyn TypedMailbox<A>>`, for code that knows `A`.
    typed: Box<dyn Any + Send + Sync>,
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
/// assert_eq!(idle.register("late"), Err(actor_core::address::RegisterError::Ended));
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

impl Registry {
    /// Registers `name` for `mailbox`, whose typed mailbox is `typed`.
    pub(crate) fn register(
        &self,
        name: Arc<str>,
        mailbox: &dyn DynMailbox,
        typed: Box<dyn Any + Send + Sync>,
    ) -> Result<(), RegisterError> {
        let mut entries = self.entries.lock();
        if let Some(entry) = entries.get(&name) {
            // A life that registers its name may find it registered by a previous life of the same
            // actor.
            if entry.id != mailbox.header().id() {
                return Err(RegisterError::Taken);
            }
            let has_ended = mailbox.lock().cell.has_released_names();
            return if has_ended { Err(RegisterError::Ended) } else { Ok(()) };
        }
        // The mailbox's lock is taken inside the lock of the registry, never the other way round.
        // The actor releases its names when `names_released` is set: a name is registered before
        // that, or not at all.
        let mut locked = mailbox.lock();
        if locked.cell.has_released_names() {
            return Err(RegisterError::Ended);
        }
        locked.cell.add_name(name.clone());
        // A named actor lives until it is stopped.
        mailbox.header().incr_strong();
        drop(locked);
        entries.insert(name, RegistryEntry { id: mailbox.header().id(), typed });
        Ok(())
    }

    /// Returns the mailbox registered under `name`, if it has this type, and increases its strong
    /// count.
    pub(crate) fn lookup<A: 'static>(&self, name: &str) -> Option<Arc<dyn TypedMailbox<A>>> {
        let entries = self.entries.lock();
        let typed: &Arc<dyn TypedMailbox<A>> = entries.get(name)?.typed.downcast_ref()?;
        // Under the lock of the registry, so that the registered name still keeps the actor alive.
        typed.header().incr_strong();
        Some(typed.clone())
    }

    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.lock().is_empty()
    }

    /// Releases `name` if `id` holds it. Returns whether it did.
    pub(crate) fn unregister(&self, name: &str, id: ActorId) -> bool {
        let mut entries = self.entries.lock();
        let freed = match entries.get(name) {
            Some(entry) if entry.id == id => entries.remove(name),
            _ => None,
        };
        drop(entries);
        freed.is_some()
    }
}
