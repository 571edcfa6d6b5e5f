//! The trace of a simulation.

use crate::cell::sim_observer::SimObserver;
use crate::executor::sim::{Action, Agent};
use std::fmt;
use std::time::Duration;

/// The steps of a simulation: see [`Sim::trace`](crate::simulation::Sim::trace).
///
/// A trace prints one line per step.
///
/// ```
/// # use actor_core::prelude::*;
/// # use actor_core::simulation::Sim;
/// # #[actor] struct Echo; #[actor] impl Echo { fn say(&self, n: u8) -> u8 { n } }
/// let run = |seed| {
///     let system = System::simulation(seed);
///     system.block_on(async { Echo.spawn().say(3).await.unwrap() });
///     Sim::of(&system).unwrap().trace()
/// };
/// assert_eq!(run(1).hash(), run(1).hash());
/// assert!(run(1).to_string().contains("echo#1 takes `say`"));
/// assert!(run(1).steps().iter().any(|step| step.action == "takes `say`"));
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Trace {
    steps: Vec<Step>,
    count: u64,
    hash: u64,
}

/// One step of a simulation: the agent, its action and the time.
///
/// ```
/// # use actor_core::{System, simulation::Sim};
/// # let system = System::simulation(1);
/// # let sim = Sim::of(&system).unwrap();
/// # let step = system.block_on(async {
/// actor_core::spawn_task(async {}).detach();
/// # sim.step().await
/// # });
/// assert_eq!(step.unwrap().to_string(), "task 1 goes on");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// The virtual time since the start of the simulation.
    pub at: Duration,
    /// The virtual time that the step took. Zero if steps take no time under this seed.
    pub took: Duration,
    /// The agent: an actor's label, a task, a timer, or the test function.
    pub agent: String,
    /// The action: the message that was taken, or that the agent continues.
    pub action: String,
    /// The agent that would have run by default, if the seed chose another one.
    pub preempted: Option<String>,
    pub(super) is_of_actor: bool,
    pub(super) is_note: bool,
    pub(super) step_number: u64,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.agent, self.action)
    }
}

impl Trace {
    pub(crate) fn of(sim_observer: &SimObserver) -> Trace {
        let (steps, count, hash) = sim_observer
            .executor
            .with_trace(|trace| (trace.steps.clone(), trace.count, trace.hash));
        let read = |step: &crate::executor::sim::StepRecord| {
            let (agent, action) = sim_observer.read(step);
            let preempted = step.instead.map(|agent| sim_observer.name(agent));
            let is_note = matches!(step.action, Action::Note(_));
            let is_of_actor = !is_note && matches!(step.agent, Agent::Actor(_));
            Step {
                at: step.at,
                took: step.took,
                agent,
                action,
                preempted,
                is_of_actor,
                is_note,
                step_number: step.step_number,
            }
        };
        Trace { steps: steps.iter().map(read).collect(), count, hash }
    }

    /// Returns a hash of the steps, which is the same in every process and build.
    pub fn hash(&self) -> u64 {
        self.hash
    }

    /// Returns the number of steps. Only the first million steps of a long run are stored.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Returns the steps in order.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    pub(crate) fn into_steps(self) -> Vec<Step> {
        self.steps
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, step) in self.steps.iter().enumerate() {
            writeln!(f, "{number:4} {:>12?} {step}", step.at)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trace")
            .field("count", &self.count)
            .field("hash", &format_args!("{:016x}", self.hash))
            .finish_non_exhaustive()
    }
}
