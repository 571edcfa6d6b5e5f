//! [`Context`], an actor's view of itself, and the tasks of a life: futures that run concurrently with the
//! actor. Everything created through a context ends with the life.
//!
//! The other files add to it: `relations.rs` (children, monitors and links) and `sources.rs` (timers, streams
//! and piped futures).

pub(crate) mod relations;
pub(crate) mod sources;

use crate::actor::dispatch::Dispatch;
use crate::actor::shutdown::request_failure;
use crate::address::addr::{Addr, WeakAddr};
use crate::address::caller_watch::CallerGone;
use crate::address::join::poll_change;
use crate::cell::current;
use crate::cell::deadline::{self, Deadline};
use crate::cell::handle::DynMailbox;
use crate::cell::header::STOP_SELF;
use crate::cell::mailbox::{Mailbox, notify_state_change};
use crate::cell::queue::{AnyQueue, MailboxState};
use crate::cell::resources::{Resource, ResourceHandle, Resources};
use crate::cell::state::{ResourceId, SystemMessage};
use crate::clock::Instant;
use crate::event::{Listener, Role};
use crate::executor;
use crate::exit::{ActorId, Exit, Failure};
use crate::sync::Arc;
use crate::system::task::{Task, prepare};
use pin_project_lite::pin_project;
use std::any::Any;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context as Poller, Poll, ready};

/// An actor's view of itself. The run loop passes it to handlers with an argument `&Context<Self>`,
/// which is not an argument of the address method.
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
    pub(super) mailbox: Arc<Mailbox<A>>,
}

impl<A: Dispatch> Context<A> {
    pub(crate) fn new(mailbox: Arc<Mailbox<A>>) -> Self {
        Context { mailbox }
    }

    pub(crate) fn clone_ref(&self) -> Self {
        Context { mailbox: self.mailbox.clone() }
    }

    pub(crate) fn mailbox(&self) -> &Arc<Mailbox<A>> {
        &self.mailbox
    }

    pub(in crate::actor) fn any(&self) -> Arc<dyn DynMailbox> {
        self.mailbox.clone()
    }

    /// Returns the actor's own address. Storing it in the state keeps the actor alive; see
    /// [`weak`](Context::weak).
    pub fn address(&self) -> A::Addr {
        self.own().into()
    }

    /// Like [`address`](Context::address), as the general address type.
    pub(crate) fn own(&self) -> Addr<A> {
        if self.mailbox.header.is_member() {
            let mut address: Option<Addr<A>> = None;
            pool_address(self.mailbox.untyped(), &mut address);
            if let Some(address) = address {
                return address;
            }
        }
        // No lock is needed: only the actor's own task can find the actor unreferenced, and that
        // task calls this function.
        self.mailbox.header.incr_strong();
        Addr::adopted(self.mailbox.clone())
    }

    /// Returns the number of this member in its pool, counted from 0, or `None` outside pools.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// #[actor]
    /// struct Worker;
    ///
    /// #[actor]
    /// impl Worker {
    ///     fn number(&self, context: &Context<Self>) -> Option<usize> {
    ///         context.pool_index()
    ///     }
    /// }
    ///
    /// System::current_thread().block_on(async {
    ///     let workers = Worker::pool(2, || Worker);
    ///     assert!(workers.number().await.unwrap().is_some_and(|number| number < 2));
    ///     assert_eq!(Worker.spawn().number().await, Ok(None));
    /// });
    /// ```
    pub fn pool_index(&self) -> Option<usize> {
        self.pool().map(|(_, number)| number)
    }

    /// Returns the actor's own weak address, which does not keep it alive.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use actor_core::WeakAddr;
    /// #[actor]
    /// struct Node;
    ///
    /// #[actor]
    /// impl Node {
    ///     fn me(&self, context: &Context<Self>) -> WeakAddr<Node> {
    ///         context.weak()
    ///     }
    /// }
    ///
    /// System::current_thread().block_on(async {
    ///     let node = Node.spawn();
    ///     let weak = node.me().await.unwrap();
    ///     assert_eq!(weak.upgrade(), Some(node));
    /// });
    /// ```
    pub fn weak(&self) -> WeakAddr<A> {
        self.address().downgrade()
    }

    /// Returns the actor's id; for a member of a pool, the id of the pool.
    pub fn id(&self) -> ActorId {
        if self.mailbox.header.is_member() { self.address().id() } else { self.mailbox.header.id() }
    }

