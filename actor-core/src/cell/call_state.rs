//! The state of a call: the type-independent part of a reply slot.
//!
//! The state only moves forward, by compare-and-swap:
//! ```text
//! QUEUED --the loop takes it--> STARTED        QUEUED --the caller leaves--> GONE
//! ```
//! This makes "never handled" exact: the first transition decides.

use crate::sync::atomic::{AtomicBool, AtomicU8, Ordering};

/// The message is queued.
pub(crate) const QUEUED: u8 = 0;
/// Its handler has started.
pub(crate) const STARTED: u8 = 1;
/// The caller gave up before that: the message will never be handled.
pub(crate) const GONE: u8 = 2;
/// The reply was placed into a message explicitly, invisible to the loop: the progress of the
/// message is unknown. This state is final.
pub(crate) const UNSEEN: u8 = 3;
/// Its handler has started, and a simulation drops the reply.
pub(crate) const LOST: u8 = 4;

/// The type-independent part of a slot.
#[derive(Debug)]
pub struct Head {
    phase: AtomicU8,
    /// Whether the waiting caller is a handler.
    is_asked_by_handler: AtomicBool,
}

impl Head {
    pub(crate) fn new(phase: u8) -> Self {
        Head { phase: AtomicU8::new(phase), is_asked_by_handler: AtomicBool::new(false) }
    }

    /// The loop takes the message. Returns `false` if the caller has given up and the message is to
    /// be skipped.
    ///
    /// A forwarded reply has already started, and its message is handled anyway.
    pub(crate) fn begin(&self) -> bool {
        self.shift(STARTED) != GONE
    }

    /// The caller gives up. Returns whether the handler had started, as far as is known.
    pub(crate) fn abandon(&self) -> bool {
        matches!(self.shift(GONE), STARTED | UNSEEN | LOST)
    }

    pub(crate) fn is_unseen(&self) -> bool {
        self.phase.load(Ordering::Acquire) == UNSEEN
    }

    /// Whether the caller gave up before the handler had started: there is no caller to notify.
    pub(crate) fn is_gone(&self) -> bool {
        self.phase.load(Ordering::Acquire) == GONE
    }

    pub(crate) fn has_started(&self) -> bool {
        matches!(self.phase.load(Ordering::Acquire), STARTED | LOST)
    }

    /// Drops any reply. Only in a simulation.
    pub(crate) fn lose(&self) {
        self.phase.store(LOST, Ordering::Release);
    }

    pub(crate) fn is_lost(&self) -> bool {
        self.phase.load(Ordering::Relaxed) == LOST
    }

    /// Records that the waiting caller is a handler.
    pub(crate) fn note_handler(&self) {
        self.is_asked_by_handler.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_asked_by_handler(&self) -> bool {
        self.is_asked_by_handler.load(Ordering::Relaxed)
    }

    fn shift(&self, to: u8) -> u8 {
        match self.phase.compare_exchange(QUEUED, to, Ordering::AcqRel, Ordering::Acquire) {
            Ok(before) | Err(before) => before,
        }
    }
}
