//! The message contract of the mailbox, below the run loop. Plain data and one trait.

use super::call_state::CallState;
#[cfg(any(feature = "metrics", feature = "tracing"))]
use super::send_context::SendContext;
use std::any::Any;

/// The settings shared by all actors of a type.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    pub(crate) name: &'static str,
    /// `None`: unbounded.
    pub(crate) capacity: Option<usize>,
    pub(crate) turn: u16,
    /// The limit of deferred messages.
    pub(crate) deferred: usize,
    /// The limit of concurrent handlers.
    pub(crate) max_concurrent: usize,
    /// Whether it is an actor of the library: users do not send its messages, and are not told of them.
    pub(crate) is_internal: bool,
}

impl Settings {
    /// Creates the default settings: a capacity of 64 messages, turns of 64 messages, 1024 deferred
    /// messages and 64 concurrent handlers.
    pub const fn new(name: &'static str) -> Self {
        Settings {
            name,
            capacity: Some(64),
            turn: 64,
            deferred: 1024,
            max_concurrent: 64,
            is_internal: false,
        }
    }

    /// Sets the capacity of the mailbox.
    pub const fn capacity(mut self, capacity: usize) -> Self {
        self.capacity = Some(capacity);
        self
    }

    /// Makes the mailbox unbounded.
    pub const fn unbounded(mut self) -> Self {
        self.capacity = None;
        self
    }

    /// Sets the number of messages handled before the actor yields.
    #[allow(clippy::cast_possible_truncation, reason = "`u16::try_from` is not const")]
    pub const fn turn(mut self, turn: usize) -> Self {
        self.turn = if turn < u16::MAX as usize { turn as u16 } else { u16::MAX };
        self
    }

    /// Sets the limit of deferred messages.
    pub const fn deferred(mut self, deferred: usize) -> Self {
        self.deferred = deferred;
        self
    }

    /// Marks an actor of the library itself.
    pub const fn internal(mut self) -> Self {
        self.is_internal = true;
        self
    }

    /// Sets the limit of concurrent handlers.
    pub const fn max_concurrent(mut self, max_concurrent: usize) -> Self {
        self.max_concurrent = max_concurrent;
        self
    }
}

/// The messages accepted by an address of `Self`.
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
    /// The message enum, with one variant per message.
    type Message: Send + 'static;

    /// The functions of a protocol's trait that are not messages.
    #[doc(hidden)]
    const NON_MESSAGES: &'static [&'static str] = &[];

    /// Returns the name of the message, and the head of its reply slot if a caller waits.
    #[doc(hidden)]
    fn info(message: &Self::Message) -> MessageInfo<'_>;

    /// Returns the reply slot of the message.
    #[doc(hidden)]
    fn slot(_message: &mut Self::Message) -> Option<SlotMut<'_>> {
        None
    }

    /// Returns the delivery options of the message. Runs under the mailbox's lock, so it calls no
    /// user code.
    #[doc(hidden)]
    fn delivery(_message: &Self::Message) -> Delivery {
        Delivery::default()
    }
}

/// Information about a message that the run loop needs before handling it.
#[derive(Debug)]
pub struct MessageInfo<'a> {
    pub(crate) name: &'static str,
    pub(crate) reply: Option<CallState<'a>>,
    #[cfg(any(feature = "metrics", feature = "tracing"))]
    send_context: Option<&'a SendContext>,
}

impl<'a> MessageInfo<'a> {
    /// Information for a message named `name`, with the state of its reply slot.
    pub fn new(name: &'static str, marks: SlotInfo<'a>) -> Self {
        MessageInfo {
            name,
            reply: marks.reply,
            #[cfg(any(feature = "metrics", feature = "tracing"))]
            send_context: marks.send_context,
        }
    }

    /// Returns the time and context of the send, if they were recorded.
    #[cfg(any(feature = "metrics", feature = "tracing"))]
    pub(crate) fn send_context(&self) -> Option<&'a SendContext> {
        self.send_context
    }
}

/// The delivery options of a message, from the settings on its handler.
#[derive(Clone, Copy, Debug, Default)]
pub struct Delivery {
    /// `priority`: in a queue of its own, before ordinary messages.
    pub priority: bool,
    /// `unbounded`: the message needs no capacity.
    pub unbounded: bool,
    /// `when`, of a protocol message. An actor with its own guards evaluates each of them.
    pub guarded: bool,
}

/// A type-erased reply slot, so that access through a call is not compiled for each pair of message
/// and reply type.
pub trait AnySlot: Any {
    /// Returns the time and context of the send.
    #[cfg(any(feature = "metrics", feature = "tracing"))]
    fn send_context(&mut self) -> &mut SendContext;
}

/// The result of [`Protocol::slot`](crate::Protocol).
pub type SlotMut<'a> = &'a mut (dyn AnySlot + 'static);

/// The information in a slot for the run loop.
#[derive(Clone, Copy, Debug)]
pub struct SlotInfo<'a> {
    /// The head of the reply, if a caller waits.
    pub(crate) reply: Option<CallState<'a>>,
    #[cfg(any(feature = "metrics", feature = "tracing"))]
    pub(crate) send_context: Option<&'a SendContext>,
}

impl SlotInfo<'_> {
    /// For a message without a slot.
    pub(crate) const NONE: SlotInfo<'static> = SlotInfo {
        reply: None,
        #[cfg(any(feature = "metrics", feature = "tracing"))]
        send_context: None,
    };
}
