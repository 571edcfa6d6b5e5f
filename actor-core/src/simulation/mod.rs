//! Deterministic simulation testing: a seed chooses the schedule, and time is virtual.
//!
//! A function with [`#[actor_core::test]`](macro@crate::test) runs in a simulation, under many seeds.
//! [`Sim`] controls the simulation and records its [`Trace`]; a [`Fault`] makes an actor fail at a
//! chosen message; a [`Probe`] passes the calls of a test double to the test. Outside of tests,
//! [`System::simulation`](crate::System::simulation) creates a simulation.
//!
//! ```
//! use actor_core::prelude::*;
//! use actor_core::time;
//! use std::time::Duration;
//!
//! System::simulation(7).block_on(async {
//!     let begun = time::now();
//!     time::sleep(Duration::from_secs(3600)).await; // takes no real time
//!     assert_eq!(time::now() - begun, Duration::from_secs(3600));
//! });
//! ```

// This file has the handle that controls a simulation and its nodes, and the trace.

mod probe;
pub(crate) mod run;
pub(crate) mod test;

pub use crate::actor::fault::Fault;
pub use probe::Probe;

use crate::actor::dispatch::Dispatch;
use crate::actor::fault;
use crate::actor::shutdown::observe_pending_failure;
use crate::address::addr::Addr;
use crate::cell::resources::saturating_add;
use crate::cell::sim_observer::SimObserver;
use crate::cell::system_shared::SystemShared;
use crate::executor::Executor;
use crate::executor::sim::{
    Action, Agent, ClockHold, Effect, NodeExecutor, Note, Quiesce, SimExecutor, StepRecord,
    TraceLog,
};
use crate::exit::Failure;
use crate::sync::Arc;
use crate::system::System;
use crate::time::Sleep;
use std::fmt;
use std::panic::Location;
use std::time::Duration;

/// Controls a simulation: its steps, its virtual time and its trace.
///
/// `#[actor_core::test]` passes one to a test function with an argument.
///
/// ```
/// # use actor_core::prelude::*;
/// use actor_core::simulation::Sim;
/// use std::time::Duration;
///
/// #[actor]
/// struct Clock {
///     ticks: u32,
/// }
///
/// #[actor]
/// impl Clock {
///     #[on_start]
///     fn begin(&self, context: &Context<Self>) {
///         context.every(Duration::from_secs(1), |me| me.tick()).detach();
///     }
///
///     fn tick(&mut self) {
///         self.ticks += 1;
///     }
///
///     fn ticks(&self) -> u32 {
///         self.ticks
///     }
/// }
///
/// let system = System::simulation(1);
/// let sim = Sim::of(&system).unwrap();
/// system.block_on(async {
///     let clock = Clock { ticks: 0 }.spawn();
///     sim.advance(Duration::from_secs(24 * 60 * 60)).await;
///     assert_eq!(clock.ticks().await, Ok(86_400));
/// });
/// ```
#[derive(Clone)]
pub struct Sim {
    shared: Arc<SystemShared>,
    observer: Arc<SimObserver>,
}

impl Sim {
    /// Returns the handle of `system`, if it is a simulation.
    pub fn of(system: &System) -> Option<Sim> {
        let observer = system.shared().sim_observer.clone()?;
        Some(Sim { shared: system.shared().clone(), observer })
    }

    /// Marks failures matching `is_expected` as expected: they do not fail the test. A test whose
    /// expected failure does not occur fails.
    ///
    /// Other unobserved failures fail the test: the panic of an actor, a failed start, a supervisor
    /// or pool that gives up, the panic of a task. A failure is observed by a caller that gets
    /// [`Panicked`](crate::CallError::Panicked), a supervisor that handles it, a monitor, link or
    /// `join` of the actor, and code that awaits the task. The [`actor`](Failure::actor) of a
    /// task's failure is the task, such as `task 3`.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use actor_core::simulation::Sim;
    /// # #[actor] struct Bomb; #[actor] impl Bomb { fn go(&self) { panic!("on purpose") } }
    /// # let system = System::simulation(1);
    /// # let sim = Sim::of(&system).unwrap();
    /// # system.block_on(async {
    /// sim.expect_failure(|failure| failure.message() == "on purpose");
    /// Bomb.spawn().go().send().await.unwrap();
    /// sim.settle().await;
    /// # });
    /// ```
    #[track_caller]
    pub fn expect_failure(&self, is_expected: impl Fn(&Failure) -> bool + Send + 'static) {
        self.observer.expect(Box::new(is_expected), Location::caller());
    }

    /// Returns the seed of this run.
    ///
    /// ```
    /// # use actor_core::{System, simulation::Sim};
    /// let system = System::simulation(7);
    /// assert_eq!(Sim::of(&system).unwrap().seed(), 7);
    /// ```
    pub fn seed(&self) -> u64 {
        self.observer.seed
    }

