//! A call while it waits: how it is sent, awaited, withdrawn, and given up when its time is over.

use super::{Call, State};
use crate::actor::Protocol;
use crate::cell::post::Verbs;
use crate::cell::queue::{Refused, Ticket};
use crate::error::CallError;
use crate::talk::reply::waited_for;
use crate::talk::timed::{Expire, Home};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Poller, Poll};

impl<P: Protocol, T> Call<'_, P, T> {
    /// The first poll: makes the reply and puts the message on its way.
    #[inline]
    fn begin(&mut self, cx: &mut Poller<'_>) -> Result<(), CallError> {
        let mut message = self.take_message();
        #[cfg(any(feature = "metrics", feature = "tracing"))]
        {
            message = self.stamped(message, true);
        }
        let answer = match std::mem::replace(&mut self.state, State::Over) {
            State::Asked(answer) => answer,
            _ => {
                let (reply, answer) = waited_for(cx.waker());
                if let Some(slot) = (self.slot)(&mut message) {
                    slot.fill(reply);
                }
                answer
            }
        };
        let post = self.address.get().post();
        let ticket = if self.if_room {
            match post.push(message) {
                Ok(()) => None,
                Err(Refused::Stopped(_)) => return Err(CallError::Stopped),
                Err(Refused::Full(_)) => return Err(CallError::Full),
            }
        } else {
            post.push_or_wait(message, None).map_err(|_refused| CallError::Stopped)?
        };
        self.state = State::Waiting(answer, ticket);
        Ok(())
    }

    #[inline]
    fn poll_answer(&mut self, cx: &mut Poller<'_>) -> Poll<Result<T, CallError>> {
        let hub = &self.address.get().post().core().hub;
        let State::Waiting(answer, _) = &mut self.state else { return Poll::Pending };
        // First, since the clone of the waker may be exchanged.
        self.recorded.check(cx.waker(), hub);
        let answer = std::task::ready!(Pin::new(answer).poll(cx));
        self.recorded.take_back(hub);
        self.state = State::Over;
        Poll::Ready(answer)
    }

    /// It goes on waiting; `Ready` if that would be for ever.
    fn wait_on(&mut self, cx: &Poller<'_>) -> Poll<Result<T, CallError>> {
        let State::Waiting(answer, _) = &self.state else { return Poll::Pending };
        if !self.is_direct {
            return Poll::Pending;
        }
        let target = self.address.get().post().core();
        match self.recorded.pending(target, None, self.is_timed, cx.waker()) {
            None => {
                if self.recorded.is_there() {
                    answer.note_handler();
                }
                Poll::Pending
            }
            Some(cycle) => {
                self.withdraw();
                Poll::Ready(Err(CallError::Deadlock(cycle)))
            }
        }
    }

    /// Waits no more: what has not been handled by now never will be.
    #[inline(never)]
    fn withdraw(&mut self) {
        if let State::Waiting(answer, ticket) = std::mem::replace(&mut self.state, State::Over) {
            // First, since the clone of the waker goes with the answer.
            self.recorded.take_back(&self.address.get().post().core().hub);
            drop(answer);
            self.leave(ticket);
        }
    }

    /// Takes the message back if it still waits for room.
    fn leave(&mut self, ticket: Option<Ticket>) -> bool {
        ticket.is_some_and(|ticket| self.address.get().post().leave(ticket).is_some())
    }
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
                    let left = self.leave(ticket);
                    Err(CallError::Timeout { started: started && !left })
                }
            },
            _ => Err(CallError::Timeout { started: false }),
        }
    }
}
