//! Whole programs: `System::run` and `#[actor_core::main]`, and the signals that ask a program to
//! end. Without the feature `signals`, and on platforms without signals, no signal arrives.

use super::System;
use crate::incident::print_on_stderr;
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
        interruption().await;
        None
    }));
    // The first signal starts the shutdown; a second one ends the process immediately.
    let again = output.is_none();
    let report = system.block_on(or(async { Some(system.shutdown(LIMIT).await) }, async {
        if again {
            interruption().await;
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

/// Waits for a shutdown signal, Ctrl-C or SIGTERM, on Unix. Waits forever on other platforms, such as Windows and
/// WebAssembly: on Windows, Ctrl-C ends the process at once.
///
/// [`System::run`](crate::System::run) and `#[actor_core::main]` wait for it automatically.
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
#[cfg(feature = "signals")]
pub async fn shutdown_signal() {
    interruption().await;
}

pub(super) use platform::interruption;

#[cfg(all(feature = "signals", unix))]
mod platform {
    use crate::event::Event;
    use crate::sync::thread::start as start_thread;
    use crate::sync::{Arc, OnceLock};
    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use std::future::pending;

    /// Waits for the next signal.
    pub(crate) async fn interruption() {
        static SIGNALS: OnceLock<Option<Arc<Event>>> = OnceLock::new();
        match SIGNALS.get_or_init(start) {
            Some(signals) => signals.listen().await,
            None => pending().await,
        }
    }

    /// Starts a thread that reports each signal. Returns `None` if the operating system refuses the
    /// handler or the thread.
    fn start() -> Option<Arc<Event>> {
        let received = Event::new();
        let mut signals = Signals::new([SIGINT, SIGTERM]).ok()?;
        let run = {
            let received = received.clone();
            move || {
                for _ in signals.forever() {
                    received.notify();
                }
            }
        };
        start_thread("actor-signals".into(), run).ok()?;
        Some(received)
    }
}

#[cfg(not(all(feature = "signals", unix)))]
mod platform {
    pub(crate) async fn interruption() {
        std::future::pending().await
    }
}
