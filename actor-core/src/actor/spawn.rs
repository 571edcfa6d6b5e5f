//! How an actor is spawned: from a state, or a factory of states, to a scheduled task.

use super::actor_task::Runner;
use super::context::Context;
use super::context::children::adopt;
use super::dispatch::{AddrOf, Dispatch};
use super::run_loop::RunLoop;
use super::shutdown::publish_exit;
use crate::address::addr::Addr;
use crate::cell::handle::{DynMailbox, catch_and_report};
use crate::cell::header::Header;
use crate::cell::mailbox::Mailbox;
use crate::cell::message::Settings;
use crate::cell::system_shared::SystemShared;
use crate::executor::drop_chain::{self, DropResult};
use crate::executor::{Job, Schedule};
use crate::exit::{Exit, Failure, FailureKind, FailureParts};
use crate::incident::Incident;
use crate::sync::{Arc, Weak};
use crate::system::System;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// The start of an actor's life: its run loop and its state.
pub struct Life<A: Dispatch> {
    pub(crate) run_loop: RunLoop<A>,
    pub(crate) state: Option<A>,
}

impl<A: Dispatch> Life<A> {
    /// Returns the mailbox in which the actor's task parks.
    #[doc(hidden)]
    pub fn mailbox(&self) -> OpaqueMailbox {
        OpaqueMailbox(self.run_loop.context().mailbox().clone())
    }
}

/// An opaque mailbox, so that the signatures of the macro's contract name nothing private.
#[doc(hidden)]
pub struct OpaqueMailbox(pub(crate) Arc<dyn DynMailbox>);

impl<A: Dispatch> fmt::Debug for Life<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Life").finish_non_exhaustive()
    }
}

impl fmt::Debug for OpaqueMailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpaqueMailbox").finish_non_exhaustive()
    }
}

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

    /// Sets the label of the actor, which logs, exits and trees show.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.label = Some(Arc::from(name.into()));
        self
    }

    /// At most `capacity` messages wait.
    ///
    /// # Panics
    /// If `capacity` is zero.
    #[track_caller]
    pub fn capacity(mut self, capacity: usize) -> Self {
        assert!(capacity > 0, "a mailbox needs room for one message; use a capacity of 1 or more");
        self.capacity = Some(capacity);
        self
    }

    /// Any number of messages may wait.
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

    /// Spawns on `system` instead of the current one.
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
    /// Spawns an actor here. See [`Spawn::spawn`](crate::Spawn::spawn).
    ///
    /// # Panics
    /// As [`Spawn::spawn`](crate::Spawn::spawn).
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

impl<A: Dispatch> Context<A> {
    /// Returns a context that belongs to no running actor, to call handlers as plain Rust in a
    /// test. Its address is the address of an actor that has ended.
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

/// An actor that has a mailbox and no state yet.
pub(crate) struct ActorBuilder<A: Dispatch> {
    pub(crate) mailbox: Arc<Mailbox<A>>,
    /// False if the system is closing: the actor ends before it starts.
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

    /// Runs a closure of the user on the calling thread. A panic in it is resumed in the caller; the
    /// owners of the address observe that the actor has ended.
    pub(crate) fn catch_caller_panic<T>(self, run: impl FnOnce() -> T) -> (Self, T) {
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
    fn start(self, state: Option<A>) -> A::Addr {
        let run_loop = RunLoop::new(self.mailbox.clone());
        self.run(Life { run_loop, state })
    }

    #[track_caller]
    pub(crate) fn run(self, life: Life<A>) -> A::Addr {
        if !self.alive {
            abort_start(&self.mailbox);
            // It never started: its state is dropped here, in the caller.
            refuse(self.mailbox, life);
            return self.address.into();
        }
        let guard = UnstartedGuard(&self.mailbox);
        let Runner(task) = A::runner(life);
        std::mem::forget(guard);
        self.mailbox.header.system.executor.schedule(Job::Actor(task), Schedule::Next);
        self.address.into()
    }
}

/// Drops the state of an actor whose system has ended. The drop may spawn another actor, and so on.
#[cold]
fn refuse<A: Dispatch>(mailbox: Arc<Mailbox<A>>, life: Life<A>) {
    let own = mailbox.clone();
    let mut life = Some(life);
    let discard = move || catch_and_report(&*own, "drop", &mut || life = None);
    if drop_chain::drop_refused(discard) == DropResult::Leaked {
        let failure = Failure::new(FailureParts {
            kind: FailureKind::Start,
            actor: mailbox.untyped().label(),
            id: mailbox.header.id(),
            handler: "drop",
            message: "leaked: its system has ended, and each state spawns another when dropped"
                .into(),
            location: None,
            cause: None,
        });
        mailbox.header.system.report(Incident::UnobservedFailure { failure });
    }
}

/// An actor without a task. If it is dropped, the actor has ended: `Runner` panics for a `local` actor
/// outside its thread.
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
