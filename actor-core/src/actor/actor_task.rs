//! The two kinds of actor tasks, and how they are run.
//!
//! [`SyncTask`] is a plain loop for actors whose handlers are all sync. [`AsyncTask`] polls one
//! future, created by [`run_async`], which owns the state and lends it to the handlers. Both only execute
//! the decisions of the run loop.

use super::context::Context;
use super::dispatch::{Dispatch, HandlerOutcome, Input};
use super::local_task;
use super::protocol_message::{BegunMessage, BorrowingFuture, LendState, LocalBox, SendBox};
use super::run_loop::{HandlerError, NextStep};
use super::slow_path::MessageSlot;
use super::spawn::{Life, OpaqueMailbox};
use crate::cell::current::{self, CurrentMessage};
use crate::cell::deadline::{self, HandlerTimer};
use crate::cell::deadlock::OwnWaker;
use crate::cell::deadlock::edge::{self, PendingWait};
use crate::cell::handle::{DynMailbox, ParkResult, catch_and_report_current};
use crate::cell::header::{Header, ParkReason};
use crate::cell::state::{CellTask, CurrentHandler};
use crate::executor::{RunTask, Schedule};
use crate::sync::Arc;
use pin_project_lite::pin_project;
use std::fmt;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context as Poller, Poll, Waker};
#[cfg(any(feature = "metrics", feature = "tracing"))]
use {crate::cell::mailbox::Mailbox, crate::telemetry::HandlerSpan};

/// An actor's task before its first run.
#[doc(hidden)]
pub struct Runner(pub(crate) CellTask);

impl Runner {
    /// Creates the task of an actor whose handlers are all sync.
    pub fn new_sync<A>(life: Life<A>) -> Self
    where
        A: Dispatch<FutureBox = SendBox>,
        A: Send, // otherwise, write `#[actor(local)]` on the `impl`
    {
        Runner(Box::pin(SyncTask::Owned(life)))
    }

    /// Creates the task of an actor with an async handler; `future` is created by [`run_async`] or
    /// [`run_concurrent`](super::concurrent::run_concurrent).
    pub fn new_async<F>(mailbox: OpaqueMailbox, future: F) -> Self
    where
        F: Future<Output = ()> + 'static,
        F: Send, // otherwise, write `#[actor(local)]` on the `impl`
    {
        Runner(Box::pin(AsyncTask { mailbox: mailbox.0, waker: None, future }))
    }

    /// Like [`Runner::new_sync`], for a state that stays on its thread.
    #[track_caller]
    pub fn new_local_sync<A: Dispatch<FutureBox = LocalBox>>(life: Life<A>) -> Self {
        let mailbox = life.mailbox();
        Runner(local_task::new_task(mailbox.0, Box::pin(SyncTask::Owned(life))))
    }

    /// Like [`Runner::new_async`], for a state and handlers that stay on their thread.
    #[track_caller]
    pub fn new_local_async(
        mailbox: OpaqueMailbox,
        future: impl Future<Output = ()> + 'static,
    ) -> Self {
        let OpaqueMailbox(mailbox) = mailbox;
        Runner(local_task::new_task(
            mailbox.clone(),
            Box::pin(AsyncTask { mailbox, waker: None, future }),
        ))
    }
}

impl fmt::Debug for Runner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runner").finish_non_exhaustive()
    }
}

/// The task of an actor.
pub(crate) trait LoopTask {
    /// Returns the mailbox in which the task parks. The task is pinned and may be a future that
    /// borrows from itself: a shared reference to all of it would end the validity of its borrows,
    /// which Miri reports.
    fn mailbox(self: Pin<&mut Self>) -> Arc<dyn DynMailbox>;

    /// Runs until there is nothing to do, a handler is pending, or the turn has ended. Stores in
    /// `wait` which actor a pending handler waits for, if known.
    fn turn(self: Pin<&mut Self>, wait: &mut Option<PendingWait>) -> TurnEnd;
}

pub(crate) enum TurnEnd {
    /// The task parks, for the reason stored in the header.
    Park,
    /// The actor has ended.
    Done,
}

/// A [`LoopTask`] that the executor can run on any thread.
trait SendLoopTask: LoopTask + RunTask {}

impl<B: LoopTask + Send + 'static> SendLoopTask for B {}

impl<B: LoopTask + Send + 'static> RunTask for B {
    fn run(self: Pin<Box<Self>>) {
        run_task(self);
    }

    fn number(self: Pin<&mut Self>) -> u64 {
        number(self)
    }
}

