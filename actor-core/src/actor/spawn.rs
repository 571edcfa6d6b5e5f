//! How an actor is spawned: from a state, or a factory of states, to a scheduled task.

use super::actor_task::Runner;
use super::context::Context;
use super::dispatch::Dispatch;
use super::run_loop::RunLoop;
use super::shutdown::publish_exit;
use crate::address::addr::Addr;
use crate::cell::handle::{DynMailbox, catch_and_report};
use crate::cell::header::Header;
use crate::cell::mailbox::Mailbox;
use crate::cell::settings::Settings;
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
        OpaqueMailbox(self.run_loop.mailbox().clone())
    }
}

/// An opaque mailbox, so that the signatures of the macro's contract use no private type.
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

/// An actor that has a mailbox but no state yet.
pub(crate) struct ActorBuilder<A: Dispatch> {
    pub(crate) mailbox: Arc<Mailbox<A>>,
    /// False if the system is closing. The actor then ends before it starts.
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
    pub(super) fn start(self, state: Option<A>) -> A::Addr {
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
        self.mailbox.header.system.executor.schedule(Job::Actor(task), Schedule::Next);
        self.address.into()
    }
}

/// Drops the state of an actor whose system has ended. The drop is user code, and may itself spawn
/// another actor.
#[cold]
fn drop_unstarted<A: Dispatch>(mailbox: Arc<Mailbox<A>>, life: Life<A>) {
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
