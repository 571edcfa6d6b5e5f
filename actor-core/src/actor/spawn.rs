//! How an actor is spawned: [`Prepared`], its builder, and the way from a state, or a factory of states,
//! to a scheduled task.
//!
//! A factory creates the state of each life by a closure, or by async code in a task of the life, which
//! stores the state where the run loop finds it. Factories are type-erased, so that their code is not
//! compiled for the many actors that are spawned with a state.

use super::actor_task::Runner;
use super::context::relations::adopt;
use super::context::sources::own_address;
use super::context::{self, CatchPanic, Context};
use super::dispatch::{AddrOf, Dispatch};
use super::run_loop::RunLoop;
use super::shutdown::publish_exit;
use crate::actor::slow_path::ErasedLoop;
use crate::address::addr::Addr;
pub(super) use crate::address::addr::sealed::OpaqueMailbox;
use crate::cell::current;
use crate::cell::handle::{DynMailbox, catch_and_report};
use crate::cell::header::{Header, Settings, checked_capacity};
use crate::cell::mailbox::Mailbox;
use crate::cell::state::SystemMessage;
use crate::cell::system_shared::SystemShared;
use crate::executor::Schedule;
use crate::executor::drop_chain::{self, DropResult};
use crate::exit::{Exit, Failure, FailureKind, FailureParts};
use crate::incident::Incident;
use crate::sync::{Arc, Mutex, Weak};
use crate::system::System;
use std::any::Any;
use std::fmt::{self, Display};
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// A builder that sets the name, capacity and system of an actor before it is spawned: see
/// [`Spawn::prepare`](crate::Spawn::prepare).
///
/// The builders of pools, processes and proxies are this one with another type than an actor:
/// [`PreparedPool`](crate::pool::PreparedPool), [`PreparedProcess`](crate::process::PreparedProcess),
/// [`PreparedProxy`](crate::proxy::PreparedProxy).
///
/// ```
/// # use actor_core::prelude::*;
/// # #[actor] struct Room; #[actor] impl Room {}
/// let system = System::builder().threads(1).build();
/// let lobby = Room.prepare().name("lobby").capacity(8).on(&system).spawn();
/// assert_eq!((lobby.label().as_str(), lobby.capacity()), ("lobby", Some(8)));
/// ```
#[must_use = "nothing runs before `.spawn()`"]
pub struct Prepared<S> {
    /// The state of an actor, or the parts of a pool, process or proxy.
    spec: S,
    capacity: Option<usize>,
    label: Option<Arc<str>>,
    pub(crate) system: Option<Arc<SystemShared>>,
    parent: Option<Arc<dyn DynMailbox>>,
    settings: &'static Settings,
}

impl<S> Prepared<S> {
    /// Creates the builder of an actor of type `A`, whose settings are the defaults.
    pub(crate) fn of<A: Dispatch>(spec: S) -> Self {
        let settings = const { &A::SETTINGS };
        let capacity = settings.capacity;
        Prepared { spec, capacity, label: None, system: None, parent: None, settings }
    }

    /// Sets the label, which logs, exits and snapshots show and [`Addr::label`](crate::Addr::label) returns, unless
    /// the actor has a registered name. The label of a member of a pool is this one with its number.
    ///
    /// The label is not a name in the registry: [`TypedAddr::lookup`](crate::TypedAddr::lookup) finds only an actor
    /// that [`Addr::register`](crate::Addr::register) has registered. [`Addr::name`](crate::Addr::name) returns the
    /// name of the type.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.label = Some(Arc::from(name.into()));
        self
    }

    /// Sets the capacity of the mailbox, which the members of a pool share. The mailbox of a process
    /// includes the messages that no [`select`](crate::process::Inbox::select) has accepted.
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

    pub(crate) fn spec_mut(&mut self) -> &mut S {
        &mut self.spec
    }

    pub(crate) fn with_parent(mut self, parent: Arc<dyn DynMailbox>) -> Self {
        self.parent = Some(parent);
        self
    }

    /// Creates the mailbox of an actor, which becomes a child of its parent.
    pub(crate) fn build<A: Dispatch>(self) -> (S, ActorBuilder<A>) {
        let Prepared { spec, capacity, label, system, parent, settings } = self;
        let system = parent.as_ref().map(|parent| parent.header().system.clone()).or(system);
        let mut builder = ActorBuilder::new(system, settings, capacity);
        if let Some(label) = label {
            set_label(&*builder.mailbox, &label);
        }
        // Everything is in place before the child can run.
        if let Some(parent) = parent
            && builder.alive
        {
            builder.alive = adopt(&parent, builder.mailbox.clone());
        }
        (spec, builder)
    }

    /// Returns the header and the label of a mailbox that is not the mailbox of a single actor.
    pub(crate) fn into_header(self) -> (S, Header, Option<Arc<str>>) {
        let system = self.system.unwrap_or_else(System::current_shared);
        (self.spec, Header::new(system, self.settings, self.capacity), self.label)
    }
}

