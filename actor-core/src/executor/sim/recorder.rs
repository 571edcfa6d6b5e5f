//! The records of a simulation: the actions of its steps, the running handlers, and the waits of
//! each agent. It decides nothing.

use std::time::Duration;

use super::wait_graph::Awaited;
use super::{Action, Agent, Choice, Deviations, EffectKind, Note, SimExecutor, TraceLog};

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
        state.waits.begin(Agent::Actor(number));
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
        state.waits.begin(Agent::Task(number));
    }
}
