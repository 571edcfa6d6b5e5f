//! What a handler can ask of its own actor: [`Context`]. Everything made here ends with the life.

use super::attachment::{self, Attachment, once};
use super::holding::{Holding, Holdings};
use super::made::{Made, MakeOfExit};
use super::spawn::start;
use super::task::{self, Present, Task, supervised};
use super::timer::{Clock, Timer};
use super::watch::{Link, Monitor};
use crate::actor::{Dispatch, Protocol};
use crate::cell::core::LEAVE;
use crate::cell::mail::{AnyMail, Mail, Post, Verbs};
use crate::cell::seat::{Key, Notice, Watcher};
use crate::exit::{ActorId, Exit, Failure};
use crate::sync::Arc;
use crate::talk::address::{Addr, Target};
use crate::talk::call::Call;
use crate::talk::join::poll_change;
use crate::talk::weak::WeakAddr;
use event_listener::EventListener;
use futures_lite::Stream;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Poller, Poll};
use std::time::Duration;

/// An actor's own view of itself: an argument `&Context<Self>` of a handler is filled in by the run
/// loop and is no argument of the address method.
///
/// ```
/// # use actor_core::prelude::*;
/// # use std::time::Duration;
/// #[actor]
/// struct Ticker {
///     left: u32,
/// }
///
/// #[actor]
/// impl Ticker {
///     #[on_start]
///     fn begin(&mut self, context: &Context<Self>) {
///         context.every(Duration::from_millis(1), |me| me.tick()).detach();
///     }
///
///     fn tick(&mut self, context: &Context<Self>) {
///         self.left -= 1;
///         if self.left == 0 {
///             context.stop();
///         }
///     }
/// }
///
/// System::current_thread().block_on(async {
///     let ticker = Ticker { left: 3 }.spawn();
///     assert_eq!(ticker.join().await, Exit::Stopped);
/// });
/// ```
pub struct Context<A: Dispatch> {
    mail: Arc<Mail<A>>,
}

impl<A: Dispatch> Context<A> {
    pub(crate) fn new(mail: Arc<Mail<A>>) -> Self {
        Context { mail }
    }

    pub(crate) fn again(&self) -> Self {
        Context { mail: self.mail.clone() }
    }

    pub(crate) fn mail(&self) -> &Arc<Mail<A>> {
        &self.mail
    }

    fn any(&self) -> Arc<dyn AnyMail> {
        self.mail.clone()
    }

    /// The actor's own address. Held in the state, it keeps the actor alive; see
    /// [`weak`](Context::weak).
    pub fn address(&self) -> A::Addr {
        if self.mail.core.is_member() {
            let lane = self.mail.lane();
            let shared = lane.holdings.as_ref().and_then(|held| held.shared.as_ref());
            if let Some((shared, _)) = shared {
                shared.core().keep();
                let shared: Arc<dyn Post<A>> = shared.clone();
                return Addr::adopted(shared).into();
            }
        }
        // No lock: only the actor's own run can find it forsaken, and that is where this is called.
        self.mail.core.keep();
        Addr::<A>::adopted(self.mail.clone()).into()
    }

    /// Which member of a pool this is, from 0; `None` outside of pools.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// #[actor]
    /// struct Worker;
    ///
    /// #[actor]
    /// impl Worker {
    ///     fn number(&self, context: &Context<Self>) -> Option<usize> {
    ///         context.member()
    ///     }
    /// }
    ///
    /// System::current_thread().block_on(async {
    ///     let workers = Worker::pool(2, || Worker);
    ///     assert!(workers.number().await.unwrap().is_some_and(|number| number < 2));
    ///     assert_eq!(Worker.spawn().number().await, Ok(None));
    /// });
    /// ```
    pub fn member(&self) -> Option<usize> {
        let lane = self.mail.lane();
        lane.holdings.as_ref()?.shared.as_ref().map(|(_, number)| *number)
    }

    /// The actor's own address, keeping nothing alive.
    pub fn weak(&self) -> WeakAddr<A> {
        self.address().downgrade()
    }

    /// The actor's id; that of the pool for a member.
    pub fn id(&self) -> ActorId {
        if self.mail.core.is_member() { self.address().id() } else { self.mail.core.id() }
    }

    /// Ends the actor when it has handled what is queued.
    ///
    /// If this life is followed by another, as under a supervisor that restarts it after any end, it
    /// ends after the running handler, and the next life takes over what is queued.
    pub fn stop(&self) {
        let lane = self.mail.lane();
        let overseen = lane.seat.known().and_then(|records| records.overseen.as_ref());
        let again = overseen.is_some_and(|overseen| overseen.restart.follows(&Exit::Stopped));
        if again && !lane.seat.closed {
            self.mail.core.raise(LEAVE);
            return;
        }
        drop(lane);
        self.mail.close();
    }