impl<A: Dispatch> Prepared<A> {
    pub(crate) fn new(state: A) -> Self {
        Prepared::of::<A>(state)
    }

    /// Spawns the actor as a child of the actor with this context, on its system, as
    /// [`Context::spawn_child`] does. The child never starts if its parent has ended by then, or is between two
    /// lives.
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
    pub fn child_of<P: Dispatch>(self, parent: &Context<P>) -> Self {
        self.with_parent(parent.any())
    }

    /// Spawns the actor and returns its address at once.
    ///
    /// # Panics
    /// If the actor is `local` and this is not inside `block_on` of its current-thread system.
    #[track_caller]
    pub fn spawn(self) -> AddrOf<A> {
        let (state, builder) = self.build::<A>();
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

fn set_label(mailbox: &dyn DynMailbox, label: &Arc<str>) {
    mailbox.lock().cell.set_label(label.clone());
}

impl<S> fmt::Debug for Prepared<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared").field("actor", &self.settings.name).finish_non_exhaustive()
    }
}

/// The start of an actor's life: its run loop and its state.
pub struct Life<A: Dispatch> {
    pub(crate) run_loop: RunLoop<A>,
    pub(crate) state: Option<A>,
}

impl<A: Dispatch> Life<A> {
    /// Returns the mailbox in which the actor's task parks.
    #[doc(hidden)]
    pub fn mailbox(&self) -> OpaqueMailbox {
        OpaqueMailbox(self.run_loop.mailbox().clone())
    }
}

impl<A: Dispatch> fmt::Debug for Life<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Life").finish_non_exhaustive()
    }
}

impl<A: Dispatch> Context<A> {
    /// Returns a context that belongs to no running actor, to call handlers as ordinary methods in
    /// a test. Its address is the address of an actor that has ended.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// #[actor]
    /// struct Greeter;
    ///
    /// #[actor]
    /// impl Greeter {
    ///     fn greet(&self, name: &'static str, context: &Context<Self>) -> String {
    ///         format!("hello {name}, from a {}", context.address().name())
    ///     }
    /// }
    ///
    /// # System::current_thread().block_on(async {
    /// assert_eq!(Greeter.greet("Ada", &Context::detached()), "hello Ada, from a Greeter");
    /// # });
    /// ```
    pub fn detached() -> Self {
        let settings = const { &A::SETTINGS };
        let builder = ActorBuilder::<A>::new(None, settings, settings.capacity);
        let context = Context::new(builder.mailbox.clone());
        builder.end();
        context
    }
}

/// An actor that has a mailbox but no state yet.
pub(crate) struct ActorBuilder<A: Dispatch> {
    pub(crate) mailbox: Arc<Mailbox<A>>,
    /// False if the system is closing, or the parent has no life. The actor then ends before it starts.
    pub(crate) alive: bool,
    address: Addr<A>,
}

impl<A: Dispatch> ActorBuilder<A> {
    pub(crate) fn new(
        system: Option<Arc<SystemShared>>,
        settings: &'static Settings,
        capacity: Option<usize>,
    ) -> Self {
        let system = system.unwrap_or_else(System::current_shared);
        // Allocated before the table is locked.
        let mailbox = Arc::new(Mailbox::new(Header::new(system, settings, capacity)));
        let header = &mailbox.header;
        let entry: Weak<Mailbox<A>> = Arc::downgrade(&mailbox);
        let alive = header.system.enter(header, entry);
        let address = Addr::adopted(mailbox.clone());
        ActorBuilder { mailbox, alive, address }
    }

