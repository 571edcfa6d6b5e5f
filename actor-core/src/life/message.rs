//! A message apart from its type, as those steps of the loop see it that are rare or come of guards: so
//! they are compiled once, and not with each actor.

use crate::cell::message::Marks;
use crate::cell::message::{Label, Way};
use crate::cell::post::Parcel;
use crate::life::dispatch::Dispatch;
use std::any::Any;

/// A message without its type, in a place from which it can be taken. What is asked of an empty place
/// is never looked at.
pub(super) trait AnyMessage: Parcel + Send {
    fn is_there(&self) -> bool;
    fn label(&self) -> Label<'_>;
    /// No user code.
    fn way(&self) -> Way;
    fn is_concurrent(&self) -> bool;
    /// Asks its guard, which is user code, about the state of the actor.
    fn ready(&self, actor: &dyn Any) -> bool;
    /// Moves it to the heap, for as long as it waits elsewhere than in the mailbox.
    fn boxed(&mut self) -> Box<dyn AnyMessage>;
    /// Moves it to the place of another message of the same actor.
    fn move_to(&mut self, other: &mut dyn AnyMessage);
    /// The place, an `Option` of the actor's message.
    fn place(&mut self) -> &mut dyn Any;
}

/// Where one message of `A` lies.
pub(super) struct Place<A: Dispatch>(pub(super) Option<A::Message>);

impl<A: Dispatch> AnyMessage for Place<A> {
    fn is_there(&self) -> bool {
        self.0.is_some()
    }

    fn label(&self) -> Label<'_> {
        match &self.0 {
            Some(message) => A::label(message),
            None => Label::new("", Marks::NONE),
        }
    }

    fn way(&self) -> Way {
        match &self.0 {
            Some(message) => Way::of::<A>(message),
            None => Way::default(),
        }
    }

    fn is_concurrent(&self) -> bool {
        match &self.0 {
            Some(message) => A::is_concurrent(message),
            None => false,
        }
    }

    fn ready(&self, actor: &dyn Any) -> bool {
        match (&self.0, actor.downcast_ref::<A>()) {
            (Some(message), Some(actor)) => actor.ready(message),
            _ => false,
        }
    }

    fn boxed(&mut self) -> Box<dyn AnyMessage> {
        Box::new(Place::<A>(self.0.take()))
    }

    fn move_to(&mut self, other: &mut dyn AnyMessage) {
        if let Some(other) = other.place().downcast_mut() {
            *other = self.0.take();
        }
    }

    fn place(&mut self) -> &mut dyn Any {
        &mut self.0
    }
}

impl<A: Dispatch> Parcel for Place<A> {
    fn clear(&mut self) {
        self.0 = None;
    }
}
