//! Shrinks a failing schedule to the shortest one found that fails in the same way.
//!
//! A schedule is described by its deviations from the default schedule. Shrinking removes
//! deviations: first all durations of steps, then halves, quarters and so on, down to single ones.

use super::run::{FailureClass, RunResult};
use crate::executor::sim::{DeviationPoint, Deviations, MAX_STEP_MICROS};

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
