//! How the loop handles system messages: ticks, stream items, exits of other actors. A system
//! message is handled after the messages that were accepted before it. A system message of a
//! cancelled resource is skipped, because the resource is no longer in the table.
//!
//! The callback of most system messages creates a message. A message for the actor itself is
//! handled immediately. A message for another actor is sent.

use super::dispatch::Hook;
use super::run_loop::NextStep;
use super::slow_path::{ErasedLoop, ErasedMessage};
use crate::cell::current::{self, CurrentMessage};
use crate::cell::handle::{DynMailbox, catch_and_report};
use crate::cell::resources::{CallbackResult, Resource, SourceState, TimerEntry};
use crate::cell::state::{ResourceId, SystemMessage};
use crate::exit::{ActorId, Exit, Failure, FailureKind, FailureParts};
use crate::incident::Incident;
use crate::sync::Arc;
use std::any::Any;

impl dyn ErasedLoop + '_ {
    /// Handles one system message. With `concurrent`, handlers are running. A message that it
    /// creates for the actor itself is left in `slot`.
    pub(super) fn handle_system_message(
        &mut self,
        notice: SystemMessage,
        slot: &mut dyn ErasedMessage,
        actor: &dyn Any,
        concurrent: bool,
    ) -> Option<NextStep> {
        let key = match &notice {
            SystemMessage::ResourceReady(key) | SystemMessage::WatchedExited(key, ..) => Some(*key),
            _ => None,
        };
        let mut timer = None;
        let next = match notice {
            SystemMessage::ResourceReady(key) => self.source_due(key, slot.as_any(), &mut timer),
            SystemMessage::WatchedExited(key, id, exit) => {
                self.watched_exited(key, id, exit, slot.as_any())
            }
            SystemMessage::LinkedExited(id, exit) => self.linked_exited(id, exit),
            SystemMessage::TaskPanicked(failure) => {
                self.finish(Exit::Failed(failure));
                None
            }
            SystemMessage::Recheck => None,
        };
        if concurrent && let Some(resources) = self.mailbox().lock().cell.existing_resources_mut() {
            // The message or hook may have to wait for the running handlers.
            resources.hold_back(key);
        }
        if !slot.is_there() {
            return next;
        }
        let next = self.begin_made_if_allowed(slot, actor, concurrent, key);
        if let Some(timer) = timer {
            let is_deferred = || key.is_some_and(|key| self.is_source_deferred(key));
            if slot.is_there() || !is_deferred() {
                timer.on_taken();
            }
        }
        next
    }

    /// Takes an item from a timer, a stream or a piped future, and calls the callback of that
    /// source. Stores a timer in `timer` if its tick has become a message for the actor itself, in the slot.
    fn source_due(
        &mut self,
        key: ResourceId,
        slot: &mut dyn Any,
        timer: &mut Option<Arc<TimerEntry>>,
    ) -> Option<NextStep> {
        let mut locked = self.mailbox().lock();
        // A cancelled resource is not in the table: its pending tick is skipped.
        let resources = locked.cell.existing_resources_mut();
        let found = match resources.and_then(|resources| resources.get(key)) {
            Some(Resource::Timer { entry, callback }) => {
                Some((callback.take(), "timer", Some(entry.clone())))
            }
            Some(Resource::Source { callback, .. }) => Some((callback.take(), "stream", None)),
            _ => None,
        };
        drop(locked);
        let (callback, source, entry) = found?;
        let mut callback = callback?;
        let made = self.run_callback(source, &mut |me| callback(me, slot));
        let is_over = matches!(made, Ok(CallbackResult::None) | Err(_));
        let made = match (made, entry) {
            (Ok(CallbackResult::SendTo(sending)), Some(entry)) => {
                Ok(CallbackResult::SendTo(entry.on_taken_after(sending)))
            }
            (Ok(CallbackResult::Own), entry) => {
                *timer = entry;
                Ok(CallbackResult::Own)
            }
            (made, entry) => {
                if let Some(entry) = entry {
                    entry.on_taken();
                }
                made
            }
        };
        // The callback is put back, unless it was cancelled in the meantime or fires only once.
        let mut gone = Some(callback);
        let (mut on_end, mut ended) = (None, None);
        let mut locked = self.mailbox().lock();
        let resources = locked.cell.resources_mut();
        let once = match resources.get(key) {
            Some(Resource::Timer { entry, callback }) => {
                std::mem::swap(callback, &mut gone);
                !entry.is_periodic()
            }
            Some(Resource::Source { callback, state, on_end: end, .. }) => {
                std::mem::swap(callback, &mut gone);
                let mut stays = !is_over && *state != SourceState::Piped;
                if is_over {
                    on_end = end.take();
                    if *state == SourceState::Attached && on_end.is_none() {
                        (*state, stays) = (SourceState::Ended, true);
                    }
                }
                !stays
            }
            _ => false,
        };
        if once {
            ended = resources.remove(key);
        }
        drop(locked);
        catch_and_report(self.mailbox(), source, &mut || drop((ended.take(), gone.take())));
        let made = match on_end {
            Some(mut on_end) if made.is_ok() => {
                self.run_callback(source, &mut |me| on_end(me, slot))
            }
            _ => made,
        };
        self.finish_callback(made, source)
    }

    /// Handles the exit of a watched actor.
    fn watched_exited(
        &mut self,
        key: ResourceId,
        id: ActorId,
        exit: Exit,
        slot: &mut dyn Any,
    ) -> Option<NextStep> {
        let mut locked = self.mailbox().lock();
        let resource =
            locked.cell.existing_resources_mut().and_then(|resources| resources.remove(key));
        drop(locked);
        match resource? {
            Resource::Monitor { callback, .. } => {
                let mut asked = Some((callback, exit));
                let made = self.run_callback("monitor", &mut |me| match asked.take() {
                    Some((callback, exit)) => callback(me, exit, slot),
                    None => CallbackResult::None,
                });
                self.finish_callback(made, "monitor")
            }
            Resource::Link { .. } => self.linked_exited(id, exit),
            Resource::Child(child) => {
                if self.hooks().exit {
                    return self.run_exit_hook(id, exit);
                }
                if let Exit::Failed(failure) = exit {
                    child.header().system.report(Incident::UnobservedFailure { failure });
                }
                None
            }
            Resource::Timer { .. } | Resource::Source { .. } | Resource::Task(_) => None,
        }
    }

    fn run_exit_hook(&mut self, id: ActorId, exit: Exit) -> Option<NextStep> {
        self.trace_input("on_exit");
        let hook = Hook::Exited(Box::new((id, exit)));
        Some(NextStep::hook(hook, CurrentMessage::without_reply("on_exit")))
    }

    /// Handles the exit of a linked actor: runs `#[on_exit]`, or fails too.
    fn linked_exited(&mut self, id: ActorId, exit: Exit) -> Option<NextStep> {
        if self.hooks().exit {
            return self.run_exit_hook(id, exit);
        }
        if !exit.is_normal() {
            let failure = linked_failure(self.mailbox(), id, &exit);
            self.finish(Exit::Failed(failure));
        }
        None
    }
}

