//! The promises of the executors, and the shared code of their tests.

mod end;
mod multi;
mod single;
mod timer_slots;
mod timers;
mod worker;

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::task::{Wake, Waker};
use std::thread;
use std::time::Duration;

use super::*;
use crate::repetitions;

/// A guard against a test that hangs: long enough for a loaded machine, or for Miri.
const LIMIT: Duration = Duration::from_mins(if cfg!(miri) { 60 } else { 1 });

/// Runs `body` on a thread of its own and fails if it takes longer than `LIMIT`.
fn within_limit(body: impl FnOnce() + Send + 'static) {
    let (done, ended) = mpsc::channel::<()>();
    let thread = thread::spawn(move || {
        let _done = done;
        body();
    });
    let hangs = ended.recv_timeout(LIMIT) == Err(RecvTimeoutError::Timeout);
    assert!(!hangs, "the test hangs");
    if let Err(payload) = thread.join() {
        std::panic::resume_unwind(payload);
    }
}

/// Returns a job that calls `body` once.
fn job(body: impl FnOnce() + Send + 'static) -> Job {
    struct Once<F>(F);
    impl<F: FnOnce() + Send + Unpin> RunTask for Once<F> {
        fn run(self: Pin<Box<Self>>) {
            (Pin::into_inner(self).0)();
        }
    }
    let body: Box<dyn FnOnce() + Send> = Box::new(body);
    Job::Actor(Box::pin(Once(body)))
}

/// Starts a multi-thread executor.
fn start(threads: usize) -> Arc<dyn Executor> {
    MultiThread::start(threads, "test")
}

/// Closes an executor whose threads are idle.
fn end(executor: &Arc<dyn Executor>) {
    assert!(executor.close(LIMIT).is_empty());
}

/// Schedules a job that runs again, at the back, as long as `goes_on` says so.
fn again(executor: &Arc<dyn Executor>, goes_on: impl Fn() -> bool + Send + 'static) {
    let next = executor.clone();
    let turn = job(move || {
        if goes_on() {
            again(&next, goes_on);
        }
    });
    executor.schedule(turn, Schedule::Yielded);
}

/// Drives an async block and gives back its output.
fn block_on<T>(executor: &dyn Executor, future: impl Future<Output = T>) -> T {
    let mut output = None;
    {
        let mut driven = pin!(async { output = Some(future.await) });
        executor.block_on(driven.as_mut());
    }
    output.expect("the future is done")
}

/// Counts how often it is woken.
#[derive(Default)]
struct Count(AtomicUsize);

impl Count {
    fn new() -> (Arc<Count>, Waker) {
        let count = Arc::new(Count::default());
        (count.clone(), Waker::from(count))
    }

    fn get(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// Calls a function when it is woken.
struct CallOnWake<F>(F);

impl<F: Fn() + Send + Sync + 'static> CallOnWake<F> {
    fn waker(call: F) -> Waker {
        Waker::from(Arc::new(CallOnWake(call)))
    }
}

impl<F: Fn() + Send + Sync + 'static> Wake for CallOnWake<F> {
    fn wake(self: Arc<Self>) {
        (self.0)();
    }
}
