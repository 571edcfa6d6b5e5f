//! Children of a supervisor: [`Child`], and its type-erased form.

use super::Supervisor;
use super::children::ChildRecord;
use crate::Context;
use crate::actor::context::relations::adopt;
use crate::actor::dispatch::Dispatch;
use crate::actor::restart::supervise;
use crate::actor::run_loop::RunLoop;
use crate::actor::shutdown::SHUTDOWN;
use crate::actor::spawn::{ActorBuilder, Life, StateFactory, SyncFactory, async_factory};
use crate::cell::handle::DynMailbox;
use crate::cell::header::checked_capacity;
use crate::cell::supervision::{Restart, RestartAuthority};
use crate::sync::Arc;
use std::any::TypeId;
use std::fmt::{self, Display};
use std::future::Future;
use std::marker::PhantomData;
use std::time::Duration;

/// The specification of a child: how a supervisor starts and restarts it.
///
/// ```
/// # use actor_core::prelude::*;
/// # use actor_core::supervision::{Child, Restart, Supervisor};
/// # use std::time::Duration;
/// # #[actor] struct Worker; #[actor] impl Worker { fn ping(&self) {} }
/// # System::current_thread().block_on(async {
/// let supervisor = Supervisor::one_for_one().spawn();
/// let child = Child::new("worker", || Worker)
///     .restart(Restart::Transient)
///     .shutdown(Duration::from_secs(1));
/// let worker: WorkerAddr = supervisor.start(child);
/// assert_eq!(worker.ping().await, Ok(()));
/// # supervisor.stop();
/// # });
/// ```
#[must_use = "a child does nothing until it is given to a supervisor"]
pub struct Child<A> {
    name: Arc<str>,
    restart: Restart,
    pub(super) capacity: Option<usize>,
    /// The time limit for a stop, or `None` for no limit.
    shutdown: Option<Duration>,
    factory: Box<dyn StateFactory>,
    // Defined for every `A`, whether it is an actor or not, so that a missing half of `#[actor]` is
    // reported once, by the constructor.
    whose: PhantomData<fn() -> A>,
}

impl<A: Dispatch> Child<A> {
    /// Creates a child whose state is created by `make` for each of its lives.
    ///
    /// The name is a label for logs and trees and need not be unique.
    pub fn new(name: impl Into<String>, make: impl FnMut() -> A + Send + 'static) -> Self {
        Child::of(name.into(), Box::new(SyncFactory(make)))
    }

    /// Creates a child whose state is created from its own address by async, fallible code.
    ///
    /// An error is a failed start, which the supervisor handles like any other failure.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use actor_core::supervision::{Child, Supervisor};
    /// # #[actor] struct Db; #[actor] impl Db { fn ping(&self) {} }
    /// # async fn connect(_: &str) -> Result<Db, String> { Ok(Db) }
    /// # System::current_thread().block_on(async {
    /// let supervisor = Supervisor::one_for_one().spawn();
    /// let db = supervisor.start(Child::with("db", |_me| async { connect("db:5432").await }));
    /// assert_eq!(db.ping().await, Ok(()));
    /// # supervisor.stop();
    /// # });
    /// ```
    pub fn with<U, E>(
        name: impl Into<String>,
        make: impl FnMut(A::Address) -> U + Send + 'static,
    ) -> Self
    where
        A: Send,
        U: Future<Output = Result<A, E>> + Send + 'static,
        E: Display,
    {
        Child::of(name.into(), async_factory(make))
    }

    pub(crate) fn of(name: String, factory: Box<dyn StateFactory>) -> Self {
        // A supervisor takes as long as its own children to stop.
        let is_supervisor = TypeId::of::<A>() == TypeId::of::<Supervisor>();
        // A supervisor has no time limit of its own, because its children have theirs.
        let (name, shutdown) = (Arc::from(name), (!is_supervisor).then_some(SHUTDOWN));
        let (restart, capacity) = (Restart::default(), const { &A::SETTINGS }.capacity);
        Child { name, restart, capacity, shutdown, factory, whose: PhantomData }
    }

