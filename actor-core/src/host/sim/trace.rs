//! Layer 1: what was done, step by step, and its hash. Plain data.

use std::time::Duration;

use super::Subject;

/// So many steps are kept; those behind them are hashed and counted only.
const KEPT: usize = 1 << 20;

/// One step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// When, since the start.
    pub(crate) at: Duration,
    pub(crate) subject: Subject,
    /// How long it took.
    pub(crate) took: Duration,
    /// Its number; what is done in one go has the same.
    pub(crate) turn: u64,
    /// What it did, if that has a name: the message that was taken.
    pub(crate) did: &'static str,
    /// Who would have come by itself, if this one did not.
    pub(crate) instead: Option<Subject>,
}

#[derive(Debug)]
pub(crate) struct Trace {
    pub(crate) steps: Vec<Step>,
    pub(crate) count: u64,
    /// The number of the present step.
    pub(crate) turn: u64,
    pub(crate) hash: u64,
    limit: u64,
}

impl Default for Trace {
    fn default() -> Self {
        // The start of FNV-1a, as its authors chose it.
        Trace { steps: Vec::new(), count: 0, turn: 0, hash: 0xcbf2_9ce4_8422_2325, limit: u64::MAX }
    }
}

impl Trace {
    pub(super) fn begin(&mut self, mut step: Step) {
        self.turn += 1;
        step.turn = self.turn;
        let (kind, number) = match step.subject {
            Subject::Body => (1, 0),
            Subject::Cell(number) => (2, number),
            Subject::Task(number) => (3, u64::from(number)),
            Subject::Timer(number) => (4, number),
        };
        self.mix(&[kind]);
        self.mix(&number.to_le_bytes());
        self.mix(&step.at.as_nanos().to_le_bytes());
        self.count += 1;
        if self.steps.len() < KEPT {
            self.steps.push(step);
        }
    }

    /// The present step does something that has a name; if it does a second thing, that reads as a
    /// step of its own.
    pub(super) fn note(&mut self, did: &'static str) {
        self.mix(did.as_bytes());
        if self.count > self.steps.len() as u64 {
            return;
        }
        let has_room = self.steps.len() < KEPT;
        let Some(last) = self.steps.last_mut() else { return };
        if last.did.is_empty() {
            last.did = did;
        } else if has_room {
            let next = Step { did, instead: None, ..*last };
            self.count += 1;
            self.steps.push(next);
        }
    }

    /// The present step is over, and took so long.
    pub(super) fn took(&mut self, took: Duration) {
        if self.count <= self.steps.len() as u64
            && let Some(last) = self.steps.last_mut()
        {
            last.took = took;
        }
    }

    /// The number of the last step of `subject`, as far as steps are kept.
    pub(crate) fn last_of(&self, subject: Subject) -> Option<u64> {
        let last = self.steps.iter().rev().find(|step| step.subject == subject);
        last.map(|step| step.turn)
    }

    pub(super) fn set_limit(&mut self, steps: u64) {
        self.limit = self.count.saturating_add(steps);
    }

    pub(super) fn is_at_limit(&self) -> bool {
        self.count >= self.limit
    }

    /// FNV-1a: the same on every machine and in every build.
    fn mix(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.hash = (self.hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}
