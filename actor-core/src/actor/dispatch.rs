//! The contract between an actor and the runtime, implemented by the two halves of `#[actor]`.
//!
//! Only traits and their types; the run loop that drives them is in `run_loop` and `actor_task`.

use super::protocol_message::ProtocolMessage;
use super::{Context, Life, Runner};
use crate::actor::protocol_message::FutureBox;
use crate::address::addr::Actor;
use crate::address::addr::TypedAddr;
use crate::cell::message::{Delivery, MessageInfo, Protocol, SlotMut};
use crate::clock::Instant;
use crate::exit::{ActorId, Exit};
use std::convert::Infallible;
use std::fmt::Display;
use std::future::{Future, ready};

/// The messages and hooks of an actor, and how to run them. Implemented only by `#[actor]` on its impl;
/// the items of the trait are internal.
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
    Actor<Addr = <Self as Dispatch>::Address> + Protocol<Message = <Self as Dispatch>::MessageEnum>
{
    /// The address of the actor, as named by the impl half. Without the struct half, the name does
    /// not resolve.
    #[doc(hidden)]
    type Address: TypedAddr<Actor = Self>;

    /// [`Protocol::Message`], as defined by the block.
    #[doc(hidden)]
    type MessageEnum: Send + 'static;

    /// How a handler of a protocol message that borrows the state is boxed: `SendBox`, or `LocalBox`
    /// for a `local` actor.
    #[doc(hidden)]
    type FutureBox: FutureBox;

    /// The hooks that exist. The loop skips the others.
    #[doc(hidden)]
    const HOOKS: Hooks;

    /// Whether the actor has guards, so that they are evaluated before each message.
    #[doc(hidden)]
    const HAS_GUARDS: bool = false;

    /// [`Protocol::info`], as defined by the block.
    #[doc(hidden)]
    fn info_of(message: &Self::MessageEnum) -> MessageInfo<'_>;

    /// [`Protocol::slot`], as defined by the block.
    #[doc(hidden)]
    fn slot_of(_message: &mut Self::MessageEnum) -> Option<SlotMut<'_>> {
        None
    }

    /// Selects the run loop, on the concrete actor, where `Send` can be proved.
    #[doc(hidden)]
    fn runner(life: Life<Self>) -> Runner;

    /// Returns the protocol message in `_message`, or `None` for one of the actor's own messages.
    #[doc(hidden)]
    fn as_protocol(_message: &Self::Message) -> Option<&ProtocolMessage<Self>> {
        None
    }

    /// Returns the delivery options of one of the actor's own messages. Runs under the mailbox's
    /// lock, so it calls no user code.
    #[doc(hidden)]
    fn delivery_of(_message: &Self::Message) -> Delivery {
        Delivery::ORDINARY
    }

    /// Returns whether the message may be handled concurrently with others of its kind. Like
    /// `delivery_of`, it calls no user code.
    #[doc(hidden)]
    fn is_concurrent(_message: &Self::Message) -> bool {
        false
    }

    /// Marks a message as started, when it is taken out of the queue. Returns `false` if its caller has given
    /// up or its deadline has passed. A proxy does not mark it: the message counts as queued until the actor
    /// behind the proxy starts it.
    #[doc(hidden)]
    #[inline]
    fn begins(info: &MessageInfo<'_>, now: impl FnOnce() -> Instant) -> bool {
        info.reply.is_none_or(|call| call.begin(now))
    }

    /// Evaluates the guard of the message, if it has one.
    #[doc(hidden)]
    fn guard_holds(&self, message: &Self::Message) -> bool {
        match Self::as_protocol(message) {
            Some(protocol_message) => protocol_message.guard_holds(self),
            None => true,
        }
    }

    /// Runs one input, for actors without async handlers and hooks, whose loop is a plain `match`.
    /// A `self` handler leaves `None` in `actor`.
    #[doc(hidden)]
    fn handle_sync(
        _actor: &mut Option<Self>,
        _input: Input<Self::Message>,
        _context: &Context<Self>,
    ) -> HandlerOutcome<ProtocolMessage<Self>> {
        HandlerOutcome::Done
    }

    /// Runs one input, for actors with an async handler or hook.
    #[doc(hidden)]
    fn handle_async(
        _actor: &mut Option<Self>,
        _input: Input<Self::Message>,
        _context: &Context<Self>,
    ) -> impl Future<Output = HandlerOutcome> {
        ready(HandlerOutcome::Done)
    }

    /// Handles one of the concurrent messages.
    #[doc(hidden)]
    fn handle_concurrent(
        _actor: &Self,
        _message: Self::Message,
        _context: &Context<Self>,
    ) -> impl Future<Output = HandlerOutcome> {
        ready(HandlerOutcome::Done)
    }
}

