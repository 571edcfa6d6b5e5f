//! Layer 1: the monitor of a multi-threaded executor: a thread that handles the timers, and the jobs
//! behind a blocked worker, while no worker can; and that ends the remaining jobs once the executor is
//! closed. `idle` decides when it checks.
//!
//! As long as the executor is open, the monitor runs no job: a system has as many threads at work as it was given.
//! It fires the timers, moves jobs from behind a blocked worker to the injector, and asks the workers that
//! can to look there. After the end it is the thread for everything that no worker can or will do any more:
//! cells are run, which have been killed by then and so end; tasks are dropped; timers are fired for futures
//! outside of the system. It goes away when the last worker has, and is started again if more comes.

use std::thread;
use std::time::Instant;

use super::idle::{ROUND, Rounds};
use super::multi_thread::MultiThread;
use super::worker_queues::Seat;
use super::{EnterGuard, Executor, preempt};
use crate::sync::Arc;
use crate::sync::thread::{park, park_timeout};

/// Starts the thread of the monitor.
pub(super) fn start(executor: Arc<MultiThread>, name: &str) -> std::io::Result<()> {
    thread::Builder::new().name(format!("{name}-monitor")).spawn(move || main(&executor)).map(drop)
}

fn main(executor: &Arc<MultiThread>) {
    let _entered = EnterGuard::new(executor.clone());
    executor.idle.enrol_monitor();
    watch(executor);
    end_left(executor);
}

/// Does rounds when they are requested, until the executor is closed.
fn watch(executor: &MultiThread) {
    // The values of each seat's `begun` at the start of this round.
    let mut seen: Vec<_> = executor.seats.iter().map(Seat::begun).collect();
    while !executor.is_closed() {
        let wanted = look(executor, &mut seen);
        if let Rounds::Pause(until) = executor.idle.monitor_duty(wanted) {
            sleep(until);
            seen.clear();
            seen.extend(executor.seats.iter().map(Seat::begun));
        }
        if !executor.is_closed() {
            park_timeout(ROUND);
        }
    }
}

/// Does the work of available workers. Returns whether there is a reason to check again soon.
fn look(executor: &MultiThread, seen: &mut [u32]) -> bool {
    if !executor.idle.all_are_up() {
        return false;
    }
    if !executor.timers().is_empty() {
        executor.timers().fire(Instant::now());
    }
    let mut wanted = false;
    // Without another worker, moving a job does not help.
    if executor.seats.len() > 1 {
        for (seat, seen) in executor.seats.iter().zip(seen) {
            let begun = seat.begun();
            let is_blocked = std::mem::replace(seen, begun) == begun;
            if seat.is_empty() {
                continue;
            }
            wanted = true;
            while is_blocked && let Some(job) = seat.take_one() {
                // With a notification: a worker may have parked since the check above.
                executor.inject(job);
            }
        }
    }
    if executor.injector.is_empty() {
        return wanted;
    }
    preempt::request();
    true
}

/// Ends the remaining jobs of a closed executor, until all workers have ended and nothing is left.
fn end_left(executor: &MultiThread) {
    loop {
        while let Some(job) = executor.take_left() {
            job.end();
        }
        executor.timers().fire(Instant::now());
        let mut attended = executor.attended.lock();
        // A job that is pushed from now on, and a deadline, unpark this thread, or start the next one after it
        // has waited for the lock.
        if executor.has_left() {
            continue;
        }
        let until = executor.timers().sleep_until(None);
        if until.is_none() && executor.have_all_ended() {
            *attended = false;
            return;
        }
        drop(attended);
        sleep(until);
    }
}

/// Sleeps until this thread is unparked, or until the instant if there is one.
fn sleep(until: Option<Instant>) {
    match until {
        None => park(),
        Some(until) => park_timeout(until.saturating_duration_since(Instant::now())),
    }
}