    /// Runs until every task is blocked on a timer or a message. Does not advance virtual time,
    /// even if steps take time.
    ///
    /// # Cancellation
    /// Dropping the future has no effect.
    pub async fn settle(&self) {
        self.advance(Duration::ZERO).await;
    }

    /// Advances virtual time by `duration` and runs everything that happens within it, including
    /// events due at its end. Virtual time advances by exactly `duration`, even if steps take time.
    /// A duration beyond the range of the clock counts as a hundred years.
    ///
    /// # Cancellation
    /// Dropping the future leaves the virtual time as it is.
    pub async fn advance(&self, duration: Duration) {
        let now = self.shared.executor.now();
        let duration = saturating_add(now, duration).saturating_duration_since(now);
        let _hold = ClockHold::after(self.executor().clone(), duration);
        Sleep::on(self.shared.executor.clone(), duration).await;
        Quiesce::settled(self.executor().clone()).await;
    }

    /// Runs until only periodic ticks are left, regardless of the virtual time that this takes.
    /// One-shot timers and timeouts are run. Returns one line for each actor and task that still
    /// waits, with the event it waits for.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use actor_core::simulation::Sim;
    /// # use std::time::Duration;
    /// #[actor]
    /// struct Patient;
    ///
    /// #[actor]
    /// impl Patient {
    ///     async fn wait(&self) {
    ///         std::future::pending().await
    ///     }
    /// }
    ///
    /// let system = System::simulation(1);
    /// let sim = Sim::of(&system).unwrap();
    /// system.block_on(async {
    ///     let patient = Patient.spawn();
    ///     patient.wait().send().await.unwrap();
    ///     let idle = sim.run_until_idle().await;
    ///     assert_eq!(idle, sim.waiting());
    ///     assert!(idle[0].contains(&patient.label()));
    /// #   patient.kill();
    /// });
    /// ```
    ///
    /// # Cancellation
    /// Dropping the future leaves the virtual time as it is.
    pub async fn run_until_idle(&self) -> Vec<String> {
        Quiesce::idle(self.executor().clone()).await;
        self.waiting()
    }

    /// Runs one step, chosen by the seed, and returns it. Returns `None` if nothing can run. The
    /// caller continues before any other step.
    ///
    /// # Cancellation
    /// Dropping the future has no effect.
    pub async fn step(&self) -> Option<Step> {
        let before = self.executor().with_trace(|trace| trace.steps.len());
        if !Quiesce::step(self.executor().clone()).await {
            return None;
        }
        let record = self.executor().with_trace(|trace| trace.steps.get(before).copied())?;
        self.observer.learn();
        Some(Step::of(&self.observer, &record))
    }

    /// Returns one line for each actor and task that waits, with the event it waits for.
    pub fn waiting(&self) -> Vec<String> {
        self.observer.waiting()
    }

    /// Adds a line to the trace, and to the report if the test fails. Use it for a fault that the
    /// test injects, or for another event that explains the steps around it. The line shows
    /// `origin` in place of the agent.
    ///
    /// ```
    /// # use actor_core::{System, simulation::Sim};
    /// let system = System::simulation(1);
    /// let sim = Sim::of(&system).unwrap();
    /// sim.note("the test", "pulls the plug");
    /// assert!(sim.trace().to_string().contains("the test pulls the plug"));
    /// ```
    pub fn note(&self, origin: impl Into<String>, text: impl Into<String>) {
        self.executor().note_event(Note { origin: origin.into(), text: text.into() });
    }

    /// Returns the steps so far.
    pub fn trace(&self) -> Trace {
        self.observer.learn();
        Trace::of(&self.observer)
    }

    /// Injects a fault into an actor of this simulation or of one of its nodes: see [`Fault`].
    ///
    /// # Panics
    /// If the actor belongs to another system.
    #[track_caller]
    pub fn fault<A: Dispatch>(&self, address: &Addr<A>, fault: Fault<A::Message>) {
        let mailbox = address.shared().any();
        let is_here = self.is_observer_of(&mailbox.header().system);
        assert!(is_here, "`{}` is not an actor of this simulation", mailbox.label());
        fault::inject::<A>(&self.observer, &mailbox, fault);
    }

    /// Returns the effects of the steps on other agents, each with the number of its step, if they
    /// were recorded.
    fn effects(&self) -> Vec<(u64, String)> {
        let effects = self.executor().with_trace(TraceLog::effects);
        let text = |effect: &Effect| (effect.step_number, self.observer.read_effect(effect));
        effects.iter().map(text).collect()
    }

    fn executor(&self) -> &Arc<SimExecutor> {
        &self.observer.executor
    }

