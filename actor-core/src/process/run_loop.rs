//! The loop of a process. A life is one run of the user's function, which takes the messages
//! itself. This module decides nothing about the end of a life: the run loop does.

use super::Proc;
use super::inbox::Inbox;
use crate::actor::Life;
use crate::actor::actor_task::HandlerFuture;
use crate::actor::dispatch::{HandlerOutcome, Input};
use crate::cell::current::CurrentMessage;
use crate::cell::header::ParkReason;
use crate::cell::mailbox::Mailbox;
use crate::panics::{drop_waker, wake_each};
use crate::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use crate::sync::{Arc, Mutex};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context as Poller, Poll, Waker};

/// State shared by the loop and the inbox of one life. Both are polled only by the process's own
/// task.
#[derive(Default)]
pub(super) struct InboxLink {
    waits: AtomicU8,
    /// Set by the inbox if a system message that it left in the mailbox will fail this life.
    fails: AtomicBool,
    /// The waker of a wait that is polled with a waker other than the process's own.
    other_waker: Mutex<Option<Waker>>,
}

/// The inbox does not wait for messages.
const NOT_WAITING: u8 = 0;
/// The inbox waits with the process's own waker, so it is polled whenever the process is polled.
const OWN_WAKER: u8 = 1;
/// The inbox waits inside a combinator that polls its parts only when they are woken.
const OTHER_WAKER: u8 = 2;

impl InboxLink {
    pub(super) fn wait(&self, other: Option<&Waker>) {
        if let Some(waker) = other {
            // Cloned before taking the lock, because cloning a waker can run user code.
            let waker = waker.clone();
            let old = self.other_waker.lock().replace(waker);
            drop_waker(old);
        }
        self.waits.store(if other.is_some() { OTHER_WAKER } else { OWN_WAKER }, Ordering::Relaxed);
    }

    pub(super) fn wait_is_over(&self) {
        self.waits.store(NOT_WAITING, Ordering::Relaxed);
    }

    pub(super) fn fail(&self) {
        self.fails.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_failing(&self) -> bool {
        self.fails.load(Ordering::Relaxed)
    }

    /// Wakes the wait of the inbox, so that a combinator between the process and the wait polls it.
    ///
    /// Skipped if no message is available, because the wake-up could schedule the process again,
    /// which would then run forever.
    fn wake_other<M: Send + 'static>(&self, mailbox: &Mailbox<Proc<M>>) {
        if self.waits.load(Ordering::Relaxed) == OTHER_WAKER && mailbox.has_anything_new() {
            let waker = self.other_waker.lock().take();
            wake_each(waker);
        }
    }
}

/// Returns the run loop of a process. It differs from the loop of other actors only at the start.
pub(super) fn run_process<M: Send + 'static>(
    life: Life<Proc<M>>,
) -> impl Future<Output = ()> + Send {
    let Life { mut run_loop, mut state } = life;
    async move {
        while let Some((input, _)) = poll_fn(|_| run_loop.poll_next(&mut state)).await {
            if let Input::Message(message) = input {
                // A stop arrived while the supervisor was ending this life: no life is left to
                // receive.
                run_loop.mailbox().discard_message(message);
                state = None;
                continue;
            }
            let Some(start) = state.as_mut().and_then(|state| state.start.take()) else { continue };
            run_loop.started();
            let mailbox = run_loop.mailbox().clone();
            let link = Arc::new(InboxLink::default());
            let inbox = Inbox::new(run_loop.context().clone_ref(), link.clone());
            let (shared, own) = (link.clone(), mailbox.clone());
            let work = async move {
                let future = Some(start(inbox));
                ProcessFunction { future, link: shared, mailbox: &*own }.await
            };
            let outcome = HandlerFuture::new(work, &mailbox.header, CurrentMessage::PROCESS).await;
            // If no state is left, the run loop treats the life as one that ended on its own.
            let by_itself = outcome.is_ok() && !link.is_failing() && !mailbox.is_ending_life();
            run_loop.on_outcome(outcome, CurrentMessage::PROCESS);
            if by_itself {
                state = None;
            }
        }
    }
}

/// The running user function.
struct ProcessFunction<'a, M: Send + 'static> {
    future: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    link: Arc<InboxLink>,
    mailbox: &'a Mailbox<Proc<M>>,
}

impl<M: Send + 'static> Future for ProcessFunction<'_, M> {
    type Output = HandlerOutcome;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<HandlerOutcome> {
        self.link.wake_other(self.mailbox);
        let Some(future) = &mut self.future else { return Poll::Ready(HandlerOutcome::Done) };
        let poll = future.as_mut().poll(cx);
        if self.link.is_failing() {
            self.future = None;
            return Poll::Ready(HandlerOutcome::Done);
        }
        if poll.is_pending() && self.link.waits.load(Ordering::Relaxed) != NOT_WAITING {
            self.mailbox.header.set_park_reason(ParkReason::Receiving);
        }
        poll.map(|()| HandlerOutcome::Done)
    }
}
