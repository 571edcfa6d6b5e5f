//! The mailbox of one actor: the state behind its lock, and every way in and out. Knows no handlers.
//!
//! # States
//!
//! A mailbox is *open* until it is closed, which is permanent: `CellState::closed`. A closed mailbox
//! accepts no message; the messages that it contains are handled or discarded.
//!
//! The actor's task is in one place at a time:
//! ```text
//! parked     in `CellState::parked`: nothing to do, or a handler is pending (`handler_pending`)
//! scheduled  in the run queue of the executor: taken out of the mailbox, under the lock
//! running    on a worker
//! ```
//! A push, a system message or a flag takes a parked task out and schedules it; a task with a pending
//! handler is taken out only by its waker and by a kill.
//!
//! # Invariants
//!
//! - A task parks under the lock, and only if there is nothing to do for its [`ParkReason`]. All that
//!   gives it something to do is written under the same lock, so no wake-up is lost.
//! - A message is in exactly one place: in the queue, in a side queue, in the batch of the run loop
//!   (`Header::in_flight` counts it), or taken. All but the last count against the capacity, unless the
//!   message is `unbounded`.
//! - While a sender waits for capacity, no message of its queue is accepted ahead of it, except one that
//!   needs no capacity.
//! - No user code runs under the lock: messages, wakers and tasks are moved out first.
//!
//! [`ParkReason`]: super::header::ParkReason

#[cfg(test)]
use super::deadlock::detector;
use super::handle::{
    DynMailbox, TypedMailbox, WeakMailbox, discard_unreported, notify_state_change, schedule,
    throw_away, wake_all,
};
use super::header::Header;
use super::lazy_deque::LazyDeque;
use super::mailbox_state::MailboxState;
use super::queue::{OnFull, PushError, Ticket};
use super::state::{CellState, CellTask};
use crate::cell::message::Delivery;
use crate::cell::message::Protocol;
use crate::sync::{Arc, Mutex, MutexGuard};
use crate::waking::drop_waker;

pub(crate) struct Mailbox<A: Protocol> {
    pub(crate) header: Header,
    state: Mutex<MailboxState<A::Message>>,
}

impl<A: Protocol> Mailbox<A> {
    pub(crate) fn new(header: Header) -> Self {
        Mailbox { header, state: Mutex::new(MailboxState::new(CellState::default())) }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, MailboxState<A::Message>> {
        self.state.lock()
    }

    /// Takes the oldest message, and moves the messages behind it into the empty `batch`, up to the
    /// budget of the turn. If a flag has to be handled first, or the message may not be handled
    /// `at_once`, it goes into the batch too; returns whether a flag is set. Closes the mailbox if
    /// it is empty, no flag is set, no sender is left and no handler runs.
    pub(crate) fn fetch(
        &self,
        batch: &mut LazyDeque<A::Message>,
        at_once: fn(&A::Message) -> bool,
        is_alone: bool,
    ) -> (Option<A::Message>, bool) {
        let mut locked = self.state.lock();
        let admitted = locked.admit_waiters(&self.header);
        let first = locked.take(&self.header, batch, at_once);
        // Under the lock: a system message that was posted before a message was accepted is seen
        // here.
        let is_flagged = self.header.flags() != 0;
        let is_finished = first.is_none() && is_alone && locked.cell.is_finished(&self.header);
        // No sender waits for the capacity of an empty mailbox, so there is no sender to wake and no
        // message to drop.
        let changed = if is_finished { locked.cell.close(&self.header) } else { None };
        drop(locked);
        wake_all(admitted);
        notify_state_change(changed);
        (first, is_flagged)
    }

    /// Takes the oldest priority message, if it is `wanted`.
    pub(crate) fn take_priority(&self, wanted: fn(&A::Message) -> bool) -> Option<A::Message> {
        let mut locked = self.state.lock();
        let message = locked.take_priority(&self.header, wanted);
        let admitted = locked.admit_waiters(&self.header);
        drop(locked);
        wake_all(admitted);
        message
    }

    /// Returns the rest of a batch to the front of the queue, and runs `look` under the same lock.
    pub(crate) fn put_back(
        &self,
        batch: &mut LazyDeque<A::Message>,
        look: &mut dyn FnMut(&mut CellState),
    ) {
        let mut locked = self.state.lock();
        locked.put_back(&self.header, batch);
        // Every returned message has been taken, or is here.
        self.header.set_in_flight(0);
        look(&mut locked.cell);
    }

    /// Discards the queued messages: calls get `Stopped`, sends are reported. No more messages
    /// arrive.
    pub(crate) fn discard(&self) {
        loop {
            let message = self.state.lock().take_any(&self.header);
            let Some(message) = message else { return };
            self.throw_away(message);
        }
    }

    /// Drops one message that will not be handled.
    pub(crate) fn throw_away(&self, message: A::Message) {
        throw_away::<A>(self, message);
    }
}

impl<A: Protocol> DynMailbox for Mailbox<A> {
    fn untyped(&self) -> &dyn DynMailbox {
        self
    }