/// A block is a single impl, so that a second block of the same actor is one conflict.
#[diagnostic::do_not_recommend]
impl<A: Dispatch> Protocol for A {
    type Message = A::MessageEnum;

    fn info(message: &A::MessageEnum) -> MessageInfo<'_> {
        A::info_of(message)
    }

    fn slot(message: &mut A::MessageEnum) -> Option<SlotMut<'_>> {
        A::slot_of(message)
    }

    // A proxy of the actor also passes on the messages of its protocols.
    fn delivery(message: &A::MessageEnum) -> Delivery {
        Delivery::of::<A>(message)
    }
}

impl Delivery {
    /// Returns the delivery options of the message, whether the actor's own or a protocol's.
    #[inline]
    pub(crate) fn of<A: Dispatch>(message: &A::Message) -> Self {
        match A::as_protocol(message) {
            Some(protocol_message) => protocol_message.delivery(),
            None => A::delivery_of(message),
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
// The bound depends on both halves, so that one bound is enough: without the struct half, the address in
// `Dispatch::Address` is an unknown name; with a second block, it is ambiguous, which `Actor` alone would
// not detect.
// Each mistake is therefore reported once, without errors about uses of the address.
pub type AddrOf<A> = <A as HasAddress<<A as Dispatch>::Address>>::Addr;

/// An actor whose address is `H`.
#[doc(hidden)]
pub trait HasAddress<H> {
    /// `H`.
    type Addr;
}

impl<A: Actor> HasAddress<A::Addr> for A {
    type Addr = A::Addr;
}

/// The hooks of an actor.
#[derive(Clone, Copy, Debug)]
pub struct Hooks {
    /// `#[on_start]`
    pub start: bool,
    /// `#[on_stop]`
    pub stop: bool,
    /// `#[on_exit]`
    pub exit: bool,
}

/// One input of an actor.
#[derive(Debug)]
pub enum Input<M> {
    /// Handle a message.
    Message(M),
    /// Run a hook.
    Hook(Hook),
}

/// A hook to run. Its arguments are boxed, because they are rare and large.
#[derive(Debug)]
pub enum Hook {
    /// `#[on_start]`
    Start,
    /// `#[on_exit]`: a linked actor or a child has ended.
    Exited(Box<(ActorId, Exit)>),
    /// `#[on_stop]`
    Stop(Box<Exit>),
}

#[cfg(any(feature = "metrics", feature = "tracing"))]
impl<M> Input<M> {
    /// Returns the message, or `None` for a hook.
    pub(crate) fn message(&self) -> Option<&M> {
        match self {
            Input::Message(message) => Some(message),
            Input::Hook(_) => None,
        }
    }
}

/// The outcome of an input that did not panic.
#[derive(Debug)]
pub enum HandlerOutcome<L = Infallible> {
    /// Done.
    Done,
    /// `#[on_start]` returned this error.
    StartFailed(String),
    /// An `abort` handler was dropped, because its caller has left, its deadline has passed, or a
    /// simulation drops it.
    Aborted,
    /// The life has ended with this exit.
    Ended(Box<Exit>),
    /// A protocol message whose handler needs the state for longer than this call.
    NeedsAsync(L),
}

/// The return types of `#[on_start]`.
#[diagnostic::on_unimplemented(
    message = "`#[on_start]` cannot return `{Self}`",
    label = "return nothing, or `Result<(), E>` with an `E` that implements `Display`"
)]
pub trait Started {
    /// Converts the result of the hook: the life fails if it is an error, with the text of the
    /// error.
    fn into_outcome<L>(self) -> HandlerOutcome<L>;
}

impl Started for () {
    fn into_outcome<L>(self) -> HandlerOutcome<L> {
        HandlerOutcome::Done
    }
}

impl<E: Display> Started for Result<(), E> {
    fn into_outcome<L>(self) -> HandlerOutcome<L> {
        match self {
            Ok(()) => HandlerOutcome::Done,
            Err(error) => HandlerOutcome::StartFailed(error.to_string()),
        }
    }
}

/// The guard of an actor for one of its own messages, the `N`th guarded one. Implemented by `#[actor]`
/// on the inherent impl.
#[doc(hidden)]
pub trait Guard<const N: usize>: Dispatch {
    /// Returns whether the message may be handled now.
    fn guard_holds(&self, message: &Self::MessageEnum) -> bool;
}
