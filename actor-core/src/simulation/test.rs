//! The runner of `#[actor_core::test]`: runs a test under its seeds or under all schedules, and
//! reports a failure in as few steps as possible: the seed of the schedule and the few steps that matter.

use super::Sim;
use super::run::{RunOptions, RunResult, Tested, run_once, shrink};
use crate::executor::sim::{DeviationPoint, Deviations, Scheduler};
use crate::incident::print_on_stderr;
use crate::panics;
use crate::simulation::Step;
use crate::system::System;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::future::Future;
use std::time::Duration;

/// The maximum number of explored schedules.
const EXPLORED: u64 = 100_000;

/// The number of steps that a shrunk schedule may take beyond the original.
const EXTRA_STEPS: u64 = 1000;

/// The time limit for actors to end after a test in real time has returned.
const LIMIT: Duration = Duration::from_secs(5);

/// The configuration of a test.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct TestConfig {
    first: u64,
    seeds: u64,
    leftovers: bool,
    exact_time: bool,
    explore: Option<usize>,
}

impl TestConfig {
    /// Creates a configuration with one seed, in which leftovers fail the test.
    pub const fn single_seed() -> Self {
        TestConfig { first: 1, seeds: 1, leftovers: false, exact_time: false, explore: None }
    }

    /// Runs the test under this number of seeds.
    pub const fn seeds(mut self, seeds: u64) -> Self {
        self.seeds = seeds;
        self
    }

    /// Sets the first seed. The default is 1.
    pub const fn first_seed(mut self, first: u64) -> Self {
        self.first = first;
        self
    }

    /// Allows leftovers.
    pub const fn leftovers(mut self) -> Self {
        self.leftovers = true;
        self
    }

    /// Lets no step take time, under any seed.
    pub const fn exact_time(mut self) -> Self {
        self.exact_time = true;
        self
    }

    /// Runs the test under all schedules that differ in this number of first choices.
    pub const fn explore(mut self, depth: usize) -> Self {
        self.explore = Some(depth);
        self
    }
}

/// Runs a test in simulations.
///
/// # Panics
/// If any of its schedules fails.
#[track_caller]
pub fn simulate<F, U>(config: TestConfig, body: F)
where
    F: Fn(Sim) -> U,
    U: Future,
    U::Output: Tested,
{
    let report = match (env_number("ACTOR_SEED"), config.explore) {
        (Some(seed), _) => TestRunner { config, body, prints_panics: true }.seeds(seed, 1),
        (None, Some(depth)) => TestRunner { config, body, prints_panics: false }.explore(depth),
        (None, None) => {
            let count = env_number("ACTOR_SEEDS").unwrap_or(config.seeds).max(1);
            TestRunner { config, body, prints_panics: false }.seeds(config.first, count)
        }
    };
    if let Some(report) = report {
        panic!("{report}");
    }
}

/// Runs a test in real time, on a separate system.
///
/// # Panics
/// If the test fails.
#[track_caller]
pub fn run_real<U>(body: U)
where
    U: Future,
    U::Output: Tested,
{
    let system = System::new();
    let fault = system.block_on(async { body.await.fault() });
    let report = system.block_on(system.shutdown(LIMIT));
    if let Some(fault) = fault {
        panic!("{fault}");
    }
    assert!(report.is_clean(), "{report}");
}

/// Reads a number from an environment variable.
fn env_number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    let number = text.trim().parse();
    Some(number.unwrap_or_else(|_| panic!("{name} must be a number, not `{text}`")))
}

struct TestRunner<F> {
    config: TestConfig,
    body: F,
    /// Whether panics are also printed where they occur.
    prints_panics: bool,
}

