//! The executor of a deterministic simulation: one thread, a virtual clock, and a scheduler that chooses
//! the next step among all runnable agents. It starts no thread, reads no clock and never sleeps.
//!
//! Virtual time advances when nothing is runnable: it jumps to the next timer. If there is no timer
//! either, the simulated program has deadlocked, which ends the run. A livelock also ends the run:
//! too many steps without such an advance. So does an access from another thread.
//!
//! # Layout
//!
//! - This file: the executor, its steps, and the future passed to `block_on`.
//! - `scheduler`: the runnable agents, in a defined order, and which of them is next.
//! - `quiescence`: the advance of virtual time when nothing is runnable, and the waiters for that.
//! - `trace`: the actions of the steps, and the events that the agents wait for.
//! - `node`: one of several simulated nodes, each with tasks of its own.

mod node;
mod quiescence;
mod scheduler;
mod trace;

pub(crate) use self::node::NodeExecutor;
pub(crate) use self::quiescence::{ClockHold, Quiesce, StepResult};
pub(crate) use self::scheduler::{Choice, DeviationPoint, Deviations, MAX_STEP_MICROS, Scheduler};
pub(crate) use self::trace::{Action, Awaited, Effect, EffectKind, Note, StepRecord, TraceLog};

use self::scheduler::{RunQueue, SimTask};
use self::trace::WaitGraph;
use super::thread_owned::{self, DriveGuard, OwnedShutdown, ThreadOwned};
use super::{EnterGuard, Executor, Job, Schedule, Tasks, Timers};
use crate::clock::Instant;
use crate::sync::atomic::{AtomicU8, AtomicU32, Ordering};
use crate::sync::{Arc, Mutex, MutexGuard, Weak};
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Wake, Waker};
use std::thread::{self, ThreadId};
use std::time::Duration;

/// After this number of steps between two advances of virtual time, the run counts as a livelock.
const MAX_STEPS_PER_INSTANT: u64 = 20_000_000;

/// The number of new actors and tasks that may make their first step between two advances of
/// virtual time. With more, the run counts as a livelock: an actor or task that is replaced again
/// and again makes only few steps each.
const MAX_NEW_AGENTS_PER_INSTANT: u64 = if cfg!(test) { 100 } else { 3_000_000 };

/// An executor that runs one step at a time, chosen by a seed.
pub(crate) struct SimExecutor {
    owner: ThreadId,
    base: Instant,
    timers: Timers,
    tasks: Arc<Tasks>,
    /// The number of tasks created so far.
    numbers: AtomicU32,
    shutdown: OwnedShutdown,
    state: Mutex<SimState>,
    this: Weak<SimExecutor>,
}

/// The task, actor or timer that makes a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Agent {
    /// The future passed to `block_on`.
    Root,
    /// An actor, by its number.
    Actor(u64),
    /// A task, by its number.
    Task(u32),
    /// A timer, by the number of timers set before it.
    Timer(u64),
}

/// The reason for which `block_on` ended before its future was ready.
#[derive(Clone, Debug)]
pub(crate) enum SimError {
    /// Nothing is runnable, and no timer is pending.
    Deadlock,
    /// This number of successive periodic ticks has not made the root future runnable.
    OnlyTicks(u32),
    /// This number of successive advances of virtual time has not made the root future runnable.
    Endless(u32),
    /// Too many steps without an advance of virtual time.
    Livelock,
    /// Another thread accessed the simulation: its name, and the accessed agent.
    ForeignThread(String, Option<Agent>),
}

