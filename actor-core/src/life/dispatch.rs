//! The contract between an actor and the runtime: what the two halves of `#[actor]` implement.
//!
//! Only traits and the words in them; the run loop that drives them is `life/`.

use super::foreign::Foreign;
use super::lender::Boxing;
use super::{Context, Life, Runner};
use crate::cell::message::{Label, Protocol, SlotMut, Way};
use crate::exit::{ActorId, Exit};
use crate::talk::actor::Actor;
use crate::talk::address::Address;
use std::convert::Infallible;
use std::fmt::Display;
use std::future::{Future, ready};

/// How the messages and hooks of an actor are carried out; written by `#[actor]` on its impl.
///
/// ```
/// # use actor_core::prelude::*;
/// # #[actor] struct Idle; #[actor] impl Idle {}
/// fn start<A: actor_core::Dispatch>(actor: A) -> A::Addr {
///     actor.spawn()
/// }
/// start(Idle).stop();
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` handles no messages",
    label = "add `#[actor] impl {Self} {{ .. }}`",
    note = "an actor is a struct with `#[actor]` and an `#[actor] impl` block, which may be empty"
)]
pub trait Dispatch:
    Actor<Addr = <Self as Dispatch>::Handle> + Protocol<Message = <Self as Dispatch>::Enum>
{
    /// The address of the actor, as the impl half names it: without the struct half an unknown name.
    type Handle: Address<Actor = Self>;

    /// [`Protocol::Message`], where the block says what it is.
    type Enum: Send + 'static;

    /// How a handler of a protocol's message is boxed that borrows the state: `Sent`, or `Here` of a
    /// `local` actor.
    type Boxing: Boxing;

    /// Which hooks there are; the loop leaves out those that are not.
    const HOOKS: Hooks;

    /// Whether there are guards, so that each message is asked before it is handled.
    const GUARDED: bool = false;

    /// [`Protocol::label`], where the block says what it is.
    fn label_of(message: &Self::Enum) -> Label<'_>;

    /// [`Protocol::slot`], where the block says what it is.
    fn slot_of(_message: &mut Self::Enum) -> Option<SlotMut<'_>> {
        None
    }

    /// Picks the run loop; on the concrete actor, so that `Send` is proved where it is known.
    fn runner(life: Life<Self>) -> Runner;

    /// The message of a protocol in it, if it is one.
    fn foreign(_message: &Self::Message) -> Option<&Foreign<Self>> {
        None
    }

    /// How a message of the actor's own waits. Runs under the mailbox's lock: no user code.
    fn way(_message: &Self::Message) -> Way {
        Way::default()
    }

    /// Whether the message may be handled beside others of its kind. No user code, as with `way`.
    fn is_concurrent(_message: &Self::Message) -> bool {
        false
    }

    /// Asks the guard of the message, if it has one.
    fn ready(&self, message: &Self::Message) -> bool {
        match Self::foreign(message) {
            Some(foreign) => foreign.ready(self),
            None => true,
        }
    }

    /// Carries out one input, where no handler or hook is async: the loop is a plain `match`. A
    /// `self` handler leaves `None` in `actor`.
    fn handle(
        _actor: &mut Option<Self>,
        _input: Input<Self::Message>,
        _context: &Context<Self>,
    ) -> Flow<Foreign<Self>> {
        Flow::Done
    }

    /// Carries out one input, where some handler or hook is async.
    fn handle_later(
        _actor: &mut Option<Self>,
        _input: Input<Self::Message>,
        _context: &Context<Self>,
    ) -> impl Future<Output = Flow> {
        ready(Flow::Done)
    }

    /// Handles one of the messages that are handled beside each other.
    fn handle_shared(
        _actor: &Self,
        _message: Self::Message,
        _context: &Context<Self>,
    ) -> impl Future<Output = Flow> {
        ready(Flow::Done)
    }
}

/// So that a block is one impl, and a second block of the same actor one conflict.
#[diagnostic::do_not_recommend]
impl<A: Dispatch> Protocol for A {
    type Message = A::Enum;

