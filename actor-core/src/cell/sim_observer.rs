//! The observations of a simulation about its actors: running handlers, waits, and failures, each
//! with the number of its observers. Does not depend on handlers. Exists only in simulations.

use super::handle::DynMailbox;
use super::header::Header;
use super::system_shared::SystemShared;
use crate::clock::Instant;
use crate::executor::sim::{
    Action, Agent, Awaited, Effect, EffectKind, NodeExecutor, SimError, SimExecutor, StepRecord,
};
use crate::executor::{Executor, TimerKey};
use crate::exit::{Exit, Failure, FailureKind};
use crate::incident::Incident;
use crate::panics::contained;
use crate::sync::{Arc, Mutex, Weak};
use std::any::Any;
use std::collections::{BTreeMap, HashMap};
use std::panic::Location;

pub(crate) struct SimObserver {
    pub(crate) executor: Arc<SimExecutor>,
    pub(crate) seed: u64,
    /// The simulated system and its nodes, in the order of their start.
    systems: Mutex<Vec<Weak<SystemShared>>>,
    observations: Mutex<Observations>,
}

#[derive(Default)]
struct Observations {
    /// The labels by actor number. Entries outlive the actors.
    labels: BTreeMap<u64, String>,
    failures: Failures,
    /// The reported incidents, as text.
    incidents: Vec<String>,
    /// The expected failures, and the location of each expectation.
    expected: Vec<Expected>,
    /// The registered faults, the delayed message, and the time until which the mailbox is full, by
    /// actor. Type-erased, because their types depend on the actor.
    plans: BTreeMap<u64, Box<dyn Any + Send>>,
    held: BTreeMap<u64, Box<dyn Any + Send>>,
    full: BTreeMap<u64, Instant>,
    /// The timers that wake an actor because of a fault, by actor.
    nudges: BTreeMap<u64, Vec<TimerKey>>,
}

struct Expected {
    is_expected: Box<dyn Fn(&Failure) -> bool + Send>,
    at: &'static Location<'static>,
}

/// The number of incident lines kept per run.
const INCIDENTS: usize = 20;

impl SimObserver {
    pub(super) fn new(executor: Arc<SimExecutor>, seed: u64) -> SimObserver {
        let (systems, observations) = (Mutex::default(), Mutex::default());
        SimObserver { executor, seed, systems, observations }
    }

    pub(super) fn add_system(&self, system: &Arc<SystemShared>) {
        let mut systems = self.systems.lock();
        systems.retain(|system| system.strong_count() > 0);
        systems.push(Arc::downgrade(system));
    }

    /// Returns the simulated system and its nodes.
    pub(crate) fn systems(&self) -> Vec<Arc<SystemShared>> {
        self.systems.lock().iter().filter_map(Weak::upgrade).collect()
    }

    /// Returns the actors of all nodes.
    pub(crate) fn actors(&self) -> Vec<Arc<dyn DynMailbox>> {
        self.systems().iter().flat_map(|system| system.actors()).collect()
    }

    /// Records that the actor of `mailbox` starts to run `name`, a message or a hook.
    pub(crate) fn runs(&self, mailbox: &dyn DynMailbox, name: &'static str) {
        let number = mailbox.header().number;
        self.executor.takes(number, name);
        let label = label(mailbox);
        self.observations.lock().labels.insert(number, label);
    }

    /// Records that the message or hook has ended.
    pub(crate) fn finished(&self, number: u64, name: &'static str) {
        self.executor.finished(number, name);
    }

    /// Records another action of the actor of `mailbox`, described by `action`.
    pub(crate) fn does(&self, mailbox: &dyn DynMailbox, action: &'static str) {
        self.executor.note(Action::Other(action));
        self.learn_one(mailbox);
    }

    /// Like [`does`](SimObserver::does), unless the step has a more specific action.
    pub(crate) fn does_weakly(&self, mailbox: &dyn DynMailbox, action: &'static str) {
        self.executor.note_weakly(Action::Other(action));
        self.learn_one(mailbox);
    }

    /// Records that the agent of the current step starts to wait for `event` of `target`.
    pub(crate) fn waits(&self, target: &dyn DynMailbox, event: &'static str) {
        self.executor.begin_wait(Awaited::Of(Agent::Actor(target.header().number), event));
        self.learn_one(target);
    }

    /// Records that the agent of the current step starts to wait for the end of a task.
    pub(crate) fn waits_for_task(&self, number: u32) {
        self.executor.begin_wait(Awaited::Of(Agent::Task(number), "the end of"));
    }

