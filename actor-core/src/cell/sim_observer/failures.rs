//! The failures of a simulation, and whether each has been observed. Plain data.

use crate::exit::{Exit, Failure, FailureKind};

/// The message of an injected panic, which needs no observer.
pub(crate) const FAULT: &str = "a fault planted by the simulation";

/// All failures, in order.
#[derive(Default)]
pub(super) struct Failures(Vec<SeenFailure>);

struct SeenFailure {
    failure: Failure,
    /// The task, if the failure belongs to a task.
    task: Option<u32>,
    /// Whether it was reported as a failure without an observer.
    is_reported: bool,
    /// The number of observers: callers, supervisors, joiners, watchers.
    observers: u32,
}

impl Failures {
    /// Marks the failure as reported without an observer. A caller may still have observed it.
    pub(super) fn unobserved(&mut self, failure: &Failure) {
        self.of(failure).is_reported = true;
    }

    pub(super) fn observed(&mut self, failure: &Failure) {
        self.of(failure).observers += 1;
    }

    /// Removes one observer.
    pub(super) fn ignored(&mut self, failure: &Failure) {
        let seen = self.of(failure);
        seen.observers = seen.observers.saturating_sub(1);
    }

    /// Records that task `number` has panicked.
    pub(super) fn of_task(&mut self, number: u32, failure: &Failure) {
        let failure = failure.clone();
        self.0.push(SeenFailure { failure, task: Some(number), is_reported: true, observers: 0 });
    }

    pub(super) fn observed_task(&mut self, number: u32) {
        let of_task = self.0.iter_mut().filter(|seen| seen.task == Some(number));
        of_task.for_each(|seen| seen.observers += 1);
    }

    pub(super) fn unobserved_ones(&self) -> Vec<Failure> {
        let is_fault = |seen: &&SeenFailure| {
            seen.is_reported && seen.observers == 0 && !is_planned(&seen.failure)
        };
        self.0.iter().filter(is_fault).map(|seen| seen.failure.clone()).collect()
    }

    pub(super) fn all(&self) -> Vec<Failure> {
        self.0.iter().map(|seen| seen.failure.clone()).collect()
    }

    fn of(&mut self, failure: &Failure) -> &mut SeenFailure {
        let place = self.0.iter().position(|seen| seen.failure.is(failure));
        let place = place.unwrap_or_else(|| {
            let failure = failure.clone();
            self.0.push(SeenFailure { failure, task: None, is_reported: false, observers: 0 });
            self.0.len() - 1
        });
        &mut self.0[place]
    }
}

/// Returns whether the failure is an injected fault, or the effect of such a fault or of a kill
/// through links. The failure of a supervisor that gives up never counts as injected, regardless of
/// the failures of its children.
fn is_planned(failure: &Failure) -> bool {
    match (failure.kind(), failure.cause()) {
        (FailureKind::Panic, _) => failure.message() == FAULT,
        (FailureKind::Linked, Some(Exit::Failed(cause))) => is_planned(cause),
        (FailureKind::Linked, Some(Exit::Killed)) => true,
        _ => false,
    }
}
