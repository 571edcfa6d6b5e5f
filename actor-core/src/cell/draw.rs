//! How a handler that is pending takes mail: what it draws out of the queue goes on counting until
//! the handler says that it has taken it, and goes back if the life ends before. Runs nothing of the
//! user's under the lock.

use super::block::Block;
use super::core::{END, NOTICE, STOP, WAITING};
use super::mail::Mail;
use super::post::{announce, wake_all};
use super::seat::Notice;
use crate::cell::message::Protocol;
use std::collections::VecDeque;

/// What was drawn, the messages behind the first apart.
pub(crate) struct Drawn<M> {
    /// The oldest message.
    pub(crate) first: Option<M>,
    /// Each with its position: the number of messages that come before it.
    pub(crate) notices: VecDeque<(u64, Notice)>,
    /// How many messages were accepted before these.
    pub(crate) before: u64,
    /// Set if there is nothing and there will be nothing any more.
    pub(crate) is_over: bool,
}

impl<A: Protocol> Mail<A> {
    /// Takes all that has come, the messages behind the first into the empty `rest`. When there is
    /// nothing, and nobody left to bring anything, closes the mailbox.
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
        // Nobody waits for room in a mailbox that nobody has an address of.
        let changed = if is_forsaken { lane.seat.shut(&self.core) } else { None };
        // A stop is heeded by going on until there is nothing left.
        self.core.lower(NOTICE | STOP);
        let is_over = nothing && lane.seat.closed;
        drop(lane);
        announce(changed);
        wake_all(admitted);
        Drawn { first, notices, before, is_over }
    }

    /// Whether an inbox that waits would find something now.
    pub(crate) fn has_something(&self) -> bool {
        self.core.signals() & !WAITING != 0 || self.lane().seat.has_news(&self.core)
    }

    /// Whether the overseer ends this life, which a stop from outside outdoes.
    pub(crate) fn is_left(&self) -> bool {
        self.core.signals() & END != 0 && !self.lane().seat.closed
    }

    /// Has `notice` handled before anything else, when the pending handler is over.
    pub(crate) fn put_first(&self, notice: Notice) {
        let mut lane = self.lane();
        lane.seat.records().notices.push_front((0, notice));
        self.core.raise(NOTICE);
    }

    /// Puts back what was drawn and not taken: messages in front of the queue, and those notices
    /// that are for the actor rather than for this life. The messages stay where they are if the actor
    /// is over: nobody looks at the queue any more.
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
