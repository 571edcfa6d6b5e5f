//! Callbacks of timers, streams and monitors, which create a message. A message for the actor
//! itself is handled immediately, a message for another actor is sent.
//!
//! The arguments of a callback and the slot for its message are typed only inside it, so that all
//! code in between is compiled once.

use super::dispatch::Dispatch;
use super::run_loop::NextStep;
use super::slow_path::ErasedLoop;
use crate::address::addr::Addr;
use crate::address::call::Call;
use crate::cell::current::{self};
use crate::cell::handle::discard_message;
use crate::cell::message::Protocol;
pub(crate) use crate::cell::resources::{Callback, CallbackResult, ExitCallback};
use crate::exit::{ActorId, Exit, Failure};
use std::any::Any;

impl CallbackResult {
    /// Stores the message of `call` in `slot` if the call is for the actor `own`; otherwise returns
    /// the send to the other actor.
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
            discard_message::<B>(to.mailbox().untyped(), error.into_message());
        }))
    }
}

/// Returns the address of the actor for which a callback is called.
pub(crate) fn own_address<A: Dispatch>(me: &dyn Any) -> A::Addr {
    let me = me.downcast_ref::<Addr<A>>();
    me.expect("the closures of an actor are called for it").clone().into()
}

/// Adapts a closure that is called once to the type of a repeatable one.
pub(crate) fn once(
    make: impl FnOnce(&dyn Any, &mut dyn Any) -> CallbackResult + Send + 'static,
) -> Callback {
    let mut make = Some(make);
    Box::new(move |me, slot| match make.take() {
        Some(make) => make(me, slot),
        None => CallbackResult::None,
    })
}

impl dyn ErasedLoop + '_ {
    /// Runs a callback, and catches its panic.
    pub(super) fn run_callback(
        &self,
        what: &'static str,
        callback: &mut dyn FnMut(&dyn Any) -> CallbackResult,
    ) -> Result<CallbackResult, Failure> {
        let mut made = Ok(CallbackResult::None);
        self.with_address(&mut |me| {
            made = current::catch_failure(self.mailbox(), what, || callback(me))
        });
        made
    }

    pub(super) fn finish_callback(
        &mut self,
        made: Result<CallbackResult, Failure>,
        what: &'static str,
    ) -> Option<NextStep> {
        match made {
            Ok(CallbackResult::SendTo(sending)) => {
                let (runnable, task) =
                    crate::system::task::prepare(&self.mailbox().header().system, sending);
                task.detach();
                runnable.schedule();
            }
            Ok(CallbackResult::Own | CallbackResult::None) => {}
            Err(failure) => {
                debug_assert_eq!(failure.handler(), what);
                self.finish(Exit::Failed(failure));
            }
        }
        None
    }
}
