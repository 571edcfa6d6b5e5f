//! The decisions of the run loop: what an actor does next, independent of how handlers are run.
//! Between two inputs, it checks one word of flags.

use super::erased::{Stage, Steps, Untyped, typed};
use super::erased_message::{AnyMessage, Place};
use super::run_loop::{Driver, Next};
use crate::actor::dispatch::{Dispatch, Input};
use crate::cell::current::Handling;
use crate::cell::handle::{AnyMail, Fetched};
use crate::cell::header::Pace;
use crate::exit::Exit;

/// Whether a message may start, if others are running (`BESIDE`).
pub(crate) fn may_start<A: Dispatch, const BESIDE: bool>(message: &A::Message) -> bool {
    !BESIDE || A::is_concurrent(message)
}

impl<A: Dispatch> Driver<A> {
    /// Decides the next step. Inlined together with the code for each message; the slow path is
    /// not.
    #[inline]
    pub(crate) fn next(&mut self, state: &mut Option<A>) -> Next<A::Message> {
        loop {
            let step = match self.course.stage {
                Stage::Starting | Stage::Running | Stage::Draining => {
                    self.proceed::<false>(state.as_ref())
                }
                Stage::Born | Stage::Ending(_) => self.begin_or_end(state),
            };
            if let Some(next) = step {
                return next;
            }
        }
    }

    /// Starts the life, or runs the steps of its end.
    #[cold]
    #[inline(never)]
    fn begin_or_end(&mut self, state: &mut Option<A>) -> Option<Next<A::Message>> {
        typed(self.steps().begin_or_end(state), &mut None)
    }

    /// One step of an actor that runs or drains; with `BESIDE`, others are running and share the
    /// state.
    #[inline]
    pub(super) fn proceed<const BESIDE: bool>(
        &mut self,
        state: Option<&A>,
    ) -> Option<Next<A::Message>> {
        let Some(actor) = state else {
            // A `self` handler has consumed the state: it was the last message.
            self.is_over();
            return None;
        };
        let core = &self.mail().core;
        if (core.signals() | core.interrupted() != 0 || core.budget() == 0 || self.course.is_due())
            && let Some(next) = self.heed(actor, BESIDE)
        {
            return next;
        }
        if BESIDE
            && let Some(first) = self.batch.get(0)
            && !may_start::<A, BESIDE>(first)
        {
            return Some(self.rest(Pace::Busy));
        }
        let message = match self.batch.pop_front() {
            Some(message) => message,
            None if self.course.fetched && self.course.stage == Stage::Running => {
                self.course.fetched = false;
                // The block of a past burst: an idle actor holds none.
                self.batch.give_back();
                return Some(self.rest(idle(BESIDE)));
            }
            None if self.mail().core.is_member() => {
                return self.fetch_shared(actor, BESIDE);
            }
            None => {
                self.course.fetched = true;
                let may_start = may_start::<A, BESIDE>;
                let mail = self.context.mail();
                let (first, signalled) = mail.fetch(&mut self.batch, may_start, !BESIDE);
                match first {
                    Some(message) => message,
                    None => {
                        let is_empty = !signalled && self.batch.is_empty();
                        if self.course.stage == Stage::Draining && is_empty {
                            return self.drained(BESIDE);
                        }
                        return None;
                    }
                }
            }
        };
        if A::GUARDED || A::foreign(&message).is_some() {
            return self.take(Place(Some(message)), actor);
        }
        if A::way(&message).unbounded {
            self.mail().untyped().took_free();
        } else {
            self.mail().core.took_one();
        }
        self.mail().core.spend();
        self.begin_handling(message)
    }

    /// The slow path between two messages: see [`heed`](Steps::heed).
    #[inline(never)]
    #[allow(clippy::option_option, reason = "two questions: is there a step, and which")]
    fn heed(&mut self, actor: &A, beside: bool) -> Option<Option<Next<A::Message>>> {
        let mut place = Place::<A>(None);
        match self.steps().heed(&mut place, actor, beside) {
            Some(next) => Some(typed(next, &mut place.0)),
            None => None,
        }
    }

