//! The records of a simulation: its steps with their hash, the running handlers, and the events
//! that each agent waits for. Makes no choices.

use super::{Agent, Choice, Deviations, SimExecutor};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

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
    pub(crate) text: String,
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
    fn note_event(&mut self, at: Duration, agent: Agent, note: Note) {
        self.mix(note.origin.as_bytes());
        self.mix(note.text.as_bytes());
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
    fn note_weakly(&mut self, action: Action) {
        if self.is_weak
            && self.count <= self.steps.len() as u64
            && let Some(last) = self.steps.last_mut()
        {
            last.action = action;
        }
    }

    /// Starts to record the effects of steps on other agents.
    fn keep_effects(&mut self) {
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

    fn set_limit(&mut self, steps: u64) {
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

/// An event that an agent waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Awaited {
    /// An event of another agent, described as in `an answer of`.
    Of(Agent, &'static str),
    /// Room for a published item in the subscription of this actor, or in a stream. The task that feeds the
    /// subscription ends the wait, and not the actor, so the wait counts only while it is polled.
    Publication(Option<Agent>),
    /// A sleep or a timeout that ends at this time.
    Time(Duration),
    /// A tick that is due at this time.
    Tick(Duration),
}

/// The waits of the agents.
///
/// A step does not poll all waits of its agent: futures that are polled with wakers of their own, as by
/// `join_all`, are polled only if they were woken. A wait for an agent therefore counts until that agent has
/// woken the waiter.
#[derive(Default)]
pub(super) struct WaitGraph(BTreeMap<Agent, AgentWaits>);

/// The waits of one agent.
#[derive(Default)]
struct AgentWaits {
    /// The waits that the last step of the agent has polled, in their order.
    current: Vec<Awaited>,
    /// The same waits.
    known: BTreeSet<Awaited>,
    /// The agents for which it waited in earlier steps, and that have not woken it since.
    earlier: BTreeSet<Agent>,
    /// The agents that have woken it since its last step.
    woken_by: BTreeSet<Agent>,
}

impl WaitGraph {
    /// Called when a step of `agent` begins. The step records its waits again.
    pub(super) fn begin(&mut self, agent: Agent) {
        let Some(waits) = self.0.get_mut(&agent) else { return };
        let awaited = waits.current.drain(..).filter_map(|awaited| match awaited {
            Awaited::Of(other, _) => Some(other),
            Awaited::Publication(_) | Awaited::Time(_) | Awaited::Tick(_) => None,
        });
        waits.earlier.extend(awaited);
        waits.known.clear();
        for other in std::mem::take(&mut waits.woken_by) {
            waits.earlier.remove(&other);
        }
    }

    /// Records that a step of `by` wakes `agent`.
    pub(super) fn woke(&mut self, agent: Agent, by: Agent) {
        if let Some(waits) = self.0.get_mut(&agent) {
            waits.woken_by.insert(by);
        }
    }

    /// Removes the waits of `agent`, which has ended.
    pub(super) fn end(&mut self, agent: Agent) {
        self.0.remove(&agent);
    }

    pub(super) fn note(&mut self, agent: Agent, awaited: Awaited) {
        let waits = self.0.entry(agent).or_default();
        if !waits.known.insert(awaited) {
            waits.current.retain(|other| *other != awaited);
        }
        waits.current.push(awaited);
    }

    /// Returns the waits that the last step of `agent` has polled.
    pub(super) fn of(&self, agent: Agent) -> &[Awaited] {
        self.0.get(&agent).map_or(&[], |waits| &waits.current)
    }

    /// Returns the agents for which `agent` waits.
    fn targets(&self, agent: Agent) -> impl Iterator<Item = Agent> {
        let waits = self.0.get(&agent).into_iter();
        waits.flat_map(|waits| {
            let current = waits.current.iter().filter_map(|awaited| match awaited {
                Awaited::Of(other, _) => Some(*other),
                Awaited::Publication(subscriber) => *subscriber,
                Awaited::Time(_) | Awaited::Tick(_) => None,
            });
            current.chain(waits.earlier.iter().copied())
        })
    }

    /// Returns whether `agent` waits for any of `those`, directly or through other agents.
    pub(super) fn leads(&self, agent: Agent, those: &BTreeSet<Agent>) -> bool {
        let (mut seen, mut next) = (BTreeSet::new(), vec![agent]);
        while let Some(agent) = next.pop() {
            for other in self.targets(agent) {
                if those.contains(&other) {
                    return true;
                }
                if seen.insert(other) {
                    next.push(other);
                }
            }
        }
        false
    }
}

impl SimExecutor {
    /// Records an action of the current step.
    pub(crate) fn note(&self, action: Action) {
        self.state().trace.note(action);
    }

    /// Records an action of the current step, unless the step has a more specific one.
    pub(crate) fn note_weakly(&self, action: Action) {
        self.state().trace.note_weakly(action);
    }

    /// Records an event that is not a step.
    pub(crate) fn note_event(&self, note: Note) {
        let mut state = self.state();
        let (at, agent) = (state.now, state.running);
        state.trace.note_event(at, agent, note);
    }

    /// Starts to record the effects of steps on other agents.
    pub(crate) fn keep_effects(&self) {
        self.state().trace.keep_effects();
    }

    /// Records an effect of the current step on `agent`.
    pub(crate) fn affect(&self, agent: Agent, kind: EffectKind) {
        self.state().trace.affect(agent, kind);
    }

    /// Records that the actor starts a handler.
    pub(crate) fn takes(&self, number: u64, name: &'static str) {
        let mut state = self.state();
        state.trace.note(Action::Begins(name));
        state.running_handlers.entry(number).or_default().push(name);
    }

    /// Records that a handler of the actor has ended.
    pub(crate) fn finished(&self, number: u64, name: &'static str) {
        let mut state = self.state();
        let Some(running_handlers) = state.running_handlers.get_mut(&number) else { return };
        let place = running_handlers.iter().rposition(|other| *other == name);
        running_handlers.remove(place.unwrap_or(running_handlers.len() - 1));
        if running_handlers.is_empty() {
            state.running_handlers.remove(&number);
        }
    }

    /// Records that all handlers and waits of the actor have ended.
    pub(crate) fn all_finished(&self, number: u64) {
        let mut state = self.state();
        state.running_handlers.remove(&number);
        state.waits.end(Agent::Actor(number));
    }

    /// Returns the most recently started unfinished handler of the actor.
    pub(crate) fn running_handler(&self, number: u64) -> Option<&'static str> {
        self.state().running_handlers.get(&number)?.last().copied()
    }

    /// Records that the agent of the current step starts to wait.
    pub(crate) fn begin_wait(&self, awaited: Awaited) {
        let mut state = self.state();
        let agent = state.running;
        state.waits.note(agent, awaited);
    }

    /// Returns the waits of the agent since its last step.
    pub(crate) fn waits_of(&self, agent: Agent) -> Vec<Awaited> {
        self.state().waits.of(agent).to_vec()
    }

    /// Passes the trace so far to `look`.
    pub(crate) fn with_trace<T>(&self, look: impl FnOnce(&TraceLog) -> T) -> T {
        look(&self.state().trace)
    }

    /// Returns the choices made so far.
    pub(crate) fn decisions(&self) -> Vec<Choice> {
        self.state().scheduler.made().to_vec()
    }

    /// Returns the deviations that reproduce the schedule so far.
    pub(crate) fn deviations(&self) -> Deviations {
        self.state().scheduler.deviations()
    }

    /// Makes the run count as a livelock after this number of further steps.
    pub(crate) fn limit(&self, steps: u64) {
        self.state().trace.set_limit(steps);
    }

    /// Returns the deadline of the next timer, and the number of timers.
    pub(crate) fn pending_timers(&self) -> (Option<Duration>, usize) {
        let next = self.timers.next_due().map(|(at, _)| at.saturating_duration_since(self.base));
        (next, self.timers.len())
    }

    /// Returns the unfinished tasks.
    pub(crate) fn pending_tasks(&self) -> Vec<u32> {
        self.state().tasks.iter().copied().collect()
    }

    /// Records that a task has ended.
    pub(crate) fn task_over(&self, number: u32) {
        let mut state = self.state();
        state.tasks.remove(&number);
        state.waits.end(Agent::Task(number));
    }
}

#[cfg(test)]
mod tests {
    use super::{
        Action, Agent, Awaited, BTreeSet, Duration, Note, StepRecord, TraceLog, WaitGraph,
    };

    #[test]
    fn a_wait_is_followed_transitively_until_its_agent_continues() {
        let mut waits = WaitGraph::default();
        let [one, two, three] = [1, 2, 3].map(Agent::Task);
        waits.note(Agent::Root, Awaited::Of(one, "the end of"));
        waits.note(one, Awaited::Time(Duration::ZERO));
        waits.note(one, Awaited::Of(two, "the end of"));
        waits.note(two, Awaited::Of(one, "the end of"));
        assert!(waits.leads(Agent::Root, &BTreeSet::from([two, three])));
        assert!(!waits.leads(Agent::Root, &BTreeSet::from([three])));
        waits.begin(one);
        assert!(waits.of(one).is_empty());
        assert!(waits.leads(Agent::Root, &BTreeSet::from([two])), "two has not woken it");
        waits.note(one, Awaited::Of(three, "the end of"));
        waits.woke(one, two);
        waits.begin(one);
        assert!(!waits.leads(Agent::Root, &BTreeSet::from([two])));
        assert!(waits.leads(Agent::Root, &BTreeSet::from([three])));
        waits.end(one);
        assert!(!waits.leads(Agent::Root, &BTreeSet::from([two, three])));
    }

    #[test]
    fn a_note_is_a_line_before_the_action_of_its_step() {
        let mut log = TraceLog::default();
        log.begin(StepRecord {
            at: Duration::ZERO,
            agent: Agent::Root,
            step_number: 0,
            took: Duration::ZERO,
            action: Action::Unnamed,
            instead: None,
        });
        let note = Note { origin: "link".into(), text: "a frame is lost".into() };
        log.note_event(Duration::ZERO, Agent::Root, note);
        log.note(Action::Resumes("body"));
        let actions: Vec<_> = log.steps.iter().map(|step| step.action).collect();
        assert_eq!(actions, [Action::Unnamed, Action::Note(0), Action::Resumes("body")]);
        assert_eq!((log.count, log.notes[0].text.as_str()), (3, "a frame is lost"));
        assert!(log.steps.iter().all(|step| step.step_number == 1));
    }
}
