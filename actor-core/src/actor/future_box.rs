//! How a protocol handler that borrows the state of an actor is boxed: `Send`, or for its thread
//! only, as set by the actor's own block. The impl of the protocol is another block, and queries
//! this.

use super::handler_future::HandlerFuture;
use super::protocol_message::{
    DynProtocolMessage, HandlerArgs, HasActorImpl, ImplementsProtocol, ProtocolDispatch,
};
use super::spawn::Life;
use crate::actor::dispatch::{Dispatch, HandlerOutcome};
use crate::address::actor::Actor;
use crate::cell::current::Handling;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;

/// A boxed future that may be sent between threads.
pub(crate) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A boxed future that stays on its thread.
pub(crate) type LocalBoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// How futures are boxed: [`SendBox`] or [`LocalBox`].
#[doc(hidden)]
pub trait FutureBox: 'static {
    /// A boxed future with the output `T`.
    type Boxed<'a, T: 'a>: Future<Output = T> + Unpin + 'a;
}

/// An actor that is sent between threads.
#[doc(hidden)]
#[derive(Debug)]
pub enum SendBox {}

impl FutureBox for SendBox {
    type Boxed<'a, T: 'a> = BoxFuture<'a, T>;
}

/// An actor that stays on its thread.
#[doc(hidden)]
#[derive(Debug)]
pub enum LocalBox {}

impl FutureBox for LocalBox {
    type Boxed<'a, T: 'a> = LocalBoxFuture<'a, T>;
}

/// A handler that has borrowed the state of an `A`, with the output `T`.
#[doc(hidden)]
pub type BorrowingFuture<'a, A, T = HandlerOutcome> =
    <<A as Dispatch>::FutureBox as FutureBox>::Boxed<'a, T>;

/// How an actor without async handlers lends its state to one of a protocol.
pub(crate) trait LendState<A: Dispatch>: FutureBox {
    fn lend(
        message: Box<dyn DynProtocolMessage<A>>,
        life: Life<A>,
        handling: Handling,
    ) -> Self::Boxed<'static, Life<A>>;
}

impl<A: Dispatch<FutureBox = SendBox> + Send> LendState<A> for SendBox {
    fn lend(
        message: Box<dyn DynProtocolMessage<A>>,
        life: Life<A>,
        handling: Handling,
    ) -> BoxFuture<'static, Life<A>> {
        message.handle_owned(life, handling)
    }
}

impl<A: Dispatch<FutureBox = LocalBox>> LendState<A> for LocalBox {
    fn lend(
        message: Box<dyn DynProtocolMessage<A>>,
        life: Life<A>,
        handling: Handling,
    ) -> LocalBoxFuture<'static, Life<A>> {
        message.handle_owned_local(life, handling)
    }
}

/// Runs the handler of a message with a borrowed state, and returns the state.
pub(crate) async fn run_with_state<A, P>(
    mut life: Life<A>,
    message: P::Message,
    handling: Handling,
) -> Life<A>
where
    A: HasActorImpl + ImplementsProtocol<P::Addr>,
    P: ProtocolDispatch<A> + Actor,
{
    let context = life.run_loop.context().clone_ref();
    let future =
        A::handle_boxed(HandlerArgs { actor: &mut life.state, message, context: &context });
    let outcome = HandlerFuture::new(future, &context.mail().core, handling).await;
    life.run_loop.on_outcome(outcome, handling);
    life
}

/// Selects how handlers of `A` that borrow the state are boxed. `boxed` is selected by the number
/// of references needed to reach it: as [`SendBox`], else as [`LocalBox`].
#[doc(hidden)]
#[derive(Debug)]
pub struct BoxProbe<A>(PhantomData<fn() -> A>);

impl<A> BoxProbe<A> {
    /// Creates a probe for `A`.
    #[expect(clippy::new_without_default, reason = "written by the macro, in this one way")]
    pub fn new() -> Self {
        BoxProbe(PhantomData)
    }
}

/// `A` can be sent between threads.
#[doc(hidden)]
pub trait ViaSend {
    fn boxed<'a, F: Future<Output = HandlerOutcome> + Send + 'a>(
        &self,
        future: F,
    ) -> BoxFuture<'a, HandlerOutcome>;
}

impl<A: Dispatch<FutureBox = SendBox>> ViaSend for &&BoxProbe<A> {
    fn boxed<'a, F: Future<Output = HandlerOutcome> + Send + 'a>(
        &self,
        future: F,
    ) -> BoxFuture<'a, HandlerOutcome> {
        Box::pin(future)
    }
}

/// `A` stays on its thread.
#[doc(hidden)]
pub trait ViaLocal {
    fn boxed<'a, F: Future<Output = HandlerOutcome> + 'a>(
        &self,
        future: F,
    ) -> LocalBoxFuture<'a, HandlerOutcome>;
}

impl<A: Dispatch<FutureBox = LocalBox>> ViaLocal for &BoxProbe<A> {
    fn boxed<'a, F: Future<Output = HandlerOutcome> + 'a>(
        &self,
        future: F,
    ) -> LocalBoxFuture<'a, HandlerOutcome> {
        Box::pin(future)
    }
}

/// `A` has no inherent `#[actor] impl`, which is reported elsewhere.
#[doc(hidden)]
pub trait ViaUnknown {
    fn boxed<F, L>(&self, _future: F) -> L {
        unreachable!("an actor without a block is no program")
    }
}

impl<A> ViaUnknown for BoxProbe<A> {}
