//! A call while it waits: how it is sent, awaited, withdrawn, and given up when its time is over.

use super::{Call, Stage};
use crate::actor::Protocol;
use crate::cell::core::Core;
use crate::cell::hub::Hub;
use crate::cell::post::{Post, Verbs};
use crate::cell::queue::{Refused, Ticket, Wait};
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
        self.prepare(true);
        if self.stage == Stage::Fresh {
            let (reply, answer) = waited_for(cx.waker());
            self.fill(reply);
            self.answer = answer;
        }
        self.stage = Stage::Over;
        self.ticket = deliver(self.address.get().post(), &mut self.message, self.if_room)?;
        self.stage = Stage::Waiting;
        Ok(())
    }

    #[inline]
    fn poll_answer(&mut self, cx: &mut Poller<'_>) -> Poll<Result<T, CallError>> {
        let hub = &self.address.get().post().core().hub;
        let poll = look(&mut self.answer, &mut self.recorded, hub, cx);
        if poll.is_ready() {
            self.stage = Stage::Over;
        }
        poll
    }

    /// It goes on waiting; `Ready` if that would be for ever.
    #[inline]
    fn wait_on(&mut self, cx: &Poller<'_>) -> Poll<Result<T, CallError>> {
        let target = self.address.get().post().core();
        let head = self.answer.head();
        match go_on(&mut self.recorded, target, head, self.is_timed, cx.waker()) {
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
        self.stage = Stage::Over;
        let post = self.address.get().post();
        // First, since the clone of the waker goes with the answer.
        self.recorded.take_back(&post.core().hub);
        self.answer.leave();
        leave(post, self.ticket);
    }
}

/// Puts the message into the mailbox, or among those that wait for room there.
#[inline]
fn deliver<P: Protocol>(
    post: &dyn Post<P>,
    message: &mut Option<P::Message>,
    if_room: bool,
) -> Result<Option<Ticket>, CallError> {
    let wait = if if_room { Wait::No } else { Wait::Unheard };
    let refused = match post.push(message, None, wait) {
        Ok(ticket) => return Ok(ticket),
        Err(refused) => refused,
    };
    *message = None;
    Err(match refused {
        Refused::Stopped => CallError::Stopped,
        Refused::Full => CallError::Full,
    })
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
        let before = self.stage;
        match before {
            Stage::Fresh | Stage::Asked => {
                if let Err(error) = self.begin(cx) {
                    return Poll::Ready(Err(error));
                }
            }
            Stage::Waiting => {}
            Stage::Over => panic!("a call was polled after it had given its answer"),
        }
        // The waker of a fresh one went with the message: if the answer is there by now, it has been
        // woken.
        if before != Stage::Fresh {
            let poll = self.poll_answer(cx);
            if poll.is_ready() {
                return poll;
            }
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
        if self.stage == Stage::Waiting {
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
        if std::mem::replace(&mut self.stage, Stage::Over) != Stage::Waiting {
            return Err(CallError::Timeout { started: false });
        }
        match self.answer.give_up() {
            Ok(answer) => answer,
            Err(started) => {
                let left = leave(self.address.get().post(), self.ticket);
                Err(CallError::Timeout { started: started && !left })
            }
        }
    }
}