    /// A message of the batch with a guard, or of a protocol: the actor's impl has its delivery
    /// options.
    #[inline(never)]
    fn take(&mut self, place: Place<A>, actor: &A) -> Option<Next<A::Message>> {
        self.steps().took(place.way().unbounded);
        self.mail().core.spend();
        self.offer(place, actor)
    }

    /// Handles the message if its guard allows it; otherwise defers it.
    pub(super) fn offer(&mut self, mut place: Place<A>, actor: &A) -> Option<Next<A::Message>> {
        let is_asked = A::GUARDED || place.way().guarded;
        if is_asked && !self.steps().may_begin(&mut place, actor) {
            return None;
        }
        self.begin_handling(place.0?)
    }

    /// Starts the message's handler, unless its caller no longer waits.
    #[inline(always)]
    fn begin_handling(&mut self, message: A::Message) -> Option<Next<A::Message>> {
        let label = A::label(&message);
        if label.reply.is_some_and(|head| !head.begin()) {
            self.skip(Place(Some(message)));
            return None;
        }
        let handling = Handling::new(label.name, label.reply);
        if self.mail().core.is_simulated() {
            return self.meet(Place(Some(message)), handling);
        }
        Some(Next::Run(Input::Message(message), handling))
    }

    /// Skips a message whose caller no longer waits.
    #[cold]
    #[inline(never)]
    fn skip(&mut self, mut place: Place<A>) {
        self.steps().skip(&mut place);
    }

    /// Handles a message with the faults of a simulation.
    #[cold]
    #[inline(never)]
    fn meet(&mut self, mut place: Place<A>, handling: Handling) -> Option<Next<A::Message>> {
        typed(self.steps().meet(&mut place, handling), &mut place.0)
    }

    /// The life ends normally.
    #[cold]
    #[inline(never)]
    fn is_over(&mut self) {
        self.steps().finish(Exit::Stopped);
    }

    /// All queued messages have been handled.
    #[inline(never)]
    fn drained(&mut self, beside: bool) -> Option<Next<A::Message>> {
        typed(self.steps().drained(beside), &mut None)
    }

    /// A member of a pool takes one message of the shared mailbox.
    #[inline(never)]
    fn fetch_shared(&mut self, actor: &A, beside: bool) -> Option<Next<A::Message>> {
        let mut place = Place::<A>(None);
        let next = self.steps().fetch_shared(&mut place, beside);
        match place.0 {
            Some(_) => self.offer(place, actor),
            None => typed(next, &mut None),
        }
    }
}

/// The park reason of a cell that has nothing to do.
const fn idle(beside: bool) -> Pace {
    if beside { Pace::Sharing } else { Pace::Idle }
}

impl dyn Steps + '_ {
    /// Ends the turn, regardless of remaining work.
    pub(super) fn end_turn(&mut self, beside: bool) -> Untyped {
        self.course().fetched = false;
        // Parking checks the actor's own mailbox; only the driver knows that it drains, that it
        // takes messages from another mailbox, or that deferred messages are to be evaluated again.
        let finds_all = self.course().stage == Stage::Running
            && !self.course().is_due()
            && !self.mail().core().is_member();
        // The same holds for an actor with the block of a past burst: the check that finds nothing
        // releases it. (Not in a simulation, where each step is a choice.)
        let finds_all = finds_all && (self.mail().core().is_simulated() || !self.holds_block());
        self.rest(if finds_all { idle(beside) } else { Pace::Again })
    }

    /// Puts a message of the shared mailbox into `place`.
    fn fetch_shared(&mut self, place: &mut dyn AnyMessage, beside: bool) -> Untyped {
        let (shared, number) = self.course().shared()?;
        let fetched = shared.fetch_for(number, beside, place.place());
        // The next check is of the shared mailbox again.
        self.course().fetched = matches!(fetched, Fetched::Nothing | Fetched::Over);
        match fetched {
            Fetched::Message => {
                self.mail().core().spend();
                None
            }
            Fetched::Nothing => None,
            Fetched::Unwanted => self.rest(Pace::Busy),
            Fetched::Over => {
                self.mail().close();
                self.drained(beside)
            }
        }
    }

    /// All queued messages have been handled; running handlers finish before the end.
    fn drained(&mut self, beside: bool) -> Untyped {
        if beside {
            return self.rest(Pace::Busy);
        }
        self.finish(Exit::Stopped);
        None
    }
}
