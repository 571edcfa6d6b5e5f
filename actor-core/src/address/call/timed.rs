//! The builder methods of a call or send that has a timeout. The timeout can be combined with the
//! other options in any order. `with_timeout` ends the call or send when the timeout elapses.

use super::{Call, Delegated, Delegating};
use crate::address::reply::Reply;
use crate::address::send::SendFuture;
use crate::address::with_timeout::WithTimeout;
use crate::cell::message::Protocol;

impl<'a, P: Protocol, T> WithTimeout<Call<'a, P, T>> {
    /// Converts the call into one that owns its address. See [`Call::into_owned`].
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use std::time::Duration;
    /// # #[actor] struct Echo; #[actor] impl Echo { fn say(&self, n: u8) -> u8 { n } }
    /// # System::current_thread().block_on(async {
    /// let echo = Echo.spawn();
    /// let answer = actor_core::spawn_task(echo.say(3).timeout(Duration::from_secs(1)).into_owned());
    /// assert_eq!(answer.await, Ok(3));
    /// # });
    /// ```
    ///
    /// # Panics
    /// If the call was already polled.
    #[track_caller]
    pub fn into_owned(self) -> WithTimeout<Call<'static, P, T>> {
        let (call, limit) = self.into_parts();
        call.into_owned().timeout(limit)
    }

    /// Makes the call fail instead of waiting for mailbox capacity. See [`Call::if_room`].
    pub fn if_room(self) -> Self {
        let (call, limit) = self.into_parts();
        call.if_room().timeout(limit)
    }

    /// Detaches the call from the deadline of the handler that makes it. See
    /// [`Call::without_deadline`].
    pub fn without_deadline(self) -> Self {
        let (call, limit) = self.into_parts();
        call.without_deadline().timeout(limit)
    }

    /// Sends the message without waiting for the reply. The timeout limits the wait for mailbox
    /// capacity. See [`Call::send`].
    ///
    /// # Panics
    /// If the call was already polled.
    #[track_caller]
    pub fn send(self) -> WithTimeout<SendFuture<'a, P>> {
        let (call, limit) = self.into_parts();
        call.send().timeout(limit)
    }

    /// Forwards the call. The timeout limits the wait for mailbox capacity. See [`Call::reply_to`].
    ///
    /// # Panics
    /// If the call was already polled.
    #[track_caller]
    pub fn reply_to(self, reply: Reply<T>) -> WithTimeout<Delegated<'a, P, T>> {
        let (call, limit) = self.into_parts();
        call.reply_to(reply).timeout(limit)
    }
}

impl<P: Protocol> WithTimeout<SendFuture<'_, P>> {
    /// Converts the send into one that owns its address. See [`SendFuture::into_owned`].
    ///
    /// # Panics
    /// If the send was already polled.
    #[track_caller]
    pub fn into_owned(self) -> WithTimeout<SendFuture<'static, P>> {
        let (sending, limit) = self.into_parts();
        sending.into_owned().timeout(limit)
    }

    /// Makes the send fail instead of waiting for mailbox capacity. See [`SendFuture::if_room`].
    pub fn if_room(self) -> Self {
        let (sending, limit) = self.into_parts();
        sending.if_room().timeout(limit)
    }
}

impl<'a, P: Protocol, T> WithTimeout<Delegated<'a, P, T>> {
    /// Converts the forwarded call into one that owns its address. See [`Delegated::into_owned`].
    #[track_caller]
    pub fn into_owned(self) -> WithTimeout<Delegated<'static, P, T>> {
        let (delegated, limit) = self.into_parts();
        delegated.into_owned().timeout(limit)
    }

    /// Makes the send fail instead of waiting for mailbox capacity. See [`Delegated::if_room`].
    pub fn if_room(self) -> Self {
        let (delegated, limit) = self.into_parts();
        delegated.if_room().timeout(limit)
    }

    /// Sends the message. The timeout limits the wait for mailbox capacity. See
    /// [`Delegated::send`].
    pub fn send(self) -> WithTimeout<Delegating<'a, P, T>> {
        let (delegated, limit) = self.into_parts();
        delegated.send().timeout(limit)
    }
}

impl<P: Protocol, T> WithTimeout<Delegating<'_, P, T>> {
    /// Converts the send into one that owns its address. See [`Delegating::into_owned`].
    ///
    /// # Panics
    /// If the send was already polled.
    #[track_caller]
    pub fn into_owned(self) -> WithTimeout<Delegating<'static, P, T>> {
        let (sending, limit) = self.into_parts();
        sending.into_owned().timeout(limit)
    }

    /// Makes the send fail instead of waiting for mailbox capacity. See [`Delegating::if_room`].
    pub fn if_room(self) -> Self {
        let (sending, limit) = self.into_parts();
        sending.if_room().timeout(limit)
    }
}
