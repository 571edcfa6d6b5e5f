//! Layer 1: the parking and waking protocol of the workers: which workers are parked, which one is
//! unparked, and which one is the leader. It sees neither jobs nor queues.
//!
//! A worker is *up* or *asleep* (parked). A worker that is up may be *searching*: it has no job and
//! checks the others. The first sleeping worker is the *leader*: it alone sleeps only until the
//! next timer is due, and while others are up it *watches*: it wakes every [`WATCH_INTERVAL`] to check
//! whether one of them keeps computing while a job waits behind it. All other sleeping workers
//! sleep until they are removed from the list.
//!
//! While all workers are up, there is no leader, and the *monitor* thread (`monitor`) takes over
//! its duties. It runs no job. It is parked, or it does *rounds*: it checks every [`MONITOR_INTERVAL`].
//!
//! Invariants, as long as the executor is not closed:
//!
//! 1. Every deadline in the timers has a thread that wakes for it: the leader if a worker sleeps,
//!    otherwise the monitor, which sleeps at most until a deadline or does rounds. An insertion for
//!    which no thread sleeps raises an alarm ([`Timers`]).
//! 2. While a worker is up and jobs wait behind the one that it runs, the leader watches, or the
//!    monitor does rounds, or `unwatched` is set and the next of these events starts it: a push,
//!    the end of a search, a check. The table in `worker` lists every way in which a job can enter
//!    a queue, and which event follows.
//! 3. While all workers are up and the injector is not empty, the monitor does rounds, and asks the
//!    workers to check it ([`preempt`](super::preempt)).
//! 4. The monitor does rounds only while all workers are up and something waits that its checks are
//!    for. A system that is idle, or has a spare worker, does not wake it.

mod monitor;

use std::time::{Duration, Instant};

use super::timers::Timers;
use crate::sync::atomic::{AtomicBool, AtomicUsize, Ordering, fence};
use crate::sync::thread::{self, Thread};
use crate::sync::{Mutex, OnceLock};

pub(super) use monitor::{MONITOR_INTERVAL, MonitorDecision};

/// The interval of the leader's checks while others are up. A job that it takes has waited behind
/// one job for at least this time, and for at most twice as long.
pub(super) const WATCH_INTERVAL: Duration = Duration::from_micros(500);

/// One searching worker, in `Idle::word`.
const SEARCHING: usize = 1;

/// One worker that is up, in `Idle::word`.
const UP: usize = 1 << 16;

/// The maximum number of workers that the word can count.
pub(super) const MAX_WORKERS: usize = UP - 1;

pub(super) struct Idle {
    /// The number of searching workers (low half) and of workers that are up (high half). Changed
    /// only under the lock of `sleepers`, except that workers start and end a search without it.
    word: AtomicUsize,
    /// Set if neither the leader nor the monitor watches, and there is more than one worker, so
    /// that watching is useful; always set once the executor is closed. Changed only under the lock of
    /// `sleepers`.
    unwatched: AtomicBool,
    /// Set if all workers are up and the monitor does no rounds. Changed only under the lock of `sleepers`.
    needs_monitor: AtomicBool,
    sleepers: Mutex<Sleepers>,
    /// Each worker's thread, set by the worker itself before it first sleeps.
    threads: Box<[OnceLock<Thread>]>,
    /// The thread of the monitor; a new one if it has ended and was started again.
    monitor: Mutex<Option<Thread>>,
    timers: Timers,
}

struct Sleepers {
    /// The sleeping workers in the order in which they fell asleep. The first is the leader. The
    /// last is woken first, so that the leader stays and the caches of the others stay warm.
    list: Vec<usize>,
    /// Set while the leader watches, or with an empty list while the monitor does rounds.
    is_watched: bool,
    /// Set while the monitor will check within a round without being unparked.
    monitor_awake: bool,
    closed: bool,
}

/// The next action of a worker that has registered as sleeping.
pub(super) enum ParkDecision {
    /// It was removed from the list: wake up and search.
    Unparked,
    /// Sleep until it is removed from the list.
    Park,
    /// It is the leader: sleep until the instant, if there is one, and check.
    Lead(Option<Instant>),
}

