//! One worker thread of the multi-thread executor: where it queues jobs, which job it runs next,
//! and how it parks. Other workers may steal from its queues. `idle` decides which worker is unparked.
//!
//! The table lists every way in which a job enters the LIFO slot or the queue of a worker, and how
//! another worker takes it if the job that this worker runs next blocks. *Watched* means that
//! `Idle::watch` is called, unless the leader or the monitor already watches.
//!
//! | job | enters | then |
//! |---|---|---|
//! | woken by a job | the LIFO slot | watched |
//! | displaced from the slot | the queue | watched; a parked worker is unparked to search if it is [worth](WorkerRemote::is_worth_stealing) it |
//! | yields | the queue | the same, unless nothing else waits here: then it runs next |
//! | had its share of the slot | the queue | watched since it was queued |
//! | batch of the injector | the queue | watched, by `watch_others`: after a search and after maintenance |
//! | batch of another worker | the queue | watched, by `watch_others`: after a search and after parking |
//! | woken by timers that are fired here | the slot, the queue | run at once, or watched, by `watch_others` |
//! | woken by timers that the monitor fires | the injector | `Idle::notify_injected` |
//! | moved from behind a blocked worker by the monitor | the injector | no worker is parked: each check of the monitor asks the workers to check the injector |
//! | woken from outside | the injector | `Idle::notify_injected` |
//! | waits behind a worker as the leader or the monitor changes | stays | the unparked worker calls `watch_others` |
//! | timer of a timeout | a slot of its own | watched; moved to the queue of timers (`timer_slots`) |
//! | left by a worker that ends | none | it ends them itself; the monitor ends later ones |

use super::idle::{LINGER_INTERVAL, ParkDecision, WATCH_INTERVAL};
use super::multi_thread::MultiThread;
use super::spare;
use super::timer_slots::{OwnTimerSlots, SeenTimers, TimerSlots};
use super::timers::SlotPlace;
use super::{EnterGuard, Executor, Job, RunTask, Runnable, Schedule, TimerKey};
use crate::clock::Instant;
use crate::sync::atomic::{AtomicU32, Ordering};
use crate::sync::std_sync::AtomicU8;
use crate::sync::{Arc, Scoped, scoped, thread};
use actor_atomic::{SlotOwner, SlotStealer, steal_slot};
use crossbeam_deque::{Steal, Stealer, Worker as Queue};
use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;
use std::task::Waker;
use std::time::Duration;

/// The maximum number of successive jobs that a worker runs from its LIFO slot before it takes one
/// from its queue.
const MAX_LIFO_RUNS: u32 = 16;

/// The number of jobs after which a worker first checks the injector, the timers and the end of the
/// executor. It also does so whenever a monitor asks for it.
const GLOBAL_QUEUE_INTERVAL: u32 = 61;

/// The worker of this thread.
struct Worker {
    executor: Arc<MultiThread>,
    index: usize,
    /// This worker's own queues, to which only it may push.
    queues: LocalQueues,
    /// The number of successive jobs from the LIFO slot.
    lifo_runs: Cell<u32>,
    /// The start of the currently measured jobs, plus the time parked since then.
    measured_since: Cell<Instant>,
    /// The time of its last look at its own timer slots.
    looked_at: Cell<Instant>,
    /// Set if this worker is counted as searching.
    searching: Cell<bool>,
    /// Set while this worker fires timers. It runs no job in that time, so no job waits behind one.
    is_firing_timers: Cell<bool>,
    /// The number of jobs that each worker had started at this worker's last check as the leader.
    seen_started: Box<[Cell<u32>]>,
    /// The timers in its own slots at its last look.
    seen_timers: RefCell<SeenTimers>,
}

thread_local! {
    /// The worker of this thread, while it runs.
    static WORKER: Scoped<Option<Rc<Worker>>> = const { scoped(None) };
}

/// Returns the worker of this thread, if it belongs to the executor at this address.
#[inline]
fn own_at(executor: usize) -> Option<Rc<Worker>> {
    let is_own = |worker: &&Rc<Worker>| Arc::as_ptr(&worker.executor).addr() == executor;
    WORKER.with(|worker| worker.borrow().as_ref().filter(is_own).cloned())
}

/// Returns the worker of this thread, if it belongs to `executor`.
fn own(executor: &MultiThread) -> Option<Rc<Worker>> {
    own_at(std::ptr::from_ref(executor).addr())
}

