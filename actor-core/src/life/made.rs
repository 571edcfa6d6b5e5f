//! What the closure of a timer, stream or monitor makes: a message for the actor itself, handled
//! then and there, or one for somebody else, which is sent.

use crate::actor::{Dispatch, Protocol};
use crate::cell::post::Verbs;
use crate::exit::{ActorId, Exit};
use crate::incident::Incident;
use crate::talk::call::Call;
use std::any::TypeId;
use std::future::Future;
use std::pin::Pin;

/// Makes a message for the actor at the address.
pub(crate) type Make<A> = Box<dyn FnMut(&<A as crate::Actor>::Addr) -> Made<A> + Send>;

/// Makes a message of an exit.
pub(crate) type MakeOfExit<A> = Box<dyn FnOnce(&<A as crate::Actor>::Addr, Exit) -> Made<A> + Send>;

/// A message on its way to somebody else.
pub(crate) type Sending = Pin<Box<dyn Future<Output = ()> + Send>>;

pub(crate) enum Made<A: Dispatch> {
    Own(A::Message),
    /// Waits for room elsewhere; the actor itself does not.
    Elsewhere(Sending),
    Nothing,
}

impl<A: Dispatch> Made<A> {
    /// The message of `call`, if it is for the actor `own`; else its way to whom it is for.
    pub(crate) fn of<B: Protocol, T>(mut call: Call<'_, B, T>, own: ActorId) -> Self {
        if call.target().id() == own && TypeId::of::<A::Message>() == TypeId::of::<B::Message>() {
            let mut message = Some(call.take_message());
            let any: &mut dyn std::any::Any = &mut message;
            if let Some(message) = any.downcast_mut::<Option<A::Message>>().and_then(Option::take) {
                return Made::Own(message);
            }
        }
        let to = call.target().clone();
        let sending = call.owned().send();
        Made::Elsewhere(Box::pin(async move {
            let Err(error) = sending.await else { return };
            let message = B::label(&error.into_message()).name;
            let (actor, core) = (to.post().label(), to.post().core());
            core.hub.report(Incident::Undelivered { actor, id: core.id(), message });
        }))
    }
}
