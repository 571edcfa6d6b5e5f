//! What an actor does next: the loop's decisions, apart from how a handler is run. Between two inputs
//! it looks at one word of signals.

use super::driver::{Driver, Next};
use super::end::Ending;
use super::steps::{Stage, typed};
use crate::actor::{Dispatch, Way};
use crate::cell::core::Pace;
use crate::cell::post::{AnyMail, Fetched};
use crate::exit::Exit;

/// Whether a message may start, if it is `BESIDE` others.
pub(super) fn may_start<A: Dispatch, const BESIDE: bool>(message: &A::Message) -> bool {
    !BESIDE || A::is_concurrent(message)
}

impl<A: Dispatch> Driver<A> {
    /// Decides what is next. Inlined with all that happens for each message; what is rare is not.
    #[inline]
    pub(crate) fn next(&mut self, state: &mut Option<A>) -> Next<A::Message> {
        loop {
            let step = match self.course.stage {
                Stage::Born => self.begin(state),
                Stage::Starting | Stage::Running | Stage::Draining => {
                    self.proceed::<false>(state.as_ref())
                }
                Stage::Ending(step) => self.end(step, state),
            };
            if let Some(next) = step {
                return next;
            }
        }
    }

    /// Does one step of the end.
    #[cold]
    #[inline(never)]
    fn end(&mut self, step: Ending, state: &mut Option<A>) -> Option<Next<A::Message>> {
        typed(self.steps().end(step, state))
    }

    /// Waits for the state and starts the life.
    #[cold]
    #[inline(never)]
    fn begin(&mut self, state: &mut Option<A>) -> Option<Next<A::Message>> {
        if self.steps().is_over_unborn() {
            return None;
        }
        if state.is_none() {
            // Before the look: what comes after it raises the signal again.
            self.mail().untyped().postpone_notices();
            match self.make() {
                None => return Some(self.rest(Pace::Deaf)),
                Some(Ok(made)) => *state = Some(made),
                Some(Err(failure)) => {
                    self.steps().finish(Exit::Failed(failure));
                    return None;
                }
            }
            self.steps().forget_cradle();
            self.mail().untyped().recall_notices();
        }
        typed(self.steps().be_born())
    }

    /// One step of an actor that runs or drains; `BESIDE` others that run, and that share the state.
    #[inline]
    pub(super) fn proceed<const BESIDE: bool>(
        &mut self,
        state: Option<&A>,
    ) -> Option<Next<A::Message>> {
        let idle = if BESIDE { Pace::Sharing } else { Pace::Idle };
        let core = &self.mail().core;
        let signals = core.signals();
        let Some(actor) = state else {
            // A `self` handler has taken it: it was the last message.
            self.is_over();
            return None;
        };
        if core.is_simulated()
            && let Some(next) = self.held_back()
        {
            return next;
        }
        let core = &self.mail().core;
        if core.budget() == 0 {
            self.course.fetched = false;
            // Laying back finds what there is in the actor's own mailbox; only the driver knows that
            // it drains, that it takes from another, or that what is kept aside is to be asked again.
            let finds_all = self.course.stage == Stage::Running && !self.is_member;
            let finds_all = finds_all && !self.is_due();
            let pace = if finds_all { idle } else { Pace::Again };
            return Some(self.rest(pace));
        }
        if (signals != 0 || self.is_due())
            && let Some(next) = self.heed::<BESIDE>(signals, actor)
        {
            return next;
        }
        let message = match self.batch.pop_front_if(|message| may_start::<A, BESIDE>(message)) {
            Some(message) => message,
            None if BESIDE && !self.batch.is_empty() => return Some(self.rest(Pace::Busy)),
            None if self.course.fetched && self.course.stage == Stage::Running => {
                self.course.fetched = false;
                // The block of a burst that is over: an idle actor holds none.
                self.batch.give_back();
                return Some(self.rest(idle));
            }
            None if self.is_member => {
                self.course.fetched = true;
                return self.fetch_shared::<BESIDE>(actor);
            }
            None => {
                self.course.fetched = true;
                let (first, signalled) = self.context.mail().fetch(&mut self.batch, !BESIDE);
                match first {
                    Some(message) if !signalled && may_start::<A, BESIDE>(&message) => message,
                    Some(message) => {
                        self.batch.push_front(message);
                        return None;
                    }
                    None => {
                        if self.course.stage == Stage::Draining && !signalled {
                            return self.drained::<BESIDE>();
                        }
                        return None;
                    }
                }
            }
        };
        if A::foreign(&message).is_some() {
            return self.take_foreign(message, actor);
        }
        if A::way(&message).unbounded {
            self.mail().took_free();
        } else {
            self.mail().took_one();
        }
        self.mail().core.spend();
        self.offer_own(message, actor)
    }

    /// A message of a protocol: the actor's impl says how it waits.
    #[inline(never)]
    fn take_foreign(&mut self, message: A::Message, actor: &A) -> Option<Next<A::Message>> {
        if Way::of::<A>(&message).unbounded {
            self.mail().took_free();
        } else {
            self.mail().took_one();
        }
        self.hand_over(message, actor)
    }

    /// The life ends normally.
    #[cold]
    #[inline(never)]
    fn is_over(&mut self) {
        self.steps().finish(Exit::Stopped);
    }

    /// All that was queued is handled; those that run beside finish before the end.
    fn drained<const BESIDE: bool>(&mut self) -> Option<Next<A::Message>> {
        if BESIDE {
            return Some(self.rest(Pace::Busy));
        }
        self.is_over();
        None
    }

    /// A member of a pool takes one message of the mailbox that it shares.
    #[inline(never)]
    fn fetch_shared<const BESIDE: bool>(&mut self, actor: &A) -> Option<Next<A::Message>> {
        let (shared, number) = &**self.rare.as_ref()?.member.as_ref()?;
        match shared.fetch_for(*number, may_start::<A, BESIDE>) {
            Fetched::Message(message) => {
                // The next look is at the shared mailbox again.
                self.course.fetched = false;
                self.hand_over_rarely(message, actor)
            }
            Fetched::Nothing => None,
            Fetched::Unwanted => {
                self.course.fetched = false;
                Some(self.rest(Pace::Busy))
            }
            Fetched::Over => {
                self.mail().close();
                self.drained::<BESIDE>()
            }
        }
    }

    /// As `hand_over`, where that is rare.
    #[inline(never)]
    pub(super) fn hand_over_rarely(
        &mut self,
        message: A::Message,
        actor: &A,
    ) -> Option<Next<A::Message>> {
        self.hand_over(message, actor)
    }

    /// Gives one message that was taken to its handler.
    #[inline(always)]
    fn hand_over(&mut self, message: A::Message, actor: &A) -> Option<Next<A::Message>> {
        self.mail().core.spend();
        self.offer(message, actor)
    }
}