/// Queues a job on the worker of this thread. Returns it if that worker does not belong to the executor at
/// this address. Inlined, and a `Job` is made only where it is stored, because passing a job on copies it.
#[inline(always)]
pub(super) fn push<J: Into<Job>>(executor: usize, job: J, schedule: Schedule) -> Result<(), J> {
    match own_at(executor) {
        Some(worker) => {
            worker.push(job, schedule);
            Ok(())
        }
        None => Err(job),
    }
}

/// The worker of this thread. It schedules jobs without a reference to the executor. A trait, so that a program
/// without a multi-thread executor, as on WebAssembly, does not contain the code of workers.
pub(crate) trait ThisWorker {
    fn schedule_actor(&self, task: Pin<Box<dyn RunTask>>);
}

impl ThisWorker for Worker {
    fn schedule_actor(&self, task: Pin<Box<dyn RunTask>>) {
        self.push(task, Schedule::Next);
    }
}

/// Returns the worker of this thread, if it belongs to `executor`.
#[inline]
pub(super) fn this_worker(executor: &MultiThread) -> Option<Rc<dyn ThisWorker>> {
    let worker: Rc<dyn ThisWorker> = own(executor)?;
    Some(worker)
}

impl From<Pin<Box<dyn RunTask>>> for Job {
    #[inline]
    fn from(task: Pin<Box<dyn RunTask>>) -> Self {
        Job::Actor(task)
    }
}

impl From<Runnable> for Job {
    #[inline]
    fn from(task: Runnable) -> Self {
        Job::Task(task)
    }
}

/// Puts a timer into a slot of this thread's worker. Returns the waker if the worker does not belong to
/// `executor`, fires timers, or has no empty slot.
pub(super) fn put_timer(
    executor: &MultiThread,
    at: Instant,
    waker: Waker,
) -> Result<TimerKey, Waker> {
    match own(executor) {
        Some(worker) => worker.put_timer(at, waker),
        None => Err(waker),
    }
}

/// Takes a timer out of a slot of this thread's worker, if it is there.
pub(super) fn take_timer(executor: &MultiThread, slot: SlotPlace, key: TimerKey) -> Option<Waker> {
    with_owner(executor, slot, |own, shared| own.take(shared, slot.index, key))?
}

/// Replaces the waker of a timer in a slot of this thread's worker. Returns `false` if it is not there.
pub(super) fn replace_timer(
    executor: &MultiThread,
    slot: SlotPlace,
    key: TimerKey,
    waker: &Waker,
) -> bool {
    let timers = executor.timers();
    let replace = |own: &OwnTimerSlots, shared: &TimerSlots| {
        own.replace(shared, slot.index, key, waker, timers)
    };
    with_owner(executor, slot, replace).unwrap_or(false)
}

/// Calls `access`, if the slot belongs to this thread's worker.
#[inline]
fn with_owner<T>(
    executor: &MultiThread,
    slot: SlotPlace,
    access: impl FnOnce(&OwnTimerSlots, &TimerSlots) -> T,
) -> Option<T> {
    let worker = own(executor).filter(|worker| worker.index == usize::from(slot.worker))?;
    Some(access(&worker.queues.timer_slots, worker.remote().timer_slots()))
}

/// Returns the time at which this thread's worker last read the clock, if the worker belongs to `executor`.
pub(super) fn recent_time(executor: &MultiThread) -> Option<Instant> {
    own(executor).map(|worker| worker.measured_since.get())
}

/// Returns the number of this thread's worker, if it belongs to `executor`.
pub(super) fn index_in(executor: &MultiThread) -> Option<usize> {
    own(executor).map(|worker| worker.index)
}

/// Runs a worker thread.
pub(super) fn main(executor: Arc<MultiThread>, index: usize, queues: LocalQueues) {
    let _entered = EnterGuard::new(executor.clone());
    executor.idle.register(index);
    let worker = Rc::new(Worker {
        executor: executor.clone(),
        index,
        queues,
        lifo_runs: Cell::new(0),
        measured_since: Cell::new(Instant::now()),
        looked_at: Cell::new(Instant::now()),
        searching: Cell::new(false),
        is_firing_timers: Cell::new(false),
        seen_started: executor.remotes.iter().map(|_| Cell::new(0)).collect(),
        seen_timers: RefCell::new(SeenTimers::NONE),
    });
    WORKER.with(|place| place.replace(Some(worker.clone())));
    spare::clear();
    worker.work();
    worker.end_remaining();
    spare::end();
    WORKER.with(|place| place.replace(None));
    // From now on, no timer is put into a slot.
    worker.remote().timer_slots().move_all(executor.timers());
}

