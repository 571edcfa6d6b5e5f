//! How far a message has come for which somebody waits: the part of a reply slot that knows no type.
//!
//! It moves only forward, by compare-and-swap:
//! ```text
//! QUEUED --the loop takes it--> STARTED        QUEUED --the caller leaves--> GONE
//! ```
//! So "never handled" is exact: whoever moves it first has decided.

use crate::sync::atomic::{AtomicBool, AtomicU8, Ordering};

/// The message waits to be handled.
pub(crate) const QUEUED: u8 = 0;
/// Its handler has begun.
pub(crate) const STARTED: u8 = 1;
/// The caller left before that: it will never be handled.
pub(crate) const GONE: u8 = 2;
/// Put into a message by hand, where the loop cannot see it: how far it has come, nobody knows. It
/// stays so.
pub(crate) const UNSEEN: u8 = 3;
/// Its handler has begun, and a simulation loses the answer.
pub(crate) const LOST: u8 = 4;

/// The part of a slot that knows no type.
#[derive(Debug)]
pub struct Head {
    phase: AtomicU8,
    /// Whether a handler waits for the answer.
    is_asked_by_handler: AtomicBool,
}

impl Head {
    pub(crate) fn new(phase: u8) -> Self {
        Head { phase: AtomicU8::new(phase), is_asked_by_handler: AtomicBool::new(false) }
    }

    /// The loop takes the message; false if the caller has left, and it is to be skipped.
    ///
    /// A reply that was passed on has started already, and is handled all the same.
    pub(crate) fn begin(&self) -> bool {
        self.shift(STARTED) != GONE
    }

    /// The caller leaves; returns whether the handler had begun, as far as is known.
    pub(crate) fn abandon(&self) -> bool {
        matches!(self.shift(GONE), STARTED | UNSEEN | LOST)
    }

    pub(crate) fn is_unseen(&self) -> bool {
        self.phase.load(Ordering::Acquire) == UNSEEN
    }

    /// Whether the caller left before the handler had begun: there is nobody to be told anything.
    pub(crate) fn is_gone(&self) -> bool {
        self.phase.load(Ordering::Acquire) == GONE
    }

    pub(crate) fn has_started(&self) -> bool {
        matches!(self.phase.load(Ordering::Acquire), STARTED | LOST)
    }

    /// Whatever is answered is lost on the way. Only in a simulation.
    pub(crate) fn lose(&self) {
        self.phase.store(LOST, Ordering::Release);
    }

    pub(crate) fn is_lost(&self) -> bool {
        self.phase.load(Ordering::Relaxed) == LOST
    }

    /// It is a handler that waits for the answer.
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
