//! The report of a failing schedule: its seed and the few steps that matter.

use super::run::RunResult;
use crate::executor::sim::{DeviationPoint, Deviations};
use crate::simulation::Step;
use std::collections::BTreeSet;
use std::fmt::Write;

/// The maximum number of printed steps.
const STEPS: usize = 10;

/// The maximum number of printed notes.
const NOTES: usize = 8;

/// The origin of the schedule.
pub(super) enum ScheduleOrigin {
    /// A seed: the number of the run, and the number of runs.
    Seed { seed: u64, number: u64, of: u64 },
    /// Exploration: the number of the run.
    Explored { number: u64 },
}

/// Returns the report of a failed run, based on its shortest schedule.
pub(super) fn report(
    origin: &ScheduleOrigin,
    text: &str,
    choices: &Deviations,
    run: &RunResult,
) -> String {
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
