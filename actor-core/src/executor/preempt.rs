//! Layer 1: cooperative preemption. A monitor cannot interrupt user code; it asks all run loops of the
//! process to end their turns after the handler at hand, so that workers look at what only they can run.
//!
//! The request is one process-wide counter, because a run loop does not know its executor's type, and a
//! static costs one load for each message. Systems that did not need to be asked end a turn early.

use crate::sync::global::{AtomicU8, Ordering};

/// How many requests there have been, modulo 256. A run loop that saw a whole number of rounds pass
/// misses them, and notices the next one.
static REQUESTS: AtomicU8 = AtomicU8::new(0);

/// Returns a value that changes with each request.
#[inline]
pub(crate) fn epoch() -> u8 {
    REQUESTS.load(Ordering::Relaxed)
}

/// Asks all run loops to end their turns, and all workers to look outside of their own queues.
pub(super) fn request() {
    REQUESTS.fetch_add(1, Ordering::Relaxed);
}
