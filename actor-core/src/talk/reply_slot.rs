//! Where a message carries its reply, and what the run loop is told of it: what generated code holds.

use super::head::Head;
use super::reply::Reply;
#[cfg(any(feature = "metrics", feature = "tracing"))]
use crate::observe::stamp::Stamp;
use std::fmt;
use std::marker::PhantomData;

/// Where a message carries its reply: empty when it was sent, filled when it is a call.
///
/// It is tagged with the actor, so that a message enum uses all the actor's type parameters.
pub struct ReplySlot<P: ?Sized, T> {
    reply: Reply<T>,
    #[cfg(any(feature = "metrics", feature = "tracing"))]
    stamp: Stamp,
    protocol: PhantomData<fn() -> *const P>,
}

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

impl<P: ?Sized, T> ReplySlot<P, T> {
    /// A message that nobody waits for.
    pub fn empty() -> Self {
        ReplySlot {
            reply: Reply::none(),
            #[cfg(any(feature = "metrics", feature = "tracing"))]
            stamp: Stamp::default(),
            protocol: PhantomData,
        }
    }

    pub(crate) fn fill(&mut self, reply: Reply<T>) {
        self.reply = reply;
    }

    #[cfg(any(feature = "metrics", feature = "tracing"))]
    pub(crate) fn stamp(&mut self) -> &mut Stamp {
        &mut self.stamp
    }

    /// What the run loop is told of the message, if somebody waits for instance.
    pub fn head(&self) -> Marks<'_> {
        Marks {
            reply: self.reply.slot.as_deref().map(|slot| &slot.head),
            #[cfg(any(feature = "metrics", feature = "tracing"))]
            stamp: Some(&self.stamp),
        }
    }

    /// Answers with what the handler returned. What nobody takes is looked at by `lost`: an error
    /// that was returned to nobody is reported.
    #[inline]
    pub fn answer(self, value: T, lost: fn(&T) -> Option<String>) {
        self.reply.answer(value, lost);
    }

    /// Hands the reply to a handler that answers later.
    pub fn into_reply(self) -> Reply<T> {
        self.reply
    }
}

impl<P: ?Sized, T> fmt::Debug for ReplySlot<P, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplySlot").finish_non_exhaustive()
    }
}
