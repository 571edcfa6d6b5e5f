//! The interfaces of a mailbox: without the type of its messages ([`DynMailbox`]), for the messages
//! of a protocol ([`TypedMailbox`]), and shared by the members of a pool ([`SharedQueue`]). The
//! methods of `dyn DynMailbox` are the control operations, which need the lock but not the type of
//! the messages. The functions after them discard messages that are not handled.
//!
//! Control operations do not use the user's queue, capacity or types. Each takes at most a task out
//! under the lock, and schedules it after the lock is released: no user code runs under the lock.
//! Control operations are defined on `dyn DynMailbox`, so that they are compiled once instead of
//! for each actor.

use super::capacity::{OnFull, PushError, Ticket};
use super::current::{self, CurrentMessage};
use super::deadlock::detector;
use super::deadlock::edge::PendingWait;
use super::header::{
    Header, KILL, ParkReason, SHARED_QUEUE, STOP_FOR_RESTART, STOP_SELF, SYSTEM_MESSAGE,
};
use super::mailbox::{notify_state_change, schedule, wake_admitted};
use super::queue::{AnyQueue, MailboxState};
use super::resources::{Resource, Resources};
use super::state::{CellTask, RestartDecision, SystemMessage, Watcher};
use crate::cell::message::{Delivery, Protocol};
use crate::exit::{ActorId, Exit, Failure};
use crate::incident::{DeadLetter, Incident};
use crate::panics::{drop_waker, wake_each};
use crate::sync::{Arc, LockGuard, Weak};
use std::any::Any;
use std::task::Waker;

/// The result of parking a task.
pub(crate) enum ParkResult {
    /// The task is parked in its mailbox.
    Parked,
    /// There is more to do, and budget left.
    RunAgain,
    /// The turn has ended, or the task woke itself: it goes to the back of the run queue.
    Requeue,
}

/// The locked state of a mailbox, without the type of its messages.
pub(crate) type Locked<'a> = LockGuard<'a, MailboxState<dyn AnyQueue>>;

/// A mailbox without the type of its messages.
pub(crate) trait DynMailbox: Send + Sync {
    fn header(&self) -> &Header;
    /// Returns the same mailbox, type-erased.
    fn untyped(&self) -> &dyn DynMailbox;
    /// Locks the state. No user code may run while it is locked.
    fn lock(&self) -> Locked<'_>;
    /// Parks the task if it waits for messages and there is nothing to do, which is the usual case. `task`
    /// then returns the task. Otherwise returns `false` without calling `task`: see
    /// [`park`](DynMailbox#method.park).
    fn park_idle(&self, _task: &mut dyn FnMut() -> Option<CellTask>) -> bool {
        false
    }
    /// Returns whether a single actor takes the messages, so that a wait for the mailbox ends only
    /// when that actor runs.
    fn has_one_taker(&self) -> bool {
        false
    }
    /// Discards the queued messages of a closed actor: calls get `Stopped`, sends are reported.
    fn discard_queued(&self) {}
    /// Drops a message of a side queue that will not be handled.
    fn drop_side_message(&self, slot: usize);

    /// Makes the mailbox refuse new messages. Idempotent.
    fn close(&self) {
        self.untyped().close_now();
    }

    /// Ends the actor at its next await or between two messages.
    fn kill(&self) {
        self.untyped().kill_now();
    }

    /// Queues a system message. It is handled once all messages accepted before it have been taken.
    fn notify(&self, message: SystemMessage) {
        self.untyped().notify_now(message);
    }

    /// Called when the strong count drops to zero. Runs an idle actor, which ends if it has nothing
    /// to do.
    fn on_unreferenced(&self) {
        self.untyped().run_if_unreferenced();
    }
}

/// A mailbox that several actors take their messages from.
pub(crate) trait SharedQueue: DynMailbox {
    /// Takes the next message for member `number` into `place`, an `Option` of the message. If
    /// there is none, the member is woken when one arrives. With `concurrent`, handlers of the member
    /// are running, and a message that may not overlap with them is left to other members.
    fn pop_for(&self, number: usize, concurrent: bool, place: &mut dyn Any) -> Popped;