impl Worker {
    /// Queues a job. A job that wakes an actor usually ends soon, and the worker then runs the actor
    /// with warm caches. Other workers are therefore not unparked for the job in the LIFO slot, but
    /// the leader watches it.
    #[inline]
    fn push(&self, job: impl Into<Job>, schedule: Schedule) {
        if let Schedule::Yielded = schedule {
            return self.push_yielded(job.into());
        }
        if !self.queues.lifo_slot.is_empty() {
            return self.push_displacing(job.into());
        }
        // Another worker may just be taking the previous job.
        if let Err(job) = self.queues.lifo_slot.put(job.into()) {
            return self.push_displacing(job);
        }
        // A job that is woken by a timer which this worker fires runs immediately.
        if !self.is_firing_timers.get() {
            self.ensure_watched();
        }
    }

    /// Puts a job into the LIFO slot, and moves the job that was there to the queue.
    #[inline(never)]
    fn push_displacing(&self, job: Job) {
        if let Some(displaced) = self.queues.lifo_slot.take() {
            self.queues.queue.push(displaced);
        }
        // Another worker may just be taking the job in the slot.
        if let Err(job) = self.queues.lifo_slot.put(job) {
            self.queues.queue.push(job);
        }
        self.share(self.queues.queue.len());
    }

    #[inline(never)]
    fn push_yielded(&self, job: Job) {
        let slot = usize::from(!self.queues.lifo_slot.is_empty());
        let waiting = self.queues.queue.len() + slot;
        self.queues.queue.push(job);
        // Otherwise no other job waits, so this one continues.
        if waiting > 0 {
            self.share(waiting);
        }
    }

    /// Unparks another worker if `waiting` jobs, which have to wait for at least one job after the
    /// current one, are worth it.
    fn share(&self, waiting: usize) {
        if self.remote().is_worth_stealing(waiting) {
            self.executor.idle.notify();
        }
        self.ensure_watched();
    }

    #[inline]
    fn ensure_watched(&self) {
        let idle = &self.executor.idle;
        if idle.is_unwatched() {
            idle.watch();
        }
    }

    /// Runs jobs until the executor is closed. Each job is run where it was found: passing it on
    /// would copy it, and a copy so soon after the write stalls the processor.
    fn work(&self) {
        let (mut tick, mut next_maintenance) = (0_u32, GLOBAL_QUEUE_INTERVAL);
        let mut epoch = preempt_epoch();
        loop {
            if tick == next_maintenance || epoch != preempt_epoch() {
                // Before the check: a request during the check is handled afterwards.
                epoch = preempt_epoch();
                let jobs = GLOBAL_QUEUE_INTERVAL.wrapping_sub(next_maintenance.wrapping_sub(tick));
                next_maintenance = tick.wrapping_add(GLOBAL_QUEUE_INTERVAL);
                if self.executor.is_closed() {
                    return;
                }
                if let Some(job) = self.maintenance(jobs) {
                    self.run(job, &mut tick);
                    continue;
                }
            }
            if !self.run_local(&mut tick) {
                let Some(job) = self.search_or_park() else { return };
                self.run(job, &mut tick);
            }
        }
    }

    #[inline(always)]
    fn run(&self, job: Job, tick: &mut u32) {
        *tick = tick.wrapping_add(1);
        self.remote().set_started_jobs(*tick);
        job.run();
    }

    /// Measures the last `jobs`, fires due timers, and takes jobs from the injector.
    #[cold]
    fn maintenance(&self, jobs: u32) -> Option<Job> {
        let now = Instant::now();
        let spent = now.saturating_duration_since(self.measured_since.replace(now));
        if jobs > 0 {
            self.remote().measure(jobs, spent, self.executor.idle.one_is_up());
        }
        if now.saturating_duration_since(self.looked_at.get()) >= WATCH_INTERVAL {
            self.looked_at.set(now);
            let seen = &mut self.seen_timers.borrow_mut();
            self.remote().timer_slots().move_old(seen, self.executor.timers());
        }
        self.fire_timers(now);
        let found = self.take_injected();
        self.watch_others();
        found
    }

