//! A type-erased message, for the slow path of the loop and for guards, compiled once instead of
//! per actor.

use crate::actor::dispatch::Dispatch;
use crate::cell::handle::Parcel;
use crate::cell::message::SlotInfo;
use crate::cell::message::{Delivery, MessageInfo};
use std::any::Any;

/// A type-erased message, in a slot from which it can be taken. Results for an empty slot are
/// ignored.
pub(super) trait ErasedMessage: Parcel + Send {
    fn is_there(&self) -> bool;
    fn info(&self) -> MessageInfo<'_>;
    /// No user code.
    fn delivery(&self) -> Delivery;
    fn is_concurrent(&self) -> bool;
    /// Evaluates its guard, which is user code, for the state of the actor.
    fn guard_holds(&self, actor: &dyn Any) -> bool;
    /// Moves it to the heap while it waits outside the mailbox.
    fn boxed(&mut self) -> Box<dyn ErasedMessage>;
    /// Moves it to the slot of another message of the same actor.
    fn move_to(&mut self, other: &mut dyn ErasedMessage);
    /// The slot, an `Option` of the actor's message.
    fn as_any(&mut self) -> &mut dyn Any;
}

/// The slot of one message of `A`.
pub(super) struct MessageSlot<A: Dispatch>(pub(super) Option<A::Message>);

impl<A: Dispatch> ErasedMessage for MessageSlot<A> {
    fn is_there(&self) -> bool {
        self.0.is_some()
    }

    fn info(&self) -> MessageInfo<'_> {
        match &self.0 {
            Some(message) => A::info(message),
            None => MessageInfo::new("", SlotInfo::NONE),
        }
    }

    fn delivery(&self) -> Delivery {
        match &self.0 {
            Some(message) => Delivery::of::<A>(message),
            None => Delivery::default(),
        }
    }

    fn is_concurrent(&self) -> bool {
        match &self.0 {
            Some(message) => A::is_concurrent(message),
            None => false,
        }
    }

    fn guard_holds(&self, actor: &dyn Any) -> bool {
        match (&self.0, actor.downcast_ref::<A>()) {
            (Some(message), Some(actor)) => actor.guard_holds(message),
            _ => false,
        }
    }

    fn boxed(&mut self) -> Box<dyn ErasedMessage> {
        Box::new(MessageSlot::<A>(self.0.take()))
    }

    fn move_to(&mut self, other: &mut dyn ErasedMessage) {
        if let Some(other) = other.as_any().downcast_mut() {
            *other = self.0.take();
        }
    }

    fn as_any(&mut self) -> &mut dyn Any {
        &mut self.0
    }
}

impl<A: Dispatch> Parcel for MessageSlot<A> {
    fn clear(&mut self) {
        self.0 = None;
    }

    fn take(&mut self) -> Option<Box<dyn Any + Send>> {
        Parcel::take(&mut self.0)
    }
}
