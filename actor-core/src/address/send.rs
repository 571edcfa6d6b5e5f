//! Sending without waiting for the reply: [`SendFuture`] waits only for mailbox capacity.

use super::addr::{Addr, MaybeOwned};
use super::with_timeout::{ExecutorRef, Expire, NotBlocking, Timed, WithTimeout, block_on};
use crate::cell::capacity::{OnFull, PushError, Ticket};
use crate::cell::deadline;
use crate::cell::deadlock::edge::{WaitGoal, WaitTracker};
use crate::cell::message::Protocol;
use crate::error::{SendError, SendReason};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Poller, Poll};
use std::time::Duration;

/// The future of [`Call::send`](crate::Call::send), which completes when the message is accepted.
///
/// Waiting senders are admitted in FIFO order.
///
/// # Errors
/// [`SendError`] with the message, if it was not accepted: the actor has ended or no longer accepts messages,
/// the mailbox is full after [`if_room`](SendFuture::if_room), the deadline of the sending handler has passed,
/// or the wait would be a deadlock. See [`SendReason`].
///
/// # Cancellation
/// If the future is dropped while it waits for capacity, the message is not sent and its position
/// in the queue is released. A message that was admitted stays sent, even if the future is dropped
/// before it completes: if two sends race, both messages may arrive.
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
pub struct SendFuture<'a, P: Protocol> {
    address: MaybeOwned<'a, P>,
    /// `Some` until the first poll.
    pub(super) message: Option<P::Message>,
    state: SendState,
    is_timed: bool,
    /// Whether the send fails instead of waiting for capacity.
    pub(super) if_room: bool,
    /// Whether the send does not inherit the deadline of the handler that makes it.
    pub(super) ignores_deadline: bool,
    tracker: WaitTracker,
}

/// The panic of a call or send whose message is needed after the first poll.
pub(super) const UNDER_WAY: &str = "the future has been polled already: its message is under way";

#[derive(Clone, Copy, PartialEq, Eq)]
enum SendState {
    Init,
    Pending(Ticket),
    Done,
}

impl<'a, P: Protocol> SendFuture<'a, P> {
    pub(crate) fn new(address: MaybeOwned<'a, P>, message: P::Message) -> Self {
        let mut sending = SendFuture::empty(address);
        sending.message = Some(message);
        sending
    }

    /// Creates the send of a message that the caller puts into it.
    #[inline]
    pub(super) fn empty(address: MaybeOwned<'a, P>) -> Self {
        SendFuture {
            address,
            message: None,
            state: SendState::Init,
            is_timed: false,
            if_room: false,
            ignores_deadline: false,
            tracker: WaitTracker::untracked(),
        }
    }

    #[inline]
    pub(crate) fn only_if_room(mut self, if_room: bool) -> Self {
        self.if_room = if_room;
        self
    }

    #[inline]
    pub(crate) fn ignore_deadline(mut self, ignores_deadline: bool) -> Self {
        self.ignores_deadline = ignores_deadline;
        self
    }

