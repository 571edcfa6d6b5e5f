//! Guards: messages that may not be handled yet are kept aside, in the order in which they were
//! taken, and asked again when the state may have changed. They stay over a restart.

use super::driver::{Driver, Next};
use super::steps::Stage;
use crate::actor::{Dispatch, Input, Way};
use crate::cell::core::Pace;
use crate::cell::current::{self, Handling};
use crate::cell::post::{drop_lost, turn_away};
use crate::counters::add;
use crate::exit::Exit;
use std::collections::VecDeque;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Where the run loop keeps messages aside; an actor without guards has no such place.
pub trait Keep<M>: Default + Send + fmt::Debug {
    /// Whether there is one.
    const IS_THERE: bool;

    /// The place, if there is one: known to the compiler.
    fn place(&mut self) -> Option<&mut Kept<M>>;

    /// As for writing.
    fn look(&self) -> Option<&Kept<M>>;
}

/// No message of the actor's own has a guard; those of a protocol are kept in the driver.
#[derive(Debug, Default)]
pub struct NoGuards;

impl<M> Keep<M> for NoGuards {
    const IS_THERE: bool = false;

    fn place(&mut self) -> Option<&mut Kept<M>> {
        None
    }

    fn look(&self) -> Option<&Kept<M>> {
        None
    }
}

/// The messages that are kept aside.
pub struct Kept<M> {
    messages: VecDeque<M>,
    /// Whether the state may have changed since they were asked.
    is_stale: bool,
}

impl<M> Default for Kept<M> {
    fn default() -> Self {
        Kept { messages: VecDeque::new(), is_stale: false }
    }
}

impl<M> fmt::Debug for Kept<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept").field("messages", &self.messages.len()).finish_non_exhaustive()
    }
}

impl<M: Send> Keep<M> for Kept<M> {
    const IS_THERE: bool = true;

    fn place(&mut self) -> Option<&mut Kept<M>> {
        Some(self)
    }

    fn look(&self) -> Option<&Kept<M>> {
        Some(self)
    }
}

impl<M> Kept<M> {
    /// Takes one out. Those before it have just been asked, so that a step for each is not much.
    fn take(&mut self, place: usize) -> Option<M> {
        for at in (0..place).rev() {
            self.messages.swap(at, at + 1);
        }
        self.messages.pop_front()
    }

    fn is_due(&self) -> bool {
        self.is_stale && !self.messages.is_empty()
    }
}

/// What has come of asking a guard.
enum Word {
    Now,
    NotYet,
    /// Nobody waits for the message any more.
    Never,
    /// It panicked: the message is lost, or every life would be.
    Broken(Box<dyn std::any::Any + Send>),
}

fn ask<A: Dispatch>(actor: &A, message: &A::Message) -> Word {
    let label = A::label(message);
    if label.reply.is_some_and(|head| head.is_gone()) {
        return Word::Never;
    }
    current::set_handling(Handling::new(label.name, label.reply));
    match catch_unwind(AssertUnwindSafe(|| actor.ready(message))) {
        Ok(true) => Word::Now,
        Ok(false) => Word::NotYet,
        Err(payload) => Word::Broken(payload),
    }
}

impl<A: Dispatch> Driver<A> {
    /// Where messages are kept aside. Without guards of the actor's own that is made when the first
    /// message of a protocol is: until then this is one look at a pointer.
    #[inline]
    fn place(&mut self) -> Option<&mut Kept<A::Message>> {
        if A::Kept::IS_THERE {
            return self.kept.place();
        }
        self.rare.as_mut()?.kept.as_deref_mut()
    }

    /// Whether what is kept aside is to be asked again.
    #[inline]
    pub(super) fn is_due(&self) -> bool {
        let kept = if A::Kept::IS_THERE {
            self.kept.look()
        } else {
            self.rare.as_ref().and_then(|rare| rare.kept.as_deref())
        };
        kept.is_some_and(Kept::is_due)
    }

    /// What is kept aside is to be asked again: a handler or hook may have changed the state.
    #[inline]
    pub(super) fn state_may_have_changed(&mut self) {
        if let Some(kept) = self.place() {
            kept.is_stale = true;
        }
    }

    /// The oldest message kept aside that may be handled now. `None`: there is none; `Some(None)`:
    /// look anew.
    #[allow(clippy::option_option, reason = "two questions: is there a step, and which")]
    pub(super) fn retry<const BESIDE: bool>(
        &mut self,
        actor: &A,
    ) -> Option<Option<Next<A::Message>>> {
        let mut place = 0;
        loop {
            let kept = self.place()?;
            let Some(message) = kept.messages.get(place) else {
                kept.is_stale = false;
                return None;
            };
            match ask(actor, message) {
                Word::NotYet => place += 1,
                Word::Never => {
                    let message = kept.take(place)?;
                    self.skip(message);
                }
                // Nothing that came later starts before it.
                Word::Now if BESIDE && !A::is_concurrent(message) => {
                    return Some(Some(self.rest(Pace::Busy)));
                }
                Word::Now => {
                    let message = kept.take(place)?;
                    self.mail().core.spend();
                    return Some(self.begin_handling(message));
                }
                Word::Broken(payload) => {
                    let message = kept.take(place)?;
                    self.lose(message, payload);
                    return Some(None);
                }
            }
        }
    }