    /// Puts messages that a member has deferred back at the front of the queue, because the member ends. Each
    /// place is an `Option` of the message. Returns `false`, and takes nothing, if the pool ends too.
    fn put_back(&self, places: &mut dyn Iterator<Item = &mut dyn Any>) -> bool;

    /// Marks member `number` as busy with an input of its own. Until the member checks this mailbox
    /// again, it is not woken, and a message for which it was woken goes to another member.
    fn set_busy(&self, number: usize);
}

/// The result of [`SharedQueue::pop_for`].
pub(crate) enum Popped {
    Message,
    Empty,
    /// The next message may not start alongside the running handlers.
    NotConcurrent,
    /// No more messages will arrive.
    Closed,
}

/// A mailbox that accepts the messages of `P`. It belongs to an actor, a pool, an adapter or a
/// proxy.
pub(crate) trait TypedMailbox<P: ?Sized>: DynMailbox {
    /// Takes the message out of `message` and queues it, or adds it to the waiting messages and
    /// returns a ticket. A rejected message stays in `message`. The message is therefore moved only
    /// once, and only under the lock. `delivery` is given for a message of a protocol, for which
    /// the actor's impl decides.
    fn push(
        &self,
        message: &mut Option<P::Message>,
        delivery: Option<Delivery>,
        wait: OnFull<'_>,
    ) -> Result<Option<Ticket>, PushError>
    where
        P: Protocol;
    /// Takes the message of a sender that stops waiting, unless the message was accepted.
    fn leave(&self, ticket: Ticket) -> Option<P::Message>
    where
        P: Protocol;
    /// Sets the number of members. Returns `false` if this is not a pool.
    fn resize(&self, _size: usize) -> bool {
        false
    }
    fn weak(self: Arc<Self>) -> WeakMailbox<P>;
    fn any(self: Arc<Self>) -> Arc<dyn DynMailbox>;
}

/// A weak reference to a mailbox.
pub(crate) enum WeakMailbox<P: ?Sized> {
    Own(Weak<dyn TypedMailbox<P>>),
    /// The mailbox of an actor that implements the protocol `P`.
    Adapter(Arc<dyn WeakAdapter<P>>),
}

/// A weak reference to a mailbox that is seen through a protocol.
pub(crate) trait WeakAdapter<P: ?Sized>: Send + Sync {
    fn upgrade(&self) -> Option<Arc<dyn TypedMailbox<P>>>;
}

impl<P: ?Sized> WeakMailbox<P> {
    pub(crate) fn upgrade(&self) -> Option<Arc<dyn TypedMailbox<P>>> {
        match self {
            WeakMailbox::Own(mailbox) => mailbox.upgrade(),
            WeakMailbox::Adapter(mailbox) => mailbox.upgrade(),
        }
    }
}

impl<P: ?Sized> Clone for WeakMailbox<P> {
    fn clone(&self) -> Self {
        match self {
            WeakMailbox::Own(mailbox) => WeakMailbox::Own(mailbox.clone()),
            WeakMailbox::Adapter(mailbox) => WeakMailbox::Adapter(mailbox.clone()),
        }
    }
}

