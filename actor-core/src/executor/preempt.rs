//! Cooperative preemption. A monitor cannot interrupt user code; it asks all run loops of the process to
//! end their turns after the current handler, so that the workers check the injector.
//!
//! The request is one process-wide counter, because a run loop does not know the type of its
//! executor, and a static costs one load for each message. Systems that do not need it also end one
//! turn early.

use crate::sync::std_sync::{AtomicU8, Ordering};

/// The number of requests, modulo 256. If a multiple of 256 requests arrives during one turn, the
/// run loop misses them, and notices the next one.
static REQUESTS: AtomicU8 = AtomicU8::new(0);

/// Returns a value that changes with each request.
#[inline]
pub(crate) fn epoch() -> u8 {
    REQUESTS.load(Ordering::Relaxed)
}

/// Asks all run loops to end their turns, and all workers to check the injector.
pub(super) fn request() {
    REQUESTS.fetch_add(1, Ordering::Relaxed);
}
