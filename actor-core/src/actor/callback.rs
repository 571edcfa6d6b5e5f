//! The result of a callback of a timer, stream or monitor: a message for the actor itself, handled
//! immediately, or one for another actor, which is sent.
//!
//! The arguments of a callback and the slot for its message are typed only inside it, so that all
//! code in between is compiled once.

use crate::actor::dispatch::Dispatch;
use crate::address::addr::Addr;
use crate::address::call::Call;
use crate::cell::handle::throw_away;
use crate::cell::message::Protocol;
pub(crate) use crate::cell::resources::{Callback, CallbackResult, ExitCallback};
use crate::exit::ActorId;
use std::any::Any;

impl CallbackResult {
    /// The message of `call`, if it is for the actor `own`; otherwise the pending send to another
    /// actor.
    pub(crate) fn of<B: Protocol, T>(
        mut call: Call<'_, B, T>,
        own: ActorId,
        slot: &mut dyn Any,
    ) -> Self {
        if call.target().id() == own
            && let Some(slot) = slot.downcast_mut::<Option<B::Message>>()
        {
            *slot = Some(call.take_message());
            return CallbackResult::Own;
        }
        let to = call.target().clone();
        let sending = call.into_owned().send();
        CallbackResult::SendTo(Box::pin(async move {
            let Err(error) = sending.await else { return };
            throw_away::<B>(to.post().untyped(), error.into_message());
        }))
    }
}

/// The address of the actor for which a callback is called.
pub(crate) fn own_address<A: Dispatch>(me: &dyn Any) -> A::Addr {
    let me = me.downcast_ref::<Addr<A>>();
    me.expect("the closures of an actor are called for it").clone().into()
}
