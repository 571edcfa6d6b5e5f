//! The two kinds of bodies of a cell, and how they are run.
//!
//! [`NowBody`] is a plain loop for actors whose handlers are all sync. [`LaterBody`] polls one
//! future, created by [`run`], which owns the state and lends it to the handlers. Both only execute
//! the decisions of the driver.

use super::context::Context;
use super::handler_future::Handler;
use super::lender::{Borrowing, Here, Lends, Sent};
use super::local_task;
use super::run_loop::{Broken, Next};
use super::spawn::{Life, Seat};
use crate::actor::dispatch::{Dispatch, Flow, Input};
use crate::cell::current::{self, Handling};
use crate::cell::deadlock::edge::Pending;
use crate::cell::deadlock::tracker;
use crate::cell::deadlock::waker::OwnWaker;
use crate::cell::handle::{AnyMail, Rest};
use crate::cell::header::Pace;
use crate::cell::mailbox::Mail;
use crate::cell::state::{AtWork, Cell};
use crate::executor::{Job, RunTask, Schedule};
use crate::sync::Arc;
use crate::telemetry::handler_span;
use pin_project_lite::pin_project;
use std::fmt;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context as Poller, Poll, Waker};

/// An actor's cell before its first run.
#[doc(hidden)]
pub struct Runner(pub(crate) Cell);

impl Runner {
    /// All handlers are sync.
    pub fn now<A: Dispatch<Boxing = Sent> + Send>(life: Life<A>) -> Self {
        Runner(Box::pin(NowBody::Here(life)))
    }

    /// Some handler is async; `future` is created by [`run`].
    pub fn later(seat: Seat, future: impl Future<Output = ()> + Send + 'static) -> Self {
        Runner(Box::pin(LaterBody { mail: seat.0, waker: None, future }))
    }

    /// Like [`Runner::now`], for a state that stays on its thread.
    #[track_caller]
    pub fn local_now<A: Dispatch<Boxing = Here>>(life: Life<A>) -> Self {
        let seat = life.seat();
        Runner(local_task::cell(seat.0, Box::pin(NowBody::Here(life))))
    }

    /// Like [`Runner::later`], for a state and handlers that stay on their thread.
    #[track_caller]
    pub fn local_later(seat: Seat, future: impl Future<Output = ()> + 'static) -> Self {
        let mail = seat.0.clone();
        Runner(local_task::cell(mail, Box::pin(LaterBody { mail: seat.0, waker: None, future })))
    }
}

impl fmt::Debug for Runner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runner").finish_non_exhaustive()
    }
}

/// The task of a cell.
pub(crate) trait Body {
    /// The mailbox in which it parks.
    fn mail(&self) -> Arc<dyn AnyMail>;

    /// Runs until there is nothing to do, a handler is pending, or the turn is over. Stores in
    /// `wait` which actor a pending handler waits for, if known.
    fn turn(self: Pin<&mut Self>, wait: &mut Option<Pending>) -> Progress;
}

pub(crate) enum Progress {
    /// The cell parks, for the reason stored in the core.
    Rests,
    /// The actor has ended.
    Over,
}

/// A body inside its cell.
trait CellBody: Body + RunTask {}

impl<B: Body + Send + 'static> CellBody for B {}

impl<B: Body + Send + 'static> RunTask for B {
    fn run(self: Pin<Box<Self>>) {
        run_cell(self);
    }

    fn number(&self) -> u64 {
        number(self)
    }
}

/// A separate function, so that it is compiled once; where it is inlined for speed, the types are
/// known again.
#[inline]
fn run_cell(mut body: Pin<Box<dyn CellBody>>) {
    let mut mail = body.mail();
    mail.core().begin_turn();
    loop {
        let entered = current::enter(mail);
        let mut wait = None;
        let progress = body.as_mut().turn(&mut wait);
        mail = entered.leave();
        if let Progress::Over = progress {
            return;
        }
        match rest(&*mail, wait.as_ref(), body, |body| body) {
            Some(again) => body = again,
            None => return,
        }
    }
}

fn number(body: &dyn Body) -> u64 {
    body.mail().core().number
}

