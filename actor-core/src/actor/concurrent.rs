//! Concurrent handlers: while only `concurrent` messages are running, they share the state. An
//! input that needs exclusive access waits until they have ended, and no later message starts
//! before it.

#[cfg(any(feature = "metrics", feature = "tracing"))]
use super::actor_task::begin_span;
use super::run_loop::{HandlerError, NextInput, NextStep, RunLoop};
use super::spawn::Life;
use crate::actor::actor_task::HandlerFuture;
use crate::actor::dispatch::{Dispatch, HandlerOutcome, Input};
use crate::actor::run_loop::Lifecycle;
use crate::actor::slow_path::MessageSlot;
use crate::cell::current::{self, CurrentMessage};
use crate::cell::deadlock::edge;
use crate::cell::handle::{DynMailbox, catch_and_report, catch_and_report_current};
use crate::cell::header::{ParkReason, STOP_FOR_RESTART, STOP_SELF};
use crate::future::PartWakers;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context as Poller, Poll};

/// Returns the run loop of an actor with `concurrent` messages.
#[doc(hidden)]
pub fn run_concurrent<A: Dispatch>(life: Life<A>) -> impl Future<Output = ()> {
    let Life { mut run_loop, mut state } = life;
    async move {
        let mut held = None;
        while let Some((input, handling)) =
            poll_fn(|_| run_loop.next_or_pending(held.take(), &mut state)).await
        {
            match (input, &state) {
                (Input::Message(message), Some(actor)) if A::is_concurrent(&message) => {
                    held = run_overlapping(&mut run_loop, actor, message, handling).await;
                }
                (input, _) => {
                    let context = run_loop.context();
                    context.mailbox.header.set_never_pended(true);
                    #[cfg(any(feature = "metrics", feature = "tracing"))]
                    let span = begin_span::<A>(&context.mailbox, input.message(), handling);
                    let future = A::handle_async(&mut state, input, context);
                    let handler = HandlerFuture::new(future, &context.mailbox.header, handling);
                    #[cfg(any(feature = "metrics", feature = "tracing"))]
                    let handler = span.instrument(handler);
                    run_loop.on_outcome(handler.await, handling);
                }
            }
        }
    }
}

/// Handles `first` and the messages that may overlap with it, until no handler is left. Returns the
/// input that was held back.
async fn run_overlapping<A: Dispatch>(
    run_loop: &mut RunLoop<A>,
    actor: &A,
    first: A::Message,
    handling: CurrentMessage,
) -> Option<NextInput<A>> {
    let context = run_loop.context().clone_ref();
    let header = &context.mailbox.header;
    header.set_never_pended(true);
    let start = |message, handling| {
        #[cfg(any(feature = "metrics", feature = "tracing"))]
        let span = begin_span::<A>(&context.mailbox, Some(&message), handling);
        let future = A::handle_concurrent(actor, message, &context);
        let handler = HandlerFuture::new(future, header, handling);
        #[cfg(any(feature = "metrics", feature = "tracing"))]
        let handler = span.instrument(handler);
        handler
    };
    let mut handlers = HandlerSet::new();
    handlers.begin(start(first, handling), handling);
    let mut held = None;
    poll_fn(|cx| {
        // The reason stays the same unless the run loop finds that more messages could start.
        header.set_park_reason(ParkReason::HandlerPending);
        handlers.poll_woken(run_loop, cx);
        while held.is_none() && handlers.running < header.settings.max_concurrent {
            let mut slot = MessageSlot(None);
            let running = current::current_message();
            match run_loop.next_concurrent(actor, &mut slot).into_poll(slot) {
                Poll::Ready(Some((Input::Message(message), handling)))
                    if A::is_concurrent(&message) =>
                {
                    handlers.begin(start(message, handling), handling);
                    header.set_park_reason(ParkReason::HandlerPending);
                    handlers.poll_woken(run_loop, cx);
                }
                Poll::Ready(Some(input)) => {
                    // The new handler does not run yet.
                    current::set_current_message(running);
                    header.set_park_reason(ParkReason::HandlerPending);
                    held = Some(input);
                }
                Poll::Ready(None) | Poll::Pending => break,
            }
        }
        if run_loop.loop_state.killed {
            handlers.kill();
        }
        if handlers.running != 0 {
            return Poll::Pending;
        }
        header.set_park_reason(ParkReason::HandlerPending);
        Poll::Ready(held.take())
    })
    .await
}

/// The running handlers, in reusable slots. Each slot has a waker.
struct HandlerSet<F> {
    slots: Vec<(CurrentMessage, Pin<Box<Option<F>>>)>,
    /// The indices of the slots without a handler.
    free: Vec<usize>,
    running: usize,
    wakers: PartWakers,
}

impl<F: Future<Output = Result<HandlerOutcome, HandlerError>>> HandlerSet<F> {
    fn new() -> Self {
        HandlerSet { slots: Vec::new(), free: Vec::new(), running: 0, wakers: PartWakers::new() }
    }

