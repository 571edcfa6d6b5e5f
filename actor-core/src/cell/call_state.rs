//! The state of a call, as the run loop sees it: the type-independent part of the reply cell.
//!
//! ```text
//! queued --the loop takes the message--> started        queued --the caller leaves--> gone
//! ```
//! This makes "never handled" exact: the first transition decides.

use super::deadline;
use crate::clock::Instant;
use actor_atomic::{Attachment, Mark, State};

/// The waiting caller is a handler.
pub(crate) const BY_HANDLER: Mark = Mark::A;
/// The reply was placed into a message explicitly, where the run loop does not see it: the progress
/// of the message is unknown.
const UNSEEN: Mark = Mark::B;
/// A simulation drops the reply.
const LOST: Mark = Mark::C;

/// The state of a call.
#[derive(Clone, Copy, Debug)]
pub struct CallState<'a>(&'a State);

impl<'a> CallState<'a> {
    pub(crate) fn of(cell: &'a State) -> Self {
        CallState(cell)
    }

    /// Returns a number that identifies the call. No later call has the same number, though its cell may have
    /// the same address. The number is even, and not 0.
    pub(crate) fn id(self) -> u64 {
        self.0.id()
    }

    /// Marks the message as taken by the run loop. Returns `false` if the message is to be skipped,
    /// because the caller has given up or its deadline has passed.
    ///
    /// A forwarded reply has already started, and its message is handled anyway.
    #[inline]
    pub(crate) fn begin(self, now: impl FnOnce() -> Instant) -> bool {
        self.0.start(|note| deadline::may_start(note, now())) || self.is_unseen()
    }

    /// Returns the note of the reply cell, and whether a handler waits.
    #[inline]
    pub(crate) fn note_and_by_handler(self) -> (Option<u64>, bool) {
        self.0.note_and_mark(BY_HANDLER)
    }

    /// Returns whether the deadline of the call has passed.
    pub(crate) fn is_expired(self, now: impl FnOnce() -> Instant) -> bool {
        self.note().is_some_and(|note| !deadline::may_start(note, now()))
    }

    pub(crate) fn note(self) -> Option<u64> {
        self.0.note()
    }

    /// Marks the progress of the message as unknown.
    pub(crate) fn set_unseen(self) {
        self.0.set(UNSEEN);
    }

    pub(crate) fn is_unseen(self) -> bool {
        self.0.is_set(UNSEEN)
    }

    /// Returns whether the caller gave up before the handler had started: there is no caller to
    /// notify.
    pub(crate) fn is_gone(self) -> bool {
        self.0.is_gone() && !self.0.has_started() && !self.is_unseen()
    }

    /// Returns whether the handler is known to have started.
    pub(crate) fn has_started(self) -> bool {
        !self.is_unseen() && (self.0.has_started() || self.is_lost())
    }

    /// Makes the simulation drop any reply to this call.
    pub(crate) fn lose(self) {
        self.0.set(LOST);
    }

    pub(crate) fn is_lost(self) -> bool {
        self.0.is_set(LOST)
    }

    /// Returns whether the end of the call needs more than the reply: it is lost, or observed.
    #[inline]
    pub(crate) fn has_special_end(self) -> bool {
        const SPECIAL: Mark = LOST.or(Mark::ATTACHED);
        self.0.is_set(SPECIAL)
    }

    /// Attaches observers, which the receiver finds when it leaves. Returns `false` if it has left.
    pub(crate) fn attach(self, observers: Attachment) -> bool {
        self.0.attach(observers)
    }

    /// Returns the observers.
    pub(crate) fn attached(self) -> Option<Attachment> {
        self.0.attached()
    }

    /// Records that the waiting caller is a handler.
    pub(crate) fn set_by_handler(self) {
        self.0.set(BY_HANDLER);
    }
}
