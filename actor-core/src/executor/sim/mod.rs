//! Layer 1: the simulated executor: one thread, a clock that only it moves, and a chooser that picks what
//! runs next among all that can. It starts no thread, reads no clock and never sleeps.
//!
//! When nothing can run, the time jumps to the next timer. When there is none either, the driven
//! future waits for ever, which ends the drive.

mod body;
mod chance;
mod chooser;
mod idle;
mod notes;
mod ready;
mod trace;
mod waits;

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Waker};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use self::body::Body;
use self::ready::{Queue, Ready};
use super::ending::{self, Driving, Ending, Owned};
use super::{EnterGuard, Executor, Job, Schedule, Tasks, Timers};
use crate::sync::atomic::{AtomicU32, Ordering};
use crate::sync::{Arc, Mutex, MutexGuard, Weak};

pub(crate) use self::chooser::{Chooser, Decision, Deviations, LONGEST, Place};
pub(crate) use self::idle::{Calm, Hold, Next};
pub(crate) use self::trace::{Did, Effect, How, Step, Trace};
pub(crate) use self::waits::Awaited;

/// So many steps while the time stands still are no program that gets anywhere.
const ENDLESS: u64 = 20_000_000;

/// An executor that does one step at a time, chosen by a seed.
pub(crate) struct Simulated {
    owner: ThreadId,
    base: Instant,
    timers: Timers,
    tasks: Tasks,
    /// How many tasks were ever made.
    numbers: AtomicU32,
    ending: Ending,
    world: Mutex<World>,
    this: Weak<Simulated>,
}

/// Who does a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Subject {
    /// The driven future.
    Body,
    /// A cell, by its number.
    Cell(u64),
    /// A task, by its number.
    Task(u32),
    /// A timer, by the number of timers set before it.
    Timer(u64),
}

/// Why a drive ended before its future was done.
#[derive(Clone, Debug)]
pub(crate) enum Broken {
    /// Nothing can happen any more.
    Stalled,
    /// So many ticks have come in a row, and none of them has made the driven future go on.
    Ticking(u32),
    /// It goes on without end while the time stands still.
    Endless,
    /// Another thread reached in: its name, and what it reached.
    Intruded(String, Option<Subject>),
}

struct World {
    /// Since the start.
    now: Duration,
    /// What can run.
    ready: Queue,
    /// What runs next without a choice.
    first: Option<Ready>,
    /// Set while whoever waited for one step is being woken: what that makes ready goes first.
    is_first: bool,
    chooser: Chooser,
    /// Where the generator is that this thread has while it drives.
    chance: u64,
    trace: Trace,
    running: Subject,
    /// The handlers of each cell that have begun and are not over.
    at_work: BTreeMap<u64, Vec<&'static str>>,
    waits: waits::Waits,
    broken: Option<Broken>,
    idle: idle::Waiting,
    /// Instants that the steps do not take the clock past.
    holds: Vec<Duration>,
    /// How many steps more there may be while the time stands still.
    fuel: u64,
    /// How many tasks are there that are not over.
    tasks: BTreeSet<u32>,
}

/// What is to be done next.
enum Chosen {
    Ready(Ready),
    /// The first timer. Those that are due at one instant come in the order in which they were set,
    /// as they do where no two instants are the same.
    Timer,
    Nothing,
}

impl Simulated {
    /// Makes an executor that the calling thread owns and `chooser` steers; the chance that programs take
    /// from the thread is that of `seed`.
    pub(crate) fn new(chooser: Chooser, seed: u64) -> Arc<Simulated> {
        let base = Instant::now();
        Arc::new_cyclic(|this| Simulated {
            owner: thread::current().id(),
            base,
            timers: Timers::new(base, || {}),
            tasks: Tasks::default(),
            numbers: AtomicU32::new(0),
            ending: Ending::default(),
            world: Mutex::new(World {
                now: Duration::ZERO,
                ready: Queue::default(),
                first: None,
                is_first: false,
                chooser,
                chance: seed,
                trace: Trace::default(),
                running: Subject::Body,
                at_work: BTreeMap::new(),
                waits: waits::Waits::default(),
                broken: None,
                idle: idle::Waiting::default(),
                holds: Vec::new(),
                fuel: ENDLESS,
                tasks: BTreeSet::new(),
            }),
            this: this.clone(),
        })
    }

    /// A cell was sent something: if it can run already, it is the newest of those that can. So what
    /// comes by itself follows one train of thought to its end.
    pub(crate) fn touch(&self, subject: Subject) {
        let mut world = self.world();
        let turn = world.trace.turn;
        world.ready.touch(subject, turn);
        world.trace.affect(subject, How::Sent);
    }

    /// How much time has passed here.
    pub(crate) fn elapsed(&self) -> Duration {
        self.world().now
    }

    /// Why the drive has ended, if not because its future was done.
    pub(crate) fn take_broken(&self) -> Option<Broken> {
        self.world().broken.take()
    }

    /// Breaks the run if this is not its thread; says so.
    pub(crate) fn intrudes(&self, on: Option<Subject>) -> bool {
        if self.is_executor_thread() {
            return false;
        }
        let thread = thread::current();
        let name = thread.name().map_or_else(|| format!("{:?}", thread.id()), ToOwned::to_owned);
        self.world().broken.get_or_insert(Broken::Intruded(name, on));
        true
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock()
    }

    fn put(&self, ready: Ready) {
        self.intrudes(Some(ready.subject()));
        let mut world = self.world();
        world.trace.affect(ready.subject(), How::Woke);
        if world.is_first && world.first.is_none() {
            world.first = Some(ready);
        } else {
            let turn = world.trace.turn;
            world.ready.add(ready, turn);
        }
        drop(world);
        if self.ending.is_closed()
            && let Some(this) = self.this.upgrade()
        {
            ending::attend(&this);
        }
    }