impl<F, U> TestRunner<F>
where
    F: Fn(Sim) -> U,
    U: Future,
    U::Output: Tested,
{
    fn run(&self, scheduler: Scheduler, seed: u64, limit: u64) -> RunResult {
        let allows_leftovers = self.config.leftovers;
        let options = RunOptions { scheduler, seed, limit, allows_leftovers, is_compared: false };
        self.run_as(options)
    }

    fn run_as(&self, options: RunOptions) -> RunResult {
        let run = || run_once(options, &self.body);
        if self.prints_panics { run() } else { panics::quiet(run) }
    }

    /// Returns the scheduler of `seed`. Under every even seed, steps take time, so that timers race
    /// with work.
    fn scheduler(&self, seed: u64) -> Scheduler {
        Scheduler::seeded(seed, seed.is_multiple_of(2) && !self.config.exact_time)
    }

    /// Runs the seeds starting with `first`, and returns a report of the first failure.
    fn seeds(&self, first: u64, count: u64) -> Option<String> {
        for number in 1..=count {
            // The seed after the largest one is 0.
            let seed = first.wrapping_add(number - 1);
            let is_compared = number == 1;
            let options = || RunOptions {
                scheduler: self.scheduler(seed),
                seed,
                limit: u64::MAX,
                allows_leftovers: self.config.leftovers,
                is_compared,
            };
            let run = self.run_as(options());
            if run.failure.is_some() {
                return Some(self.failed(
                    seed,
                    &ScheduleOrigin::Seed { seed, number, of: count },
                    run,
                ));
            }
            if is_compared {
                let rerun = panics::quiet(|| self.run_as(options()));
                if let Some(report) = nondeterminism(seed, &run, &rerun) {
                    return Some(report);
                }
            }
        }
        None
    }

    /// Runs all schedules that differ in their first `depth` choices.
    fn explore(&self, depth: usize) -> Option<String> {
        let mut next: Vec<u32> = Vec::new();
        for number in 1..=EXPLORED {
            let listed = next.iter().copied().enumerate();
            let listed = listed.map(|(at, taken)| (DeviationPoint::Choice(at), taken)).collect();
            let run = self.run(Scheduler::listed(listed), 0, u64::MAX);
            if run.failure.is_some() {
                return Some(self.failed(0, &ScheduleOrigin::Explored { number }, run));
            }
            next = run.decisions.iter().take(depth).map(|decision| decision.chosen).collect();
            while let Some(last) = next.pop() {
                if last + 1 < run.decisions[next.len()].alternatives {
                    next.push(last + 1);
                    break;
                }
            }
            if next.is_empty() {
                return None;
            }
        }
        print_on_stderr(&format!(
            "explored {EXPLORED} schedules, which is the maximum; the others were not run"
        ));
        None
    }

    fn failed(&self, seed: u64, origin: &ScheduleOrigin, run: RunResult) -> String {
        let Some((class, text)) = run.failure.clone() else { return String::new() };
        let limit = 2 * run.trace.count() + EXTRA_STEPS;
        let mut rerun = |list: &Deviations| {
            panics::quiet(|| self.run(Scheduler::listed(list.clone()), seed, limit))
        };
        let (choices, shortest) = shrink(run, class, &mut rerun);
        report(origin, &text, &choices, &shortest)
    }
}

/// Returns a report if one seed produced two different runs.
fn nondeterminism(seed: u64, first: &RunResult, second: &RunResult) -> Option<String> {
    if first.trace.hash() == second.trace.hash() && second.failure.is_none() {
        return None;
    }
    let mut report = format!("seed {seed} led to two different runs\n");
    let (one, two) = (first.trace.steps(), second.trace.steps());
    let at = first_difference(one, two);
    let read = |steps: &[super::Step]| {
        steps.get(at).map_or_else(|| "no step".to_owned(), ToString::to_string)
    };
    let _ = writeln!(report, "step {at}: first {}, then {}", read(one), read(two));
    report.push_str(&earlier_effect(first, second, at).unwrap_or_default());
    report.push_str(
        "take the time from `actor_core::time` and random numbers from `actor_core::rng`; depend neither \
         on the order of a hash map, nor on an address in memory, nor on the state of an earlier run",
    );
    Some(report)
}

/// Returns the first index at which the two differ.
fn first_difference<T: PartialEq>(one: &[T], two: &[T]) -> usize {
    let at = one.iter().zip(two).position(|(one, two)| one != two);
    at.unwrap_or(one.len().min(two.len()))
}

/// Returns the effect of an earlier step on other agents, if the two runs differ in it before they
/// differ in step `at`.
fn earlier_effect(first: &RunResult, second: &RunResult, at: usize) -> Option<String> {
    let place = first_difference(&first.effects, &second.effects);
    let (one, two) = (first.effects.get(place), second.effects.get(place));
    let step_number =
        [one, two].into_iter().flatten().map(|(step_number, _)| *step_number).min()?;
    let steps = first.trace.steps();
    let before = steps
        .iter()
        .position(|step| step.step_number == step_number)
        .filter(|before| *before < at)?;
    let read = |effect: Option<&(u64, String)>| match effect {
        Some((of, text)) if *of == step_number => text.clone(),
        _ => "has no such effect".to_owned(),
    };
    let step = &steps[before];
    Some(format!(
        "before that, in step {before}, `{step}`, it first {}, then {}\n",
        read(one),
        read(two)
    ))
}

