//! The end of a system: graceful by `shutdown`, or immediate when the last handle is dropped.

use super::System;
use super::task::{BlockingClosure, Task, TaskFuture, run_now};
use crate::executor::sleep::{Sleep, Timeout};
use crate::executor::{self, Executor};
use crate::sync::Arc;
use crate::sync::atomic::Ordering;
use crate::sync::thread;
use std::fmt;
use std::pin::pin;
use std::time::Duration;

/// The time limit for killed actors to end, and for worker threads to leave user code.
const GRACE: Duration = Duration::from_secs(1);

impl System {
    /// Shuts down gracefully: stops every top-level actor, and each actor stops its children in
    /// order. Actors that remain after `limit` are killed. Then the worker threads end.
    ///
    /// Returns the actors that did not end in time. Once the future is polled, no further actor
    /// starts on this system: `spawn` returns the address of an ended actor.
    ///
    /// Await the future outside of the actors and tasks of this system, for example in `main` or
    /// [`block_on`](System::block_on). In a handler, the future waits for the actor of that handler: the kill at
    /// `limit` drops the handler, and with it the future. A task of the system is dropped when the system ends.
    /// In both cases the report is lost. A handler can instead notify the code that runs in `main`.
    ///
    /// # Cancellation
    /// If the future is dropped before it completes, the actors are still stopped, but none is
    /// killed.
    pub async fn shutdown(&self, limit: Duration) -> ShutdownReport {
        for actor in self.shared.close() {
            let is_child = actor.lock().cell.parent().is_some();
            if !is_child {
                actor.close();
            }
        }
        let killed = if self.emptied_within(limit).await {
            Vec::new()
        } else {
            let mut late = self.shared.actors();
            // An actor leaves the table a moment after its exit is published.
            late.retain(|actor| actor.lock().cell.exit().is_none());
            late.iter().for_each(|actor| actor.kill());
            late.iter().map(|actor| actor.label()).collect()
        };
        let executor = self.shared.executor.clone();
        // If closing the executor runs the remaining actors, the killed actors and the threads share one
        // grace period: a worker inside user code is waited for once. Other executors run nothing once
        // they are closed.
        let close_ends_actors = executor.close_ends_actors();
        if !killed.is_empty() && !close_ends_actors {
            self.emptied_within(GRACE).await;
        }
        let stuck = if self.shared.is_local {
            executor.close(GRACE)
        } else {
            close_on_thread(executor).await
        };
        if !killed.is_empty() && close_ends_actors && stuck.is_empty() {
            // Some actors may have been scheduled by other threads, and run on the monitor.
            self.emptied_within(GRACE).await;
        }
        ShutdownReport { killed, stuck }
    }

    /// Waits until no actor is left. Returns `false` if that takes longer than `limit`.
    async fn emptied_within(&self, limit: Duration) -> bool {
        let empty = async {
            loop {
                let emptied = self.shared.emptied.listen();
                if self.shared.is_empty() {
                    return;
                }
                emptied.await;
            }
        };
        let sleep = Sleep::on(self.shared.executor.clone(), limit);
        Timeout::new(empty, sleep).await.is_ok()
    }
}

impl Drop for System {
    fn drop(&mut self) {
        let is_last = self.shared.handles.fetch_sub(1, Ordering::AcqRel) == 1;
        // Only once: a state that gets the current system while it is dropped would otherwise end
        // the other actors inside of its own drop.
        if !is_last || self.shared.is_abandoned.swap(true, Ordering::AcqRel) {
            return;
        }
        self.shared.kill_all();
        if self.shared.sim_node.is_some() {
            // The simulation continues, and ends the actors and tasks of this node.
            self.shared.executor.close(Duration::ZERO);
            return;
        }
        if let Some(sim_observer) = &self.shared.sim_observer {
            for node in sim_observer.systems().iter().filter(|it| it.sim_node.is_some()) {
                node.kill_all();
                node.executor.close(Duration::ZERO);
            }
        }
        if self.shared.is_local {
            // No further `block_on` drives this system. Killed actors end without waiting.
            if self.shared.executor.is_executor_thread() && !executor::is_inside() {
                let all_gone = async { self.emptied_within(GRACE).await };
                let mut all_gone = pin!(all_gone);
                self.shared.executor.block_on(pin!(async {
                    all_gone.as_mut().await;
                }));
            }
            // This ends the remaining actors, if their thread is another one or is inside another system,
            // and the remaining tasks.
            self.shared.executor.close(Duration::ZERO);
            return;
        }
        let shared = self.shared.clone();
        // The workers end when the last actor has ended. A separate thread waits for that, because a
        // worker cannot wait for itself.
        let waits = thread::start("actor-end".into(), move || {
            while !shared.is_empty() {
                let emptied = shared.emptied.listen();
                if shared.is_empty() || !emptied.wait_timeout(GRACE) {
                    break;
                }
            }
            shared.executor.close(Duration::ZERO);
        });
        if waits.is_err() {
            // For lack of a thread that waits, the executor ends the killed actors while it closes.
            self.shared.executor.close(Duration::ZERO);
        }
    }
}

