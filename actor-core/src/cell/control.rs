//! The control operations of a mailbox: everything that needs its lock but not the type of its
//! messages. Control operations never share the user's queue, capacity or types.
//!
//! Each operation takes at most a task out under the lock, and schedules it after the lock is
//! released: no user code runs under the lock. The operations are defined on `dyn DynMailbox`, so
//! that they are compiled once instead of for each actor.

use super::capacity::Ticket;
use super::deadlock::detector;
use super::deadlock::edge::PendingWait;
use super::handle::{DynMailbox, Locked, ParkResult};
use super::header::{
    Header, KILL, ParkReason, SHARED_QUEUE, STOP_FOR_RESTART, STOP_SELF, SYSTEM_MESSAGE,
};
use super::mailbox::{notify_state_change, schedule, wake_all};
use super::state::{CellTask, SystemMessage, Watcher};
use super::supervision::RestartDecision;
use crate::exit::{ActorId, Exit};
use crate::panics::{drop_waker, wake_each};
use std::task::Waker;

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
        wake_admitted(header, admitted);
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
        wake_admitted(self.header(), admitted);
    }

    /// Counts as taken a message that was returned to the loop and that needed no capacity.
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

    /// Removes a resource of the life, together with its pending system messages.
    pub(crate) fn cancel(&self, key: u64) {
        let mut locked = self.lock();
        let taken =
            locked.cell.existing_resources_mut().and_then(|resources| resources.remove(key));
        drop(locked);
        if let Some(resource) = taken {
            resource.end(self, "");
        }
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
        let mut locked = self.lock();
        if locked.cell.exit().is_some() {
            return;
        }
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

    /// Queues a system message. It is handled once all messages accepted before it have been taken.
    pub(crate) fn notify(&self, message: SystemMessage) {
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

    /// Records that the running agent starts to wait for `what` of this actor. A simulation reports
    /// the wait if it gets stuck.
    pub(crate) fn awaited(&self, what: &'static str) {
        self.header().system.observe(|simulation| simulation.waits(self.untyped(), what));
    }

    /// Marks a failure of this actor as observed, because an observer is notified of its end.
    pub(crate) fn heard(&self, exit: &Exit) {
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
        self.heard(&exit);
        Some(exit)
    }

    /// Removes the watchers that `id` added for `key`.
    pub(crate) fn unwatch(&self, id: ActorId, key: Option<u64>) {
        let mut locked = self.lock();
        let gone = locked.cell.unwatch(id, key);
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
        self.header().set_flag(KILL);
        let task = cell.take_parked();
        drop(locked);
        schedule(self.header(), task);
    }

    /// Ends this life after the running handler, without draining and without closing the mailbox.
    pub(crate) fn end_life(&self) {
        let mut locked = self.lock();
        if locked.cell.exit().is_some() {
            return;
        }
        self.header().set_flag(STOP_FOR_RESTART);
        let task = locked.cell.take_idle();
        drop(locked);
        schedule(self.header(), task);
    }
}

/// Wakes senders that were admitted; not under the lock.
#[inline]
fn wake_admitted(header: &Header, admitted: Option<Vec<Waker>>) {
    #[cfg(test)]
    if admitted.as_ref().is_some_and(|admitted| !admitted.is_empty()) {
        let point = detector::failpoints::Failpoint::WaitersAdmitted(header.number);
        detector::failpoints::reached(header.system.id, point);
    }
    #[cfg(not(test))]
    let _ = header;
    wake_all(admitted);
}
