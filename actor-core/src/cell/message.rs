//! What a mailbox and the run loop must know of a message. Plain data and one trait.

use super::call_state::CallState;
#[cfg(any(feature = "metrics", feature = "tracing"))]
use super::send_context::SendContext;
use crate::error::CallError;
use std::any::Any;

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
    /// Returns the information for a message named `name`, with the state of its reply slot.
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

    /// Answers the call with an error. The message has no caller then.
    fn fail(&mut self, error: CallError);
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