    /// Stops the actor gracefully: it handles the queued messages and ends.
    ///
    /// If a supervisor restarts the actor even after a normal end, this life ends after the running
    /// handler, and the next life handles the queued messages.
    pub fn stop(&self) {
        let locked = self.mailbox.lock();
        let supervision = locked.cell.supervision();
        let again =
            supervision.is_some_and(|supervision| supervision.restart.follows(&Exit::Stopped));
        if again && !locked.cell.is_closed() {
            self.mailbox.header.set_flag(STOP_SELF);
            let changed = locked.cell.state_changed();
            drop(locked);
            notify_state_change(changed);
            return;
        }
        drop(locked);
        self.mailbox.close();
    }

    /// Ends this life as a failure, with [`FailureKind::Explicit`](crate::FailureKind::Explicit),
    /// once the running handler or hook has returned. The caller of that handler still gets the
    /// return value.
    ///
    /// The failure is treated like a panic: no further message is handled in this life. If a
    /// supervisor restarts the actor, the next life handles the queued messages; otherwise queued
    /// calls get [`CallError::Stopped`](crate::CallError::Stopped). The first call of `fail`
    /// decides the failure. A later call is reported as an [`Incident`](crate::incident::Incident), and so is
    /// the first one if the handler then panics or is killed.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// #[actor]
    /// struct Disk {
    ///     errors: u32,
    /// }
    ///
    /// #[actor]
    /// impl Disk {
    ///     fn write(&mut self, context: &Context<Self>) -> bool {
    ///         self.errors += 1;
    ///         if self.errors == 2 {
    ///             context.fail("too many errors");
    ///         }
    ///         false
    ///     }
    /// }
    ///
    /// System::current_thread().block_on(async {
    ///     let disk = Disk { errors: 0 }.spawn();
    ///     assert_eq!(disk.write().await, Ok(false));
    ///     assert_eq!(disk.write().await, Ok(false));
    ///     let Exit::Failed(failure) = disk.join().await else { unreachable!() };
    ///     assert_eq!((failure.kind(), failure.handler()), (FailureKind::Explicit, "write"));
    ///     assert_eq!(failure.message(), "too many errors");
    /// });
    /// ```
    #[track_caller]
    pub fn fail(&self, error: impl fmt::Display) {
        // User code, so it runs before any lock is taken. If it panics, the handler panics.
        let message = error.to_string();
        request_failure(&*self.mailbox, message, Location::caller());
    }

    /// Returns the number of restarts: 0 in the first life.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use actor_core::supervision::{Child, Supervisor};
    /// #[actor]
    /// struct Worker;
    ///
    /// #[actor]
    /// impl Worker {
    ///     fn lives(&self, context: &Context<Self>) -> u32 {
    ///         context.restarts() + 1
    ///     }
    ///
    ///     fn fail(&self) {
    ///         panic!("on purpose");
    ///     }
    /// }
    ///
    /// System::current_thread().block_on(async {
    ///     let supervisor = Supervisor::one_for_one().spawn();
    ///     let worker = supervisor.start(Child::new("worker", || Worker));
    ///     assert_eq!(worker.lives().await, Ok(1));
    ///     assert!(worker.fail().await.is_err());
    ///     assert_eq!(worker.lives().await, Ok(2));
    /// #   supervisor.stop();
    /// });
    /// ```
    pub fn restarts(&self) -> u32 {
        let locked = self.mailbox.lock();
        locked.cell.restarts()
    }

    /// Returns the deadline of the message that is being handled, on the clock of the actor's
    /// system. The caller stops waiting at the deadline. Returns `None` for a call without a
    /// timeout that inherits no deadline, for a send, and in hooks.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use std::time::Duration;
    /// #[actor]
    /// struct Renderer;
    ///
    /// #[actor]
    /// impl Renderer {
    ///     fn quality(&self, context: &Context<Self>) -> u8 {
    ///         let Some(deadline) = context.deadline() else { return 100 };
    ///         let left = deadline.saturating_duration_since(actor_core::time::now());
    ///         if left > Duration::from_secs(1) { 100 } else { 50 }
    ///     }
    /// }
    ///
    /// System::current_thread().block_on(async {
    ///     let renderer = Renderer.spawn();
    ///     assert_eq!(renderer.quality().await, Ok(100));
    ///     assert_eq!(renderer.quality().timeout(Duration::from_millis(500)).await, Ok(50));
    /// });
    /// ```
    pub fn deadline(&self) -> Option<Instant> {
        deadline::inherited().map(Deadline::instant)
    }

