//! Protocol messages in the mailbox of an actor, and how their handlers access the state: an async
//! one borrows it while it runs, in a separate box.
//!
//! An actor without protocols pays only for one variant of its message enum.

use super::context::Context;
use super::lender::{Borrowing, Here, Sending, Sent, Staying};
use super::spawn::Life;
use crate::actor::dispatch::{Dispatch, Flow};
use crate::address::addr::Address;
use crate::cell::current::Handling;
use crate::cell::message::{Label, Protocol, Way};
use std::any::Any;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Poller, Poll};

/// A protocol message, in the message enum of the handling actor.
#[doc(hidden)]
pub struct Foreign<A>(pub(crate) Box<dyn Letter<A>>);

/// A message of some protocol that `A` implements, without the type of the protocol. Compiled only
/// for actors that implement one.
pub(crate) trait Letter<A>: Send {
    fn label(&self) -> Label<'_>;
    /// The delivery options. No user code.
    fn way(&self) -> Way;
    /// Evaluates its guard.
    fn ready(&self, actor: &A) -> bool
    where
        A: Dispatch;
    /// Runs it in an actor without async handlers, or returns it if it needs one.
    fn now(self: Box<Self>, actor: &mut Option<A>, context: &Context<A>) -> Flow<Foreign<A>>
    where
        A: Dispatch;
    /// Runs it in an actor with async handlers.
    fn later<'a>(
        self: Box<Self>,
        actor: &'a mut Option<A>,
        context: &'a Context<A>,
    ) -> Later<Borrowing<'a, A>>
    where
        A: Dispatch;
    /// Runs a message that `now` returned, in an actor without async handlers.
    fn lend(self: Box<Self>, life: Life<A>, handling: Handling) -> Sending<'static, Life<A>>
    where
        A: Dispatch<Boxing = Sent> + Send;
    /// The same, for a `local` actor.
    fn lend_here(self: Box<Self>, life: Life<A>, handling: Handling) -> Staying<'static, Life<A>>
    where
        A: Dispatch<Boxing = Here>;
    /// The message itself, for code that knows its type.
    fn into_any(self: Box<Self>) -> Box<dyn Any>;
}

/// The message enum of an actor, which also contains protocol messages. Implemented by `#[actor]`
/// on the actor's inherent impl.
#[doc(hidden)]
pub trait Envelope<A>: Sized {
    /// Wraps a protocol message in the enum.
    fn wrap(foreign: Foreign<A>) -> Self;

    /// Unwraps it, if it is one.
    fn unwrap(self) -> Option<Foreign<A>>;
}

/// An actor with an inherent `#[actor] impl`, which the impl of a protocol requires.
#[doc(hidden)]
pub trait HasBlock: Dispatch<Message: Envelope<Self>> {}

#[diagnostic::do_not_recommend]
impl<A: Dispatch<Message: Envelope<A>>> HasBlock for A {}

/// How implementors of a protocol's trait run its messages. Implemented by `#[actor]` on the trait.
#[doc(hidden)]
pub trait Serve<A: Dispatch>: Protocol {
    /// Passes the message's arguments to `ask`, for a guard of the actor's impl.
    fn show(message: &Self::Message, ask: impl FnOnce(&[&dyn Any]) -> bool) -> bool;

    /// Whether the handler of this message is async.
    fn is_later(_: &Self::Message) -> bool {
        false
    }

    /// Runs a message whose handler is sync.
    fn now(actor: &mut Option<A>, message: Self::Message, context: &Context<A>) -> Flow;

    /// Runs a message whose handler is async.
    fn later(
        actor: &mut Option<A>,
        message: Self::Message,
        context: &Context<A>,
    ) -> impl Future<Output = Flow> {
        let flow = Self::now(actor, message, context);
        async move { flow }
    }
}

