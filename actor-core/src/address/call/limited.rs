//! What can be done with a call or send that has a time limit: the same as without one, in any order.

use super::{Call, Delegated, Delegating};
use crate::address::reply::Reply;
use crate::address::send::Sending;
use crate::address::with_timeout::Timed;
use crate::cell::message::Protocol;

impl<'a, P: Protocol, T> Timed<Call<'a, P, T>> {
    /// The same call, which owns its address. See [`Call::owned`].
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use std::time::Duration;
    /// # #[actor] struct Echo; #[actor] impl Echo { fn say(&self, n: u8) -> u8 { n } }
    /// # System::current_thread().block_on(async {
    /// let echo = Echo.spawn();
    /// let answer = actor_core::spawn(echo.say(3).timeout(Duration::from_secs(1)).owned());
    /// assert_eq!(answer.await, Ok(3));
    /// # });
    /// ```
    ///
    /// # Panics
    /// If the call was already polled.
    #[track_caller]
    pub fn owned(self) -> Timed<Call<'static, P, T>> {
        let (call, limit) = self.into_parts();
        call.owned().timeout(limit)
    }

    /// Does not wait for mailbox capacity. See [`Call::if_room`].
    pub fn if_room(self) -> Self {
        let (call, limit) = self.into_parts();
        call.if_room().timeout(limit)
    }

    /// Sends the message without waiting for the reply; the limit is that of the wait for mailbox
    /// capacity. See [`Call::send`].
    ///
    /// # Panics
    /// If the call was already polled.
    #[track_caller]
    pub fn send(self) -> Timed<Sending<'a, P>> {
        let (call, limit) = self.into_parts();
        call.send().timeout(limit)
    }

    /// Forwards the call; the limit is that of the wait for mailbox capacity. See [`Call::reply_to`].
    ///
    /// # Panics
    /// If the call was already polled.
    #[track_caller]
    pub fn reply_to(self, reply: Reply<T>) -> Timed<Delegated<'a, P, T>> {
        let (call, limit) = self.into_parts();
        call.reply_to(reply).timeout(limit)
    }
}

impl<P: Protocol> Timed<Sending<'_, P>> {
    /// The same send, which owns its address. See [`Sending::owned`].
    ///
    /// # Panics
    /// If it was already polled.
    #[track_caller]
    pub fn owned(self) -> Timed<Sending<'static, P>> {
        let (sending, limit) = self.into_parts();
        sending.owned().timeout(limit)
    }

    /// Does not wait for mailbox capacity. See [`Sending::if_room`].
    pub fn if_room(self) -> Self {
        let (sending, limit) = self.into_parts();
        sending.if_room().timeout(limit)
    }
}

impl<'a, P: Protocol, T> Timed<Delegated<'a, P, T>> {
    /// The same forwarded call, which owns its address. See [`Delegated::owned`].
    #[track_caller]
    pub fn owned(self) -> Timed<Delegated<'static, P, T>> {
        let (delegated, limit) = self.into_parts();
        delegated.owned().timeout(limit)
    }

    /// Does not wait for mailbox capacity. See [`Delegated::if_room`].
    pub fn if_room(self) -> Self {
        let (delegated, limit) = self.into_parts();
        delegated.if_room().timeout(limit)
    }

    /// Sends the message, and waits for mailbox capacity at most as long as the limit. See
    /// [`Delegated::send`].
    pub fn send(self) -> Timed<Delegating<'a, P, T>> {
        let (delegated, limit) = self.into_parts();
        delegated.send().timeout(limit)
    }
}

impl<P: Protocol, T> Timed<Delegating<'_, P, T>> {
    /// The same send, which owns its address. See [`Delegating::owned`].
    ///
    /// # Panics
    /// If it was already polled.
    #[track_caller]
    pub fn owned(self) -> Timed<Delegating<'static, P, T>> {
        let (sending, limit) = self.into_parts();
        sending.owned().timeout(limit)
    }

    /// Does not wait for mailbox capacity. See [`Delegating::if_room`].
    pub fn if_room(self) -> Self {
        let (sending, limit) = self.into_parts();
        sending.if_room().timeout(limit)
    }
}
