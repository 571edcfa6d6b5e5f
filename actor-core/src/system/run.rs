//! Whole programs: `System::run` and `#[actor_core::main]`.

use super::System;
use super::signals::interruption;
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
