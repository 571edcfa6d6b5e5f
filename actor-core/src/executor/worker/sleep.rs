//! Layer 1: parking of a worker and, as the lookout, stealing from blocked workers. `idle` decides
//! which worker to wake.

use std::time::Instant;

use super::Worker;
use crate::executor::Job;
use crate::executor::idle::{Duty, WATCH};
use crate::sync::thread;

impl Worker {
    /// Registers as sleeping and sleeps until it is woken, or as the lookout until it finds a job.
    /// It is counted as searching afterwards. No wake-up is lost, because it checks again between
    /// registering and sleeping: see `Idle::lie_down`.
    pub(super) fn sleep(&self) -> Option<Job> {
        let idle = &self.executor.idle;
        idle.lie_down(self.index, self.searching.replace(true));
        if self.sees_work() {
            idle.get_up(self.index);
            return None;
        }
        let lay_down = Instant::now();
        let found = self.sleep_from(lay_down);
        self.measured.set(self.measured.get() + lay_down.elapsed());
        found
    }

    /// Sleeps; `looked` is the time of its last check of the others.
    fn sleep_from(&self, mut looked: Instant) -> Option<Job> {
        let idle = &self.executor.idle;
        self.note_begun();
        loop {
            if self.executor.is_closed() {
                idle.get_up(self.index);
                return None;
            }
            match idle.duty(self.index, looked + WATCH) {
                Duty::GetUp => return None,
                Duty::Sleep | Duty::LookOut(None) => thread::park(),
                Duty::LookOut(Some(until)) => {
                    thread::park_timeout(until.saturating_duration_since(Instant::now()));
                }
            }
            let now = Instant::now();
            self.fire_timers(now);
            let mut found = self.own();
            if found.is_none() && now >= looked + WATCH {
                looked = now;
                found = self.look();
            }
            if found.is_some() {
                idle.get_up(self.index);
                // More jobs may wait behind the same job, or behind the one after it here.
                self.watch_others();
                return found;
            }
        }
    }

    /// Takes half of a queue, or a job in the slot that waits behind one that has been running
    /// since the last check.
    fn look(&self) -> Option<Job> {
        for (index, seat) in self.others() {
            let begun = seat.begun();
            let stuck = self.seen[index].replace(begun) == begun;
            let found = seat.take_half(&self.own.queue);
            if found.is_some() {
                return found;
            }
            if stuck && let Some(job) = seat.take_slot() {
                return Some(job);
            }
        }
        None
    }

    fn note_begun(&self) {
        for (index, seat) in self.others() {
            self.seen[index].set(seat.begun());
        }
    }
}
