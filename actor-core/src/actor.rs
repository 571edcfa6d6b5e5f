//! The contract between an actor and the runtime: what the two halves of `#[actor]` implement.
//!
//! Only traits and the words in them; the run loop that drives them is `life/`.

use crate::exit::{ActorId, Exit};
use crate::life::foreign::Foreign;
use crate::life::lender::Boxing;
use crate::life::{Context, Life, Runner};
#[cfg(any(feature = "metrics", feature = "tracing"))]
use crate::observe::stamp::Stamp;
use crate::talk::address::Address;
use crate::talk::head::Head;
use crate::talk::reply_slot::{Marks, SlotMut};
use std::convert::Infallible;
use std::fmt::Display;
use std::future::{Future, ready};

/// A state that can be spawned: what `#[actor]` makes of a struct or enum.
///
/// ```
/// use actor_core::prelude::*;
///
/// #[actor]
/// struct Counter {
///     total: u64,
/// }
///
/// #[actor]
/// impl Counter {
///     /// Adds `amount` and returns the new total.
///     fn add(&mut self, amount: u64) -> u64 {
///         self.total += amount;
///         self.total
///     }
/// }
///
/// #[actor_core::main]
/// async fn main() {
///     let counter = Counter { total: 0 }.spawn();
///     assert_eq!(counter.add(5).await, Ok(5));
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an actor",
    label = "add `#[actor]` to the declaration of `{Self}`",
    note = "an actor is a struct with `#[actor]` and an `#[actor] impl` block"
)]
pub trait Actor: Sized {
    /// The typed handle: `CounterAddr` for `Counter`.
    type Addr: Address<Actor = Self>;

    #[doc(hidden)]
    const SETTINGS: Settings;
}

/// What the actors of one type have in common, from the settings on the struct.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    pub(crate) name: &'static str,
    /// `None`: unbounded.
    pub(crate) capacity: Option<usize>,
    pub(crate) turn: usize,
    /// How many messages may be kept aside.
    pub(crate) deferred: usize,
    /// How many handlers may overlap.
    pub(crate) overlap: usize,
}

impl Settings {
    /// The defaults: 64 messages wait at most, 64 are handled in a row, 1024 are kept aside,
    /// 64 overlap.
    pub const fn new(name: &'static str) -> Self {
        Settings { name, capacity: Some(64), turn: 64, deferred: 1024, overlap: 64 }
    }

    /// At most `capacity` messages wait.
    pub const fn capacity(mut self, capacity: usize) -> Self {
        self.capacity = Some(capacity);
        self
    }

    /// Any number of messages may wait.
    pub const fn unbounded(mut self) -> Self {
        self.capacity = None;
        self
    }

    /// At most `turn` messages are handled before other tasks get their chance.
    pub const fn turn(mut self, turn: usize) -> Self {
        self.turn = turn;
        self
    }

    /// At most `deferred` messages are kept aside by their guards.
    pub const fn deferred(mut self, deferred: usize) -> Self {
        self.deferred = deferred;
        self
    }

    /// At most `overlap` messages are handled beside each other.
    pub const fn overlap(mut self, overlap: usize) -> Self {
        self.overlap = overlap;
        self
    }
}

/// The messages that an address of `Self` takes.
///
/// ```
/// # use actor_core::prelude::*;
/// # #[actor] struct Idle; #[actor] impl Idle {}
/// fn messages_of<P: actor_core::Protocol>(_: &Addr<P>) -> &'static str {
///     std::any::type_name::<P::Message>()
/// }
/// assert!(messages_of(&Idle.spawn()).ends_with("IdleMessage"));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` handles no messages",
    label = "add `#[actor] impl {Self} {{ .. }}`"
)]
pub trait Protocol: 'static {
    /// One variant a message.
    type Message: Send + 'static;

    /// The functions of a protocol's trait that are no messages.
    #[doc(hidden)]
    const HELPERS: &'static [&'static str] = &[];

    /// The message's name, and the head of its reply if somebody waits for one.
    fn label(message: &Self::Message) -> Label<'_>;

    /// Where the message carries its reply.
    #[doc(hidden)]
    fn slot(_message: &mut Self::Message) -> Option<SlotMut<'_>> {
        None
    }
}

/// What the run loop has to know of a message before it is handled.
#[derive(Debug)]
pub struct Label<'a> {
    pub(crate) name: &'static str,
    pub(crate) reply: Option<&'a Head>,
    #[cfg(any(feature = "metrics", feature = "tracing"))]
    stamp: Option<&'a Stamp>,
}

impl<'a> Label<'a> {
    /// A message called `name`, and what its reply slot says.
    pub fn new(name: &'static str, marks: Marks<'a>) -> Self {
        Label {
            name,
            reply: marks.reply,
            #[cfg(any(feature = "metrics", feature = "tracing"))]
            stamp: marks.stamp,
        }
    }

    /// When and by whom it was sent, as far as anybody wants to know.
    #[cfg(any(feature = "metrics", feature = "tracing"))]
    pub(crate) fn stamp(&self) -> Option<&'a Stamp> {
        self.stamp
    }
}

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
}

/// How a message waits, from the settings on its handler.
#[derive(Clone, Copy, Debug, Default)]
pub struct Way {
    /// `priority`: in a lane of its own, before the ordinary ones.
    pub priority: bool,
    /// `unbounded`: it needs no room.
    pub unbounded: bool,
    /// `when`, of a message of a protocol. An actor with guards of its own asks each.
    pub guarded: bool,
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
