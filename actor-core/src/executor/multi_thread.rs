//! The multi-thread executor: worker threads, the injector they share, and their end. `worker`
//! chooses the next job of a worker, `idle` has the protocol of parking, and `monitor` does the
//! work that remains while no worker is parked, and after all workers have ended.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Waker;
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_deque::Injector;

use super::idle::{Idle, MAX_WORKERS};
use super::timer_slots::{MIN_TIMEOUT, TimerSlots};
use super::timers::{SlotPlace, TimerKey};
use super::worker::{LocalQueues, ThisWorker, WorkerRemote, retry_steal};
use super::{
    EnterGuard, Executor, Job, RunTask, Runnable, Schedule, Tasks, Timers, monitor, worker,
};
use crate::clock::Instant;
use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::thread;
use crate::sync::{Arc, Condvar, Mutex, Weak};

/// An executor with its own threads, which keep it alive until it is closed.
pub(crate) struct MultiThread {
    /// Jobs from other threads, and jobs that the monitor has moved from behind a blocked worker.
    pub(super) injector: Injector<Job>,
    pub(super) remotes: Box<[WorkerRemote]>,
    pub(super) idle: Idle,
    tasks: Arc<Tasks>,
    closed: AtomicBool,
    threads: Mutex<Threads>,
    /// Notified when a worker thread has ended, or the monitor has no remaining job.
    ended: Condvar,
    /// Set while the thread of the monitor runs. The thread ends only after the executor is closed;
    /// the next job or deadline then starts it again.
    pub(super) monitor_runs: Mutex<bool>,
    name: String,
    this: Weak<MultiThread>,
}

/// The threads and jobs that `close` waits for.
struct Threads {
    workers: Vec<WorkerThread>,
    /// While the monitor ends the remaining jobs: the number of jobs it has started to end.
    monitor_jobs: Option<u32>,
}

struct WorkerThread {
    index: usize,
    name: String,
    /// Set once the thread has run its last job.
    ended: bool,
    handle: JoinHandle<()>,
}

/// The maximum time, as a multiple of the grace, for which `close` waits for threads that keep
/// starting jobs.
const MAX_GRACES: u32 = 60;

impl MultiThread {
    /// Starts `threads` workers, but at least one and at most [`MAX_WORKERS`]. The threads are
    /// named `{name}-{number}`.
    pub(crate) fn start(threads: usize, name: &str) -> Arc<MultiThread> {
        let threads = threads.clamp(1, MAX_WORKERS);
        let (remotes, queues): (Vec<_>, Vec<_>) = (0..threads).map(|_| WorkerRemote::new()).unzip();
        let executor = Arc::new_cyclic(|this: &Weak<MultiThread>| {
            let executor = this.clone();
            let timers = Timers::new(Instant::now(), move || {
                if let Some(executor) = executor.upgrade() {
                    if executor.is_closed() {
                        executor.ensure_monitor();
                    } else {
                        executor.idle.unpark_leader();
                    }
                }
            });
            MultiThread {
                injector: Injector::new(),
                remotes: remotes.into(),
                idle: Idle::new(threads, timers),
                tasks: Arc::default(),
                closed: AtomicBool::new(false),
                threads: Mutex::new(Threads {
                    workers: Vec::with_capacity(threads),
                    monitor_jobs: None,
                }),
                ended: Condvar::new(),
                monitor_runs: Mutex::new(true),
                name: name.to_owned(),
                this: this.clone(),
            }
        });
        if let Err(missing) = executor.start_threads(queues) {
            // The threads that have started keep the executor alive until it is closed.
            executor.close(Duration::ZERO);
            panic!("the operating system gives no thread for {missing}");
        }
        executor
    }

