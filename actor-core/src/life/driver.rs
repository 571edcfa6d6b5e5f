//! What an actor does next: the loop's decisions, apart from how a handler is run.
//!
//! The bodies (`body.rs`) ask [`Driver::next`] for an input, run it, and tell [`Driver::done`].
//! Between two inputs the driver looks at one word of signals; the batch in hand is invisible to
//! everybody, because it counts until it is published and goes back to the queue if a life ends.

use super::context::Context;
use super::end::Ending;
use super::kept::Kept;
use super::restart::Factory;
use crate::actor::{Dispatch, Flow, Input, Way};
use crate::cell::block::Block;
use crate::cell::core::{END, KILL, LEAVE, NOTICE, POKE, Pace, STOP, URGENT, WAITING};
use crate::cell::current::{self, Handling};
use crate::cell::mail::Mail;
use crate::cell::post::{AnyMail, Fetched, Shared, Verbs, announce};
use crate::cell::seat::Key;
use crate::exit::{Exit, Failure, FailureKind, FailureParts};
use crate::sync::{Arc, Mutex};
use std::any::Any;

pub(crate) struct Driver<A: Dispatch> {
    context: Context<A>,
    /// Messages in hand: taken out of the queue under one lock, handled one by one.
    batch: Block<A::Message>,
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
    /// Whether it takes its messages from a mailbox that it shares: see [`Rare::member`].
    is_member: bool,
    /// What guards hold back; of no size where the actor has none of its own.
    pub(super) kept: A::Kept,
    pub(super) rare: Option<Box<Rare<A>>>,
}

/// What only some actors need.
pub(super) struct Rare<A: Dispatch> {
    /// What makes the state of each life; `None` for an actor of one life.
    pub(super) factory: Option<Factory<A>>,
    /// The mailbox that a member of a pool shares, and the member's number.
    member: Option<(Arc<dyn Shared<A>>, usize)>,
    /// Where a state that is made by async code is laid down.
    pub(super) cradle: Option<Cradle<A>>,
    /// The child that is being ended, and what kills it when its time is over.
    pub(super) child: Option<(Key, async_task::Task<()>)>,
    /// What guards of protocols hold back, in an actor without guards of its own.
    pub(super) kept: Option<Kept<A::Message>>,
}

impl<A: Dispatch> Default for Rare<A> {
    fn default() -> Self {
        Rare { factory: None, member: None, cradle: None, child: None, kept: None }
    }
}

/// A place for a state that is still being made.
pub(crate) type Cradle<A> = Arc<Mutex<Option<Result<A, Failure>>>>;

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

/// Whether a message may start, if it is `BESIDE` others.
fn may_start<A: Dispatch, const BESIDE: bool>(message: &A::Message) -> bool {
    !BESIDE || A::is_concurrent(message)
}

