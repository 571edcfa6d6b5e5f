//! Lost messages and unobserved failures (in other libraries: dead letters).
//!
//! Each [`Incident`] is passed to the hook of its system, which
//! [`SystemBuilder::on_incident`](crate::SystemBuilder::on_incident) sets, and is counted in
//! [`Counters`]. An undelivered message is part of the incident, as a [`DeadLetter`]. Without a hook,
//! incidents are printed to stderr or, with the feature `log`, written to the log.
//!
//! ```
//! use actor_core::incident::Incident;
//! use actor_core::prelude::*;
//!
//! #[actor]
//! struct Disk;
//!
//! #[actor]
//! impl Disk {
//!     fn write(&self) -> Result<(), String> {
//!         Err("disk full".into())
//!     }
//! }
//!
//! let hook = |incident: &Incident| eprintln!("{incident}");
//! let system = System::builder().threads(1).on_incident(hook).build();
//! system.block_on(async {
//!     let disk = Disk.spawn();
//!     disk.write().send().await.unwrap(); // no caller waits for the error
//!     disk.stop();
//!     disk.join().await;
//! });
//! assert_eq!(system.counters().unhandled_errors, 1);
//! ```

// `reporter` passes incidents to the hook. This module controls nothing.

pub(crate) mod counters;
mod dead_letter;
mod rate_limit;
mod reporter;

use crate::exit::{ActorId, Failure};
use std::fmt;

pub use counters::Counters;
pub use dead_letter::DeadLetter;
pub(crate) use reporter::{Reporter, print_on_stderr};

/// A lost message or an unobserved failure (in other libraries: dead letters). No message or
/// failure is dropped silently.
///
/// Incidents are passed to the system's hook. The default hook prints one line for each incident.
/// In each second it prints at most ten lines for each actor, and lines for at most a thousand
/// actors. It counts the other incidents, and prints their number with the first incident of a
/// later second or at the end of the system. A closed stderr is ignored.
///
/// ```
/// # use actor_core::prelude::*;
/// # use actor_core::incident::Incident;
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
        /// The message itself.
        letter: DeadLetter,
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
    UnobservedFailure {
        /// The failure.
        failure: Failure,
    },
    /// A life of an actor failed. Its supervisor was notified and decides whether another follows.
    RestartableFailure {
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
    /// A failure that is not the exit of its actor, which is running or has already failed or ended: a
    /// panic in the drop of a discarded message, or of a state after another failure, a second
    /// [`Context::fail`](crate::Context::fail), or the panic of another `concurrent` handler of a failed
    /// life. A joiner or monitor observes only the exit. The caller of such a handler observes its panic.
    SuppressedPanic {
        /// The failure.
        failure: Failure,
    },
    /// A task or blocking code panicked without a [`Task`](crate::Task) handle that delivers the
    /// panic: the handle was detached or dropped. The failure names an actor `task`, whose id has
    /// the number 0.
    TaskPanicked {
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
            Incident::UnobservedFailure { failure }
            | Incident::RestartableFailure { failure }
            | Incident::SuppressedPanic { failure }
            | Incident::TaskPanicked { failure } => failure.id(),
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
                let ticks = if *missed == 1 { "tick" } else { "ticks" };
                write!(f, "{actor}: missed {missed} {ticks} of a timer")
            }
            Incident::UnobservedFailure { failure }
            | Incident::RestartableFailure { failure }
            | Incident::TaskPanicked { failure } => failure.fmt(f),
            Incident::SuppressedPanic { failure } => {
                write!(f, "{failure}; this is not the exit of the actor")
            }
        }
    }
}