    /// Creates the state from the address on the calling thread, and starts the actor.
    #[track_caller]
    pub(crate) fn with(self, make: impl FnOnce(&A::Addr) -> A) -> A::Addr {
        let address = self.address();
        let (builder, state) = self.catch_caller_panic(|| make(&address));
        builder.start(Some(state))
    }

    /// Runs a closure of the user on the calling thread. If the closure panics, the panic is
    /// resumed in the caller, and the owners of the address observe that the actor has ended.
    fn catch_caller_panic<T>(self, run: impl FnOnce() -> T) -> (Self, T) {
        match catch_unwind(AssertUnwindSafe(run)) {
            Ok(answer) => (self, answer),
            Err(payload) => {
                self.end();
                resume_unwind(payload)
            }
        }
    }

    pub(crate) fn address(&self) -> A::Addr {
        self.address.clone().into()
    }

    /// Ends the actor without starting it. The owners of its address observe that it has ended.
    pub(crate) fn end(self) {
        abort_start(&self.mailbox);
    }

    /// Schedules the first run of the actor.
    #[track_caller]
    pub(crate) fn start(self, state: Option<A>) -> A::Addr {
        let run_loop = RunLoop::new(self.mailbox.clone());
        self.run(Life { run_loop, state })
    }

    #[track_caller]
    pub(crate) fn run(self, life: Life<A>) -> A::Addr {
        if !self.alive {
            abort_start(&self.mailbox);
            // The actor never started, so its state is dropped here, in the caller.
            drop_unstarted(self.mailbox, life);
            return self.address.into();
        }
        let guard = UnstartedGuard(&self.mailbox);
        let Runner(task) = A::runner(life);
        std::mem::forget(guard);
        self.mailbox.header.system.executor.schedule_actor(task, Schedule::Next);
        self.address.into()
    }
}

/// Drops the state of an actor whose system or parent has ended. The drop is user code, and may itself spawn
/// another actor.
#[cold]
fn drop_unstarted<A: Dispatch>(mailbox: Arc<Mailbox<A>>, life: Life<A>) {
    let own = mailbox.clone();
    let mut life = Some(life);
    let discard = move || catch_and_report(&*own, "drop", &mut || life = None);
    if drop_chain::drop_refused(discard) == DropResult::Leaked {
        let message =
            "leaked: its system or parent has ended, and each state spawns another when dropped";
        let failure = failed_start(&*mailbox, "drop", message.into());
        mailbox.header.system.report(Incident::UnobservedFailure { failure });
    }
}

/// An actor without a task. Dropping the guard ends the actor. This is needed because `Runner`
/// panics for a `local` actor outside its thread.
struct UnstartedGuard<'a, A: Dispatch>(&'a Mailbox<A>);

impl<A: Dispatch> Drop for UnstartedGuard<'_, A> {
    fn drop(&mut self) {
        abort_start(self.0);
    }
}

#[cold]
fn abort_start<A: Dispatch>(mailbox: &Mailbox<A>) {
    DynMailbox::close(mailbox);
    mailbox.discard();
    publish_exit(mailbox, Exit::Stopped);
}

/// The handler name of a state factory in failures.
pub(crate) const FACTORY_NAME: &str = "spawn";

/// A factory of an actor's states.
pub(crate) trait StateFactory: Send {
    /// Creates the state of a life, which runs user code, or continues to create it. Returns `true`
    /// if the state is now in `target`, an `Option` of the actor, and `false` while a task is still
    /// creating it.
    fn make(&mut self, life: &dyn ErasedLoop, target: &mut dyn Any) -> Result<bool, Failure>;

    /// Drops a state that was created for this life and never taken, which is user code. Called at the end of
    /// each life.
    fn reset(&mut self) {}
}

/// Creates each state immediately.
pub(crate) struct SyncFactory<F>(pub(crate) F);

impl<A: 'static, F: FnMut() -> A + Send> StateFactory for SyncFactory<F> {
    fn make(&mut self, _: &dyn ErasedLoop, target: &mut dyn Any) -> Result<bool, Failure> {
        Ok(put_state(target, self.0()))
    }
}

/// Creates each state in a task.
struct AsyncFactory<A, F> {
    /// Starts the task.
    start: F,
    /// The slot for the state of this life, once its creation has started.
    slot: Option<StateSlot<A>>,
}

/// A slot for a state that is being created.
type StateSlot<A> = Arc<Mutex<Option<Result<A, Failure>>>>;