/// Parks a cell in its seat, or puts it at the back of the run queue. Returns it if it has to
/// continue.
#[inline]
pub(super) fn rest<C>(
    mail: &dyn AnyMail,
    wait: Option<&Pending>,
    cell: C,
    untyped: impl Fn(C) -> Cell,
) -> Option<C> {
    let mut cell = Some(cell);
    match mail.lay_back(wait, &mut || cell.take().map(&untyped)) {
        Rest::Laid => None,
        Rest::Again => cell,
        Rest::Back => {
            if let Some(cell) = cell.map(untyped) {
                mail.core().hub.executor.schedule(Job::Actor(cell), Schedule::Yielded);
            }
            None
        }
    }
}

/// The body of an actor whose handlers are all sync.
enum NowBody<A: Dispatch> {
    Here(Life<A>),
    /// An async handler of a protocol has the state.
    Lent(Box<Borrower<A>>),
    /// A transient state, never observed.
    Moving,
}

/// The handler that has borrowed the life.
struct Borrower<A: Dispatch> {
    mail: Arc<dyn AnyMail>,
    waker: Option<OwnWaker>,
    handler: Borrowing<'static, A, Life<A>>,
}

/// The state is never pinned: a future that uses it owns it.
impl<A: Dispatch> Unpin for NowBody<A> {}

impl<A: Dispatch> NowBody<A> {
    fn take(&mut self) -> Self {
        std::mem::replace(self, NowBody::Moving)
    }
}

impl<A: Dispatch<Boxing: Lends<A>>> Body for NowBody<A> {
    fn mail(&self) -> Arc<dyn AnyMail> {
        match self {
            NowBody::Here(life) => life.driver.context().mail().clone(),
            NowBody::Lent(borrower) => borrower.mail.clone(),
            NowBody::Moving => unreachable!("it moves within a turn only"),
        }
    }

    fn turn(mut self: Pin<&mut Self>, wait: &mut Option<Pending>) -> Progress {
        loop {
            if let NowBody::Lent(borrower) = &mut *self {
                let Borrower { mail, waker, handler } = &mut **borrower;
                let handler: Pin<&mut Borrowing<'static, A, Life<A>>> = Pin::new(handler);
                let Poll::Ready(life) = poll_own(waker, mail, handler, wait) else {
                    return Progress::Rests;
                };
                *self = NowBody::Here(life);
            }
            let NowBody::Here(Life { driver, state }) = &mut *self else { return Progress::Over };
            let (foreign, handling) = loop {
                match driver.next(state) {
                    Next::Run(input, handling) => {
                        current::set_handling(handling);
                        let mail = driver.context().mail();
                        let work = begin_work::<A>(mail, input.message(), handling);
                        let handle = || A::handle(state, input, driver.context());
                        match work.run(|| catch_unwind(AssertUnwindSafe(handle))) {
                            Ok(Flow::Done) => driver.done(Ok(Flow::Done), handling),
                            Ok(Flow::Lend(foreign)) => break (foreign, handling),
                            Ok(Flow::Failed(text)) => {
                                driver.done(Ok(Flow::Failed(text)), handling);
                            }
                            Err(payload) => driver.done(Err(Broken::Panicked(payload)), handling),
                        }
                    }
                    Next::Rest => return Progress::Rests,
                    Next::Over => return Progress::Over,
                }
            };
            let NowBody::Here(life) = self.take() else { return Progress::Over };
            let mail = life.driver.context().mail().clone();
            let handler = <A::Boxing as Lends<A>>::lend(foreign.0, life, handling);
            *self = NowBody::Lent(Box::new(Borrower { mail, waker: None, handler }));
        }
    }
}

pin_project! {
    /// The body of an actor with async handlers.
    struct LaterBody<F> {
        mail: Arc<dyn AnyMail>,
        // Created when a handler is first pending, and kept: most actors never need one.
        waker: Option<OwnWaker>,
        #[pin]
        future: F,
    }
}

impl<F: Future<Output = ()>> Body for LaterBody<F> {
    fn mail(&self) -> Arc<dyn AnyMail> {
        self.mail.clone()
    }

    fn turn(self: Pin<&mut Self>, wait: &mut Option<Pending>) -> Progress {
        let this = self.project();
        match poll_own(this.waker, &*this.mail, this.future, wait) {
            Poll::Ready(()) => Progress::Over,
            Poll::Pending => Progress::Rests,
        }
    }
}

