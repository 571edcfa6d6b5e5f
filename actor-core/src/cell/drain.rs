//! How a pending handler (a process) drains messages. Drained messages keep counting until the
//! handler reports them as taken, and are returned if the life ends first. Runs no user code under
//! the lock.

use super::handle::{announce, wake_all};
use super::header::{END, NOTICE, STOP, WAITING};
use super::lazy_deque::Block;
use super::mailbox::Mail;
use super::state::Notice;
use crate::cell::message::Protocol;
use std::collections::VecDeque;

/// The drained messages, except those behind the first.
pub(crate) struct Drawn<M> {
    /// The oldest message.
    pub(crate) first: Option<M>,
    /// Each with its sequence number: the number of messages before it.
    pub(crate) notices: VecDeque<(u64, Notice)>,
    /// The number of messages accepted before these.
    pub(crate) before: u64,
    /// Set if there are no messages and no more will arrive.
    pub(crate) is_over: bool,
}

impl<A: Protocol> Mail<A> {
    /// Takes all messages, those behind the first into the empty `rest`. Closes the mailbox if it
    /// is empty and no sender is left.
    pub(crate) fn draw(&self, rest: &mut Block<A::Message>) -> Drawn<A::Message> {
        let mut lane = self.lane();
        let admitted = lane.let_in(&self.core);
        let before = lane.seat.accepted() - lane.seat.queued() as u64;
        let first = lane.draw(&self.core, rest);
        let mut notices = VecDeque::new();
        if lane.seat.has_notices() {
            notices = std::mem::take(&mut lane.seat.records().notices);
        }
        let nothing = first.is_none() && notices.is_empty();
        let is_forsaken = nothing && !lane.seat.closed && !self.core.is_kept();
        // No sender waits for the capacity of a mailbox without addresses.
        let changed = if is_forsaken { lane.seat.shut(&self.core) } else { None };
        // A stop is handled by continuing until the mailbox is empty.
        self.core.lower(NOTICE | STOP);
        let is_over = nothing && lane.seat.closed;
        drop(lane);
        announce(changed);
        wake_all(admitted);
        Drawn { first, notices, before, is_over }
    }

    /// Whether a waiting inbox would find a message now.
    pub(crate) fn has_something(&self) -> bool {
        self.core.signals() & !WAITING != 0 || self.lane().seat.has_news(&self.core)
    }

    /// Whether the supervisor ends this life, which a stop from outside overrides.
    pub(crate) fn is_left(&self) -> bool {
        self.core.signals() & END != 0 && !self.lane().seat.closed
    }

    /// Queues `notice` to be handled first when the pending handler ends.
    pub(crate) fn put_first(&self, notice: Notice) {
        let mut lane = self.lane();
        lane.seat.records().notices.push_front((0, notice));
        self.core.raise(NOTICE);
    }

    /// Returns the drained messages that were not taken to the front of the queue, and the system
    /// messages that are for the actor rather than for this life. If the actor has ended, the
    /// messages stay where they are, because the queue is not read any more.
    pub(crate) fn restore(
        &self,
        messages: &mut Block<A::Message>,
        notices: VecDeque<(u64, Notice)>,
    ) {
        let mut lane = self.lane();
        let is_over = lane.seat.closed && lane.seat.exit_to_be().is_some();
        if is_over {
            return;
        }
        lane.put_back(&self.core, messages);
        let (keep, gone): (VecDeque<_>, VecDeque<_>) =
            notices.into_iter().partition(|(_, notice)| matches!(notice, Notice::Unlinked(..)));
        if !keep.is_empty() {
            let records = lane.seat.records();
            let later = std::mem::replace(&mut records.notices, keep);
            records.notices.extend(later);
            self.core.raise(NOTICE);
        }
        drop(lane);
        drop(gone);
    }
}
