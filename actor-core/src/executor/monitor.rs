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

use super::idle::{MONITOR_INTERVAL, MonitorDecision};
use super::multi_thread::MultiThread;
use super::worker_queues::WorkerRemote;
use super::{EnterGuard, Executor, preempt};
use crate::sync::Arc;
use crate::sync::thread::{park, park_timeout};

/// Starts the thread of the monitor.
pub(super) fn start(executor: Arc<MultiThread>, name: &str) -> std::io::Result<()> {
    thread::Builder::new().name(format!("{name}-monitor")).spawn(move || main(&executor)).map(drop)
}

fn main(executor: &Arc<MultiThread>) {
    let _entered = EnterGuard::new(executor.clone());
    executor.idle.register_monitor();
    run_checks(executor);
    end_remaining(executor);
}

/// Does rounds when they are requested, until the executor is closed.
fn run_checks(executor: &MultiThread) {
    // The values of each remote's `begun` at the start of this round.
    let mut seen: Vec<_> = executor.remotes.iter().map(WorkerRemote::started_jobs).collect();
    while !executor.is_closed() {
        let goes_on = check(executor, &mut seen);
        if let MonitorDecision::Park(until) = executor.idle.monitor_decision(goes_on) {
            park_until(until);
            seen.clear();
            seen.extend(executor.remotes.iter().map(WorkerRemote::started_jobs));
        }
        if !executor.is_closed() {
            park_timeout(MONITOR_INTERVAL);
        }
    }
}

/// Does the work of available workers. Returns whether there is a reason to check again soon.
fn check(executor: &MultiThread, seen: &mut [u32]) -> bool {
    if !executor.idle.all_are_up() {
        return false;
    }
    if !executor.timers().is_empty() {
        executor.timers().fire(Instant::now());
    }
    let mut goes_on = false;
    // Without another worker, moving a job does not help.
    if executor.remotes.len() > 1 {
        for (remote, seen) in executor.remotes.iter().zip(seen) {
            let begun = remote.started_jobs();
            let is_blocked = std::mem::replace(seen, begun) == begun;
            if remote.is_empty() {
                continue;
            }
            goes_on = true;
            while is_blocked && let Some(job) = remote.steal_one() {
                // With a notification: a worker may have parked since the check above.
                executor.inject(job);
            }
        }
    }
    if executor.injector.is_empty() {
        return goes_on;
    }
    preempt::request();
    true
}

/// Ends the remaining jobs of a closed executor, until all workers have ended and nothing is left.
fn end_remaining(executor: &MultiThread) {
    loop {
        while let Some(job) = executor.take_remaining() {
            job.end();
        }
        executor.timers().fire(Instant::now());
        let mut monitor_runs = executor.monitor_runs.lock();
        // A job that is pushed from now on, and a deadline, unpark this thread, or start the next one after it
        // has waited for the lock.
        if executor.has_remaining() {
            continue;
        }
        let until = executor.timers().sleep_until(None);
        if until.is_none() && executor.all_workers_ended() {
            *monitor_runs = false;
            return;
        }
        drop(monitor_runs);
        park_until(until);
    }
}

/// Sleeps until this thread is unparked, or until the instant if there is one.
fn park_until(until: Option<Instant>) {
    match until {
        None => park(),
        Some(until) => park_timeout(until.saturating_duration_since(Instant::now())),
    }
}