/// Runs a task until it parks or the actor has ended. A separate function, so that it is compiled
/// once; where it is inlined for speed, the types are known again.
#[inline]
fn run_task(mut task: Pin<Box<dyn SendLoopTask>>) {
    let mut mailbox = task.as_mut().mailbox();
    mailbox.header().begin_turn();
    loop {
        let entered = current::enter(mailbox);
        let mut wait = None;
        let progress = task.as_mut().turn(&mut wait);
        mailbox = entered.leave();
        if let TurnEnd::Done = progress {
            return;
        }
        match park(&*mailbox, wait.as_ref(), task, |task| task) {
            Some(again) => task = again,
            None => return,
        }
    }
}

fn number(task: Pin<&mut dyn LoopTask>) -> u64 {
    task.mailbox().header().number
}

/// Parks a task in its mailbox, or puts it at the back of the run queue. Returns the task if it has
/// to continue.
#[inline]
pub(super) fn park<C>(
    mailbox: &dyn DynMailbox,
    wait: Option<&PendingWait>,
    task: C,
    untyped: impl Fn(C) -> CellTask,
) -> Option<C> {
    let mut task = Some(task);
    let mut cell = || task.take().map(&untyped);
    if wait.is_none() && mailbox.park_idle(&mut cell) {
        return None;
    }
    match mailbox.park(wait, &mut cell) {
        ParkResult::Parked => None,
        ParkResult::RunAgain => task,
        ParkResult::Requeue => {
            if let Some(task) = task.map(untyped) {
                mailbox.header().system.executor.schedule_actor(task, Schedule::Yielded);
            }
            None
        }
    }
}

/// The task of an actor whose handlers are all sync.
enum SyncTask<A: Dispatch> {
    Owned(Life<A>),
    /// The state is lent to an async handler of a protocol.
    Borrowed(Box<StateBorrower<A>>),
    /// A temporary value during a transition, never observed.
    InTransit,
}

/// An async handler of a protocol that has borrowed the life.
struct StateBorrower<A: Dispatch> {
    mailbox: Arc<dyn DynMailbox>,
    waker: Option<OwnWaker>,
    handler: BorrowingFuture<'static, A, Life<A>>,
}

/// The state is never pinned: a future that uses it owns it.
impl<A: Dispatch> Unpin for SyncTask<A> {}

impl<A: Dispatch> SyncTask<A> {
    fn take(&mut self) -> Self {
        std::mem::replace(self, SyncTask::InTransit)
    }
}

impl<A: Dispatch<FutureBox: LendState<A>>> LoopTask for SyncTask<A> {
    fn mailbox(self: Pin<&mut Self>) -> Arc<dyn DynMailbox> {
        match &*self {
            SyncTask::Owned(life) => life.run_loop.context.mailbox.clone(),
            SyncTask::Borrowed(borrowed) => borrowed.mailbox.clone(),
            SyncTask::InTransit => unreachable!("it moves within a turn only"),
        }
    }

    fn turn(mut self: Pin<&mut Self>, wait: &mut Option<PendingWait>) -> TurnEnd {
        loop {
            if let SyncTask::Borrowed(borrowed) = &mut *self {
                let StateBorrower { mailbox, waker, handler } = &mut **borrowed;
                let handler: Pin<&mut BorrowingFuture<'static, A, Life<A>>> = Pin::new(handler);
                let Poll::Ready(life) = poll_task(waker, mailbox, handler, wait) else {
                    return TurnEnd::Park;
                };
                *self = SyncTask::Owned(life);
            }
            let SyncTask::Owned(Life { run_loop, state }) = &mut *self else {
                return TurnEnd::Done;
            };
            let mut slot = MessageSlot(None);
            #[cfg(any(feature = "metrics", feature = "tracing"))]
            let mut span;
            let protocol_message = loop {
                let hook = match run_loop.next(state, &mut slot) {
                    NextStep::Message => None,
                    NextStep::Hook(hook) => Some(hook),
                    NextStep::Park => return TurnEnd::Park,
                    NextStep::Done => return TurnEnd::Done,
                };
                #[cfg(any(feature = "metrics", feature = "tracing"))]
                {
                    let handling = current::current_message();
                    span = Some(begin_span::<A>(run_loop.mailbox(), slot.0.as_ref(), handling));
                }
                // The message is taken out of the slot only here, straight into the handler's argument.
                let handle = || match slot.take_input(hook) {
                    Some(input) => A::handle_sync(state, input, &run_loop.context),
                    None => HandlerOutcome::Done,
                };
                let run = || catch_unwind(AssertUnwindSafe(handle));
                #[cfg(any(feature = "metrics", feature = "tracing"))]
                let run = || {
                    let is_async = |outcome: &_| matches!(outcome, HandlerOutcome::NeedsAsync(_));
                    HandlerSpan::run(&mut span, run, is_async)
                };
                match run() {
                    // A sync handler has no await at which it could be dropped.
                    Ok(HandlerOutcome::Done | HandlerOutcome::Aborted) => {
                        run_loop.on_done(current::current_message);
                    }
                    Ok(HandlerOutcome::NeedsAsync(protocol_message)) => break protocol_message,
                    Ok(HandlerOutcome::StartFailed(text)) => {
                        let outcome = Ok(HandlerOutcome::StartFailed(text));
                        run_loop.on_other_outcome(outcome, current::current_message());
                    }
                    Ok(HandlerOutcome::Ended(exit)) => {
                        let outcome = Ok(HandlerOutcome::Ended(exit));
                        run_loop.on_other_outcome(outcome, current::current_message());
                    }
                    Err(payload) => {
                        let outcome = Err(HandlerError::Panicked(payload));
                        run_loop.on_other_outcome(outcome, current::current_message());
                    }
                }
            };
            let begun = BegunMessage {
                handling: current::current_message(),
                #[cfg(any(feature = "metrics", feature = "tracing"))]
                span,
            };
            let SyncTask::Owned(life) = self.take() else { return TurnEnd::Done };
            let mailbox = life.run_loop.mailbox().clone();
            let handler = <A::FutureBox as LendState<A>>::lend(protocol_message.0, life, begun);
            *self = SyncTask::Borrowed(Box::new(StateBorrower { mailbox, waker: None, handler }));
        }
    }
}

