//! The type-independent operations of a mailbox: parking the cell, closing, system messages.
//! Compiled once, instead of per actor.

use crate::cell::deadlock::detector;
use crate::cell::deadlock::edge::Pending;
use crate::cell::handle::{AnyMail, Rest, announce, schedule};
use crate::cell::header::{Core, END, KILL, LEAVE, NOTICE, Pace, WAITING};
use crate::cell::queue::Ticket;
use crate::cell::state::{Cell, Notice, Seat};
use crate::waking::{drop_waker, wake_each};
use std::task::Waker;

impl dyn AnyMail + '_ {
    /// Parks the cell: `cell` returns it, if it is to be stored in the seat. `pending` is the wait
    /// of its handler.
    pub(crate) fn lay_back(
        &self,
        pending: Option<&Pending>,
        cell: &mut dyn FnMut() -> Option<Cell>,
    ) -> Rest {
        let core = self.core();
        let (mut rest, mut epoch, mut is_sought) = (Rest::Again, None, false);
        self.settle(&mut |seat| {
            let pace = core.pace();
            let woken = std::mem::take(&mut seat.woken);
            let more = seat.has_more(core, pace, woken);
            epoch = seat.publish(if more { None } else { pending });
            // No new waiter of this actor goes unnoticed: see `cycle`.
            is_sought = epoch.is_some() && seat.may_be_waited_for(core);
            if more {
                let is_over = pace == Pace::Busy
                    || (matches!(pace, Pace::Receiving | Pace::Sharing) && woken)
                    || core.budget() == 0;
                rest = if is_over { Rest::Back } else { Rest::Again };
                return false;
            }
            seat.busy = pace == Pace::Busy;
            seat.cell = cell();
            rest = Rest::Laid;
            matches!(pace, Pace::Idle | Pace::Receiving)
        });
        if let (Some(pending), Some(epoch)) = (pending, epoch)
            && pending.is_certain
            && (is_sought || pending.is_asked)
        {
            detector::look(self, pending, epoch);
        }
        rest
    }

    /// The number of messages that were accepted and not taken yet.
    pub(crate) fn len(&self) -> usize {
        let mut len = 0;
        self.with(&mut |seat, _| len = seat.total(self.core()));
        len
    }

    pub(in crate::cell) fn close_now(&self) {
        let (mut wake, mut calls) = (Vec::new(), Vec::new());
        let (mut changed, mut cell) = (None, None);
        self.with(&mut |seat, _| {
            if !seat.closed {
                changed = seat.shut(self.core());
                calls = seat.send_away(&mut wake);
                cell = seat.take_idle();
            }
        });
        announce(changed);
        for place in calls {
            self.drop_apart(place);
        }
        wake_each(wake);
        schedule(self.core(), cell);
    }

    pub(super) fn close_if_forsaken(&self) {
        let mut changed = None;
        self.with(&mut |seat, _| {
            if seat.is_forsaken(self.core()) {
                // No sender waits for the capacity of an empty mailbox, so there is no sender to
                // wake and no message to drop.
                changed = seat.shut(self.core());
            }
        });
        announce(changed);
    }

    /// Like `with_room_wanted`, for a mailbox of a single actor, which alone takes its messages.
    pub(super) fn with_certain(&self, ticket: Option<Ticket>, look: &mut dyn FnMut(&mut Seat)) {
        self.with(&mut |seat, _| {
            if ticket.is_none_or(|ticket| seat.is_waiting(ticket)) {
                look(seat);
            }
        });
    }

    /// Whether the sender with this ticket still waits for capacity, to be woken by `waker`; if
    /// not, it is removed.
    pub(crate) fn wait_on(&self, ticket: Ticket, waker: &Waker) -> bool {
        let (mut waker, mut waits) = (Some(waker.clone()), false);
        self.with(&mut |seat, _| {
            if let Some(new) = waker.take() {
                (waits, waker) = seat.wait_on(ticket, new);
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
    pub(crate) fn took_free(&self) {
        self.with(&mut |seat, _| {
            seat.took_free();
            self.core().took_one();
        });
    }

    /// Takes the oldest system message, if all messages that were accepted before it have been
    /// taken.
    pub(crate) fn take_due_notice(&self) -> Option<Notice> {
        let mut taken = None;
        self.with(&mut |seat, _| {
            let position = seat.position(self.core());
            let notices = &mut seat.records().notices;
            if notices.front().is_some_and(|(due, _)| *due <= position) {
                taken = notices.pop_front().map(|(_, notice)| notice);
            }
            if notices.is_empty() {
                self.core().lower(NOTICE);
            }
        });
        taken
    }

    /// Removes a resource of the life, together with its pending system messages.
    pub(crate) fn cancel(&self, key: u64) {
        let mut taken = None;
        self.with(&mut |seat, _| {
            taken = seat.resources.as_mut().and_then(|resources| resources.remove(key));
        });
        if let Some(resource) = taken {
            resource.end(self, "");
        }
    }

    /// A task of the life has ended.
    pub(crate) fn task_gone(&self, key: u64) {
        let (mut taken, mut is_last) = (None, false);
        self.with(&mut |seat, _| {
            if let Some(resources) = &mut seat.resources {
                taken = resources.task_gone(key);
                is_last = resources.awaits_tasks && resources.tasks == 0;
            }
        });
        drop(taken);
        if is_last {
            self.notify(Notice::Look);
        }
    }

    /// Clears a flag.
    pub(crate) fn lower(&self, signal: u32) {
        self.with(&mut |_, _| self.core().lower(signal));
    }

    /// Takes all system messages for the current life, regardless of their sequence numbers. Those
    /// for the actor wait for the next life.
    pub(crate) fn take_notices(&self) -> Vec<Notice> {
        let mut taken = Vec::new();
        self.with(&mut |seat, _| {
            self.core().lower(NOTICE);
            if seat.has_notices() {
                taken = seat.records().take_notices();
            }
        });
        taken
    }

    /// Defers system messages: a new one sets the flag again.
    pub(crate) fn postpone_notices(&self) {
        self.lower(NOTICE);
    }

    /// Handles the deferred system messages from now on.
    pub(crate) fn recall_notices(&self) {
        self.with(&mut |seat, _| {
            if seat.has_notices() {
                self.core().raise(NOTICE);
            }
        });
    }
}

impl Seat {
    /// Whether a cell that parks for this reason has more to do.
    fn has_more(&self, core: &Core, pace: Pace, woken: bool) -> bool {
        let signals = core.signals();
        match pace {
            Pace::Again => true,
            Pace::Busy => woken || signals & KILL != 0,
            Pace::Deaf => signals & (KILL | NOTICE | LEAVE | END) != 0,
            Pace::Idle => self.len(core) != 0 || signals & !WAITING != 0 || self.is_forsaken(core),
            Pace::Sharing => woken || signals & !WAITING != 0 || self.len(core) != 0,
            Pace::Receiving => woken || signals & !WAITING != 0 || self.has_news(core),
        }
    }

    /// Whether draining would find anything new: messages, or the end of the mailbox.
    pub(in crate::cell) fn has_news(&self, core: &Core) -> bool {
        self.queued() != 0 || self.is_left_alone(core)
    }
}
