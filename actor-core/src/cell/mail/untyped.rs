//! A mailbox as those see it who do not know its messages: how it closes, and how the cell is laid back.

use super::Mail;
use crate::actor::Dispatch;
use crate::cell::core::{Core, END, KILL, LEAVE, NOTICE, Pace, WAITING};
use crate::cell::cycle;
use crate::cell::pending::Pending;
use crate::cell::post::{AnyMail, Rest, Verbs, announce, drop_unhandled, schedule, wake_all};
use crate::cell::queue::Ticket;
use crate::cell::seat::{Cell, Notice, Seat};
use crate::sync::atomic::Ordering;

impl<A: Dispatch> AnyMail for Mail<A> {
    fn untyped(&self) -> &dyn AnyMail {
        self
    }

    fn core(&self) -> &Core {
        &self.core
    }

    fn with(&self, look: &mut dyn FnMut(&mut Seat, u64)) {
        let mut lane = self.lane.lock();
        let position = lane.queue.accepted();
        look(&mut lane.seat, position);
    }

    fn len(&self) -> usize {
        let lane = self.lane.lock();
        lane.queue.total(self.core.taken.load(Ordering::Relaxed))
    }

    fn close(&self) {
        let mut wake = Vec::new();
        let mut lane = self.lane.lock();
        if lane.seat.closed {
            return;
        }
        let changed = self.shut(&mut lane);
        let calls = lane.queue.close(&mut wake);
        let cell = lane.seat.take_idle();
        drop(lane);
        announce(changed);
        for message in calls {
            drop_unhandled(self, "", &mut Some(message));
        }
        wake_all(Some(wake));
        schedule(&self.core, cell);
    }

    fn with_room_wanted(&self, ticket: Option<Ticket>, look: &mut dyn FnMut(&mut Seat)) {
        let mut lane = self.lane.lock();
        let is_wanted = |ticket| !lane.seat.closed && lane.queue.is_waiting(ticket);
        if ticket.is_none_or(is_wanted) {
            look(&mut lane.seat);
        }
    }

    fn lay_back(&self, pending: Option<&Pending>, cell: &mut dyn FnMut() -> Option<Cell>) -> Rest {
        let pace = self.core.pace();
        let mut lane = self.lane.lock();
        let admitted = self.publish(&mut lane);
        let woken = std::mem::take(&mut lane.seat.woken);
        let signals = self.core.signals();
        let more = match pace {
            Pace::Again => true,
            Pace::Busy => woken || signals & KILL != 0,
            Pace::Deaf => signals & (KILL | NOTICE | LEAVE | END) != 0,
            Pace::Idle => {
                lane.queue.len(0) != 0 || signals & !WAITING != 0 || self.is_forsaken(&lane)
            }
            Pace::Sharing => woken || signals & !WAITING != 0 || lane.queue.len(0) != 0,
            Pace::Receiving => woken || signals & !WAITING != 0 || self.has_news(&lane),
        };
        // Nobody can come to wait for this actor unseen: see `cycle`.
        let is_sought = lane.queue.total(0) != 0 || lane.queue.is_waited_for();
        let epoch = lane.seat.publish(pending.filter(|_| !more));
        let rest = if !more {
            lane.seat.busy = pace == Pace::Busy;
            lane.seat.cell = cell();
            if matches!(pace, Pace::Idle | Pace::Receiving) {
                lane.queue.give_back();
            }
            Rest::Laid
        } else if pace == Pace::Busy
            || (matches!(pace, Pace::Receiving | Pace::Sharing) && woken)
            || self.core.budget() == 0
        {
            Rest::Back
        } else {
            Rest::Again
        };
        drop(lane);
        #[cfg(test)]
        if admitted.as_ref().is_some_and(|admitted| !admitted.is_empty()) {
            let point = cycle::steps::Point::LetIn(self.core.number);
            cycle::steps::reached(self.core.hub.id, point);
        }
        wake_all(admitted);
        if let (Some(pending), Some(epoch)) = (pending, epoch)
            && (is_sought || pending.is_asked)
        {
            cycle::look(self, pending, epoch);
        }
        rest
    }

    fn cancel(&self, key: u64) {
        self.untyped().end_holding(key);
    }

    fn task_gone(&self, key: u64) {
        let mut lane = self.lane.lock();
        let Some(holdings) = &mut lane.seat.holdings else { return };
        let taken = holdings.task_gone(key);
        let last = holdings.awaits_tasks && holdings.tasks == 0;
        drop(lane);
        drop(taken);
        if last {
            self.notify(Notice::Look);
        }
    }
}

impl dyn AnyMail + '_ {
    fn end_holding(&self, key: u64) {
        let mut taken = None;
        self.with(&mut |seat, _| {
            taken = seat.holdings.as_mut().and_then(|holdings| holdings.remove(key));
        });
        if let Some(holding) = taken {
            holding.end(self, "");
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
