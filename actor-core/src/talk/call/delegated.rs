//! Forwarded calls: [`Delegated`].

use crate::cell::message::Protocol;
use crate::error::SendError;
use crate::talk::send::Sending;
use std::fmt;

/// A forwarded call, whose reply goes to another caller. See
/// [`Call::reply_to`](crate::Call::reply_to).
///
/// ```
/// # use actor_core::prelude::*;
/// # #[actor] struct Echo; #[actor] impl Echo { fn say(&self, n: u8) -> u8 { n } }
/// # System::current_thread().block_on(async {
/// let echo = Echo.spawn();
/// let (reply, answer) = Reply::pair();
/// echo.say(3).reply_to(reply).try_send().unwrap();
/// assert_eq!(answer.await, Ok(3));
/// # });
/// ```
#[must_use = "a delegated call does nothing unless sent; use `.send().await` or `.try_send()`"]
pub struct Delegated<'a, P: Protocol> {
    pub(super) sending: Sending<'a, P>,
}

impl<'a, P: Protocol> Delegated<'a, P> {
    /// Sends the message, and waits for mailbox capacity. See [`Call::send`](crate::Call::send).
    pub fn send(self) -> Sending<'a, P> {
        self.sending
    }

    /// Sends the message without waiting. See [`Call::try_send`](crate::Call::try_send).
    ///
    /// # Errors
    /// [`SendError`] with the message. When the message is dropped, the caller gets
    /// [`CallError::NoReply`](crate::CallError::NoReply).
    pub fn try_send(self) -> Result<(), SendError<P::Message>> {
        self.sending.try_now()
    }
}

impl<P: Protocol> fmt::Debug for Delegated<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delegated").finish_non_exhaustive()
    }
}
