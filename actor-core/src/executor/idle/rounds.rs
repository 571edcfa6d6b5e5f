//! Layer 1: when the monitor does rounds and when it is parked: the part of `idle` for times in which all
//! workers are up. What it does in a round is in `monitor`.

use std::time::{Duration, Instant};

use super::{Idle, Sleepers, up};
use crate::sync::MutexGuard;
use crate::sync::atomic::{Ordering, fence};
use crate::sync::thread;

/// How often the monitor looks while it does rounds.
pub(in crate::executor) const ROUND: Duration = Duration::from_millis(2);

/// What the monitor has to do until it looks again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::executor) enum Rounds {
    /// Look again after a round.
    Next,
    /// Sleep until it is unparked, or until the instant if there is one; look a round later.
    Pause(Option<Instant>),
}

impl Idle {
    /// The calling thread is the monitor.
    pub(in crate::executor) fn enrol_monitor(&self) {
        *self.monitor.lock() = Some(thread::current());
    }

    /// Whether no worker sleeps.
    pub(in crate::executor) fn all_are_up(&self) -> bool {
        up(self.word.load(Ordering::SeqCst)) == self.threads.len()
    }

    /// A job has been injected: wakes one worker to search, if one sleeps and none searches. If all are up, the
    /// monitor begins its rounds, so that they look at the injector soon.
    ///
    /// The monitor ends its rounds in the way in which a worker lies down: it first sets `unattended` and then
    /// looks at the injector once more. So one of the two sees the other.
    pub(in crate::executor) fn notify_injected(&self) {
        if !self.all_are_up() {
            self.notify();
        } else if self.unattended.load(Ordering::SeqCst) {
            self.begin_rounds(self.sleepers.lock());
        }
    }

    /// The monitor has looked: what it has to do next. `wanted`: it found a reason for further looks.
    ///
    /// The rounds end in two steps, with a round between them. The first publishes `unwatched`, the second
    /// comes after one more look. A worker that pushed a job before it could see `unwatched` did so a whole
    /// round before that look, which therefore sees the job.
    pub(in crate::executor) fn monitor_duty(&self, wanted: bool) -> Rounds {
        let mut sleepers = self.sleepers.lock();
        if !sleepers.list.is_empty() {
            sleepers.monitor_awake = false;
            return Rounds::Pause(None);
        }
        if wanted {
            // The monitor is up: it is the calling thread.
            let _ = self.start_rounds(&mut sleepers);
            return Rounds::Next;
        }
        if sleepers.watching {
            sleepers.watching = false;
            self.note_unwatched(&sleepers);
            fence(Ordering::SeqCst);
            return Rounds::Next;
        }
        sleepers.monitor_awake = false;
        // Under this lock, so that no former lookout can say anything else afterwards.
        Rounds::Pause(self.timers.sleep_until(None))
    }

    /// Makes the monitor do rounds if all workers are up.
    pub(super) fn begin_rounds(&self, mut sleepers: MutexGuard<'_, Sleepers>) {
        let parked = sleepers.list.is_empty() && self.start_rounds(&mut sleepers);
        drop(sleepers);
        if parked {
            self.unpark_monitor();
        }
    }

    /// The monitor does rounds from now on. Returns whether it has to be unparked for that.
    #[must_use]
    pub(super) fn start_rounds(&self, sleepers: &mut Sleepers) -> bool {
        sleepers.watching = true;
        self.note_unwatched(sleepers);
        // It looks at the timers in each round, so an insertion needs no alarm.
        self.timers.woke(false);
        !std::mem::replace(&mut sleepers.monitor_awake, true)
    }

    pub(in crate::executor) fn unpark_monitor(&self) {
        if let Some(thread) = &*self.monitor.lock() {
            thread.unpark();
        }
    }
}