impl dyn DynMailbox + '_ {
    /// Parks the task in the mailbox, unless there is more to do. `task` is called to get the task
    /// only if it parks. `pending` is the wait of its handler.
    pub(crate) fn park(
        &self,
        pending: Option<&PendingWait>,
        task: &mut dyn FnMut() -> Option<CellTask>,
    ) -> ParkResult {
        let header = self.header();
        let mut locked = self.lock();
        let admitted = locked.admit_waiters(header);
        let cell = &mut locked.cell;
        let park_reason = header.park_reason();
        let woken = cell.take_wake_up();
        let more = cell.has_more(header, park_reason, woken);
        let epoch = cell.publish(if more { None } else { pending });
        // No new waiter of this actor goes unnoticed: see `deadlock::detector`.
        let is_sought = epoch.is_some() && cell.may_be_waited_for(header);
        let result = if more {
            let is_over = park_reason == ParkReason::HandlerPending
                || (matches!(park_reason, ParkReason::Receiving | ParkReason::Concurrent) && woken)
                || header.budget() == 0;
            if is_over { ParkResult::Requeue } else { ParkResult::RunAgain }
        } else {
            cell.park(task(), park_reason == ParkReason::HandlerPending);
            if matches!(park_reason, ParkReason::Idle | ParkReason::Receiving) {
                locked.release_burst();
            }
            ParkResult::Parked
        };
        drop(locked);
        wake_admitted_at_failpoint(header, admitted);
        if let (Some(pending), Some(epoch)) = (pending, epoch)
            && pending.is_certain
            && (is_sought || pending.is_asked)
        {
            detector::check(self, pending, epoch);
        }
        result
    }

    /// Returns the number of messages that were accepted and not taken yet.
    pub(crate) fn len(&self) -> usize {
        self.lock().cell.total(self.header())
    }

    pub(super) fn close_now(&self) {
        let mut wake = Vec::new();
        let mut locked = self.lock();
        if locked.cell.is_closed() {
            return;
        }
        let changed = locked.cell.close(self.header());
        let calls = locked.cell.close_waiters(&mut wake);
        let task = locked.cell.take_idle();
        drop(locked);
        notify_state_change(changed);
        for slot in calls {
            self.drop_side_message(slot);
        }
        wake_each(wake);
        schedule(self.header(), task);
    }

    /// Locks the mailbox of a single actor. Returns `None` if several actors take its messages, or
    /// if the holder of `ticket` no longer waits for capacity.
    pub(crate) fn lock_if_certain(&self, ticket: Option<Ticket>) -> Option<Locked<'_>> {
        if !self.has_one_taker() {
            return None;
        }
        let locked = self.lock();
        let waits = ticket.is_none_or(|ticket| locked.cell.is_waiting(ticket));
        waits.then_some(locked)
    }

    /// Returns whether the sender with this ticket still waits for capacity, and then stores
    /// `waker` for it.
    pub(crate) fn wait_on(&self, ticket: Ticket, waker: &Waker) -> bool {
        // The clone and the drop of a waker are user code: not under the lock.
        let new = waker.clone();
        let (waits, old) = self.lock().cell.wait_on(ticket, new);
        drop_waker(old);
        waits
    }

    /// Admits waiting senders between two messages of a batch.
    pub(crate) fn make_room(&self) {
        let admitted = self.lock().admit_waiters(self.header());
        wake_admitted_at_failpoint(self.header(), admitted);
    }

    /// Counts an unbounded message of the batch as taken.
    pub(crate) fn took_unbounded(&self) {
        let mut locked = self.lock();
        locked.cell.took_unbounded();
        self.header().begin_one();
    }

    /// Takes the oldest system message, if all messages that were accepted before it have been
    /// taken.
    pub(crate) fn take_due_system_message(&self) -> Option<SystemMessage> {
        let mut locked = self.lock();
        let taken_count = locked.cell.taken_count(self.header());
        let system_messages = locked.cell.system_messages_mut();
        let is_due = system_messages.front().is_some_and(|(seq, _)| *seq <= taken_count);
        let taken = if is_due { system_messages.pop_front() } else { None };
        if system_messages.is_empty() {
            self.header().clear_flag(SYSTEM_MESSAGE);
        }
        taken.map(|(_, message)| message)
    }

    /// Returns whether the oldest system message is due, and is the exit of a linked actor or a child, for
    /// `#[on_exit]`.
    pub(crate) fn is_exit_for_hook_due(&self) -> bool {
        let mut locked = self.lock();
        let taken_count = locked.cell.taken_count(self.header());
        let key = match locked.cell.system_messages_mut().front() {
            Some((seq, message)) if *seq <= taken_count => match message {
                SystemMessage::LinkedExited(..) => return true,
                SystemMessage::WatchedExited(key, ..) => *key,
                _ => return false,
            },
            _ => return false,
        };
        let resource =
            locked.cell.existing_resources_mut().and_then(|resources| resources.get(key));
        matches!(resource, Some(Resource::Link { .. } | Resource::Child(_)))
    }

    /// Removes a resource of the life. System messages about it that are queued have no effect.
    pub(crate) fn cancel(&self, key: u64) {
        let mut locked = self.lock();
        let taken =
            locked.cell.existing_resources_mut().and_then(|resources| resources.cancel(key));
        drop(locked);
        if let Some(resource) = taken {
            resource.end(self, "");
        }
    }

    /// Called for the input that was held back until the running handlers had ended. Returns its resource, if it
    /// has one, and whether that has been cancelled in the meantime.
    pub(crate) fn take_up_held_back(&self) -> Option<(u64, bool)> {
        self.lock().cell.existing_resources_mut().and_then(Resources::take_up)
    }

    /// Called when a task of the life has ended.
    pub(crate) fn task_gone(&self, key: u64) {
        let mut locked = self.lock();
        let Some(resources) = locked.cell.existing_resources_mut() else { return };
        let taken = resources.task_gone(key);
        let is_last = resources.awaits_tasks && resources.tasks == 0;
        drop(locked);
        drop(taken);
        if is_last {
            self.notify(SystemMessage::Recheck);
        }
    }

    /// Clears a flag.
    pub(crate) fn clear_flag(&self, flag: u32) {
        let _locked = self.lock();
        self.header().clear_flag(flag);
    }

    /// Takes all system messages for the current life, regardless of their sequence numbers. System
    /// messages for the actor wait for the next life.
    pub(crate) fn take_system_messages(&self) -> Vec<SystemMessage> {
        let mut locked = self.lock();
        self.header().clear_flag(SYSTEM_MESSAGE);
        if !locked.cell.has_system_messages() {
            return Vec::new();
        }
        locked.cell.take_system_messages_of_life()
    }

    /// Clears the flag for system messages. A new system message sets it again.
    pub(crate) fn defer_system_messages(&self) {
        self.clear_flag(SYSTEM_MESSAGE);
    }

    /// Sets the flag for system messages again if any were deferred.
    pub(crate) fn resume_system_messages(&self) {
        let locked = self.lock();
        if locked.cell.has_system_messages() {
            self.header().set_flag(SYSTEM_MESSAGE);
        }
    }

    pub(super) fn kill_now(&self) {
        let locked = self.lock();
        if locked.cell.exit().is_some() {
            return;
        }
        self.kill_locked(locked);
    }

    fn kill_locked(&self, mut locked: Locked<'_>) {
        self.header().set_flag(KILL);
        let task = locked.cell.take_parked();
        drop(locked);
        schedule(self.header(), task);
    }

    pub(super) fn run_if_unreferenced(&self) {
        let header = self.header();
        header.system.observe(|simulation| simulation.on_unreferenced(header));
        let mut locked = self.lock();
        let task = if locked.cell.is_closed() { None } else { locked.cell.take_idle() };
        drop(locked);
        schedule(self.header(), task);
    }

    /// Makes a member of a pool check the shared queue.
    pub(crate) fn wake_member(&self) {
        let mut locked = self.lock();
        self.header().set_flag(SHARED_QUEUE);
        let task = locked.cell.take_idle();
        drop(locked);
        schedule(self.header(), task);
    }

    pub(super) fn notify_now(&self, message: SystemMessage) {
        let mut locked = self.lock();
        let cell = &mut locked.cell;
        if cell.exit().is_some()
            || (cell.is_closed() && matches!(message, SystemMessage::ResourceReady(_)))
        {
            drop(locked);
            // Not under the lock, because dropping the message can run user code.
            drop(message);
            return;
        }
        let seq = cell.accepted();
        cell.system_messages_mut().push_back((seq, message));
        self.header().set_flag(SYSTEM_MESSAGE);
        let task = cell.take_idle();
        drop(locked);
        schedule(self.header(), task);
    }

    /// Records that the running agent starts to wait for `goal` of this actor. A simulation reports
    /// the wait if it gets stuck.
    pub(crate) fn awaited(&self, goal: &'static str) {
        self.header().system.observe(|simulation| simulation.waits(self.untyped(), goal));
    }

    /// Marks a failure of this actor as observed, because an observer is notified of its end.
    pub(crate) fn mark_failure_observed(&self, exit: &Exit) {
        if let Exit::Failed(failure) = exit {
            self.header().system.observe(|simulation| simulation.handles(failure));
        }
    }

    /// Decreases the strong count.
    pub(crate) fn release(&self) {
        if self.header().decr_strong() {
            self.on_unreferenced();
        }
    }

    /// Adds a watcher; if the actor has already ended, returns its exit instead.
    pub(crate) fn watch(&self, watcher: Watcher) -> Option<Exit> {
        let mut locked = self.lock();
        let Some(exit) = locked.cell.exit().cloned() else {
            locked.cell.watch(watcher);
            return None;
        };
        drop(locked);
        self.mark_failure_observed(&exit);
        Some(exit)
    }

    /// Removes the watchers that `id` added for `key`.
    pub(crate) fn unwatch(&self, id: ActorId, key: Option<u64>) {
        let mut locked = self.lock();
        let gone = locked.cell.unwatch(id, key);
        drop(locked);
        drop(gone);
    }

    /// Removes the passive side of the link to `id`, unless the current life has a link to `id`, to which that
    /// side then belongs.
    pub(crate) fn unlink(&self, id: ActorId) {
        let mut locked = self.lock();
        let is_linked = locked.cell.resources().is_some_and(|held| held.link_to(id).is_some());
        let gone = if is_linked { Vec::new() } else { locked.cell.unwatch(id, None) };
        drop(locked);
        drop(gone);
    }

    /// Returns the name of the actor in logs, exits and trees: `account#7`.
    pub(crate) fn label(&self) -> String {
        let locked = self.lock();
        let label = locked.cell.names().first().or(locked.cell.label()).cloned();
        drop(locked);
        match label {
            Some(label) => label.as_ref().to_owned(),
            None => {
                let (name, number) = (self.header().settings.name, self.header().number);
                format!("{}#{number}", name.to_lowercase())
            }
        }
    }

    /// Stores the supervisor's answer to `life_ended`, and wakes the actor.
    pub(crate) fn decide(&self, decision: RestartDecision) {
        let mut locked = self.lock();
        if let Some(supervision) = locked.cell.supervision_mut() {
            supervision.decision = Some(decision);
            // Requests to the previous life do not apply to the next one.
            self.header().clear_flag(STOP_SELF | STOP_FOR_RESTART);
        }
        drop(locked);
        self.notify(SystemMessage::Recheck);
    }

    /// Announces that the answer to `life_ended` comes after a delay.
    pub(crate) fn back_off(&self) {
        let mut locked = self.lock();
        if let Some(supervision) = locked.cell.supervision_mut() {
            supervision.in_backoff = true;
        }
        drop(locked);
        self.notify(SystemMessage::Recheck);
    }

    /// Kills the actor permanently: no life follows, even if it is between two lives.
    pub(crate) fn kill_permanently(&self) {
        let mut locked = self.lock();
        if let Some(supervision) = locked.cell.supervision_mut() {
            supervision.orphaned = true;
        }
        drop(locked);
        self.kill();
    }

    /// Kills this life, unless it has already ended.
    pub(crate) fn kill_life(&self) {
        let mut locked = self.lock();
        let cell = &mut locked.cell;
        let is_between =
            cell.supervision_mut().is_some_and(|supervision| supervision.between_lives);
        if cell.exit().is_some() || is_between {
            return;
        }
        self.kill_locked(locked);
    }

    /// Ends this life after the running handler, without draining and without closing the mailbox.
    pub(crate) fn end_life(&self) {
        let mut locked = self.lock();
        if locked.cell.exit().is_some() {
            return;
        }
        self.header().set_flag(STOP_FOR_RESTART);
        let task = locked.cell.take_idle();
        let changed = locked.cell.state_changed();
        drop(locked);
        notify_state_change(changed);
        schedule(self.header(), task);
    }
}

