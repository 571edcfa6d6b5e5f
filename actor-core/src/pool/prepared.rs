//! A pool before it is spawned, with the settings that belong to this pool rather than to its type.

use super::mailbox::{MakeMember, PoolMailbox};
use crate::actor::dispatch::{AddrOf, Dispatch};
use crate::address::addr::Addr;
use crate::cell::handle::{DynMailbox, TypedMailbox};
use crate::cell::header::Header;
use crate::cell::settings::checked_capacity;
use crate::cell::system_shared::SystemShared;
use crate::sync::{Arc, Weak};
use crate::system::System;
use std::fmt;

/// A pool that is configured before it is spawned: see
/// [`Spawn::prepare_pool`](crate::Spawn::prepare_pool).
///
/// ```
/// # use actor_core::prelude::*;
/// # #[actor] struct Hasher; #[actor] impl Hasher {}
/// let system = System::builder().threads(1).build();
/// let hashers = Hasher::prepare_pool(4, || Hasher).name("hashers").capacity(256).on(&system).spawn();
/// assert_eq!((hashers.label().as_str(), hashers.capacity()), ("hashers", Some(256)));
/// ```
#[must_use = "nothing runs before `.spawn()`"]
pub struct PreparedPool<A: Dispatch> {
    size: usize,
    make: MakeMember<A>,
    capacity: Option<usize>,
    label: Option<Arc<str>>,
    system: Option<Arc<SystemShared>>,
}

impl<A: Dispatch> PreparedPool<A> {
    #[track_caller]
    pub(crate) fn new(size: usize, make: MakeMember<A>) -> Self {
        assert!(size > 0, "a pool needs a member; use a size of 1 or more");
        let capacity = const { &A::SETTINGS }.capacity;
        PreparedPool { size, make, capacity, label: None, system: None }
    }

    /// Sets the label in logs, exits and trees. The labels of the members are this one with their
    /// numbers.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.label = Some(Arc::from(name.into()));
        self
    }

    /// Sets the capacity of the mailbox that the members share.
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
    /// let logs = Log::prepare_pool(2, || Log).unbounded().spawn();
    /// assert_eq!(logs.capacity(), None);
    /// ```
    pub fn unbounded(mut self) -> Self {
        self.capacity = None;
        self
    }

    /// Spawns the pool on `system` instead of the current one.
    pub fn on(mut self, system: &System) -> Self {
        self.system = Some(system.shared().clone());
        self
    }

    /// Spawns the pool and returns its address immediately.
    ///
    /// # Panics
    /// Those of [`Spawn::spawn`](crate::Spawn::spawn).
    #[track_caller]
    pub fn spawn(self) -> AddrOf<A> {
        let PreparedPool { size, make, capacity, label, system } = self;
        let settings = const { &A::SETTINGS };
        let system = system.unwrap_or_else(System::current_shared);
        let pool = PoolMailbox::new(Header::new(system, settings, capacity), make, label);
        let entry: Weak<PoolMailbox<A>> = Arc::downgrade(&pool);
        let alive = pool.header().system.enter(pool.header(), entry);
        let address = Addr::adopted(pool.clone() as Arc<dyn TypedMailbox<A>>).into();
        if alive {
            pool.resize(size);
        } else {
            pool.end_if_empty();
        }
        address
    }
}

impl<A: Dispatch> fmt::Debug for PreparedPool<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreparedPool").field("size", &self.size).finish_non_exhaustive()
    }
}
