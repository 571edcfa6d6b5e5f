//! The control operations of a mailbox: everything that needs its lock and not the type of its
//! messages. Control operations never share the user's queue, capacity or types.
//!
//! Each operation takes a task out under the lock, at most, and schedules it afterwards: no user code
//! runs under the lock. They are defined on `dyn DynMailbox`, so that they are compiled once and not
//! for each actor.

use super::deadlock::detector;
use super::deadlock::edge::PendingWait;
use super::handle::{DynMailbox, ParkResult, notify_state_change, schedule};
use super::header::{KILL, ParkReason, SHARED_QUEUE, STOP_FOR_RESTART, STOP_SELF, SYSTEM_MESSAGE};
use super::queue::Ticket;
use super::restart::RestartDecision;
use super::state::{CellState, CellTask, SystemMessage, Watcher};
use crate::exit::{ActorId, Exit};
use crate::waking::{drop_waker, wake_each};
use std::task::Waker;

impl dyn DynMailbox + '_ {
    /// Parks the task: `task` returns it, if it is to be stored in the mailbox. `pending` is the wait
    /// of its handler.
    pub(crate) fn park(
        &self,
        pending: Option<&PendingWait>,
        task: &mut dyn FnMut() -> Option<CellTask>,
    ) -> ParkResult {
        let header = self.header();
        let (mut rest, mut epoch, mut is_sought) = (ParkResult::RunAgain, None, false);
        self.settle(&mut |cell| {
            let park_reason = header.park_reason();
            let woken = std::mem::take(&mut cell.woken);
            let more = cell.has_more(header, park_reason, woken);
            epoch = cell.publish(if more { None } else { pending });
            // No new waiter of this actor goes unnoticed: see `cycle`.
            is_sought = epoch.is_some() && cell.may_be_waited_for(header);
            if more {
                let is_over = park_reason == ParkReason::HandlerPending
                    || (matches!(park_reason, ParkReason::Receiving | ParkReason::Concurrent)
                        && woken)
                    || header.budget() == 0;
                rest = if is_over { ParkResult::Requeue } else { ParkResult::RunAgain };
                return false;
            }
            cell.handler_pending = park_reason == ParkReason::HandlerPending;
            cell.parked = task();
            rest = ParkResult::Parked;
            matches!(park_reason, ParkReason::Idle | ParkReason::Receiving)
        });
        if let (Some(pending), Some(epoch)) = (pending, epoch)
            && pending.is_certain
            && (is_sought || pending.is_asked)
        {
            detector::check(self, pending, epoch);
        }
        rest
    }

    /// The number of messages that were accepted and not taken yet.
    pub(crate) fn len(&self) -> usize {
        let mut len = 0;
        self.with(&mut |cell, _| len = cell.total(self.header()));
        len
    }

    pub(super) fn close_now(&self) {
        let (mut wake, mut calls) = (Vec::new(), Vec::new());
        let (mut changed, mut task) = (None, None);
        self.with(&mut |cell, _| {
            if !cell.closed {
                changed = cell.close(self.header());
                calls = cell.close_waiters(&mut wake);
                task = cell.take_idle();
            }
        });
        notify_state_change(changed);
        for slot in calls {
            self.drop_side_message(slot);
        }
        wake_each(wake);
        schedule(self.header(), task);
    }

    /// Like `with_room_wanted`, for a mailbox of a single actor, which alone takes its messages.
    pub(super) fn with_certain(
        &self,
        ticket: Option<Ticket>,
        look: &mut dyn FnMut(&mut CellState),
    ) {
        self.with(&mut |cell, _| {
            if ticket.is_none_or(|ticket| cell.is_waiting(ticket)) {
                look(cell);
            }
        });
    }

    /// Whether the sender with this ticket still waits for capacity, to be woken by `waker`; if
    /// not, it is removed.
    pub(crate) fn wait_on(&self, ticket: Ticket, waker: &Waker) -> bool {
        let (mut waker, mut waits) = (Some(waker.clone()), false);
        self.with(&mut |cell, _| {
            if let Some(new) = waker.take() {
                (waits, waker) = cell.wait_on(ticket, new);
            }
        });
        drop_waker(waker);
        waits
    }

    /// Admits waiting senders between two messages of a batch.
    pub(crate) fn make_room(&self) {
        self.settle(&mut |_| false);
    }

    /// A message that was returned to the loop, and that needed no capacity, is taken.
    pub(crate) fn took_unbounded(&self) {
        self.with(&mut |cell, _| {
            cell.took_unbounded();
            self.header().begin_one();
        });
    }

    /// Takes the oldest system message, if all messages that were accepted before it have been
    /// taken.
    pub(crate) fn take_due_system_message(&self) -> Option<SystemMessage> {
        let mut taken = None;
        self.with(&mut |cell, _| {
            let taken_count = cell.taken_count(self.header());
            let system_messages = &mut cell.cold_mut().system_messages;
            if system_messages.front().is_some_and(|(seq, _)| *seq <= taken_count) {
                taken = system_messages.pop_front().map(|(_, message)| message);
            }
            if system_messages.is_empty() {
                self.header().clear_flag(SYSTEM_MESSAGE);
            }
        });
        taken
    }

    /// Removes a resource of the life, together with its pending system messages.
    pub(crate) fn cancel(&self, key: u64) {
        let mut taken = None;
        self.with(&mut |cell, _| {
            taken = cell.resources.as_mut().and_then(|resources| resources.remove(key));
        });
        if let Some(resource) = taken {
            resource.end(self, "");
        }
    }

    /// A task of the life has ended.
    pub(crate) fn task_gone(&self, key: u64) {
        let (mut taken, mut is_last) = (None, false);
        self.with(&mut |cell, _| {
            if let Some(resources) = &mut cell.resources {
                taken = resources.task_gone(key);
                is_last = resources.awaits_tasks && resources.tasks == 0;
            }
        });
        drop(taken);
        if is_last {
            self.notify(SystemMessage::Recheck);
        }
    }

    /// Clears a flag.
    pub(crate) fn clear_flag(&self, flag: u32) {
        self.with(&mut |_, _| self.header().clear_flag(flag));
    }

    /// Takes all system messages for the current life, regardless of their sequence numbers. Those
    /// for the actor wait for the next life.
    pub(crate) fn take_system_messages(&self) -> Vec<SystemMessage> {
        let mut taken = Vec::new();
        self.with(&mut |cell, _| {
            self.header().clear_flag(SYSTEM_MESSAGE);
            if cell.has_system_messages() {
                taken = cell.cold_mut().take_system_messages();
            }
        });
        taken
    }

    /// Defers system messages: a new one sets the flag again.
    pub(crate) fn defer_system_messages(&self) {
        self.clear_flag(SYSTEM_MESSAGE);
    }

    /// Handles the deferred system messages from now on.
    pub(crate) fn resume_system_messages(&self) {
        self.with(&mut |cell, _| {
            if cell.has_system_messages() {
                self.header().set_flag(SYSTEM_MESSAGE);
            }
        });
    }

    pub(super) fn kill_now(&self) {
        let mut task = None;
        self.with(&mut |cell, _| {
            if cell.exit().is_none() {
                self.header().set_flag(KILL);
                task = cell.parked.take();
            }
        });
        schedule(self.header(), task);
    }

    pub(super) fn run_if_unreferenced(&self) {
        if let Some(sim_observer) = &self.header().system.sim_observer {
            sim_observer.on_unreferenced(self.header());
        }
        let mut task = None;
        self.with(&mut |cell, _| {
            if !cell.closed {
                task = cell.take_idle();
            }
        });
        schedule(self.header(), task);
    }

    /// Makes a member of a pool check the shared queue.
    pub(crate) fn wake_member(&self) {
        let mut task = None;
        self.with(&mut |cell, _| {
            self.header().set_flag(SHARED_QUEUE);
            task = cell.take_idle();
        });
        schedule(self.header(), task);
    }

    /// Queues a system message. It is handled when all messages accepted so far have been taken.
    pub(crate) fn notify(&self, message: SystemMessage) {
        let mut task = None;
        let mut message = Some(message);
        self.with(&mut |cell, seq| {
            if cell.exit().is_some()
                || matches!((&message, cell.closed), (Some(SystemMessage::ResourceReady(_)), true))
            {
                return;
            }
            let Some(message) = message.take() else { return };
            cell.cold_mut().system_messages.push_back((seq, message));
            self.header().set_flag(SYSTEM_MESSAGE);
            task = cell.take_idle();
        });
        schedule(self.header(), task);
    }

    /// The agent that is running starts to wait for `what` of this actor: a simulation reports it if it
    /// gets stuck.
    pub(crate) fn awaited(&self, what: &'static str) {
        if let Some(sim_observer) = &self.header().system.sim_observer {
            sim_observer.waits(self.untyped(), what);
        }
    }

    /// An observer is notified of this actor's end, so its failure is observed.
    pub(crate) fn heard(&self, exit: &Exit) {
        if let (Exit::Failed(failure), Some(sim_observer)) =
            (exit, &self.header().system.sim_observer)
        {
            sim_observer.handles(failure);
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
        let (mut watcher, mut exit) = (Some(watcher), None);
        self.with(&mut |cell, _| {
            exit = cell.exit().cloned();
            if exit.is_none()
                && let Some(watcher) = watcher.take()
            {
                cell.watch(watcher);
            }
        });
        if let Some(exit) = &exit {
            self.heard(exit);
        }
        exit
    }

    /// Removes the watchers that `id` added for `key`.
    pub(crate) fn unwatch(&self, id: ActorId, key: Option<u64>) {
        let mut gone = Vec::new();
        self.with(&mut |cell, _| {
            if cell.cold().is_some() {
                gone = cell.cold_mut().watchers.remove(id, key);
            }
        });
    }

    /// The name of the actor in logs, exits and trees: `account#7`.
    pub(crate) fn label(&self) -> String {
        let mut label = None;
        self.with(&mut |cell, _| {
            label =
                cell.cold().and_then(|cold| cold.names.first().or(cold.label.as_ref()).cloned());
        });
        match label {
            Some(label) => label.as_ref().to_owned(),
            None => {
                let (name, number) = (self.header().settings.name, self.header().number);
                format!("{}#{number}", name.to_lowercase())
            }
        }
    }

    /// Answers `life_ended`.
    pub(crate) fn decide(&self, decision: RestartDecision) {
        self.with(&mut |cell, _| {
            if let Some(supervision) = cell.supervision_mut() {
                supervision.decision = Some(decision);
                // Requests to the previous life do not apply to the next one.
                self.header().clear_flag(STOP_SELF | STOP_FOR_RESTART);
            }
        });
        self.notify(SystemMessage::Recheck);
    }

    /// Announces that the answer to `life_ended` comes after a delay.
    pub(crate) fn back_off(&self) {
        self.with(&mut |cell, _| {
            if let Some(supervision) = cell.supervision_mut() {
                supervision.in_backoff = true;
            }
        });
        self.notify(SystemMessage::Recheck);
    }

    /// Kills the actor permanently: no life follows, even if it is between two lives.
    pub(crate) fn kill_permanently(&self) {
        self.with(&mut |cell, _| {
            if let Some(supervision) = cell.supervision_mut() {
                supervision.orphaned = true;
            }
        });
        self.kill();
    }

    /// Kills this life, unless it has already ended.
    pub(crate) fn kill_life(&self) {
        let mut task = None;
        self.with(&mut |cell, _| {
            let is_between =
                cell.supervision_mut().is_some_and(|supervision| supervision.between_lives);
            if cell.exit().is_none() && !is_between {
                self.header().set_flag(KILL);
                task = cell.parked.take();
            }
        });
        schedule(self.header(), task);
    }

    /// Ends this life after the running handler, without draining and without closing the mailbox.
    pub(crate) fn end_life(&self) {
        let mut task = None;
        self.with(&mut |cell, _| {
            if cell.exit().is_none() {
                self.header().set_flag(STOP_FOR_RESTART);
                task = cell.take_idle();
            }
        });
        schedule(self.header(), task);
    }
}