    /// Chooses what is next, and notes it.
    fn choose(&self) -> Chosen {
        let mut world = self.world();
        let world = &mut *world;
        if let Some(ready) = world.first.take() {
            world.begin(ready.subject(), None);
            return Chosen::Ready(ready);
        }
        let now = self.base + world.now;
        let timer = self.timers.first_due(now).map(Subject::Timer);
        let jobs = world.ready.len();
        let most = jobs + usize::from(timer.is_some());
        if most == 0 {
            return Chosen::Nothing;
        }
        // The newest first, and a timer when nothing else can run: that is what comes by itself.
        let (choice, usual) = world.chooser.choose(most);
        let at = |choice| match jobs.checked_sub(choice + 1) {
            Some(place) => world.ready.subject(place),
            None => timer,
        };
        let instead = if choice == usual { None } else { at(usual) };
        let Some(place) = jobs.checked_sub(choice + 1) else {
            world.begin(timer.unwrap_or(Subject::Body), instead);
            return Chosen::Timer;
        };
        let Some(ready) = world.ready.remove(place) else { return Chosen::Nothing };
        world.begin(ready.subject(), instead);
        Chosen::Ready(ready)
    }

    /// Does one step; false if nothing can run.
    fn step(
        &self,
        body: &Arc<Body>,
        future: &mut Pin<&mut dyn Future<Output = ()>>,
        context: &mut Context<'_>,
    ) -> Next {
        match self.choose() {
            Chosen::Nothing => return self.idle(body),
            Chosen::Timer => self.timers.fire_first(),
            Chosen::Ready(Ready::Job(job, _)) => ending::run(&self.ending, job),
            Chosen::Ready(Ready::Body(other)) => {
                // One that was driven before is over, and its wake with it.
                if Arc::ptr_eq(&other, body) {
                    body.begin();
                    if future.as_mut().poll(context).is_ready() {
                        return Next::Done;
                    }
                }
            }
        }
        self.stepped();
        self.world().pass();
        Next::GoOn
    }
}

impl World {
    /// The step is over, and has taken its time.
    fn pass(&mut self) {
        let time = self.chooser.time();
        if time.is_zero() {
            return;
        }
        let now = self.now;
        let hold = self.holds.iter().filter(|hold| **hold >= now).min();
        let then = now.saturating_add(time);
        self.now = hold.map_or(then, |hold| then.min(*hold));
        self.trace.took(self.now - now);
    }

    fn begin(&mut self, subject: Subject, instead: Option<Subject>) {
        self.running = subject;
        self.waits.begin(subject);
        self.idle.runs(subject);
        let at_work = match subject {
            Subject::Cell(number) => self.at_work.get(&number).and_then(|names| names.last()),
            _ => None,
        };
        let did = at_work.map_or(Did::Nothing, |name| Did::GoesOn(name));
        self.trace.begin(Step {
            at: self.now,
            subject,
            turn: 0,
            took: Duration::ZERO,
            did,
            instead,
        });
        self.fuel -= 1;
        if (self.fuel == 0 || self.trace.is_at_limit()) && self.broken.is_none() {
            self.broken = Some(Broken::Endless);
            self.fuel = ENDLESS;
        }
    }
}

impl Executor for Simulated {
    fn schedule(&self, job: Job, _schedule: Schedule) {
        let subject = match &job {
            Job::Actor(cell) => Subject::Cell(cell.number()),
            Job::Task(_) => Subject::Task(0),
        };
        self.put(Ready::Job(job, subject));
    }

    fn schedule_task(&self, task: super::task::Runnable, number: u32, _schedule: Schedule) {
        self.put(Ready::Job(Job::Task(task), Subject::Task(number)));
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
        let _driving = Driving::new(this);
        let _chance = chance::Own::new(self);
        let body = Body::new(self.this.clone());
        let waker = Waker::from(body.clone());
        let mut context = Context::from_waker(&waker);
        waker.wake_by_ref();
        while self.world().broken.is_none() {
            match self.step(&body, &mut future, &mut context) {
                Next::GoOn => {}
                Next::Done => break,
                Next::Broken(broken) => self.world().broken = Some(broken),
            }
        }
        body.end();
    }

    fn is_executor_thread(&self) -> bool {
        thread::current().id() == self.owner
    }

    fn next_task_number(&self) -> u32 {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed) + 1;
        self.world().tasks.insert(number);
        number
    }

    /// There is no thread to end. What is left is ended here on the owner thread; elsewhere by the owner if
    /// it drives the executor just now, or else by a thread.
    fn close(&self, _grace: Duration) -> Vec<String> {
        self.ending.close();
        self.timers.wake_all();
        self.tasks.close();
        if let Some(this) = self.this.upgrade() {
            ending::end(this, self.is_executor_thread());
        }
        Vec::new()
    }
}

impl Owned for Simulated {
    fn ending(&self) -> &Ending {
        &self.ending
    }

    /// The wake of a future that is driven no more is no job, and is forgotten.
    fn take_left(&self) -> Option<Job> {
        loop {
            let mut world = self.world();
            let ready = world.first.take().or_else(|| world.ready.remove(0));
            drop(world);
            match ready? {
                Ready::Body(body) => drop(body),
                Ready::Job(job, _) => return Some(job),
            }
        }
    }

    fn has_left(&self) -> bool {
        let world = self.world();
        world.first.is_some() || world.ready.len() > 0
    }
}

impl Drop for Simulated {
    /// Drops what could not be ended, one by one.
    fn drop(&mut self) {
        while let Some(job) = self.take_left() {
            job.discard();
        }
    }
}
