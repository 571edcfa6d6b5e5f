//! [`Prepared`], the builder of one actor.

use super::context::Context;
use super::context::children::adopt;
use super::dispatch::{AddrOf, Dispatch};
use super::spawn::ActorBuilder;
use crate::cell::handle::DynMailbox;
use crate::cell::settings::{Settings, checked_capacity};
use crate::cell::system_shared::SystemShared;
use crate::sync::Arc;
use crate::system::System;
use std::fmt;

/// A builder that sets the name, capacity and system of an actor before it is spawned: see
/// [`Spawn::prepare`](crate::Spawn::prepare).
///
/// ```
/// # use actor_core::prelude::*;
/// # #[actor] struct Room; #[actor] impl Room {}
/// let system = System::builder().threads(1).build();
/// let lobby = Room.prepare().name("lobby").capacity(8).on(&system).spawn();
/// assert_eq!((lobby.label().as_str(), lobby.capacity()), ("lobby", Some(8)));
/// ```
#[must_use = "nothing runs before `.spawn()`"]
pub struct Prepared<A> {
    state: A,
    capacity: Option<usize>,
    label: Option<Arc<str>>,
    pub(crate) system: Option<Arc<SystemShared>>,
    parent: Option<Arc<dyn DynMailbox>>,
    settings: &'static Settings,
}

impl<A: Dispatch> Prepared<A> {
    pub(crate) fn new(state: A) -> Self {
        let settings = const { &A::SETTINGS };
        let capacity = settings.capacity;
        Prepared { state, capacity, label: None, system: None, parent: None, settings }
    }

    /// Sets the label, which logs, exits and snapshots show.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.label = Some(Arc::from(name.into()));
        self
    }

    /// Sets the capacity of the mailbox.
    ///
    /// # Panics
    /// If `capacity` is zero.
    #[track_caller]
    pub fn capacity(mut self, capacity: usize) -> Self {
        self.capacity = Some(checked_capacity(capacity));
        self
    }

    /// Makes the mailbox unbounded.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # #[actor] struct Log; #[actor] impl Log {}
    /// let log = Log.prepare().unbounded().spawn();
    /// assert_eq!(log.capacity(), None);
    /// ```
    pub fn unbounded(mut self) -> Self {
        self.capacity = None;
        self
    }

    /// Spawns the actor on `system` instead of the current system.
    pub fn on(mut self, system: &System) -> Self {
        self.system = Some(system.shared().clone());
        self
    }

    /// Spawns the actor as a child of the actor with this context, on its system, as
    /// [`Context::spawn_child`] does.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # #[actor] struct Leaf; #[actor] impl Leaf {}
    /// #[actor]
    /// struct Tree;
    ///
    /// #[actor]
    /// impl Tree {
    ///     fn grow(&mut self, context: &Context<Self>) -> LeafAddr {
    ///         Leaf.prepare().name("leaf").capacity(8).child_of(context).spawn()
    ///     }
    /// }
    ///
    /// # System::current_thread().block_on(async {
    /// let tree = Tree.spawn();
    /// let leaf = tree.grow().await.unwrap();
    /// assert_eq!((leaf.label().as_str(), leaf.capacity()), ("leaf", Some(8)));
    /// tree.stop();
    /// tree.join().await;
    /// assert!(!leaf.is_alive());
    /// # });
    /// ```
    pub fn child_of<P: Dispatch>(mut self, parent: &Context<P>) -> Self {
        self.parent = Some(parent.any());
        self
    }

    /// Spawns the actor and returns its address at once.
    ///
    /// # Panics
    /// If the actor is `local` and this is not inside `block_on` of its current-thread system.
    #[track_caller]
    pub fn spawn(self) -> AddrOf<A> {
        let Prepared { state, capacity, label, system, parent, settings } = self;
        let system = parent.as_ref().map(|parent| parent.header().system.clone()).or(system);
        let builder = ActorBuilder::new(system, settings, capacity);
        if let Some(label) = label {
            name(&*builder.mailbox, &label);
        }
        // Everything is in place before the child can run.
        if let Some(parent) = parent
            && builder.alive
        {
            adopt(&parent, builder.mailbox.clone());
        }
        builder.start(Some(state))
    }
}

impl System {
    /// Spawns an actor on this system. See [`Spawn::spawn`](crate::Spawn::spawn).
    ///
    /// # Panics
    /// The same as for [`Spawn::spawn`](crate::Spawn::spawn).
    #[track_caller]
    pub fn spawn<A: Dispatch>(&self, actor: A) -> A::Address {
        Prepared::new(actor).on(self).spawn()
    }
}

fn name(mailbox: &dyn DynMailbox, label: &Arc<str>) {
    mailbox.lock().cell.cold_mut().label = Some(label.clone());
}

impl<A> fmt::Debug for Prepared<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared").field("actor", &self.settings.name).finish_non_exhaustive()
    }
}