impl Idle {
    /// All workers start as up.
    pub(super) fn new(workers: usize, timers: Timers) -> Idle {
        let sleepers = Sleepers {
            list: Vec::with_capacity(workers),
            is_watched: false,
            monitor_awake: true,
            closed: false,
        };
        Idle {
            word: AtomicUsize::new(workers * UP),
            unwatched: AtomicBool::new(workers > 1),
            needs_monitor: AtomicBool::new(true),
            sleepers: Mutex::new(sleepers),
            threads: (0..workers).map(|_| OnceLock::new()).collect(),
            monitor: Mutex::new(None),
            timers,
        }
    }

    pub(super) fn timers(&self) -> &Timers {
        &self.timers
    }

    /// The calling thread is that of worker `me`.
    pub(super) fn register(&self, me: usize) {
        let _ = self.threads[me].set(thread::current());
    }

    /// Wakes one worker to search, if one sleeps and none is searching.
    pub(super) fn notify(&self) {
        let word = self.word.load(Ordering::SeqCst);
        if searching(word) > 0 || up(word) == self.threads.len() {
            return;
        }
        let mut sleepers = self.sleepers.lock();
        if searching(self.word.load(Ordering::SeqCst)) > 0 {
            return;
        }
        let Some(taken) = sleepers.list.pop() else { return };
        // Counted for it immediately, so that no other worker is woken before it runs.
        self.word.fetch_add(UP + SEARCHING, Ordering::SeqCst);
        let wakes_monitor = sleepers.list.is_empty() && self.leader_left(&mut sleepers);
        drop(sleepers);
        self.unpark(taken);
        if wakes_monitor {
            self.unpark_monitor();
        }
    }

    /// Whether all workers but one sleep.
    pub(super) fn one_is_up(&self) -> bool {
        up(self.word.load(Ordering::Relaxed)) <= 1
    }

    /// Lets a worker search, unless half of them already do.
    pub(super) fn begin_search(&self) -> bool {
        let others = searching(self.word.load(Ordering::Relaxed));
        if others > 0 && 2 * (others + 1) > self.threads.len() {
            return false;
        }
        self.word.fetch_add(SEARCHING, Ordering::SeqCst);
        true
    }

    /// A searching worker has found a job. Returns `true` if it was the last one: workers that
    /// queued jobs in the meantime woke no other because of it, so it must check whether there are
    /// more.
    pub(super) fn end_search(&self) -> bool {
        let was_last = searching(self.word.fetch_sub(SEARCHING, Ordering::SeqCst)) == 1;
        fence(Ordering::SeqCst);
        was_last
    }

    /// Registers worker `me` as sleeping. It must check the injector again before it sleeps.
    ///
    /// No wake-up is lost. A thread that injects a job first pushes it and then reads the word; a
    /// worker that goes to sleep first changes the word and then checks the injector. Between the
    /// two steps, both have a sequentially consistent fence. So either the thread reads that a
    /// worker is asleep and none is searching, and wakes it, or the worker sees the job. If the
    /// word said that a worker is searching, that worker checks the injector after it has removed
    /// itself from the word, here or after `end_search`.
    pub(super) fn begin_park(&self, me: usize, searching: bool) {
        let mut sleepers = self.sleepers.lock();
        if sleepers.list.is_empty() {
            // It is the leader, and the monitor's rounds have ended.
            sleepers.is_watched = false;
        }
        sleepers.list.push(me);
        self.word.fetch_sub(UP + usize::from(searching) * SEARCHING, Ordering::SeqCst);
        self.note_unwatched(&sleepers);
        fence(Ordering::SeqCst);
    }

    /// Worker `me`, which was registered as sleeping, is up and searching again, whether another
    /// thread has removed it from the list or it does so here.
    pub(super) fn unpark_self(&self, me: usize) {
        let mut sleepers = self.sleepers.lock();
        let Some(place) = sleepers.list.iter().position(|sleeper| *sleeper == me) else { return };
        sleepers.list.remove(place);
        self.word.fetch_add(UP + SEARCHING, Ordering::SeqCst);
        if place != 0 {
            return;
        }
        let wakes_monitor = self.leader_left(&mut sleepers);
        // A timer needs a new leader immediately; watching can wait until there is a reason.
        let next = sleepers.list.first().copied().filter(|_| !self.timers.is_empty());
        drop(sleepers);
        if let Some(next) = next {
            self.unpark(next);
        }
        if wakes_monitor {
            self.unpark_monitor();
        }
    }

