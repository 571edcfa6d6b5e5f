//! What a life has made through its context, by key: timers, streams, tasks, monitors, links,
//! children. All of it ends with the life. Plain data under the lane's lock, without the actor's types.

use super::timer_entry::Clock;
use crate::cell::handle::{AnyMail, contain};
use crate::cell::ordered_map::Ordered;
use crate::cell::state::Key;
use crate::executor;
use crate::exit::{ActorId, Exit};
use crate::sync::{Arc, Weak};
use std::any::Any;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

/// The pool of a member, apart from the types.
pub(crate) trait Pool: Send {
    /// Puts the pool's address into `place`, an `Option` of an `Addr`.
    fn address(&self, place: &mut dyn Any);
}

#[derive(Default)]
pub(crate) struct Holdings {
    /// In the order in which they were made.
    held: Ordered<Holding>,
    /// The key of the link to each actor: there is one at most, and it leaves with its entry above.
    #[expect(clippy::box_collection, reason = "one word, since most lives have no links")]
    links: Option<Box<BTreeMap<ActorId, Key>>>,
    next: Key,
    /// Futures of this life that are not gone yet, whether they are still held or not.
    pub(crate) tasks: usize,
    /// Who knows the pool of a member, and its number there. The same for all its lives.
    pub(crate) pool: Option<(Box<dyn Pool>, usize)>,
    /// Set while the end of the life waits for them.
    pub(crate) awaits_tasks: bool,
    /// The child that is being ended, and what kills it when its time is over.
    pub(crate) ending: Option<(Key, executor::Task<()>)>,
}

pub(crate) enum Holding {
    Timer {
        clock: Arc<Clock>,
        /// Away while it is being called, never under the lock.
        make: Option<Make>,
    },
    /// A stream or a piped future: a task that brings items, and what makes messages of them.
    Source {
        #[expect(dead_code, reason = "held to be dropped: that cancels it")]
        task: executor::Task<()>,
        make: Option<Make>,
        /// Set for a piped future, which brings one thing only.
        once: bool,
        /// What makes the message at the end of a stream.
        at_end: Option<Make>,
    },
    Task(#[expect(dead_code, reason = "held to be dropped: that cancels it")] executor::Task<()>),
    Monitor {
        key: Key,
        target: Option<Weak<dyn AnyMail>>,
        make: MakeOfExit,
    },
    Link {
        key: Key,
        id: ActorId,
        target: Option<Weak<dyn AnyMail>>,
    },
    Child(Arc<dyn AnyMail>),
}

impl Holdings {
    /// A key that was never used before.
    pub(crate) fn key(&mut self) -> Key {
        self.next += 1;
        self.next
    }

    pub(crate) fn insert(&mut self, key: Key, holding: Holding) {
        if let Holding::Link { id, .. } = &holding {
            self.links.get_or_insert_default().insert(*id, key);
        }
        self.held.insert(key, holding);
    }

    /// The link of this life to the actor `id`.
    pub(crate) fn link_to(&self, id: ActorId) -> Option<Key> {
        self.links.as_ref()?.get(&id).copied()
    }

    pub(crate) fn get(&mut self, key: Key) -> Option<&mut Holding> {
        self.held.get_mut(key)
    }

    pub(crate) fn remove(&mut self, key: Key) -> Option<Holding> {
        let holding = self.held.remove(key)?;
        if let (Holding::Link { id, .. }, Some(links)) = (&holding, &mut self.links) {
            links.remove(id);
        }
        Some(holding)
    }

    /// A task's future is gone. A plain task's entry goes with it; a source's stays until its last
    /// item has been taken.
    pub(crate) fn task_gone(&mut self, key: Key) -> Option<Holding> {
        self.tasks -= 1;
        match self.held.get_mut(key) {
            Some(Holding::Task(_)) => self.held.remove(key),
            _ => None,
        }
    }

    /// Hands out timers and streams, which end when the mailbox closes.
    pub(crate) fn take_sources_of_time(&mut self) -> Vec<Holding> {
        let ends = |held: &Holding| matches!(held, Holding::Timer { .. } | Holding::Source { .. });
        self.held.take_if(ends)
    }

    /// Hands out everything.
    pub(crate) fn take_all(&mut self) -> Vec<Holding> {
        self.links = None;
        self.held.take_if(|_| true)
    }

    /// Hands out everything but the children.
    pub(crate) fn take_all_but_children(&mut self) -> Vec<Holding> {
        let is_other = |held: &Holding| !matches!(held, Holding::Child(_));
        self.links = None;
        self.held.take_if(is_other)
    }

    /// The child that was started last.
    pub(crate) fn last_child(&self) -> Option<(Key, Arc<dyn AnyMail>)> {
        self.held.find_last(|held| match held {
            Holding::Child(mail) => Some(mail.clone()),
            _ => None,
        })
    }
}

impl Holding {
    /// Ends it. Not under the lock: this drops user code, whose panics are reported under `name`.
    pub(crate) fn end(self, own: &dyn AnyMail, name: &'static str) {
        let mut holding = Some(self);
        contain(own, name, &mut || {
            if let Some(holding) = holding.take() {
                holding.let_go(own.core().id());
            }
        });
    }

    fn let_go(self, own: ActorId) {
        match self {
            Holding::Timer { clock, .. } => clock.cancel(),
            Holding::Monitor { key, target, .. } | Holding::Link { key, target, .. } => {
                if let Some(target) = target.and_then(|target| target.upgrade()) {
                    target.unwatch(own, Some(key));
                }
            }
            // Dropping an async-task cancels it: its future is dropped by the executor.
            Holding::Source { .. } | Holding::Task(_) | Holding::Child(_) => {}
        }
    }
}

/// Makes a message for the actor whose `Addr` comes first; one of its own is left in the second, an
/// `Option` of its message.
pub(crate) type Make = Box<dyn FnMut(&dyn Any, &mut dyn Any) -> Made + Send>;

/// Makes a message of an exit.
pub(crate) type MakeOfExit = Box<dyn FnOnce(&dyn Any, Exit, &mut dyn Any) -> Made + Send>;

/// A message on its way to another actor.
pub(crate) type Sending = Pin<Box<dyn Future<Output = ()> + Send>>;

pub(crate) enum Made {
    /// It lies in the place for it.
    Own,
    /// Waits for room elsewhere; the actor itself does not.
    Elsewhere(Sending),
    Nothing,
}
