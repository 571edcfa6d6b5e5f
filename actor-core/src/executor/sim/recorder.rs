//! Layer 1: what is noted of a simulation: what its steps do, which handlers are at work, and what each
//! agent waits for. It decides nothing.

use std::time::Duration;

use super::wait_graph::Awaited;
use super::{Action, Agent, Choice, Deviations, EffectKind, SimExecutor, Trace};

impl SimExecutor {
    /// Notes what the present step does.
    pub(crate) fn note(&self, action: Action) {
        self.state().trace.note(action);
    }

    /// Notes what the present step does, unless there is more to be told of it.
    pub(crate) fn note_weakly(&self, action: Action) {
        self.state().trace.note_weakly(action);
    }

    /// From now on what steps do to others is kept.
    pub(crate) fn keep_effects(&self) {
        self.state().trace.keep_effects();
    }

    /// The present step does something to `agent`.
    pub(crate) fn affect(&self, agent: Agent, kind: EffectKind) {
        self.state().trace.affect(agent, kind);
    }

    /// The cell begins a handler.
    pub(crate) fn takes(&self, number: u64, name: &'static str) {
        let mut state = self.state();
        state.trace.note(Action::Begins(name));
        state.running_handlers.entry(number).or_default().push(name);
    }

    /// A handler of the cell is over.
    pub(crate) fn finished(&self, number: u64, name: &'static str) {
        let mut state = self.state();
        let Some(running_handlers) = state.running_handlers.get_mut(&number) else { return };
        let place = running_handlers.iter().rposition(|other| *other == name);
        running_handlers.remove(place.unwrap_or(running_handlers.len() - 1));
        if running_handlers.is_empty() {
            state.running_handlers.remove(&number);
        }
    }

    /// All handlers of the cell are over, and its waits.
    pub(crate) fn all_finished(&self, number: u64) {
        let mut state = self.state();
        state.running_handlers.remove(&number);
        state.waits.begin(Agent::Actor(number));
    }

    /// The handler that the cell began last, if that is not over.
    pub(crate) fn running_handler(&self, number: u64) -> Option<&'static str> {
        self.state().running_handlers.get(&number)?.last().copied()
    }

    /// The agent of the present step comes to wait for something.
    pub(crate) fn waits(&self, awaited: Awaited) {
        let mut state = self.state();
        let agent = state.running;
        state.waits.note(agent, awaited);
    }

    /// What the agent waits for since its last step.
    pub(crate) fn waits_of(&self, agent: Agent) -> Vec<Awaited> {
        self.state().waits.of(agent).to_vec()
    }

    /// Looks at what was done so far.
    pub(crate) fn with_trace<T>(&self, look: impl FnOnce(&Trace) -> T) -> T {
        look(&self.state().trace)
    }

    /// The choices made so far.
    pub(crate) fn decisions(&self) -> Vec<Choice> {
        self.state().scheduler.made().to_vec()
    }

    /// What makes the schedule so far again.
    pub(crate) fn deviations(&self) -> Deviations {
        self.state().scheduler.deviations()
    }

    /// Ends the drive after so many steps more, as one that is endless.
    pub(crate) fn limit(&self, steps: u64) {
        self.state().trace.set_limit(steps);
    }

    /// When the next timer is due, and kind many wait.
    pub(crate) fn pending_timers(&self) -> (Option<Duration>, usize) {
        let next = self.timers.next_due().map(|(at, _)| at.saturating_duration_since(self.base));
        (next, self.timers.len())
    }

    /// The tasks that are not over.
    pub(crate) fn pending_tasks(&self) -> Vec<u32> {
        self.state().tasks.iter().copied().collect()
    }

    /// A task is over.
    pub(crate) fn task_over(&self, number: u32) {
        let mut state = self.state();
        state.tasks.remove(&number);
        state.waits.begin(Agent::Task(number));
    }
}