/// The maximum number of printed steps.
const STEPS: usize = 10;

/// The maximum number of printed notes.
const NOTES: usize = 8;

/// The origin of the schedule.
enum ScheduleOrigin {
    /// A seed: the number of the run, and the number of runs.
    Seed { seed: u64, number: u64, of: u64 },
    /// Exploration: the number of the run.
    Explored { number: u64 },
}

/// Returns the report of a failed run, based on its shortest schedule.
fn report(origin: &ScheduleOrigin, text: &str, choices: &Deviations, run: &RunResult) -> String {
    let mut lines = match origin {
        ScheduleOrigin::Seed { seed, number, of } => {
            format!("seed {seed} fails, run {number} of {of}; ACTOR_SEED={seed} runs it again\n")
        }
        ScheduleOrigin::Explored { number } => format!("schedule {number} fails\n"),
    };
    let _ = writeln!(lines, "{text}");
    if let Some((_, shortest)) = &run.failure
        && shortest != text
    {
        let _ = writeln!(lines, "in the shortest schedule:\n{shortest}");
    }
    for incident in &run.incidents {
        let _ = writeln!(lines, "incident: {incident}");
    }
    lines.push_str(&steps(choices, run));
    lines
}

/// Returns the steps that matter, as text: the choices of the schedule, and the steps around them.
fn steps(choices: &Deviations, run: &RunResult) -> String {
    let all = run.trace.steps();
    let is_chosen = |step: &Step| step.preempted.is_some() || !step.took.is_zero();
    let chosen: Vec<usize> = (0..all.len()).filter(|at| is_chosen(&all[*at])).collect();
    let shown = shown(all, &chosen);
    let summary = summary(choices);
    let mut text = format!("{summary}; {} of {} steps:\n", shown.len(), all.len());
    // At least 3 and 8, so that most reports have the same columns.
    let width = |texts: &mut dyn Iterator<Item = String>| texts.map(|it| it.chars().count()).max();
    let number_width = width(&mut shown.iter().map(usize::to_string)).unwrap_or(0).max(3);
    let time_width =
        width(&mut shown.iter().map(|at| format!("{:?}", all[*at].at))).unwrap_or(0).max(8);
    for at in shown {
        let step = &all[at];
        let mark = if is_chosen(step) { '>' } else { ' ' };
        let _ = write!(text, "{mark} {at:>number_width$}. {:>time_width$?}  {step}", step.at);
        if let Some(preempted) =
            step.preempted.as_ref().filter(|preempted| **preempted != step.agent)
        {
            let _ = write!(text, ", ahead of {preempted}");
        }
        if !step.took.is_zero() {
            let _ = write!(text, ", and takes {:?}", step.took);
        }
        text.push('\n');
    }
    text
}

/// Returns a summary of the deviations that make the run fail.
fn summary(deviations: &Deviations) -> String {
    let times =
        deviations.keys().filter(|place| matches!(place, DeviationPoint::Duration(_))).count();
    let choices = deviations.len() - times;
    let mut causes = Vec::new();
    match choices {
        0 => {}
        1 => causes.push("one choice".to_owned()),
        many => causes.push(format!("{many} choices")),
    }
    match times {
        0 => {}
        1 => causes.push("one step that takes time".to_owned()),
        many => causes.push(format!("{many} steps that take time")),
    }
    let verb = if deviations.len() == 1 { "makes" } else { "make" };
    match causes.is_empty() {
        true => "it fails without a choice, the newest first".to_owned(),
        false => {
            format!("{} {verb} it fail (>), otherwise the newest runs first", causes.join(" and "))
        }
    }
}

/// Returns at most [`STEPS`] positions: the choices, then the steps of their agents, or the latest
/// steps if there is no choice. In addition, returns the positions of the latest notes, at most
/// [`NOTES`].
fn shown(all: &[Step], chosen: &[usize]) -> BTreeSet<usize> {
    let mut shown: BTreeSet<usize> = chosen.iter().take(STEPS).copied().collect();
    let centre = chosen.first().copied().unwrap_or(all.len());
    let mut rest: Vec<usize> = (0..all.len()).filter(|at| all[*at].is_of_actor).collect();
    // The steps after a choice are more informative than the steps before it.
    rest.sort_by_key(|at| if *at < centre { 2 * (centre - at) } else { at - centre });
    for at in rest {
        if shown.len() == STEPS {
            break;
        }
        shown.insert(at);
    }
    let notes = (0..all.len()).rev().filter(|at| all[*at].is_note);
    shown.extend(notes.take(NOTES));
    shown
}
