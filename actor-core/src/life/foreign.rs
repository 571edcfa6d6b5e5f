//! Messages of protocols in the mailbox of an actor that serves them, and how their handlers come by
//! the state: an async one borrows it for as long as it runs, in a box of its own.
//!
//! An actor that serves no protocol pays for none of this but a variant of its message enum.

use super::context::Context;
use super::lender::{Borrowing, Here, Sending, Sent, Staying};
use super::spawn::Life;
use crate::cell::current::Handling;
use crate::cell::message::{Label, Protocol, Way};
use crate::life::dispatch::{Dispatch, Flow};
use crate::talk::address::Address;
use std::any::Any;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Poller, Poll};

/// A message of a protocol, in the message enum of the actor that is to handle it.
#[doc(hidden)]
pub struct Foreign<A>(pub(crate) Box<dyn Letter<A>>);

/// A message of some protocol that `A` serves; `P` of the protocol is forgotten here. What it does is
/// compiled for those actors only that serve one.
pub(crate) trait Letter<A>: Send {
    fn label(&self) -> Label<'_>;
    /// How it waits. No user code.
    fn way(&self) -> Way;
    /// Asks its guard.
    fn ready(&self, actor: &A) -> bool
    where
        A: Dispatch;
    /// Carries it out in an actor without async handlers, or gives it back if it needs one.
    fn now(self: Box<Self>, actor: &mut Option<A>, context: &Context<A>) -> Flow<Foreign<A>>
    where
        A: Dispatch;
    /// Carries it out in an actor with async handlers.
    fn later<'a>(
        self: Box<Self>,
        actor: &'a mut Option<A>,
        context: &'a Context<A>,
    ) -> Later<Borrowing<'a, A>>
    where
        A: Dispatch;
    /// Carries out what an actor without async handlers was given back by `now`.
    fn lend(self: Box<Self>, life: Life<A>, handling: Handling) -> Sending<'static, Life<A>>
    where
        A: Dispatch<Boxing = Sent> + Send;
    /// The same, for an actor that stays on its thread.
    fn lend_here(self: Box<Self>, life: Life<A>, handling: Handling) -> Staying<'static, Life<A>>
    where
        A: Dispatch<Boxing = Here>;
    /// The message itself, for one who knows its type.
    fn into_any(self: Box<Self>) -> Box<dyn Any>;
}

/// The enum of an actor's messages, as one that takes those of protocols in as well; written by
/// `#[actor]` on the actor's inherent impl.
#[doc(hidden)]
pub trait Envelope<A>: Sized {
    /// Puts a message of a protocol into the enum.
    fn wrap(foreign: Foreign<A>) -> Self;

    /// Takes it out again, if it is one.
    fn unwrap(self) -> Option<Foreign<A>>;
}

/// An actor with an `#[actor] impl` of its own, which the impl of a protocol asks for.
#[doc(hidden)]
pub trait HasBlock: Dispatch<Message: Envelope<Self>> {}

#[diagnostic::do_not_recommend]
impl<A: Dispatch<Message: Envelope<A>>> HasBlock for A {}

/// How the messages of a protocol are carried out by whoever implements its trait; written by
/// `#[actor]` on the trait.
#[doc(hidden)]
pub trait Serve<A: Dispatch>: Protocol {
    /// Shows the message's arguments to `ask`, for the guard that the actor's impl may have.
    fn show(message: &Self::Message, ask: impl FnOnce(&[&dyn Any]) -> bool) -> bool;

    /// Whether the handler of this message is async.
    fn is_later(_: &Self::Message) -> bool {
        false
    }

    /// Carries out a message whose handler is not.
    fn now(actor: &mut Option<A>, message: Self::Message, context: &Context<A>) -> Flow;

    /// Carries out a message whose handler is.
    fn later(
        actor: &mut Option<A>,
        message: Self::Message,
        context: &Context<A>,
    ) -> impl Future<Output = Flow> {
        let flow = Self::now(actor, message, context);
        async move { flow }
    }
}

/// An actor that serves the protocol of the address `G`; written by `#[actor]` on its impl of the
/// trait. That it has a block of its own is asked by each who uses it, and not by the trait itself,
/// so that the head of that impl says nothing where the block is missing.
#[doc(hidden)]
pub trait Serves<G: Address>: Sized {
    /// Boxes [`lend`] on the concrete actor, so that `Send` is proved where it is known.
    fn lend(loan: Loan<'_, Self, G::Actor>) -> Borrowing<'_, Self>
    where
        Self: HasBlock,
        G::Actor: Serve<Self>;

    /// How a message of that name waits, from the settings on its handler.
    fn way(_name: &str) -> Way {
        Way::default()
    }

    /// Asks the guard of a message of that name, if it has one.
    fn is_open(&self, _name: &str, _arguments: &mut Arguments<'_>) -> bool {
        true
    }
}

/// The guard that an actor has for one message of the protocol of `G`, the `N`th that it guards;
/// written by `#[actor]` on its impl of the trait.
///
/// The guard lies beside that impl and not in it, and takes its arguments as they come: what does not
/// fit to the trait is then told of the handler alone.
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

    /// The next one.
    ///
    /// # Panics
    /// If the impl names a `Reply` or a context by an alias, and so takes it for what the sender gives.
    pub fn take<T: 'static>(&mut self) -> &'a T {
        let found = self.0.next().and_then(|argument| argument.downcast_ref());
        found.expect("a handler with `when` names the types of its arguments as the trait does")
    }
}

/// What a handler needs that borrows the state.
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
    /// What the run loop has to know of it.
    pub fn label(&self) -> Label<'_> {
        self.0.label()
    }

    /// How it waits.
    pub fn way(&self) -> Way {
        self.0.way()
    }

    /// Asks its guard.
    pub fn ready(&self, actor: &A) -> bool
    where
        A: Dispatch,
    {
        self.0.ready(actor)
    }

    /// Carries it out in an actor without async handlers, or gives it back if it needs one.
    pub fn now(self, actor: &mut Option<A>, context: &Context<A>) -> Flow<Foreign<A>>
    where
        A: Dispatch,
    {
        self.0.now(actor, context)
    }

    /// Carries it out in an actor with async handlers.
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

/// A message of a protocol at work in an actor with async handlers.
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
