//! The parking and waking protocol of the workers of a multi-thread executor: which workers are
//! parked, which one is unparked next, and which thread owns the timers. It does not depend on jobs
//! or queues.
//!
//! States:
//!
//! - A worker is *parked*, or else *up*. A worker that is up may be *searching*: it has no job and
//!   looks for one in the injector and in the queues of other workers.
//! - The first parked worker is the *leader*, as in the leader/followers pattern: it alone parks only
//!   until the next timer is due. While other workers are up, it also *watches* them: every
//!   [`WATCH_INTERVAL`], it steals from any queue that is not empty, and from the LIFO slot of a worker
//!   that has started no job since the previous check. After the last worker has parked, it *lingers*: it
//!   goes on watching until [`LINGER_INTERVAL`] after its last check, as long as jobs were started since the
//!   check before. Therefore, workers that soon run the next job need not wake it. All other parked workers
//!   stay parked until they are removed from the list of sleepers.
//! - While no worker is parked, there is no leader, and the *monitor* thread
//!   ([`monitor`](super::monitor)) does the leader's work. The monitor runs no jobs. It is either
//!   parked or *active*. An active monitor checks every [`MONITOR_INTERVAL`].
//!
//! Invariants, as long as the executor is not closed:
//!
//! 1. Every deadline in the timers has a thread that wakes for it: the leader if a worker is parked,
//!    otherwise the monitor, which parks at most until a deadline or is active. The insertion of a
//!    deadline for which no thread wakes raises an alarm ([`Timers`]).
//! 2. While a worker is up and jobs wait behind the one that it runs, or timers are in its slots
//!    ([`timer_slots`](super::timer_slots)), the leader watches, or the monitor is active, or `unwatched`
//!    is set and the next of these events starts the watch: a push, the end of a search, a check. The table
//!    in `worker` lists every way in which a job can enter a queue, and which event follows.
//! 3. While no worker is parked and the injector is not empty, the monitor is active, and asks the
//!    workers to check the injector ([`request_preemption`](super::worker::request_preemption)).
//! 4. The monitor is active only while no worker is parked and there is a reason for its checks. It
//!    is not woken in a system that is idle or has a parked worker. In a system that becomes idle, the
//!    leader wakes at most twice more for a reason other than a timer.

use std::time::Duration;

use super::timers::Timers;
use crate::clock::Instant;
use crate::sync::atomic::{AtomicBool, AtomicUsize, Ordering, fence};
use crate::sync::thread::{self, Thread};
use crate::sync::{Mutex, MutexGuard, OnceLock, OwnLines};

#[cfg(test)]
mod tests;

/// The interval of the leader's checks while other workers are up. A check steals from any queue
/// that is not empty, so a job in a queue normally waits for at most one interval. A check takes
/// the job in a LIFO slot only if the worker has started no job since the previous check, so such a
/// job normally waits for at most two. If the worker was unparked while the leader lingered, the
/// first interval is [`LINGER_INTERVAL`].
pub(super) const WATCH_INTERVAL: Duration = Duration::from_micros(500);

/// The interval of the leader's checks while all workers are parked and jobs were started since the
/// check before.
pub(super) const LINGER_INTERVAL: Duration = Duration::from_millis(2);

/// The interval of the monitor's checks while it is active.
pub(super) const MONITOR_INTERVAL: Duration = Duration::from_millis(2);

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
    /// that watching is useful. Always set once the executor is closed. Changed only under the lock
    /// of `sleepers`. On separate cache lines, because each push of a job reads it while searches
    /// write `word`.
    unwatched: OwnLines<AtomicBool>,
    /// Set if no worker is parked and the monitor is not active. Changed only under the lock of
    /// `sleepers`.
    needs_monitor: AtomicBool,
    sleepers: Mutex<Sleepers>,
    /// Each worker's thread, set by the worker itself before it first parks.
    threads: Box<[OnceLock<Thread>]>,
    /// The thread of the monitor. It is replaced if the monitor has ended and was started again.
    monitor: Mutex<Option<Thread>>,
    timers: Timers,
}

