//! The steps of a simulation, and their hash. Plain data.

use std::time::Duration;

use super::Agent;

/// The number of stored steps; later ones are only hashed and counted.
const MAX_STORED_STEPS: usize = 1 << 20;

/// The action of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// An action without a name.
    Unnamed,
    /// Started to handle a message, or to run a hook.
    Begins(&'static str),
    /// Polled a pending handler.
    Resumes(&'static str),
    /// Any other action, as text.
    Other(&'static str),
    /// Not an action of the agent, but the note with this number.
    Note(usize),
}

/// The effect of a step on another agent. If two runs diverge, the last effect that differs is the
/// cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Effect {
    /// The number of the step.
    pub(crate) step_number: u64,
    pub(crate) kind: EffectKind,
    pub(crate) agent: Agent,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum EffectKind {
    /// The step dropped the agent's last address.
    DroppedLastAddr,
    /// The step sent the agent a message.
    Sent,
    /// The step made the agent runnable.
    Woke,
}

/// One step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StepRecord {
    /// The virtual time since the start.
    pub(crate) at: Duration,
    pub(crate) agent: Agent,
    /// The duration of the step.
    pub(crate) took: Duration,
    /// The number of the step. All actions of one step have the same number.
    pub(crate) step_number: u64,
    pub(crate) action: Action,
    /// The agent that would have run by default.
    pub(crate) instead: Option<Agent>,
}

#[derive(Debug)]
pub(crate) struct TraceLog {
    pub(crate) steps: Vec<StepRecord>,
    pub(crate) count: u64,
    /// The number of the current step.
    pub(crate) step_number: u64,
    pub(crate) hash: u64,
    limit: u64,
    /// Whether the action of the current step may still be replaced by a more specific one.
    is_weak: bool,
    /// The effects of steps on others, if recorded.
    effects: Option<Vec<Effect>>,
    /// The notes of the test and its tools.
    pub(crate) notes: Vec<Note>,
}

/// An event that is not a step, such as a fault of the network: its origin, and what happened.
#[derive(Clone, Debug)]
pub(crate) struct Note {
    pub(crate) origin: String,
    pub(crate) what: String,
}

impl Default for TraceLog {
    fn default() -> Self {
        // The FNV-1a offset basis.
        let hash = 0xcbf2_9ce4_8422_2325;
        TraceLog {
            steps: Vec::new(),
            count: 0,
            step_number: 0,
            hash,
            limit: u64::MAX,
            is_weak: false,
            effects: None,
            notes: Vec::new(),
        }
    }
}

impl TraceLog {
    pub(super) fn begin(&mut self, mut step: StepRecord) {
        self.step_number += 1;
        step.step_number = self.step_number;
        let (kind, number) = match step.agent {
            Agent::Root => (1, 0),
            Agent::Actor(number) => (2, number),
            Agent::Task(number) => (3, u64::from(number)),
            Agent::Timer(number) => (4, number),
        };
        self.mix(&[kind]);
        self.mix(&number.to_le_bytes());
        self.mix(&step.at.as_nanos().to_le_bytes());
        self.count += 1;
        self.is_weak = true;
        if self.steps.len() < MAX_STORED_STEPS {
            self.steps.push(step);
        }
    }

    /// Records an action of the current step; a second action is listed as a separate step.
    pub(super) fn note(&mut self, action: Action) {
        if let Action::Begins(text) | Action::Resumes(text) | Action::Other(text) = action {
            self.mix(text.as_bytes());
        }
        let is_weak = std::mem::replace(&mut self.is_weak, false);
        if self.count > self.steps.len() as u64 {
            return;
        }
        let has_room = self.steps.len() < MAX_STORED_STEPS;
        let Some(last) = self.steps.last_mut() else { return };
        if is_weak {
            last.action = action;
        } else if has_room {
            let next = StepRecord { action, instead: None, ..*last };
            self.count += 1;
            self.steps.push(next);
        }
    }

    /// Lists an event before the next action of the current step.
    pub(super) fn note_event(&mut self, at: Duration, agent: Agent, note: Note) {
        self.mix(note.origin.as_bytes());
        self.mix(note.what.as_bytes());
        if self.count > self.steps.len() as u64 || self.steps.len() >= MAX_STORED_STEPS {
            return;
        }
        let (step_number, took) = (self.step_number, Duration::ZERO);
        let action = Action::Note(self.notes.len());
        self.notes.push(note);
        self.count += 1;
        self.is_weak = false;
        self.steps.push(StepRecord { at, agent, step_number, took, action, instead: None });
    }

    /// Sets the action of the current step, unless a more specific one follows.
    pub(super) fn note_weakly(&mut self, action: Action) {
        if self.is_weak
            && self.count <= self.steps.len() as u64
            && let Some(last) = self.steps.last_mut()
        {
            last.action = action;
        }
    }

    /// Starts to record the effects of steps on other agents.
    pub(super) fn keep_effects(&mut self) {
        self.effects.get_or_insert_default();
    }

    pub(super) fn affect(&mut self, agent: Agent, kind: EffectKind) {
        let step_number = self.step_number;
        if let Some(effects) =
            self.effects.as_mut().filter(|effects| effects.len() < MAX_STORED_STEPS)
        {
            effects.push(Effect { step_number, kind, agent });
        }
    }

    /// Returns the effects of steps on other agents. The effects of one step are sorted, because a
    /// hash map may have determined their original order.
    pub(crate) fn effects(&self) -> Vec<Effect> {
        let mut effects = self.effects.clone().unwrap_or_default();
        effects.sort_unstable();
        effects
    }

    /// Records the duration of the current step, which has ended.
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

    /// Mixes bytes into the hash with FNV-1a, which gives the same result on every machine and in
    /// every build.
    fn mix(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.hash = (self.hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}