    /// Records that the agent of the current step starts to wait for room in a subscription of this actor, or
    /// in a stream of a topic.
    pub(crate) fn waits_to_publish(&self, subscriber: Option<&dyn DynMailbox>) {
        let agent = subscriber.map(|actor| Agent::Actor(actor.header().number));
        self.executor.begin_wait(Awaited::Publication(agent));
        if let Some(subscriber) = subscriber {
            self.learn_one(subscriber);
        }
    }

    /// Records that the last address of an actor is dropped.
    pub(crate) fn on_unreferenced(&self, header: &Header) {
        self.executor.affect(Agent::Actor(header.number), EffectKind::DroppedLastAddr);
    }

    pub(crate) fn hears(&self, incident: &Incident, node: Option<&NodeExecutor>) {
        let mut observations = self.observations.lock();
        match incident {
            Incident::UnobservedFailure { failure }
            | Incident::SuppressedPanic { failure }
            | Incident::TaskPanicked { failure } => {
                observations.failures.unobserved(failure);
            }
            Incident::RestartableFailure { failure } => observations.failures.observed(failure),
            _ => {}
        }
        if observations.incidents.len() < INCIDENTS {
            let node = node.map_or_else(String::new, |node| format!("{}: ", node.name()));
            observations.incidents.push(format!("{node}{incident}"));
        }
    }

    /// Marks `failure` as observed by a caller, joiner or watcher.
    pub(crate) fn handles(&self, failure: &Failure) {
        self.observations.lock().failures.observed(failure);
    }

    /// Removes an observer of `failure` that has left without reading it.
    pub(crate) fn ignores(&self, failure: &Failure) {
        self.observations.lock().failures.ignored(failure);
    }

    /// Records the labels of actors that have not run yet.
    pub(crate) fn learn(&self) {
        self.actors().iter().for_each(|actor| self.learn_one(&**actor));
    }

    fn learn_one(&self, actor: &dyn DynMailbox) {
        let label = label(actor);
        self.observations.lock().labels.entry(actor.header().number).or_insert(label);
    }

    pub(crate) fn expect(
        &self,
        is_expected: Box<dyn Fn(&Failure) -> bool + Send>,
        at: &'static Location<'static>,
    ) {
        self.observations.lock().expected.push(Expected { is_expected, at });
    }

    pub(crate) fn take_plan(&self, number: u64) -> Option<Box<dyn Any + Send>> {
        self.observations.lock().plans.remove(&number)
    }

    pub(crate) fn put_plan(&self, number: u64, plan: Box<dyn Any + Send>) {
        self.observations.lock().plans.insert(number, plan);
    }

    pub(crate) fn take_held(&self, number: u64) -> Option<Box<dyn Any + Send>> {
        self.observations.lock().held.remove(&number)
    }

    pub(crate) fn put_held(&self, number: u64, held: Box<dyn Any + Send>) {
        self.observations.lock().held.insert(number, held);
    }

    /// Records a timer that wakes the actor because of a fault.
    pub(crate) fn put_nudge(&self, number: u64, key: TimerKey) {
        self.observations.lock().nudges.entry(number).or_default().push(key);
    }

    /// Removes the faults and observations of an actor that has ended.
    pub(crate) fn ended(&self, number: u64) {
        let mut observations = self.observations.lock();
        let (plan, held) = (observations.plans.remove(&number), observations.held.remove(&number));
        let nudges = observations.nudges.remove(&number);
        observations.full.remove(&number);
        drop(observations);
        self.executor.all_finished(number);
        // A fault contains user closures. They are dropped outside the lock, and a panic in the
        // drop is caught here.
        contained(|| drop((plan, held)));
        for key in nudges.into_iter().flatten() {
            drop(self.executor.timers().remove(key));
        }
    }

    /// Makes the actor's mailbox full until the given instant.
    pub(crate) fn fill(&self, number: u64, until: Instant) {
        self.observations.lock().full.insert(number, until);
    }

    pub(crate) fn is_full(&self, number: u64) -> bool {
        let full = self.observations.lock().full.get(&number).copied();
        full.is_some_and(|until| self.executor.now() < until)
    }

    pub(crate) fn task_over(&self, number: u32) {
        self.executor.task_over(number);
    }

    /// Records that a task has panicked and that the panic has not been observed yet.
    pub(crate) fn task_panicked(&self, number: u32, failure: &Failure) {
        self.observations.lock().failures.of_task(number, failure);
    }

    /// Marks the panic of a task as observed by the agent that awaits the task.
    pub(crate) fn task_observed(&self, number: u32) {
        self.observations.lock().failures.observed_task(number);
    }

