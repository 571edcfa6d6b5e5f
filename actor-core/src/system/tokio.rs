//! Systems on tokio runtimes, one for each runtime, created at first use; and a tokio runtime as an external
//! runtime.

use super::System;
use super::builder::SystemBuilder;
use crate::cell::system_shared::SystemShared;
use crate::clock::Instant;
use crate::executor::{External, ExternalRuntime};
use crate::panics;
use crate::sync::{Arc, LazyLock, Mutex};
use std::collections::HashMap;
use std::future::{Future, pending};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
#[cfg(feature = "unblock")]
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::runtime::{Handle, Id, RuntimeFlavor};

/// The system of each runtime, from its first use until the runtime ends.
static SYSTEMS: LazyLock<Mutex<HashMap<Id, System>>> = LazyLock::new(Mutex::default);

impl System {
    /// Returns the system of the tokio runtime of `handle`, which is started at first use. There is
    /// one system for each runtime.
    ///
    /// Inside the runtime, `spawn()` and [`System::current`] also use this system. Handlers run in
    /// the runtime's context, so code that needs tokio works in them. The system starts no thread.
    /// It lives as long as the runtime, unless it is shut down, which does not affect the runtime.
    /// If the runtime is dropped first, the actors are killed and their callers get errors.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use std::time::Duration;
    /// #[actor]
    /// struct Sleeper;
    ///
    /// #[actor]
    /// impl Sleeper {
    ///     async fn nap(&self) {
    ///         tokio::time::sleep(Duration::from_millis(1)).await;
    ///     }
    /// }
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    /// runtime.block_on(async {
    ///     let sleeper = Sleeper.spawn(); // on this runtime
    ///     sleeper.nap().await
    /// })?;
    /// assert!(System::tokio(runtime.handle().clone()) != System::current());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    /// If the runtime has no clock: build it with `enable_time` or `enable_all`.
    #[track_caller]
    pub fn tokio(handle: Handle) -> System {
        let known = SYSTEMS.lock().get(&handle.id()).cloned();
        known.unwrap_or_else(|| {
            let runtime = Tokio::new(handle);
            start(runtime, SystemBuilder::default()).unwrap_or_else(|raced| raced)
        })
    }

    #[track_caller]
    pub(super) fn start_tokio(handle: Handle, settings: SystemBuilder) -> System {
        match start(Tokio::new(handle), settings) {
            Ok(system) => system,
            Err(_) => panic!(
                "this tokio runtime has a system already; build it before anything is spawned there"
            ),
        }
    }
}

/// Returns the shared state of the system of the current runtime, if there is one.
#[track_caller]
pub(super) fn current_shared() -> Option<Arc<SystemShared>> {
    let handle = Handle::try_current().ok()?;
    Some(System::tokio(handle).shared.clone())
}

/// Starts the system of a runtime. If the runtime already has one, returns that system as the
/// error.
fn start(runtime: Tokio, settings: SystemBuilder) -> Result<System, System> {
    let id = runtime.id();
    let mut systems = SYSTEMS.lock();
    if let Some(known) = systems.get(&id) {
        return Err(known.clone());
    }
    let handle = runtime.handle().clone();
    let executor = External::new(runtime);
    let system = System::start(executor.clone(), settings.reporter, false, settings.detects);
    systems.insert(id, system.clone());
    drop(systems);
    // A runtime that has ended drops both futures immediately, and the drop of the second one locks
    // the table.
    executor.spawn_timer_driver(system.ends_with_its_executor());
    Tokio::hold(&handle, Entry(id));
    Ok(system)
}

/// An entry of the table, held by the runtime. A system that is shut down stays the system of its
/// runtime.
struct Entry(Id);

impl Drop for Entry {
    fn drop(&mut self) {
        // A statement of its own, so that the system is dropped without the lock.
        let gone = SYSTEMS.lock().remove(&self.0);
        drop(gone);
    }
}

/// A tokio runtime that the user runs. A job runs inside its context, like any task of the runtime.
struct Tokio {
    handle: Handle,
}