    /// Takes some of the injected jobs: one to run, the others into the queue.
    fn take_injected(&self) -> Option<Job> {
        retry_steal(|| self.executor.injector.steal_batch_and_pop(&self.queues.queue))
    }

    /// Starts the watch of the queued jobs, after an event that is not a push.
    fn watch_others(&self) {
        self.executor
            .idle
            .watch_others(!self.queues.queue.is_empty() || !self.queues.lifo_slot.is_empty());
    }

    /// Runs the next of this worker's own jobs. Returns `false` if there is none.
    #[inline(always)]
    fn run_local(&self, tick: &mut u32) -> bool {
        let runs = self.lifo_runs.get();
        if runs < MAX_LIFO_RUNS
            && let Some(job) = self.queues.lifo_slot.take()
        {
            self.lifo_runs.set(runs + 1);
            self.run(job, tick);
            return true;
        }
        match self.next_queued(runs) {
            Some(job) => {
                self.run(job, tick);
                true
            }
            None => false,
        }
    }

    /// Takes the next of this worker's own jobs.
    fn next_local(&self) -> Option<Job> {
        self.queues.lifo_slot.take().or_else(|| self.next_queued(0))
    }

    /// Takes the first job of the queue, or the job in the LIFO slot if the queue is empty; `runs`
    /// is the number of successive jobs that came from the slot.
    fn next_queued(&self, runs: u32) -> Option<Job> {
        self.lifo_runs.set(0);
        let Some(job) = self.queues.queue.pop() else { return self.queues.lifo_slot.take() };
        // The slot has had its share, so its job goes to the end of the queue, without waking
        // another worker.
        if runs == MAX_LIFO_RUNS
            && let Some(job) = self.queues.lifo_slot.take()
        {
            self.queues.queue.push(job);
        }
        Some(job)
    }

    #[cold]
    fn search_or_park(&self) -> Option<Job> {
        loop {
            if self.executor.is_closed() {
                return None;
            }
            self.fire_timers(Instant::now());
            let found = self.next_local().or_else(|| self.search()).or_else(|| self.park());
            if let Some(job) = found {
                self.end_search();
                return Some(job);
            }
        }
    }

    /// Checks the injector and, unless too many workers already do so, the queues of the other
    /// workers.
    fn search(&self) -> Option<Job> {
        if let Some(job) = self.take_injected() {
            return Some(job);
        }
        if !self.searching.get() && !self.executor.idle.begin_search() {
            return None;
        }
        self.searching.set(true);
        let mut worth_it = self.others().filter(|(_, remote)| remote.is_queue_worth_stealing());
        worth_it.find_map(|(_, remote)| remote.steal_half(&self.queues.queue))
    }

    /// Ends the search of this worker. If there are more jobs, unparks another worker to search.
    fn end_search(&self) {
        if self.searching.replace(false) && self.executor.idle.end_search() && self.has_more_work()
        {
            self.executor.idle.notify_injected();
        }
        self.watch_others();
    }

    fn has_more_work(&self) -> bool {
        self.remote().is_queue_worth_stealing() || self.has_work_elsewhere()
    }

    fn has_work_elsewhere(&self) -> bool {
        !self.executor.injector.is_empty()
            || self.others().any(|(_, remote)| remote.is_queue_worth_stealing())
    }

    fn fire_timers(&self, now: Instant) {
        self.is_firing_timers.set(true);
        self.executor.idle.timers().fire(now);
        self.is_firing_timers.set(false);
    }

    fn put_timer(&self, at: Instant, waker: Waker) -> Result<TimerKey, Waker> {
        // The worker may be parked, and then no thread watches its slots.
        if self.is_firing_timers.get() {
            return Err(waker);
        }
        let slots = self.remote().timer_slots();
        let key = self.queues.timer_slots.put(slots, self.index, at, waker)?;
        if self.executor.idle.leaves_timers() {
            self.executor.idle.watch();
        }
        Ok(key)
    }

    fn remote(&self) -> &WorkerRemote {
        &self.executor.remotes[self.index]
    }

    /// Returns the shared state of the other workers, starting with the next one.
    fn others(&self) -> impl Iterator<Item = (usize, &WorkerRemote)> {
        let remotes = &self.executor.remotes;
        (1..remotes.len()).map(move |step| {
            let index = (self.index + step) % remotes.len();
            (index, &remotes[index])
        })
    }

