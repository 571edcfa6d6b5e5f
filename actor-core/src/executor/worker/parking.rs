//! Layer 1: parking of a worker and, as the leader, stealing from blocked workers. `idle` decides
//! which worker to wake.

use std::time::Instant;

use super::Worker;
use crate::executor::Job;
use crate::executor::idle::{ParkDecision, WATCH_INTERVAL};
use crate::sync::thread;

impl Worker {
    /// Registers as sleeping and sleeps until it is woken, or as the leader until it finds a job.
    /// It is counted as searching afterwards. No wake-up is lost, because it checks again between
    /// registering and sleeping: see `Idle::begin_park`.
    pub(super) fn park(&self) -> Option<Job> {
        let idle = &self.executor.idle;
        idle.begin_park(self.index, self.searching.replace(true));
        if self.has_work_elsewhere() {
            idle.unpark_self(self.index);
            return None;
        }
        let parked_at = Instant::now();
        let found = self.park_from(parked_at);
        self.measured_since.set(self.measured_since.get() + parked_at.elapsed());
        found
    }

    /// Sleeps; `checked_at` is the time of its last check of the others.
    fn park_from(&self, mut checked_at: Instant) -> Option<Job> {
        let idle = &self.executor.idle;
        self.record_started_jobs();
        loop {
            if self.executor.is_closed() {
                idle.unpark_self(self.index);
                return None;
            }
            match idle.park_decision(self.index, checked_at + WATCH_INTERVAL) {
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
                found = self.steal_from_blocked();
            }
            if found.is_some() {
                idle.unpark_self(self.index);
                // More jobs may wait behind the same job, or behind the one after it here.
                self.watch_others();
                return found;
            }
        }
    }

    /// Takes half of a queue, or a job in the slot that waits behind one that has been running
    /// since the last check.
    fn steal_from_blocked(&self) -> Option<Job> {
        for (index, remote) in self.others() {
            let begun = remote.started_jobs();
            let stuck = self.seen_started[index].replace(begun) == begun;
            let found = remote.steal_half(&self.queues.queue);
            if found.is_some() {
                return found;
            }
            if stuck && let Some(job) = remote.steal_lifo_slot() {
                return Some(job);
            }
        }
        None
    }

    fn record_started_jobs(&self) {
        for (index, remote) in self.others() {
            self.seen_started[index].set(remote.started_jobs());
        }
    }
}