/// Polls a future of a cell with the cell's own waker. If it is pending, the cell parks, and `wait`
/// is the actor that it waits for, if known. Compiled per output type, not per future.
fn poll_own<T>(
    own: &mut Option<OwnWaker>,
    mail: &Arc<dyn AnyMail>,
    mut future: Pin<&mut dyn Future<Output = T>>,
    wait: &mut Option<Pending>,
) -> Poll<T> {
    let core = mail.core();
    loop {
        // It stays so if a handler is pending; otherwise the driver changes it.
        core.set_pace(Pace::Busy);
        let waker = own.as_ref().map_or(Waker::noop(), |own| &own.waker);
        let poll = || future.as_mut().poll(&mut Poller::from_waker(waker));
        let (poll, waits_for) = tracker::polled(&**mail, waker, poll);
        match (poll, own.as_mut()) {
            (Poll::Ready(value), _) => return Poll::Ready(value),
            (Poll::Pending, None) if waits_for_waker(core.pace()) => {
                // The pending future was polled with a no-op waker: poll it again.
                *own = Some(OwnWaker::new(mail.clone()));
            }
            (Poll::Pending, own) => {
                if core.is_fresh() && core.pace() == Pace::Busy {
                    note_at_work(&**mail);
                }
                let pace = core.pace();
                if let (Some(waits_for), Some(own), Pace::Busy | Pace::Receiving) =
                    (waits_for, own, pace)
                {
                    own.count(&**mail);
                    *wait = Some(Pending::new(waits_for, pace == Pace::Busy));
                }
                return Poll::Pending;
            }
        }
    }
}

/// The handler of `message`, or of no message, is about to start.
#[inline]
pub(super) fn begin_work<A: Dispatch>(
    mail: &Mail<A>,
    message: Option<&A::Message>,
    handling: Handling,
) -> handler_span::Work {
    #[cfg(any(feature = "metrics", feature = "tracing"))]
    let stamp = message.and_then(|message| A::label(message).stamp());
    #[cfg(not(any(feature = "metrics", feature = "tracing")))]
    let (stamp, _) = (None, message);
    handler_span::Work::begin(mail, handling.name, stamp)
}

/// The current handler is pending for the first time: from now on, it is visible to others.
fn note_at_work(mail: &dyn AnyMail) {
    mail.core().set_fresh(false);
    let since = mail.core().hub.executor.now();
    let at_work = AtWork { handler: current::handling().name, since };
    mail.with(&mut |seat, _| seat.set_at_work(at_work));
}

/// Whether a handler is pending in a cell that parks for this reason.
fn waits_for_waker(pace: Pace) -> bool {
    matches!(pace, Pace::Busy | Pace::Receiving | Pace::Sharing)
}

/// The loop of an actor with async handlers: it owns the state, and a pending handler borrows it.
// `life` is destructured outside the block: a value captured by a block is stored once, a value
// moved out of a capture twice.
#[doc(hidden)]
pub fn run<A: Dispatch>(life: Life<A>) -> impl Future<Output = ()> {
    let Life { mut driver, mut state } = life;
    async move {
        // Everything that is alive while a handler runs takes memory in each actor, also in idle
        // ones. The input is therefore moved on immediately, and its handling is not kept
        // alongside.
        loop {
            let next = poll_fn(|_| match driver.next(&mut state) {
                Next::Run(input, handling) => Poll::Ready(Some((input, handling))),
                Next::Rest => Poll::Pending,
                Next::Over => Poll::Ready(None),
            });
            let Some((input, handling)) = next.await else { return };
            let outcome = at_work(&mut state, driver.context(), input, handling).await;
            driver.context().mail().core.set_fresh(true);
            driver.done(outcome, current::handling());
        }
    }
}

/// The handler of `input`, about to start.
#[inline]
fn at_work<A: Dispatch>(
    actor: &mut Option<A>,
    context: &Context<A>,
    input: Input<A::Message>,
    handling: Handling,
) -> impl Future<Output = Result<Flow, Broken>> {
    let mail = context.mail();
    let work = begin_work::<A>(mail, input.message(), handling);
    work.watch(Handler::new(A::handle_later(actor, input, context), &mail.core, handling))
}

#[cfg(test)]
mod tests {
    use super::{Life, NowBody};
    use actor_core::prelude::*;

    #[actor]
    struct Small;

    #[actor]
    impl Small {}

    #[test]
    fn an_actor_that_serves_no_protocol_pays_nothing_for_them() {
        assert_eq!(size_of::<NowBody<Small>>(), size_of::<Life<Small>>());
    }
}
