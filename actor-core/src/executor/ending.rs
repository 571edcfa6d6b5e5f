//! Layer 1: the end of an executor whose jobs run on the thread that made it. Once such an executor is closed, and
//! while its owner does not drive it, a thread is started for whatever is left: each cell runs once more,
//! to end, and each task is dropped.

use std::cell::Cell;
use std::thread;

use super::{EnterGuard, Executor, Job};
use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::{Arc, Mutex};

thread_local! {
    static AT_EACH_DRIVE: Cell<Option<fn()>> = const { Cell::new(None) };
}

/// Calls `visit` whenever this thread begins or ends to drive an executor that it owns.
pub(crate) fn at_each_drive(visit: fn()) {
    AT_EACH_DRIVE.set(Some(visit));
}

fn visit() {
    if let Some(visit) = AT_EACH_DRIVE.get() {
        visit();
    }
}

/// An executor whose jobs run on the thread that made it.
pub(super) trait Owned: Executor {
    fn ending(&self) -> &Ending;

    /// Takes a job that has not run.
    fn take_left(&self) -> Option<Job>;

    fn has_left(&self) -> bool;
}

#[derive(Default)]
pub(super) struct Ending {
    closed: AtomicBool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// How many calls of `block_on` are on the owner's stack.
    drives: u32,
    /// Set while a thread was started for what is left.
    attended: bool,
}

impl Ending {
    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    /// The executor is closed: from now on a job is ended instead of run.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
    }
}

/// Runs `job`, or ends it if the executor is closed.
pub(super) fn run(ending: &Ending, job: Job) {
    if ending.is_closed() {
        job.end();
    } else {
        job.run();
    }
}

/// Sees to it that what is left of a closed executor ends: here, if this is the owner.
pub(super) fn end<H: Owned>(executor: Arc<H>, is_owner: bool) {
    if is_owner {
        drop(Driving::new(executor));
    } else {
        attend(&executor);
    }
}

/// Ends all that is left, one by one, and what that schedules.
fn end_left(executor: &impl Owned) {
    while let Some(job) = executor.take_left() {
        job.end();
    }
}

/// A job has come after the end, or may have: if the owner does not drive the executor, a thread ends it.
///
/// No job is missed: a job is pushed before this call, and the attending thread, whether started for this or
/// the owner, looks for jobs once more under the lock before it stops attending.
pub(super) fn attend<H: Owned>(executor: &Arc<H>) {
    let mut state = executor.ending().state.lock();
    if state.attended || state.drives > 0 || !executor.has_left() {
        return;
    }
    state.attended = true;
    drop(state);
    let attending = executor.clone();
    let thread = thread::Builder::new().name("actor-end".into());
    if thread.spawn(move || end_elsewhere(attending)).is_err() {
        // What is left waits for the next job, for the owner, or for the drop of the executor.
        executor.ending().state.lock().attended = false;
    }
}

fn end_elsewhere<H: Owned>(executor: Arc<H>) {
    let _entered = EnterGuard::new(executor.clone());
    loop {
        end_left(&*executor);
        let mut state = executor.ending().state.lock();
        if state.drives > 0 || !executor.has_left() {
            state.attended = false;
            return;
        }
    }
}

/// The owner drives the executor as long as this lives.
pub(super) struct Driving<H: Owned>(Arc<H>);

impl<H: Owned> Driving<H> {
    pub(super) fn new(executor: Arc<H>) -> Self {
        visit();
        executor.ending().state.lock().drives += 1;
        Driving(executor)
    }
}

impl<H: Owned> Drop for Driving<H> {
    /// What is left of a closed executor is best ended here, by its owner, which has the local states.
    fn drop(&mut self) {
        if self.0.ending().is_closed() {
            end_left(&*self.0);
        }
        self.0.ending().state.lock().drives -= 1;
        if self.0.ending().is_closed() {
            attend(&self.0);
        }
        visit();
    }
}
