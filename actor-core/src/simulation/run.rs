//! The runs of a test in a simulation. A run consists of the test function and of the end of the
//! actors that the function leaves, and returns the failure that it found. After a failure, further
//! runs shrink the schedule to the shortest one found that fails in the same way.
//!
//! A schedule is described by its deviations from the default schedule. Shrinking removes
//! deviations: first all durations of steps, then halves, quarters and so on, down to single ones.

use super::{Sim, Trace};
use crate::cell::handle::DynMailbox;
use crate::executor::sim::{Agent, Choice, DeviationPoint, Deviations, MAX_STEP_MICROS, Scheduler};
use crate::incident::Reporter;
use crate::panics::{self, Payload};
use crate::system::System;
use crate::system::handle::BlockOnError;
use crate::time::Sleep;
use std::fmt;
use std::future::Future;
use std::time::Duration;

/// The virtual time that ending actors may take.
const END_LIMIT: Duration = Duration::from_secs(60);

/// The return types of tests.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a test cannot return `{Self}`",
    label = "return nothing, or a `Result` whose error implements `Debug`"
)]
pub trait Tested {
    /// Returns the error, or `None` if the run succeeded.
    fn fault(self) -> Option<String>;
}

impl Tested for () {
    fn fault(self) -> Option<String> {
        None
    }
}

impl<T: Tested, E: fmt::Debug> Tested for Result<T, E> {
    fn fault(self) -> Option<String> {
        self.map_or_else(|error| Some(format!("the test returned Err({error:?})")), Tested::fault)
    }
}

/// The kind of failure: a failing schedule is shrunk only as long as it fails in the same way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FailureClass {
    /// The test function, or an expectation of a failure, panicked at this location.
    Panicked(Option<String>),
    /// The test function returned an error.
    Returned,
    /// The run ended before the test function.
    Aborted,
    /// An actor or a task failed unobserved.
    Unobserved,
    /// An expected failure did not occur.
    ExpectedMissing,
    /// An actor, task or timer was left over.
    Leftover,
}

/// The result of a run.
pub(super) struct RunResult {
    pub(super) failure: Option<(FailureClass, String)>,
    pub(super) trace: Trace,
    pub(super) decisions: Vec<Choice>,
    pub(super) deviations: Deviations,
    pub(super) incidents: Vec<String>,
    /// The effects of the steps on other agents, each with the number of its step, if the run is to
    /// be compared.
    pub(super) effects: Vec<(u64, String)>,
}

/// The options for a run of a test function.
pub(super) struct RunOptions {
    pub(super) scheduler: Scheduler,
    pub(super) seed: u64,
    /// The maximum number of steps of the run.
    pub(super) limit: u64,
    pub(super) allows_leftovers: bool,
    /// Whether the run is compared with another run.
    pub(super) is_compared: bool,
}

/// Runs `body` once.
pub(super) fn run_once<F, U>(options: RunOptions, body: &F) -> RunResult
where
    F: Fn(Sim) -> U,
    U: Future,
    U::Output: Tested,
{
    let RunOptions { scheduler, seed, limit, allows_leftovers, is_compared } = options;
    let system = System::simulated(scheduler, seed, Reporter::Hook(Box::new(|_| {})));
    let sim = Sim::of(&system).expect("the system is a simulation");
    sim.executor().limit(limit);
    if is_compared {
        sim.executor().keep_effects();
    }
    let given = sim.clone();
    let run = || system.try_block_on(async move { body(given).await.fault() });
    // A panic's message is recorded only inside a catcher.
    let mut failure = match panics::catch(run) {
        Ok(Ok(None)) => None,
        Ok(Ok(Some(text))) => Some((FailureClass::Returned, text)),
        Ok(Err(BlockOnError::Aborted(text))) => Some((FailureClass::Aborted, text)),
        Ok(Err(BlockOnError::Panicked(payload))) | Err(payload) => {
            Some(panicked("the test body", payload))
        }
    };
    if failure.is_none() {
        // The expectations of failures are user code.
        failure = panics::catch(|| check_end(&system, &sim, allows_leftovers))
            .unwrap_or_else(|payload| Some(panicked("an expectation of a failure", payload)));
    }
    let incidents = sim.observer.incidents();
    let (decisions, deviations) = (sim.executor().decisions(), sim.executor().deviations());
    let (trace, effects) = (sim.trace(), sim.effects());
    let run = RunResult { failure, trace, decisions, deviations, incidents, effects };
    // Leftovers are killed when the last handle is dropped, however many steps that takes.
    sim.executor().limit(u64::MAX);
    run
}

