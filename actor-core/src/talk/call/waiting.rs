//! A call while it waits: how it is sent, awaited, withdrawn, and given up when its time is over.

use super::{Call, State};
use crate::actor::Protocol;
use crate::cell::core::Core;
use crate::cell::hub::Hub;
use crate::cell::post::{Post, Verbs};
use crate::cell::queue::{Refused, Ticket};
use crate::cell::record::Recorded;
use crate::error::{CallError, Cycle};
use crate::sync::Arc;
use crate::talk::answer::Answer;
use crate::talk::head::Head;
use crate::talk::reply::waited_for;
use crate::talk::timed::{Expire, Home};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Poller, Poll, Waker};

// What knows both the messages and the answer is compiled for each pair of them: it is kept short.
impl<P: Protocol, T> Call<'_, P, T> {
    /// The first poll: makes the reply and puts the message on its way.
    #[inline]
    fn begin(&mut self, cx: &mut Poller<'_>) -> Result<(), CallError> {
        let answer = match std::mem::replace(&mut self.state, State::Over) {
            State::Asked(answer) => answer,
            _ => {
                let (reply, answer) = waited_for(cx.waker());
                self.fill(reply);
                answer
            }
        };
        #[cfg(any(feature = "metrics", feature = "tracing"))]
        self.stamp(true);
        let message = self.take_unstamped();
        let ticket = deliver(self.address.get().post(), message, self.if_room)?;
        self.state = State::Waiting(answer, ticket);
        Ok(())
    }

    #[inline]
    fn poll_answer(&mut self, cx: &mut Poller<'_>) -> Poll<Result<T, CallError>> {
        let hub = &self.address.get().post().core().hub;
        let State::Waiting(answer, _) = &mut self.state else { return Poll::Pending };
        let answer = std::task::ready!(look(answer, &mut self.recorded, hub, cx));
        self.is_over();
        Poll::Ready(answer)
    }

    /// It goes on waiting; `Ready` if that would be for ever.
    #[inline]
    fn wait_on(&mut self, cx: &Poller<'_>) -> Poll<Result<T, CallError>> {
        let State::Waiting(answer, _) = &self.state else { return Poll::Pending };
        let target = self.address.get().post().core();
        match go_on(&mut self.recorded, target, answer.head(), self.is_timed, cx.waker()) {
            None => Poll::Pending,
            Some(cycle) => {
                self.withdraw();
                Poll::Ready(Err(CallError::Deadlock(cycle)))
            }
        }
    }

    /// Waits no more: what has not been handled by now never will be.
    #[inline(never)]
    fn withdraw(&mut self) {
        let post = self.address.get().post();
        if let State::Waiting(answer, ticket) = &mut self.state {
            // First, since the clone of the waker goes with the answer.
            self.recorded.take_back(&post.core().hub);
            answer.leave();
            leave(post, *ticket);
            self.is_over();
        }
    }

    /// The answer has been given, or is not waited for any more: what is there holds nothing.
    #[inline]
    fn is_over(&mut self) {
        std::mem::forget(std::mem::replace(&mut self.state, State::Over));
    }
}

/// Puts the message into the mailbox, or among those that wait for room there.
#[inline]
fn deliver<P: Protocol>(
    post: &dyn Post<P>,
    message: P::Message,
    if_room: bool,
) -> Result<Option<Ticket>, CallError> {
    if if_room {
        return match post.push(message) {
            Ok(()) => Ok(None),
            Err(Refused::Stopped(_)) => Err(CallError::Stopped),
            Err(Refused::Full(_)) => Err(CallError::Full),
        };
    }
    match post.push_or_wait(message, None) {
        Ok(ticket) => Ok(ticket),
        Err(_refused) => Err(CallError::Stopped),
    }
}

/// Takes the message back if it still waits for room.
fn leave<P: Protocol>(post: &dyn Post<P>, ticket: Option<Ticket>) -> bool {
    match ticket {
        Some(ticket) => post.leave(ticket).is_some(),
        None => false,
    }
}

/// Looks for the answer.
#[inline]
fn look<T>(
    answer: &mut Answer<T>,
    recorded: &mut Recorded,
    near: &Arc<Hub>,
    cx: &mut Poller<'_>,
) -> Poll<Result<T, CallError>> {
    // First, since the clone of the waker may be exchanged.
    recorded.check(cx.waker(), near);
    let answer = std::task::ready!(Pin::new(answer).poll(cx));
    recorded.take_back(near);
    Poll::Ready(answer)
}

/// There is no answer yet: writes down who waits for whom, or says that the wait would be for ever.
fn go_on(
    recorded: &mut Recorded,
    target: &Core,
    head: Option<&Head>,
    is_timed: bool,
    waker: &Waker,
) -> Option<Cycle> {
    let cycle = recorded.pending(target, None, is_timed, waker);
    if cycle.is_none()
        && recorded.is_there()
        && let Some(head) = head
    {
        head.note_handler();
    }
    cycle
}

impl<P: Protocol, T> Future for Call<'_, P, T> {
    type Output = Result<T, CallError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<Self::Output> {
        match &mut self.state {
            State::Fresh | State::Asked(_) => {
                let is_asked = matches!(self.state, State::Asked(_));
                if let Err(error) = self.begin(cx) {
                    return Poll::Ready(Err(error));
                }
                // The waker of a fresh one went with the message: if the answer is there by now, it
                // has been woken.
                if is_asked && let Poll::Ready(answer) = self.poll_answer(cx) {
                    return Poll::Ready(answer);
                }
            }
            State::Waiting(..) => {
                if let Poll::Ready(answer) = self.poll_answer(cx) {
                    return Poll::Ready(answer);
                }
            }
            State::Over => panic!("a call was polled after it had given its answer"),
        }
        let post = self.address.get().post();
        if post.core().is_simulated() {
            post.awaited("an answer of");
        }
        if !self.is_direct {
            return Poll::Pending;
        }
        self.wait_on(cx)
    }
}

impl<P: Protocol, T> Unpin for Call<'_, P, T> {}

impl<P: Protocol, T> Drop for Call<'_, P, T> {
    #[inline]
    fn drop(&mut self) {
        if let State::Waiting(..) = self.state {
            self.withdraw();
        }
    }
}

impl<P: Protocol, T> Expire for Call<'_, P, T> {
    fn home(&self) -> Home {
        Home(self.address.get().post().core().hub.host.clone())
    }

    fn limit(&mut self) {
        self.is_timed = true;
    }

    fn expire(&mut self) -> Self::Output {
        self.recorded.take_back(&self.address.get().post().core().hub);
        match std::mem::replace(&mut self.state, State::Over) {
            State::Waiting(mut answer, ticket) => match answer.give_up() {
                Ok(answer) => answer,
                Err(started) => {
                    let left = leave(self.address.get().post(), ticket);
                    Err(CallError::Timeout { started: started && !left })
                }
            },
            _ => Err(CallError::Timeout { started: false }),
        }
    }
}