    fn label(message: &A::Enum) -> Label<'_> {
        A::label_of(message)
    }

    fn slot(message: &mut A::Enum) -> Option<SlotMut<'_>> {
        A::slot_of(message)
    }

    fn delivery(message: &A::Enum) -> Way {
        A::way(message)
    }
}

impl Way {
    /// How the message waits, be it the actor's own or that of a protocol.
    #[inline]
    pub(crate) fn of<A: Dispatch>(message: &A::Message) -> Self {
        match A::foreign(message) {
            Some(foreign) => foreign.way(),
            None => A::way(message),
        }
    }
}

/// The address of an actor: `CounterAddr` for `Counter`, which is [`Actor::Addr`].
///
/// ```
/// # use actor_core::prelude::*;
/// # use actor_core::{AddrOf, Dispatch};
/// # #[actor] struct Idle; #[actor] impl Idle { fn number(&self) -> u8 { 1 } }
/// fn team<A: Dispatch + Clone>(actor: A) -> [AddrOf<A>; 2] {
///     [actor.clone().spawn(), actor.spawn()]
/// }
/// # impl Clone for Idle { fn clone(&self) -> Self { Idle } }
/// # System::current_thread().block_on(async {
/// let [idle, _]: [IdleAddr; 2] = team(Idle);
/// assert_eq!(idle.number().await, Ok(1));
/// # });
/// ```
// It asks both halves, so that the one is enough: with a struct half forgotten `Handle` is an unknown
// name, with a second block it is any, and `Actor` alone would be missed. So each is told once, and
// nothing is said of what is done with the address.
pub type AddrOf<A> = <A as Homed<<A as Dispatch>::Handle>>::Addr;

/// An actor whose address is `H`.
#[doc(hidden)]
pub trait Homed<H> {
    /// `H`.
    type Addr;
}

impl<A: Actor> Homed<A::Addr> for A {
    type Addr = A::Addr;
}

/// Which hooks an actor has.
#[derive(Clone, Copy, Debug)]
pub struct Hooks {
    /// `#[on_start]`
    pub start: bool,
    /// `#[on_stop]`
    pub stop: bool,
    /// `#[on_exit]`
    pub exit: bool,
}

/// One thing for an actor to do.
#[derive(Debug)]
pub enum Input<M> {
    /// Handle a message.
    Message(M),
    /// Run a hook.
    Hook(Hook),
}

/// A hook that is to run. What it is given is boxed, since it is rare and large.
#[derive(Debug)]
pub enum Hook {
    /// `#[on_start]`
    Start,
    /// `#[on_exit]`: a linked actor or a child has ended.
    Exited(Box<(ActorId, Exit)>),
    /// `#[on_stop]`
    Stop(Box<Exit>),
}

impl<M> Input<M> {
    /// The message, if it is one.
    pub(crate) fn message(&self) -> Option<&M> {
        match self {
            Input::Message(message) => Some(message),
            Input::Hook(_) => None,
        }
    }
}

/// What came of it, panics apart.
#[derive(Debug)]
pub enum Flow<L = Infallible> {
    /// Done.
    Done,
    /// `#[on_start]` returned this error.
    Failed(String),
    /// A message of a protocol that needs the state for longer than this call.
    Lend(L),
}

/// What `#[on_start]` may return.
#[diagnostic::on_unimplemented(
    message = "`#[on_start]` cannot return `{Self}`",
    label = "return nothing, or `Result<(), E>` with an `E` that implements `Display`"
)]
pub trait Started {
    /// The error's text, if it is one.
    fn flow<L>(self) -> Flow<L>;
}

impl Started for () {
    fn flow<L>(self) -> Flow<L> {
        Flow::Done
    }
}

impl<E: Display> Started for Result<(), E> {
    fn flow<L>(self) -> Flow<L> {
        match self {
            Ok(()) => Flow::Done,
            Err(error) => Flow::Failed(error.to_string()),
        }
    }
}