    /// Waits until the caller of the current message has stopped waiting, because its timeout has
    /// elapsed or it has dropped the call. A long handler can use this to finish early.
    ///
    /// Never completes in hooks, for a send, which has no caller, and in a handler with an argument
    /// of type [`Reply`](crate::Reply), which can use [`Reply::closed`](crate::Reply::closed)
    /// instead.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use std::time::Duration;
    /// use actor_core::future::or;
    ///
    /// #[actor]
    /// struct Search {
    ///     abandoned: u32,
    /// }
    ///
    /// #[actor]
    /// impl Search {
    ///     async fn find(&mut self, context: &Context<Self>) -> bool {
    ///         let search = async { std::future::pending().await };
    ///         let gone = async { context.caller_gone().await; false };
    ///         let found = or(search, gone).await;
    ///         self.abandoned += u32::from(!found);
    ///         found
    ///     }
    ///
    ///     fn abandoned(&self) -> u32 {
    ///         self.abandoned
    ///     }
    /// }
    ///
    /// System::simulation(1).block_on(async {
    ///     let search = Search { abandoned: 0 }.spawn();
    ///     assert!(search.find().timeout(Duration::from_millis(1)).await.is_err());
    ///     assert_eq!(search.abandoned().await, Ok(1));
    /// });
    /// ```
    pub fn caller_gone(&self) -> impl Future<Output = ()> + use<'_, A> {
        CallerGone::new()
    }

    /// Waits until the actor is being stopped, or this life is being ended: the supervisor restarts the actor together
    /// with others, or another `concurrent` handler has stopped or failed the life. A long handler can use this to
    /// finish early. In a member of a pool, waits until the pool is being stopped or has become too small for the
    /// member.
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
    pub fn stopping(&self) -> impl Future<Output = ()> + use<A> {
        StopRequested {
            mailbox: self.mailbox.clone(),
            listener: None,
            pool: self.pool().map(|(pool, number)| (pool, number, None)),
        }
    }

    fn with_resources<T>(&self, with: impl FnOnce(&mut Resources) -> T) -> T {
        let mut locked = self.mailbox.lock();
        with(locked.cell.resources_mut())
    }
}

impl<A: Dispatch> fmt::Debug for Context<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Context({})", self.mailbox.untyped().label())
    }
}

/// The future of [`Context::stopping`].
struct StopRequested {
    mailbox: Arc<dyn DynMailbox>,
    listener: Option<Listener>,
    /// The pool of a member, and the member's number. The mailbox of the member itself is closed
    /// only when the member checks the pool, which it does between two messages.
    pool: Option<(Arc<dyn DynMailbox>, usize, Option<Listener>)>,
}

impl Future for StopRequested {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<()> {
        let this = &mut *self;
        if let Some((pool, number, listener)) = &mut this.pool {
            let is_ending = |state: &MailboxState<dyn AnyQueue>| {
                (state.cell.is_closed() || state.queue.is_too_small_for(*number)).then_some(())
            };
            if poll_change(&**pool, listener, Role::Other, cx, is_ending).is_ready() {
                return Poll::Ready(());
            }
        }
        let header = this.mailbox.header();
        let is_ending = |state: &MailboxState<dyn AnyQueue>| {
            let cell = &state.cell;
            (cell.is_closed() || cell.pending_exit().is_some() || header.ends_life()).then_some(())
        };
        poll_change(&*this.mailbox, &mut this.listener, Role::Other, cx, is_ending)
    }
}

/// Puts the address of a member's pool into `slot`.
fn pool_address(mailbox: &dyn DynMailbox, slot: &mut dyn Any) {
    let locked = mailbox.lock();
    let resources = locked.cell.resources();
    if let Some((pool, _)) = resources.and_then(|resources| resources.pool.as_ref()) {
        pool.address(slot);
    }
}

impl<A: Dispatch> Context<A> {
    /// Runs `future` concurrently with the actor until it completes or the life ends.
    ///
    /// The task does not keep the actor alive. A panic in it is a failure of this life.
    ///
    /// # Cancellation
    /// Dropping the task cancels the future; `.detach()` keeps it running until the life ends.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// #[actor]
    /// struct Host;
    ///
    /// #[actor]
    /// impl Host {
    ///     fn begin(&self, context: &Context<Self>) {
    ///         context.spawn_task(async { /* runs concurrently with the actor */ }).detach();
    ///         drop(context.spawn_task(std::future::pending())); // is cancelled at once
    ///     }
    /// }
    /// # System::current_thread().block_on(async { Host.spawn().begin().await.unwrap() });
    /// ```
    pub fn spawn_task(&self, future: impl Future<Output = ()> + Send + 'static) -> Task {
        let guard = self.task_guard(false);
        let key = guard.key;
        let handle = ResourceHandle { mailbox: Arc::downgrade(&self.any()), key };
        let (task, completion) = Task::of_life(&self.mailbox.header.system, handle);
        let future = async move {
            future.await;
            completion.done();
        };
        self.hold_task(key, run_in_life(guard, future, "task"), Resource::Task);
        task
    }

