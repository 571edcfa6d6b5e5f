//! Guards: messages that may not be handled yet are deferred, in the order in which they were
//! taken, and evaluated again when the state may have changed. They survive a restart.

use super::erased::{InPlace, Stage, Steps, Untyped};
use super::erased_message::AnyMessage;
use super::run_loop::Next;
use crate::actor::dispatch::Input;
use crate::cell::call_state::Head;
use crate::cell::current::{self, Handling};
use crate::cell::handle::{drop_lost, drop_undelivered, turn_away};
use crate::cell::header::Pace;
use crate::counters::add;
use crate::exit::Exit;
use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The deferred messages. Each is boxed, because deferring is rare and lasts long.
#[derive(Default)]
pub(super) struct Kept {
    messages: VecDeque<Box<dyn AnyMessage>>,
    /// Whether the state may have changed since the last evaluation.
    is_stale: bool,
}

impl Kept {
    /// A handler or hook may have changed the state.
    #[inline]
    pub(super) fn state_may_have_changed(&mut self) {
        self.is_stale = true;
    }

    /// Whether the guards are to be evaluated again.
    #[inline]
    pub(super) fn is_due(&self) -> bool {
        self.is_stale && !self.messages.is_empty()
    }
}

/// The result of evaluating a guard.
enum Word {
    Now,
    NotYet,
    /// The caller no longer waits for the message.
    Never,
    /// The guard panicked: the message is dropped, because otherwise every life would fail.
    Broken(Box<dyn Any + Send>),
}

fn ask(message: &dyn AnyMessage, actor: &dyn Any) -> Word {
    let label = message.label();
    if label.reply.is_some_and(|head| head.is_gone()) {
        return Word::Never;
    }
    current::set_handling(Handling::new(label.name, label.reply));
    match catch_unwind(AssertUnwindSafe(|| message.ready(actor))) {
        Ok(true) => Word::Now,
        Ok(false) => Word::NotYet,
        Err(payload) => Word::Broken(payload),
    }
}

