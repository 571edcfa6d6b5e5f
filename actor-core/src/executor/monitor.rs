//! The monitor of a multi-thread executor: a thread that fires the timers, and moves the jobs
//! behind a blocked worker, while no worker is parked. After the executor is closed, the monitor
//! ends the remaining jobs. `idle` decides when the monitor checks.
//!
//! While the executor is open, the monitor runs no job, so that a system uses as many threads as it
//! was given. The monitor fires the timers, moves timers from the slots of workers to the queue and
//! jobs from behind a blocked worker to the injector, and asks the other workers to check the
//! injector. After the executor is closed, the monitor does the work that the workers no longer do:
//! it runs the remaining actors, which end because they have been killed before, drops the
//! remaining tasks, and fires timers for futures outside the system. Its thread ends after the last
//! worker, and is started again for a later job or deadline.

use super::idle::{MONITOR_INTERVAL, MonitorDecision};
use super::multi_thread::MultiThread;
use super::worker::WorkerRemote;
use super::{EnterGuard, Executor, worker};
use crate::clock::Instant;
use crate::sync::Arc;
use crate::sync::thread::{self, park, park_timeout};

/// Starts the thread of the monitor.
pub(super) fn start(executor: Arc<MultiThread>, name: &str) -> std::io::Result<()> {
    thread::start(thread_name(name), move || main(&executor)).map(drop)
}

/// Returns the name of the monitor's thread in a system named `name`.
pub(super) fn thread_name(name: &str) -> String {
    format!("{name}-monitor")
}

fn main(executor: &Arc<MultiThread>) {
    let _entered = EnterGuard::new(executor.clone());
    executor.idle.register_monitor();
    run_checks(executor);
    end_remaining(executor);
}

/// Checks while the monitor is active, and parks otherwise, until the executor is closed.
fn run_checks(executor: &MultiThread) {
    // The number of jobs that each worker had started at the previous check.
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

/// Does the leader's work while no worker is parked. Returns whether there is a reason to check
/// again soon.
fn check(executor: &MultiThread, seen: &mut [u32]) -> bool {
    if !executor.idle.all_are_up() {
        return false;
    }
    let mut goes_on = false;
    for remote in &executor.remotes {
        goes_on |= remote.timer_slots().check(executor.timers());
    }
    if !executor.timers().is_empty() {
        executor.timers().fire(Instant::now());
    }
    // Without another worker, moving a job does not help.
    if executor.remotes.len() > 1 {
        for (remote, seen) in executor.remotes.iter().zip(seen) {
            let started = remote.started_jobs();
            let is_blocked = std::mem::replace(seen, started) == started;
            if remote.is_empty() {
                continue;
            }
            goes_on = true;
            while is_blocked && let Some(job) = remote.steal_one() {
                // With a notification, because a worker may have parked since the check above.
                executor.inject(job);
            }
        }
    }
    if executor.injector.is_empty() {
        return goes_on;
    }
    worker::request_preemption();
    true
}

/// Ends the remaining jobs of a closed executor, until all workers have ended and nothing is left.
fn end_remaining(executor: &MultiThread) {
    loop {
        executor.monitor_ends_job();
        while let Some(job) = executor.take_remaining() {
            executor.monitor_ends_job();
            job.end();
        }
        executor.monitor_found_no_job();
        executor.move_all_timers();
        executor.timers().fire(Instant::now());
        let mut monitor_runs = executor.monitor_runs.lock();
        // A job or deadline that is added after this check unparks this thread, or waits for the
        // lock and then starts the next one.
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

/// Parks until this thread is unparked, or until the instant if there is one.
fn park_until(until: Option<Instant>) {
    match until {
        None => park(),
        Some(until) => park_timeout(until.saturating_duration_since(Instant::now())),
    }
}
