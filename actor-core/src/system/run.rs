//! Whole programs: `System::run` and `#[actor_core::main]`.

use super::System;
use crate::incident::print_on_stderr;
#[cfg(not(target_family = "wasm"))]
use async_signal::{Signal, Signals};
#[cfg(not(target_family = "wasm"))]
use futures_lite::StreamExt;
use futures_lite::future::or;
use std::future::Future;
use std::time::Duration;

/// The time limit of the shutdown after the body has returned.
const LIMIT: Duration = Duration::from_secs(5);

/// The exit code of an interrupted program.
const INTERRUPTED: i32 = 130;

/// Runs `body` on the global system as [`System::run`] does.
#[track_caller]
pub fn main<F: Future>(body: F) -> F::Output {
    run(System::global(), body)
}

/// See [`System::run`].
#[track_caller]
pub(crate) fn run<F: Future>(system: &System, body: F) -> F::Output {
    let output = system.block_on(or(async { Some(body.await) }, async {
        shutdown_signal().await;
        None
    }));
    // The first signal starts the shutdown; a second one ends the process immediately.
    let again = output.is_none();
    let report = system.block_on(or(async { Some(system.shutdown(LIMIT).await) }, async {
        if again {
            shutdown_signal().await;
            return None;
        }
        std::future::pending().await
    }));
    if let Some(report) = report
        && !report.is_clean()
    {
        print_on_stderr(&report.to_string());
    }
    output.unwrap_or_else(|| std::process::exit(INTERRUPTED))
}

/// Waits for a shutdown signal, Ctrl-C or SIGTERM. Waits forever on platforms without signals.
///
/// [`System::run`] and `#[actor_core::main]` wait for it automatically.
///
/// ```
/// # use actor_core::future::or;
/// # actor_core::System::current_thread().block_on(async {
/// let done = or(async { true }, async {
///     actor_core::system::shutdown_signal().await;
///     false
/// });
/// assert!(done.await);
/// # });
/// ```
pub async fn shutdown_signal() {
    #[cfg(not(target_family = "wasm"))]
    if let Ok(mut signals) = Signals::new([Signal::Int, Signal::Term]) {
        signals.next().await;
        return;
    }
    std::future::pending().await
}