struct SimState {
    /// The virtual time since the start.
    now: Duration,
    /// The runnable agents.
    run_queue: RunQueue,
    /// The agent that runs next, without a choice.
    forced_next: Option<SimTask>,
    /// Set while the waiters for a step are woken: the first agent that becomes runnable is `forced_next`.
    forces_next: bool,
    scheduler: Scheduler,
    /// The state of the random number generator that this thread has inside `block_on`.
    rng_seed: u64,
    trace: TraceLog,
    running: Agent,
    /// The unfinished handlers of each actor.
    running_handlers: BTreeMap<u64, Vec<&'static str>>,
    waits: WaitGraph,
    error: Option<SimError>,
    quiescence: quiescence::QuiescenceWaiters,
    /// Instants past which steps do not advance the clock.
    holds: Vec<Duration>,
    /// The number of further steps until the run counts as a livelock.
    steps_left: u64,
    /// The number of further new agents until the run counts as a livelock.
    new_agents_left: u64,
    /// The highest numbers of an actor and a task that have made a step.
    newest_actor: u64,
    newest_task: u32,
    /// The unfinished tasks.
    tasks: BTreeSet<u32>,
    /// The names of the nodes; the first one is number one.
    nodes: Vec<String>,
    /// The number of the node that a task belongs to. Tasks of the simulation itself have no entry.
    task_nodes: BTreeMap<u32, usize>,
}

/// The next event of the simulation.
enum NextEvent {
    Task(SimTask),
    /// The first timer. Timers that are due at the same instant fire in the order of their
    /// insertion. (On real clocks, no two instants are equal.)
    Timer,
    Nothing,
}

impl SimExecutor {
    /// Creates an executor that is owned by the calling thread. `seed` seeds the random number generator
    /// of the thread inside `block_on`.
    pub(crate) fn new(scheduler: Scheduler, seed: u64) -> Arc<SimExecutor> {
        let base = Instant::now();
        Arc::new_cyclic(|this| SimExecutor {
            owner: thread::current().id(),
            base,
            timers: Timers::new(base, || {}),
            tasks: Arc::default(),
            numbers: AtomicU32::new(0),
            shutdown: OwnedShutdown::default(),
            state: Mutex::new(SimState {
                now: Duration::ZERO,
                run_queue: RunQueue::default(),
                forced_next: None,
                forces_next: false,
                scheduler,
                rng_seed: seed,
                trace: TraceLog::default(),
                running: Agent::Root,
                running_handlers: BTreeMap::new(),
                waits: WaitGraph::default(),
                error: None,
                quiescence: quiescence::QuiescenceWaiters::default(),
                holds: Vec::new(),
                steps_left: MAX_STEPS_PER_INSTANT,
                new_agents_left: MAX_NEW_AGENTS_PER_INSTANT,
                newest_actor: 0,
                newest_task: 0,
                tasks: BTreeSet::new(),
                nodes: Vec::new(),
                task_nodes: BTreeMap::new(),
            }),
            this: this.clone(),
        })
    }

    /// Called when a message is sent to an actor. If the actor is already runnable, it becomes the
    /// newest runnable agent, so that the default schedule follows one chain of messages to its
    /// end.
    pub(crate) fn touch(&self, agent: Agent) {
        let mut state = self.state();
        let step_number = state.trace.step_number;
        state.run_queue.touch(agent, step_number);
        state.trace.affect(agent, EffectKind::Sent);
    }

    /// Returns the virtual time since the start.
    pub(crate) fn elapsed(&self) -> Duration {
        self.state().now
    }

    /// Returns the reason why `block_on` ended before its future was ready, if it did.
    pub(crate) fn take_error(&self) -> Option<SimError> {
        self.state().error.take()
    }

    /// Aborts the run and returns `true` if this is not the thread of the simulation.
    pub(crate) fn rejects_foreign_thread(&self, on: Option<Agent>) -> bool {
        if self.is_executor_thread() {
            return false;
        }
        let thread = thread::current();
        let name = thread.name().map_or_else(|| format!("{:?}", thread.id()), ToOwned::to_owned);
        self.state().error.get_or_insert(SimError::ForeignThread(name, on));
        true
    }