    /// Converts the send into one that owns its address.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # #[actor] struct Echo; #[actor] impl Echo { fn say(&self, n: u8) -> u8 { n } }
    /// # System::current_thread().block_on(async {
    /// let echo = Echo.spawn();
    /// actor_core::spawn_task(echo.say(3).send().into_owned()).await.unwrap();
    /// # });
    /// ```
    ///
    /// # Panics
    /// If the send was already polled.
    #[track_caller]
    pub fn into_owned(mut self) -> SendFuture<'static, P> {
        let Some(message) = self.message.take() else { panic!("{UNDER_WAY}") };
        SendFuture {
            address: MaybeOwned::Owned(self.address.get().clone()),
            message: Some(message),
            state: SendState::Init,
            is_timed: self.is_timed,
            if_room: self.if_room,
            ignores_deadline: self.ignores_deadline,
            tracker: WaitTracker::untracked(),
        }
    }

    /// Makes the send fail with [`SendReason::Full`] instead of waiting for mailbox capacity.
    pub fn if_room(self) -> Self {
        self.only_if_room(true)
    }

    /// Blocks the current thread until the message is accepted, for code outside async.
    ///
    /// # Errors
    /// The errors of the future. Also [`SendReason::WouldBlock`] on a thread that runs an actor
    /// system, as for [`Call::wait`](crate::Call::wait).
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # #[actor] struct Echo; #[actor] impl Echo { fn say(&self, n: u8) -> u8 { n } }
    /// let echo = Echo.spawn();
    /// echo.say(3).send().wait().unwrap();
    /// ```
    pub fn wait(self) -> Result<(), SendError<P::Message>> {
        block_on(self.__executor().0.clone(), self, |mut sending, why| sending.__give_up(why))
    }

    /// Limits the wait for capacity to `limit`, on the clock of the actor's system. The time is measured from the
    /// first poll of the returned future.
    ///
    /// # Errors
    /// The errors of the send, and [`SendReason::Timeout`].
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
    pub fn timeout(self, limit: Duration) -> WithTimeout<Self> {
        WithTimeout::new(self, limit)
    }

    pub(crate) fn try_now(mut self) -> Result<(), SendError<P::Message>> {
        match self.address.mailbox().push(&mut self.message, None, OnFull::Fail) {
            Ok(_) => Ok(()),
            Err(refused) => self.refused(refused),
        }
    }

    /// Continues to wait, unless the wait would be a deadlock.
    fn wait_on(
        &mut self,
        ticket: Ticket,
        cx: &Poller<'_>,
    ) -> Poll<Result<(), SendError<P::Message>>> {
        if !self.ignores_deadline && deadline::has_passed(cx.waker()) {
            return Poll::Ready(self.end(SendReason::DeadlineExceeded));
        }
        let mailbox = self.address.mailbox();
        if mailbox.header().is_simulated() {
            mailbox.untyped().awaited("room at");
        }
        let (room, is_timed) = (WaitGoal::Capacity(ticket), self.is_timed);
        let Some(cycle) = self.tracker.on_pending(mailbox.header(), room, is_timed, cx.waker())
        else {
            return Poll::Pending;
        };
        let left = self.leave(ticket);
        Poll::Ready(match left {
            Some(message) => Err(SendError::new(SendReason::Deadlock(cycle), message)),
            None => Ok(()),
        })
    }

    /// Stops waiting and returns the message, unless it was accepted.
    fn leave(&mut self, ticket: Ticket) -> Option<P::Message> {
        self.state = SendState::Done;
        let mailbox = self.address.mailbox();
        // First, because removing the waiting sender drops the clone of the waker.
        self.tracker.retract(&mailbox.header().system);
        mailbox.leave(ticket)
    }

    /// Stops waiting. Returns an error with this reason, unless the message was accepted.
    fn end(&mut self, reason: SendReason) -> Result<(), SendError<P::Message>> {
        let left = match self.state {
            SendState::Pending(ticket) => self.leave(ticket),
            SendState::Init | SendState::Done => self.message.take(),
        };
        self.state = SendState::Done;
        match left {
            Some(message) => Err(SendError::new(reason, message)),
            // The message was accepted in the meantime.
            None => Ok(()),
        }
    }

    /// Stops waiting and returns the message, unless it was accepted or returned before.
    pub(crate) fn take_back(&mut self) -> Option<P::Message> {
        match std::mem::replace(&mut self.state, SendState::Done) {
            SendState::Pending(ticket) => self.leave(ticket),
            SendState::Init | SendState::Done => self.message.take(),
        }
    }

    pub(crate) fn target(&self) -> &Addr<P> {
        self.address.get()
    }

    /// Returns the message, which was not accepted.
    fn refused(&mut self, refused: PushError) -> Result<(), SendError<P::Message>> {
        self.state = SendState::Done;
        match self.message.take() {
            Some(message) => Err(SendError::new(refused.into(), message)),
            None => Ok(()),
        }
    }

    /// Polls the send for the first time.
    fn begin(&mut self, cx: &Poller<'_>) -> Poll<Result<(), SendError<P::Message>>> {
        let mailbox = self.address.mailbox();
        match mailbox.push(&mut self.message, None, OnFull::Fail) {
            Ok(_) => {
                self.state = SendState::Done;
                Poll::Ready(Ok(()))
            }
            Err(PushError::Full) if !self.if_room => self.begin_to_wait(cx),
            Err(refused) => Poll::Ready(self.refused(refused)),
        }
    }

    /// Adds the message to the waiting senders of a full mailbox. Only this function clones the
    /// waker.
    fn begin_to_wait(&mut self, cx: &Poller<'_>) -> Poll<Result<(), SendError<P::Message>>> {
        let mailbox = self.address.mailbox();
        let mut waker = Some(cx.waker().clone());
        match mailbox.push(&mut self.message, None, OnFull::WaitAndNotify(&mut waker)) {
            Ok(None) => {
                self.state = SendState::Done;
                Poll::Ready(Ok(()))
            }
            Ok(Some(ticket)) => {
                self.state = SendState::Pending(ticket);
                self.wait_on(ticket, cx)
            }
            Err(refused) => Poll::Ready(self.refused(refused)),
        }
    }
}

impl From<PushError> for SendReason {
    fn from(refused: PushError) -> Self {
        match refused {
            PushError::Closed => SendReason::Stopped,
            PushError::Full => SendReason::Full,
        }
    }
}

impl<P: Protocol> Future for SendFuture<'_, P> {
    type Output = Result<(), SendError<P::Message>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        match this.state {
            SendState::Init => this.begin(cx),
            SendState::Pending(ticket) => {
                let mailbox = this.address.mailbox();
                this.tracker.check_waker(cx.waker(), &mailbox.header().system);
                if mailbox.untyped().wait_on(ticket, cx.waker()) {
                    return this.wait_on(ticket, cx);
                }
                // Only a closed mailbox returns a message.
                this.message = this.leave(ticket);
                Poll::Ready(this.refused(PushError::Closed))
            }
            SendState::Done => panic!("`SendFuture` polled after completion"),
        }
    }
}

impl<P: Protocol> Unpin for SendFuture<'_, P> {}

impl<P: Protocol> Drop for SendFuture<'_, P> {
    #[inline]
    fn drop(&mut self) {
        if let SendState::Pending(ticket) = self.state {
            self.leave(ticket);
        }
    }
}

impl<P: Protocol> Timed for SendFuture<'_, P> {
    fn __executor(&self) -> ExecutorRef<'_> {
        ExecutorRef(&self.address.mailbox().header().system.executor)
    }
}

impl<P: Protocol> Expire for SendFuture<'_, P> {
    fn __set_timed(&mut self) {
        self.is_timed = true;
    }

    fn __ignores_deadline(&self) -> bool {
        self.ignores_deadline
    }

    fn __expire(&mut self) -> Self::Output {
        self.end(SendReason::Timeout)
    }

    fn __give_up(&mut self, why: NotBlocking) -> Self::Output {
        self.end(match why {
            NotBlocking::Busy => SendReason::WouldBlock,
            NotBlocking::Ended => SendReason::Stopped,
        })
    }
}

impl<P: Protocol> fmt::Debug for SendFuture<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendFuture").field("to", self.address.get()).finish_non_exhaustive()
    }
}
