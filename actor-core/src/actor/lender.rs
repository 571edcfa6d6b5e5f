//! How a protocol handler that borrows the state of an actor is boxed: `Send`, or for its thread
//! only, as set by the actor's own block. The impl of the protocol is another block, and queries
//! this.

use super::handler_future::HandlerFuture;
use super::protocol_message::{HasBlock, Letter, Loan, Serve, Serves};
use super::spawn::Life;
use crate::actor::dispatch::{Dispatch, Flow};
use crate::address::actor::Actor;
use crate::cell::current::Handling;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;

/// A boxed future that may be sent between threads.
pub(crate) type Sending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A boxed future that stays on its thread.
pub(crate) type Staying<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// How futures are boxed: [`Sent`] or [`Here`].
#[doc(hidden)]
pub trait Boxing: 'static {
    /// A boxed future with the output `T`.
    type Boxed<'a, T: 'a>: Future<Output = T> + Unpin + 'a;
}

/// An actor that is sent between threads.
#[doc(hidden)]
#[derive(Debug)]
pub enum Sent {}

impl Boxing for Sent {
    type Boxed<'a, T: 'a> = Sending<'a, T>;
}

/// An actor that stays on its thread.
#[doc(hidden)]
#[derive(Debug)]
pub enum Here {}

impl Boxing for Here {
    type Boxed<'a, T: 'a> = Staying<'a, T>;
}

/// A handler that has borrowed the state of an `A`, with the output `T`.
#[doc(hidden)]
pub type Borrowing<'a, A, T = Flow> = <<A as Dispatch>::Boxing as Boxing>::Boxed<'a, T>;

/// How an actor without async handlers lends its state to one of a protocol.
pub(crate) trait Lends<A: Dispatch>: Boxing {
    fn lend(
        letter: Box<dyn Letter<A>>,
        life: Life<A>,
        handling: Handling,
    ) -> Self::Boxed<'static, Life<A>>;
}

impl<A: Dispatch<Boxing = Sent> + Send> Lends<A> for Sent {
    fn lend(
        letter: Box<dyn Letter<A>>,
        life: Life<A>,
        handling: Handling,
    ) -> Sending<'static, Life<A>> {
        letter.lend(life, handling)
    }
}

impl<A: Dispatch<Boxing = Here>> Lends<A> for Here {
    fn lend(
        letter: Box<dyn Letter<A>>,
        life: Life<A>,
        handling: Handling,
    ) -> Staying<'static, Life<A>> {
        letter.lend_here(life, handling)
    }
}

/// Runs the handler of a message with a borrowed state, and returns the state.
pub(crate) async fn lent<A, P>(
    mut life: Life<A>,
    message: P::Message,
    handling: Handling,
) -> Life<A>
where
    A: HasBlock + Serves<P::Addr>,
    P: Serve<A> + Actor,
{
    let context = life.run_loop.context().clone_ref();
    let future = A::lend(Loan { actor: &mut life.state, message, context: &context });
    let outcome = HandlerFuture::new(future, &context.mail().core, handling).await;
    life.run_loop.on_outcome(outcome, handling);
    life
}

/// Selects how handlers of `A` that borrow the state are boxed. `boxed` is selected by the number
/// of references needed to reach it: as [`Sent`], else as [`Here`].
#[doc(hidden)]
#[derive(Debug)]
pub struct Lender<A>(PhantomData<fn() -> A>);

impl<A> Lender<A> {
    /// Creates a probe for `A`.
    #[expect(clippy::new_without_default, reason = "written by the macro, in this one way")]
    pub fn new() -> Self {
        Lender(PhantomData)
    }
}

/// `A` can be sent between threads.
#[doc(hidden)]
pub trait BoxedSend {
    fn boxed<'a, F: Future<Output = Flow> + Send + 'a>(&self, future: F) -> Sending<'a, Flow>;
}

impl<A: Dispatch<Boxing = Sent>> BoxedSend for &&Lender<A> {
    fn boxed<'a, F: Future<Output = Flow> + Send + 'a>(&self, future: F) -> Sending<'a, Flow> {
        Box::pin(future)
    }
}

/// `A` stays on its thread.
#[doc(hidden)]
pub trait BoxedHere {
    fn boxed<'a, F: Future<Output = Flow> + 'a>(&self, future: F) -> Staying<'a, Flow>;
}

impl<A: Dispatch<Boxing = Here>> BoxedHere for &Lender<A> {
    fn boxed<'a, F: Future<Output = Flow> + 'a>(&self, future: F) -> Staying<'a, Flow> {
        Box::pin(future)
    }
}

/// `A` has no inherent `#[actor] impl`, which is reported elsewhere.
#[doc(hidden)]
pub trait BoxedNowhere {
    fn boxed<F, L>(&self, _future: F) -> L {
        unreachable!("an actor without a block is no program")
    }
}

impl<A> BoxedNowhere for Lender<A> {}