/// Wakes admitted senders, after a failpoint of the unit tests. Not called under the lock.
#[inline]
fn wake_admitted_at_failpoint(header: &Header, admitted: Option<Vec<Waker>>) {
    #[cfg(test)]
    if admitted.as_ref().is_some_and(|admitted| !admitted.is_empty()) {
        let point = detector::failpoints::Failpoint::WaitersAdmitted(header.number);
        detector::failpoints::reached(header.system.id, point);
    }
    #[cfg(not(test))]
    let _ = header;
    wake_admitted(admitted);
}

/// Drops one message that will not be handled: a call gets `Stopped`, a send is reported.
pub(crate) fn discard_message<P: Protocol>(mailbox: &dyn DynMailbox, message: P::Message) {
    let label = P::info(&message);
    let (name, is_call) = (label.name, label.reply.is_some());
    drop_undelivered(mailbox, name, is_call, &mut Some(message));
}

/// Like [`discard_message`], for a message of any type.
pub(crate) fn drop_undelivered(
    mailbox: &dyn DynMailbox,
    name: &'static str,
    is_call: bool,
    message: &mut dyn Discardable,
) {
    discard(mailbox, name, is_call, message, current::unhandled);
}

/// Drops one message whose caller has left, or whose deadline has passed. In the latter case, the
/// call gets that error.
pub(crate) fn discard_expired(
    mailbox: &dyn DynMailbox,
    name: &'static str,
    message: &mut dyn Discardable,
) {
    discard(mailbox, name, true, message, current::expired);
}