    /// How often this actor was restarted: 0 in its first life.
    pub fn restarts(&self) -> u32 {
        let lane = self.mail.lane();
        lane.seat.known().map_or(0, |records| records.restarts)
    }

    /// Waits until the actor is being stopped: for long handlers that want to finish early.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// #[actor]
    /// struct Poller;
    ///
    /// #[actor]
    /// impl Poller {
    ///     async fn poll_until_stopped(&mut self, context: &Context<Self>) {
    ///         context.stopping().await;
    ///     }
    /// }
    ///
    /// System::current_thread().block_on(async {
    ///     let poller = Poller.spawn();
    ///     poller.poll_until_stopped().send().await.unwrap();
    ///     poller.stop();
    ///     assert_eq!(poller.join().await, Exit::Stopped);
    /// });
    /// ```
    pub fn stopping(&self) -> Stopping {
        Stopping { mail: self.mail.clone(), listener: None }
    }

    /// Starts a child: it ends before its parent, in reverse order of start, and the parent's
    /// `#[on_exit]` is told when it ends by itself.
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
    ///         context.spawn_child(Leaf)
    ///     }
    /// }
    ///
    /// System::current_thread().block_on(async {
    ///     let tree = Tree.spawn();
    ///     let leaf = tree.grow().await.unwrap();
    ///     tree.stop();
    ///     tree.join().await;
    ///     assert!(!leaf.is_alive());
    /// });
    /// ```
    #[track_caller]
    pub fn spawn_child<B: Dispatch>(&self, child: B) -> B::Addr {
        let key = self.with_holdings(|holdings| holdings.key());
        let parent = Watcher {
            who: Arc::downgrade(&self.any()),
            id: self.mail.core.id(),
            key: Some(key),
            link: false,
        };
        let mut prepared = child.prepare();
        prepared.hub = Some(self.mail.core.hub.clone());
        // Everything is in place before the child can run: `start` gives it the parent, and the
        // holding is entered by what runs between its making and its first turn.
        start(prepared, Some(parent), |mail| {
            self.with_holdings(|holdings| holdings.insert(key, Holding::Child(mail)));
        })
    }