    /// Sets the capacity of the mailbox for this child alone. The default is the capacity of the
    /// actor's type.
    ///
    /// # Panics
    /// If `capacity` is zero.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use actor_core::supervision::{Child, Supervisor};
    /// # #[actor] struct Worker; #[actor] impl Worker {}
    /// # System::current_thread().block_on(async {
    /// let supervisor = Supervisor::one_for_one().spawn();
    /// let worker = supervisor.start(Child::new("worker", || Worker).capacity(8));
    /// let log = supervisor.start(Child::new("log", || Worker).unbounded());
    /// assert_eq!((worker.capacity(), log.capacity()), (Some(8), None));
    /// # supervisor.stop();
    /// # });
    /// ```
    #[track_caller]
    pub fn capacity(mut self, capacity: usize) -> Self {
        self.capacity = Some(checked_capacity(capacity));
        self
    }

    /// Makes the mailbox of this child unbounded.
    pub fn unbounded(mut self) -> Self {
        self.capacity = None;
        self
    }

    /// Sets the restart policy. By default, the supervisor restarts the child after every end
    /// except a stop from outside.
    pub fn restart(mut self, restart: Restart) -> Self {
        self.restart = restart;
        self
    }

    /// Sets the time limit for the child to stop before it is killed. The default is five seconds.
    /// A supervisor has no limit by default.
    pub fn shutdown(mut self, limit: Duration) -> Self {
        self.shutdown = Some(limit);
        self
    }
}

impl<A: Dispatch> fmt::Debug for Child<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Child")
            .field("name", &self.name)
            .field("restart", &self.restart)
            .field("shutdown", &self.shutdown)
            .finish_non_exhaustive()
    }
}

/// A type-erased child that the supervisor has not started yet, with or without an address.
pub(super) trait PendingChild: Send {
    /// Attaches the child to the supervisor and schedules its first run.
    fn start(
        self: Box<Self>,
        context: &Context<Supervisor>,
        authority: Arc<dyn RestartAuthority>,
    ) -> Option<ChildRecord>;
}

impl<A: Dispatch> PendingChild for Child<A> {
    fn start(
        self: Box<Self>,
        context: &Context<Supervisor>,
        authority: Arc<dyn RestartAuthority>,
    ) -> Option<ChildRecord> {
        let settings = const { &A::SETTINGS };
        let system = context.mailbox().header.system.clone();
        let builder = ActorBuilder::new(Some(system), settings, self.capacity);
        Box::new(AddressedChild { child: Some((*self, builder)) }).start(context, authority)
    }
}

/// A child that already has an address and waits for the supervisor to take it.
pub(super) struct AddressedChild<A: Dispatch> {
    pub(super) child: Option<(Child<A>, ActorBuilder<A>)>,
}

impl<A: Dispatch> PendingChild for AddressedChild<A> {
    fn start(
        mut self: Box<Self>,
        context: &Context<Supervisor>,
        authority: Arc<dyn RestartAuthority>,
    ) -> Option<ChildRecord> {
        let (child, builder) = self.child.take()?;
        let Child { name, restart, shutdown, factory, capacity: _, whose: _ } = child;
        let mailbox = builder.mailbox.clone();
        {
            let mut locked = mailbox.lock();
            locked.cell.set_label(name);
            locked.cell.set_stop_limit(shutdown.unwrap_or(Duration::MAX));
        }
        if !builder.alive {
            builder.end();
            return None;
        }
        supervise(&mailbox, authority, restart);
        let own: Arc<dyn DynMailbox> = context.mailbox().clone();
        adopt(&own, mailbox.clone());
        let run_loop = RunLoop::new(mailbox.clone()).with_factory(factory);
        builder.run(Life { run_loop, state: None });
        Some(ChildRecord::new(mailbox, restart))
    }
}

impl<A: Dispatch> Drop for AddressedChild<A> {
    /// Ends a child that the supervisor did not take. The owners of its address observe that it has
    /// ended.
    fn drop(&mut self) {
        if let Some((_, builder)) = self.child.take() {
            builder.end();
        }
    }
}
