//! The order of the steps of a wake-up.

use super::{HandlerWaker, OwnWaker};
use crate::Actor;
use crate::actor::spawn::ActorBuilder;
use crate::cell::handle::DynMailbox;
use crate::cell::system_shared::SystemShared;
use crate::executor::{Executor, Job, RunTask, Schedule, Tasks, Timers};
use crate::incident::Reporter;
use crate::prelude::*;
use crate::sync::{Arc, Mutex, Weak};
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

#[actor(crate = crate)]
struct Peer;

#[actor(crate = crate)]
impl Peer {}

/// Counts the clones of a waker whenever a job is scheduled.
struct Counting {
    waker: Mutex<Option<Weak<HandlerWaker>>>,
    counts: Mutex<Vec<usize>>,
    timers: Timers,
    tasks: Arc<Tasks>,
}

impl Executor for Counting {
    fn schedule(&self, _: Job, _: Schedule) {
        let count = self.waker.lock().as_ref().map_or(0, Weak::strong_count);
        self.counts.lock().push(count);
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

struct Parked;

impl RunTask for Parked {
    fn run(self: Pin<Box<Self>>) {}
}

#[test]
fn a_waker_is_dropped_before_the_actor_that_it_wakes_runs() {
    let executor = Arc::new(Counting {
        waker: Mutex::new(None),
        counts: Mutex::new(Vec::new()),
        timers: Timers::new(Instant::now(), || {}),
        tasks: Arc::default(),
    });
    let system = SystemShared::new(executor.clone(), Reporter::Hook(Box::new(|_| {})), false, true);
    let builder = ActorBuilder::<Peer>::new(Some(system), const { &Peer::SETTINGS }, None);
    let mut own = OwnWaker::new(builder.mailbox.clone());
    *executor.waker.lock() = own.count.take();
    builder.mailbox.lock().cell.park(Some(Box::pin(Parked)), false);
    let clone = own.waker.clone();
    clone.wake();
    // The actor's own reference is left.
    assert_eq!(*executor.counts.lock(), [1]);
    builder.end();
}