impl dyn Steps + '_ {
    /// Moves the oldest deferred message that may be handled now to `place`, and starts it. `None`:
    /// there is none; `Some(None)`: check again.
    #[allow(clippy::option_option, reason = "two questions: is there a step, and which")]
    pub(super) fn retry(
        &mut self,
        place: &mut dyn AnyMessage,
        actor: &dyn Any,
        beside: bool,
    ) -> Option<Untyped> {
        let mut at = 0;
        loop {
            let kept = self.course().kept()?;
            let Some(message) = kept.messages.get(at) else {
                kept.is_stale = false;
                return None;
            };
            match ask(&**message, actor) {
                Word::NotYet => at += 1,
                Word::Never => {
                    let mut message = self.take_kept(at)?;
                    self.skip(&mut *message);
                }
                // No later message starts before it.
                Word::Now if beside && !message.is_concurrent() => {
                    return Some(self.rest(Pace::Busy));
                }
                Word::Now => {
                    self.take_kept(at)?.move_to(place);
                    self.mail().core().spend();
                    return Some(self.begin_handling(place));
                }
                Word::Broken(payload) => {
                    let mut message = self.take_kept(at)?;
                    self.lose(&mut *message, payload);
                    return Some(None);
                }
            }
        }
    }

    /// Handles a message if its guard allows it; otherwise defers it.
    pub(super) fn offer(&mut self, message: &mut dyn AnyMessage, actor: &dyn Any) -> Untyped {
        if self.is_asked(message) && !self.may_begin(message, actor) {
            return None;
        }
        self.begin_handling(message)
    }

    /// Evaluates whether a message may be handled now; otherwise it is deferred or dropped.
    pub(super) fn may_begin(&mut self, message: &mut dyn AnyMessage, actor: &dyn Any) -> bool {
        match ask(message, actor) {
            Word::Now | Word::Never => return true,
            Word::NotYet => self.keep(message),
            Word::Broken(payload) => self.lose(message, payload),
        }
        false
    }

    /// Like `offer`, for a message from a system message. If it has to wait for handlers that it
    /// may not run `beside`, it is not started: it is offered again when they have ended.
    pub(super) fn offer_made(
        &mut self,
        message: &mut dyn AnyMessage,
        actor: &dyn Any,
        beside: bool,
    ) -> Untyped {
        let waits = beside && !message.is_concurrent();
        if waits && (!self.is_asked(message) || matches!(ask(message, actor), Word::Now)) {
            let label = message.label();
            let handling = Handling::new(label.name, label.reply);
            return Some(Next::Run(Input::Message(InPlace), handling));
        }
        self.offer(message, actor)
    }

    /// Whether a guard is evaluated before the message is handled.
    fn is_asked(&self, message: &dyn AnyMessage) -> bool {
        self.has_guards() || message.way().guarded
    }

    fn keep(&mut self, message: &mut dyn AnyMessage) {
        let bound = self.mail().core().settings.deferred;
        if self.course().kept().is_some_and(|kept| kept.messages.len() >= bound) {
            self.leave_gone_ones();
        }
        let kept = self.course().rare().kept.get_or_insert_default();
        if kept.messages.len() >= bound {
            let (name, is_call) = (message.label().name, message.label().reply.is_some());
            return turn_away(self.mail(), name, is_call, message);
        }
        // This one was evaluated just now; only others can have changed.
        kept.is_stale &= !kept.messages.is_empty();
        kept.messages.push_back(message.boxed());
        self.show_kept();
    }

    /// Removes one message. Those before it have just been evaluated, so a linear step is cheap.
    fn take_kept(&mut self, at: usize) -> Option<Box<dyn AnyMessage>> {
        let message = self.course().kept()?.messages.remove(at);
        self.show_kept();
        message
    }

    /// Discards messages whose callers no longer wait.
    fn leave_gone_ones(&mut self) {
        let Some(kept) = self.course().kept() else { return };
        let (gone, left): (VecDeque<_>, _) = std::mem::take(&mut kept.messages)
            .into_iter()
            .partition(|message| message.label().reply.is_some_and(Head::is_gone));
        kept.messages = left;
        self.show_kept();
        for mut message in gone {
            self.skip(&mut *message);
        }
    }

    /// Discards a message and notifies its sender.
    pub(super) fn throw_away(&self, message: &mut dyn AnyMessage) {
        let (name, is_call) = (message.label().name, message.label().reply.is_some());
        drop_undelivered(self.mail(), name, is_call, message);
    }

    /// Discards a message whose caller no longer waits.
    pub(super) fn skip(&self, message: &mut dyn AnyMessage) {
        add(&self.mail().core().hub.counts.skipped_calls, 1);
        self.throw_away(message);
    }

    /// A guard has panicked: its caller is notified, and the life fails.
    fn lose(&mut self, message: &mut dyn AnyMessage, payload: Box<dyn Any + Send>) {
        let label = message.label();
        if let Some(head) = label.reply {
            head.begin();
        }
        let handling = Handling::new(label.name, label.reply);
        let failure = current::failure(self.mail(), handling.name, payload);
        drop_lost(self.mail(), &failure, handling, message);
        match self.course().stage {
            Stage::Ending(_) => {}
            _ => self.finish(Exit::Failed(failure)),
        }
    }

    /// There is no next life: discards the deferred messages.
    pub(super) fn discard_kept(&mut self) {
        let Some(kept) = self.course().kept() else { return };
        let messages = std::mem::take(&mut kept.messages);
        self.show_kept();
        for mut message in messages {
            self.throw_away(&mut *message);
        }
    }

    /// Publishes the number of deferred messages.
    fn show_kept(&mut self) {
        let count = self.course().kept().map_or(0, |kept| kept.messages.len());
        self.mail().core().set_kept_aside(count);
    }

    /// Starts the message's handler, unless its caller no longer waits.
    pub(super) fn begin_handling(&mut self, message: &mut dyn AnyMessage) -> Untyped {
        let label = message.label();
        let is_gone = label.reply.is_some_and(|head| !head.begin());
        let handling = Handling::new(label.name, label.reply);
        if is_gone {
            self.skip(message);
            return None;
        }
        if self.mail().core().is_simulated() {
            return self.meet(message, handling);
        }
        Some(Next::Run(Input::Message(InPlace), handling))
    }
}