pin_project! {
    /// The task of an actor with async handlers.
    struct AsyncTask<F> {
        mailbox: Arc<dyn DynMailbox>,
        // Created when a handler is pending for the first time, and then kept: most actors never
        // need one.
        waker: Option<OwnWaker>,
        #[pin]
        future: F,
    }
}

impl<F: Future<Output = ()>> LoopTask for AsyncTask<F> {
    fn mailbox(self: Pin<&mut Self>) -> Arc<dyn DynMailbox> {
        self.project().mailbox.clone()
    }

    fn turn(self: Pin<&mut Self>, wait: &mut Option<PendingWait>) -> TurnEnd {
        let this = self.project();
        match poll_task(this.waker, &*this.mailbox, this.future, wait) {
            Poll::Ready(()) => TurnEnd::Done,
            Poll::Pending => TurnEnd::Park,
        }
    }
}

/// Polls a future of a task with the task's own waker. If the future is pending, the task parks,
/// and `wait` stores the actor that the handler waits for, if known. Compiled per output type, not
/// per future.
fn poll_task<T>(
    own: &mut Option<OwnWaker>,
    mailbox: &Arc<dyn DynMailbox>,
    mut future: Pin<&mut dyn Future<Output = T>>,
    wait: &mut Option<PendingWait>,
) -> Poll<T> {
    let header = mailbox.header();
    loop {
        // The reason stays the same if a handler is pending; otherwise the run loop changes it.
        header.set_park_reason(ParkReason::HandlerPending);
        let waker = own.as_ref().map_or(Waker::noop(), |own| &own.waker);
        let poll = || future.as_mut().poll(&mut Poller::from_waker(waker));
        let (poll, waits_for) = edge::polled(&**mailbox, waker, poll);
        match (poll, own.as_mut()) {
            (Poll::Ready(value), _) => return Poll::Ready(value),
            (Poll::Pending, None) if waits_for_waker(header.park_reason()) => {
                // The future is pending and was polled with a no-op waker: poll it again with a
                // real one.
                *own = Some(OwnWaker::new(mailbox.clone()));
            }
            (Poll::Pending, own) => {
                if header.never_pended() && header.park_reason() == ParkReason::HandlerPending {
                    publish_current_handler(&**mailbox);
                }
                let park_reason = header.park_reason();
                if let (
                    Some(waits_for),
                    Some(own),
                    ParkReason::HandlerPending | ParkReason::Receiving,
                ) = (waits_for, own, park_reason)
                {
                    own.count(&**mailbox);
                    *wait = Some(PendingWait::new(
                        waits_for,
                        park_reason == ParkReason::HandlerPending,
                    ));
                }
                return Poll::Pending;
            }
        }
    }
}

/// Begins the span of a handler that is about to start; `message` is `None` for a hook.
#[cfg(any(feature = "metrics", feature = "tracing"))]
#[inline]
pub(super) fn begin_span<A: Dispatch>(
    mailbox: &Mailbox<A>,
    message: Option<&A::Message>,
    handling: CurrentMessage,
) -> HandlerSpan {
    let send_context = message.and_then(|message| A::info(message).send_context);
    HandlerSpan::begin(mailbox, handling.name, send_context)
}

/// Makes the current handler visible to other actors and to snapshots. Called when the handler is
/// pending for the first time.
fn publish_current_handler(mailbox: &dyn DynMailbox) {
    mailbox.header().set_never_pended(false);
    let since = mailbox.header().system.executor.recent_time();
    let current_handler = CurrentHandler { handler: current::current_message().name, since };
    mailbox.lock().cell.set_current_handler(current_handler);
}

