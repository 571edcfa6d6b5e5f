//! State factories, for actors that are spawned without a state. A closure creates the state of
//! each life, or async code creates it in a task of the life and stores it where the run loop finds
//! it.
//!
//! Type-erased, so that the code is not compiled for the many actors that are spawned with a state.

use super::callback::own_address;
use super::run_loop::RunLoop;
use super::slow_path::ErasedLoop;
use super::spawn::{ActorBuilder, Life};
use crate::actor::context::tasks::{self, CatchPanic};
use crate::actor::dispatch::Dispatch;
use crate::cell::current;
use crate::cell::handle::DynMailbox;
use crate::cell::state::SystemMessage;
use crate::exit::{Failure, FailureKind, FailureParts};
use crate::sync::{Arc, Mutex};
use std::any::Any;
use std::fmt::Display;
use std::future::Future;

/// The handler name of a state factory in failures.
pub(crate) const HANDLER_NAME: &str = "spawn";

/// A factory of an actor's states.
pub(crate) trait StateFactory: Send {
    /// Creates the state of a life, which runs user code, or continues to create it. Returns `true`
    /// if the state is now in `target`, an `Option` of the actor, and `false` while a task is still
    /// creating it.
    fn make(&mut self, life: &dyn ErasedLoop, target: &mut dyn Any) -> Result<bool, Failure>;

    /// Discards the state of this life, because another life follows.
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
pub(super) struct AsyncFactory<A, F> {
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
pub(crate) fn by<A, U, E>(
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
pub(crate) fn begin<A, U, E>(
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
    let caught = CatchPanic::new(creation, own.clone(), HANDLER_NAME);
    tasks::spawn_in_life(mailbox, |guard| async move {
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
    let told = current::catch_failure(mailbox, HANDLER_NAME, || {
        let error = error;
        error.to_string()
    });
    told.map_or_else(|failure| failure, |message| failed_start(mailbox, message))
}

fn failed_start(mailbox: &dyn DynMailbox, message: String) -> Failure {
    Failure::new(FailureParts {
        kind: FailureKind::Start,
        actor: mailbox.label(),
        id: mailbox.header().id(),
        handler: HANDLER_NAME,
        message,
        location: None,
        cause: None,
    })
}