    /// Has a message handled, if its guard says so; else keeps it aside.
    #[inline(always)]
    pub(super) fn offer(&mut self, message: A::Message, actor: &A) -> Option<Next<A::Message>> {
        if A::Kept::IS_THERE || Way::of::<A>(&message).guarded {
            return self.offer_asked(message, actor);
        }
        self.begin_handling(message)
    }

    /// As `offer`, for a message that is not of a protocol.
    #[inline]
    pub(super) fn offer_own(&mut self, message: A::Message, actor: &A) -> Option<Next<A::Message>> {
        if A::Kept::IS_THERE {
            return self.offer_asked(message, actor);
        }
        self.begin_handling(message)
    }

    /// As `offer`, for a message that came by a notice. Where it has to wait for those that it may not
    /// be handled `BESIDE`, it is not begun: it is offered anew when they are done.
    pub(super) fn offer_made<const BESIDE: bool>(
        &mut self,
        message: A::Message,
        actor: &A,
    ) -> Option<Next<A::Message>> {
        let waits = BESIDE && !A::is_concurrent(&message);
        let is_asked = A::Kept::IS_THERE || Way::of::<A>(&message).guarded;
        if waits && (!is_asked || matches!(ask(actor, &message), Word::Now)) {
            let label = A::label(&message);
            let handling = Handling::new(label.name, label.reply);
            return Some(Next::Run(Input::Message(message), handling));
        }
        self.offer(message, actor)
    }

    fn offer_asked(&mut self, message: A::Message, actor: &A) -> Option<Next<A::Message>> {
        match ask(actor, &message) {
            Word::Now | Word::Never => self.begin_handling(message),
            Word::NotYet => {
                self.keep(message);
                None
            }
            Word::Broken(payload) => {
                self.lose(message, payload);
                None
            }
        }
    }

    fn keep(&mut self, message: A::Message) {
        let bound = self.mail().core.settings.deferred;
        if !A::Kept::IS_THERE {
            self.rare().kept.get_or_insert_default();
        }
        if self.place().is_some_and(|kept| kept.messages.len() >= bound) {
            self.leave_gone_ones();
        }
        match self.place() {
            Some(kept) if kept.messages.len() < bound => {
                // This one was asked just now; only others can be in doubt.
                kept.is_stale &= !kept.messages.is_empty();
                kept.messages.push_back(message);
            }
            _ => turn_away::<A>(&**self.mail(), message),
        }
    }

    /// Throws away what nobody waits for any more.
    fn leave_gone_ones(&mut self) {
        let is_gone = |message: &A::Message| A::label(message).reply.is_some_and(|it| it.is_gone());
        let Some(kept) = self.place() else { return };
        // Plain loops: this is compiled for each actor, and iterators are many times as long.
        let mut gone = Vec::new();
        for _ in 0..kept.messages.len() {
            match kept.messages.pop_front() {
                Some(message) if is_gone(&message) => gone.push(message),
                Some(message) => kept.messages.push_back(message),
                None => {}
            }
        }
        for message in gone {
            self.skip(message);
        }
    }

    /// Nobody waits for it any more.
    #[cold]
    #[inline(never)]
    pub(super) fn skip(&self, message: A::Message) {
        add(&self.mail().core.hub.counts.skipped_calls, 1);
        self.mail().throw_away(message);
    }

    /// A guard has panicked: so its message is told, and the life fails.
    fn lose(&mut self, message: A::Message, payload: Box<dyn std::any::Any + Send>) {
        let label = A::label(&message);
        if let Some(head) = label.reply {
            head.begin();
        }
        let handling = Handling::new(label.name, label.reply);
        let failure = current::failure(&**self.mail(), handling.name, payload);
        drop_lost(&**self.mail(), &failure, handling, &mut Some(message));
        match self.course.stage {
            Stage::Ending(_) => {}
            _ => self.steps().finish(Exit::Failed(failure)),
        }
    }

    /// There is no next life: what is kept aside is thrown away.
    pub(super) fn throw_away_kept(&mut self) {
        let Some(kept) = self.place() else { return };
        let mut messages = std::mem::take(&mut kept.messages);
        while let Some(message) = messages.pop_front() {
            self.mail().throw_away(message);
        }
    }

    /// Lets others see how many messages are kept aside.
    pub(super) fn show_kept(&mut self) {
        if let Some(count) = self.place().map(|kept| kept.messages.len()) {
            self.mail().core.set_kept_aside(count);
        }
    }

    /// The message's handler is to run, unless nobody waits for it any more.
    #[inline(always)]
    pub(super) fn begin_handling(&mut self, message: A::Message) -> Option<Next<A::Message>> {
        let label = A::label(&message);
        if label.reply.is_some_and(|head| !head.begin()) {
            self.skip(message);
            return None;
        }
        let handling = Handling::new(label.name, label.reply);
        self.show_kept();
        if self.mail().core.is_simulated() {
            return self.meet(message, handling);
        }
        Some(Next::Run(Input::Message(message), handling))
    }
}