    /// Ends all jobs one by one, including those that are scheduled in the process.
    fn end_remaining(&self) {
        while let Some(job) = self.next_local().or_else(|| self.executor.take_remaining()) {
            // Each job counts as progress for the thread that waits for this one.
            self.remote().set_started_jobs(self.remote().started_jobs().wrapping_add(1));
            job.end();
        }
    }
}

/// Parking, and the checks of the leader.
impl Worker {
    /// Registers as parked, and parks until this worker is unparked or, as the leader, finds a job.
    /// The worker then counts as searching. No wake-up is lost, because it checks for work again
    /// between registering and parking: see `Idle::begin_park`.
    fn park(&self) -> Option<Job> {
        let idle = &self.executor.idle;
        self.remote().timer_slots().move_all(idle.timers());
        idle.begin_park(self.index, self.searching.replace(true));
        if self.has_work_elsewhere() {
            idle.unpark_self(self.index);
            return None;
        }
        spare::clear();
        let parked_at = Instant::now();
        let found = self.park_from(parked_at);
        self.measured_since.set(self.measured_since.get() + parked_at.elapsed());
        found
    }

    /// Parks. `checked_at` is the time of the last check of the other workers.
    fn park_from(&self, mut checked_at: Instant) -> Option<Job> {
        let idle = &self.executor.idle;
        self.record_started_jobs();
        // Whether jobs were started between the last two checks. This worker has just run one.
        let mut is_active = true;
        loop {
            if self.executor.is_closed() {
                idle.unpark_self(self.index);
                return None;
            }
            let linger = is_active.then_some(checked_at + LINGER_INTERVAL);
            match idle.park_decision(self.index, checked_at + WATCH_INTERVAL, linger) {
                ParkDecision::Unparked => return None,
                ParkDecision::Park | ParkDecision::Lead(None) => thread::park(),
                ParkDecision::Lead(Some(until)) => {
                    thread::park_timeout(until.saturating_duration_since(Instant::now()));
                }
            }
            let now = Instant::now();
            self.fire_timers(now);
            let mut found = self.next_local();
            if found.is_none() && now >= checked_at + WATCH_INTERVAL {
                checked_at = now;
                is_active = self.others_have_started_jobs();
                for (_, remote) in self.others() {
                    remote.timer_slots().check(self.executor.timers());
                }
                found = self.steal_from_others();
            }
            if found.is_some() {
                idle.unpark_self(self.index);
                // More jobs may wait behind the job that blocked this one, or behind the next job
                // of this worker.
                self.watch_others();
                return found;
            }
        }
    }

    /// Takes half of the first queue that is not empty. Takes the job in a LIFO slot only if its worker has
    /// started no job since the previous check.
    fn steal_from_others(&self) -> Option<Job> {
        for (index, remote) in self.others() {
            let started = remote.started_jobs();
            let is_blocked = self.seen_started[index].replace(started) == started;
            let found = remote.steal_half(&self.queues.queue);
            if found.is_some() {
                return found;
            }
            if is_blocked && let Some(job) = remote.steal_lifo_slot() {
                return Some(job);
            }
        }
        None
    }

    /// Returns whether another worker has started a job since this worker's last check.
    fn others_have_started_jobs(&self) -> bool {
        self.others().any(|(index, remote)| remote.started_jobs() != self.seen_started[index].get())
    }

    fn record_started_jobs(&self) {
        for (index, remote) in self.others() {
            self.seen_started[index].set(remote.started_jobs());
        }
    }
}

/// The number of requests for cooperative preemption, modulo 256. A monitor cannot interrupt user code; it
/// asks all run loops of the process to end their turns after the current handler, so that the workers check
/// the injector.
///
/// The request is one process-wide counter, because a run loop does not depend on the type of its
/// executor, and a static costs one load for each message. Systems that do not need it also end one
/// turn early.
///
/// If a multiple of 256 requests arrives during one turn, the run loop misses them, and notices the next one.
static REQUESTS: AtomicU8 = AtomicU8::new(0);

/// Returns a value that changes with each request.
#[inline]
pub(crate) fn preempt_epoch() -> u8 {
    REQUESTS.load(Ordering::Relaxed)
}

/// Asks all run loops to end their turns, and all workers to check the injector.
pub(super) fn request_preemption() {
    REQUESTS.fetch_add(1, Ordering::Relaxed);
}