    fn header(&self) -> &Header {
        &self.header
    }

    fn with(&self, look: &mut dyn FnMut(&mut CellState, u64)) {
        let mut locked = self.state.lock();
        let seq = locked.cell.accepted();
        look(&mut locked.cell, seq);
    }

    fn settle(&self, look: &mut dyn FnMut(&mut CellState) -> bool) {
        let mut locked = self.state.lock();
        let admitted = locked.admit_waiters(&self.header);
        if look(&mut locked.cell) {
            locked.release_burst();
        }
        drop(locked);
        #[cfg(test)]
        if admitted.as_ref().is_some_and(|admitted| !admitted.is_empty()) {
            let point = detector::failpoints::Failpoint::WaitersAdmitted(self.header.number);
            detector::failpoints::reached(self.header.system.id, point);
        }
        wake_all(admitted);
    }

    fn park_idle(&self, task: &mut dyn FnMut() -> Option<CellTask>) -> bool {
        let mut locked = self.state.lock();
        let has_nothing = locked.cell.has_nothing_to_do(&self.header);
        if has_nothing {
            locked.cell.park_idle(task());
            locked.release_burst();
        }
        has_nothing
    }

    fn discard_queued(&self) {
        self.discard();
    }

    fn drop_side_message(&self, slot: usize) {
        let mut message = self.state.lock().take_side_message(slot);
        discard_unreported(self, "", &mut message);
    }

    fn with_room_wanted(&self, ticket: Option<Ticket>, look: &mut dyn FnMut(&mut CellState)) {
        self.untyped().with_certain(ticket, look);
    }
}

impl<A: Protocol> TypedMailbox<A> for Mailbox<A> {
    fn push(
        &self,
        message: &mut Option<A::Message>,
        delivery: Option<Delivery>,
        wait: OnFull<'_>,
    ) -> Result<Option<Ticket>, PushError> {
        self.header.on_external_access();
        let delivery = match (delivery, &*message) {
            (Some(delivery), _) => delivery,
            (None, Some(message)) => A::delivery(message),
            (None, None) => return Ok(None),
        };
        let mut locked = self.state.lock();
        let ticket = locked.push(message, &self.header, delivery, wait)?;
        let task = if ticket.is_none() { locked.cell.take_idle() } else { None };
        drop(locked);
        schedule(&self.header, task);
        Ok(ticket)
    }

    fn leave(&self, ticket: Ticket) -> Option<A::Message> {
        let (message, waker) = self.state.lock().leave(ticket);
        drop_waker(waker);
        message
    }

    fn weak(self: Arc<Self>) -> WeakMailbox<A> {
        let mailbox: Arc<dyn TypedMailbox<A>> = self;
        WeakMailbox::Own(Arc::downgrade(&mailbox))
    }

    fn any(self: Arc<Self>) -> Arc<dyn DynMailbox> {
        self
    }
}
