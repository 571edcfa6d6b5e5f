//! Concurrent handlers: while only `concurrent` messages are running, they share the state. An
//! input that needs exclusive access waits until they have ended, and no later message starts
//! before it.

use super::actor_task::begin_work;
use super::erased::Stage;
use super::erased_message::Place;
use super::handler_future::Handler;
use super::run_loop::{Broken, Driver, Next};
use super::spawn::Life;
use crate::actor::dispatch::{Dispatch, Flow, Input};
use crate::cell::current::{self, Handling};
use crate::cell::deadlock::tracker;
use crate::cell::handle::contain_own;
use crate::cell::header::{END, LEAVE, Pace};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context as Poller, Poll};

/// The next input, which waits until the concurrent handlers have ended.
type Held<A> = (Input<<A as crate::Protocol>::Message>, Handling);

/// The loop of an actor with `concurrent` messages.
#[doc(hidden)]
pub fn run_shared<A: Dispatch>(life: Life<A>) -> impl Future<Output = ()> {
    let Life { mut driver, mut state } = life;
    async move {
        let mut held = None;
        while let Some((input, handling)) =
            poll_fn(|_| driver.next_or_held(held.take(), &mut state)).await
        {
            match (input, &state) {
                (Input::Message(message), Some(actor)) if A::is_concurrent(&message) => {
                    held = overlap(&mut driver, actor, message, handling).await;
                }
                (input, _) => {
                    let context = driver.context();
                    context.mail().core.set_fresh(true);
                    let work = begin_work::<A>(context.mail(), input.message(), handling);
                    let future = A::handle_later(&mut state, input, context);
                    let handler = Handler::new(future, &context.mail().core, handling);
                    let outcome = work.watch(handler).await;
                    driver.done(outcome, handling);
                }
            }
        }
    }
}

/// Handles `first` and the messages that may overlap with it, until none is left; returns the input
/// that was held back.
async fn overlap<A: Dispatch>(
    driver: &mut Driver<A>,
    actor: &A,
    first: A::Message,
    handling: Handling,
) -> Option<Held<A>> {
    let context = driver.context().again();
    let core = &context.mail().core;
    core.set_fresh(true);
    let start = |message, handling| {
        let work = begin_work::<A>(context.mail(), Some(&message), handling);
        work.watch(Handler::new(A::handle_shared(actor, message, &context), core, handling))
    };
    let mut slots = Slots { places: Vec::new(), running: 0 };
    slots.begin(start(first, handling), handling);
    let mut held = None;
    poll_fn(|cx| {
        // It stays so unless the driver finds that more messages could start.
        core.set_pace(Pace::Busy);
        for index in 0..slots.places.len() {
            slots.go_on(index, driver, cx);
        }
        while held.is_none() && slots.running < core.settings.overlap {
            match driver.next_beside(actor) {
                Next::Run(Input::Message(message), handling) if A::is_concurrent(&message) => {
                    let index = slots.begin(start(message, handling), handling);
                    core.set_pace(Pace::Busy);
                    slots.go_on(index, driver, cx);
                }
                Next::Run(input, handling) => {
                    core.set_pace(Pace::Busy);
                    held = Some((input, handling));
                }
                Next::Rest | Next::Over => break,
            }
        }
        if driver.course.killed {
            slots.kill();
        }
        if slots.running != 0 {
            return Poll::Pending;
        }
        core.set_pace(Pace::Busy);
        Poll::Ready(held.take())
    })
    .await
}

/// The running handlers, in reusable slots.
struct Slots<F> {
    places: Vec<(Handling, Pin<Box<Option<F>>>)>,
    running: usize,
}

impl<F: Future<Output = Result<Flow, Broken>>> Slots<F> {
    /// Adds a handler in a free slot.
    fn begin(&mut self, handler: F, handling: Handling) -> usize {
        self.running += 1;
        match self.places.iter().position(|(_, place)| place.is_none()) {
            Some(index) => {
                let (whose, place) = &mut self.places[index];
                *whose = handling;
                place.set(Some(handler));
                index
            }
            None => {
                self.places.push((handling, Box::pin(Some(handler))));
                self.places.len() - 1
            }
        }
    }

    /// Polls one of them. Its waits leave no record, because the actor does not depend on them
    /// alone.
    fn go_on<A: Dispatch>(&mut self, index: usize, driver: &mut Driver<A>, cx: &mut Poller<'_>) {
        let (handling, place) = &mut self.places[index];
        let Some(handler) = place.as_mut().as_pin_mut() else { return };
        let Poll::Ready(outcome) = tracker::unrecorded(|| handler.poll(cx)) else { return };
        let handling = *handling;
        place.set(None);
        self.running -= 1;
        if matches!(outcome, Err(Broken::Killed)) {
            self.kill();
        }
        driver.done_beside(outcome, handling);
    }

    /// Drops all handlers: each caller learns that the actor was killed.
    fn kill(&mut self) {
        for (handling, place) in &mut self.places {
            if place.is_some() {
                current::set_handling(handling.killed());
                // As for a single handler.
                contain_own(handling.name, &mut || place.set(None));
            }
        }
        self.running = 0;
    }
}

impl<A: Dispatch> Driver<A> {
    /// Returns the next input when no handler runs: the one that was held back, if it may still be
    /// handled.
    fn next_or_held(
        &mut self,
        held: Option<Held<A>>,
        state: &mut Option<A>,
    ) -> Poll<Option<Held<A>>> {
        // One of the concurrent handlers may have ended the life: an input that waited for it is
        // then not started.
        let signals = self.mail().core.signals();
        if held.is_some() && signals & (LEAVE | END) != 0 {
            self.steps().heed_end(signals);
        }
        let held = held.and_then(|(input, handling)| self.take_up(input, handling, state.as_ref()));
        match held.unwrap_or_else(|| self.next(state)) {
            Next::Run(input, handling) => Poll::Ready(Some((input, handling))),
            Next::Rest => Poll::Pending,
            Next::Over => Poll::Ready(None),
        }
    }

    fn take_up(
        &mut self,
        input: Input<A::Message>,
        handling: Handling,
        state: Option<&A>,
    ) -> Option<Next<A::Message>> {
        match (input, state) {
            (Input::Message(message), Some(actor))
                if !matches!(self.course.stage, Stage::Ending(_)) =>
            {
                self.offer(Place(Some(message)), actor)
            }
            (Input::Message(message), _) => {
                self.mail().throw_away(message);
                None
            }
            _ if matches!(self.course.stage, Stage::Ending(_)) => None,
            (input, _) => Some(Next::Run(input, handling)),
        }
    }

    /// Returns an input that may start concurrently; an input that needs exclusive access stays
    /// where it is, unless it came from a system message.
    fn next_beside(&mut self, actor: &A) -> Next<A::Message> {
        loop {
            if matches!(self.course.stage, Stage::Ending(_)) {
                return self.rest(Pace::Busy);
            }
            if let Some(next) = self.proceed::<true>(Some(actor)) {
                return next;
            }
        }
    }

    /// Records the outcome of one of the concurrent handlers. If the life is to fail, the others
    /// finish first.
    fn done_beside(&mut self, outcome: Result<Flow, Broken>, handling: Handling) {
        let is_ending = matches!(self.course.stage, Stage::Ending(_));
        if outcome.is_err() || !is_ending {
            self.done(outcome, handling);
        }
    }
}