    fn state(&self) -> MutexGuard<'_, SimState> {
        self.state.lock()
    }

    fn enqueue(&self, task: SimTask) {
        self.rejects_foreign_thread(Some(task.agent()));
        let mut state = self.state();
        state.trace.affect(task.agent(), EffectKind::Woke);
        let by = state.running;
        state.waits.woke(task.agent(), by);
        if state.forces_next && state.forced_next.is_none() {
            state.forced_next = Some(task);
        } else {
            let step_number = state.trace.step_number;
            state.run_queue.add(task, step_number);
        }
        drop(state);
        if self.shutdown.is_closed()
            && let Some(this) = self.this.upgrade()
        {
            thread_owned::drain_on_thread(&this);
        }
    }

    /// Chooses the next event, and records it.
    fn next_event(&self) -> NextEvent {
        let mut state = self.state();
        let state = &mut *state;
        if let Some(task) = state.forced_next.take() {
            state.begin_step(task.agent(), None);
            return NextEvent::Task(task);
        }
        let now = self.base + state.now;
        let timer = self.timers.first_due(now).map(Agent::Timer);
        let jobs = state.run_queue.len();
        let most = jobs + usize::from(timer.is_some());
        if most == 0 {
            return NextEvent::Nothing;
        }
        // By default the newest agent runs, and a timer only when nothing else is runnable.
        let (choice, usual) = state.scheduler.choose(most);
        let at = |choice| match jobs.checked_sub(choice + 1) {
            Some(place) => state.run_queue.agent(place),
            None => timer,
        };
        let instead = if choice == usual { None } else { at(usual) };
        let Some(place) = jobs.checked_sub(choice + 1) else {
            state.begin_step(timer.unwrap_or(Agent::Root), instead);
            return NextEvent::Timer;
        };
        let Some(task) = state.run_queue.remove(place) else { return NextEvent::Nothing };
        state.begin_step(task.agent(), instead);
        NextEvent::Task(task)
    }

    /// Runs one step.
    fn step(
        &self,
        root: &Arc<RootTask>,
        future: &mut Pin<&mut dyn Future<Output = ()>>,
        context: &mut Context<'_>,
    ) -> StepResult {
        match self.next_event() {
            NextEvent::Nothing => return self.when_idle(root),
            NextEvent::Timer => self.timers.fire_first(),
            NextEvent::Task(SimTask::Job(job, _)) if job.is_over() => job.end(),
            NextEvent::Task(SimTask::Job(job, _)) => thread_owned::run(&self.shutdown, job),
            NextEvent::Task(SimTask::Root(other)) => {
                // The wake-up of an earlier root future, which has ended, has no effect.
                if Arc::ptr_eq(&other, root) {
                    root.begin();
                    if future.as_mut().poll(context).is_ready() {
                        return StepResult::Done;
                    }
                }
            }
        }
        self.wake_step_waiters();
        self.state().advance_clock(self.base);
        StepResult::Continue
    }
}

impl SimState {
    /// Advances the clock, which started at `base`, by the duration of the current step, which ends. At the
    /// end of its range, the clock stands still.
    fn advance_clock(&mut self, base: Instant) {
        let time = self.scheduler.time();
        if time.is_zero() {
            return;
        }
        let now = self.now;
        let hold = self.holds.iter().filter(|hold| **hold >= now).min();
        let then = now.saturating_add(time);
        let then = hold.map_or(then, |hold| then.min(*hold));
        self.now = base.checked_add(then).map_or(now, |_| then);
        self.trace.took(self.now - now);
    }

