//! Layer 1: the simulated executor: one thread, a clock that only it moves, and a scheduler that picks what
//! runs next among all that can. It starts no thread, reads no clock and never sleeps.
//!
//! When nothing can run, the time jumps to the next timer. When there is none either, the driven
//! future waits for ever, which ends the drive.

mod quiescence;
mod recorder;
mod rng_guard;
mod root_task;
mod run_queue;
mod scheduler;
mod trace;
mod wait_graph;

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Waker};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use self::root_task::RootTask;
use self::run_queue::{RunQueue, SimTask};
use super::thread_owned::{self, DriveGuard, OwnedShutdown, ThreadOwned};
use super::{EnterGuard, Executor, Job, Schedule, Tasks, Timers};
use crate::sync::atomic::{AtomicU32, Ordering};
use crate::sync::{Arc, Mutex, MutexGuard, Weak};

pub(crate) use self::quiescence::{ClockHold, Quiesce, StepResult};
pub(crate) use self::scheduler::{Choice, DeviationPoint, Deviations, MAX_STEP_MICROS, Scheduler};
pub(crate) use self::trace::{Action, Effect, EffectKind, Step, Trace};
pub(crate) use self::wait_graph::Awaited;

/// So many steps while the time stands still are no program that gets anywhere.
const MAX_STEPS_PER_INSTANT: u64 = 20_000_000;

/// An executor that does one step at a time, chosen by a seed.
pub(crate) struct SimExecutor {
    owner: ThreadId,
    base: Instant,
    timers: Timers,
    tasks: Tasks,
    /// EffectKind many tasks were ever made.
    numbers: AtomicU32,
    shutdown: OwnedShutdown,
    state: Mutex<SimState>,
    this: Weak<SimExecutor>,
}

/// Who does a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Agent {
    /// The driven future.
    Root,
    /// A cell, by its number.
    Actor(u64),
    /// A task, by its number.
    Task(u32),
    /// A timer, by the number of timers set before it.
    Timer(u64),
}

/// Why a drive ended before its future was done.
#[derive(Clone, Debug)]
pub(crate) enum SimError {
    /// Nothing can happen any more.
    Deadlock,
    /// So many ticks have come in a row, and none of them has made the driven future go on.
    OnlyTicks(u32),
    /// It goes on without end while the time stands still.
    Livelock,
    /// Another thread reached in: its name, and what it reached.
    ForeignThread(String, Option<Agent>),
}

struct SimState {
    /// Since the start.
    now: Duration,
    /// What can run.
    run_queue: RunQueue,
    /// What runs next without a choice.
    forced_next: Option<SimTask>,
    /// Set while whoever waited for one step is being woken: what that makes task goes forced_next.
    forces_next: bool,
    scheduler: Scheduler,
    /// Where the generator is that this thread has while it drives.
    rng_seed: u64,
    trace: Trace,
    running: Agent,
    /// The handlers of each cell that have begun and are not over.
    running_handlers: BTreeMap<u64, Vec<&'static str>>,
    waits: wait_graph::WaitGraph,
    error: Option<SimError>,
    quiescence: quiescence::QuiescenceWaiters,
    /// Instants that the steps do not take the clock past.
    holds: Vec<Duration>,
    /// EffectKind many steps more there may be while the time stands still.
    steps_left: u64,
    /// EffectKind many tasks are there that are not over.
    tasks: BTreeSet<u32>,
}

/// What is to be done next.
enum NextEvent {
    Task(SimTask),
    /// The forced_next timer. Those that are due at one instant come in the order in which they were set,
    /// as they do where no two instants are the same.
    Timer,
    Nothing,
}

impl SimExecutor {
    /// Makes an executor that the calling thread owns and `scheduler` steers; the rng_seed that programs take
    /// from the thread is that of `seed`.
    pub(crate) fn new(scheduler: Scheduler, seed: u64) -> Arc<SimExecutor> {
        let base = Instant::now();
        Arc::new_cyclic(|this| SimExecutor {
            owner: thread::current().id(),
            base,
            timers: Timers::new(base, || {}),
            tasks: Tasks::default(),
            numbers: AtomicU32::new(0),
            shutdown: OwnedShutdown::default(),
            state: Mutex::new(SimState {
                now: Duration::ZERO,
                run_queue: RunQueue::default(),
                forced_next: None,
                forces_next: false,
                scheduler,
                rng_seed: seed,
                trace: Trace::default(),
                running: Agent::Root,
                running_handlers: BTreeMap::new(),
                waits: wait_graph::WaitGraph::default(),
                error: None,
                quiescence: quiescence::QuiescenceWaiters::default(),
                holds: Vec::new(),
                steps_left: MAX_STEPS_PER_INSTANT,
                tasks: BTreeSet::new(),
            }),
            this: this.clone(),
        })
    }

