//! The shutdown of an executor whose jobs run on the thread that created it. Once such an executor
//! is closed, its owner ends the remaining jobs if it is inside `block_on`, and otherwise a thread
//! that is started for this. Each actor runs once more, to end, and each task is dropped.

use std::cell::Cell;

use super::{EnterGuard, Executor, Job};
use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::thread;
use crate::sync::{Arc, Mutex};

thread_local! {
    static ON_DRIVE: Cell<Option<fn()>> = const { Cell::new(None) };
}

/// Calls `visit` whenever this thread enters or leaves `block_on` of an executor that it owns.
pub(crate) fn on_drive(visit: fn()) {
    ON_DRIVE.set(Some(visit));
}

fn visit() {
    if let Some(visit) = ON_DRIVE.get() {
        visit();
    }
}

/// An executor whose jobs run on the thread that created it.
pub(super) trait ThreadOwned: Executor {
    fn shutdown(&self) -> &OwnedShutdown;

    /// Takes a job that has not run yet.
    fn take_remaining(&self) -> Option<Job>;

    fn has_remaining(&self) -> bool;
}

#[derive(Default)]
pub(super) struct OwnedShutdown {
    closed: AtomicBool,
    state: Mutex<OwnedState>,
}

#[derive(Default)]
struct OwnedState {
    /// The number of calls of `block_on` on the owner's stack.
    drive_depth: u32,
    /// Set while a separate thread ends the remaining jobs.
    is_draining: bool,
}

impl OwnedShutdown {
    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    /// Closes the executor: later jobs are ended instead of run.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
    }
}

/// Runs `job`, or ends it if the executor is closed.
pub(super) fn run(shutdown: &OwnedShutdown, job: Job) {
    if shutdown.is_closed() {
        job.end();
    } else {
        job.run();
    }
}

/// Ends the remaining jobs of a closed executor. If this is the owner thread, they are ended here.
pub(super) fn end<E: ThreadOwned>(executor: Arc<E>, is_owner: bool) {
    if is_owner {
        drop(DriveGuard::new(executor));
    } else {
        drain_on_thread(&executor);
    }
}

/// Ends all remaining jobs one by one, including those that are scheduled in the process.
fn drain(executor: &impl ThreadOwned) {
    while let Some(job) = executor.take_remaining() {
        job.end();
    }
}

/// Ends the jobs that were scheduled after the end, if there are any. The owner does so if it is
/// inside `block_on`, and otherwise a thread does.
///
/// No job is missed: a job is pushed before this call, and the draining thread, which may be the owner,
/// checks for jobs once more under the lock before it stops draining.
pub(super) fn drain_on_thread<E: ThreadOwned>(executor: &Arc<E>) {
    let mut state = executor.shutdown().state.lock();
    if state.is_draining || state.drive_depth > 0 || !executor.has_remaining() {
        return;
    }
    state.is_draining = true;
    drop(state);
    let draining = executor.clone();
    if thread::start("actor-end".into(), move || drain_thread(draining)).is_err() {
        // The remaining jobs wait for the next job, for the owner, or for the drop of the executor.
        executor.shutdown().state.lock().is_draining = false;
    }
}

fn drain_thread<E: ThreadOwned>(executor: Arc<E>) {
    let _entered = EnterGuard::new(executor.clone());
    loop {
        drain(&*executor);
        let mut state = executor.shutdown().state.lock();
        if state.drive_depth > 0 || !executor.has_remaining() {
            state.is_draining = false;
            return;
        }
    }
}

/// The owner is inside `block_on` while this guard exists.
pub(super) struct DriveGuard<E: ThreadOwned>(Arc<E>);

impl<E: ThreadOwned> DriveGuard<E> {
    pub(super) fn new(executor: Arc<E>) -> Self {
        visit();
        executor.shutdown().state.lock().drive_depth += 1;
        DriveGuard(executor)
    }
}

impl<E: ThreadOwned> Drop for DriveGuard<E> {
    /// Ends the remaining jobs of a closed executor. This thread is the owner, which has the states
    /// of `local` actors, so it is the best place to end them.
    fn drop(&mut self) {
        if self.0.shutdown().is_closed() {
            drain(&*self.0);
        }
        self.0.shutdown().state.lock().drive_depth -= 1;
        if self.0.shutdown().is_closed() {
            drain_on_thread(&self.0);
        }
        visit();
    }
}
