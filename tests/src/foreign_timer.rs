//! A timer that is not of the actors' system, so deadlock detection does not know it.

use std::time::Duration;

/// Waits on the clock of another runtime. Only tests of hosts with threads use it.
#[cfg(not(target_family = "wasm"))]
pub async fn foreign_sleep(duration: Duration) {
    smol::Timer::after(duration).await;
}

/// Panics: there is no other runtime.
#[cfg(target_family = "wasm")]
pub async fn foreign_sleep(_duration: Duration) {
    panic!("a test without threads waits on the clock of another runtime");
}