    /// Returns the unobserved and unexpected failures, as text.
    pub(crate) fn unobserved(&self) -> Vec<String> {
        let failures = self.observations.lock().failures.unobserved_ones();
        let unexpected = self.with_expected(|expected| {
            let is_expected =
                |failure: &Failure| expected.iter().any(|it| (it.is_expected)(failure));
            failures.into_iter().filter(|failure| !is_expected(failure)).collect::<Vec<_>>()
        });
        unexpected.iter().map(ToString::to_string).collect()
    }

    /// Returns the locations of expectations that no failure matched, observed or not.
    pub(crate) fn missed(&self) -> Vec<String> {
        let seen = self.observations.lock().failures.all();
        self.with_expected(|expected| {
            let is_missed = |it: &&Expected| !seen.iter().any(|failure| (it.is_expected)(failure));
            expected.iter().filter(is_missed).map(|it| it.at.to_string()).collect()
        })
    }

    /// Evaluates expectations outside the lock, because they are user code.
    fn with_expected<T>(&self, look: impl FnOnce(&[Expected]) -> T) -> T {
        let expected = std::mem::take(&mut self.observations.lock().expected);
        let result = look(&expected);
        self.observations.lock().expected.extend(expected);
        result
    }

    pub(crate) fn incidents(&self) -> Vec<String> {
        self.observations.lock().incidents.clone()
    }

    /// Called on each access to an actor. Aborts the run if the access comes from another thread.
    pub(crate) fn reached(&self, header: &Header) {
        let agent = Agent::Actor(header.number);
        if !self.executor.rejects_foreign_thread(Some(agent)) {
            self.executor.touch(agent);
        }
    }

    /// Returns the text of a step: the agent and its action.
    pub(crate) fn read(&self, step: &StepRecord) -> (String, String) {
        let did = match (step.action, step.agent) {
            (Action::Begins(name), _) => format!("takes `{name}`"),
            (Action::Resumes(name), _) => format!("goes on with `{name}`"),
            (Action::Other(action), _) => action.into(),
            (Action::Note(number), _) => {
                let note = self.executor.with_trace(|trace| trace.notes.get(number).cloned());
                return note.map_or_else(Default::default, |note| (note.origin, note.text));
            }
            (Action::Unnamed, Agent::Actor(_)) => "looks at its mailbox".into(),
            (Action::Unnamed, Agent::Timer(_)) => "is due".into(),
            (Action::Unnamed, Agent::Root | Agent::Task(_)) => "goes on".into(),
        };
        (self.name(step.agent), did)
    }

    /// Returns the text of an effect of a step on another agent.
    pub(crate) fn read_effect(&self, effect: &Effect) -> String {
        let name = self.name(effect.agent);
        match effect.kind {
            EffectKind::DroppedLastAddr => format!("drops the last address of {name}"),
            EffectKind::Sent => format!("sends {name} something"),
            EffectKind::Woke => format!("wakes {name}"),
        }
    }

    pub(crate) fn name(&self, agent: Agent) -> String {
        let node = match agent {
            Agent::Task(number) => self.executor.node_of_task(number),
            _ => None,
        };
        let name = self.observations.lock().name(agent);
        node.map_or_else(|| name.clone(), |node| format!("{node}/{name}"))
    }

    /// Returns the waiting agents, and what they wait for.
    pub(crate) fn waiting(&self) -> Vec<String> {
        let mut lines = Vec::new();
        lines.extend(self.wait_of(Agent::Root, ""));
        for actor in &self.actors() {
            let number = actor.header().number;
            let is_pending = actor.lock().cell.has_pending_handler();
            let running = self.executor.running_handler(number);
            if is_pending && let Some(running) = running {
                let agent = Agent::Actor(number);
                let line = self.wait_of(agent, running).unwrap_or_else(|| {
                    let name = label(&**actor);
                    format!("{name} waits in `{running}` for something that the simulation does not know")
                });
                lines.push(line);
            }
            let queued = actor.len();
            if queued > 0 {
                lines.push(format!("{} has {queued} messages waiting", label(&**actor)));
            }
        }
        for task in self.executor.pending_tasks() {
            lines.extend(self.wait_of(Agent::Task(task), ""));
        }
        lines
    }

    fn wait_of(&self, agent: Agent, within: &str) -> Option<String> {
        let waits = self.executor.waits_of(agent);
        if waits.is_empty() {
            return None;
        }
        let events = waits.iter().map(|awaited| match *awaited {
            Awaited::Of(target, event) => format!("{event} {}", self.name(target)),
            Awaited::Publication(Some(subscriber)) => {
                format!("room in a subscription of {}", self.name(subscriber))
            }
            Awaited::Publication(None) => "room in a stream of a topic".into(),
            Awaited::Time(at) => format!("a sleep or timeout until {at:?}"),
            Awaited::Tick(at) => format!("a tick at {at:?}"),
        });
        let events: Vec<String> = events.collect();
        let place = if within.is_empty() { String::new() } else { format!(" in `{within}`") };
        Some(format!("{} waits{place} for {}", self.name(agent), events.join(" and ")))
    }

