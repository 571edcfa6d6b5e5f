//! The steps of a life that are rare, apart from the types of its actor: what they ask of those parts
//! that have types. So they are compiled once, and not with each actor.

use super::driver::Next;
use super::end::Ending;
use super::kept::Kept;
use super::making::Maker;
use crate::cell::core::Pace;
use crate::cell::post::{AnyMail, Shared};
use crate::exit::{Exit, Failure, FailureKind, FailureParts};
use crate::life::dispatch::{Hooks, Input};
use crate::sync::Arc;
use std::any::Any;

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

/// The course of a life, and what stays when another follows.
pub(crate) struct Course {
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
    pub(super) rare: Option<Box<Rare>>,
}

/// What only some actors need.
#[derive(Default)]
pub(super) struct Rare {
    /// What makes the states of its lives; `None` for an actor that was given one.
    pub(super) maker: Option<Box<dyn Maker>>,
    /// The mailbox that a member of a pool shares, and the member's number.
    pub(super) member: Option<Box<(Arc<dyn Shared>, usize)>>,
    /// What guards hold back, once they have.
    pub(super) kept: Option<Box<Kept>>,
}

impl Course {
    pub(super) const fn new() -> Self {
        Course {
            stage: Stage::Born,
            fetched: false,
            killed: false,
            has_started: false,
            ended_by_overseer: false,
            rare: None,
        }
    }

    /// Another life follows.
    pub(super) fn begin_again(&mut self) {
        let mut rare = self.rare.take();
        if let Some(maker) = rare.as_mut().and_then(|rare| rare.maker.as_mut()) {
            maker.forget();
        }
        *self = Course { rare, ..Course::new() };
    }

    pub(super) fn rare(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    /// Where messages are kept aside, if there is such a place. For most actors this is one look at a
    /// pointer.
    #[inline]
    pub(super) fn kept(&mut self) -> Option<&mut Kept> {
        match &mut self.rare {
            Some(rare) => rare.kept.as_deref_mut(),
            None => None,
        }
    }

    /// Whether what is kept aside is to be asked again.
    #[inline]
    pub(super) fn is_due(&self) -> bool {
        match &self.rare {
            Some(rare) => rare.kept.as_ref().is_some_and(|kept| kept.is_due()),
            None => false,
        }
    }

    /// The mailbox that it shares, if it is a member of a pool, and its number there.
    pub(super) fn shared(&self) -> Option<(&Arc<dyn Shared>, usize)> {
        let (shared, number) = &**self.rare.as_ref()?.member.as_ref()?;
        Some((shared, *number))
    }
}

/// A driver without its types.
pub(crate) trait Steps {
    fn course(&mut self) -> &mut Course;
    fn mail(&self) -> &dyn AnyMail;
    /// The same, to be kept.
    fn own(&self) -> Arc<dyn AnyMail>;
    fn hooks(&self) -> Hooks;
    /// Whether each message is asked before it is handled.
    fn has_guards(&self) -> bool;
    /// Runs `run` with the actor's own `Addr`.
    fn with_address(&self, run: &mut dyn FnMut(&dyn Any));
    /// Puts what is left of the batch back to the queue. Whether the mailbox refuses and holds nothing
    /// then: there is nothing to close, nor to throw away, and it stays so.
    fn put_back(&mut self) -> bool;
    /// Whether it holds the block of a batch.
    fn holds_block(&self) -> bool;
    /// Throws away what is queued.
    fn discard_queued(&mut self);
    /// Takes the oldest message with priority, if it may start, if it is `beside` others. Whether there
    /// was one.
    fn take_urgent(&self, beside: bool, place: &mut dyn Any) -> bool;
}

/// The place of a state.
pub(super) trait State {
    fn is_there(&self) -> bool;
    /// Drops it, which is user code.
    fn clear(&mut self);
    /// An `Option` of the actor.
    fn place(&mut self) -> &mut dyn Any;
}

impl<A: 'static> State for Option<A> {
    fn is_there(&self) -> bool {
        self.is_some()
    }

    fn clear(&mut self) {
        *self = None;
    }

    fn place(&mut self) -> &mut dyn Any {
        self
    }
}

/// The message that lies in the place that a step was given.
pub(super) struct InPlace;

/// What a step comes to that does not know the type of messages.
pub(super) type Untyped = Option<Next<InPlace>>;

/// The same, among those that do. `message` is the place, and what lies in it is taken.
#[inline]
pub(super) fn typed<M>(next: Untyped, message: &mut Option<M>) -> Option<Next<M>> {
    Some(match next? {
        Next::Run(Input::Message(InPlace), handling) => {
            Next::Run(Input::Message(message.take()?), handling)
        }
        Next::Run(Input::Hook(hook), handling) => Next::Run(Input::Hook(hook), handling),
        Next::Rest => Next::Rest,
        Next::Over => Next::Over,
    })
}

impl dyn Steps + '_ {
    pub(super) fn rest(&mut self, pace: Pace) -> Untyped {
        self.mail().core().set_pace(pace);
        Some(Next::Rest)
    }

    /// A message of the batch was taken; whether that needed no room.
    pub(super) fn took(&self, is_free: bool) {
        if is_free {
            self.mail().took_free();
        } else {
            self.mail().core().took_one();
        }
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