    /// A cell was sent something: if it can run already, it is the newest of those that can. So what
    /// comes by itself follows one train of thought to its end.
    pub(crate) fn touch(&self, agent: Agent) {
        let mut state = self.state();
        let step_number = state.trace.step_number;
        state.run_queue.touch(agent, step_number);
        state.trace.affect(agent, EffectKind::Sent);
    }

    /// EffectKind much time has passed here.
    pub(crate) fn elapsed(&self) -> Duration {
        self.state().now
    }

    /// Why the drive has ended, if not because its future was done.
    pub(crate) fn take_error(&self) -> Option<SimError> {
        self.state().error.take()
    }

    /// Breaks the run if this is not its thread; says so.
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

    /// Chooses what is next, and notes it.
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
        // The newest forced_next, and a timer when nothing else can run: that is what comes by itself.
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

    /// Does one step; false if nothing can run.
    fn step(
        &self,
        root: &Arc<RootTask>,
        future: &mut Pin<&mut dyn Future<Output = ()>>,
        context: &mut Context<'_>,
    ) -> StepResult {
        match self.next_event() {
            NextEvent::Nothing => return self.when_idle(root),
            NextEvent::Timer => self.timers.fire_first(),
            NextEvent::Task(SimTask::Job(job, _)) => thread_owned::run(&self.shutdown, job),
            NextEvent::Task(SimTask::Root(other)) => {
                // One that was driven before is over, and its wake with it.
                if Arc::ptr_eq(&other, root) {
                    root.begin();
                    if future.as_mut().poll(context).is_ready() {
                        return StepResult::Done;
                    }
                }
            }
        }
        self.wake_step_waiters();
        self.state().advance_clock();
        StepResult::Continue
    }
}

impl SimState {
    /// The step is over, and has taken its time.
    fn advance_clock(&mut self) {
        let time = self.scheduler.time();
        if time.is_zero() {
            return;
        }
        let now = self.now;
        let hold = self.holds.iter().filter(|hold| **hold >= now).min();
        let then = now.saturating_add(time);
        self.now = hold.map_or(then, |hold| then.min(*hold));
        self.trace.took(self.now - now);
    }

    fn begin_step(&mut self, agent: Agent, instead: Option<Agent>) {
        self.running = agent;
        self.waits.begin(agent);
        self.quiescence.runs(agent);
        let running_handlers = match agent {
            Agent::Actor(number) => {
                self.running_handlers.get(&number).and_then(|names| names.last())
            }
            _ => None,
        };
        let action = running_handlers.map_or(Action::Unnamed, |name| Action::Resumes(name));
        self.trace.begin(Step {
            at: self.now,
            agent,
            step_number: 0,
            took: Duration::ZERO,
            action,
            instead,
        });
        self.steps_left -= 1;
        if (self.steps_left == 0 || self.trace.is_at_limit()) && self.error.is_none() {
            self.error = Some(SimError::Livelock);
            self.steps_left = MAX_STEPS_PER_INSTANT;
        }
    }
}

impl Executor for SimExecutor {
    fn schedule(&self, job: Job, _schedule: Schedule) {
        let agent = match &job {
            Job::Actor(cell) => Agent::Actor(cell.number()),
            Job::Task(_) => Agent::Task(0),
        };
        self.enqueue(SimTask::Job(job, agent));
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
        self.waits(if is_periodic { Awaited::Tick(at) } else { Awaited::Time(at) });
    }

    fn tasks(&self) -> &Tasks {
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
        let _chance = rng_guard::RngGuard::new(self);
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

    /// There is no thread to end. What is left is ended here on the owner thread; elsewhere by the owner if
    /// it drives the executor just now, or else by a thread.
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

    /// The wake of a future that is driven no more is no job, and is forgotten.
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
    /// Drops what could not be ended, one by one.
    fn drop(&mut self) {
        while let Some(job) = self.take_remaining() {
            job.discard();
        }
    }
}