    /// Returns, as text, the reason for which a run ended before its test function.
    pub(crate) fn explain(&self, error: &SimError) -> String {
        self.learn();
        match error {
            SimError::ForeignThread(thread, reached) => {
                let reached = reached.map_or_else(|| "it".into(), |agent| self.name(agent));
                format!(
                    "thread `{thread}` reached {reached} in a simulation, which runs on one thread. \
                     Use `actor_core::time` for `smol::Timer`, `actor_core::spawn_task` and \
                     `actor_core::unblock` for threads, and for sockets a test double or \
                     `#[actor_core::test(real)]`"
                )
            }
            SimError::Livelock => {
                "the run does not end: it goes on while the time stands still".into()
            }
            SimError::Deadlock | SimError::OnlyTicks(_) | SimError::Endless(_) => {
                let mut text = match error {
                    SimError::OnlyTicks(ticks) => format!(
                        "{ticks} ticks in a row have not made the body go on, and nothing else can \
                         happen; the body waits"
                    ),
                    SimError::Endless(advances) => format!(
                        "the run does not end: the time has advanced {advances} times in a row without \
                         making the body go on; the body waits"
                    ),
                    _ => String::from("nothing can happen any more, and the body waits"),
                };
                let waiting = self.waiting();
                if waiting.is_empty() {
                    text.push_str(" for something that the simulation does not know");
                }
                for line in waiting {
                    text.push_str("\n  ");
                    text.push_str(&line);
                }
                text
            }
        }
    }
}

/// Returns the label of an actor, with its node.
fn label(actor: &dyn DynMailbox) -> String {
    actor.header().system.with_node(actor.label())
}

impl Observations {
    fn name(&self, agent: Agent) -> String {
        match agent {
            Agent::Root => "the body".into(),
            Agent::Task(number) => format!("task {number}"),
            Agent::Timer(number) => format!("timer {number}"),
            Agent::Actor(number) => {
                self.labels.get(&number).cloned().unwrap_or_else(|| format!("actor #{number}"))
            }
        }
    }
}

/// The message of an injected panic, which needs no observer.
pub(crate) const FAULT: &str = "a fault planted by the simulation";

/// All failures.
#[derive(Default)]
struct Failures {
    /// In order.
    seen: Vec<SeenFailure>,
    /// The place of each failure in `seen`, by its address. Only used for lookups, never iterated.
    places: HashMap<usize, usize>,
}

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
    fn unobserved(&mut self, failure: &Failure) {
        self.of(failure).is_reported = true;
    }

    fn observed(&mut self, failure: &Failure) {
        self.of(failure).observers += 1;
    }

    /// Removes one observer.
    fn ignored(&mut self, failure: &Failure) {
        let seen = self.of(failure);
        seen.observers = seen.observers.saturating_sub(1);
    }

    /// Records that task `number` has panicked.
    fn of_task(&mut self, number: u32, failure: &Failure) {
        self.push(SeenFailure {
            failure: failure.clone(),
            task: Some(number),
            is_reported: true,
            observers: 0,
        });
    }

    /// Adds a failure. Returns its place.
    fn push(&mut self, seen: SeenFailure) -> usize {
        let place = self.seen.len();
        self.places.insert(seen.failure.address(), place);
        self.seen.push(seen);
        place
    }

    fn observed_task(&mut self, number: u32) {
        // A task panics once.
        if let Some(seen) = self.seen.iter_mut().rev().find(|seen| seen.task == Some(number)) {
            seen.observers += 1;
        }
    }

    fn unobserved_ones(&self) -> Vec<Failure> {
        let is_fault = |seen: &&SeenFailure| {
            seen.is_reported && seen.observers == 0 && !is_planned(&seen.failure)
        };
        self.seen.iter().filter(is_fault).map(|seen| seen.failure.clone()).collect()
    }

    fn all(&self) -> Vec<Failure> {
        self.seen.iter().map(|seen| seen.failure.clone()).collect()
    }

    fn of(&mut self, failure: &Failure) -> &mut SeenFailure {
        let place = self.places.get(&failure.address()).copied();
        let place = place.unwrap_or_else(|| {
            let failure = failure.clone();
            self.push(SeenFailure { failure, task: None, is_reported: false, observers: 0 })
        });
        &mut self.seen[place]
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

#[cfg(test)]
mod tests;