    /// Adds a handler in a free slot. `poll_woken` polls it.
    fn begin(&mut self, handler: F, handling: CurrentMessage) {
        self.running += 1;
        let index = match self.free.pop() {
            Some(index) => {
                let (whose, slot) = &mut self.slots[index];
                *whose = handling;
                slot.set(Some(handler));
                index
            }
            None => {
                self.slots.push((handling, Box::pin(Some(handler))));
                self.wakers.add()
            }
        };
        self.wakers.list(index);
    }

    /// Polls the handlers that have been woken or added, or all of them after a kill, which wakes only the actor.
    fn poll_woken<A: Dispatch>(&mut self, run_loop: &mut RunLoop<A>, cx: &Poller<'_>) {
        let woken = self.wakers.take(cx.waker());
        if run_loop.mailbox().header.is_killed() {
            (0..self.slots.len()).for_each(|index| self.poll_one(index, run_loop));
        } else {
            woken.into_iter().for_each(|index| self.poll_one(index, run_loop));
        }
    }

    /// Polls one handler of the set, if its slot is not free.
    fn poll_one<A: Dispatch>(&mut self, index: usize, run_loop: &mut RunLoop<A>) {
        let (handling, slot) = &mut self.slots[index];
        let Some(handler) = slot.as_mut().as_pin_mut() else { return };
        let waker = self.wakers.waker(index);
        let poll = || handler.poll(&mut Poller::from_waker(waker));
        let Poll::Ready(outcome) = edge::concurrent(waker, poll) else { return };
        let handling = *handling;
        slot.set(None);
        self.running -= 1;
        self.free.push(index);
        if matches!(outcome, Err(HandlerError::Killed)) {
            self.kill();
        }
        run_loop.on_concurrent_outcome(outcome, handling);
    }

    /// Drops all handlers: each caller learns that the actor was killed.
    fn kill(&mut self) {
        for (index, (handling, slot)) in self.slots.iter_mut().enumerate() {
            if slot.is_some() {
                current::set_current_message(handling.killed());
                // As for a single handler.
                catch_and_report_current(handling.name, &mut || slot.set(None));
                self.free.push(index);
            }
        }
        self.running = 0;
    }
}

impl<A: Dispatch> RunLoop<A> {
    /// Returns the next input when no handler runs: first the input that was held back, if it may
    /// still be handled.
    fn next_or_pending(
        &mut self,
        held: Option<NextInput<A>>,
        state: &mut Option<A>,
    ) -> Poll<Option<NextInput<A>>> {
        // One of the concurrent handlers may have ended the life: an input that waited for it is
        // then not started.
        let flags = self.mailbox().header.flags();
        if held.is_some() && flags & (STOP_SELF | STOP_FOR_RESTART) != 0 {
            self.erased().handle_end_flags(flags);
        }
        let mut slot = MessageSlot(None);
        let held = held.and_then(|held| self.take_up(held, &mut slot, state.as_ref()));
        held.unwrap_or_else(|| self.next(state, &mut slot)).into_poll(slot)
    }

    fn take_up(
        &mut self,
        (input, handling): NextInput<A>,
        slot: &mut MessageSlot<A>,
        state: Option<&A>,
    ) -> Option<NextStep> {
        let is_ending = matches!(self.loop_state.lifecycle, Lifecycle::ShuttingDown(_));
        let (source, is_cancelled) = self.mailbox().untyped().take_up_held_back().unzip();
        let is_cancelled = is_cancelled.unwrap_or(false);
        match (input, state) {
            (Input::Message(message), Some(actor)) if !is_cancelled && !is_ending => {
                slot.0 = Some(message);
                self.erased().begin_held_back(slot, actor, source)
            }
            (Input::Hook(hook), _) if !is_cancelled && !is_ending => {
                Some(NextStep::hook(hook, handling))
            }
            (input, _) => {
                // One of the handlers has cancelled the source of the input, or has ended the life.
                let mut input = Some(input);
                catch_and_report(&**self.mailbox(), handling.name, &mut || input = None);
                None
            }
        }
    }

    /// Returns an input that may start concurrently. An input that needs exclusive access stays in
    /// its queue, unless it came from a system message.
    fn next_concurrent(&mut self, actor: &A, slot: &mut MessageSlot<A>) -> NextStep {
        loop {
            if matches!(self.loop_state.lifecycle, Lifecycle::ShuttingDown(_)) {
                return self.park(ParkReason::HandlerPending);
            }
            if let Some(next) = self.step::<true>(Some(actor), slot) {
                return next;
            }
        }
    }

    /// Records the outcome of one of the concurrent handlers. If the life is to fail, the others
    /// finish first.
    fn on_concurrent_outcome(
        &mut self,
        outcome: Result<HandlerOutcome, HandlerError>,
        handling: CurrentMessage,
    ) {
        let is_ending = matches!(self.loop_state.lifecycle, Lifecycle::ShuttingDown(_));
        if outcome.is_err() || !is_ending {
            self.on_outcome(outcome, handling);
        }
    }
}
