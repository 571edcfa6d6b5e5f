//! Layer 1: when the monitor does rounds and when it is parked: the part of `idle` for times in which all
//! workers are up. What it does in a round is in `monitor`.

use std::time::{Duration, Instant};

use super::{Idle, Sleepers, up};
use crate::sync::MutexGuard;
use crate::sync::atomic::{Ordering, fence};
use crate::sync::thread;

/// How often the monitor looks while it does rounds.
pub(in crate::executor) const MONITOR_INTERVAL: Duration = Duration::from_millis(2);

/// What the monitor has to do until it looks again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::executor) enum MonitorDecision {
    /// Look again after a round.
    Check,
    /// Sleep until it is unparked, or until the instant if there is one; look a round later.
    Park(Option<Instant>),
}

impl Idle {
    /// The calling thread is the monitor.
    pub(in crate::executor) fn register_monitor(&self) {
        *self.monitor.lock() = Some(thread::current());
    }

    /// Whether no worker sleeps.
    pub(in crate::executor) fn all_are_up(&self) -> bool {
        up(self.word.load(Ordering::SeqCst)) == self.threads.len()
    }

    /// A job has been injected: wakes one worker to search, if one sleeps and none searches. If all are up, the
    /// monitor begins its rounds, so that they look at the injector soon.
    ///
    /// The monitor ends its rounds in the way in which a worker lies down: it first sets `needs_monitor` and then
    /// looks at the injector once more. So one of the two sees the other.
    pub(in crate::executor) fn notify_injected(&self) {
        if !self.all_are_up() {
            self.notify();
        } else if self.needs_monitor.load(Ordering::SeqCst) {
            self.activate_monitor(self.sleepers.lock());
        }
    }

    /// The monitor has looked: what it has to do next. `goes_on`: it found a reason for further looks.
    ///
    /// The rounds end in two steps, with a round between them. The first publishes `unwatched`, the second
    /// comes after one more look. A worker that pushed a job before it could see `unwatched` did so a whole
    /// round before that look, which therefore sees the job.
    pub(in crate::executor) fn monitor_decision(&self, goes_on: bool) -> MonitorDecision {
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
        // Under this lock, so that no former leader can say anything else afterwards.
        MonitorDecision::Park(self.timers.sleep_until(None))
    }

    /// Makes the monitor do rounds if all workers are up.
    pub(super) fn activate_monitor(&self, mut sleepers: MutexGuard<'_, Sleepers>) {
        let parked = sleepers.list.is_empty() && self.set_monitor_active(&mut sleepers);
        drop(sleepers);
        if parked {
            self.unpark_monitor();
        }
    }

    /// The monitor does rounds from now on. Returns whether it has to be unparked for that.
    #[must_use]
    pub(super) fn set_monitor_active(&self, sleepers: &mut Sleepers) -> bool {
        sleepers.is_watched = true;
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
