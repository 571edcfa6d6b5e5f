//! Worker pools: several actors that share one address and one mailbox.
//!
//! [`Spawn::pool`](crate::Spawn::pool) starts a pool, and
//! [`Spawn::prepare_pool`](crate::Spawn::prepare_pool) returns a [`PreparedPool`] with its settings.
//! [`Addr::resize`](crate::Addr::resize) changes the number of its members while it runs.
//!
//! ```
//! use actor_core::prelude::*;
//!
//! #[actor]
//! struct Worker;
//!
//! #[actor]
//! impl Worker {
//!     fn square(&self, number: u64) -> u64 {
//!         number * number
//!     }
//! }
//!
//! System::current_thread().block_on(async {
//!     let workers: WorkerAddr = Worker::pool(4, || Worker);
//!     assert_eq!(workers.square(12).await, Ok(144)); // a free member handles it
//! });
//! ```

// This file is the public interface and creates the members; the shared mailbox is in `mailbox.rs`.

mod mailbox;

use crate::Actor;
use crate::actor::dispatch::{AddrOf, Dispatch};
use crate::actor::restart::supervise;
use crate::actor::run_loop::RunLoop;
use crate::actor::spawn::{ActorBuilder, Life, Prepared, SyncFactory};
use crate::address::addr::Addr;
use crate::cell::handle::{DynMailbox, TypedMailbox};
use crate::cell::resources::PoolAddress;
use crate::cell::state::{Restart, RestartAuthority};
use crate::exit::{ActorId, Exit};
use crate::supervision::Supervisor;
use crate::sync::{Arc, Weak};
use mailbox::{MakeMember, PoolMailbox};
use std::any::{Any, TypeId};
use std::fmt;

/// The error of resizing an actor that is not a pool.
///
/// ```
/// # use actor_core::prelude::*;
/// # #[actor] struct Idle; #[actor] impl Idle {}
/// let idle = Idle.spawn();
/// assert_eq!(Addr::resize(&idle, 2), Err(actor_core::pool::NotAPool));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAPool;

impl fmt::Display for NotAPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the actor is not a pool")
    }
}

impl std::error::Error for NotAPool {}

impl<A: Actor> Addr<A> {
    /// Sets the number of members of a pool. New members start immediately; excess members end
    /// after their current message.
    ///
    /// # Errors
    /// [`NotAPool`](crate::pool::NotAPool), if the actor was not created by [`Spawn::pool`](crate::Spawn::pool).
    ///
    /// # Panics
    /// If `size` is zero.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use actor_core::pool::NotAPool;
    /// # #[actor] struct Worker; #[actor] impl Worker {}
    /// let workers = Worker::pool(2, || Worker);
    /// assert_eq!(Addr::resize(&workers, 4), Ok(()));
    /// assert_eq!(Addr::resize(&Worker.spawn(), 4), Err(NotAPool));
    /// ```
    #[track_caller]
    pub fn resize(&self, size: usize) -> Result<(), NotAPool> {
        assert!(size > 0, "a pool needs a member; use a size of 1 or more");
        if self.shared().resize(size) { Ok(()) } else { Err(NotAPool) }
    }
}

impl<A: Dispatch> PoolAddress for Arc<PoolMailbox<A>> {
    fn mailbox(&self) -> Arc<dyn DynMailbox> {
        self.clone()
    }

    fn address(&self, place: &mut dyn Any) {
        if let Some(place) = place.downcast_mut::<Option<Addr<A>>>() {
            self.header().incr_strong();
            *place = Some(Addr::adopted(self.clone()));
        }
    }
}

/// Starts member `number` of `pool`, if its size allows it.
fn start_member<A: Dispatch>(pool: &Arc<PoolMailbox<A>>, number: usize) {
    let settings = const { &A::SETTINGS };
    // The member's own mailbox needs no capacity setting: messages wait in the pool's mailbox,
    // which has the capacity that the builder of the pool set.
    let builder =
        ActorBuilder::<A>::new(Some(pool.header().system.clone()), settings, settings.capacity);
    let mailbox = builder.mailbox.clone();
    {
        let mut locked = mailbox.lock();
        locked.cell.set_parent(pool.header().id());
        locked.cell.set_label(Arc::from(pool.member_label(number)));
        let resources = locked.cell.resources_mut();
        resources.pool = Some((Box::new(pool.clone()), number));
    }
    mailbox.header.set_member();
    supervise(&mailbox, Arc::new(ReportToPool::new(pool, number)), Restart::Permanent);
    // A member lives until the pool ends it.
    mailbox.header.incr_strong();
    if !builder.alive || !pool.add_member(number, mailbox.clone()) {
        return builder.end();
    }
    let make = pool.make();
    let run_loop = RunLoop::new(mailbox)
        .with_factory(Box::new(SyncFactory(move || make())))
        .with_shared(pool.clone(), number);
    builder.run(Life { run_loop, state: None });
}

/// The builder of a pool: see [`Spawn::prepare_pool`](crate::Spawn::prepare_pool).
///
/// ```
/// # use actor_core::prelude::*;
/// # #[actor] struct Hasher; #[actor] impl Hasher {}
/// let system = System::builder().threads(1).build();
/// let hashers = Hasher::prepare_pool(4, || Hasher).name("hashers").capacity(256).on(&system).spawn();
/// assert_eq!((hashers.label().as_str(), hashers.capacity()), ("hashers", Some(256)));
/// ```
pub type PreparedPool<A> = Prepared<PoolSpec<A>>;

/// The members of a pool that is not spawned yet.
#[doc(hidden)]
pub struct PoolSpec<A> {
    size: usize,
    make: MakeMember<A>,
}

impl<A: Dispatch> Prepared<PoolSpec<A>> {
    #[track_caller]
    pub(crate) fn pool(size: usize, make: MakeMember<A>) -> Self {
        assert!(size > 0, "a pool needs a member; use a size of 1 or more");
        assert!(
            TypeId::of::<A>() != TypeId::of::<Supervisor>(),
            "a supervisor cannot be a member of a pool: a report about a child might reach another member; \
             spawn one supervisor, or several with a name each"
        );
        Prepared::of::<A>(PoolSpec { size, make })
    }

    /// Spawns the pool and returns its address immediately.
    ///
    /// # Panics
    /// Those of [`Spawn::spawn`](crate::Spawn::spawn).
    #[track_caller]
    pub fn spawn(self) -> AddrOf<A> {
        let (PoolSpec { size, make }, header, label) = self.into_header();
        let pool = PoolMailbox::new(header, make, label);
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

impl<A> fmt::Debug for PoolSpec<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PoolSpec").field("size", &self.size).finish_non_exhaustive()
    }
}

/// Receives the reports of one member. It does not keep the pool alive.
struct ReportToPool<A: Dispatch> {
    pool: Weak<PoolMailbox<A>>,
    number: usize,
}

impl<A: Dispatch> ReportToPool<A> {
    fn new(pool: &Arc<PoolMailbox<A>>, number: usize) -> Self {
        ReportToPool { pool: Arc::downgrade(pool), number }
    }
}

impl<A: Dispatch> RestartAuthority for ReportToPool<A> {
    fn life_ended(&self, id: ActorId, exit: Exit) -> bool {
        self.pool.upgrade().is_some_and(|pool| pool.member_failed(self.number, id, exit))
    }

    fn ended(&self, id: ActorId) {
        if let Some(pool) = self.pool.upgrade() {
            pool.member_ended(self.number, id);
        }
    }
}
