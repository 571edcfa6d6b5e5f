//! A call whose answer goes to another's caller: [`Delegated`].

use crate::cell::message::Protocol;
use crate::error::SendError;
use crate::talk::send::Sending;
use std::fmt;

/// A call whose answer goes to another's caller: see [`Call::reply_to`](crate::Call::reply_to).
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
    /// Waits for room in the mailbox. See [`Call::send`](crate::Call::send).
    pub fn send(self) -> Sending<'a, P> {
        self.sending
    }

    /// Never waits. See [`Call::try_send`](crate::Call::try_send).
    ///
    /// # Errors
    /// [`SendError`] with the message; when that is dropped, the caller gets
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