    /// Starts a node: another system in this simulation, for a test of a program that runs in
    /// several processes.
    ///
    /// All nodes share one clock, one schedule and one trace, which the seed determines. Each node has its
    /// own names, actors, counters and random numbers. A trace names the node of an actor, as in
    /// `b/counter#7`. The crate `actor-remote` connects nodes by a simulated network.
    ///
    /// Dropping the last handle of a node kills its actors, as with any system. No actor starts on a node
    /// of a simulation that has ended.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// use actor_core::simulation::Sim;
    ///
    /// #[actor]
    /// struct Echo;
    ///
    /// #[actor]
    /// impl Echo {
    ///     fn say(&self, word: String) -> String {
    ///         word
    ///     }
    /// }
    ///
    /// let system = System::simulation(1);
    /// let sim = Sim::of(&system).unwrap();
    /// let node = sim.node("b");
    /// system.block_on(async {
    ///     let echo = node.spawn(Echo);
    ///     assert_eq!(echo.say("hello".into()).await.unwrap(), "hello");
    /// });
    /// assert!(sim.trace().to_string().contains("b/echo#1 takes `say`"));
    /// ```
    pub fn node(&self, name: &str) -> System {
        System::handle(self.shared.node(&self.observer, self.executor().node(name)))
    }

    /// Ends a node as if its process had been killed: its actors end without `#[on_stop]`, its
    /// tasks are dropped, and no further actor or task starts on it. No other code of the node
    /// runs, except the `drop` of its values.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use actor_core::simulation::Sim;
    /// # #[actor] struct Echo; #[actor] impl Echo { fn say(&self) {} }
    /// # let system = System::simulation(1);
    /// # let sim = Sim::of(&system).unwrap();
    /// let node = sim.node("b");
    /// # system.block_on(async {
    /// let echo = node.spawn(Echo);
    /// sim.crash(&node);
    /// assert_eq!(echo.join().await, Exit::Killed);
    /// # });
    /// ```
    ///
    /// # Panics
    /// If `node` is not a node of this simulation.
    #[track_caller]
    pub fn crash(&self, node: &System) {
        let executor = self.node_executor(node);
        for actor in node.shared().actors() {
            observe_pending_failure(&*actor);
        }
        node.shared().kill_all();
        executor.close(Duration::ZERO);
    }

    /// Pauses a node, as if its process had been suspended: its actors and tasks make no steps
    /// until [`resume`](Sim::resume), while virtual time advances. An actor or task that is already
    /// runnable makes one more step.
    ///
    /// # Panics
    /// If `node` is not a node of this simulation.
    #[track_caller]
    pub fn pause(&self, node: &System) {
        self.node_executor(node).pause();
    }

    /// Resumes a paused node.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use actor_core::simulation::Sim;
    /// # use std::time::Duration;
    /// # #[actor] struct Echo; #[actor] impl Echo { fn say(&self) {} }
    /// # let system = System::simulation(1);
    /// # let sim = Sim::of(&system).unwrap();
    /// let node = sim.node("b");
    /// # system.block_on(async {
    /// let echo = node.spawn(Echo);
    /// sim.settle().await;
    /// sim.pause(&node);
    /// let late = echo.say().timeout(Duration::from_secs(9)).await;
    /// assert!(matches!(late, Err(CallError::Timeout { .. })));
    /// sim.resume(&node);
    /// assert_eq!(echo.say().await, Ok(()));
    /// # });
    /// ```
    ///
    /// # Panics
    /// If `node` is not a node of this simulation.
    #[track_caller]
    pub fn resume(&self, node: &System) {
        self.node_executor(node).resume();
    }

    #[track_caller]
    fn node_executor(&self, node: &System) -> Arc<NodeExecutor> {
        let is_here = self.is_observer_of(node.shared());
        let executor = node.shared().sim_node.clone().filter(|_| is_here);
        executor.expect("the system is not a node of this simulation: see `Sim::node`")
    }

    /// Returns whether the system is part of this simulation, as its first system or a node.
    fn is_observer_of(&self, system: &SystemShared) -> bool {
        let observer = system.sim_observer.as_ref();
        observer.is_some_and(|observer| Arc::ptr_eq(observer, &self.observer))
    }
}

impl fmt::Debug for Sim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sim").field("seed", &self.seed()).finish_non_exhaustive()
    }
}

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
    is_of_actor: bool,
    is_note: bool,
    pub(super) step_number: u64,
}

impl Step {
    /// Reads a recorded step.
    fn of(sim_observer: &SimObserver, step: &StepRecord) -> Step {
        let (agent, action) = sim_observer.read(step);
        let is_note = matches!(step.action, Action::Note(_));
        Step {
            at: step.at,
            took: step.took,
            agent,
            action,
            preempted: step.instead.map(|agent| sim_observer.name(agent)),
            is_of_actor: !is_note && matches!(step.agent, Agent::Actor(_)),
            is_note,
            step_number: step.step_number,
        }
    }
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
        let read = |step| Step::of(sim_observer, step);
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