/// Returns whether a handler is pending in a task that parks for this reason.
fn waits_for_waker(park_reason: ParkReason) -> bool {
    matches!(
        park_reason,
        ParkReason::HandlerPending | ParkReason::Receiving | ParkReason::Concurrent
    )
}

/// The loop of an actor with async handlers: it owns the state, and a pending handler borrows it.
// `life` is destructured outside the block: a value captured by a block is stored once, but a value
// moved out of a capture is stored twice.
#[doc(hidden)]
pub fn run_async<A: Dispatch>(life: Life<A>) -> impl Future<Output = ()> {
    let Life { mut run_loop, mut state } = life;
    async move {
        // Each value that is alive while a handler runs takes memory in every actor, even an idle
        // one. The input is therefore moved on immediately, and its handling is not kept alongside.
        loop {
            let next = poll_fn(|_| run_loop.poll_next(&mut state));
            let Some((input, handling)) = next.await else { return };
            let outcome = start_handler(&mut state, run_loop.context(), input, handling).await;
            run_loop.mailbox().header.set_never_pended(true);
            run_loop.on_outcome(outcome, current::current_message());
        }
    }
}

/// Returns the handler of `input` as a future that has not been polled.
#[inline]
fn start_handler<A: Dispatch>(
    actor: &mut Option<A>,
    context: &Context<A>,
    input: Input<A::Message>,
    handling: CurrentMessage,
) -> impl Future<Output = Result<HandlerOutcome, HandlerError>> {
    let mailbox = &context.mailbox;
    #[cfg(any(feature = "metrics", feature = "tracing"))]
    let span = begin_span::<A>(mailbox, input.message(), handling);
    let future = A::handle_async(actor, input, context);
    let handler = HandlerFuture::new(future, &mailbox.header, handling);
    #[cfg(any(feature = "metrics", feature = "tracing"))]
    let handler = span.instrument(handler);
    handler
}

pin_project! {
    /// The future of a handler.
    pub(crate) struct HandlerFuture<'a, F> {
        #[pin]
        future: Option<F>,
        header: &'a Header,
        handling: CurrentMessage,
        // Armed when the handler is pending and has a deadline. (An `Arc`, because dropping an
        // absent one is a single test.)
        timer: Option<Arc<HandlerTimer>>,
    }
}

impl<'a, F> HandlerFuture<'a, F> {
    pub(crate) fn new(future: F, header: &'a Header, handling: CurrentMessage) -> Self {
        HandlerFuture { future: Some(future), header, handling, timer: None }
    }
}

impl<F: Future<Output = HandlerOutcome>> Future for HandlerFuture<'_, F> {
    type Output = Result<HandlerOutcome, HandlerError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<Self::Output> {
        let this = self.project();
        // Not before the first await of the handler: the message has been taken out of the mailbox,
        // so dropping the handler here would lose it without a trace.
        if this.handling.handling.has_pended() {
            if this.header.is_killed() {
                kill(this.future, *this.handling);
                return Poll::Ready(Err(HandlerError::Killed));
            }
            if this.handling.handling.has_deadline() {
                this.handling.handling.check(&*this.header.system.executor);
            }
        }
        current::set_current_message(*this.handling);
        let Some(future) = this.future.as_pin_mut() else { return Poll::Pending };
        match catch_unwind(AssertUnwindSafe(|| future.poll(cx))) {
            Ok(Poll::Ready(outcome)) => {
                if this.handling.handling.has_deadline() {
                    deadline::forget_wakers();
                }
                Poll::Ready(Ok(outcome))
            }
            Ok(Poll::Pending) => {
                this.handling.handling.set_pended();
                if this.handling.handling.has_deadline() {
                    deadline::watch(this.timer, this.handling.handling, cx.waker());
                }
                Poll::Pending
            }
            Err(payload) => Poll::Ready(Err(HandlerError::Panicked(payload))),
        }
    }
}

/// A handler's future, type-erased.
trait ErasedFuture {
    /// Drops the handler, which is user code.
    fn clear(self: Pin<&mut Self>);
}

impl<F> ErasedFuture for Option<F> {
    fn clear(mut self: Pin<&mut Self>) {
        self.set(None);
    }
}

/// Drops the handler at its await. A panic in the drop has no further effect.
#[cold]
fn kill(mut work: Pin<&mut dyn ErasedFuture>, handling: CurrentMessage) {
    current::set_current_message(handling.killed());
    catch_and_report_current(handling.name, &mut || work.as_mut().clear());
}

#[cfg(test)]
mod tests {
    use super::{Life, SyncTask};
    use actor_core::prelude::*;

    #[actor]
    struct Small;

    #[actor]
    impl Small {}

    #[test]
    fn an_actor_that_serves_no_protocol_pays_nothing_for_them() {
        assert_eq!(size_of::<SyncTask<Small>>(), size_of::<Life<Small>>());
    }
}
