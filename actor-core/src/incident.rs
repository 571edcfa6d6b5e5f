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

// The incidents and their counts, and the reporter, which passes incidents to the hook of the user,
// or prints them, up to a rate limit. A panic of either is not propagated.

use crate::clock::Instant;
use crate::exit::{ActorId, Failure};
use crate::panics::contained;
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
use crate::panics::unrecorded;
use crate::sync::atomic::{AtomicU64, Ordering};
use crate::sync::{Arc, Mutex};
use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

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
    /// Drops the hook, or prints the counts of suppressed lines, at the end of the system. Any code
    /// may drop the last reference to a system: a panic in the drop of the hook must not reach that
    /// code.
    fn drop(&mut self) {
        match self {
            Reporter::Hook(hook) => {
                let hook = std::mem::replace(hook, Box::new(|_| {}));
                contained(|| drop(hook));
            }
            Reporter::Stderr(limit) => limit.rest().lines().for_each(|line| print(&line)),
            Reporter::Abort => {}
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

/// The number of lines printed per second for one actor.
const MAX_LINES: u64 = 10;

/// The number of actors for which lines are printed in one second.
const MAX_ACTORS: usize = if cfg!(test) { 100 } else { 1000 };

/// Counts the incidents of the current second.
#[derive(Default)]
pub(crate) struct RateLimit(Mutex<Window>);

/// One second, which starts with the first incident after the previous one.
#[derive(Default)]
pub(super) struct Window {
    since: Option<Instant>,
    /// The number of incidents of each actor.
    counts: BTreeMap<ActorId, u64>,
    /// The number of incidents of further actors, which are not printed.
    others: u64,
}

impl RateLimit {
    /// Counts one more incident. Returns whether it is to be printed, and the suppressed incidents
    /// of a past second, which are to be printed before it.
    ///
    /// The first incident of an actor in a second creates an entry of the map, which is visited
    /// once more, without the lock, after the end of the second. Therefore, `n` incidents visit at
    /// most `n` entries.
    pub(super) fn count(&self, id: ActorId, now: Instant) -> (Option<Window>, bool) {
        let mut window = self.0.lock();
        let is_over = window
            .since
            .is_some_and(|since| now.saturating_duration_since(since) >= Duration::from_secs(1));
        let suppressed = is_over.then(|| std::mem::take(&mut *window));
        window.since.get_or_insert(now);
        (suppressed, window.count(id))
    }

    /// Takes the suppressed incidents of the current second.
    fn rest(&self) -> Window {
        std::mem::take(&mut *self.0.lock())
    }
}

impl Window {
    fn count(&mut self, id: ActorId) -> bool {
        let is_full = self.counts.len() >= MAX_ACTORS;
        let count = match self.counts.get_mut(&id) {
            Some(count) => count,
            None if is_full => {
                self.others += 1;
                return false;
            }
            None => self.counts.entry(id).or_insert(0),
        };
        *count += 1;
        *count <= MAX_LINES
    }

    /// Returns one line for each group of suppressed incidents.
    fn lines(&self) -> impl Iterator<Item = String> {
        let more = self.counts.iter().filter(|(_, count)| **count > MAX_LINES);
        let more = more.map(|(id, count)| format!("#{id}: {} more incidents", count - MAX_LINES));
        let others =
            (self.others > 0).then(|| format!("{} more incidents of other actors", self.others));
        more.chain(others)
    }
}

#[cfg(test)]
mod tests {
    use super::{
        ActorId, AssertUnwindSafe, Duration, Instant, MAX_ACTORS, MAX_LINES, RateLimit, Reporter,
        Window, catch_unwind,
    };
    use crate::repetitions;

    struct Bomb;

    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("planned");
        }
    }

    #[test]
    fn a_panic_in_the_drop_of_a_hook_does_not_reach_the_code_that_drops_the_system() {
        let bomb = Bomb;
        let reporter = Reporter::Hook(Box::new(move |_| assert!(size_of_val(&bomb) == 0)));
        assert!(catch_unwind(AssertUnwindSafe(|| drop(reporter))).is_ok());
    }

    fn id(number: u64) -> ActorId {
        ActorId { system: 0, number }
    }

    fn said(suppressed: &Window) -> Vec<String> {
        suppressed.lines().collect()
    }

    #[test]
    fn unprinted_incidents_are_counted_and_reported_in_the_next_second() {
        let (limit, start) = (RateLimit::default(), Instant::now());
        for number in 1..=12 {
            let (suppressed, is_printed) = limit.count(id(1), start);
            assert!(suppressed.is_none());
            assert_eq!(is_printed, number <= MAX_LINES);
        }
        assert!(limit.count(id(2), start).1);
        let (suppressed, is_printed) = limit.count(id(2), start + Duration::from_secs(1));
        assert_eq!(suppressed.as_ref().map(said), Some(vec!["#1: 2 more incidents".to_owned()]));
        assert!(is_printed, "a new second has begun");
    }

    #[test]
    fn the_reporter_is_linear_and_its_memory_bounded() {
        for actors in [1_000, 10_000, 100_000].map(repetitions) {
            let actors = actors as u64;
            let (limit, start) = (RateLimit::default(), Instant::now());
            let (mut looked_at, mut printed) = (0, 0);
            for number in 0..actors {
                // All incidents within a second, and then at intervals of a tenth of a second.
                for now in [start, start + Duration::from_millis(100 * number)] {
                    let (suppressed, is_printed) = limit.count(id(number), now);
                    printed += u64::from(is_printed);
                    looked_at += suppressed.map_or(0, |window| window.counts.len());
                    assert!(limit.0.lock().counts.len() <= MAX_ACTORS);
                }
            }
            assert!(looked_at as u64 <= 2 * actors, "an entry is looked at once");
            assert!(printed >= actors, "separate incidents are all printed");
        }
    }

    #[test]
    fn incidents_of_more_actors_than_are_kept_are_counted_together() {
        let (limit, start) = (RateLimit::default(), Instant::now());
        let incidents = 0..2 * MAX_ACTORS as u64;
        let printed = incidents.filter(|number| limit.count(id(*number), start).1).count();
        assert_eq!(printed, MAX_ACTORS);
        assert_eq!(said(&limit.rest()), ["100 more incidents of other actors"]);
    }
}
