//! Layer 1: one worker thread of the multi-thread host: where it puts jobs, and which it runs next.
//! What it may take from others is in `seat`, how it sleeps in `sleep`.
//!
//! Every way in which a job enters a slot or queue, and how another worker comes to take it if this one is
//! blocked by the job it runs next. *Watched*: `Idle::watch` is called unless the lookout or the monitor
//! watches already.
//!
//! | job | enters | then |
//! |---|---|---|
//! | woken by a job | the slot | watched |
//! | displaced from the slot | the queue | watched; a sleeping worker is woken to search if it is [worth](Seat::is_worth) it |
//! | yields | the queue | the same, unless nothing else waits here: then it runs next |
//! | had its share of the slot | the queue | watched since it came |
//! | batch of the injector | the queue | watched, by `watch_others`: after a search and after a look outside |
//! | batch of another worker | the queue | watched, by `watch_others`: after a search and after a sleep |
//! | woken by timers that are fired here | the slot, the queue | run at once, or watched, by `watch_others` |
//! | woken by timers that the monitor fires | the injector | `Idle::notify_injected` |
//! | moved from behind a blocked worker by the monitor | the injector | all are up: asked to look there in each round |
//! | woken from outside | the injector | `Idle::notify_injected` |
//! | waits behind a worker as the lookout or the monitor changes | stays | the worker that got up calls `watch_others` |
//! | left by a worker that ends | none | it ends them itself; those that come later are the monitor's |

mod sleep;

use std::cell::{Cell, OnceCell};
use std::time::Instant;

use super::multi::MultiThread;
use super::seat::{Ends, Seat, retried};
use super::{Entered, Job, Turn, preempt};
use crate::sync::Arc;

/// How many jobs a worker runs from its slot before it looks at its queue.
const SLOT_RUNS: u32 = 16;

/// Every so many jobs, and whenever a monitor asks for it, a worker looks at the injector, the timers and the
/// end first.
const OUTSIDE: u32 = 61;

/// The worker of this thread.
struct Worker {
    host: Arc<MultiThread>,
    index: usize,
    /// This worker's own jobs: those that only it may push.
    own: Ends,
    /// How many jobs in a row came from the slot.
    slot_runs: Cell<u32>,
    /// When the jobs that are measured next began, later by the time slept since.
    measured: Cell<Instant>,
    /// Set if this worker is counted as searching.
    searching: Cell<bool>,
    /// Set while this worker wakes what is due: it runs no job then, so nothing waits behind one.
    firing: Cell<bool>,
    /// What this worker saw of each seat's `begun` when it last looked as the lookout.
    seen: Box<[Cell<u32>]>,
}

thread_local! {
    static WORKER: OnceCell<Worker> = const { OnceCell::new() };
    /// Where the host of this thread's worker lies; 0 where there is none, and once the worker is
    /// over. So as long as it is set, the worker is there.
    static HOST: Cell<usize> = const { Cell::new(0) };
}

/// Whether this thread has a worker, and it is one of the host's that lies at this address.
#[inline]
pub(super) fn is_at(host: usize) -> bool {
    HOST.get() == host
}

fn is_of(host: &MultiThread) -> bool {
    is_at(std::ptr::from_ref(host).addr())
}

/// Puts `job` aside on the worker of this thread; gives it back if that is not one of the host's that
/// lies at this address. Inlined twice, since a job that is handed on is copied.
#[inline(always)]
pub(super) fn push(host: usize, job: Job, turn: Turn) -> Result<(), Job> {
    if !is_at(host) {
        return Err(job);
    }
    WORKER.with(|worker| match worker.get() {
        Some(worker) => {
            worker.push(job, turn);
            Ok(())
        }
        None => Err(job),
    })
}

/// The number of this thread's worker, if it is one of `host`'s.
pub(super) fn index_in(host: &MultiThread) -> Option<usize> {
    let index = || WORKER.with(|worker| worker.get().map(|worker| worker.index));
    is_of(host).then(index).flatten()
}

/// The whole life of a worker thread.
pub(super) fn main(host: Arc<MultiThread>, index: usize, ends: Ends) {
    let _entered = Entered::new(host.clone());
    host.idle.enrol(index);
    WORKER.with(|worker| {
        let seen = host.seats.iter().map(|_| Cell::new(0)).collect();
        let worker = worker.get_or_init(|| Worker {
            host: host.clone(),
            index,
            own: ends,
            slot_runs: Cell::new(0),
            measured: Cell::new(Instant::now()),
            searching: Cell::new(false),
            firing: Cell::new(false),
            seen,
        });
        HOST.set(Arc::as_ptr(&host).addr());
        worker.work();
        worker.end_left();
        HOST.set(0);
    });
}

impl Worker {
    /// Whoever wakes an actor usually ends soon itself, and then runs it with warm caches; so
    /// nobody else is told of the job in the slot, but the lookout watches it.
    fn push(&self, job: Job, turn: Turn) {
        let idle = &self.host.idle;
        // How many jobs will wait for more than the end of what runs now.
        let mut waiting = 0;
        match turn {
            Turn::Next => {
                if !self.own.slot.is_empty()
                    && let Some(displaced) = self.own.slot.pop()
                {
                    self.own.queue.push(displaced);
                    waiting = self.own.queue.len();
                }
                self.own.slot.push(job);
                if waiting == 0 && self.firing.get() {
                    // It is run at once.
                    return;
                }
            }
            Turn::Back => {
                waiting = self.own.queue.len() + self.own.slot.len();
                self.own.queue.push(job);
                if waiting == 0 {
                    // It gave way to nobody and runs on.
                    return;
                }
            }
        }
        if waiting > 0 && self.seat().is_worth(waiting) {
            idle.notify();
        }
        if idle.is_unwatched() {
            idle.watch();
        }
    }

