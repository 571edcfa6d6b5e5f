//! Layer 1: who sleeps, who is woken, and who looks out; the sleep and wake protocol of the workers.
//! It sees no job and no queue.
//!
//! A worker is *up* or *asleep*, and one that is up may be *searching* (it has nothing and looks at
//! the others). The first of the sleepers is the *lookout*: it alone sleeps until the next timer is
//! due, and while others are up it *watches*: it wakes every [`WATCH`] to see whether one of them
//! computes on while something waits behind it. All others sleep until they are taken off the list.

use std::time::{Duration, Instant};

use super::timers::Timers;
use crate::sync::atomic::{AtomicBool, AtomicUsize, Ordering, fence};
use crate::sync::thread::{self, Thread};
use crate::sync::{Mutex, OnceLock};

/// How often the lookout looks while others are up. What it takes has waited behind one job for as
/// long as this at least, and for twice as long at most.
pub(super) const WATCH: Duration = Duration::from_micros(500);

/// One searching worker, in `Idle::word`.
const SEARCHING: usize = 1;

/// One worker that is up, in `Idle::word`.
const UP: usize = 1 << 16;

/// The most workers that the word can count.
pub(super) const MOST: usize = UP - 1;

pub(super) struct Idle {
    /// How many search (low half) and how many are up (high half). Changed only under the lock of
    /// `sleepers`, except that workers begin and end to search without it.
    word: AtomicUsize,
    /// Set if somebody sleeps and nobody watches. Changed only under the lock of `sleepers`.
    unwatched: AtomicBool,
    sleepers: Mutex<Sleepers>,
    /// Each worker's thread, set by itself before it first sleeps.
    threads: Box<[OnceLock<Thread>]>,
    timers: Timers,
}

struct Sleepers {
    /// The sleeping workers in the order in which they fell asleep. The first is the lookout; the
    /// last is woken first, so that the lookout stays and the others' caches stay warm.
    list: Vec<usize>,
    /// Set while the lookout watches; never together with an empty list.
    watching: bool,
}

/// What a worker that lay down has to do now.
pub(super) enum Duty {
    /// It was taken off the list: get up and search.
    GetUp,
    /// Sleep until it is taken off the list.
    Sleep,
    /// It is the lookout: sleep until the instant, if there is one, and look.
    LookOut(Option<Instant>),
}

impl Idle {
    /// All workers begin as up.
    pub(super) fn new(workers: usize, timers: Timers) -> Idle {
        Idle {
            word: AtomicUsize::new(workers * UP),
            unwatched: AtomicBool::new(false),
            sleepers: Mutex::new(Sleepers { list: Vec::with_capacity(workers), watching: false }),
            threads: (0..workers).map(|_| OnceLock::new()).collect(),
            timers,
        }
    }

    pub(super) fn timers(&self) -> &Timers {
        &self.timers
    }

    /// The calling thread is that of worker `me`.
    pub(super) fn enrol(&self, me: usize) {
        let _ = self.threads[me].set(thread::current());
    }