/// Closes an executor on a separate thread, because joining threads blocks, and must not happen on one of
/// those threads. Returns the names of the threads that are stuck.
async fn close_on_thread(executor: Arc<dyn Executor>) -> Vec<String> {
    let close = {
        let executor = executor.clone();
        BlockingClosure::new(move || executor.close(GRACE))
    };
    let (closing, outcome) = TaskFuture::new(close, None, 0);
    match thread::start("actor-end".into(), move || run_now(closing)) {
        Ok(_) => Task::new(outcome, None).await,
        // No other thread can be started, so this one blocks.
        Err(_) => executor.close(GRACE),
    }
}

/// The result of a [`shutdown`](System::shutdown).
///
/// ```
/// # use actor_core::prelude::*;
/// # #[actor] struct Idle; #[actor] impl Idle {}
/// # use std::time::Duration;
/// let system = System::builder().threads(1).build();
/// system.spawn(Idle).keep_alive();
/// let report = system.block_on(system.shutdown(Duration::from_secs(1)));
/// assert!(report.is_clean());
/// assert_eq!(report.to_string(), "all ended in time");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShutdownReport {
    /// The labels of the actors that did not end in time and were killed.
    pub killed: Vec<String>,
    /// The names of the worker threads that were still in user code a second later and were left
    /// behind.
    pub stuck: Vec<String>,
}

impl ShutdownReport {
    /// Returns `true` if everything ended in time.
    pub fn is_clean(&self) -> bool {
        self.killed.is_empty() && self.stuck.is_empty()
    }
}

impl fmt::Display for ShutdownReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_clean() {
            return f.write_str("all ended in time");
        }
        if !self.killed.is_empty() {
            write!(f, "killed: {}", self.killed.join(", "))?;
        }
        if !self.stuck.is_empty() {
            let gap = if self.killed.is_empty() { "" } else { "; " };
            write!(f, "{gap}stuck threads: {}", self.stuck.join(", "))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::System;
    use crate::clock::Instant;
    use crate::sync::Arc;
    use crate::sync::thread::STARTS_LEFT;
    use actor_core::prelude::*;
    use std::thread;
    use std::time::Duration;

    #[actor]
    struct Idle;

    #[actor]
    impl Idle {}

    /// Runs `end` on a thread that cannot start another one, and waits until no thread of the system is left.
    fn ends_without_a_thread(end: fn(System)) {
        let system = System::builder().threads(2).build();
        let idle = system.spawn(Idle);
        let executor = Arc::downgrade(&system.shared.executor);
        STARTS_LEFT.set(0);
        end(system);
        STARTS_LEFT.set(usize::MAX);
        // Killed, or stopped before that.
        assert!(matches!(
            futures_lite::future::block_on(idle.join()),
            Exit::Killed | Exit::Stopped
        ));
        drop(idle);
        let started = Instant::now();
        while executor.strong_count() > 0 {
            assert!(started.elapsed() < Duration::from_secs(60), "the threads run on");
            thread::yield_now();
        }
    }

    #[test]
    fn dropping_a_system_ends_its_threads_if_no_other_thread_can_be_started() {
        ends_without_a_thread(drop);
    }

    #[test]
    fn a_shutdown_ends_the_threads_if_no_other_thread_can_be_started() {
        ends_without_a_thread(|system| {
            let report = system.block_on(system.shutdown(Duration::ZERO));
            assert_eq!(report.stuck, Vec::<String>::new());
        });
    }
}