impl Tokio {
    /// # Panics
    /// If the runtime has no clock, with tokio's message.
    #[track_caller]
    fn new(handle: Handle) -> Tokio {
        let entered = handle.enter();
        drop(tokio::time::sleep(Duration::ZERO));
        drop(entered);
        Tokio { handle }
    }

    /// Drops `guard` when the runtime ends.
    fn hold(handle: &Handle, guard: impl Send + 'static) {
        let held = async move {
            let _guard = guard;
            pending::<()>().await;
        };
        drop(handle.spawn(held));
    }

    fn handle(&self) -> &Handle {
        &self.handle
    }

    fn id(&self) -> Id {
        self.handle.id()
    }
}

/// The longest sleep of the runtime, which panics if it waits for the last instant of the clock. The timer
/// driver continues a longer wait with another sleep.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

impl ExternalRuntime for Tokio {
    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        drop(self.handle.spawn(task));
    }

    /// Returns the time on the clock of the runtime, which a test may have paused. A thread whose thread-local
    /// values are being dropped cannot enter a runtime, and reads the real time.
    fn now(&self) -> Instant {
        let of_runtime = || {
            let _entered = self.handle.enter();
            tokio::time::Instant::now().into_std()
        };
        let read = panics::quiet(|| catch_unwind(AssertUnwindSafe(of_runtime)));
        read.unwrap_or_else(|payload| {
            panics::discard(payload);
            Instant::now()
        })
    }

    fn sleep_until(&self, at: Instant) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let latest = self.now().checked_add(LONGEST);
        let at = latest.map_or(at, |latest| at.min(latest));
        let _entered = self.handle.enter();
        Box::pin(tokio::time::sleep_until(at.into()))
    }

    fn block_on(&self, future: Pin<&mut dyn Future<Output = ()>>) {
        self.handle.block_on(future);
    }

    fn is_only_driver(&self) -> bool {
        let is_current =
            Handle::try_current().is_ok_and(|current| current.id() == self.handle.id());
        // A thread for blocking code is inside the runtime, too, and may block. Only a panic of the
        // runtime's own `block_on` distinguishes the two.
        is_current
            && self.handle.runtime_flavor() == RuntimeFlavor::CurrentThread
            && catch_unwind(|| self.handle.block_on(async {})).is_err()
    }
}

/// A future that is polled and dropped inside the tokio runtime in which it was made, if there is one.
#[cfg(feature = "unblock")]
pub(super) struct InRuntime<F> {
    future: Option<F>,
    runtime: Option<Handle>,
}

#[cfg(feature = "unblock")]
impl<F> InRuntime<F> {
    pub(super) fn current(future: F) -> Self {
        InRuntime { future: Some(future), runtime: Handle::try_current().ok() }
    }
}

#[cfg(feature = "unblock")]
impl<F: Future + Unpin> Future for InRuntime<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.get_mut();
        let _entered = this.runtime.as_ref().map(Handle::enter);
        this.future.as_mut().map_or(Poll::Pending, |future| Pin::new(future).poll(cx))
    }
}

#[cfg(feature = "unblock")]
impl<F> Drop for InRuntime<F> {
    fn drop(&mut self) {
        let _entered = self.runtime.as_ref().map(Handle::enter);
        self.future = None;
    }
}

#[cfg(all(test, not(actor_loom)))]
mod tests {
    use super::{Duration, System};
    use crate::executor::sleep::Sleep;
    use std::task::Waker;

    #[test]
    fn a_timer_at_the_last_instant_of_the_clock_ends_no_actor() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let system = System::tokio(runtime.handle().clone());
        let executor = &system.shared().executor;
        let steps = (0..63).rev().map(|power| Duration::from_secs(1 << power));
        let steps = steps.chain((0..30).rev().map(|power| Duration::from_nanos(1 << power)));
        let latest =
            steps.fold(executor.now(), |latest, step| latest.checked_add(step).unwrap_or(latest));
        executor.timers().insert(latest, Waker::noop().clone(), false);
        // The driver has read this deadline when it fires a later timer.
        let later = Sleep::on(executor.clone(), Duration::from_millis(1));
        runtime.block_on(system.spawn_task(later));
    }
}
