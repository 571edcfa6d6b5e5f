//! State factories: the states of an actor that was spawned without one are created by a closure
//! for each of its lives, or by async code in a task of the life, which stores the state where the
//! run loop finds it.
//!
//! Type-erased, because most actors are spawned with a state and must not be compiled with any of
//! this.

use super::callback::address;
use super::erased::ErasedLoop;
use super::run_loop::RunLoop;
use super::spawn::{Birth, Life};
use super::task::{self, Contained};
use crate::actor::dispatch::Dispatch;
use crate::cell::current;
use crate::cell::handle::AnyMail;
use crate::cell::state::Notice;
use crate::exit::{Failure, FailureKind, FailureParts};
use crate::sync::{Arc, Mutex};
use std::any::Any;
use std::fmt::Display;
use std::future::Future;

/// The handler name of a state factory in failures.
pub(crate) const WHAT: &str = "spawn";

/// A factory of an actor's states.
pub(crate) trait Maker: Send {
    /// Creates the state of a life, which is user code, or continues to create it. Returns `true`
    /// if the state is now in `slot`, an `Option` of the actor, and `false` while it is being
    /// created elsewhere.
    fn make(&mut self, life: &dyn ErasedLoop, slot: &mut dyn Any) -> Result<bool, Failure>;

    /// Another life follows: discards the state of this one.
    fn forget(&mut self) {}
}

/// Creates each state immediately.
pub(crate) struct Now<F>(pub(crate) F);

impl<A: 'static, F: FnMut() -> A + Send> Maker for Now<F> {
    fn make(&mut self, _: &dyn ErasedLoop, slot: &mut dyn Any) -> Result<bool, Failure> {
        Ok(lay_down(slot, self.0()))
    }
}

/// Creates each state in a task.
pub(super) struct Later<A, F> {
    /// Starts the task.
    begin: F,
    /// The slot for the state of this life, once its creation has started.
    cradle: Option<Cradle<A>>,
}

/// A slot for a state that is being created.
type Cradle<A> = Arc<Mutex<Option<Result<A, Failure>>>>;

impl<A, F: FnMut(&dyn ErasedLoop, Cradle<A>)> Later<A, F> {
    fn new(begin: F, cradle: Option<Cradle<A>>) -> Self {
        Later { begin, cradle }
    }
}

impl<A: Send + 'static, F: FnMut(&dyn ErasedLoop, Cradle<A>) + Send> Maker for Later<A, F> {
    fn make(&mut self, life: &dyn ErasedLoop, slot: &mut dyn Any) -> Result<bool, Failure> {
        if let Some(cradle) = &self.cradle {
            let Some(made) = cradle.lock().take() else { return Ok(false) };
            self.cradle = None;
            return Ok(lay_down(slot, made?));
        }
        let cradle = self.cradle.insert(Cradle::default()).clone();
        (self.begin)(life, cradle);
        Ok(false)
    }

    fn forget(&mut self) {
        self.cradle = None;
    }
}

fn lay_down<A: 'static>(slot: &mut dyn Any, state: A) -> bool {
    let slot = slot.downcast_mut().expect("a maker belongs to an actor of its type");
    *slot = Some(state);
    true
}

/// Creates the state of each life with the async code of `make`.
pub(crate) fn by<A, U, E>(mut make: impl FnMut(A::Handle) -> U + Send + 'static) -> Box<dyn Maker>
where
    A: Dispatch + Send,
    U: Future<Output = Result<A, E>> + Send + 'static,
    E: Display,
{
    let begin = move |life: &dyn ErasedLoop, cradle| {
        let mut making = None;
        life.with_address(&mut |me| making = Some(make(address::<A>(me))));
        if let Some(making) = making {
            begin_making(&life.own(), cradle, making);
        }
    };
    Box::new(Later::new(begin, None))
}

/// Starts to create the state of an actor that is already alive.
#[track_caller]
pub(crate) fn begin<A, U, E>(mut birth: Birth<A>, make: impl FnOnce(A::Addr) -> U) -> A::Addr
where
    A: Dispatch + Send,
    U: Future<Output = Result<A, E>> + Send + 'static,
    E: Display,
{
    let cradle: Cradle<A> = Arc::new(Mutex::new(None));
    let maker = Later::new(|_: &dyn ErasedLoop, _| {}, Some(cradle.clone()));
    let run_loop = RunLoop::new(birth.mail.clone()).with_maker(Box::new(maker));
    if birth.alive {
        let address = birth.address();
        let making;
        (birth, making) = birth.asked(|| make(address));
        let mail: Arc<dyn AnyMail> = birth.mail.clone();
        begin_making(&mail, cradle, making);
    }
    birth.run(Life { run_loop, state: None })
}

/// Runs `making` as a task of the life, and stores the result in `cradle`.
fn begin_making<A, U, E>(mail: &Arc<dyn AnyMail>, cradle: Cradle<A>, making: U)
where
    A: Send + 'static,
    U: Future<Output = Result<A, E>> + Send + 'static,
    E: Display,
{
    let own = mail.clone();
    // Made outside of the block: it may be dropped before its first poll, and `making` with it.
    let contained = Contained::new(making, own.clone(), WHAT);
    task::of_life(mail, |present| async move {
        let made = match contained.await {
            Ok(Ok(state)) => Ok(state),
            Ok(Err(error)) => Err(failed(&*own, error)),
            Err(failure) => Err(failure),
        };
        *cradle.lock() = Some(made);
        own.notify(Notice::Look);
        drop(present);
    });
}

/// The failed start caused by `error`. Its text and its drop are user code: a panic there becomes
/// the failure instead.
fn failed<E: Display>(mail: &dyn AnyMail, error: E) -> Failure {
    let told = current::guarded(mail, WHAT, || {
        let error = error;
        error.to_string()
    });
    told.map_or_else(|failure| failure, |message| failed_start(mail, message))
}

fn failed_start(mail: &dyn AnyMail, message: String) -> Failure {
    Failure::new(FailureParts {
        kind: FailureKind::Start,
        actor: mail.label(),
        id: mail.core().id(),
        handler: WHAT,
        message,
        location: None,
        cause: None,
    })
}
