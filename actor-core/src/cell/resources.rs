//! The resources that a life has created through its context, by key: timers, streams, tasks,
//! monitors, links, children. All of them end with the life. Plain data under the mailbox lock,
//! without the actor's types.

use super::timer_entry::TimerEntry;
use crate::cell::handle::{DynMailbox, catch_and_report};
use crate::cell::ordered_map::OrderedMap;
use crate::cell::state::ResourceId;
use crate::executor;
use crate::exit::{ActorId, Exit};
use crate::sync::{Arc, Weak};
use std::any::Any;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

/// The address of a member's pool, type-erased.
pub(crate) trait PoolAddress: Send {
    /// Puts the pool's address into `slot`, an `Option` of an `Addr`.
    fn address(&self, slot: &mut dyn Any);
}

#[derive(Default)]
pub(crate) struct Resources {
    /// All resources, in the order of creation.
    held: OrderedMap<Resource>,
    /// The key of the link to each actor. There is at most one link to an actor, and it is removed
    /// together with its entry in `held`.
    #[expect(clippy::box_collection, reason = "one word, since most lives have no links")]
    links: Option<Box<BTreeMap<ActorId, ResourceId>>>,
    next: ResourceId,
    /// The number of futures of this life that have not been dropped, whether they are still in
    /// `held` or not.
    pub(crate) tasks: usize,
    /// The pool of a member, and its number in the pool. The same for all its lives.
    pub(crate) pool: Option<(Box<dyn PoolAddress>, usize)>,
    /// Set while the end of the life waits for its tasks.
    pub(crate) awaits_tasks: bool,
    /// The child that is being stopped, and the task that kills it after its time limit.
    pub(crate) ending: Option<(ResourceId, executor::TaskHandle<()>)>,
}

pub(crate) enum Resource {
    Timer {
        entry: Arc<TimerEntry>,
        /// `None` while the callback is being called. It is never called under the lock.
        callback: Option<Callback>,
    },
    /// A stream or a piped future: a task that delivers items, and the callback for each of them.
    Source {
        #[expect(dead_code, reason = "held to be dropped: that cancels it")]
        task: executor::TaskHandle<()>,
        callback: Option<Callback>,
        /// Set for a piped future, which delivers a single item.
        once: bool,
        /// The callback for the end of a stream.
        on_end: Option<Callback>,
    },
    Task(
        #[expect(dead_code, reason = "held to be dropped: that cancels it")]
        executor::TaskHandle<()>,
    ),
    Monitor {
        key: ResourceId,
        target: Option<Weak<dyn DynMailbox>>,
        callback: ExitCallback,
    },
    Link {
        key: ResourceId,
        id: ActorId,
        target: Option<Weak<dyn DynMailbox>>,
    },
    Child(Arc<dyn DynMailbox>),
}

impl Resources {
    /// Returns a key that was never used before.
    pub(crate) fn key(&mut self) -> ResourceId {
        self.next += 1;
        self.next
    }

    pub(crate) fn insert(&mut self, key: ResourceId, resource: Resource) {
        if let Resource::Link { id, .. } = &resource {
            self.links.get_or_insert_default().insert(*id, key);
        }
        self.held.insert(key, resource);
    }

    /// Returns the link of this life to the actor `id`.
    pub(crate) fn link_to(&self, id: ActorId) -> Option<ResourceId> {
        self.links.as_ref()?.get(&id).copied()
    }

    pub(crate) fn get(&mut self, key: ResourceId) -> Option<&mut Resource> {
        self.held.get_mut(key)
    }

    pub(crate) fn remove(&mut self, key: ResourceId) -> Option<Resource> {
        let resource = self.held.remove(key)?;
        if let (Resource::Link { id, .. }, Some(links)) = (&resource, &mut self.links) {
            links.remove(id);
        }
        Some(resource)
    }

    /// Called when the future of a task is gone. Removes the entry of a plain task. The entry of a
    /// source stays until its last item has been taken.
    pub(crate) fn task_gone(&mut self, key: ResourceId) -> Option<Resource> {
        self.tasks -= 1;
        match self.held.get_mut(key) {
            Some(Resource::Task(_)) => self.held.remove(key),
            _ => None,
        }
    }

    /// Takes the timers and streams, which end when the mailbox closes.
    pub(crate) fn take_timers_and_streams(&mut self) -> Vec<Resource> {
        let ends =
            |held: &Resource| matches!(held, Resource::Timer { .. } | Resource::Source { .. });
        self.held.take_if(ends)
    }

    /// Takes all resources.
    pub(crate) fn take_all(&mut self) -> Vec<Resource> {
        self.links = None;
        self.held.take_if(|_| true)
    }

    /// Takes all resources except the children.
    pub(crate) fn take_all_but_children(&mut self) -> Vec<Resource> {
        let is_other = |held: &Resource| !matches!(held, Resource::Child(_));
        self.links = None;
        self.held.take_if(is_other)
    }

    /// Returns the child that was started last.
    pub(crate) fn last_child(&self) -> Option<(ResourceId, Arc<dyn DynMailbox>)> {
        self.held.find_last(|held| match held {
            Resource::Child(mailbox) => Some(mailbox.clone()),
            _ => None,
        })
    }
}

impl Resource {
    /// Ends the resource. Not under the lock, because this drops user code. Its panics are reported
    /// under `name`.
    pub(crate) fn end(self, own: &dyn DynMailbox, name: &'static str) {
        let mut resource = Some(self);
        catch_and_report(own, name, &mut || {
            if let Some(resource) = resource.take() {
                resource.release_target(own.header().id());
            }
        });
    }

    fn release_target(self, own: ActorId) {
        match self {
            Resource::Timer { entry, .. } => entry.cancel(),
            Resource::Monitor { key, target, .. } | Resource::Link { key, target, .. } => {
                if let Some(target) = target.and_then(|target| target.upgrade()) {
                    target.unwatch(own, Some(key));
                }
            }
            // Dropping an async-task cancels it: its future is dropped by the executor.
            Resource::Source { .. } | Resource::Task(_) | Resource::Child(_) => {}
        }
    }
}

/// A callback of a timer or stream. Its arguments are the actor's `Addr`, and the slot for a
/// message to the actor itself, an `Option` of its message.
pub(crate) type Callback = Box<dyn FnMut(&dyn Any, &mut dyn Any) -> CallbackResult + Send>;

/// The callback of a monitor.
pub(crate) type ExitCallback =
    Box<dyn FnOnce(&dyn Any, Exit, &mut dyn Any) -> CallbackResult + Send>;

/// A send to another actor.
pub(crate) type BoxSend = Pin<Box<dyn Future<Output = ()> + Send>>;

pub(crate) enum CallbackResult {
    /// The message is in the slot passed to the callback.
    Own,
    /// The message is for another actor. The send waits for capacity there; the actor itself does
    /// not.
    SendTo(BoxSend),
    None,
}

/// Cancels a resource of a life when dropped.
pub(crate) struct ResourceHandle {
    pub(crate) mailbox: Weak<dyn DynMailbox>,
    pub(crate) key: ResourceId,
}

impl ResourceHandle {
    pub(crate) fn cancel(&self) {
        if let Some(mailbox) = self.mailbox.upgrade() {
            mailbox.cancel(self.key);
        }
    }

    pub(crate) fn detach(&mut self) {
        // A key that is never assigned.
        self.key = 0;
    }
}

impl Drop for ResourceHandle {
    fn drop(&mut self) {
        if self.key != 0 {
            self.cancel();
        }
    }
}
