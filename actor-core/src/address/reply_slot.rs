//! The reply slot of a message, as used by generated code.

use super::replies::StreamSlot;
use super::reply::Reply;
#[cfg(any(feature = "metrics", feature = "tracing"))]
use crate::cell::message::SendContext;
use crate::cell::message::{AnySlot, SlotInfo};
use crate::error::CallError;
use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::task::Waker;

/// The reply slot of a message: empty for a send, filled for a call.
pub struct ReplySlot<T> {
    /// The first field: if a reply is not `Send`, the compiler names the type without the path
    /// through the fields of a [`Reply`].
    _reply: PhantomData<T>,
    reply: Reply<T>,
    #[cfg(any(feature = "metrics", feature = "tracing"))]
    send_context: SendContext,
}

/// The reply slot of a message of `P`. It is the same type as [`ReplySlot`], but named through `P`,
/// so that a message enum uses all type parameters of its protocol.
pub type ReplySlotOf<P, T> = <P as Slotted<T>>::Slot;

/// The slot of a message of `P` with streaming replies. See [`ReplySlotOf`].
pub type StreamSlotOf<P, T> = <P as Slotted<T>>::StreamSlot;

/// A protocol whose messages have reply slots. See [`ReplySlotOf`].
pub trait Slotted<T> {
    /// `ReplySlot<T>`
    type Slot;
    /// `StreamSlot<T>`
    type StreamSlot;
}

impl<P: ?Sized, T> Slotted<T> for P {
    type Slot = ReplySlot<T>;
    type StreamSlot = StreamSlot<T>;
}

impl<T: 'static> AnySlot for ReplySlot<T> {
    #[cfg(any(feature = "metrics", feature = "tracing"))]
    fn send_context(&mut self) -> &mut SendContext {
        &mut self.send_context
    }

    fn fail(&mut self, error: CallError) {
        self.take().fail(error);
    }
}

impl dyn AnySlot {
    /// Takes the reply out of the message. `None` if it is of another type.
    pub(crate) fn take_reply<T: 'static>(&mut self) -> Option<Reply<T>> {
        let slot: &mut dyn Any = self;
        let slot: &mut ReplySlot<T> = slot.downcast_mut()?;
        Some(slot.take())
    }

    /// Puts the reply into the message, and returns the previous one.
    #[inline]
    pub(super) fn exchange<T: 'static>(&mut self, reply: Reply<T>) -> Reply<T> {
        let slot: &mut dyn Any = self;
        match slot.downcast_mut::<ReplySlot<T>>() {
            Some(slot) => std::mem::replace(&mut slot.reply, reply),
            None => reply,
        }
    }
}

impl<T> ReplySlot<T> {
    /// The slot of a message without a caller. A constant, so that no code runs between the
    /// arguments of a message and the message.
    pub const EMPTY: Self = ReplySlot {
        _reply: PhantomData,
        reply: Reply::detached(),
        #[cfg(any(feature = "metrics", feature = "tracing"))]
        send_context: SendContext::NONE,
    };

    /// Returns the information that the run loop needs, such as whether a caller waits.
    pub fn head(&self) -> SlotInfo<'_> {
        SlotInfo {
            reply: self.reply.state(),
            #[cfg(any(feature = "metrics", feature = "tracing"))]
            send_context: Some(&self.send_context),
        }
    }

    /// Polls whether the caller has left. Always returns `false` for a send. If the caller has not
    /// left, `waker` is stored and woken when it leaves.
    pub(super) fn poll_gone(&mut self, waker: &Waker) -> bool {
        self.reply.state().is_some() && self.reply.poll_gone(waker).is_ready()
    }

    /// Returns the reply for a handler that answers later.
    pub fn into_reply(self) -> Reply<T> {
        self.reply
    }

    /// Takes the reply out of a message that leaves the process.
    pub fn take(&mut self) -> Reply<T> {
        std::mem::replace(&mut self.reply, Reply::detached())
    }

    /// Returns the slot of a message that arrives from another process, with the reply of its caller.
    pub fn of(reply: Option<Reply<T>>) -> Self {
        let mut slot = ReplySlot::EMPTY;
        if let Some(reply) = reply {
            slot.reply = reply;
        }
        slot
    }
}

/// Answers with the return value of the handler. If the value reaches no caller, `lost` examines
/// it: an unobserved error is reported.
// A function, so that the value is made before the slot is moved: until then `lost` is found by it.
#[inline]
pub fn answer<T>(value: T, lost: fn(&T) -> Option<String>, slot: ReplySlot<T>) {
    slot.reply.answer(value, lost);
}

impl<T> fmt::Debug for ReplySlot<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplySlot").finish_non_exhaustive()
    }
}
