//! The message part of a call, independent of the reply type. While a call waits, its message part
//! is accessed through [`AnyOutgoing`], which depends on neither the message nor the reply type.

use crate::address::addr::{Addr, MaybeOwned};
use crate::address::with_timeout::ExecutorRef;
use crate::cell::capacity::{OnFull, PushError, Ticket};
use crate::cell::handle::DynMailbox;
use crate::cell::message::{Protocol, SlotMut};
use crate::error::{CallError, SendError};
use std::ops::Deref;

const UNDER_WAY: &str = "the call has been polled already: its message is under way";

/// A message and its target.
pub(super) struct Outgoing<'a, P: Protocol> {
    pub(super) address: MaybeOwned<'a, P>,
    /// `Some` until the message is sent.
    message: Option<P::Message>,
}

impl<'a, P: Protocol> Outgoing<'a, P> {
    #[inline]
    pub(super) fn new<A>(address: &'a A, message: P::Message) -> Self
    where
        A: Deref<Target = Addr<P>>,
    {
        Outgoing::to(address, message)
    }

    #[inline]
    pub(super) fn to(address: &'a Addr<P>, message: P::Message) -> Self {
        Outgoing { address: MaybeOwned::Borrowed(address), message: Some(message) }
    }

    #[inline]
    pub(super) fn is_borrowed(&self) -> bool {
        matches!(self.address, MaybeOwned::Borrowed(_))
    }

    /// Takes the message, with an owned address.
    #[track_caller]
    pub(super) fn take_owned(&mut self) -> Outgoing<'static, P> {
        let message = Some(self.take_message());
        Outgoing { address: MaybeOwned::Owned(self.address.get().clone()), message }
    }

    #[track_caller]
    #[inline]
    pub(super) fn take_message(&mut self) -> P::Message {
        self.set_send_context(false);
        match self.message.take() {
            Some(message) => message,
            None => panic!("{UNDER_WAY}"),
        }
    }

    #[track_caller]
    #[inline]
    pub(super) fn try_send(&mut self) -> Result<(), SendError<P::Message>> {
        assert!(self.message.is_some(), "{UNDER_WAY}");
        self.set_send_context(false);
        match self.address.get().mailbox().push(&mut self.message, None, OnFull::Fail) {
            Ok(_) => Ok(()),
            Err(refused) => Err(SendError::new(refused.into(), self.take_message())),
        }
    }

    pub(super) fn executor(&self) -> ExecutorRef {
        ExecutorRef(self.mailbox().header().system.executor.clone())
    }

    /// Returns the name of the message.
    pub(super) fn name(&self) -> Option<&'static str> {
        self.message.as_ref().map(|message| P::info(message).name)
    }

    /// Records the time and context of the send. Called before the message is sent.
    #[inline]
    fn set_send_context(&mut self, waits: bool) {
        #[cfg(any(feature = "metrics", feature = "tracing"))]
        {
            let now = self.mailbox().header().system.executor.now();
            if let Some(slot) = self.slot() {
                slot.send_context().set(now, waits);
            }
        }
        #[cfg(not(any(feature = "metrics", feature = "tracing")))]
        let _ = waits;
    }
}

/// A message that was accepted, or waits for capacity.
pub(super) struct Delivered {
    /// Set if the message waits for capacity.
    pub(super) ticket: Option<Ticket>,
    /// Whether the target's system is a simulation, which observes the wait for the answer.
    pub(super) is_simulated: bool,
}

/// An outgoing message of any protocol.
pub(super) trait AnyOutgoing {
    /// Returns the mailbox of the target.
    fn mailbox(&self) -> &dyn DynMailbox;
    /// Returns the reply slot of the message.
    fn slot(&mut self) -> Option<SlotMut<'_>>;
    /// Pushes the message into the mailbox, or adds it to the waiting messages.
    fn deliver(&mut self, if_room: bool) -> Result<Delivered, CallError>;
    /// Removes the message if it still waits for capacity. Returns whether it did: it was then
    /// never sent.
    fn leave(&self, ticket: Ticket) -> bool;
}

impl<P: Protocol> AnyOutgoing for Outgoing<'_, P> {
    #[inline]
    fn mailbox(&self) -> &dyn DynMailbox {
        self.address.get().mailbox()
    }

    #[inline]
    fn slot(&mut self) -> Option<SlotMut<'_>> {
        match &mut self.message {
            Some(message) => P::slot(message),
            None => None,
        }
    }

    #[inline]
    fn deliver(&mut self, if_room: bool) -> Result<Delivered, CallError> {
        self.set_send_context(true);
        let wait = if if_room { OnFull::Fail } else { OnFull::Wait };
        let mailbox = self.address.get().mailbox();
        let refused = match mailbox.push(&mut self.message, None, wait) {
            Ok(ticket) => {
                return Ok(Delivered { ticket, is_simulated: mailbox.header().is_simulated() });
            }
            Err(refused) => refused,
        };
        self.message = None;
        Err(match refused {
            PushError::Closed => CallError::Stopped,
            PushError::Full => CallError::Full,
        })
    }

    fn leave(&self, ticket: Ticket) -> bool {
        self.address.get().mailbox().leave(ticket).is_some()
    }
}