    /// Returns the next action of worker `me`, which is registered as sleeping. As the leader, it
    /// watches until `watch`.
    pub(super) fn park_decision(&self, me: usize, watch: Instant) -> ParkDecision {
        let mut sleepers = self.sleepers.lock();
        match sleepers.list.iter().position(|sleeper| *sleeper == me) {
            None => ParkDecision::Unparked,
            Some(0) => {
                sleepers.is_watched = up(self.word.load(Ordering::SeqCst)) > 0;
                self.note_unwatched(&sleepers);
                // Under this lock, so that no former leader can overwrite it afterwards.
                ParkDecision::Lead(self.timers.sleep_until(sleepers.is_watched.then_some(watch)))
            }
            Some(_) => ParkDecision::Park,
        }
    }

    /// Whether a worker that queues a job behind the one it runs must call `watch`. One relaxed
    /// load: if it is late, the queued job waits longer, but is not lost.
    pub(super) fn is_unwatched(&self) -> bool {
        self.unwatched.load(Ordering::Relaxed)
    }

    /// Makes the leader watch, or the monitor if there is no leader.
    pub(super) fn watch(&self) {
        let mut sleepers = self.sleepers.lock();
        if sleepers.closed {
            drop(sleepers);
            return self.unpark_monitor();
        }
        if sleepers.is_watched {
            return;
        }
        match sleepers.list.first().copied() {
            Some(leader) => {
                sleepers.is_watched = true;
                self.note_unwatched(&sleepers);
                drop(sleepers);
                self.unpark(leader);
            }
            None => self.activate_monitor(sleepers),
        }
    }

    /// A worker that was searching or asleep now runs a job. Starts the watch of the others'
    /// queues, and of its own if jobs are `waiting` there, because no push follows that would start
    /// it.
    pub(super) fn watch_others(&self, waiting: bool) {
        if self.is_unwatched() && (waiting || !self.one_is_up()) {
            self.watch();
        }
    }

    /// Wakes the thread that sleeps for the timers, because one is due earlier than it knows.
    pub(super) fn unpark_leader(&self) {
        let sleepers = self.sleepers.lock();
        match sleepers.list.first().copied() {
            Some(leader) => {
                drop(sleepers);
                self.unpark(leader);
            }
            None => self.activate_monitor(sleepers),
        }
    }

    /// The executor is closed: wakes all threads, so that each of them sees it. From now on, each push
    /// on a worker calls `watch`, which unparks the monitor, which runs the remaining jobs.
    pub(super) fn close(&self) {
        let mut sleepers = self.sleepers.lock();
        sleepers.closed = true;
        self.unwatched.store(true, Ordering::Relaxed);
        drop(sleepers);
        (0..self.threads.len()).for_each(|worker| self.unpark(worker));
        self.unpark_monitor();
    }

    /// The leader has left the list; the next one, if any, does not know yet that it is the
    /// leader. Returns whether the monitor is to be unparked.
    #[must_use]
    fn leader_left(&self, sleepers: &mut Sleepers) -> bool {
        sleepers.is_watched = false;
        self.note_unwatched(sleepers);
        // An insertion before this is seen below, one after it raises an alarm.
        self.timers.woke(true);
        let all_are_up = sleepers.list.is_empty();
        all_are_up
            && (sleepers.monitor_awake || !self.timers.is_empty())
            && self.set_monitor_active(sleepers)
    }

    fn note_unwatched(&self, sleepers: &Sleepers) {
        let unwatched = (self.threads.len() > 1 && !sleepers.is_watched) || sleepers.closed;
        if self.unwatched.load(Ordering::Relaxed) != unwatched {
            self.unwatched.store(unwatched, Ordering::Relaxed);
        }
        let needs_monitor = sleepers.list.is_empty() && !sleepers.is_watched;
        if self.needs_monitor.load(Ordering::Relaxed) != needs_monitor {
            self.needs_monitor.store(needs_monitor, Ordering::SeqCst);
        }
    }

    fn unpark(&self, worker: usize) {
        if let Some(thread) = self.threads[worker].get() {
            thread.unpark();
        }
    }
}

/// The number of searching workers, in a value of `Idle::word`.
fn searching(word: usize) -> usize {
    word & (UP - 1)
}

/// The number of workers that are up, in a value of `Idle::word`.
fn up(word: usize) -> usize {
    word / UP
}