    /// Has a message made when `target` ends; at once if it has ended already.
    ///
    /// `make` is given this actor's address and the exit, and makes one message, for this actor or
    /// any other. The notice comes after everything that the dead one had sent here. If nothing is
    /// known of a weak target any more, the exit is [`Exit::NoActor`].
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # #[actor] struct Worker; #[actor] impl Worker {}
    /// #[actor]
    /// struct Boss {
    ///     worker: WorkerAddr,
    /// }
    ///
    /// #[actor]
    /// impl Boss {
    ///     #[on_start]
    ///     fn watch(&mut self, context: &Context<Self>) {
    ///         context.monitor(&self.worker, |me, exit| me.gone(exit));
    ///     }
    ///
    ///     fn gone(&mut self, exit: Exit, context: &Context<Self>) {
    ///         assert_eq!(exit, Exit::Killed);
    ///         context.stop();
    ///     }
    /// }
    ///
    /// System::current_thread().block_on(async {
    ///     let worker = Worker.spawn();
    ///     let boss = Boss { worker: worker.clone() }.spawn();
    ///     worker.kill();
    ///     assert_eq!(boss.join().await, Exit::Stopped);
    /// });
    /// ```
    pub fn monitor<B, T, F>(&self, target: &impl Target, make: F) -> Monitor
    where
        B: Protocol,
        F: for<'a> FnOnce(&'a A::Addr, Exit) -> Call<'a, B, T> + Send + 'static,
    {
        let own = self.id();
        self.monitor_with(target, Box::new(move |me: &A::Addr, exit| Made::of(make(me, exit), own)))
    }

    /// Has `make` make something of the exit when `target` ends.
    pub(crate) fn monitor_with(&self, target: &impl Target, make: MakeOfExit<A>) -> Monitor {
        let (id, mail) = target.target();
        let key = self.with_holdings(|holdings| {
            let key = holdings.key();
            let target = mail.as_ref().map(|mail| Arc::downgrade(&mail.0));
            holdings.insert(key, Holding::Monitor { key, target, make });
            key
        });
        self.watch(id, mail.map(|mail| mail.0), key, false);
        Monitor::new(Arc::downgrade(&self.any()), key)
    }

    /// Links this actor and `target`: each is told of the other's end.
    ///
    /// Being told is `#[on_exit]`; an actor without that hook fails too when the other ends
    /// abnormally, with [`FailureKind::Linked`](crate::FailureKind::Linked), as in Erlang.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # #[actor] struct Engine; #[actor] impl Engine {}
    /// #[actor]
    /// struct Car {
    ///     engine: EngineAddr,
    /// }
    ///
    /// #[actor]
    /// impl Car {
    ///     #[on_start]
    ///     fn assemble(&mut self, context: &Context<Self>) {
    ///         context.link(&self.engine);
    ///     }
    /// }
    ///
    /// System::current_thread().block_on(async {
    ///     let engine = Engine.spawn();
    ///     let car = Car { engine: engine.clone() }.spawn();
    ///     car.started().await.unwrap();
    ///     engine.kill();
    ///     assert!(matches!(car.join().await, Exit::Failed(_)));
    /// });
    /// ```
    pub fn link(&self, target: &impl Target) -> Link {
        let (id, mail) = target.target();
        let mail = mail.map(|mail| mail.0);
        let key = self.with_holdings(|holdings| {
            let key = holdings.key();
            let target = mail.as_ref().map(Arc::downgrade);
            holdings.insert(key, Holding::Link { key, target });
            key
        });
        if let Some(mail) = &mail {
            // The far half first: the near one may bring the exit at once.
            let far = Watcher { who: Arc::downgrade(mail), id, key: None, link: true };
            self.mail.watch(far);
        }
        self.watch(id, mail.clone(), key, true);
        Link::new(self.any(), mail, key)
    }

    /// Has a message made after `delay`, unless the timer is cancelled before.
    ///
    /// `make` is given this actor's address and makes one message, for this actor or any other.
    pub fn after<B, T, F>(&self, delay: Duration, make: F) -> Timer
    where
        B: Protocol,
        F: for<'a> FnOnce(&'a A::Addr) -> Call<'a, B, T> + Send + 'static,
    {
        let own = self.id();
        let make = once(move |me: &A::Addr| Made::of(make(me), own));
        self.timer(delay, None, make)
    }

    /// Has a message made every `period`, the first after one period.
    ///
    /// It does not drift, and makes no burst after a stall: at most one tick waits, those missed
    /// meanwhile are skipped.
    ///
    /// # Panics
    /// If `period` is zero.
    #[track_caller]
    pub fn every<B, T, F>(&self, period: Duration, mut make: F) -> Timer
    where
        B: Protocol,
        F: for<'a> FnMut(&'a A::Addr) -> Call<'a, B, T> + Send + 'static,
    {
        assert!(!period.is_zero(), "a period of zero would tick without end; use a longer one");
        let own = self.id();
        let make = Box::new(move |me: &A::Addr| Made::of(make(me), own));
        self.timer(period, Some(period), make)
    }

    /// Has a message made of each item of `stream`.
    ///
    /// At most one item waits; the stream is polled again when that has been taken. A stream that
    /// has not ended keeps the actor alive.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// #[actor]
    /// struct Sum {
    ///     total: u32,
    /// }
    ///
    /// #[actor]
    /// impl Sum {
    ///     #[on_start]
    ///     fn begin(&mut self, context: &Context<Self>) {
    ///         let numbers = futures_lite::stream::iter([1, 2, 3]);
    ///         context
    ///             .attach(numbers, |me, number| me.add(number))
    ///             .on_end(|me| me.done())
    ///             .detach();
    ///     }
    ///
    ///     fn add(&mut self, number: u32) {
    ///         self.total += number;
    ///     }
    ///
    ///     fn done(&mut self, context: &Context<Self>) {
    ///         assert_eq!(self.total, 6);
    ///         context.stop();
    ///     }
    /// }
    ///
    /// System::current_thread().block_on(async {
    ///     assert_eq!(Sum { total: 0 }.spawn().join().await, Exit::Stopped);
    /// });
    /// ```
    pub fn attach<S, B, T, F>(&self, stream: S, each: F) -> Attachment<A>
    where
        S: Stream + Send + 'static,
        S::Item: Send,
        B: Protocol,
        F: for<'a> FnMut(&'a A::Addr, S::Item) -> Call<'a, B, T> + Send + 'static,
    {
        let present = self.present(true);
        let key = present.key;
        let (bring, make) = attachment::stream(stream, each, present, self.id());
        self.hold_task(key, bring, |task| Holding::Source {
            task,
            make: Some(make),
            once: false,
            at_end: None,
        });
        Attachment::new(self.mail.clone(), key)
    }

    /// Waits for `future` beside the actor, and has a message made of its outcome: the actor goes
    /// on with other messages meanwhile. It keeps the actor alive.
    ///
    /// The outcome is `Err(Failure)` if the future panicked. Named after Akka's `pipeToSelf`.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use actor_core::Failure;
    /// #[actor]
    /// struct Cache {
    ///     page: Option<String>,
    /// }
    ///
    /// #[actor]
    /// impl Cache {
    ///     fn load(&mut self, context: &Context<Self>) {
    ///         let fetching = async { String::from("text") };
    ///         context.pipe(fetching, |me, page| me.loaded(page));
    ///     }
    ///
    ///     fn loaded(&mut self, page: Result<String, Failure>) {
    ///         self.page = page.ok();
    ///     }
    ///
    ///     fn page(&self) -> Option<String> {
    ///         self.page.clone()
    ///     }
    /// }
    ///
    /// System::current_thread().block_on(async {
    ///     let cache = Cache { page: None }.spawn();
    ///     cache.load().await.unwrap();
    ///     while cache.page().await.unwrap().is_none() {}
    /// });
    /// ```
    pub fn pipe<U, B, T, F>(&self, future: U, make: F)
    where
        U: Future + Send + 'static,
        U::Output: Send,
        B: Protocol,
        F: for<'a> FnOnce(&'a A::Addr, Result<U::Output, Failure>) -> Call<'a, B, T>
            + Send
            + 'static,
    {
        let present = self.present(true);
        let key = present.key;
        let (bring, make) = attachment::pipe(future, make, present, self.id());
        self.hold_task(key, bring, |task| Holding::Source {
            task,
            make: Some(make),
            once: true,
            at_end: None,
        });
    }

    /// Runs `future` beside the actor until it is done or the life ends.
    ///
    /// It does not keep the actor alive. Its panic is a failure of this life.
    pub fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) -> Task {
        let present = self.present(false);
        let key = present.key;
        self.hold_task(key, supervised(present, future, "task"), |task| Holding::Task(task));
        Task::new(Arc::downgrade(&self.any()), key)
    }

    fn timer(
        &self,
        delay: Duration,
        period: Option<Duration>,
        make: super::made::Make<A>,
    ) -> Timer {
        let key = self.with_holdings(|holdings| holdings.key());
        // The tick is looked for by its key only at its turn, which is after this handler.
        let clock = Clock::start(&self.any(), key, delay, period);
        let holding = Holding::Timer { clock, make: Some(make) };
        self.with_holdings(|holdings| holdings.insert(key, holding));
        Timer::new(Arc::downgrade(&self.any()), key)
    }

    /// Counts a future of this life in.
    fn present(&self, keeps: bool) -> Present {
        let key = self.with_holdings(|holdings| {
            holdings.tasks += 1;
            holdings.key()
        });
        if keeps {
            self.mail.core.keep();
        }
        Present { mail: self.any(), key, keeps }
    }

    fn hold_task(
        &self,
        key: Key,
        future: impl Future<Output = ()> + Send + 'static,
        hold: impl FnOnce(async_task::Task<()>) -> Holding<A>,
    ) {
        let (runnable, task) = task::prepare(&self.mail.core.hub, future);
        let holding = hold(task);
        self.with_holdings(|holdings| holdings.insert(key, holding));
        runnable.schedule();
    }

    fn with_holdings<T>(&self, with: impl FnOnce(&mut Holdings<A>) -> T) -> T {
        let mut lane = self.mail.lane();
        with(lane.holdings.get_or_insert_default())
    }

    /// Enters this actor as a watcher of `target`, or posts the exit that is there already.
    fn watch(&self, id: ActorId, target: Option<Arc<dyn AnyMail>>, key: Key, link: bool) {
        let who = Arc::downgrade(&self.any());
        let exit = match target {
            Some(target) => {
                target.watch(Watcher { who, id: self.mail.core.id(), key: Some(key), link })
            }
            None => Some(Exit::NoActor),
        };
        if let Some(exit) = exit {
            self.mail.notify(Notice::Exited(key, id, exit));
        }
    }
}

impl<A: Dispatch> fmt::Debug for Context<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Context({})", self.mail.label())
    }
}

/// The future of [`Context::stopping`].
#[must_use = "futures do nothing unless awaited"]
pub struct Stopping {
    mail: Arc<dyn AnyMail>,
    listener: Option<EventListener>,
}

impl Future for Stopping {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<()> {
        let mail = self.mail.clone();
        poll_change(&*mail, &mut self.listener, cx, |seat| seat.closed.then_some(()))
    }
}

impl fmt::Debug for Stopping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stopping").finish_non_exhaustive()
    }
}
