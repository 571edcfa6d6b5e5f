//! The state of an actor's run loop between two inputs, and the types of its decisions.
//!
//! The bodies (`body.rs`) get an input from [`Driver::next`] (`next.rs`), run it, and report to
//! [`Driver::done`] (`outcome.rs`).

use super::context::Context;
use super::erased::{Course, Steps};
use super::factory::Maker;
use super::next::may_start;
use crate::actor::dispatch::{Dispatch, Hooks, Input};
use crate::cell::current::Handling;
use crate::cell::handle::{AnyMail, Shared};
use crate::cell::header::Pace;
use crate::cell::lazy_deque::Block;
use crate::cell::mailbox::Mail;
use crate::sync::Arc;
use std::any::Any;

pub(crate) struct Driver<A: Dispatch> {
    pub(super) context: Context<A>,
    /// The current batch: messages taken out of the queue under one lock and handled one by one.
    /// Invisible from outside: they keep counting until that is published, and return to the queue
    /// if a life ends.
    pub(super) batch: Block<A::Message>,
    pub(super) course: Course,
}

/// The next step of the body.
pub(crate) enum Next<M> {
    Run(Input<M>, Handling),
    /// Nothing at the moment.
    Rest,
    /// The actor has ended.
    Over,
}

/// The failure of an input.
pub(crate) enum Broken {
    Panicked(Box<dyn Any + Send>),
    /// The handler was dropped at an await because its actor was killed.
    Killed,
}

impl<A: Dispatch> Driver<A> {
    pub(crate) fn new(mail: Arc<Mail<A>>) -> Self {
        Driver { context: Context::new(mail), batch: Block::new(), course: Course::new() }
    }

    pub(crate) fn context(&self) -> &Context<A> {
        &self.context
    }

    pub(super) fn mail(&self) -> &Arc<Mail<A>> {
        self.context.mail()
    }

    /// Sets the factory of its states.
    pub(crate) fn with_maker(mut self, maker: Box<dyn Maker>) -> Self {
        self.course.rare().maker = Some(maker);
        self
    }

    /// Takes its messages from a shared mailbox, as member `number`.
    pub(crate) fn with_shared(mut self, shared: Arc<dyn Shared>, number: usize) -> Self {
        self.course.rare().member = Some(Box::new((shared, number)));
        self
    }

    /// The life of a process has started.
    pub(crate) fn started(&mut self) {
        self.steps().started();
    }

    /// The view for code that needs none of the types.
    #[inline]
    pub(super) fn steps(&mut self) -> &mut dyn Steps {
        self
    }

    pub(super) fn rest(&mut self, pace: Pace) -> Next<A::Message> {
        self.mail().core.set_pace(pace);
        Next::Rest
    }
}

impl<A: Dispatch> Steps for Driver<A> {
    fn course(&mut self) -> &mut Course {
        &mut self.course
    }

    fn mail(&self) -> &dyn AnyMail {
        &**self.context.mail()
    }

    fn own(&self) -> Arc<dyn AnyMail> {
        self.context.any()
    }

    fn hooks(&self) -> Hooks {
        A::HOOKS
    }

    fn has_guards(&self) -> bool {
        A::GUARDED
    }

    fn with_address(&self, run: &mut dyn FnMut(&dyn Any)) {
        run(&self.context.own());
    }

    fn put_back(&mut self) -> bool {
        self.context.mail().put_back(&mut self.batch)
    }

    fn holds_block(&self) -> bool {
        self.batch.is_there()
    }

    fn discard_queued(&mut self) {
        self.context.mail().discard();
    }

    fn take_urgent(&self, beside: bool, place: &mut dyn Any) -> bool {
        let may_start = if beside { may_start::<A, true> } else { may_start::<A, false> };
        let Some(place) = place.downcast_mut::<Option<A::Message>>() else { return false };
        *place = self.context.mail().take_urgent(may_start);
        place.is_some()
    }
}