    /// Runs jobs until the host is closed. Each is run where it was found: to hand it on is to copy
    /// it, and a copy so soon after the write waits for it.
    fn work(&self) {
        let (mut tick, mut looks_at) = (0_u32, OUTSIDE);
        let mut epoch = preempt::epoch();
        loop {
            if tick == looks_at || epoch != preempt::epoch() {
                // Before the look: a request during it is heeded afterwards.
                epoch = preempt::epoch();
                let jobs = OUTSIDE.wrapping_sub(looks_at.wrapping_sub(tick));
                looks_at = tick.wrapping_add(OUTSIDE);
                if self.host.is_closed() {
                    return;
                }
                if let Some(job) = self.look_outside(jobs) {
                    self.run(job, &mut tick);
                    continue;
                }
            }
            if !self.run_own(&mut tick) {
                let Some(job) = self.search_or_sleep() else { return };
                self.run(job, &mut tick);
            }
        }
    }

    #[inline(always)]
    fn run(&self, job: Job, tick: &mut u32) {
        *tick = tick.wrapping_add(1);
        self.seat().set_begun(*tick);
        job.run();
    }

    /// Notes how long the last `jobs` took, wakes what is due, and takes from the injector.
    #[cold]
    fn look_outside(&self, jobs: u32) -> Option<Job> {
        let now = Instant::now();
        let spent = now.saturating_duration_since(self.measured.replace(now));
        if jobs > 0 {
            self.seat().measure(jobs, spent, self.host.idle.one_is_up());
        }
        self.fire_timers(now);
        let found = self.take_injected();
        self.watch_others();
        found
    }

    /// Takes some of what was injected: one job to run, the others into the queue.
    fn take_injected(&self) -> Option<Job> {
        retried(|| self.host.injector.steal_batch_and_pop(&self.own.queue))
    }

    /// Has what waits behind the job that runs next watched, where no push does so.
    fn watch_others(&self) {
        self.host.idle.watch_others(!self.own.queue.is_empty() || !self.own.slot.is_empty());
    }

    /// Runs the next of this worker's own jobs; false if there is none.
    #[inline(always)]
    fn run_own(&self, tick: &mut u32) -> bool {
        let runs = self.slot_runs.get();
        if runs < SLOT_RUNS
            && let Some(job) = self.own.slot.pop()
        {
            self.slot_runs.set(runs + 1);
            self.run(job, tick);
            return true;
        }
        match self.queued(runs) {
            Some(job) => {
                self.run(job, tick);
                true
            }
            None => false,
        }
    }

    /// The next of this worker's own jobs.
    fn own(&self) -> Option<Job> {
        self.own.slot.pop().or_else(|| self.queued(0))
    }

    /// The first job of the queue, or what lies in the slot if that is all; `runs` came from there
    /// last.
    fn queued(&self, runs: u32) -> Option<Job> {
        self.slot_runs.set(0);
        let Some(job) = self.own.queue.pop() else { return self.own.slot.pop() };
        // What lies in the slot has had its share: behind the others, and nobody is told.
        if runs == SLOT_RUNS
            && let Some(job) = self.own.slot.pop()
        {
            self.own.queue.push(job);
        }
        Some(job)
    }

    #[cold]
    fn search_or_sleep(&self) -> Option<Job> {
        loop {
            if self.host.is_closed() {
                return None;
            }
            self.fire_timers(Instant::now());
            let found = self.own().or_else(|| self.search()).or_else(|| self.sleep());
            if let Some(job) = found {
                self.end_search();
                return Some(job);
            }
        }
    }

    /// Looks at the injector and, if not too many do so already, at the others' queues.
    fn search(&self) -> Option<Job> {
        if let Some(job) = self.take_injected() {
            return Some(job);
        }
        if !self.searching.get() && !self.host.idle.begin_search() {
            return None;
        }
        self.searching.set(true);
        let mut worth_it = self.others().filter(|(_, seat)| seat.has_worth());
        worth_it.find_map(|(_, seat)| seat.take_half(&self.own.queue))
    }

    /// If it was searching, it is no longer; and if there is more, somebody else is to search.
    fn end_search(&self) {
        if self.searching.replace(false) && self.host.idle.end_search() && self.sees_more() {
            self.host.idle.notify_injected();
        }
        self.watch_others();
    }

    fn sees_more(&self) -> bool {
        self.seat().has_worth() || self.sees_work()
    }

    fn sees_work(&self) -> bool {
        !self.host.injector.is_empty() || self.others().any(|(_, seat)| seat.has_worth())
    }

    fn fire_timers(&self, now: Instant) {
        self.firing.set(true);
        self.host.idle.timers().fire(now);
        self.firing.set(false);
    }

    fn seat(&self) -> &Seat {
        &self.host.seats[self.index]
    }

    /// The other workers' seats, beginning with the next one's.
    fn others(&self) -> impl Iterator<Item = (usize, &Seat)> {
        let seats = &self.host.seats;
        (1..seats.len()).map(move |step| {
            let index = (self.index + step) % seats.len();
            (index, &seats[index])
        })
    }

    /// Ends all jobs one by one, those too that are scheduled by that.
    fn end_left(&self) {
        while let Some(job) = self.own().or_else(|| self.host.take_left()) {
            job.end();
        }
    }
}