    fn begin_step(&mut self, agent: Agent, instead: Option<Agent>) {
        self.running = agent;
        self.waits.begin(agent);
        self.quiescence.runs(agent);
        let handler = match agent {
            Agent::Actor(number) => {
                self.running_handlers.get(&number).and_then(|names| names.last())
            }
            _ => None,
        };
        let action = handler.map_or(Action::Unnamed, |name| Action::Resumes(name));
        self.trace.begin(StepRecord {
            at: self.now,
            agent,
            step_number: 0,
            took: Duration::ZERO,
            action,
            instead,
        });
        self.steps_left -= 1;
        self.new_agents_left -= u64::from(self.is_new(agent));
        let is_at_limit =
            self.steps_left == 0 || self.new_agents_left == 0 || self.trace.is_at_limit();
        if is_at_limit {
            self.reset_livelock();
            self.error.get_or_insert(SimError::Livelock);
        }
    }

    /// Returns whether this is the first step of an actor or task that is newer than all agents
    /// that have made a step.
    fn is_new(&mut self, agent: Agent) -> bool {
        match agent {
            Agent::Actor(number) if number > self.newest_actor => self.newest_actor = number,
            Agent::Task(number) if number > self.newest_task => self.newest_task = number,
            _ => return false,
        }
        true
    }

    /// Resets the limits of a livelock, because virtual time advances, or the livelock has been
    /// reported.
    fn reset_livelock(&mut self) {
        self.steps_left = MAX_STEPS_PER_INSTANT;
        self.new_agents_left = MAX_NEW_AGENTS_PER_INSTANT;
    }
}

impl Executor for SimExecutor {
    fn schedule(&self, job: Job, _schedule: Schedule) {
        self.enqueue(SimTask::of(job));
    }

    fn schedule_task(&self, task: super::task::Runnable, number: u32, _schedule: Schedule) {
        self.enqueue(SimTask::Job(Job::Task(task), Agent::Task(number)));
    }

    fn now(&self) -> Instant {
        self.base + self.elapsed()
    }

    fn timers(&self) -> &Timers {
        &self.timers
    }

    fn record_wait(&self, at: Instant, is_periodic: bool) {
        let at = at.saturating_duration_since(self.base);
        self.begin_wait(if is_periodic { Awaited::Tick(at) } else { Awaited::Time(at) });
    }

    fn tasks(&self) -> &Arc<Tasks> {
        &self.tasks
    }

    fn block_on(&self, mut future: Pin<&mut dyn Future<Output = ()>>) {
        assert!(
            self.is_executor_thread(),
            "a simulation is driven only by the thread that made it"
        );
        let Some(this) = self.this.upgrade() else { return };
        let _entered = EnterGuard::new(this.clone());
        let _guard = DriveGuard::new(this);
        let _chance = RngGuard::new(self);
        let root = RootTask::new(self.this.clone());
        let waker = Waker::from(root.clone());
        let mut context = Context::from_waker(&waker);
        waker.wake_by_ref();
        while self.state().error.is_none() {
            match self.step(&root, &mut future, &mut context) {
                StepResult::Continue => {}
                StepResult::Done => break,
                StepResult::Failed(error) => self.state().error = Some(error),
            }
        }
        root.end();
    }

    fn is_executor_thread(&self) -> bool {
        thread::current().id() == self.owner
    }

    fn next_task_number(&self) -> u32 {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed) + 1;
        self.state().tasks.insert(number);
        number
    }

    /// Does not end a thread, because the executor has none. On the owner thread, the remaining
    /// jobs are ended here. On another thread, the owner ends them if it is inside `block_on`, and
    /// otherwise a new thread does.
    fn close(&self, _grace: Duration) -> Vec<String> {
        self.shutdown.close();
        self.timers.wake_all();
        self.tasks.close();
        if let Some(this) = self.this.upgrade() {
            thread_owned::end(this, self.is_executor_thread());
        }
        Vec::new()
    }
}

impl ThreadOwned for SimExecutor {
    fn shutdown(&self) -> &OwnedShutdown {
        &self.shutdown
    }

    /// Takes a remaining job. The wake-up of a root future is not a job, and is dropped.
    fn take_remaining(&self) -> Option<Job> {
        loop {
            let mut state = self.state();
            let task = state.forced_next.take().or_else(|| state.run_queue.remove(0));
            drop(state);
            match task? {
                SimTask::Root(root) => drop(root),
                SimTask::Job(job, _) => return Some(job),
            }
        }
    }

