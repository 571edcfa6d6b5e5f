//! The state of an actor's run loop between two inputs, and the types of its decisions.
//!
//! The tasks (`actor_task.rs`) get an input from [`RunLoop::next`] (`next.rs`), run it, and report
//! to [`RunLoop::on_outcome`] (`outcome.rs`).

use super::context::Context;
use super::erased::{ErasedLoop, LoopState};
use super::factory::StateFactory;
use super::next::may_start;
use crate::actor::dispatch::{Dispatch, Hooks, Input};
use crate::cell::current::Handling;
use crate::cell::handle::{AnyMail, Shared};
use crate::cell::header::Pace;
use crate::cell::lazy_deque::Block;
use crate::cell::mailbox::Mail;
use crate::sync::Arc;
use std::any::Any;

pub(crate) struct RunLoop<A: Dispatch> {
    pub(super) context: Context<A>,
    /// The current batch: messages taken out of the queue under one lock and handled one by one.
    /// Invisible from outside: they keep counting until that is published, and return to the queue
    /// if a life ends.
    pub(super) batch: Block<A::Message>,
    pub(super) loop_state: LoopState,
}

/// The next step of the task.
pub(crate) enum NextStep<M> {
    Run(Input<M>, Handling),
    /// Nothing to run at the moment; the reason is stored in the header.
    Park,
    /// The actor has ended.
    Done,
}

/// The failure of an input.
pub(crate) enum HandlerError {
    Panicked(Box<dyn Any + Send>),
    /// The handler was dropped at an await because its actor was killed.
    Killed,
}

impl<A: Dispatch> RunLoop<A> {
    pub(crate) fn new(mail: Arc<Mail<A>>) -> Self {
        RunLoop { context: Context::new(mail), batch: Block::new(), loop_state: LoopState::new() }
    }

    pub(crate) fn context(&self) -> &Context<A> {
        &self.context
    }

    pub(super) fn mail(&self) -> &Arc<Mail<A>> {
        self.context.mail()
    }

    /// Sets the factory of its states.
    pub(crate) fn with_factory(mut self, factory: Box<dyn StateFactory>) -> Self {
        self.loop_state.cold_mut().factory = Some(factory);
        self
    }

    /// Takes its messages from a shared mailbox, as member `number`.
    pub(crate) fn with_shared(mut self, shared: Arc<dyn Shared>, number: usize) -> Self {
        self.loop_state.cold_mut().member = Some(Box::new((shared, number)));
        self
    }

    /// The life of a process has started.
    pub(crate) fn started(&mut self) {
        self.erased().started();
    }

    /// The type-erased view, for the slow path.
    #[inline]
    pub(super) fn erased(&mut self) -> &mut dyn ErasedLoop {
        self
    }

    pub(super) fn park(&mut self, pace: Pace) -> NextStep<A::Message> {
        self.mail().core.set_pace(pace);
        NextStep::Park
    }
}

impl<A: Dispatch> ErasedLoop for RunLoop<A> {
    fn loop_state(&mut self) -> &mut LoopState {
        &mut self.loop_state
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
        A::HAS_GUARDS
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

    fn take_urgent(&self, concurrent: bool, slot: &mut dyn Any) -> bool {
        let may_start = if concurrent { may_start::<A, true> } else { may_start::<A, false> };
        let Some(slot) = slot.downcast_mut::<Option<A::Message>>() else { return false };
        *slot = self.context.mail().take_urgent(may_start);
        slot.is_some()
    }
}
