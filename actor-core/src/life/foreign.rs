//! Messages of protocols in the mailbox of an actor that serves them, and how their handlers come by
//! the state: an async one borrows it for as long as it runs, in a box of its own.
//!
//! An actor that serves no protocol pays for none of this but a variant of its message enum.

use super::body::Handler;
use super::context::Context;
use super::driver::Broken;
use crate::actor::{Dispatch, Flow, Label, Protocol, Way};
use crate::cell::current;
use crate::talk::address::Address;
use std::any::Any;
use std::fmt;
use std::future::Future;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::task::{Context as Poller, Poll, Waker};

/// A message of a protocol, in the message enum of the actor that is to handle it.
#[doc(hidden)]
pub struct Foreign<A>(pub(crate) Box<dyn Letter<A>>);

/// A message of some protocol that `A` serves; `P` of the protocol is forgotten here.
pub(crate) trait Letter<A>: Send {
    fn label(&self) -> Label<'_>;
    /// How it waits. No user code.
    fn way(&self) -> Way;
    /// Asks its guard.
    fn ready(&self, actor: &A) -> bool
    where
        A: Dispatch;
    /// Whether its handler is async.
    fn is_later(&self) -> bool
    where
        A: Dispatch;
    fn now(self: Box<Self>, actor: &mut Option<A>, context: &Context<A>) -> Flow
    where
        A: Dispatch;
    fn lend(self: Box<Self>, actor: Option<A>, context: Context<A>) -> A::Lent
    where
        A: Dispatch;
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
    fn lend(loan: Loan<Self, G::Actor>) -> Self::Lent
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
pub struct Loan<A: Dispatch, P: Protocol> {
    pub(crate) actor: Option<A>,
    pub(crate) message: P::Message,
    pub(crate) context: Context<A>,
}

/// The state after a handler has borrowed it, and how that ended.
#[doc(hidden)]
#[allow(missing_debug_implementations, reason = "on its way between generated code and ours")]
pub struct Returned<A> {
    pub(crate) actor: Option<A>,
    pub(crate) outcome: Result<Flow, Broken>,
}

/// A handler that has borrowed the state.
#[doc(hidden)]
pub type Lending<A> = Pin<Box<dyn Future<Output = Returned<A>> + Send>>;

/// A handler that has borrowed a state that stays on its thread.
#[doc(hidden)]
pub type LocalLending<A> = Pin<Box<dyn Future<Output = Returned<A>>>>;

/// Runs the handler of a message that has borrowed the state. A panic of its leaves the state whole.
#[doc(hidden)]
pub fn lend<A: Dispatch, P: Serve<A>>(loan: Loan<A, P>) -> impl Future<Output = Returned<A>> {
    let Loan { mut actor, message, context } = loan;
    let handling = current::handling();
    async move {
        let future = P::later(&mut actor, message, &context);
        let outcome = Handler::new(future, &context.mail().core, handling).await;
        Returned { actor, outcome }
    }
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
        if self.0.is_later() {
            return Flow::Lend(self);
        }
        match self.0.now(actor, context) {
            Flow::Failed(text) => Flow::Failed(text),
            Flow::Done | Flow::Lend(_) => Flow::Done,
        }
    }

    /// Carries it out in an actor with async handlers.
    pub fn later<'a>(self, actor: &'a mut Option<A>, context: &'a Context<A>) -> Later<'a, A>
    where
        A: Dispatch,
    {
        if self.0.is_later() {
            let lent = self.0.lend(actor.take(), context.again());
            Later::Lent(actor, Some(lent), context)
        } else {
            Later::Now(self.0.now(actor, context))
        }
    }
}

impl<A> fmt::Debug for Foreign<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label().name)
    }
}

/// A message of a protocol at work in an actor with async handlers.
#[doc(hidden)]
#[allow(missing_debug_implementations, reason = "on its way between generated code and ours")]
pub enum Later<'a, A: Dispatch> {
    /// Its handler was sync.
    Now(Flow),
    /// Its handler has the state, which goes back to its place; `None` once it is there.
    Lent(&'a mut Option<A>, Option<A::Lent>, &'a Context<A>),
}

impl<A: Dispatch> Future for Later<'_, A> {
    type Output = Flow;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<Flow> {
        match &mut *self {
            Later::Now(flow) => Poll::Ready(std::mem::replace(flow, Flow::Done)),
            Later::Lent(place, lent, _) => {
                let Some(handler) = lent else { return Poll::Pending };
                let Returned { actor, outcome } = std::task::ready!(Pin::new(handler).poll(cx));
                *lent = None;
                **place = actor;
                *self = Later::Now(Flow::Done);
                match outcome {
                    Ok(flow) => Poll::Ready(flow),
                    Err(Broken::Panicked(payload)) => resume_unwind(payload),
                    // The loop polls a handler of a killed actor no more, so this is not reached;
                    // if it were, the loop sees the kill before anything else.
                    Err(Broken::Killed) => Poll::Ready(Flow::Done),
                }
            }
        }
    }
}

impl<A: Dispatch> Drop for Later<'_, A> {
    fn drop(&mut self) {
        // One that is killed while it is pending gives the state back at its next poll, without
        // polling the handler: the state is dropped at its step of the end.
        if let Later::Lent(place, Some(lent), context) = self
            && context.mail().core.is_killed()
            && let Poll::Ready(returned) =
                Pin::new(lent).poll(&mut Poller::from_waker(Waker::noop()))
        {
            **place = returned.actor;
        }
    }
}