impl<A: Dispatch> Driver<A> {
    pub(crate) fn new(mail: Arc<Mail<A>>) -> Self {
        Driver {
            context: Context::new(mail),
            batch: Block::new(),
            stage: Stage::Born,
            fetched: false,
            killed: false,
            has_started: false,
            ended_by_overseer: false,
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
        self.rare().member = Some((shared, number));
        self
    }

    /// The mailbox that it shares, if it is a member of a pool.
    pub(super) fn shared(&self) -> Option<&dyn Shared<A>> {
        let (shared, _) = self.rare.as_ref()?.member.as_ref()?;
        Some(&**shared)
    }

    /// Waits for the state that a task leaves in `cradle`.
    pub(crate) fn expect(&mut self, cradle: Cradle<A>) {
        self.rare().cradle = Some(cradle);
    }

    pub(super) fn forget_cradle(&mut self) {
        if let Some(rare) = &mut self.rare {
            rare.cradle = None;
        }
    }

    pub(super) fn rest(&mut self, pace: Pace) -> Next<A::Message> {
        self.show_kept();
        self.mail().core.set_pace(pace);
        Next::Rest
    }

    /// Decides what is next. Inlined with all that happens for each message; what is rare is not.
    #[inline]
    pub(crate) fn next(&mut self, state: &mut Option<A>) -> Next<A::Message> {
        loop {
            let step = match self.stage {
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

    /// A simulation is told what is being run.
    pub(super) fn witnessed(&self, name: &'static str) {
        if self.mail().core.is_simulated()
            && let Some(witness) = &self.mail().core.hub.witness
        {
            witness.runs(&**self.mail(), name);
        }
    }

    /// Waits for the state and starts the life.
    #[cold]
    fn begin(&mut self, state: &mut Option<A>) -> Option<Next<A::Message>> {
        if self.heed_kill() {
            return None;
        }
        if self.mail().core.signals() & (LEAVE | END) != 0 {
            self.heed_leave();
            return None;
        }
        if state.is_none() {
            // Before the look: what comes after it raises the signal again.
            self.mail().postpone_notices();
            match self.make() {
                None => return Some(self.rest(Pace::Deaf)),
                Some(Ok(made)) => *state = Some(made),
                Some(Err(failure)) => {
                    self.finish(Exit::Failed(failure));
                    return None;
                }
            }
            self.forget_cradle();
            self.mail().recall_notices();
        }
        if A::HOOKS.start {
            self.stage = Stage::Starting;
            self.witnessed("on_start");
            return Some(Next::Run(Input::Start, Handling::new("on_start", None)));
        }
        self.started();
        None
    }

    /// The life has begun, `#[on_start]` included.
    pub(crate) fn started(&mut self) {
        self.stage = Stage::Running;
        self.has_started = true;
        self.state_may_have_changed();
        let mut lane = self.mail().lane();
        lane.seat.started = true;
        let changed = lane.seat.changed();
        drop(lane);
        announce(changed);
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
            self.finish(Exit::Stopped);
            return None;
        };
        if core.is_simulated()
            && let Some(next) = self.held_back()
        {
            return next;
        }
        let core = &self.mail().core;
        if core.budget() == 0 {
            self.fetched = false;
            // Laying back finds what there is in the actor's own mailbox; only the driver knows that
            // it drains, that it takes from another, or that what is kept aside is to be asked again.
            let finds_all = self.stage == Stage::Running && !self.is_member;
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
            None if self.fetched && self.stage == Stage::Running => {
                self.fetched = false;
                // The block of a burst that is over: an idle actor holds none.
                self.batch.give_back();
                return Some(self.rest(idle));
            }
            None if self.is_member => {
                self.fetched = true;
                return self.fetch_shared::<BESIDE>(actor);
            }
            None => {
                self.fetched = true;
                let (first, signalled) = self.context.mail().fetch(&mut self.batch, !BESIDE);
                match first {
                    Some(message) if !signalled && may_start::<A, BESIDE>(&message) => message,
                    Some(message) => {
                        self.batch.push_front(message);
                        return None;
                    }
                    None => {
                        if self.stage == Stage::Draining && !signalled {
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

    /// All that was queued is handled; those that run beside finish before the end.
    fn drained<const BESIDE: bool>(&mut self) -> Option<Next<A::Message>> {
        if BESIDE {
            return Some(self.rest(Pace::Busy));
        }
        self.finish(Exit::Stopped);
        None
    }

    /// A member of a pool takes one message of the mailbox that it shares.
    #[inline(never)]
    fn fetch_shared<const BESIDE: bool>(&mut self, actor: &A) -> Option<Next<A::Message>> {
        let (shared, number) = self.rare.as_ref()?.member.as_ref()?;
        match shared.fetch_for(*number, may_start::<A, BESIDE>) {
            Fetched::Message(message) => {
                // The next look is at the shared mailbox again.
                self.fetched = false;
                self.hand_over_rarely(message, actor)
            }
            Fetched::Nothing => None,
            Fetched::Unwanted => {
                self.fetched = false;
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
    fn hand_over_rarely(&mut self, message: A::Message, actor: &A) -> Option<Next<A::Message>> {
        self.hand_over(message, actor)
    }

    /// Gives one message that was taken to its handler.
    #[inline(always)]
    fn hand_over(&mut self, message: A::Message, actor: &A) -> Option<Next<A::Message>> {
        self.mail().core.spend();
        self.offer(message, actor)
    }

    /// Looks after the signals, and after what is kept aside. `None`: go on with the next message; `Some(None)`: look anew.
    #[inline(never)]
    #[allow(clippy::option_option, reason = "two questions: is there a step, and which")]
    fn heed<const BESIDE: bool>(
        &mut self,
        signals: u32,
        actor: &A,
    ) -> Option<Option<Next<A::Message>>> {
        if signals & KILL != 0 {
            self.heed_kill();
            return Some(None);
        }
        if signals & STOP != 0 {
            self.begin_to_drain();
            return Some(None);
        }
        if signals & (LEAVE | END) != 0 {
            if BESIDE {
                return Some(Some(self.rest(Pace::Busy)));
            }
            self.heed_leave();
            return Some(None);
        }
        if signals & WAITING != 0 {
            self.mail().make_room();
        }
        if signals & POKE != 0 {
            self.mail().lower(POKE);
            self.fetched = false;
        }
        if self.is_due()
            && let Some(next) = self.retry::<BESIDE>(actor)
        {
            return Some(next);
        }
        if signals & URGENT != 0 {
            if let Some(message) = self.mail().take_urgent(may_start::<A, BESIDE>) {
                return Some(self.hand_over_rarely(message, actor));
            }
            if BESIDE && self.mail().core.signals() & URGENT != 0 {
                return Some(Some(self.rest(Pace::Busy)));
            }
        }
        if signals & NOTICE != 0
            && let Some(notice) = self.mail().take_due_notice()
        {
            self.mail().core.spend();
            return Some(self.heed_notice(notice, actor));
        }
        None
    }

    /// Takes note of a kill; true if there was one.
    pub(super) fn heed_kill(&mut self) -> bool {
        let killed = self.mail().core.is_killed();
        if killed {
            self.mail().lower(KILL);
            self.killed = true;
            if !matches!(self.stage, Stage::Ending(_)) {
                self.finish(Exit::Killed);
            }
        }
        killed
    }

    /// This life is to end, without draining: the queue goes to the next one.
    fn heed_leave(&mut self) {
        let by_overseer = self.mail().core.signals() & END != 0;
        self.mail().lower(LEAVE | END);
        // Once it was stopped from outside it drains, whatever else is wished.
        if self.stage != Stage::Draining {
            self.ended_by_overseer = by_overseer;
            self.finish(Exit::Stopped);
        }
    }

    /// Step 1 of the end, the loop's part: timers and streams end.
    fn begin_to_drain(&mut self) {
        self.mail().lower(STOP);
        self.stage = Stage::Draining;
        let mut lane = self.mail().lane();
        let ended = lane.holdings.as_mut().map(|held| held.take_sources_of_time());
        drop(lane);
        let (mail, id) = (self.mail(), self.mail().core.id());
        for holding in ended.into_iter().flatten() {
            mail.contain("drop", || holding.end(id));
        }
    }

    pub(super) fn failure(
        &self,
        kind: FailureKind,
        handler: &'static str,
        message: String,
        cause: Option<Exit>,
    ) -> Failure {
        let (actor, id) = (self.mail().label(), self.mail().core.id());
        Failure::new(FailureParts { kind, actor, id, handler, message, location: None, cause })
    }

    /// Takes note of how an input ended.
    #[inline]
    pub(crate) fn done(&mut self, outcome: Result<Flow, Broken>, handling: Handling) {
        self.state_may_have_changed();
        if self.mail().core.is_simulated() {
            // A turn of one message: the next one is another choice.
            self.mail().core.end_turn();
        }
        if !matches!((&outcome, self.stage), (Ok(Flow::Done), Stage::Running)) {
            self.look_after(outcome, handling);
        }
    }

    /// Takes note of how an input ended that was no message, or did not end well.
    #[cold]
    fn look_after(&mut self, outcome: Result<Flow, Broken>, handling: Handling) {
        let exit = match outcome {
            Ok(Flow::Done) => {
                if self.stage == Stage::Starting {
                    self.started();
                } else if let Stage::Ending(_) = self.stage {
                    self.stop_hook_done(None);
                }
                return;
            }
            Ok(Flow::Failed(text)) => {
                Exit::Failed(self.failure(FailureKind::Start, handling.name, text, None))
            }
            Err(Broken::Killed) => {
                self.mail().lower(KILL);
                self.killed = true;
                Exit::Killed
            }
            Err(Broken::Panicked(payload)) => {
                Exit::Failed(current::failure(&**self.mail(), handling.name, payload))
            }
        };
        match self.stage {
            Stage::Ending(_) => self.stop_hook_done(Some(exit)),
            _ => self.finish(exit),
        }
    }

    /// The life ends: step 3 is next. If no other can follow, the mailbox refuses from now on, and
    /// what is queued is thrown away.
    pub(super) fn finish(&mut self, exit: Exit) {
        let mail = self.context.mail().clone();
        mail.put_back(&mut self.batch);
        let is_last = !self.may_live_again(&exit);
        mail.lane().seat.set_exit_to_be(Some(exit));
        if is_last {
            AnyMail::close(&*mail);
            mail.discard();
            self.discard_kept();
        }
        mail.lower(STOP | LEAVE | END);
        self.stage = Stage::Ending(Ending::Tasks);
    }
}