struct Sleepers {
    /// The parked workers in the order in which they parked. The first is the leader. The last is
    /// unparked first, so that the leader stays and the caches of the others stay warm.
    list: Vec<usize>,
    /// Set while the leader watches, or, with an empty list, while the monitor is active.
    is_watched: bool,
    /// Set while the monitor will check within `MONITOR_INTERVAL` without being unparked.
    monitor_awake: bool,
    closed: bool,
}

/// The next action of a worker that has registered as parked.
pub(super) enum ParkDecision {
    /// The worker was removed from the list of sleepers: search for a job.
    Unparked,
    /// Park until the worker is removed from the list.
    Park,
    /// The worker is the leader: park until the instant, if there is one, and check the other workers.
    Lead(Option<Instant>),
}

/// The next action of the monitor after a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MonitorDecision {
    /// Check again after `MONITOR_INTERVAL`.
    Check,
    /// Park until the monitor is unparked or the instant is reached. The next check follows
    /// `MONITOR_INTERVAL` later.
    Park(Option<Instant>),
}

impl Idle {
    /// Creates the state of an executor whose workers are all up.
    pub(super) fn new(workers: usize, timers: Timers) -> Idle {
        let sleepers = Sleepers {
            list: Vec::with_capacity(workers),
            is_watched: false,
            monitor_awake: true,
            closed: false,
        };
        Idle {
            word: AtomicUsize::new(workers * UP),
            unwatched: OwnLines(AtomicBool::new(workers > 1)),
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

    /// Registers the calling thread as the thread of worker `me`.
    pub(super) fn register(&self, me: usize) {
        let _ = self.threads[me].set(thread::current());
    }

    /// Unparks one worker to search, if one is parked and none is searching.
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
        // The worker counts as searching immediately, so that no other worker is unparked before it
        // runs.
        self.word.fetch_add(UP + SEARCHING, Ordering::SeqCst);
        let wakes_monitor = sleepers.list.is_empty() && self.leader_left(&mut sleepers);
        drop(sleepers);
        self.unpark(taken);
        if wakes_monitor {
            self.unpark_monitor();
        }
    }

    /// Returns whether all workers but one are parked.
    pub(super) fn one_is_up(&self) -> bool {
        up(self.word.load(Ordering::Relaxed)) <= 1
    }

    /// Lets a worker start a search if no other worker searches, or if at most half of the workers
    /// then search. Returns whether it does.
    pub(super) fn begin_search(&self) -> bool {
        let others = searching(self.word.load(Ordering::Relaxed));
        if others > 0 && 2 * (others + 1) > self.threads.len() {
            return false;
        }
        self.word.fetch_add(SEARCHING, Ordering::SeqCst);
        true
    }

    /// Ends the search of a worker that has found a job. Returns `true` if it was the last
    /// searching worker. Such a worker must check for more jobs, because workers that queued jobs
    /// in the meantime did not unpark another one.
    pub(super) fn end_search(&self) -> bool {
        let was_last = searching(self.word.fetch_sub(SEARCHING, Ordering::SeqCst)) == 1;
        fence(Ordering::SeqCst);
        was_last
    }

    /// Registers worker `me` as parked. The worker must check the injector again before it parks.
    ///
    /// No wake-up is lost. A thread that injects a job first pushes it and then reads the word; a
    /// worker that parks first changes the word and then checks the injector. Between these two
    /// steps, both execute a sequentially consistent fence. Therefore, either the thread reads that
    /// a worker is parked and none is searching, and unparks it, or the worker sees the job. If the
    /// thread reads that a worker is searching, that worker checks the injector after it has ended
    /// its search, here or in `end_search`.
    pub(super) fn begin_park(&self, me: usize, searching: bool) {
        let mut sleepers = self.sleepers.lock();
        if sleepers.list.is_empty() {
            // This worker becomes the leader, and the monitor is no longer active.
            sleepers.is_watched = false;
        }
        sleepers.list.push(me);
        self.word.fetch_sub(UP + usize::from(searching) * SEARCHING, Ordering::SeqCst);
        self.note_unwatched(&sleepers);
        fence(Ordering::SeqCst);
    }

    /// Marks worker `me`, which was registered as parked, as up and searching, unless the thread
    /// that removed it from the list has already done so.
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

    /// Returns the next action of worker `me`, which is registered as parked. If it is the leader, its next
    /// check is at `watch` while another worker is up, and otherwise at `linger`, if it is to linger.
    ///
    /// Here, the watch ends only while all workers are parked. A worker is unparked under the same lock, so
    /// its first push sees that it is not watched.
    pub(super) fn park_decision(
        &self,
        me: usize,
        watch: Instant,
        linger: Option<Instant>,
    ) -> ParkDecision {
        let mut sleepers = self.sleepers.lock();
        match sleepers.list.iter().position(|sleeper| *sleeper == me) {
            None => ParkDecision::Unparked,
            Some(0) => {
                let next_check = if up(self.word.load(Ordering::SeqCst)) > 0 {
                    Some(watch)
                } else {
                    linger.filter(|_| self.threads.len() > 1)
                };
                sleepers.is_watched = next_check.is_some();
                self.note_unwatched(&sleepers);
                // Under this lock, so that no former leader can overwrite it afterwards.
                ParkDecision::Lead(self.timers.sleep_until(next_check))
            }
            Some(_) => ParkDecision::Park,
        }
    }

    /// Returns whether a worker that queues a job behind its current one must call `watch`. One
    /// relaxed load: if it reads an old value, the queued job waits longer, but is not lost.
    pub(super) fn is_unwatched(&self) -> bool {
        self.unwatched.0.load(Ordering::Relaxed)
    }

    /// Like `is_unwatched`, for a worker that puts a timer into a slot, which also needs the watch
    /// if there is no other worker. Costs two relaxed loads.
    pub(super) fn leaves_timers(&self) -> bool {
        self.is_unwatched() || self.needs_monitor.load(Ordering::Relaxed)
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

    /// Starts the watch, if another worker is up or jobs are `waiting` in the queues of the caller.
    /// Called when a worker that was searching or parked runs a job, because no later push would
    /// start the watch.
    pub(super) fn watch_others(&self, waiting: bool) {
        if self.is_unwatched() && (waiting || !self.one_is_up()) {
            self.watch();
        }
    }

    /// Unparks the thread that owns the timers, because a timer is due before the instant until
    /// which that thread sleeps.
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

    /// Unparks all threads after the executor has been closed, so that each of them sees it. After
    /// this, each push on a worker calls `watch`, which unparks the monitor, and the monitor runs
    /// the remaining jobs.
    pub(super) fn close(&self) {
        let mut sleepers = self.sleepers.lock();
        sleepers.closed = true;
        self.unwatched.0.store(true, Ordering::Relaxed);
        drop(sleepers);
        (0..self.threads.len()).for_each(|worker| self.unpark(worker));
        self.unpark_monitor();
    }

    /// Called when the leader has left the list. The next leader, if there is one, has not noticed
    /// its role yet. Returns whether the monitor is to be unparked.
    #[must_use]
    fn leader_left(&self, sleepers: &mut Sleepers) -> bool {
        sleepers.is_watched = false;
        self.note_unwatched(sleepers);
        // An insertion before this is seen below, and a later insertion raises an alarm.
        self.timers.end_sleep(true);
        let all_are_up = sleepers.list.is_empty();
        all_are_up
            && (sleepers.monitor_awake || !self.timers.is_empty())
            && self.set_monitor_active(sleepers)
    }

    fn note_unwatched(&self, sleepers: &Sleepers) {
        let unwatched = (self.threads.len() > 1 && !sleepers.is_watched) || sleepers.closed;
        if self.unwatched.0.load(Ordering::Relaxed) != unwatched {
            self.unwatched.0.store(unwatched, Ordering::Relaxed);
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

/// The monitor's part of the protocol.
impl Idle {
    /// Registers the calling thread as the monitor.
    pub(super) fn register_monitor(&self) {
        *self.monitor.lock() = Some(thread::current());
    }

    /// Returns whether no worker is parked.
    pub(super) fn all_are_up(&self) -> bool {
        up(self.word.load(Ordering::SeqCst)) == self.threads.len()
    }

    /// Orders the injection of a job before the checks that follow: for the end of the executor, and, in
    /// [`notify_injected`](Self::notify_injected), for parked workers. Its counterparts are the fence in
    /// `begin_park`, and that of a monitor that becomes inactive.
    pub(super) fn publish_injected(&self) {
        fence(Ordering::SeqCst);
    }

    /// Unparks one worker to search after a job has been injected, if a worker is parked and none
    /// is searching. If no worker is parked, the monitor becomes active, so that the workers check
    /// the injector soon.
    ///
    /// The monitor becomes inactive in the way in which a worker parks: it first sets
    /// `needs_monitor` and then checks the injector once more. Therefore, either this thread sees
    /// `needs_monitor`, or the monitor sees the job.
    pub(super) fn notify_injected(&self) {
        if !self.all_are_up() {
            self.notify();
        } else if self.needs_monitor.load(Ordering::SeqCst) {
            self.activate_monitor(self.sleepers.lock());
        }
    }

    /// Returns the next action of the monitor, which has just checked. `goes_on` says that the
    /// check found a reason for further checks.
    ///
    /// The monitor becomes inactive in two steps, at an interval of `MONITOR_INTERVAL`. The first
    /// step publishes `unwatched`; the second one follows another check. A worker that pushed a job
    /// before it could see `unwatched` did so a whole interval before that check, which therefore
    /// sees the job.
    pub(super) fn monitor_decision(&self, goes_on: bool) -> MonitorDecision {
        let mut sleepers = self.sleepers.lock();
        if !sleepers.list.is_empty() {
            sleepers.monitor_awake = false;
            return MonitorDecision::Park(None);
        }
        if goes_on {
            // The monitor is up: it is the calling thread.
            let _ = self.set_monitor_active(&mut sleepers);
            return MonitorDecision::Check;
        }
        if sleepers.is_watched {
            sleepers.is_watched = false;
            self.note_unwatched(&sleepers);
            fence(Ordering::SeqCst);
            return MonitorDecision::Check;
        }
        sleepers.monitor_awake = false;
        // Under this lock, so that no former leader can overwrite it afterwards.
        MonitorDecision::Park(self.timers.sleep_until(None))
    }

    /// Makes the monitor active if no worker is parked.
    fn activate_monitor(&self, mut sleepers: MutexGuard<'_, Sleepers>) {
        let parked = sleepers.list.is_empty() && self.set_monitor_active(&mut sleepers);
        drop(sleepers);
        if parked {
            self.unpark_monitor();
        }
    }

    /// Makes the monitor active. Returns whether it has to be unparked for that.
    #[must_use]
    fn set_monitor_active(&self, sleepers: &mut Sleepers) -> bool {
        sleepers.is_watched = true;
        self.note_unwatched(sleepers);
        // The monitor fires the timers at each check, so an insertion needs no alarm.
        self.timers.end_sleep(false);
        !std::mem::replace(&mut sleepers.monitor_awake, true)
    }

    pub(super) fn unpark_monitor(&self) {
        if let Some(thread) = &*self.monitor.lock() {
            thread.unpark();
        }
    }
}

/// Returns the number of searching workers in a value of `Idle::word`.
fn searching(word: usize) -> usize {
    word & (UP - 1)
}

/// Returns the number of workers that are up in a value of `Idle::word`.
fn up(word: usize) -> usize {
    word / UP
}