/// The minimum amount of queued work, in nanoseconds, for which another worker is unparked, or that
/// a searching worker steals. Waking a thread and moving actors to another core costs about as
/// much. Shorter work is completed sooner by the worker that has it, or is taken by the leader.
const STEAL_THRESHOLD_NS: u64 = 30_000;

/// The part of a worker that other workers may access.
#[repr(align(128))]
pub(super) struct WorkerRemote {
    /// The number of jobs that the worker has started. While it stays the same, the worker runs the
    /// same job or is parked. Written only by the worker.
    started_jobs: AtomicU32,
    /// The recent mean duration of a job in nanoseconds; the maximum while it is unknown. Written
    /// only by the worker.
    mean_job_ns: AtomicU32,
    lifo_slot: SlotStealer<Job>,
    queue: Stealer<Job>,
    timer_slots: TimerSlots,
}

/// The ends of the queues that only the worker itself has.
pub(super) struct LocalQueues {
    /// The last job that was woken, which runs next.
    pub(super) lifo_slot: SlotOwner<Job>,
    pub(super) queue: Queue<Job>,
    timer_slots: OwnTimerSlots,
}

impl WorkerRemote {
    pub(super) fn new() -> (WorkerRemote, LocalQueues) {
        let (lifo_slot, lifo_stealer) = steal_slot();
        let queue = Queue::new_fifo();
        let (timer_slots, own_timer_slots) = TimerSlots::new();
        let remote = WorkerRemote {
            started_jobs: AtomicU32::new(0),
            mean_job_ns: AtomicU32::new(u32::MAX),
            lifo_slot: lifo_stealer,
            queue: queue.stealer(),
            timer_slots,
        };
        (remote, LocalQueues { lifo_slot, queue, timer_slots: own_timer_slots })
    }

    pub(super) fn timer_slots(&self) -> &TimerSlots {
        &self.timer_slots
    }

    pub(super) fn started_jobs(&self) -> u32 {
        self.started_jobs.load(Ordering::Relaxed)
    }

    pub(super) fn set_started_jobs(&self, jobs: u32) {
        self.started_jobs.store(jobs, Ordering::Relaxed);
    }

    /// Records that the last `jobs` jobs took `spent`. `alone` says that no other worker was up.
    pub(super) fn measure(&self, jobs: u32, spent: Duration, alone: bool) {
        let mean = u32::try_from(spent.as_nanos() / u128::from(jobs)).unwrap_or(u32::MAX);
        let before = self.mean_job_ns.load(Ordering::Relaxed);
        // Jobs also take longer because another core works on the same actors, which is not a
        // reason to share more of them. While other workers are up, the measured mean therefore
        // grows slowly.
        let most = if alone { u32::MAX } else { before.saturating_add(before / 32 + 1) };
        self.mean_job_ns.store(mean.min(most), Ordering::Relaxed);
    }

    /// Returns whether `waiting` jobs of this worker are worth waking another worker.
    pub(super) fn is_worth_stealing(&self, waiting: usize) -> bool {
        waiting as u64 * u64::from(self.mean_job_ns.load(Ordering::Relaxed)) >= STEAL_THRESHOLD_NS
    }

    /// Returns whether the queued jobs are worth waking another worker.
    pub(super) fn is_queue_worth_stealing(&self) -> bool {
        self.is_worth_stealing(self.queue.len())
    }

    /// Steals half of the queue: one job to run, the others into `into`.
    pub(super) fn steal_half(&self, into: &Queue<Job>) -> Option<Job> {
        retry_steal(|| self.queue.steal_batch_and_pop(into))
    }

    /// Returns whether no job waits for its worker.
    pub(super) fn is_empty(&self) -> bool {
        self.lifo_slot.is_empty() && self.queue.is_empty()
    }

    /// Steals the job that its worker would run next.
    pub(super) fn steal_one(&self) -> Option<Job> {
        self.steal_lifo_slot().or_else(|| retry_steal(|| self.queue.steal()))
    }

    /// Takes the job out of the slot.
    pub(super) fn steal_lifo_slot(&self) -> Option<Job> {
        self.lifo_slot.take()
    }
}

/// Retries a steal until its outcome is known.
pub(super) fn retry_steal(steal: impl Fn() -> Steal<Job>) -> Option<Job> {
    loop {
        match steal() {
            Steal::Success(job) => return Some(job),
            Steal::Empty => return None,
            Steal::Retry => std::hint::spin_loop(),
        }
    }
}