    /// Wakes one worker to search, if one sleeps and none searches.
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
        // Counted for it at once, so that nobody wakes another before it runs.
        self.word.fetch_add(UP + SEARCHING, Ordering::SeqCst);
        if sleepers.list.is_empty() {
            self.lookout_left(&mut sleepers);
        }
        drop(sleepers);
        self.unpark(taken);
    }

    /// Whether all workers but one sleep.
    pub(super) fn one_is_up(&self) -> bool {
        up(self.word.load(Ordering::Relaxed)) <= 1
    }

    /// Lets a worker search unless half of them do already.
    pub(super) fn begin_search(&self) -> bool {
        let others = searching(self.word.load(Ordering::Relaxed));
        if others > 0 && 2 * (others + 1) > self.threads.len() {
            return false;
        }
        self.word.fetch_add(SEARCHING, Ordering::SeqCst);
        true
    }

    /// A searching worker has found something. `true` if it was the last: whoever put work aside
    /// meanwhile woke nobody because of it, so it must look whether there is more.
    pub(super) fn end_search(&self) -> bool {
        let was_last = searching(self.word.fetch_sub(SEARCHING, Ordering::SeqCst)) == 1;
        fence(Ordering::SeqCst);
        was_last
    }

    /// Worker `me` lies down. It must look at the injector again before it sleeps.
    ///
    /// No wake-up is lost. Who injects a job first pushes it and then reads the word; who lies down
    /// first changes the word and then looks at the injector; between the two steps both have a
    /// sequentially consistent fence. So the one reads that a worker is asleep and none searches, and wakes it, or the
    /// other sees the job. If the word said that somebody searches, then that one looks at the
    /// injector after it has taken itself out of the word, here or after `end_search`.
    pub(super) fn lie_down(&self, me: usize, searching: bool) {
        let mut sleepers = self.sleepers.lock();
        sleepers.list.push(me);
        self.word.fetch_sub(UP + usize::from(searching) * SEARCHING, Ordering::SeqCst);
        fence(Ordering::SeqCst);
        self.note_unwatched(&sleepers);
    }

    /// Worker `me`, which lay down, is up and searching again, be it that somebody else has taken it
    /// off the list or that it does so here.
    pub(super) fn get_up(&self, me: usize) {
        let mut sleepers = self.sleepers.lock();
        let Some(place) = sleepers.list.iter().position(|sleeper| *sleeper == me) else { return };
        sleepers.list.remove(place);
        self.word.fetch_add(UP + SEARCHING, Ordering::SeqCst);
        if place == 0 {
            self.lookout_left(&mut sleepers);
            // A timer needs a new lookout at once; to be watched can wait until there is a reason.
            if !self.timers.is_empty()
                && let Some(next) = sleepers.list.first()
            {
                self.unpark(*next);
            }
        }
    }

    /// What worker `me`, which lay down, has to do. As the lookout it watches until `watch`.
    pub(super) fn duty(&self, me: usize, watch: Instant) -> Duty {
        let mut sleepers = self.sleepers.lock();
        match sleepers.list.iter().position(|sleeper| *sleeper == me) {
            None => Duty::GetUp,
            Some(0) => {
                sleepers.watching = up(self.word.load(Ordering::SeqCst)) > 0;
                self.note_unwatched(&sleepers);
                // Under this lock, so that no former lookout can say anything else afterwards.
                Duty::LookOut(self.timers.sleep_until(sleepers.watching.then_some(watch)))
            }
            Some(_) => Duty::Sleep,
        }
    }

    /// Whether a worker that puts something behind the job it runs must call `watch`. One relaxed
    /// load: if it comes too late, then what was put aside waits, but is not lost.
    pub(super) fn is_unwatched(&self) -> bool {
        self.unwatched.load(Ordering::Relaxed)
    }

    /// Makes the lookout watch.
    pub(super) fn watch(&self) {
        let mut sleepers = self.sleepers.lock();
        if !sleepers.watching
            && let Some(lookout) = sleepers.list.first().copied()
        {
            sleepers.watching = true;
            self.note_unwatched(&sleepers);
            drop(sleepers);
            self.unpark(lookout);
        }
    }

    /// Wakes the lookout, so that it sleeps anew: a timer is due earlier than it knows.
    pub(super) fn rouse_lookout(&self) {
        let lookout = self.sleepers.lock().list.first().copied();
        if let Some(lookout) = lookout {
            self.unpark(lookout);
        }
    }

    /// Wakes all threads, so that each sees that the host is closed.
    pub(super) fn rouse_all(&self) {
        (0..self.threads.len()).for_each(|worker| self.unpark(worker));
    }

    /// The lookout is off the list; the next one, if any, does not know yet that it is the lookout.
    fn lookout_left(&self, sleepers: &mut Sleepers) {
        sleepers.watching = false;
        self.note_unwatched(sleepers);
        self.timers.woke(!sleepers.list.is_empty());
    }

    fn note_unwatched(&self, sleepers: &Sleepers) {
        let unwatched = !sleepers.list.is_empty() && !sleepers.watching;
        if self.unwatched.load(Ordering::Relaxed) != unwatched {
            self.unwatched.store(unwatched, Ordering::Relaxed);
        }
    }

    fn unpark(&self, worker: usize) {
        if let Some(thread) = self.threads[worker].get() {
            thread.unpark();
        }
    }
}

/// How many search, in a value of `Idle::word`.
fn searching(word: usize) -> usize {
    word & (UP - 1)
}

/// How many are up, in a value of `Idle::word`.
fn up(word: usize) -> usize {
    word / UP
}