/// Drops one message for which there is no capacity: a call gets `Full`, a send is reported.
pub(crate) fn reject_full(
    mailbox: &dyn DynMailbox,
    name: &'static str,
    is_call: bool,
    message: &mut dyn Discardable,
) {
    discard(mailbox, name, is_call, message, current::rejected_full);
}

/// Drops a message inside `within`, which determines the error that its replies report. A send is
/// reported to the incident hook first, so code that the drop notifies finds it counted. The hook
/// gets the message, which is dropped with the incident. The library's own messages are not
/// reported.
fn discard(
    mailbox: &dyn DynMailbox,
    name: &'static str,
    is_call: bool,
    message: &mut dyn Discardable,
    within: fn(&mut dyn FnMut()),
) {
    let header = mailbox.header();
    let is_reported = !is_call && !header.settings.is_internal;
    let letter = if is_reported && header.system.takes_letters() { message.take() } else { None };
    if is_reported {
        let (actor, id) = (mailbox.label(), header.id());
        let letter = DeadLetter::new(letter);
        let mut incident = Some(Incident::Undelivered { actor, id, message: name, letter });
        catch_and_report(mailbox, name, &mut || {
            within(&mut || incident.take().map_or((), |incident| header.system.report(incident)));
        });
    }
    catch_and_report(mailbox, name, &mut || within(&mut || message.clear()));
}

