//! The mailbox of one actor: the state protected by its lock, and every way in and out. Does not
//! depend on handlers.
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
//! handler is taken out only by its waker, by a kill, and if its wait is refused as a deadlock.
//!
//! # Invariants
//!
//! - A task parks under the lock, and only if there is nothing to do for its [`ParkReason`]. Every
//!   event that gives it something to do is written under the same lock, so no wake-up is lost.
//! - A message is in exactly one place: in the queue, in a side queue, in the batch of the run loop
//!   (`Header::in_flight` counts it), or taken. Messages in the queue and in the batch count
//!   against the capacity, unless they are `unbounded`. Priority messages count against a capacity
//!   of their own, and the messages of waiting senders against none.
//! - While a sender waits for capacity, no message of its queue is accepted ahead of it, except one that
//!   needs no capacity.
//! - No user code runs under the lock: messages, wakers and tasks are moved out first.
//!
//! [`ParkReason`]: super::header::ParkReason

use super::capacity::{OnFull, PushError, Ticket};
use super::handle::{
    DynMailbox, Locked, TypedMailbox, WeakMailbox, discard_message, discard_unreported,
};
use super::header::{Header, SENDERS_WAITING, STOP, STOP_FOR_RESTART, SYSTEM_MESSAGE};
use super::queue::{AnyQueue, LazyDeque, MailboxState, MessageQueue};
use super::state::{CellState, CellTask, SystemMessage};
use crate::cell::message::{Delivery, Protocol};
use crate::event::Event;
use crate::executor::Schedule;
use crate::panics::{self, drop_waker};
use crate::sync::{Arc, Lock, LockGuard};
use std::collections::VecDeque;
use std::task::Waker;

#[cfg(test)]
mod tests;

pub(crate) struct Mailbox<A: Protocol> {
    pub(crate) header: Header,
    state: Lock<MailboxState<MessageQueue<A::Message>>>,
}

/// The drained messages, except those after the first.
pub(crate) struct Drained<M> {
    /// The oldest message.
    pub(crate) first: Option<M>,
    /// The system messages. Each has its sequence number: the number of messages before it.
    pub(crate) system_messages: VecDeque<(u64, SystemMessage)>,
    /// The number of messages accepted before the drained ones.
    pub(crate) before: u64,
    /// Set if there are no messages and no more will arrive.
    pub(crate) is_over: bool,
}

impl<A: Protocol> Mailbox<A> {
    pub(crate) fn new(header: Header) -> Self {
        let state = MailboxState { cell: CellState::default(), queue: MessageQueue::new() };
        Mailbox { header, state: Lock::new(state) }
    }