    /// Starts the workers and the monitor. Returns the name of a thread that cannot be started.
    fn start_threads(self: &Arc<Self>, queues: Vec<LocalQueues>) -> Result<(), String> {
        // Locked until all threads are listed, so that a thread that ends finds its entry.
        let mut started = self.threads.lock();
        for (index, queues) in queues.into_iter().enumerate() {
            let name = format!("{}-{index}", self.name);
            let executor = self.clone();
            let run = move || {
                worker::main(executor.clone(), index, queues);
                executor.worker_ended(index);
            };
            let Ok(handle) = thread::start(name.clone(), run) else { return Err(name) };
            started.workers.push(WorkerThread { index, name, ended: false, handle });
        }
        drop(started);
        monitor::start(self.clone(), &self.name).map_err(|_| monitor::thread_name(&self.name))
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    /// Queues a job from outside the workers. Not inlined, because that would slow down `schedule` on a
    /// worker.
    #[inline(never)]
    pub(super) fn inject(&self, job: Job) {
        self.injector.push(job);
        // A worker that sees the end checks the injector afterwards.
        self.idle.publish_injected();
        if self.is_closed() {
            self.ensure_monitor();
        } else {
            self.idle.notify_injected();
        }
    }

    /// Takes a remaining job after the end: from the injector, or from a worker that has not ended.
    pub(super) fn take_remaining(&self) -> Option<Job> {
        retry_steal(|| self.injector.steal())
            .or_else(|| self.remotes.iter().find_map(WorkerRemote::steal_one))
    }

    pub(super) fn has_remaining(&self) -> bool {
        !self.injector.is_empty() || self.remotes.iter().any(|remote| !remote.is_empty())
    }

    fn slots_of(&self, slot: SlotPlace) -> &TimerSlots {
        self.remotes[usize::from(slot.worker)].timer_slots()
    }

    /// Moves all timers in the slots of the workers to the queue of timers.
    pub(super) fn move_all_timers(&self) {
        self.remotes.iter().for_each(|remote| remote.timer_slots().move_all(self.timers()));
    }

    pub(super) fn all_workers_ended(&self) -> bool {
        self.threads.lock().workers.iter().all(|thread| thread.ended)
    }

    /// Makes the monitor handle a job or a deadline that was added after the end.
    fn ensure_monitor(&self) {
        let mut monitor_runs = self.monitor_runs.lock();
        if *monitor_runs {
            drop(monitor_runs);
            return self.idle.unpark_monitor();
        }
        if !self.has_remaining() && self.timers().is_empty() {
            return;
        }
        let Some(executor) = self.this.upgrade() else { return };
        // If no thread can be started, the remaining jobs wait for the next one, or for the drop of the
        // executor.
        *monitor_runs = monitor::start(executor, &self.name).is_ok();
    }

    fn worker_ended(&self, index: usize) {
        let mut threads = self.threads.lock();
        let workers = threads.workers.iter_mut();
        workers.filter(|thread| thread.index == index).for_each(|it| it.ended = true);
        drop(threads);
        self.ended.notify_all();
        if self.is_closed() {
            self.idle.unpark_monitor();
        }
    }

    /// Records that the monitor is about to look for a remaining job, or to end one that it has
    /// found.
    ///
    /// Called before a job leaves its queue. When a worker ends, each job queued by then is
    /// therefore either done or recorded here. `close` waits for the workers and for this record,
    /// and so for all these jobs.
    pub(super) fn monitor_ends_job(&self) {
        let mut threads = self.threads.lock();
        let jobs = threads.monitor_jobs.map_or(0, |jobs| jobs.wrapping_add(1));
        threads.monitor_jobs = Some(jobs);
    }

    /// Records that the monitor has found no remaining job.
    pub(super) fn monitor_found_no_job(&self) {
        self.threads.lock().monitor_jobs = None;
        self.ended.notify_all();
    }

    /// Waits until all threads except worker `me` have ended and the monitor has no remaining job.
    /// Gives up when none of the others has started a job for `grace`: a thread that keeps starting
    /// remaining jobs is not stuck, but is waited for at most [`MAX_GRACES`] times the grace.
    /// Returns the threads that have ended, and the names of the others.
    fn wait_for_threads(
        &self,
        me: Option<usize>,
        grace: Duration,
    ) -> (Vec<WorkerThread>, Vec<String>) {
        let started = Instant::now();
        // The number of jobs that each worker, and last the monitor, has started, and when that number
        // was first seen.
        let workers = self.remotes.iter().map(|remote| Some(remote.started_jobs()));
        let mut seen: Vec<_> = workers.chain([None]).map(|jobs| (jobs, started)).collect();
        let mut threads = self.threads.lock();
        loop {
            let awaited = |it: &WorkerThread| !it.ended && Some(it.index) != me;
            let now = Instant::now();
            let mut left = Duration::ZERO;
            let workers = threads.workers.iter().filter(|it| awaited(it));
            let workers = workers.map(|it| (it.index, self.remotes[it.index].started_jobs()));
            let monitor = threads.monitor_jobs.map(|jobs| (self.remotes.len(), jobs));
            for (index, jobs) in workers.chain(monitor) {
                let seen = &mut seen[index];
                if seen.0 != Some(jobs) {
                    *seen = (Some(jobs), now);
                }
                left = left.max(grace.saturating_sub(now.saturating_duration_since(seen.1)));
            }
            // Limits the wait for jobs whose drops schedule further jobs without end.
            let most = (grace * MAX_GRACES).saturating_sub(now.saturating_duration_since(started));
            left = left.min(most);
            if left.is_zero() {
                let stuck = threads.workers.iter().filter(|it| awaited(it));
                let monitor = threads.monitor_jobs.map(|_| monitor::thread_name(&self.name));
                let stuck = stuck.map(|it| it.name.clone()).chain(monitor).collect();
                return (threads.workers.extract_if(.., |it| it.ended).collect(), stuck);
            }
            threads = self.ended.wait_timeout(threads, left);
        }
    }
}

impl MultiThread {
    /// Queues a job on this thread's worker, or else in the injector. Each method of the trait passes its own
    /// type, so that a `Job` is made only where it is stored, from registers.
    #[inline(always)]
    fn queue<J: Into<Job>>(&self, job: J, schedule: Schedule) {
        if let Err(job) = worker::push(std::ptr::from_ref(self).addr(), job, schedule) {
            self.inject(job.into());
        }
    }
}

impl Executor for MultiThread {
    fn schedule(&self, job: Job, schedule: Schedule) {
        self.queue(job, schedule);
    }

