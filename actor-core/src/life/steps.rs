//! The steps of a life that are rare, apart from the types of its actor: what they ask of those parts
//! that have types. So they are compiled once, and not with each actor.

use super::driver::Next;
use super::end::Ending;
use crate::actor::{Hooks, Input};
use crate::cell::core::Pace;
use crate::cell::post::AnyMail;
use crate::exit::{Exit, Failure, FailureKind, FailureParts};
use std::any::Any;
use std::convert::Infallible;

/// How far the life has come. It moves only forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// Waits for its state, or is about to run `#[on_start]`.
    Born,
    /// `#[on_start]` runs.
    Starting,
    Running,
    /// The mailbox refuses; what is queued is being handled.
    Draining,
    /// The steps of the end: `end.rs`.
    Ending(Ending),
}

/// The course of a life.
pub(super) struct Course {
    pub(super) stage: Stage,
    /// Set once the batch of this look has been fetched: when it is used up, the cell rests, and
    /// laying it back finds what has come meanwhile.
    pub(super) fetched: bool,
    /// Whether this life was killed: its children are too, and `#[on_stop]` does not run.
    pub(super) killed: bool,
    /// Whether `#[on_start]` was done: only then `#[on_stop]` runs.
    pub(super) has_started: bool,
    /// Whether the overseer has ended this life, not the life itself.
    pub(super) ended_by_overseer: bool,
}

impl Course {
    pub(super) const BEGIN: Course = Course {
        stage: Stage::Born,
        fetched: false,
        killed: false,
        has_started: false,
        ended_by_overseer: false,
    };
}

/// A driver without its types.
pub(super) trait Steps {
    fn course(&mut self) -> &mut Course;
    fn mail(&self) -> &dyn AnyMail;
    fn hooks(&self) -> Hooks;
    /// Runs `run` with the actor's own `Addr`.
    fn with_address(&self, run: &mut dyn FnMut(&dyn Any));
    /// Puts what is left of the batch back to the queue. Whether the mailbox refuses and holds nothing
    /// then: there is nothing to close, nor to throw away, and it stays so.
    fn put_back(&mut self) -> bool;
    /// Throws away what is queued.
    fn discard_queued(&mut self);
    /// Throws away what is kept aside.
    fn discard_kept(&mut self);
    /// What makes the state is not needed any more.
    fn forget_cradle(&mut self);
    /// What is kept aside is to be asked again.
    fn ask_again(&mut self);
    /// Lets others see how many messages are kept aside.
    fn show(&mut self);
}

/// The place of a state.
pub(super) trait State {
    fn is_there(&self) -> bool;
    /// Drops it, which is user code.
    fn clear(&mut self);
}

impl<A> State for Option<A> {
    fn is_there(&self) -> bool {
        self.is_some()
    }

    fn clear(&mut self) {
        *self = None;
    }
}

/// What a step comes to that knows no messages.
pub(super) type Untyped = Option<Next<Infallible>>;

/// The same, among those that do.
pub(super) fn typed<M>(next: Untyped) -> Option<Next<M>> {
    match next? {
        Next::Run(input, handling) => {
            let input = match input {
                Input::Start => Input::Start,
                Input::Message(never) => match never {},
                Input::Exited(whose) => Input::Exited(whose),
                Input::Stop(exit) => Input::Stop(exit),
            };
            Some(Next::Run(input, handling))
        }
        Next::Rest => Some(Next::Rest),
        Next::Over => Some(Next::Over),
    }
}

impl dyn Steps + '_ {
    pub(super) fn rest(&mut self, pace: Pace) -> Untyped {
        self.show();
        self.mail().core().set_pace(pace);
        Some(Next::Rest)
    }

    /// A simulation is told what is being run.
    pub(super) fn witnessed(&self, name: &'static str) {
        let mail = self.mail();
        if mail.core().is_simulated()
            && let Some(witness) = &mail.core().hub.witness
        {
            witness.runs(mail, name);
        }
    }

    pub(super) fn failure(
        &self,
        kind: FailureKind,
        handler: &'static str,
        message: String,
        cause: Option<Exit>,
    ) -> Failure {
        let (actor, id) = (self.mail().label(), self.mail().core().id());
        Failure::new(FailureParts { kind, actor, id, handler, message, location: None, cause })
    }
}