    /// Like [`lock`](DynMailbox::lock), with the type of the messages.
    fn lock_typed(&self) -> LockGuard<'_, MailboxState<MessageQueue<A::Message>>> {
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
        let admitted = locked.admit_waiters(&self.header);
        // Under the lock: a system message that was posted before a message was accepted is seen here.
        let flags = self.header.flags();
        let MailboxState { cell, queue } = &mut *locked;
        queue.take(cell, &self.header, flags, first, batch, alongside);
        let is_finished = first.is_none() && alongside.is_none() && cell.is_finished(&self.header);
        // No sender waits for the capacity of an empty mailbox, so there is no sender to wake and no
        // message to drop.
        let changed = if is_finished { cell.close(&self.header) } else { None };
        drop(locked);
        wake_admitted(admitted);
        notify_state_change(changed);
        flags != 0
    }

    /// Takes the oldest priority message, if it may start `alongside` the running handlers.
    pub(crate) fn take_priority(
        &self,
        alongside: Option<fn(&A::Message) -> bool>,
    ) -> Option<A::Message> {
        let mut locked = self.lock_typed();
        let MailboxState { cell, queue } = &mut *locked;
        let message = queue.take_priority(cell, &self.header, alongside);
        let admitted = locked.admit_waiters(&self.header);
        drop(locked);
        wake_admitted(admitted);
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

/// How a pending handler (a process) drains messages. Drained messages count as queued until the
/// handler reports them as taken, and are put back if the life ends first. No user code runs under
/// the lock.
impl<A: Protocol> Mailbox<A> {
    /// Takes all messages: the oldest one into the result, and the others into the empty `rest`.
    /// Closes the mailbox if it is empty and no sender is left.
    pub(crate) fn drain(&self, rest: &mut LazyDeque<A::Message>) -> Drained<A::Message> {
        let mut locked = self.lock_typed();
        let admitted = locked.admit_waiters(&self.header);
        let MailboxState { cell, queue } = &mut *locked;
        let before = cell.accepted() - cell.queued() as u64;
        let first = queue.drain(cell, &self.header, rest);
        let system_messages = cell.take_system_messages();
        let nothing = first.is_none() && system_messages.is_empty();
        let is_finished = nothing && !cell.is_closed() && !self.header.is_referenced();
        // No sender waits for the capacity of a mailbox without addresses.
        let changed = if is_finished { cell.close(&self.header) } else { None };
        // A stop needs no other reaction: the process receives until the mailbox is empty.
        self.header.clear_flag(SYSTEM_MESSAGE | STOP);
        let is_over = nothing && cell.is_closed();
        drop(locked);
        notify_state_change(changed);
        wake_admitted(admitted);
        Drained { first, system_messages, before, is_over }
    }

    /// Returns whether a waiting inbox would find a message now.
    pub(crate) fn has_anything_new(&self) -> bool {
        self.header.flags() & !SENDERS_WAITING != 0 || self.lock().cell.has_new(&self.header)
    }

    /// Returns whether the supervisor ends this life. A stop from outside overrides this.
    pub(crate) fn is_ending_life(&self) -> bool {
        self.header.flags() & STOP_FOR_RESTART != 0 && !self.lock().cell.is_closed()
    }

    /// Queues `messages` before all other system messages, to be handled when the pending handler ends.
    pub(crate) fn put_system_messages_first(&self, mut messages: VecDeque<(u64, SystemMessage)>) {
        let mut locked = self.lock();
        let queued = locked.cell.system_messages_mut();
        messages.append(queued);
        *queued = messages;
        self.header.set_flag(SYSTEM_MESSAGE);
    }

    /// Puts the drained messages that were not taken back at the front of the queue. Also puts back
    /// the system messages for the actor, and drops the system messages for this life. If the actor
    /// has ended, the messages stay in `messages`, because the queue is no longer read.
    pub(crate) fn restore(
        &self,
        messages: &mut LazyDeque<A::Message>,
        system_messages: VecDeque<(u64, SystemMessage)>,
    ) {
        let mut locked = self.lock_typed();
        let MailboxState { cell, queue } = &mut *locked;
        let is_over = cell.is_closed() && cell.pending_exit().is_some();
        if is_over {
            return;
        }
        queue.put_back(cell, &self.header, messages);
        let (keep, gone): (VecDeque<_>, VecDeque<_>) =
            system_messages.into_iter().partition(|(_, message)| message.is_for_actor());
        if !keep.is_empty() {
            let queued = cell.system_messages_mut();
            let later = std::mem::replace(queued, keep);
            queued.extend(later);
            self.header.set_flag(SYSTEM_MESSAGE);
        }
        // The next life may wait for messages, if the inbox has outlived its own one.
        let task = cell.take_idle();
        drop(locked);
        drop(gone);
        schedule(&self.header, task);
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
        let state: &Lock<MailboxState<dyn AnyQueue>> = &self.state;
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
        header.system.executor.schedule_actor(task, Schedule::Next);
    }
}

/// Notifies all waiters for a change of an actor's state. Returns their number. Not called under
/// the actor's lock.
pub(crate) fn notify_state_change(changed: Option<Arc<Event>>) -> usize {
    changed.map_or(0, |changed| changed.notify())
}

/// Wakes admitted senders. Not called under the lock.
#[inline]
pub(crate) fn wake_admitted(admitted: Option<Vec<Waker>>) {
    if let Some(admitted) = admitted {
        wake_in_cold_code(admitted);
    }
}

#[cold]
fn wake_in_cold_code(admitted: Vec<Waker>) {
    panics::wake_each(admitted);
}
