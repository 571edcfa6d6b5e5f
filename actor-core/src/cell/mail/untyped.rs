//! What is done to a mailbox without knowing its messages: how the cell is laid back, how it closes, and
//! notices. Compiled once, and not with each actor.

use crate::cell::core::{Core, END, KILL, LEAVE, NOTICE, Pace, WAITING};
use crate::cell::cycle;
use crate::cell::pending::Pending;
use crate::cell::post::{AnyMail, Rest, announce, schedule};
use crate::cell::queue::Ticket;
use crate::cell::seat::{Cell, Notice, Seat};
use crate::waking::{drop_waker, wake_each};
use std::task::Waker;

impl dyn AnyMail + '_ {
    /// The cell has no more to do just now: `cell` gives it away, if it is to lie in the seat.
    /// `pending` is whom its handler waits for.
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
            // Nobody can come to wait for this actor unseen: see `cycle`.
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
            cycle::look(self, pending, epoch);
        }
        rest
    }

    /// How many messages were accepted and not taken yet.
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
                // Nobody waits for room in an empty mailbox, so there is nobody to wake or to drop.
                changed = seat.shut(self.core());
            }
        });
        announce(changed);
    }

    /// As `with_room_wanted`, for a mailbox of one actor, which alone takes its messages.
    pub(super) fn with_certain(&self, ticket: Option<Ticket>, look: &mut dyn FnMut(&mut Seat)) {
        self.with(&mut |seat, _| {
            if ticket.is_none_or(|ticket| seat.is_waiting(ticket)) {
                look(seat);
            }
        });
    }

    /// Whether the sender with this ticket goes on waiting for room, to be told by `waker`; if not, it
    /// leaves.
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

    /// Makes room for waiting senders between two messages of a batch.
    pub(crate) fn make_room(&self) {
        self.settle(&mut |_| false);
    }

    /// A message that was handed out, and that needed no room, is taken.
    pub(crate) fn took_free(&self) {
        self.with(&mut |seat, _| {
            seat.took_free();
            self.core().took_one();
        });
    }

    /// Takes the oldest notice, if all messages that were accepted before it have been taken.
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

    /// Takes away something that the life has made: what has fired but still waits goes with it.
    pub(crate) fn cancel(&self, key: u64) {
        let mut taken = None;
        self.with(&mut |seat, _| {
            taken = seat.holdings.as_mut().and_then(|holdings| holdings.remove(key));
        });
        if let Some(holding) = taken {
            holding.end(self, "");
        }
    }

    /// A task of the life is gone.
    pub(crate) fn task_gone(&self, key: u64) {
        let (mut taken, mut is_last) = (None, false);
        self.with(&mut |seat, _| {
            if let Some(holdings) = &mut seat.holdings {
                taken = holdings.task_gone(key);
                is_last = holdings.awaits_tasks && holdings.tasks == 0;
            }
        });
        drop(taken);
        if is_last {
            self.notify(Notice::Look);
        }
    }

    /// Takes a signal back.
    pub(crate) fn lower(&self, signal: u32) {
        self.with(&mut |_, _| self.core().lower(signal));
    }

    /// Takes all notices that are for the present life, whatever their place. Those that are for
    /// the actor wait for the next life.
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

    /// Leaves the notices for later: one that comes from now on raises the signal again.
    pub(crate) fn postpone_notices(&self) {
        self.lower(NOTICE);
    }

    /// Looks after what was postponed from now on.
    pub(crate) fn recall_notices(&self) {
        self.with(&mut |seat, _| {
            if seat.has_notices() {
                self.core().raise(NOTICE);
            }
        });
    }
}

impl Seat {
    /// Whether a cell that comes to rest at this pace has more to do.
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

    /// Whether one that draws would find anything new: mail, or that there will be none any more.
    pub(in crate::cell) fn has_news(&self, core: &Core) -> bool {
        self.queued() != 0 || self.is_left_alone(core)
    }
}