    fn schedule_actor(&self, task: Pin<Box<dyn RunTask>>, schedule: Schedule) {
        self.queue(task, schedule);
    }

    fn schedule_task(&self, task: Runnable, _number: u32, schedule: Schedule) {
        self.queue(task, schedule);
    }

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn this_worker(&self) -> Option<Rc<dyn ThisWorker>> {
        worker::this_worker(self)
    }

    fn recent_time(&self) -> Instant {
        worker::recent_time(self).unwrap_or_else(Instant::now)
    }

    fn timers(&self) -> &Timers {
        self.idle.timers()
    }

    fn insert_timeout(&self, at: Instant, timeout: Duration, mut waker: Waker) -> TimerKey {
        if timeout >= MIN_TIMEOUT {
            match worker::put_timer(self, at, waker) {
                Ok(key) => return key,
                Err(refused) => waker = refused,
            }
        }
        self.timers().insert(at, waker, false)
    }

    fn remove_timer(&self, key: TimerKey) -> Option<Waker> {
        let Some(slot) = key.slot() else { return self.timers().remove(key) };
        match worker::take_timer(self, slot, key) {
            Some(waker) => Some(waker),
            None => self.slots_of(slot).remove(slot.index, key, self.timers()),
        }
    }

    fn replace_timer(&self, key: TimerKey, waker: &Waker) -> bool {
        if let Some(slot) = key.slot() {
            if worker::replace_timer(self, slot, key, waker) {
                return true;
            }
            self.slots_of(slot).move_one(slot.index, self.timers());
        }
        self.timers().replace(key, waker)
    }

    fn tasks(&self) -> &Arc<Tasks> {
        &self.tasks
    }

    fn block_on(&self, future: Pin<&mut dyn Future<Output = ()>>) {
        let Some(this) = self.this.upgrade() else { return };
        let _entered = EnterGuard::new(this);
        super::block_on(future);
    }

    fn is_executor_thread(&self) -> bool {
        worker::index_in(self).is_some()
    }

    fn close_ends_actors(&self) -> bool {
        true
    }

    fn close(&self, grace: Duration) -> Vec<String> {
        self.closed.store(true, Ordering::SeqCst);
        // Before the workers drop their remaining jobs, so that such a drop starts no new task.
        self.tasks.close();
        worker::request_preemption();
        self.idle.close();
        let me = worker::index_in(self);
        let (ended, stuck) = self.wait_for_threads(me, grace);
        for thread in ended {
            let _ = thread.handle.join();
        }
        // Each task that waits for a timer is woken, so that it is among the remaining jobs and is
        // dropped.
        self.move_all_timers();
        self.timers().wake_all();
        self.timers().end_sleep(true);
        self.ensure_monitor();
        stuck
    }
}

impl Drop for MultiThread {
    /// Drops the jobs that could not be ended, one by one. A drop may schedule further jobs, which
    /// are dropped too.
    fn drop(&mut self) {
        while let Some(job) = self.take_remaining() {
            job.discard();
        }
    }
}
