//! The type-independent operations of a mailbox: parking the cell, closing, system messages.
//! Compiled once, instead of per actor.

use crate::cell::deadlock::detector;
use crate::cell::deadlock::edge::PendingWait;
use crate::cell::handle::{DynMailbox, ParkResult, notify_state_change, schedule};
use crate::cell::header::{
    Header, KILL, ParkReason, SENDERS_WAITING, STOP_FOR_RESTART, STOP_SELF, SYSTEM_MESSAGE,
};
use crate::cell::queue::Ticket;
use crate::cell::state::{CellState, CellTask, SystemMessage};
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

    pub(in crate::cell) fn close_now(&self) {
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

    pub(super) fn close_if_unreferenced(&self) {
        let mut changed = None;
        self.with(&mut |cell, _| {
            if cell.is_finished(self.header()) {
                // No sender waits for the capacity of an empty mailbox, so there is no sender to
                // wake and no message to drop.
                changed = cell.close(self.header());
            }
        });
        notify_state_change(changed);
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
}

impl CellState {
    /// Whether a cell that parks for this reason has more to do.
    fn has_more(&self, header: &Header, park_reason: ParkReason, woken: bool) -> bool {
        let flags = header.flags();
        match park_reason {
            ParkReason::Yield => true,
            ParkReason::HandlerPending => woken || flags & KILL != 0,
            ParkReason::SystemOnly => {
                flags & (KILL | SYSTEM_MESSAGE | STOP_SELF | STOP_FOR_RESTART) != 0
            }
            ParkReason::Idle => {
                self.len(header) != 0 || flags & !SENDERS_WAITING != 0 || self.is_finished(header)
            }
            ParkReason::Concurrent => {
                woken || flags & !SENDERS_WAITING != 0 || self.len(header) != 0
            }
            ParkReason::Receiving => woken || flags & !SENDERS_WAITING != 0 || self.has_new(header),
        }
    }

    /// Whether draining would find anything new: messages, or the end of the mailbox.
    pub(in crate::cell) fn has_new(&self, header: &Header) -> bool {
        self.queued() != 0 || self.is_unreferenced(header)
    }
}
