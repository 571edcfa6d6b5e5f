//! Shrinks a failing schedule to the shortest one found that fails in the same way.
//!
//! A schedule is described by its deviations from the default schedule. It is shrunk by removing
//! deviations: halves, quarters and so on, down to single ones.

use super::run::{Run, Wrong};
use std::collections::BTreeMap;

/// The choice taken instead of the default one, by the number of preceding choices.
pub(super) type Deviations = BTreeMap<usize, u32>;

/// The maximum number of runs spent on shrinking.
const RUNS: usize = 2000;

pub(super) struct Shrinking<'a> {
    wrong: Wrong,
    again: &'a mut dyn FnMut(&Deviations) -> Run,
    left: usize,
    best: (Deviations, Run),
}

/// The deviations of a run.
pub(super) fn deviations(run: &Run) -> Deviations {
    let taken = run.decisions.iter().map(|decision| decision.taken).enumerate();
    taken.filter(|(_, taken)| *taken != 0).collect()
}

/// Shrinks the schedule of `failed`, which failed with `wrong`, as far as possible.
pub(super) fn shrink(
    failed: Run,
    wrong: Wrong,
    again: &mut dyn FnMut(&Deviations) -> Run,
) -> (Deviations, Run) {
    let best = (deviations(&failed), failed);
    let mut shrinking = Shrinking { wrong, again, left: RUNS, best };
    shrinking.leave_out();
    if shrinking.best.0.len() > 1 {
        shrinking.try_single();
    }
    shrinking.best
}

impl Shrinking<'_> {
    /// Whether it fails in the same way with only these deviations. If so, this is the best
    /// schedule so far.
    fn fails(&mut self, deviations: Deviations) -> bool {
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        let run = (self.again)(&deviations);
        let fails = run.fault.as_ref().is_some_and(|(wrong, _)| *wrong == self.wrong);
        if fails {
            self.best = (deviations, run);
        }
        fails
    }

    /// Removes as many deviations as possible: all, then halves, down to single ones, until none
    /// can be removed.
    fn leave_out(&mut self) {
        if self.best.0.is_empty() || self.fails(Deviations::new()) {
            return;
        }
        let mut size = self.best.0.len().div_ceil(2);
        loop {
            let mut has_left_out = false;
            let mut end = self.best.0.len();
            while end > 0 {
                let start = end.saturating_sub(size);
                let rest = self.best.0.iter().enumerate();
                let rest = rest.filter(|(place, _)| !(start..end).contains(place));
                let rest: Deviations = rest.map(|(_, (at, taken))| (*at, *taken)).collect();
                if self.fails(rest) {
                    has_left_out = true;
                }
                end = start.min(self.best.0.len());
            }
            if size == 1 && !has_left_out || self.left == 0 {
                return;
            }
            size = size.div_ceil(2);
        }
    }

    /// Searches for a single sufficient deviation.
    fn try_single(&mut self) {
        let usual = (self.again)(&Deviations::new());
        for (at, decision) in usual.decisions.iter().enumerate() {
            for taken in 1..decision.of {
                if self.fails(Deviations::from([(at, taken)])) || self.left == 0 {
                    return;
                }
            }
        }
    }
}
