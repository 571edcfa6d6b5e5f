//! A message that is sent without waiting for its answer: [`Sending`] waits for room only.

use super::address::Addr;
use super::timed::{Expire, Home, Timed};
use crate::actor::Protocol;
use crate::cell::post::Verbs;
use crate::cell::queue::{Refused, Room, Ticket};
use crate::cell::record::Recorded;
use crate::error::{SendError, SendReason};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Poller, Poll};
use std::time::Duration;

/// An address, borrowed where it can be.
pub(crate) enum Held<'a, P: Protocol> {
    Borrowed(&'a Addr<P>),
    Owned(Addr<P>),
}

impl<'a, P: Protocol> Held<'a, P> {
    pub(crate) fn get(&self) -> &Addr<P> {
        match self {
            Held::Borrowed(address) => address,
            Held::Owned(address) => address,
        }
    }

    pub(crate) fn again(&self) -> Held<'a, P> {
        match self {
            Held::Borrowed(address) => Held::Borrowed(address),
            Held::Owned(address) => Held::Owned(address.clone()),
        }
    }
}

/// The future of [`Call::send`](crate::Call::send): done when the message was accepted.
///
/// Senders that wait for room are served in order.
///
/// # Errors
/// [`SendError`] with the message, if the actor has ended.
///
/// # Cancellation
/// Dropped while it waits for room, the message was not sent, and the place in the line is free. A
/// message that was let in stays sent, even if the future is dropped before it could say so: of two
/// sendings that race, both may arrive.
///
/// ```
/// # use actor_core::prelude::*;
/// # #[actor] struct Echo; #[actor] impl Echo { fn say(&self, n: u8) -> u8 { n } }
/// # System::current_thread().block_on(async {
/// let echo = Echo.spawn();
/// echo.say(1).send().await.unwrap();
/// # });
/// ```
#[must_use = "nothing is sent unless this is awaited"]
pub struct Sending<'a, P: Protocol> {
    address: Held<'a, P>,
    state: State<P::Message>,
    is_timed: bool,
    recorded: Recorded,
}

enum State<M> {
    Fresh(M),
    Waiting(Ticket),
    Over,
}

impl<'a, P: Protocol> Sending<'a, P> {
    pub(crate) fn new(address: Held<'a, P>, message: P::Message) -> Self {
        Sending {
            address,
            state: State::Fresh(message),
            is_timed: false,
            recorded: Recorded::not(),
        }
    }

    /// Waits at most `limit` for room, on the clock of the actor's system.
    ///
    /// # Errors
    /// As the sending itself, and [`SendReason::Timeout`].
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use std::time::Duration;
    /// # #[actor(capacity = 1)] struct Busy;
    /// # #[actor] impl Busy { async fn work(&mut self) { std::future::pending().await } }
    /// # System::current_thread().block_on(async {
    /// let busy = Busy.spawn();
    /// busy.work().send().await.unwrap(); // is being worked on, for ever
    /// busy.started().await.unwrap();
    /// busy.work().send().await.unwrap(); // waits in the mailbox
    /// let error = busy.work().send().timeout(Duration::from_millis(1)).await.unwrap_err();
    /// assert_eq!(error.reason(), SendReason::Timeout);
    /// # });
    /// ```
    pub fn timeout(self, limit: Duration) -> Timed<Self> {
        Timed::new(self, limit)
    }

    pub(crate) fn try_now(mut self) -> Result<(), SendError<P::Message>> {
        let State::Fresh(message) = std::mem::replace(&mut self.state, State::Over) else {
            return Ok(());
        };
        self.address.get().post().push(message).map_err(|refused| match refused {
            Refused::Stopped(message) => SendError::new(SendReason::Stopped, message),
            Refused::Full(message) => SendError::new(SendReason::Full, message),
        })
    }

    /// Waits on, unless it would be for ever.
    fn wait(&mut self, ticket: Ticket, cx: &Poller<'_>) -> Poll<Result<(), SendError<P::Message>>> {
        let post = self.address.get().post();
        if post.core().is_simulated() {
            post.awaited("room at");
        }
        let (room, is_timed) = (Some(ticket), self.is_timed);
        let Some(cycle) = self.recorded.pending(post.core(), room, is_timed, cx.waker()) else {
            return Poll::Pending;
        };
        let left = self.leave(ticket);
        Poll::Ready(match left {
            Some(message) => Err(SendError::new(SendReason::Deadlock(cycle), message)),
            None => Ok(()),
        })
    }

    /// Waits no more; the message comes back unless it was accepted.
    fn leave(&mut self, ticket: Ticket) -> Option<P::Message> {
        self.state = State::Over;
        let post = self.address.get().post();
        // First, since the clone of the waker goes with the place.
        self.recorded.take_back(&post.core().hub);
        post.leave(ticket)
    }

    fn stopped(&mut self, message: P::Message) -> Poll<Result<(), SendError<P::Message>>> {
        self.state = State::Over;
        Poll::Ready(Err(SendError::new(SendReason::Stopped, message)))
    }
}

impl<P: Protocol> Future for Sending<'_, P> {
    type Output = Result<(), SendError<P::Message>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let post = this.address.get().post();
        match &this.state {
            State::Fresh(_) => {
                let State::Fresh(message) = std::mem::replace(&mut this.state, State::Over) else {
                    return Poll::Pending;
                };
                // The waker is cloned only for one who has to wait.
                let message = match post.push(message) {
                    Ok(()) => return Poll::Ready(Ok(())),
                    Err(Refused::Stopped(message)) => return this.stopped(message),
                    Err(Refused::Full(message)) => message,
                };
                match post.push_or_wait(message, Some(cx.waker().clone())) {
                    Ok(None) => Poll::Ready(Ok(())),
                    Ok(Some(ticket)) => {
                        this.state = State::Waiting(ticket);
                        this.wait(ticket, cx)
                    }
                    Err(message) => this.stopped(message),
                }
            }
            State::Waiting(ticket) => {
                let ticket = *ticket;
                this.recorded.check(cx.waker(), &post.core().hub);
                let room = post.look(ticket, cx.waker());
                if !matches!(room, Room::StillWaiting) {
                    this.recorded.take_back(&post.core().hub);
                }
                match room {
                    Room::StillWaiting => this.wait(ticket, cx),
                    Room::Stopped(message) => this.stopped(message),
                    Room::Accepted => {
                        this.state = State::Over;
                        Poll::Ready(Ok(()))
                    }
                }
            }
            State::Over => panic!("a sending was polled after it was done"),
        }
    }
}

impl<P: Protocol> Unpin for Sending<'_, P> {}

impl<P: Protocol> Drop for Sending<'_, P> {
    #[inline]
    fn drop(&mut self) {
        if let State::Waiting(ticket) = self.state {
            self.leave(ticket);
        }
    }
}

impl<P: Protocol> Expire for Sending<'_, P> {
    fn home(&self) -> Home {
        Home(self.address.get().post().core().hub.host.clone())
    }

    fn limit(&mut self) {
        self.is_timed = true;
    }

    fn expire(&mut self) -> Self::Output {
        let left = match std::mem::replace(&mut self.state, State::Over) {
            State::Fresh(message) => Some(message),
            State::Waiting(ticket) => self.leave(ticket),
            State::Over => None,
        };
        match left {
            Some(message) => Err(SendError::new(SendReason::Timeout, message)),
            // It was accepted at the last moment.
            None => Ok(()),
        }
    }
}

impl<P: Protocol> fmt::Debug for Sending<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sending").field("to", self.address.get()).finish_non_exhaustive()
    }
}
