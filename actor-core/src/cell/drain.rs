//! How a pending handler (a process) drains messages. Drained messages count as queued until the
//! handler reports them as taken, and are put back if the life ends first. No user code runs under
//! the lock.

use super::handle::DynMailbox;
use super::header::{SENDERS_WAITING, STOP, STOP_FOR_RESTART, SYSTEM_MESSAGE};
use super::mailbox::Mailbox;
use super::mailbox::{notify_state_change, wake_all};
use super::queue::LazyDeque;
use super::queue::MailboxState;
use super::state::SystemMessage;
use crate::cell::message::Protocol;
use std::collections::VecDeque;

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
        wake_all(admitted);
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

    /// Queues `message` to be handled first when the pending handler ends.
    pub(crate) fn put_system_message_first(&self, message: SystemMessage) {
        let mut locked = self.lock();
        locked.cell.system_messages_mut().push_front((0, message));
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
        let (keep, gone): (VecDeque<_>, VecDeque<_>) = system_messages
            .into_iter()
            .partition(|(_, message)| matches!(message, SystemMessage::LinkedExited(..)));
        if !keep.is_empty() {
            let queued = cell.system_messages_mut();
            let later = std::mem::replace(queued, keep);
            queued.extend(later);
            self.header.set_flag(SYSTEM_MESSAGE);
        }
        drop(locked);
        drop(gone);
    }
}
