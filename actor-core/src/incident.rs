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

// The incidents and their counts. `reporter` passes them to the hook; this file controls nothing.

mod reporter;

use crate::exit::{ActorId, Failure};
use crate::sync::atomic::{AtomicU64, Ordering};
use crate::sync::{Arc, Mutex};
use std::any::Any;
use std::fmt;

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

/// Counts of lost messages and failures since a system started: see
/// [`System::counters`](crate::System::counters).
///
/// All except the last three are also reported to the hook as [`Incident`]s. A counter includes a
/// message, a handler or a failure before its drop or its outcome can be observed.
///
/// ```
/// # use actor_core::prelude::*;
/// # #[actor] struct Disk; #[actor] impl Disk { fn write(&self) -> Result<(), u8> { Err(5) } }
/// # let system = System::builder().threads(1).on_incident(|_| {}).build();
/// # system.block_on(async {
/// let disk = Disk.spawn();
/// disk.write().send().await.unwrap();
/// disk.stop();
/// disk.join().await;
/// assert_eq!(System::current().counters().unhandled_errors, 1);
/// # });
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counters {
    /// Sent messages that were discarded without being handled.
    pub undelivered: u64,
    /// Errors that handlers returned without a waiting caller.
    pub unhandled_errors: u64,
    /// Actors that failed unobserved.
    pub unobserved_failures: u64,
    /// Failed lives of supervised actors.
    pub restartable_failures: u64,
    /// Ticks skipped because the previous one was still pending.
    pub missed_ticks: u64,
    /// Failures after their actor had already failed or ended, and panics of the incident hook.
    pub suppressed_panics: u64,
    /// Panics of tasks and of blocking code that no handle delivered.
    pub task_panics: u64,
    /// Calls that were skipped because their caller no longer waited, or their deadline had passed.
    pub skipped_calls: u64,
    /// `abort` handlers that were dropped because their caller had left, or their deadline had passed.
    pub aborted_handlers: u64,
    /// Errors that were returned to a caller that was gone.
    pub late_errors: u64,
}

/// The counters of one system.
#[derive(Debug, Default)]
pub(crate) struct AtomicCounters {
    undelivered: AtomicU64,
    unhandled_errors: AtomicU64,
    unobserved_failures: AtomicU64,
    restartable_failures: AtomicU64,
    missed_ticks: AtomicU64,
    pub(crate) suppressed_panics: AtomicU64,
    task_panics: AtomicU64,
    pub(crate) skipped_calls: AtomicU64,
    pub(crate) aborted_handlers: AtomicU64,
    pub(crate) late_errors: AtomicU64,
}

impl AtomicCounters {
    pub(crate) fn count(&self, incident: &Incident) {
        let (counter, by) = match incident {
            Incident::Undelivered { .. } => (&self.undelivered, 1),
            Incident::UnhandledError { .. } => (&self.unhandled_errors, 1),
            Incident::UnobservedFailure { .. } => (&self.unobserved_failures, 1),
            Incident::RestartableFailure { .. } => (&self.restartable_failures, 1),
            Incident::MissedTicks { missed, .. } => (&self.missed_ticks, *missed),
            Incident::SuppressedPanic { .. } => (&self.suppressed_panics, 1),
            Incident::TaskPanicked { .. } => (&self.task_panics, 1),
        };
        add(counter, by);
    }

    pub(crate) fn read(&self) -> Counters {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counters {
            undelivered: read(&self.undelivered),
            unhandled_errors: read(&self.unhandled_errors),
            unobserved_failures: read(&self.unobserved_failures),
            restartable_failures: read(&self.restartable_failures),
            missed_ticks: read(&self.missed_ticks),
            suppressed_panics: read(&self.suppressed_panics),
            task_panics: read(&self.task_panics),
            skipped_calls: read(&self.skipped_calls),
            aborted_handlers: read(&self.aborted_handlers),
            late_errors: read(&self.late_errors),
        }
    }
}

pub(crate) fn add(counter: &AtomicU64, by: u64) {
    counter.fetch_add(by, Ordering::Relaxed);
}

/// A message that was not delivered, in an [`Incident`].
///
/// Only an incident hook gets it. Clones refer to the same message. Unless the hook takes the
/// message, it is dropped with the incident.
///
/// ```
/// # use actor_core::prelude::*;
/// # use actor_core::incident::Incident;
/// # use std::sync::{Arc, Mutex};
/// #[actor]
/// struct Log;
///
/// #[actor]
/// impl Log {
///     fn line(&self, text: String) {}
///     async fn hang(&self) {
///         std::future::pending().await
///     }
/// }
///
/// let lost = Arc::new(Mutex::new(Vec::new()));
/// let lines = lost.clone();
/// let system = System::builder()
///     .threads(1)
///     .on_incident(move |incident| {
///         let Incident::Undelivered { letter, .. } = incident else { return };
///         letter.inspect(|message: &LogMessage| {
///             if let LogMessage::Line { text, .. } = message {
///                 lines.lock().unwrap().push(text.clone());
///             }
///         });
///         assert!(letter.take().is_some_and(|message| message.is::<LogMessage>()));
///     })
///     .build();
/// system.block_on(async {
///     let log = Log.spawn();
///     log.hang().send().await.unwrap();
///     log.line("the last words".into()).send().await.unwrap();
///     log.kill();
///     log.join().await;
/// });
/// assert_eq!(lost.lock().unwrap().last().unwrap(), "the last words");
/// ```
#[derive(Clone, Default)]
pub struct DeadLetter(Arc<Mutex<Option<Box<dyn Any + Send>>>>);

impl DeadLetter {
    pub(crate) fn new(message: Option<Box<dyn Any + Send>>) -> Self {
        DeadLetter(Arc::new(Mutex::new(message)))
    }

    /// Takes the message: a value of the actor's message type, such as `LogMessage`. Later calls
    /// return `None`.
    pub fn take(&self) -> Option<Box<dyn Any + Send>> {
        self.0.lock().take()
    }

    /// Passes the message to `look`, if it has not been taken and has the type `M`.
    pub fn inspect<M: 'static, T>(&self, look: impl FnOnce(&M) -> T) -> Option<T> {
        // Taken out while `look` runs, because user code never runs under a lock.
        let message = self.take()?;
        let seen = message.downcast_ref().map(look);
        self.0.lock().get_or_insert(message);
        seen
    }
}

impl fmt::Debug for DeadLetter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeadLetter").finish_non_exhaustive()
    }
}
