//! Layer 1: what was done, step by step, and its hash. Plain data.

use std::time::Duration;

use super::Subject;

/// So many steps are kept; those behind them are hashed and counted only.
const KEPT: usize = 1 << 20;

/// What a step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Did {
    /// Nothing that has a name.
    Nothing,
    /// Began to handle a message, or to run a hook.
    Takes(&'static str),
    /// Polled a handler that was pending.
    GoesOn(&'static str),
    /// Anything else, in words.
    Does(&'static str),
}

/// What a step did to another subject: the last that differs in two runs is why they differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Effect {
    /// The number of the step.
    pub(crate) turn: u64,
    pub(crate) how: How,
    pub(crate) subject: Subject,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum How {
    /// It dropped the last address.
    Forsook,
    /// It sent something.
    Sent,
    /// It made it runnable.
    Woke,
}

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
    pub(crate) did: Did,
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
    /// Whether what the present step did may still be replaced by something that tells more.
    is_weak: bool,
    /// What the steps did to others, if that is to be known.
    effects: Option<Vec<Effect>>,
}

impl Default for Trace {
    fn default() -> Self {
        // The start of FNV-1a, as its authors chose it.
        let hash = 0xcbf2_9ce4_8422_2325;
        let (steps, effects) = (Vec::new(), None);
        Trace { steps, count: 0, turn: 0, hash, limit: u64::MAX, is_weak: false, effects }
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
        self.is_weak = true;
        if self.steps.len() < KEPT {
            self.steps.push(step);
        }
    }

    /// The present step does something; if it does a second thing, that reads as a step of its own.
    pub(super) fn note(&mut self, did: Did) {
        if let Did::Takes(text) | Did::GoesOn(text) | Did::Does(text) = did {
            self.mix(text.as_bytes());
        }
        let is_weak = std::mem::replace(&mut self.is_weak, false);
        if self.count > self.steps.len() as u64 {
            return;
        }
        let has_room = self.steps.len() < KEPT;
        let Some(last) = self.steps.last_mut() else { return };
        if is_weak {
            last.did = did;
        } else if has_room {
            let next = Step { did, instead: None, ..*last };
            self.count += 1;
            self.steps.push(next);
        }
    }

    /// This is what the present step does, unless there is more to be told of it.
    pub(super) fn note_weakly(&mut self, did: Did) {
        if self.is_weak
            && self.count <= self.steps.len() as u64
            && let Some(last) = self.steps.last_mut()
        {
            last.did = did;
        }
    }

    /// From now on what steps do to others is kept.
    pub(super) fn keep_effects(&mut self) {
        self.effects.get_or_insert_default();
    }

    pub(super) fn affect(&mut self, subject: Subject, how: How) {
        let turn = self.turn;
        if let Some(effects) = self.effects.as_mut().filter(|effects| effects.len() < KEPT) {
            effects.push(Effect { turn, how, subject });
        }
    }

    /// What the steps did to others. Those of one step are in an order of their own, since the order in
    /// which they came may be that of a hash map.
    pub(crate) fn effects(&self) -> Vec<Effect> {
        let mut effects = self.effects.clone().unwrap_or_default();
        effects.sort_unstable();
        effects
    }

    /// The present step is over, and took so long.
    pub(super) fn took(&mut self, took: Duration) {
        if self.count <= self.steps.len() as u64
            && let Some(last) = self.steps.last_mut()
        {
            last.took = took;
        }
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