    /// Counts one more future of this life, until the returned guard is dropped.
    pub(super) fn task_guard(&self, keeps_alive: bool) -> TaskGuard {
        let key = self.with_resources(|resources| {
            resources.tasks += 1;
            resources.key()
        });
        let kept = keeps_alive.then(|| self.pool().map_or_else(|| self.any(), |(pool, _)| pool));
        if let Some(kept) = &kept {
            kept.header().incr_strong();
        }
        TaskGuard { mailbox: self.any(), key, kept }
    }

    /// Returns the mailbox of the pool of which this actor is a member, and the number of the member.
    fn pool(&self) -> Option<(Arc<dyn DynMailbox>, usize)> {
        let locked = self.mailbox.lock();
        let (pool, number) = locked.cell.resources()?.pool.as_ref()?;
        Some((pool.mailbox(), *number))
    }

    pub(super) fn hold_task(
        &self,
        key: ResourceId,
        future: impl Future<Output = ()> + Send + 'static,
        hold: impl FnOnce(executor::TaskHandle<()>) -> Resource,
    ) {
        let (runnable, task) = crate::system::task::prepare(&self.mailbox.header.system, future);
        let resource = hold(task);
        self.with_resources(|resources| resources.insert(key, resource));
        runnable.schedule();
    }
}

/// Counts a future of a life until it is dropped, whether it has completed or not.
pub(crate) struct TaskGuard {
    pub(crate) mailbox: Arc<dyn DynMailbox>,
    pub(crate) key: ResourceId,
    /// The actor, or the pool of a member, that the future keeps alive. Set for streams and piped
    /// futures.
    kept: Option<Arc<dyn DynMailbox>>,
}

impl Drop for TaskGuard {
    fn drop(&mut self) {
        self.mailbox.task_gone(self.key);
        if let Some(kept) = &self.kept {
            kept.release();
        }
    }
}

pin_project! {
    /// A future of a life. A panic in it is a failure of the life, and so is a panic while it is
    /// dropped.
    pub(crate) struct CatchPanic<F> {
        #[pin]
        future: Option<F>,
        mailbox: Arc<dyn DynMailbox>,
        handler: &'static str,
    }

    impl<F> PinnedDrop for CatchPanic<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            // The values that the future owns are dropped on behalf of its life.
            let dropped = current::in_life_of(this.mailbox, || {
                current::catch_failure(&**this.mailbox, this.handler, || this.future.set(None))
            });
            if let Err(failure) = dropped {
                this.mailbox.notify(SystemMessage::TaskPanicked(failure));
            }
        }
    }
}

impl<F> CatchPanic<F> {
    pub(crate) fn new(future: F, mailbox: Arc<dyn DynMailbox>, handler: &'static str) -> Self {
        CatchPanic { future: Some(future), mailbox, handler }
    }
}

impl<F: Future> Future for CatchPanic<F> {
    type Output = Result<F::Output, Failure>;

    fn poll(self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let Some(future) = this.future.as_pin_mut() else { return Poll::Pending };
        let polled = current::in_life_of(this.mailbox, || {
            current::catch_failure(&**this.mailbox, this.handler, || future.poll(cx))
        });
        match polled {
            Ok(poll) => Poll::Ready(Ok(ready!(poll))),
            Err(failure) => Poll::Ready(Err(failure)),
        }
    }
}

/// Starts the future returned by `make` as a task of the current life of `mailbox`.
pub(crate) fn spawn_in_life<F>(mailbox: &Arc<dyn DynMailbox>, make: impl FnOnce(TaskGuard) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut locked = mailbox.lock();
    let resources = locked.cell.resources_mut();
    resources.tasks += 1;
    let key = resources.key();
    drop(locked);
    let guard = TaskGuard { mailbox: mailbox.clone(), key, kept: None };
    let (runnable, task) = prepare(&mailbox.header().system, make(guard));
    let mut locked = mailbox.lock();
    let resources = locked.cell.resources_mut();
    resources.insert(key, Resource::Task(task));
    let is_ending = resources.awaits_tasks;
    drop(locked);
    if is_ending {
        // The resources of the life have been dropped, and this task must be, too.
        mailbox.notify(SystemMessage::Recheck);
    }
    runnable.schedule();
}

/// Runs `future` for its life, and reports a panic to the run loop.
pub(crate) fn run_in_life<F: Future<Output = ()>>(
    guard: TaskGuard,
    future: F,
    handler: &'static str,
) -> impl Future<Output = ()> + use<F> {
    let mailbox = guard.mailbox.clone();
    // Created outside of the block, because the block may be dropped before its first poll, and
    // `future` with it.
    let caught = CatchPanic::new(future, mailbox.clone(), handler);
    async move {
        if let Err(failure) = caught.await {
            mailbox.notify(SystemMessage::TaskPanicked(failure));
        }
        drop(guard);
    }
}

#[cfg(test)]
mod tests;
