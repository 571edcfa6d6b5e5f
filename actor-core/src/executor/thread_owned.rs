//! Layer 1: the end of an executor whose jobs run on the thread that made it. Once such an executor is closed, and
//! while its owner does not drive it, a thread is started for whatever is left: each cell runs once more,
//! to end, and each task is dropped.

use std::cell::Cell;
use std::thread;

use super::{EnterGuard, Executor, Job};
use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::{Arc, Mutex};

thread_local! {
    static ON_DRIVE: Cell<Option<fn()>> = const { Cell::new(None) };
}

/// Calls `visit` whenever this thread begins or ends to drive an executor that it owns.
pub(crate) fn on_drive(visit: fn()) {
    ON_DRIVE.set(Some(visit));
}

fn visit() {
    if let Some(visit) = ON_DRIVE.get() {
        visit();
    }
}

/// An executor whose jobs run on the thread that made it.
pub(super) trait ThreadOwned: Executor {
    fn shutdown(&self) -> &OwnedShutdown;

    /// Takes a job that has not run.
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
    /// How many calls of `block_on` are on the owner's stack.
    drive_depth: u32,
    /// Set while a thread was started for what is left.
    is_draining: bool,
}

impl OwnedShutdown {
    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    /// The executor is closed: from now on a job is ended instead of run.
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

/// Sees to it that what is left of a closed executor ends: here, if this is the owner.
pub(super) fn end<H: ThreadOwned>(executor: Arc<H>, is_owner: bool) {
    if is_owner {
        drop(DriveGuard::new(executor));
    } else {
        drain_on_thread(&executor);
    }
}

/// LocalQueues all that is left, one by one, and what that schedules.
fn drain(executor: &impl ThreadOwned) {
    while let Some(job) = executor.take_remaining() {
        job.end();
    }
}

/// A job has come after the end, or may have: if the owner does not drive the executor, a thread ends it.
///
/// No job is missed: a job is pushed before this call, and the draining thread, whether started for this or
/// the owner, looks for jobs once more under the lock before it stops draining.
pub(super) fn drain_on_thread<H: ThreadOwned>(executor: &Arc<H>) {
    let mut state = executor.shutdown().state.lock();
    if state.is_draining || state.drive_depth > 0 || !executor.has_remaining() {
        return;
    }
    state.is_draining = true;
    drop(state);
    let draining = executor.clone();
    let thread = thread::Builder::new().name("actor-end".into());
    if thread.spawn(move || drain_thread(draining)).is_err() {
        // What is left waits for the next job, for the owner, or for the drop of the executor.
        executor.shutdown().state.lock().is_draining = false;
    }
}

fn drain_thread<H: ThreadOwned>(executor: Arc<H>) {
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

/// The owner drives the executor as long as this lives.
pub(super) struct DriveGuard<H: ThreadOwned>(Arc<H>);

impl<H: ThreadOwned> DriveGuard<H> {
    pub(super) fn new(executor: Arc<H>) -> Self {
        visit();
        executor.shutdown().state.lock().drive_depth += 1;
        DriveGuard(executor)
    }
}

impl<H: ThreadOwned> Drop for DriveGuard<H> {
    /// What is left of a closed executor is best ended here, by its owner, which has the local states.
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
