//! The guard around every test: a test that hangs fails with its name.

use std::panic::resume_unwind;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// Far more than any test takes on a slow and busy machine.
const LIMIT: Duration = Duration::from_secs(180);

/// Runs `body` on a separate thread and passes its panic on.
///
/// # Panics
/// If `body` panics, or has not returned after three minutes; its thread is then left behind.
pub fn guarded(name: &str, body: impl FnOnce() + Send + 'static) {
    guarded_for(name, LIMIT, body);
}

/// Like [`guarded`], for a test that may take longer.
///
/// # Panics
/// If `body` panics, or has not returned after `limit`.
pub fn guarded_for(name: &str, limit: Duration, body: impl FnOnce() + Send + 'static) {
    if cfg!(target_family = "wasm") {
        // There are no threads: the caller limits the time.
        return body();
    }
    let (done, is_done) = channel();
    let thread = thread::Builder::new()
        .name(name.to_owned())
        .spawn(move || {
            // Dropped in a panic, too: that ends the wait.
            let _done = done;
            body();
        })
        .expect("a thread starts");
    match is_done.recv_timeout(limit) {
        Err(RecvTimeoutError::Timeout) => panic!("{name} hangs: not done after {limit:?}"),
        Err(RecvTimeoutError::Disconnected) | Ok(()) => {
            if let Err(payload) = thread.join() {
                resume_unwind(payload);
            }
        }
    }
}
