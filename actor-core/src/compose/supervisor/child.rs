//! What a supervisor starts: [`Child`], and the same with its type forgotten.

use super::Supervisor;
use super::supervised::Supervised;
use crate::Context;
use crate::cell::holding::Holding;
use crate::cell::post::AnyMail;
use crate::cell::seat::Watcher;
use crate::life::dispatch::Dispatch;
use crate::life::driver::Driver;
use crate::life::making::{self, Maker, Now};
use crate::life::restart::{Overseer, Restart, oversee};
use crate::life::spawn::{Birth, Life};
use crate::sync::Arc;
use std::any::TypeId;
use std::fmt::{self, Display};
use std::future::Future;
use std::marker::PhantomData;
use std::time::Duration;

/// How long a child is given to stop, if it does not say otherwise and is no supervisor.
const SHUTDOWN: Duration = Duration::from_secs(5);

/// How a supervisor starts an actor, again and again if need be.
///
/// ```
/// # use actor_core::prelude::*;
/// # use actor_core::{Child, Restart, Supervisor};
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
    /// `None`: as long as it takes.
    shutdown: Option<Duration>,
    maker: Box<dyn Maker>,
    // A type for each `A`, be it an actor or not, so that who has forgotten a half of an actor is told
    // once, by what makes the child.
    whose: PhantomData<fn() -> A>,
}

impl<A: Dispatch> Child<A> {
    /// A child whose state is made by `make` for each of its lives.
    ///
    /// The name is a label for logs and trees; it need not be unique.
    pub fn new(name: &str, make: impl FnMut() -> A + Send + 'static) -> Self {
        Child::of(name, Box::new(Now(make)))
    }

    /// A child whose state is made from its own address, by async code that may fail.
    ///
    /// An error is a failed start, and is retried as any failure is.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use actor_core::{Child, Supervisor};
    /// # #[actor] struct Db; #[actor] impl Db { fn ping(&self) {} }
    /// # async fn connect(_: &str) -> Result<Db, String> { Ok(Db) }
    /// # System::current_thread().block_on(async {
    /// let supervisor = Supervisor::one_for_one().spawn();
    /// let db = supervisor.start(Child::with("db", |_me| async { connect("db:5432").await }));
    /// assert_eq!(db.ping().await, Ok(()));
    /// # supervisor.stop();
    /// # });
    /// ```
    pub fn with<U, E>(name: &str, make: impl FnMut(A::Handle) -> U + Send + 'static) -> Self
    where
        A: Send,
        U: Future<Output = Result<A, E>> + Send + 'static,
        E: Display,
    {
        Child::of(name, making::by(make))
    }

    pub(in crate::compose) fn of(name: &str, maker: Box<dyn Maker>) -> Self {
        // A supervisor needs as long as its own children do.
        let is_supervisor = TypeId::of::<A>() == TypeId::of::<Supervisor>();
        let (name, shutdown) = (Arc::from(name), (!is_supervisor).then_some(SHUTDOWN));
        Child { name, restart: Restart::default(), shutdown, maker, whose: PhantomData }
    }

    /// Which of its ends are followed by a new life; all but a stop from outside if not set.
    pub fn restart(mut self, restart: Restart) -> Self {
        self.restart = restart;
        self
    }

    /// How long it is given to stop before it is killed; five seconds if not set, and for a
    /// supervisor as long as it takes.
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

/// A child whose type is forgotten, with or without an address yet.
pub(super) trait Newborn: Send {
    /// Puts it under the supervisor and on its way to its first run.
    fn adopt(
        self: Box<Self>,
        context: &Context<Supervisor>,
        overseer: Arc<dyn Overseer>,
    ) -> Option<Supervised>;
}

impl<A: Dispatch> Newborn for Child<A> {
    fn adopt(
        self: Box<Self>,
        context: &Context<Supervisor>,
        overseer: Arc<dyn Overseer>,
    ) -> Option<Supervised> {
        let settings = const { &A::SETTINGS };
        let hub = context.mail().core.hub.clone();
        let birth = Birth::new(Some(hub), settings, settings.capacity);
        Box::new(Unborn { child: Some((*self, birth)) }).adopt(context, overseer)
    }
}

/// A child that has an address already and waits for the supervisor to take it.
pub(super) struct Unborn<A: Dispatch> {
    pub(super) child: Option<(Child<A>, Birth<A>)>,
}

impl<A: Dispatch> Newborn for Unborn<A> {
    fn adopt(
        mut self: Box<Self>,
        context: &Context<Supervisor>,
        overseer: Arc<dyn Overseer>,
    ) -> Option<Supervised> {
        let (child, birth) = self.child.take()?;
        let Child { name, restart, shutdown, maker, whose: _ } = child;
        let mail = birth.mail.clone();
        let own = context.mail();
        let any: Arc<dyn AnyMail> = own.clone();
        let key = own.lane().seat.holdings.get_or_insert_default().key();
        let parent =
            Watcher { who: Arc::downgrade(&any), id: context.id(), key: Some(key), link: false };
        {
            let mut lane = mail.lane();
            let records = lane.seat.records();
            records.label = Some(name);
            records.parent = Some(context.id());
            records.shutdown = shutdown.or(Some(Duration::MAX));
            lane.seat.watch(parent);
        }
        oversee(&mail, overseer, restart);
        // A supervised actor lives until it is stopped.
        mail.core.keep();
        if !birth.alive {
            birth.end();
            return None;
        }
        own.lane().seat.holdings.get_or_insert_default().insert(key, Holding::Child(mail.clone()));
        let driver = Driver::new(mail.clone()).with_maker(maker);
        birth.run(Life { driver, state: None });
        Some(Supervised::new(mail, restart))
    }
}

impl<A: Dispatch> Drop for Unborn<A> {
    /// Nobody took it: whoever has its address is told that it has ended.
    fn drop(&mut self) {
        if let Some((_, birth)) = self.child.take() {
            birth.end();
        }
    }
}
