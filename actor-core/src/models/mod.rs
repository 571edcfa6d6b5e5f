//! Loom models of every parking and waking protocol: loom explores all interleavings of the threads
//! of a model. The code is the runtime's own; only the executor is a queue that the model runs
//! explicitly. Run by `.ci/loom`.

mod deadline;
mod event;
mod join_all;
mod mailbox;
mod pool;
mod reply;
mod topic;
mod workers;

use crate::cell::system_shared::SystemShared;
use crate::executor::{Executor, Job, Schedule, Tasks, Timers};
use crate::incident::Reporter;
use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::{Arc, Mutex};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

/// Explores all interleavings with at most two preemptions. More preemptions take hours, and find
/// nothing new in protocols with two steps per side.
fn model(run: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(2);
    builder.check(run);
}

/// An executor whose jobs run when the model says so.
struct Jobs {
    waiting: Mutex<VecDeque<Job>>,
    timers: Timers,
    tasks: Arc<Tasks>,
}

impl Jobs {
    fn system() -> (Arc<Jobs>, Arc<SystemShared>) {
        let timers = Timers::new(Instant::now(), || {});
        let jobs =
            Arc::new(Jobs { waiting: Mutex::new(VecDeque::new()), timers, tasks: Arc::default() });
        let system = SystemShared::new(jobs.clone(), Reporter::Hook(Box::new(|_| {})), false, true);
        (jobs, system)
    }

    /// Runs one job, if there is one.
    fn run_one(&self) -> bool {
        let job = self.waiting.lock().pop_front();
        let there_was = job.is_some();
        job.into_iter().for_each(Job::run);
        there_was
    }

    fn run_all(&self) {
        while self.run_one() {}
    }
}

impl Executor for Jobs {
    fn schedule(&self, job: Job, _: Schedule) {
        self.waiting.lock().push_back(job);
    }

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn timers(&self) -> &Timers {
        &self.timers
    }

    fn tasks(&self) -> &Arc<Tasks> {
        &self.tasks
    }

    fn block_on(&self, _: Pin<&mut dyn Future<Output = ()>>) {}

    fn is_executor_thread(&self) -> bool {
        false
    }

    fn close(&self, _: Duration) -> Vec<String> {
        Vec::new()
    }
}

/// A waker that records its call.
struct Flag(AtomicBool);

impl Flag {
    fn new() -> Arc<Self> {
        Arc::new(Flag(AtomicBool::new(false)))
    }

    fn take(&self) -> bool {
        self.0.swap(false, Ordering::SeqCst)
    }
}

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

fn poll<F: Future + Unpin>(future: &mut F, flag: &Arc<Flag>) -> Poll<F::Output> {
    let waker = Waker::from(flag.clone());
    Pin::new(future).poll(&mut Context::from_waker(&waker))
}