/// Returns the failure that is a panic of `origin`.
fn panicked(origin: &str, payload: Payload) -> (FailureClass, String) {
    let note = panics::record_of(&payload);
    panics::discard(payload);
    let (text, place) = (note.message, note.location.map(|place| place.to_string()));
    let at = place.as_ref().map_or_else(String::new, |place| format!(" at {place}"));
    (FailureClass::Panicked(place), format!("{origin} panicked{at}:\n{text}"))
}

/// Waits until ending actors have ended, and returns the leftovers.
fn check_end(system: &System, sim: &Sim, allows_leftovers: bool) -> Option<(FailureClass, String)> {
    if let Err(BlockOnError::Aborted(text)) = system.try_block_on(finish_actors(sim)) {
        return Some((FailureClass::Aborted, text));
    }
    let unobserved = sim.observer.unobserved();
    if !unobserved.is_empty() {
        let text = format!("a failure was not observed:\n  {}", unobserved.join("\n  "));
        return Some((FailureClass::Unobserved, text));
    }
    let missed = sim.observer.missed();
    if !missed.is_empty() {
        let text =
            format!("an expected failure did not occur; it was expected at {}", missed.join(", "));
        return Some((FailureClass::ExpectedMissing, text));
    }
    let left = leftovers(sim);
    (!allows_leftovers && !left.is_empty()).then(|| {
        let text = format!("the test left something behind:\n  {}", left.join("\n  "));
        (FailureClass::Leftover, text)
    })
}

/// Runs everything that is runnable. Virtual time advances only while an actor is ending.
async fn finish_actors(sim: &Sim) {
    let limit = sim.executor().elapsed() + END_LIMIT;
    loop {
        sim.settle().await;
        let now = sim.executor().elapsed();
        let (next, _) = sim.executor().pending_timers();
        match next {
            Some(next) if next <= limit && is_any_ending(sim) => {
                Sleep::on(sim.executor().clone(), next.saturating_sub(now)).await;
            }
            _ => return,
        }
    }
}

/// Returns whether any actor has started to end but has not ended yet. An actor without references
/// counts too, because it ends with its handler.
fn is_any_ending(sim: &Sim) -> bool {
    sim.observer.actors().iter().any(|actor| {
        let locked = actor.lock();
        let ends = locked.cell.pending_exit().is_some() || !actor.header().is_referenced();
        locked.cell.exit().is_none() && (locked.cell.is_closed() || ends)
    })
}

/// Returns all leftovers, one line each.
fn leftovers(sim: &Sim) -> Vec<String> {
    let actors = sim.observer.actors();
    let mut lines: Vec<String> = actors.iter().map(|actor| leftover_line(&**actor)).collect();
    let tasks = sim.executor().pending_tasks();
    // The resources of live actors end with them, and are listed with them.
    if actors.is_empty() {
        lines.extend(
            tasks
                .iter()
                .map(|task| format!("{} has not finished", sim.observer.name(Agent::Task(*task)))),
        );
    }
    let (next, count) = sim.executor().pending_timers();
    if lines.is_empty()
        && let Some(next) = next
    {
        let due = next.saturating_sub(sim.executor().elapsed());
        lines.push(format!("{count} timers are pending, the first is due in {due:?}"));
    }
    for waiting in sim.waiting() {
        if !lines.is_empty() && !lines.contains(&waiting) {
            lines.push(waiting);
        }
    }
    lines
}

fn leftover_line(actor: &dyn DynMailbox) -> String {
    let mut by = Vec::new();
    let mut strong = actor.header().strong_count();
    let locked = actor.lock();
    for name in locked.cell.names() {
        strong = strong.saturating_sub(1);
        by.push(format!("its name `{name}`"));
    }
    if locked.cell.parent().is_some() {
        strong = strong.saturating_sub(1);
        by.push("its parent".to_owned());
    }
    let lives_until_stopped = locked.cell.lives_until_stopped();
    drop(locked);
    strong = strong.saturating_sub(u32::from(lives_until_stopped));
    match strong {
        0 => {}
        1 => by.push("an address, a stream or `keep_alive`".to_owned()),
        many => by.push(format!("{many} addresses or streams")),
    }
    let until_stopped = "because a supervisor lives until it is stopped";
    let reason = match (by.is_empty(), lives_until_stopped) {
        (true, true) => until_stopped.to_owned(),
        (true, false) => "kept by its running handler".to_owned(),
        (false, true) => format!("kept by {}, and {until_stopped}", by.join(" and ")),
        (false, false) => format!("kept by {}", by.join(" and ")),
    };
    let label = actor.header().system.with_node(actor.label());
    format!("{label} is alive, {reason}")
}