/// An actor that implements the protocol of the address `G`. Implemented by `#[actor]` on its impl
/// of the trait. The requirement of an inherent block is checked by each user of this trait, and
/// not by the trait itself, so that a missing block causes no error in the head of that impl.
#[doc(hidden)]
pub trait Serves<G: Address>: Sized {
    /// Boxes [`lend`] on the concrete actor, where `Send` can be proved.
    fn lend(loan: Loan<'_, Self, G::Actor>) -> Borrowing<'_, Self>
    where
        Self: HasBlock,
        G::Actor: Serve<Self>;

    /// The delivery options of a message with this name, from the settings on its handler.
    fn way(_name: &str) -> Way {
        Way::default()
    }

    /// Evaluates the guard of a message with this name, if it has one.
    fn is_open(&self, _name: &str, _arguments: &mut Arguments<'_>) -> bool {
        true
    }
}

/// The guard of an actor for one message of the protocol of `G`, the `N`th guarded one. Implemented
/// by `#[actor]` on its impl of the trait.
///
/// The guard is next to that impl instead of inside it, and takes its arguments in the order of the
/// message: a mismatch with the trait is then reported only for the handler.
#[doc(hidden)]
pub trait Guards<G, const N: usize> {
    /// Whether the message may be handled now.
    fn is_open(&self, arguments: &mut Arguments<'_>) -> bool;
}

/// The arguments of a message, for its guard.
#[doc(hidden)]
#[derive(Debug)]
pub struct Arguments<'a>(std::slice::Iter<'a, &'a dyn Any>);

impl<'a> Arguments<'a> {
    pub(crate) fn new(arguments: &'a [&'a dyn Any]) -> Self {
        Arguments(arguments.iter())
    }

    /// Returns the next argument.
    ///
    /// # Panics
    /// If the impl names a `Reply` or a context through an alias, and so treats it as an argument
    /// of the sender.
    pub fn take<T: 'static>(&mut self) -> &'a T {
        let found = self.0.next().and_then(|argument| argument.downcast_ref());
        found.expect("a handler with `when` names the types of its arguments as the trait does")
    }
}

/// The data of a handler that borrows the state.
#[doc(hidden)]
#[allow(missing_debug_implementations, reason = "on its way between generated code and ours")]
pub struct Loan<'a, A: Dispatch, P: Protocol> {
    pub(crate) actor: &'a mut Option<A>,
    pub(crate) message: P::Message,
    pub(crate) context: &'a Context<A>,
}

/// Runs the handler of a message that borrows the state.
#[doc(hidden)]
pub fn lend<'a, A: Dispatch, P: Serve<A>>(
    loan: Loan<'a, A, P>,
) -> impl Future<Output = Flow> + use<'a, A, P> {
    P::later(loan.actor, loan.message, loan.context)
}

impl<A> Foreign<A> {
    /// The information for the run loop.
    pub fn label(&self) -> Label<'_> {
        self.0.label()
    }

    /// The delivery options.
    pub fn way(&self) -> Way {
        self.0.way()
    }

    /// Evaluates its guard.
    pub fn ready(&self, actor: &A) -> bool
    where
        A: Dispatch,
    {
        self.0.ready(actor)
    }

    /// Runs it in an actor without async handlers, or returns it if it needs one.
    pub fn now(self, actor: &mut Option<A>, context: &Context<A>) -> Flow<Foreign<A>>
    where
        A: Dispatch,
    {
        self.0.now(actor, context)
    }

    /// Runs it in an actor with async handlers.
    pub fn later<'a>(
        self,
        actor: &'a mut Option<A>,
        context: &'a Context<A>,
    ) -> Later<Borrowing<'a, A>>
    where
        A: Dispatch,
    {
        self.0.later(actor, context)
    }
}

impl<A> fmt::Debug for Foreign<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label().name)
    }
}

/// A running protocol message in an actor with async handlers.
#[doc(hidden)]
#[derive(Debug)]
pub enum Later<F> {
    /// Its handler was sync.
    Now(Flow),
    /// Its handler, which borrows the state.
    Lent(F),
}

impl<F: Future<Output = Flow> + Unpin> Future for Later<F> {
    type Output = Flow;

    fn poll(self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<Flow> {
        match self.get_mut() {
            Later::Now(flow) => Poll::Ready(std::mem::replace(flow, Flow::Done)),
            Later::Lent(future) => Pin::new(future).poll(cx),
        }
    }
}
