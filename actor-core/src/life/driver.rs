//! What the run loop of an actor keeps between two inputs, and the words in which it decides.
//!
//! The bodies (`body.rs`) ask [`Driver::next`] for an input (`next.rs`), run it, and tell
//! [`Driver::done`] (`outcome.rs`).

use super::context::Context;
use super::kept::Kept;
use super::restart::Factory;
use super::steps::{Course, Steps};
use crate::actor::{Dispatch, Hooks, Input};
use crate::cell::block::Block;
use crate::cell::core::Pace;
use crate::cell::current::Handling;
use crate::cell::mail::Mail;
use crate::cell::post::{AnyMail, Shared};
use crate::exit::Failure;
use crate::sync::{Arc, Mutex};
use std::any::Any;

pub(crate) struct Driver<A: Dispatch> {
    pub(super) context: Context<A>,
    /// Messages in hand: taken out of the queue under one lock, handled one by one. Invisible to
    /// everybody: they count until that is published, and go back to the queue if a life ends.
    pub(super) batch: Block<A::Message>,
    pub(super) course: Course,
    /// Whether it takes its messages from a mailbox that it shares: see [`Rare::member`].
    pub(super) is_member: bool,
    /// What guards hold back; of no size where the actor has none of its own.
    pub(super) kept: A::Kept,
    pub(super) rare: Option<Box<Rare<A>>>,
}

/// What only some actors need.
pub(super) struct Rare<A: Dispatch> {
    /// What makes the state of each life; `None` for an actor of one life.
    pub(super) factory: Option<Factory<A>>,
    /// The mailbox that a member of a pool shares, and the member's number.
    pub(super) member: Option<Box<(Arc<dyn Shared<A>>, usize)>>,
    /// Where a state that is made by async code is laid down.
    pub(super) cradle: Option<Cradle<A>>,
    /// What guards of protocols hold back, in an actor without guards of its own.
    pub(super) kept: Option<Box<Kept<A::Message>>>,
}

impl<A: Dispatch> Default for Rare<A> {
    fn default() -> Self {
        Rare { factory: None, member: None, cradle: None, kept: None }
    }
}

/// A place for a state that is still being made.
pub(crate) type Cradle<A> = Arc<Mutex<Option<Result<A, Failure>>>>;

/// What the body is to do.
pub(crate) enum Next<M> {
    Run(Input<M>, Handling),
    /// Nothing just now.
    Rest,
    /// The actor is over.
    Over,
}

/// How running an input ended, if not well.
pub(crate) enum Broken {
    Panicked(Box<dyn Any + Send>),
    /// The handler was dropped at an await, its actor having been killed.
    Killed,
}

impl<A: Dispatch> Driver<A> {
    pub(crate) fn new(mail: Arc<Mail<A>>) -> Self {
        Driver {
            context: Context::new(mail),
            batch: Block::new(),
            course: Course::BEGIN,
            kept: A::Kept::default(),
            is_member: false,
            rare: None,
        }
    }

    pub(super) fn rare(&mut self) -> &mut Rare<A> {
        self.rare.get_or_insert_default()
    }

    pub(crate) fn context(&self) -> &Context<A> {
        &self.context
    }

    pub(super) fn mail(&self) -> &Arc<Mail<A>> {
        self.context.mail()
    }

    /// Has the state of each life made by `factory`.
    pub(crate) fn with_factory(mut self, factory: Factory<A>) -> Self {
        self.rare().factory = Some(factory);
        self
    }

    /// Takes its messages from a mailbox that it shares, as member `number`.
    pub(crate) fn with_shared(mut self, shared: Arc<dyn Shared<A>>, number: usize) -> Self {
        self.is_member = true;
        self.rare().member = Some(Box::new((shared, number)));
        self
    }

    /// The mailbox that it shares, if it is a member of a pool.
    pub(super) fn shared(&self) -> Option<&dyn Shared<A>> {
        Some(&*self.rare.as_ref()?.member.as_ref()?.0)
    }

    /// Waits for the state that a task leaves in `cradle`.
    pub(crate) fn expect(&mut self, cradle: Cradle<A>) {
        self.rare().cradle = Some(cradle);
    }

    /// The life of a process has begun.
    pub(crate) fn started(&mut self) {
        self.steps().started();
    }

    /// For what needs none of the types.
    #[inline]
    pub(super) fn steps(&mut self) -> &mut dyn Steps {
        self
    }

    pub(super) fn rest(&mut self, pace: Pace) -> Next<A::Message> {
        self.show_kept();
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

    fn hooks(&self) -> Hooks {
        A::HOOKS
    }

    fn with_address(&self, run: &mut dyn FnMut(&dyn Any)) {
        run(&self.context.own());
    }

    fn put_back(&mut self) -> bool {
        self.context.mail().put_back(&mut self.batch)
    }

    fn discard_queued(&mut self) {
        self.context.mail().discard();
    }

    fn discard_kept(&mut self) {
        self.throw_away_kept();
    }

    fn forget_cradle(&mut self) {
        if let Some(rare) = &mut self.rare {
            rare.cradle = None;
        }
    }

    fn ask_again(&mut self) {
        self.state_may_have_changed();
    }

    fn show(&mut self) {
        self.show_kept();
    }
}