    fn has_remaining(&self) -> bool {
        let state = self.state();
        state.forced_next.is_some() || state.run_queue.len() > 0
    }
}

impl Drop for SimExecutor {
    /// Drops the jobs that could not be ended, one by one.
    fn drop(&mut self) {
        while let Some(job) = self.take_remaining() {
            job.discard();
        }
    }
}

/// The future waits for a wake-up.
const ASLEEP: u8 = 0;
/// The future is in the run queue.
const READY: u8 = 1;
/// The future has ended.
const OVER: u8 = 2;

struct RootTask {
    executor: Weak<SimExecutor>,
    state: AtomicU8,
}

impl RootTask {
    fn new(executor: Weak<SimExecutor>) -> Arc<RootTask> {
        Arc::new(RootTask { executor, state: AtomicU8::new(ASLEEP) })
    }

    /// Records that the future is being polled. A later wake-up makes it runnable again.
    fn begin(&self) {
        self.state.store(ASLEEP, Ordering::Relaxed);
    }

    fn end(&self) {
        self.state.store(OVER, Ordering::Relaxed);
    }
}

impl Wake for RootTask {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let Some(executor) = self.executor.upgrade() else { return };
        let wakes = |state| (state == ASLEEP).then_some(READY);
        if self.state.fetch_update(Ordering::Relaxed, Ordering::Relaxed, wakes).is_ok() {
            executor.enqueue(SimTask::Root(self.clone()));
        }
    }
}

/// While this guard exists, the thread's random number generator is seeded by the simulation. Programs use
/// it through `fastrand`, or through functions based on that, such as `race`.
struct RngGuard<'a> {
    executor: &'a SimExecutor,
    /// The state of the thread's own generator.
    before: u64,
}

impl<'a> RngGuard<'a> {
    fn new(executor: &'a SimExecutor) -> Self {
        let before = fastrand::get_seed();
        fastrand::seed(executor.state().rng_seed);
        RngGuard { executor, before }
    }
}

impl Drop for RngGuard<'_> {
    fn drop(&mut self) {
        self.executor.state().rng_seed = fastrand::get_seed();
        fastrand::seed(self.before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::executor::task::prepare;
    use std::future::pending;
    use std::pin::pin;

    /// Starts a task that starts the next one, without end.
    fn replace(executor: Arc<SimExecutor>) {
        let (next, number) = (executor.clone(), executor.next_task_number());
        let (task, handle) = prepare(executor, number, async move { replace(next) });
        handle.detach();
        task.schedule();
    }

    #[test]
    fn tasks_that_are_replaced_without_end_are_a_livelock() {
        let executor = SimExecutor::new(Scheduler::seeded(1, false), 1);
        replace(executor.clone());
        executor.block_on(pin!(pending()));
        assert!(matches!(executor.take_error(), Some(SimError::Livelock)));
        assert!(executor.with_trace(|trace| trace.count) < 3 * MAX_NEW_AGENTS_PER_INSTANT);
        executor.close(Duration::ZERO);
        assert_eq!(Arc::strong_count(&executor), 1);
    }

    #[test]
    fn an_agent_is_new_at_its_first_step_if_no_later_one_has_made_a_step() {
        let executor = SimExecutor::new(Scheduler::seeded(1, false), 1);
        let mut state = executor.state();
        let mut are_new = |agents: [Agent; 4]| agents.map(|agent| state.is_new(agent));
        assert_eq!(are_new([1, 1, 3, 2].map(Agent::Actor)), [true, false, true, false]);
        assert_eq!(are_new([1, 1, 3, 2].map(Agent::Task)), [true, false, true, false]);
        assert!(!state.is_new(Agent::Root));
    }
}
