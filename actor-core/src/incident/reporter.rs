//! Passes incidents to the user's hook, or prints them. A panic of either goes no further.

use super::Incident;
use super::rate_limit::RateLimit;
use crate::clock::Instant;
use crate::panics::contained;
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
use crate::panics::unrecorded;
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};

type IncidentHook = Box<dyn Fn(&Incident) + Send + Sync>;

/// The incident hook of one system.
pub(crate) enum Reporter {
    Hook(IncidentHook),
    /// Prints the incident and aborts the process.
    Abort,
    /// Prints one line per incident, up to a rate limit.
    Stderr(RateLimit),
}

impl Default for Reporter {
    fn default() -> Self {
        Reporter::Stderr(RateLimit::default())
    }
}

impl Reporter {
    /// Returns whether the hook gets undelivered messages.
    pub(crate) fn takes_letters(&self) -> bool {
        matches!(self, Reporter::Hook(_))
    }

    /// Passes the incident to the hook, or prints it. Runs inline where the incident occurred,
    /// never under a lock. Returns `false` if the hook panicked.
    pub(crate) fn report(&self, incident: Incident, now: Instant) -> bool {
        match self {
            Reporter::Hook(hook) => {
                let told = catch_unwind(AssertUnwindSafe(|| hook(&incident)));
                return told.map_err(crate::panics::discard).is_ok();
            }
            Reporter::Abort => {
                print(&incident.to_string());
                std::process::abort();
            }
            Reporter::Stderr(limit) => {
                let (suppressed, is_printed) = limit.count(incident.id(), now);
                if let Some(suppressed) = suppressed {
                    suppressed.lines().for_each(|line| print(&line));
                }
                if is_printed {
                    print(&incident.to_string());
                }
            }
        }
        true
    }
}

impl Drop for Reporter {
    /// Prints the counts of suppressed lines at the end of the system.
    fn drop(&mut self) {
        if let Reporter::Stderr(limit) = self {
            limit.rest().lines().for_each(|line| print(&line));
        }
    }
}

/// Prints one line to stderr, or, with the feature `log`, through the logger, which is user code.
fn print(line: &str) {
    contained(|| write(line));
}

#[cfg(feature = "log")]
fn write(line: &str) {
    log::error!("{line}");
}

#[cfg(not(feature = "log"))]
fn write(line: &str) {
    print_on_stderr(line);
}

/// Writes a line to the console of the browser, which has no stderr.
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
pub(crate) fn print_on_stderr(line: &str) {
    web_sys::console::error_1(&line.into());
}

/// Writes a line to stderr and ignores errors.
///
/// A test harness captures `eprintln!` and no other form, but `eprintln!` panics if stderr is
/// closed. That panic is caught and leaves no trace. Where a panic would abort the process, the
/// line is written directly.
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
pub(crate) fn print_on_stderr(line: &str) {
    if cfg!(panic = "unwind") {
        unrecorded(|| eprintln!("{line}"));
    } else {
        let _ = writeln!(std::io::stderr(), "{line}");
    }
}
