//! The mailbox of one actor: the state protected by its lock, and every way in and out. Knows no
//! handlers.
//!
//! # States
//!
//! A mailbox is *open* until it is closed, which is permanent: `CellState::is_closed`. A closed mailbox
//! accepts no message; the messages that it contains are handled or discarded.
//!
//! The actor's task is in one place at a time:
//! ```text
//! parked     in the `CellState`: nothing to do, or a handler is pending
//! scheduled  in the run queue of the executor: taken out of the mailbox, under the lock
//! running    on a worker
//! ```
//! A push, a system message or a flag takes a parked task out and schedules it; a task with a pending
//! handler is taken out only by its waker and by a kill.
//!
//! # Invariants
//!
//! - A task parks under the lock, and only if there is nothing to do for its [`ParkReason`]. Every
//!   event that gives it something to do is written under the same lock, so no wake-up is lost.
//! - A message is in exactly one place: in the queue, in a side queue, in the batch of the run loop
//!   (`Header::in_flight` counts it), or taken. All but the last count against the capacity, unless the
//!   message is `unbounded`.
//! - While a sender waits for capacity, no message of its queue is accepted ahead of it, except one that
//!   needs no capacity.
//! - No user code runs under the lock: messages, wakers and tasks are moved out first.
//!
//! [`ParkReason`]: super::header::ParkReason

use super::capacity::{OnFull, PushError, Ticket};
use super::handle::{
    DynMailbox, Locked, TypedMailbox, WeakMailbox, discard_message, discard_unreported,
};
use super::header::Header;
use super::queue::LazyDeque;
use super::queue::{AnyQueue, MailboxState, MessageQueue};
use super::state::{CellState, CellTask};
use crate::cell::message::Delivery;
use crate::cell::message::Protocol;
use crate::event::Event;
use crate::executor::{Job, Schedule};
use crate::panics::{self, drop_waker};
use crate::sync::{Arc, Mutex, MutexGuard};
use std::task::Waker;

#[cfg(test)]
mod tests;

pub(crate) struct Mailbox<A: Protocol> {
    pub(crate) header: Header,
    state: Mutex<MailboxState<MessageQueue<A::Message>>>,
}

impl<A: Protocol> Mailbox<A> {
    pub(crate) fn new(header: Header) -> Self {
        let state = MailboxState { cell: CellState::default(), queue: MessageQueue::new() };
        Mailbox { header, state: Mutex::new(state) }
    }

    /// Like [`lock`](DynMailbox::lock), with the type of the messages.
    pub(super) fn lock_typed(&self) -> MutexGuard<'_, MailboxState<MessageQueue<A::Message>>> {
        self.state.lock()
    }

    /// Moves the oldest message into the empty slot `first`, and the later messages into the empty
    /// `batch`, for which the loop may need more than one turn. While handlers run, `alongside` says
    /// whether a message may start. If the oldest may not, or a flag has to be handled first, it goes
    /// into the batch too. Returns whether a flag is set. Closes the mailbox if it is empty and
    /// unreferenced, and no handler runs.
    pub(crate) fn fetch(
        &self,
        first: &mut Option<A::Message>,
        batch: &mut LazyDeque<A::Message>,
        alongside: Option<fn(&A::Message) -> bool>,
    ) -> bool {
        let mut locked = self.lock_typed();
        let (admitted, flags) = locked.take(&self.header, first, batch, alongside);
        let cell = &mut locked.cell;
        let is_finished = first.is_none() && alongside.is_none() && cell.is_finished(&self.header);
        // No sender waits for the capacity of an empty mailbox, so there is no sender to wake and no
        // message to drop.
        let changed = if is_finished { cell.close(&self.header) } else { None };
        drop(locked);
        wake_all(admitted);
        notify_state_change(changed);
        flags != 0
    }

    /// Takes the oldest priority message, if it is `wanted`.
    pub(crate) fn take_priority(
        &self,
        wanted: Option<fn(&A::Message) -> bool>,
    ) -> Option<A::Message> {
        let mut locked = self.lock_typed();
        let MailboxState { cell, queue } = &mut *locked;
        let message = queue.take_priority(cell, &self.header, wanted);
        let admitted = locked.admit_waiters(&self.header);
        drop(locked);
        wake_all(admitted);
        message
    }

    /// Puts the rest of a batch back at the front of the queue, and runs `look` under the same lock.
    pub(crate) fn put_back(
        &self,
        batch: &mut LazyDeque<A::Message>,
        look: &mut dyn FnMut(&mut CellState),
    ) {
        let mut locked = self.lock_typed();
        let MailboxState { cell, queue } = &mut *locked;
        queue.put_back(cell, &self.header, batch);
        // Every message of the batch has been taken, or is in `batch`.
        self.header.set_in_flight(0);
        look(cell);
    }

    /// Discards the queued messages: calls get `Stopped`, sends are reported. No more messages
    /// arrive.
    pub(crate) fn discard(&self) {
        loop {
            let mut locked = self.lock_typed();
            let MailboxState { cell, queue } = &mut *locked;
            let message = queue.take_any(cell, &self.header);
            drop(locked);
            let Some(message) = message else { return };
            self.discard_message(message);
        }
    }

    /// Drops one message that will not be handled.
    pub(crate) fn discard_message(&self, message: A::Message) {
        discard_message::<A>(self, message);
    }
}

impl<A: Protocol> DynMailbox for Mailbox<A> {
    fn untyped(&self) -> &dyn DynMailbox {
        self
    }

    fn header(&self) -> &Header {
        &self.header
    }

    fn lock(&self) -> Locked<'_> {
        let state: &Mutex<MailboxState<dyn AnyQueue>> = &self.state;
        state.lock()
    }

    fn has_one_taker(&self) -> bool {
        true
    }

    fn park_idle(&self, task: &mut dyn FnMut() -> Option<CellTask>) -> bool {
        if !self.header.parks_idle() {
            return false;
        }
        let mut locked = self.lock_typed();
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
        let mut message = self.lock_typed().queue.take_side_message(slot);
        discard_unreported(self, "", &mut message);
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
        let mut locked = self.lock_typed();
        let MailboxState { cell, queue } = &mut *locked;
        let ticket = queue.push(cell, message, &self.header, delivery, wait)?;
        let task = if ticket.is_none() { cell.take_idle() } else { None };
        drop(locked);
        schedule(&self.header, task);
        Ok(ticket)
    }

    fn leave(&self, ticket: Ticket) -> Option<A::Message> {
        let mut locked = self.lock_typed();
        let MailboxState { cell, queue } = &mut *locked;
        let (message, waker) = queue.leave(cell, ticket);
        drop(locked);
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

/// Schedules a task that was taken out of its mailbox.
#[inline]
pub(crate) fn schedule(header: &Header, task: Option<CellTask>) {
    if let Some(task) = task {
        header.system.executor.schedule(Job::Actor(task), Schedule::Next);
    }
}

/// Notifies all waiters for a change of an actor's state. Returns their number. Not called under
/// the actor's lock.
pub(crate) fn notify_state_change(changed: Option<Arc<Event>>) -> usize {
    changed.map_or(0, |changed| changed.notify())
}

/// Wakes admitted senders. Not called under the lock.
#[inline]
pub(crate) fn wake_all(admitted: Option<Vec<Waker>>) {
    if let Some(admitted) = admitted {
        wake_each(admitted);
    }
}

#[cold]
fn wake_each(admitted: Vec<Waker>) {
    panics::wake_each(admitted);
}