/// Returns the failure of an actor because the linked actor `id` has ended abnormally, with `exit`.
pub(crate) fn linked_failure(mailbox: &dyn DynMailbox, id: ActorId, exit: &Exit) -> Failure {
    // The cause is passed on unchanged: a chain of links does not create a chain of causes.
    let cause = match exit {
        Exit::Failed(failure) => failure.cause().unwrap_or(exit),
        _ => exit,
    };
    let message = format!("linked actor #{id} {cause}");
    let parts = FailureParts::of(mailbox, FailureKind::Linked, "", message);
    Failure::new(FailureParts { cause: Some(cause.clone()), ..parts })
}

impl dyn ErasedLoop + '_ {
    /// Runs a callback, and catches its panic.
    fn run_callback(
        &self,
        source: &'static str,
        callback: &mut dyn FnMut(&dyn Any) -> CallbackResult,
    ) -> Result<CallbackResult, Failure> {
        let mut made = Ok(CallbackResult::None);
        self.with_address(&mut |me| {
            made = current::catch_failure(self.mailbox(), source, || callback(me))
        });
        made
    }

    fn finish_callback(
        &mut self,
        made: Result<CallbackResult, Failure>,
        source: &'static str,
    ) -> Option<NextStep> {
        match made {
            Ok(CallbackResult::SendTo(sending)) => {
                let (runnable, task) =
                    crate::system::task::prepare(&self.mailbox().header().system, sending);
                task.detach();
                runnable.schedule();
            }
            Ok(CallbackResult::Own | CallbackResult::None) => {}
            Err(failure) => {
                debug_assert_eq!(failure.handler(), source);
                self.finish(Exit::Failed(failure));
            }
        }
        None
    }
}