/// The maximum number of runs spent on shrinking, and of their steps in total.
const RUNS: usize = 2000;
const STEPS: u64 = 2_000_000;

struct Shrinking<'a> {
    class: FailureClass,
    rerun: &'a mut dyn FnMut(&Deviations) -> RunResult,
    runs: usize,
    steps: u64,
    best: (Deviations, RunResult),
}

/// Shrinks the schedule of `failed`, which failed with `class`, as far as possible.
pub(super) fn shrink(
    failed: RunResult,
    class: FailureClass,
    rerun: &mut dyn FnMut(&Deviations) -> RunResult,
) -> (Deviations, RunResult) {
    let best = (failed.deviations.clone(), failed);
    let mut shrinking = Shrinking { class, rerun, runs: RUNS, steps: STEPS, best };
    shrinking.remove_deviations();
    shrinking.try_single_time();
    shrinking.try_single_choice();
    shrinking.best
}

/// Returns the deviations in the durations of steps if `is_time` is set, and otherwise the
/// deviations in choices.
fn part(deviations: &Deviations, is_time: bool) -> Deviations {
    let kept = deviations
        .iter()
        .filter(|(place, _)| is_time == matches!(place, DeviationPoint::Duration(_)));
    kept.map(|(place, taken)| (*place, *taken)).collect()
}

impl Shrinking<'_> {
    fn run(&mut self, deviations: &Deviations) -> RunResult {
        let run = (self.rerun)(deviations);
        self.runs = self.runs.saturating_sub(1);
        self.steps = self.steps.saturating_sub(run.trace.count());
        run
    }

    fn is_spent(&self) -> bool {
        self.runs == 0 || self.steps == 0
    }

    /// Returns whether the test fails in the same way with only these deviations. If so, this is
    /// the best schedule so far.
    fn fails(&mut self, deviations: Deviations) -> bool {
        if self.is_spent() {
            return false;
        }
        let run = self.run(&deviations);
        let fails = run.failure.as_ref().is_some_and(|(class, _)| *class == self.class);
        if fails {
            self.best = (deviations, run);
        }
        fails
    }

    /// Removes as many deviations as possible: all, then all durations of steps, then halves, down
    /// to single ones, until none can be removed.
    fn remove_deviations(&mut self) {
        if self.best.0.is_empty() || self.fails(Deviations::new()) {
            return;
        }
        let choices = part(&self.best.0, false);
        if choices.len() < self.best.0.len() {
            self.fails(choices);
        }
        let mut size = self.best.0.len().div_ceil(2);
        loop {
            let mut has_removed = false;
            let mut end = self.best.0.len();
            while end > 0 {
                let start = end.saturating_sub(size);
                let rest = self.best.0.iter().enumerate();
                let rest = rest.filter(|(place, _)| !(start..end).contains(place));
                let rest: Deviations = rest.map(|(_, (at, taken))| (*at, *taken)).collect();
                if self.fails(rest) {
                    has_removed = true;
                }
                end = start.min(self.best.0.len());
            }
            if size == 1 && !has_removed || self.is_spent() {
                return;
            }
            size = size.div_ceil(2);
        }
    }

    /// Searches for a single step that takes long, instead of several steps that take time.
    fn try_single_time(&mut self) {
        if part(&self.best.0, true).len() < 2 {
            return;
        }
        let choices = part(&self.best.0, false);
        for step in 0..self.best.1.trace.steps().len() {
            let mut with = choices.clone();
            with.insert(DeviationPoint::Duration(step), MAX_STEP_MICROS);
            if self.fails(with) || self.is_spent() {
                return;
            }
        }
    }

    /// Searches for a single sufficient choice.
    fn try_single_choice(&mut self) {
        if part(&self.best.0, false).len() < 2 {
            return;
        }
        let times = part(&self.best.0, true);
        let baseline = self.run(&times);
        for (at, decision) in baseline.decisions.iter().enumerate() {
            for taken in 1..decision.alternatives {
                let mut with = times.clone();
                with.insert(DeviationPoint::Choice(at), taken);
                if self.fails(with) || self.is_spent() {
                    return;
                }
            }
        }
    }
}
