//! What a mailbox has to know of a message: the contract below the run loop. Plain data and one trait.

use super::head::Head;
#[cfg(any(feature = "metrics", feature = "tracing"))]
use super::stamp::Stamp;
use std::any::Any;

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

    /// How the message waits. Runs under the mailbox's lock: no user code.
    #[doc(hidden)]
    fn delivery(_message: &Self::Message) -> Way {
        Way::default()
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

/// A reply slot, the type of its answer forgotten: so a call finds it in a message without being compiled
/// for each pair of both.
pub trait AnySlot: Any {
    /// When and by whom the message was sent.
    #[cfg(any(feature = "metrics", feature = "tracing"))]
    fn stamp(&mut self) -> &mut Stamp;
}

/// What [`Protocol::slot`](crate::Protocol) finds.
pub type SlotMut<'a> = &'a mut (dyn AnySlot + 'static);

/// What the run loop is told of a slot.
#[derive(Clone, Copy, Debug)]
pub struct Marks<'a> {
    /// The head of the reply, if somebody waits.
    pub(crate) reply: Option<&'a Head>,
    #[cfg(any(feature = "metrics", feature = "tracing"))]
    pub(crate) stamp: Option<&'a Stamp>,
}

impl Marks<'_> {
    /// Of a message that has no slot.
    pub(crate) const NONE: Marks<'static> = Marks {
        reply: None,
        #[cfg(any(feature = "metrics", feature = "tracing"))]
        stamp: None,
    };
}