/// A type-erased message that is only dropped, so that discarding one is not monomorphized per actor.
pub(crate) trait Discardable {
    /// Drops the message, which is user code.
    fn clear(&mut self);
    /// Takes the message out of its slot.
    fn take(&mut self) -> Option<Box<dyn Any + Send>>;
}

impl<M: Send + 'static> Discardable for Option<M> {
    fn clear(&mut self) {
        *self = None;
    }

    fn take(&mut self) -> Option<Box<dyn Any + Send>> {
        let message = Option::take(self)?;
        Some(Box::new(message))
    }
}

/// Drops a message that was never handled. Its reply reports this.
pub(super) fn discard_unreported(
    mailbox: &dyn DynMailbox,
    name: &'static str,
    message: &mut dyn Discardable,
) {
    catch_and_report(mailbox, name, &mut || current::unhandled(&mut || message.clear()));
}

/// Drops a message that `failure` concerns. Its reply reports the failure.
pub(crate) fn discard_after_panic(
    mailbox: &dyn DynMailbox,
    failure: &Failure,
    handling: CurrentMessage,
    message: &mut dyn Discardable,
) {
    catch_and_report(mailbox, handling.name, &mut || {
        current::dropped_by_panic(failure, handling, &mut || message.clear());
    });
}

/// Runs user code whose panic must not fail the actor: a panic is reported, and not propagated.
pub(crate) fn catch_and_report(
    mailbox: &dyn DynMailbox,
    name: &'static str,
    run: &mut dyn FnMut(),
) {
    if let Err(payload) = current::catch_dyn(run) {
        let failure = current::failure(mailbox, name, payload);
        mailbox.header().system.report(Incident::SuppressedPanic { failure });
    }
}

/// Like [`catch_and_report`], for the actor that this thread runs.
pub(crate) fn catch_and_report_current(name: &'static str, run: &mut dyn FnMut()) {
    match current::actor() {
        Some(actor) => catch_and_report(&*actor, name, run),
        None => run(),
    }
}
