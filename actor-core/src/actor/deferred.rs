//! Guards. A message whose guard does not hold yet is deferred. Deferred messages keep the order in
//! which they were taken. Their guards are evaluated again when the state may have changed. They
//! survive a restart.

use super::run_loop::NextStep;
use super::slow_path::ErasedLoop;
use crate::actor::run_loop::Lifecycle;
use crate::actor::slow_path::ErasedMessage;
use crate::cell::current;
use crate::cell::handle::{
    DynMailbox, catch_and_report, discard_after_panic, discard_expired, drop_undelivered,
    reject_full,
};
use crate::cell::header::ParkReason;
use crate::cell::message::CallState;
use crate::cell::resources::TimerEntry;
use crate::cell::state::ResourceId;
use crate::exit::Exit;
use crate::incident::add;
use crate::sync::Arc;
use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The deferred messages.
#[derive(Default)]
pub(super) struct DeferredMessages {
    messages: VecDeque<DeferredMessage>,
    /// Whether the state may have changed since the last evaluation.
    is_stale: bool,
    /// The message that may be handled, but waits for running handlers. Its guard is not evaluated again before
    /// the state may have changed, and no message after it is.
    waiting: Option<usize>,
}

impl DeferredMessages {
    /// Records that a handler or hook may have changed the state, so that guards are evaluated
    /// again.
    #[inline]
    pub(super) fn state_may_have_changed(&mut self) {
        (self.is_stale, self.waiting) = (true, None);
    }

    /// Returns whether the guards are to be evaluated again.
    #[inline]
    pub(super) fn is_due(&self) -> bool {
        self.is_stale && !self.messages.is_empty()
    }
}

/// A deferred message. It is boxed, because deferring is rare and lasts long.
struct DeferredMessage {
    message: Box<dyn ErasedMessage>,
    /// The timer, stream, monitor or piped future that has created the message. The table of resources counts
    /// the deferred messages of each.
    source: Option<ResourceId>,
}

impl DeferredMessage {
    /// Returns whether the caller no longer waits, or the source has been cancelled.
    fn is_gone(&self, mailbox: &dyn DynMailbox) -> bool {
        match self.source {
            Some(source) => !is_source_deferred(mailbox, source),
            None => self.message.info().reply.is_some_and(CallState::is_gone),
        }
    }
}

fn is_source_deferred(mailbox: &dyn DynMailbox, source: ResourceId) -> bool {
    let locked = mailbox.lock();
    locked.cell.resources().is_some_and(|resources| resources.is_deferred(source))
}

/// The result of evaluating a guard.
enum GuardResult {
    Ready,
    NotYet,
    /// The caller no longer waits for the message.
    Cancelled,
    /// The guard panicked. The message is dropped, because otherwise the guard would fail every
    /// life.
    Panicked(Box<dyn Any + Send>),
}

fn evaluate_guard(message: &dyn ErasedMessage, actor: &dyn Any) -> GuardResult {
    let info = message.info();
    if info.reply.is_some_and(CallState::is_gone) {
        return GuardResult::Cancelled;
    }
    current::set_current_message(info.current());
    match catch_unwind(AssertUnwindSafe(|| message.guard_holds(actor))) {
        Ok(true) => GuardResult::Ready,
        Ok(false) => GuardResult::NotYet,
        Err(payload) => GuardResult::Panicked(payload),
    }
}

