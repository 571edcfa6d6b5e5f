//! What went wrong with nobody there to be told, and where it is reported. Steers nothing.

use crate::exit::{ActorId, Failure};
use crate::sync::Mutex;
use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// Something that went wrong and had nobody to be told: no message and no failure is dropped in
/// silence.
///
/// A system's hook is given them; the default prints one line each, at most ten a second an actor.
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
    /// A message that had been sent was thrown away unhandled: its actor has ended, or has no more
    /// room for what its guards keep aside.
    Undelivered {
        /// Whose mailbox it was in.
        actor: String,
        /// The actor's id.
        id: ActorId,
        /// The message's name.
        message: &'static str,
    },
    /// A handler returned an error and nobody had asked for its answer.
    UnhandledError {
        /// Whose handler.
        actor: String,
        /// The actor's id.
        id: ActorId,
        /// The message's name.
        message: &'static str,
        /// The error by its `Debug`, or its type's name.
        error: String,
    },
    /// An actor failed with nobody monitoring, linked to or joining it.
    Unobserved {
        /// What happened.
        failure: Failure,
    },
    /// A life of an actor failed; its supervisor was told and decides what follows.
    LifeFailed {
        /// What happened.
        failure: Failure,
    },
    /// Ticks of a timer that came while the one before still waited, and were left out.
    MissedTicks {
        /// Whose timer.
        actor: String,
        /// The actor's id.
        id: ActorId,
        /// How many.
        missed: u64,
    },
    /// A panic in code that runs when the actor it belongs to is past failing: the drop of a
    /// message that is thrown away, or of a state after another failure.
    Swallowed {
        /// What happened.
        failure: Failure,
    },
}

impl Incident {
    /// The actor it happened to.
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

/// The hook of one system.
pub(crate) enum Reporter {
    Hook(Hook),
    /// Says it and ends the process.
    Abort,
    /// One line each, at most [`LINES`] a second an actor.
    Lines(Mutex<BTreeMap<ActorId, Second>>),
}

const LINES: u32 = 10;

/// How much one actor has reported in the second that began at `since`.
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
    /// Runs inline where it happened, never under a lock. A panic of the hook is swallowed: false if
    /// there was one.
    pub(crate) fn report(&self, incident: Incident, now: Instant) -> bool {
        match self {
            Reporter::Hook(hook) => {
                if let Err(payload) = catch_unwind(AssertUnwindSafe(|| hook(&incident))) {
                    // The payload is the user's too; a second panic, in its drop, is leaked.
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

/// Counts one more. Returns what was left unsaid in the seconds that are over, by actor, and the
/// count of this one in its present second.
fn count(
    seconds: &Mutex<BTreeMap<ActorId, Second>>,
    id: ActorId,
    now: Instant,
) -> (Vec<(ActorId, u32)>, u32) {
    let mut seconds = seconds.lock();
    // Seconds that are over are forgotten, so that the map is as large as what goes wrong.
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
