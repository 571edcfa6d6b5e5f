//! How a handler is boxed that borrows the state of an actor: `Send`, or for its thread alone, as the
//! actor's own block says. What serves a protocol is another block, and asks here.

use super::foreign::{Lending, LocalLending, Returned};
use crate::actor::Dispatch;
use std::future::Future;
use std::marker::PhantomData;

/// Asks how the handlers of `A` are boxed that borrow the state. `boxed` is found by the number of
/// references it takes to get there: as [`Lending`], else as [`LocalLending`].
#[doc(hidden)]
#[derive(Debug)]
pub struct Lender<A>(PhantomData<fn() -> A>);

impl<A> Lender<A> {
    /// Asks about `A`.
    #[expect(clippy::new_without_default, reason = "written by the macro, in this one way")]
    pub fn new() -> Self {
        Lender(PhantomData)
    }
}

/// `A` is sent between threads.
#[doc(hidden)]
pub trait BoxedSend<A> {
    fn boxed<F: Future<Output = Returned<A>> + Send + 'static>(&self, future: F) -> Lending<A>;
}

impl<A: Dispatch<Lent = Lending<A>>> BoxedSend<A> for &&Lender<A> {
    fn boxed<F: Future<Output = Returned<A>> + Send + 'static>(&self, future: F) -> Lending<A> {
        Box::pin(future)
    }
}

/// `A` stays on its thread.
#[doc(hidden)]
pub trait BoxedHere<A> {
    fn boxed<F: Future<Output = Returned<A>> + 'static>(&self, future: F) -> LocalLending<A>;
}

impl<A: Dispatch<Lent = LocalLending<A>>> BoxedHere<A> for &Lender<A> {
    fn boxed<F: Future<Output = Returned<A>> + 'static>(&self, future: F) -> LocalLending<A> {
        Box::pin(future)
    }
}

/// `A` has no `#[actor] impl` of its own, of which enough has been said.
#[doc(hidden)]
pub trait BoxedNowhere {
    fn boxed<F, L>(&self, _future: F) -> L {
        unreachable!("an actor without a block is no program")
    }
}

impl<A> BoxedNowhere for Lender<A> {}