impl dyn ErasedLoop + '_ {
    /// Returns whether a deferred message still waits for running handlers.
    fn has_waiting_deferred(&mut self) -> bool {
        let mailbox = self.own();
        let Some(deferred) = self.loop_state().deferred() else { return false };
        let waiting = deferred.waiting.and_then(|at| deferred.messages.get(at));
        waiting.is_some_and(|message| !message.is_gone(&*mailbox))
    }

    /// Moves the oldest deferred message that may be handled now to `slot`, and starts it. Returns
    /// `None` if there is no such message, and `Some(None)` if the loop must check again.
    #[allow(clippy::option_option, reason = "two questions: is there a step, and which")]
    pub(super) fn retry_deferred(
        &mut self,
        slot: &mut dyn ErasedMessage,
        actor: &dyn Any,
        concurrent: bool,
    ) -> Option<Option<NextStep>> {
        if concurrent && self.has_waiting_deferred() {
            return Some(self.park(ParkReason::HandlerPending));
        }
        let mut at = 0;
        loop {
            let deferred = self.loop_state().deferred()?;
            let Some(entry) = deferred.messages.get(at) else {
                deferred.is_stale = false;
                return None;
            };
            if let Some(source) = entry.source
                && !self.is_source_deferred(source)
            {
                let mut message = self.take_deferred(at)?;
                self.drop_of_cancelled(&mut *message);
                continue;
            }
            let message = &self.loop_state().deferred()?.messages.get(at)?.message;
            match evaluate_guard(&**message, actor) {
                GuardResult::NotYet => at += 1,
                GuardResult::Cancelled => {
                    let mut message = self.take_deferred(at)?;
                    self.skip_abandoned(&mut *message);
                }
                // No later message starts before this one.
                GuardResult::Ready if concurrent && !message.is_concurrent() => {
                    self.loop_state().deferred()?.waiting = Some(at);
                    return Some(self.park(ParkReason::HandlerPending));
                }
                GuardResult::Ready => {
                    self.take_deferred(at)?.move_to(slot);
                    self.mailbox().header().spend();
                    return Some(self.begin_handling(slot));
                }
                GuardResult::Panicked(payload) => {
                    let mut message = self.take_deferred(at)?;
                    self.drop_after_panic(&mut *message, payload);
                    return Some(None);
                }
            }
        }
    }

    /// Handles a message if its guard allows it; otherwise defers it.
    pub(super) fn begin_if_allowed(
        &mut self,
        message: &mut dyn ErasedMessage,
        actor: &dyn Any,
    ) -> Option<NextStep> {
        if self.has_guard(message) && !self.may_begin(message, actor) {
            return None;
        }
        self.begin_handling(message)
    }

    /// Returns whether a message may be handled now. Otherwise the message is deferred or dropped.
    pub(super) fn may_begin(&mut self, message: &mut dyn ErasedMessage, actor: &dyn Any) -> bool {
        self.may_begin_of(message, actor, None)
    }

    /// Like `may_begin`, for a message that `source` has created, if there is one.
    fn may_begin_of(
        &mut self,
        message: &mut dyn ErasedMessage,
        actor: &dyn Any,
        source: Option<ResourceId>,
    ) -> bool {
        match evaluate_guard(message, actor) {
            GuardResult::Ready | GuardResult::Cancelled => return true,
            GuardResult::NotYet => self.defer(message, source),
            GuardResult::Panicked(payload) => self.drop_after_panic(message, payload),
        }
        false
    }

    /// Like `begin_if_allowed`, for a message that a system message of `source` has created. If the message has to wait
    /// for running handlers (`concurrent`), it is offered again when they have ended.
    pub(super) fn begin_made_if_allowed(
        &mut self,
        message: &mut dyn ErasedMessage,
        actor: &dyn Any,
        concurrent: bool,
        source: Option<ResourceId>,
    ) -> Option<NextStep> {
        let waits = concurrent && !message.is_concurrent();
        if waits
            && (!self.has_guard(message)
                || matches!(evaluate_guard(message, actor), GuardResult::Ready))
        {
            let info = message.info();
            let handling = info.current();
            return Some(NextStep::message(handling));
        }
        if self.has_guard(message) && !self.may_begin_of(message, actor, source) {
            return None;
        }
        self.begin_handling(message)
    }

    /// Like `begin_made_if_allowed`, when the message has waited for running handlers.
    pub(super) fn begin_held_back(
        &mut self,
        message: &mut dyn ErasedMessage,
        actor: &dyn Any,
        source: Option<ResourceId>,
    ) -> Option<NextStep> {
        let next = self.begin_made_if_allowed(message, actor, false, source);
        if let Some(source) = source
            && self.is_source_deferred(source)
            && let Some(timer) = self.timer(source)
        {
            timer.on_deferred();
        }
        next
    }

    fn timer(&self, key: ResourceId) -> Option<Arc<TimerEntry>> {
        self.mailbox().lock().cell.existing_resources_mut()?.timer(key)
    }

    /// Returns whether a guard is evaluated before the message is handled.
    fn has_guard(&self, message: &dyn ErasedMessage) -> bool {
        self.has_guards() || message.delivery().guarded
    }

    fn defer(&mut self, message: &mut dyn ErasedMessage, source: Option<ResourceId>) {
        let bound = self.mailbox().header().settings.deferred;
        if self.loop_state().deferred().is_some_and(|deferred| deferred.messages.len() >= bound) {
            self.discard_cancelled();
        }
        let deferred = self.loop_state().cold_mut().deferred.get_or_insert_default();
        if deferred.messages.len() >= bound {
            let (name, is_call) = (message.info().name, message.info().reply.is_some());
            return reject_full(self.mailbox(), name, is_call, message);
        }
        // The guard of this message was evaluated just now, so only the others can be stale.
        deferred.is_stale &= !deferred.messages.is_empty();
        deferred.messages.push_back(DeferredMessage { message: message.boxed(), source });
        self.publish_deferred_count();
        if let Some(source) = source {
            self.mailbox().lock().cell.resources_mut().defer(source);
        }
    }

    /// Removes one message. The cost is linear in `at`, as was the evaluation of the guards of the
    /// messages in front of it.
    fn take_deferred(&mut self, at: usize) -> Option<Box<dyn ErasedMessage>> {
        let deferred = self.loop_state().deferred()?;
        deferred.waiting = None;
        let DeferredMessage { message, source } = deferred.messages.remove(at)?;
        self.publish_deferred_count();
        self.end_deferral(source);
        Some(message)
    }

    /// Returns whether a message of this source is deferred, and the source has not been cancelled since.
    pub(super) fn is_source_deferred(&self, source: ResourceId) -> bool {
        is_source_deferred(self.mailbox(), source)
    }

    /// Records that a message of `source` is no longer deferred. The next tick of a timer is then pending as usual.
    fn end_deferral(&self, source: Option<ResourceId>) {
        let Some(source) = source else { return };
        let mut locked = self.mailbox().lock();
        let timer = locked.cell.existing_resources_mut().and_then(|held| held.end_deferral(source));
        drop(locked);
        if let Some(timer) = timer {
            timer.on_taken();
        }
    }

    /// Discards messages whose callers no longer wait, or whose sources have been cancelled.
    fn discard_cancelled(&mut self) {
        let Some(deferred) = self.loop_state().deferred() else { return };
        let messages = std::mem::take(&mut deferred.messages);
        deferred.waiting = None;
        let is_gone = |message: &DeferredMessage| message.is_gone(self.mailbox());
        let (gone, left): (VecDeque<_>, _) = messages.into_iter().partition(is_gone);
        if let Some(deferred) = self.loop_state().deferred() {
            deferred.messages = left;
        }
        self.publish_deferred_count();
        for DeferredMessage { mut message, source } in gone {
            match source {
                Some(_) => self.drop_of_cancelled(&mut *message),
                None => self.skip_abandoned(&mut *message),
            }
        }
    }

    /// Drops a message whose source has been cancelled.
    fn drop_of_cancelled(&self, message: &mut dyn ErasedMessage) {
        let name = message.info().name;
        catch_and_report(self.mailbox(), name, &mut || message.clear());
    }

    /// Discards a message and notifies its sender.
    pub(super) fn discard_message(&self, message: &mut dyn ErasedMessage) {
        let (name, is_call) = (message.info().name, message.info().reply.is_some());
        drop_undelivered(self.mailbox(), name, is_call, message);
    }

    /// Discards a message whose caller no longer waits, or whose deadline has passed.
    pub(super) fn skip_abandoned(&self, message: &mut dyn ErasedMessage) {
        add(&self.mailbox().header().system.counts.skipped_calls, 1);
        let name = message.info().name;
        discard_expired(self.mailbox(), name, message);
    }

    /// Fails the life after a guard, or the condition of a fault, has panicked, and answers the caller of
    /// the message.
    pub(super) fn drop_after_panic(
        &mut self,
        message: &mut dyn ErasedMessage,
        payload: Box<dyn Any + Send>,
    ) {
        let info = message.info();
        if let Some(head) = info.reply {
            head.begin(|| self.mailbox().header().system.executor.now());
        }
        let handling = info.current();
        let failure = current::failure(self.mailbox(), handling.name, payload);
        discard_after_panic(self.mailbox(), &failure, handling, message);
        match self.loop_state().lifecycle {
            Lifecycle::ShuttingDown(_) => {}
            _ => self.finish(Exit::Failed(failure)),
        }
    }

    /// Discards the deferred messages, because no other life follows. A member of a pool that goes on leaves
    /// them to the other members, except those that its own timers, streams and monitors have created, which
    /// end with their source.
    pub(super) fn discard_deferred(&mut self) {
        let Some(deferred) = self.loop_state().deferred() else { return };
        let messages = std::mem::take(&mut deferred.messages);
        deferred.waiting = None;
        self.publish_deferred_count();
        let (own, mut messages): (VecDeque<_>, VecDeque<_>) =
            messages.into_iter().partition(|entry| entry.source.is_some());
        for DeferredMessage { mut message, .. } in own {
            self.drop_of_cancelled(&mut *message);
        }
        if let Some((shared, _)) = self.loop_state().shared()
            && shared.put_back(&mut messages.iter_mut().map(|entry| entry.message.as_any()))
        {
            return;
        }
        for DeferredMessage { mut message, .. } in messages {
            self.discard_message(&mut *message);
        }
    }

    /// Publishes the number of deferred messages.
    fn publish_deferred_count(&mut self) {
        let count = self.loop_state().deferred().map_or(0, |deferred| deferred.messages.len());
        self.mailbox().header().set_deferred(count);
    }

    /// Starts the message's handler, unless its caller has left or its deadline has passed.
    pub(super) fn begin_handling(&mut self, message: &mut dyn ErasedMessage) -> Option<NextStep> {
        let info = message.info();
        let now = || self.mailbox().header().system.executor.now();
        let is_gone = !message.begins(&now);
        let handling = info.current();
        if is_gone {
            self.skip_abandoned(message);
            return None;
        }
        if self.is_simulated() {
            return self.apply_faults(message, handling);
        }
        Some(NextStep::message(handling))
    }
}
