//! Passes incidents to the hook of the user, or prints them, up to a rate limit. A panic of either goes no
//! further.

use super::Incident;
use crate::clock::Instant;
use crate::exit::ActorId;
use crate::panics::contained;
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
use crate::panics::unrecorded;
use crate::sync::Mutex;
use std::collections::BTreeMap;
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

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

/// The number of lines printed per second for one actor.
const MAX_LINES: u64 = 10;

/// The number of actors for which lines are printed in one second.
const MAX_ACTORS: usize = 1000;

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
    /// once more, without the lock, when the second is over. Therefore, `n` incidents visit at most
    /// `n` entries.
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
    use super::{ActorId, Duration, Instant, MAX_ACTORS, MAX_LINES, RateLimit, Window};

    fn id(number: u64) -> ActorId {
        ActorId { system: 0, number }
    }

    fn said(suppressed: &Window) -> Vec<String> {
        suppressed.lines().collect()
    }

    #[test]
    fn unprinted_incidents_are_counted_and_told_in_the_next_second() {
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
        for actors in [1_000, 10_000, 100_000] {
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
        let printed = (0..100_000).filter(|number| limit.count(id(*number), start).1).count();
        assert_eq!(printed, MAX_ACTORS);
        assert_eq!(said(&limit.rest()), ["99000 more incidents of other actors"]);
    }
}