impl<A, F: FnMut(&dyn ErasedLoop, StateSlot<A>)> AsyncFactory<A, F> {
    fn new(start: F, slot: Option<StateSlot<A>>) -> Self {
        AsyncFactory { start, slot }
    }
}

impl<A: Send + 'static, F: FnMut(&dyn ErasedLoop, StateSlot<A>) + Send> StateFactory
    for AsyncFactory<A, F>
{
    fn make(&mut self, life: &dyn ErasedLoop, target: &mut dyn Any) -> Result<bool, Failure> {
        if let Some(slot) = &self.slot {
            let Some(made) = slot.lock().take() else { return Ok(false) };
            self.slot = None;
            return Ok(put_state(target, made?));
        }
        let slot = self.slot.insert(StateSlot::default()).clone();
        (self.start)(life, slot);
        Ok(false)
    }

    fn reset(&mut self) {
        self.slot = None;
    }
}

fn put_state<A: 'static>(target: &mut dyn Any, state: A) -> bool {
    let target = target.downcast_mut().expect("a factory belongs to an actor of its type");
    *target = Some(state);
    true
}

/// Creates the state of each life with the async code of `make`.
pub(crate) fn async_factory<A, U, E>(
    mut make: impl FnMut(A::Address) -> U + Send + 'static,
) -> Box<dyn StateFactory>
where
    A: Dispatch + Send,
    U: Future<Output = Result<A, E>> + Send + 'static,
    E: Display,
{
    let begin = move |life: &dyn ErasedLoop, slot| {
        let mut creation = None;
        life.with_address(&mut |me| creation = Some(make(own_address::<A>(me))));
        if let Some(creation) = creation {
            begin_creation(&life.own(), slot, creation);
        }
    };
    Box::new(AsyncFactory::new(begin, None))
}

/// Starts to create the state of an actor that is already alive.
#[track_caller]
pub(crate) fn start_async<A, U, E>(
    mut builder: ActorBuilder<A>,
    make: impl FnOnce(A::Addr) -> U,
) -> A::Addr
where
    A: Dispatch + Send,
    U: Future<Output = Result<A, E>> + Send + 'static,
    E: Display,
{
    let slot: StateSlot<A> = Arc::new(Mutex::new(None));
    let factory = AsyncFactory::new(|_: &dyn ErasedLoop, _| {}, Some(slot.clone()));
    let run_loop = RunLoop::new(builder.mailbox.clone()).with_factory(Box::new(factory));
    if builder.alive {
        let address = builder.address();
        let creation;
        (builder, creation) = builder.catch_caller_panic(|| make(address));
        let mailbox: Arc<dyn DynMailbox> = builder.mailbox.clone();
        begin_creation(&mailbox, slot, creation);
    }
    builder.run(Life { run_loop, state: None })
}

/// Runs `creation` as a task of the life, and stores the result in `slot`.
fn begin_creation<A, U, E>(mailbox: &Arc<dyn DynMailbox>, slot: StateSlot<A>, creation: U)
where
    A: Send + 'static,
    U: Future<Output = Result<A, E>> + Send + 'static,
    E: Display,
{
    let own = mailbox.clone();
    // Created outside of the block, because the block may be dropped before its first poll, and
    // `creation` with it.
    let caught = CatchPanic::new(creation, own.clone(), FACTORY_NAME);
    context::spawn_in_life(mailbox, |guard| async move {
        let made = match caught.await {
            Ok(Ok(state)) => Ok(state),
            Ok(Err(error)) => Err(failed(&*own, error)),
            Err(failure) => Err(failure),
        };
        *slot.lock() = Some(made);
        own.notify(SystemMessage::Recheck);
        drop(guard);
    });
}

/// Returns the failure of a start that returned `error`. The text and the drop of the error are
/// user code: if one of them panics, that panic is the failure.
fn failed<E: Display>(mailbox: &dyn DynMailbox, error: E) -> Failure {
    let told = current::catch_failure(mailbox, FACTORY_NAME, || {
        let error = error;
        error.to_string()
    });
    told.map_or_else(|failure| failure, |message| failed_start(mailbox, FACTORY_NAME, message))
}

fn failed_start(mailbox: &dyn DynMailbox, handler: &'static str, message: String) -> Failure {
    Failure::new(FailureParts::of(mailbox, FailureKind::Start, handler, message))
}

#[cfg(test)]
mod tests;
