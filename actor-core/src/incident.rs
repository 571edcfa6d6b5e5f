//! Lost messages and unobserved failures, and where they are reported. Controls nothing.

use crate::exit::{ActorId, Failure};
use crate::sync::Mutex;
use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// A lost message or an unobserved failure (elsewhere: dead letters). No message or failure is
/// dropped silently.
///
/// Incidents are passed to the system's hook. The default hook prints one line each, at most ten
/// per second for each actor.
///
/// ```
/// # use actor_core::prelude::*;
/// # use actor_core::Incident;
/// # use std::sync::{Arc, Mutex};
/// #[actor]
/// struct Disk;
///
/// #[actor]
/// impl Disk {
///     fn write(&self) -> Result<(), String> {
///         Err("disk full".into())
///     }
/// }
///
/// let seen = Arc::new(Mutex::new(Vec::new()));
/// let log = seen.clone();
/// let system = System::builder()
///     .threads(1)
///     .on_incident(move |incident: &Incident| log.lock().unwrap().push(incident.to_string()))
///     .build();
/// system.block_on(async {
///     let disk = Disk.spawn();
///     disk.write().send().await.unwrap();
///     disk.stop();
///     disk.join().await;
/// });
/// assert_eq!(*seen.lock().unwrap(), ["disk#1: `write` was sent and failed: \"disk full\""]);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Incident {
    /// A sent message was discarded without being handled: its actor has ended, or too many
    /// messages were deferred by its guards.
    Undelivered {
        /// The label of the actor whose mailbox held it.
        actor: String,
        /// The actor's id.
        id: ActorId,
        /// The name of the message.
        message: &'static str,
    },
    /// A handler returned an error, and no caller waited for the reply.
    UnhandledError {
        /// The label of the actor.
        actor: String,
        /// The actor's id.
        id: ActorId,
        /// The name of the message.
        message: &'static str,
        /// The error's `Debug` output, or the name of its type.
        error: String,
    },
    /// An actor failed without a monitor, link or joiner.
    Unobserved {
        /// The failure.
        failure: Failure,
    },
    /// A life of an actor failed; its supervisor was notified and decides what follows.
    LifeFailed {
        /// The failure.
        failure: Failure,
    },
    /// Timer ticks that were skipped because the previous tick was still pending.
    MissedTicks {
        /// The label of the timer's actor.
        actor: String,
        /// The actor's id.
        id: ActorId,
        /// The number of skipped ticks.
        missed: u64,
    },
    /// A panic after its actor had already failed or ended: in the drop of a discarded message, or
    /// of a state after another failure.
    Swallowed {
        /// The failure.
        failure: Failure,
    },
}

impl Incident {
    /// Returns the id of the actor concerned.
    pub fn id(&self) -> ActorId {
        match self {
            Incident::Undelivered { id, .. }
            | Incident::UnhandledError { id, .. }
            | Incident::MissedTicks { id, .. } => *id,
            Incident::Unobserved { failure }
            | Incident::LifeFailed { failure }
            | Incident::Swallowed { failure } => failure.id(),
        }
    }
}

impl fmt::Display for Incident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Incident::Undelivered { actor, message, .. } => {
                write!(f, "{actor}: `{message}` was sent and never handled")
            }
            Incident::UnhandledError { actor, message, error, .. } => {
                write!(f, "{actor}: `{message}` was sent and failed: {error}")
            }
            Incident::MissedTicks { actor, missed, .. } => {
                write!(f, "{actor}: missed {missed} ticks of a timer")
            }
            Incident::Unobserved { failure }
            | Incident::LifeFailed { failure }
            | Incident::Swallowed { failure } => failure.fmt(f),
        }
    }
}

type Hook = Box<dyn Fn(&Incident) + Send + Sync>;

/// The incident hook of one system.
pub(crate) enum Reporter {
    Hook(Hook),
    /// Prints the incident and aborts the process.
    Abort,
    /// Prints one line each, at most [`LINES`] per second for each actor.
    Lines(Mutex<BTreeMap<ActorId, Second>>),
}

const LINES: u32 = 10;

/// The number of reports of one actor in the second that began at `since`.
pub(crate) struct Second {
    since: Instant,
    count: u32,
}

impl Default for Reporter {
    fn default() -> Self {
        Reporter::Lines(Mutex::new(BTreeMap::new()))
    }
}

impl Reporter {
    /// Runs inline where the incident occurred, never under a lock. A panic of the hook is caught;
    /// returns `false` if there was one.
    pub(crate) fn report(&self, incident: Incident, now: Instant) -> bool {
        match self {
            Reporter::Hook(hook) => {
                if let Err(payload) = catch_unwind(AssertUnwindSafe(|| hook(&incident))) {
                    // The payload is user code too; if its drop panics, the second payload is
                    // leaked.
                    if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
                        std::mem::forget(second);
                    }
                    return false;
                }
            }
            Reporter::Abort => {
                line(&incident.to_string());
                std::process::abort();
            }
            Reporter::Lines(seconds) => {
                let (quiet, count) = count(seconds, incident.id(), now);
                for (id, more) in quiet {
                    line(&format!("#{id}: {more} more incidents"));
                }
                if count <= LINES {
                    line(&incident.to_string());
                }
            }
        }
        true
    }
}

/// Counts one more report. Returns the suppressed reports of past seconds, by actor, and the count
/// of this report in its second.
fn count(
    seconds: &Mutex<BTreeMap<ActorId, Second>>,
    id: ActorId,
    now: Instant,
) -> (Vec<(ActorId, u32)>, u32) {
    let mut seconds = seconds.lock();
    // Past seconds are removed, so the map stays as small as the number of reporting actors.
    let is_over =
        |second: &Second| now.saturating_duration_since(second.since) >= Duration::from_secs(1);
    let over = seconds.extract_if(.., |_, second| is_over(second));
    let unsaid = over
        .filter(|(_, second)| second.count > LINES)
        .map(|(id, second)| (id, second.count - LINES))
        .collect();
    let second = seconds.entry(id).or_insert(Second { since: now, count: 0 });
    second.count += 1;
    (unsaid, second.count)
}

#[cfg(feature = "log")]
fn line(text: &str) {
    log::error!("{text}");
}

#[cfg(not(feature = "log"))]
fn line(text: &str) {
    eprintln!("{text}");
}

#[cfg(test)]
mod tests {
    use super::{ActorId, BTreeMap, Duration, Instant, Mutex, count};

    #[test]
    fn what_is_left_unsaid_is_counted_and_told_later() {
        let (seconds, start) = (Mutex::new(BTreeMap::new()), Instant::now());
        let id = |number| ActorId { system: 0, number };
        for expected in 1..=12 {
            assert_eq!(count(&seconds, id(1), start), (vec![], expected));
        }
        assert_eq!(count(&seconds, id(2), start), (vec![], 1));
        let later = start + Duration::from_secs(1);
        assert_eq!(count(&seconds, id(2), later), (vec![(id(1), 2)], 1));
    }
}
