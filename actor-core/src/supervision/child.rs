//! The children of a supervisor. A [`Child`] says how a supervisor starts and restarts a child,
//! also without the type of the actor ([`PendingChild`]). [`Children`] are the records of the
//! started children, in start order: the phase of the life of each child, and its restart history.
//! Lookup by id takes constant time, independent of the number of children.

use super::Supervisor;
use super::restart_limits::Backoff;
use crate::Context;
use crate::actor::context::relations::adopt;
use crate::actor::context::sources::Timer;
use crate::actor::dispatch::Dispatch;
use crate::actor::restart::supervise;
use crate::actor::run_loop::RunLoop;
use crate::actor::shutdown::SHUTDOWN;
use crate::actor::spawn::{ActorBuilder, Life, StateFactory, SyncFactory, async_factory};
use crate::cell::handle::DynMailbox;
use crate::cell::header::checked_capacity;
use crate::cell::state::{Restart, RestartAuthority, RestartDecision};
use crate::clock::Instant;
use crate::exit::ActorId;
use crate::sync::Arc;
use crate::time;
use std::any::TypeId;
use std::collections::{BTreeMap, HashMap};
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
        // A supervisor has no time limit of its own, because its children have theirs.
        let is_supervisor = TypeId::of::<A>() == TypeId::of::<Supervisor>();
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
        supervise(&mailbox, authority, restart);
        let own: Arc<dyn DynMailbox> = context.mailbox().clone();
        if !builder.alive || !adopt(&own, mailbox.clone()) {
            builder.end();
            return None;
        }
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

/// The position of a child. Later children have greater positions, and no position is reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct StartIndex(u64);

impl StartIndex {
    pub(super) const FIRST: StartIndex = StartIndex(0);
    pub(super) const LAST: StartIndex = StartIndex(u64::MAX);
}

#[derive(Default)]
pub(super) struct Children {
    in_order: BTreeMap<StartIndex, ChildRecord>,
    // By the number of the id. Only used for lookups, never iterated: its order is random, and must
    // not influence a simulation.
    indices: HashMap<u64, StartIndex>,
    next: u64,
}

impl Children {
    pub(super) fn len(&self) -> usize {
        self.in_order.len()
    }

    /// Adds a child after all others.
    pub(super) fn push(&mut self, child: ChildRecord) {
        let index = StartIndex(self.next);
        self.next += 1;
        self.indices.insert(child.id().number, index);
        self.in_order.insert(index, child);
    }

    pub(super) fn remove(&mut self, id: ActorId) -> Option<ChildRecord> {
        let index = self.indices.remove(&id.number)?;
        self.in_order.remove(&index)
    }

    pub(super) fn index_of(&self, id: ActorId) -> Option<StartIndex> {
        self.indices.get(&id.number).copied()
    }

    pub(super) fn get_mut(&mut self, id: ActorId) -> Option<&mut ChildRecord> {
        let index = self.indices.get(&id.number)?;
        self.in_order.get_mut(index)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &ChildRecord> {
        self.in_order.values()
    }

    /// Returns the children from `first` to `last`, inclusive.
    pub(super) fn between(
        &mut self,
        first: StartIndex,
        last: StartIndex,
    ) -> impl DoubleEndedIterator<Item = (StartIndex, &mut ChildRecord)> {
        self.in_order.range_mut(first..=last).map(|(index, child)| (*index, child))
    }
}

/// One child.
pub(super) struct ChildRecord {
    pub(super) mailbox: Arc<dyn DynMailbox>,
    pub(super) restart: Restart,
    pub(super) phase: Phase,
    /// `None` for most children. Boxed, because a supervisor may have many children.
    history: Option<Box<RestartHistory>>,
}

/// The history of a child that was restarted, or is about to be.
#[derive(Default)]
struct RestartHistory {
    /// The number of restarts since the last healthy life.
    attempts: u32,
    /// The time of the last restart.
    since: Option<Instant>,
    timer: Option<Timer>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Running,
    /// The life is being ended, because the child is restarted together with its siblings.
    Ending,
    /// The life has ended, and the child waits for the decision.
    Waiting,
}

impl ChildRecord {
    pub(super) fn new(mailbox: Arc<dyn DynMailbox>, restart: Restart) -> Self {
        ChildRecord { mailbox, restart, phase: Phase::Running, history: None }
    }

    pub(super) fn id(&self) -> ActorId {
        self.mailbox.header().id()
    }

    /// Returns the child's time limit for a stop, or `None` if there is no limit.
    pub(super) fn shutdown(&self) -> Option<Duration> {
        let limit = self.mailbox.lock().cell.stop_limit();
        limit.filter(|limit| *limit != Duration::MAX)
    }

    /// Replaces the timer for which the child waits.
    pub(super) fn set_timer(&mut self, timer: Option<Timer>) {
        if timer.is_some() || self.history.is_some() {
            self.history.get_or_insert_default().timer = timer;
        }
    }

    pub(super) fn has_timer(&self) -> bool {
        self.history.as_ref().is_some_and(|history| history.timer.is_some())
    }

    /// Called when a life of the child has ended. After a healthy life, earlier restarts no longer
    /// count.
    pub(super) fn note_life_end(&mut self, now: Instant, backoff: Option<Backoff>) {
        let Some(history) = &mut self.history else { return };
        history.timer = None;
        if let (Some(backoff), Some(since)) = (backoff, history.since)
            && backoff.is_healthy(now - since)
        {
            history.attempts = 0;
        }
    }

    /// Returns the number of restarts since the child's last healthy life.
    pub(super) fn attempts(&self) -> u32 {
        self.history.as_ref().map_or(0, |history| history.attempts)
    }

    /// Lets the next life of a waiting child begin.
    pub(super) fn order_next_life(&mut self) {
        if self.phase != Phase::Waiting {
            return;
        }
        self.phase = Phase::Running;
        let history = self.history.get_or_insert_default();
        history.timer = None;
        history.attempts = history.attempts.saturating_add(1);
        history.since = Some(time::now());
        self.mailbox.decide(RestartDecision::Restart);
    }

    pub(super) fn info(&self) -> ChildInfo {
        let locked = self.mailbox.lock();
        let (restarts, label) = (locked.cell.restarts(), locked.cell.label().cloned());
        drop(locked);
        ChildInfo {
            name: label.map_or_else(String::new, |label| label.as_ref().to_owned()),
            id: self.id(),
            restart: self.restart,
            restarts,
            is_running: self.phase != Phase::Waiting,
        }
    }
}

/// Information about a child of a supervisor.
///
/// ```
/// # use actor_core::prelude::*;
/// # use actor_core::supervision::{Child, Restart, Supervisor};
/// # #[actor] struct Worker; #[actor] impl Worker {}
/// # System::current_thread().block_on(async {
/// let supervisor = Supervisor::one_for_one().child(Child::new("worker", || Worker)).spawn();
/// let children = supervisor.children().await.unwrap();
/// assert_eq!((children[0].name.as_str(), children[0].restarts), ("worker", 0));
/// assert_eq!(children[0].restart, Restart::Permanent);
/// # supervisor.stop();
/// # });
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChildInfo {
    /// The child's label.
    pub name: String,
    /// The child's id, which stays the same over restarts.
    pub id: ActorId,
    /// The child's restart policy.
    pub restart: Restart,
    /// The number of restarts.
    pub restarts: u32,
    /// Whether the child is running, rather than waiting for a restart.
    pub is_running: bool,
}
