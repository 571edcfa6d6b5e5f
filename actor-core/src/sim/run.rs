//! One run of a test in a simulation: its body, the end of what the body leaves, and what was wrong.

use super::leftovers;
use super::{Sim, Trace};
use crate::cell::current;
use crate::host::sim::{Chooser, Decision};
use crate::incident::Reporter;
use crate::system::{Ended, System};
use crate::time::Sleep;
use std::fmt;
use std::future::Future;
use std::time::Duration;

/// How long, in virtual time, what has begun to end may take.
const ENDING: Duration = Duration::from_secs(60);

/// What a test may return.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a test cannot return `{Self}`",
    label = "return nothing, or a `Result` whose error implements `Debug`"
)]
pub trait Tested {
    /// What was wrong, if anything was.
    fn fault(self) -> Option<String>;
}

impl Tested for () {
    fn fault(self) -> Option<String> {
        None
    }
}

impl<T: Tested, E: fmt::Debug> Tested for Result<T, E> {
    fn fault(self) -> Option<String> {
        self.map_or_else(|error| Some(format!("the test returned {error:?}")), Tested::fault)
    }
}

/// What kind of wrong it is: a schedule that fails is made shorter only as long as it fails alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// The body panicked, at this place.
    Panicked(Option<String>),
    /// The body returned an error.
    Returned,
    /// The run ended before its body did.
    Broken,
    /// An actor or a task failed, and nothing observed it.
    Unobserved,
    /// A failure was expected and never came.
    Missed,
    /// Something was left over.
    Leftover,
}

/// What a run came to.
pub(super) struct Run {
    pub(super) fault: Option<(Wrong, String)>,
    pub(super) trace: Trace,
    pub(super) decisions: Vec<Decision>,
    pub(super) incidents: Vec<String>,
}

/// Runs `body` once. `limit` is the most steps it may take.
pub(super) fn once<F, U>(
    chooser: Chooser,
    seed: u64,
    limit: u64,
    allows_leftovers: bool,
    body: &F,
) -> Run
where
    F: Fn(Sim) -> U,
    U: Future,
    U::Output: Tested,
{
    let system = System::simulated(chooser, seed, Reporter::Hook(Box::new(|_| {})));
    let sim = Sim::handle(&system, seed);
    sim.host().limit(limit);
    let given = sim.clone();
    let run = || system.try_block_on(async move { body(given).await.fault() });
    // What a panic says is noted within a catcher only.
    let mut fault = match current::catch(run) {
        Ok(Ok(None)) => None,
        Ok(Ok(Some(text))) => Some((Wrong::Returned, text)),
        Ok(Err(Ended::Broken(text))) => Some((Wrong::Broken, text)),
        Ok(Err(Ended::Panicked(payload))) | Err(payload) => {
            let (text, place) = current::said(payload);
            let at = place.as_ref().map_or_else(String::new, |place| format!(" at {place}"));
            Some((Wrong::Panicked(place), format!("the body panicked{at}:\n{text}")))
        }
    };
    if fault.is_none() {
        fault = after(&system, &sim, allows_leftovers);
    }
    let incidents = sim.incidents();
    let run = Run { fault, trace: sim.trace(), decisions: sim.host().decisions(), incidents };
    // What is left is killed when the last handle goes, however many steps that takes.
    sim.host().limit(u64::MAX);
    run
}

/// Lets end what ends, and looks at what is left.
fn after(system: &System, sim: &Sim, allows_leftovers: bool) -> Option<(Wrong, String)> {
    if let Err(Ended::Broken(text)) = system.try_block_on(ending(sim)) {
        return Some((Wrong::Broken, text));
    }
    let unobserved = sim.unobserved();
    if !unobserved.is_empty() {
        let text = format!("a failure was not observed:\n  {}", unobserved.join("\n  "));
        return Some((Wrong::Unobserved, text));
    }
    let missed = sim.missed();
    if !missed.is_empty() {
        let text =
            format!("an expected failure never came; it was expected at {}", missed.join(", "));
        return Some((Wrong::Missed, text));
    }
    let left = leftovers::of(sim);
    (!allows_leftovers && !left.is_empty()).then(|| {
        let text = format!("something is left over:\n  {}", left.join("\n  "));
        (Wrong::Leftover, text)
    })
}

/// All that can run runs; time goes on only while some actor is ending.
async fn ending(sim: &Sim) {
    let limit = sim.host().elapsed() + ENDING;
    loop {
        sim.settle().await;
        let now = sim.host().elapsed();
        let (next, _) = sim.host().pending_timers();
        match next {
            Some(next) if next <= limit && leftovers::is_any_ending(sim) => {
                Sleep::on(sim.host(), next.saturating_sub(now)).await;
            }
            _ => return,
        }
    }
}
