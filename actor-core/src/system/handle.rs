//! The handle of a system.

use super::builder::SystemBuilder;
use super::run;
use super::task::{self, InSystem, Task, TaskFuture, TaskKind};
#[cfg(feature = "tokio")]
use super::tokio;
use crate::cell::current;
use crate::cell::system_shared::SystemShared;
use crate::executor::sim::{Scheduler, SimExecutor};
use crate::executor::{self, CurrentThread, Executor};
use crate::incident::Counters;
use crate::incident::Reporter;
use crate::panics;
use crate::sync::atomic::Ordering;
use crate::sync::{Arc, OnceLock};
use futures_lite::FutureExt;
use std::any::Any;
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::pin::pin;

/// The environment in which actors live: an executor, a clock, and the state shared by its actors.
///
/// A system is a cheaply cloned handle. Dropping the last one kills the actors and does not wait;
/// use [`shutdown`](System::shutdown) for a graceful shutdown. Either drops the unfinished tasks. A system
/// that has ended accepts neither actors nor tasks: their states and futures are dropped immediately.
///
/// ```
/// # use actor_core::prelude::*;
/// # use std::time::Duration;
/// # #[actor] struct Idle; #[actor] impl Idle {}
/// let system = System::builder().threads(2).name("example").build();
/// system.block_on(async {
///     let idle = Idle.spawn(); // on the system that this runs on
///     assert!(System::current() == System::current());
///     idle.stop();
///     idle.join().await;
/// });
/// let report = system.block_on(system.shutdown(Duration::from_secs(1)));
/// assert!(report.is_clean());
/// ```
pub struct System {
    pub(super) shared: Arc<SystemShared>,
}

/// The reason why `block_on` ended without the output of its future.
pub(crate) enum BlockOnError {
    Panicked(Box<dyn Any + Send>),
    /// A simulation has deadlocked, or was aborted. The text gives the reason.
    Aborted(String),
}

pub(super) static GLOBAL: OnceLock<System> = OnceLock::new();

impl System {
    /// Starts a system with one worker thread per core.
    ///
    /// # Panics
    /// On WebAssembly, which has no threads.
    #[allow(clippy::new_without_default, reason = "starting threads is no default value")]
    #[track_caller]
    pub fn new() -> Self {
        System::builder().build()
    }

    /// Returns a builder with the settings of a system: see [`SystemBuilder`].
    pub fn builder() -> SystemBuilder {
        SystemBuilder::default()
    }

    /// Creates a system that runs only on this thread, inside [`block_on`](System::block_on). It
    /// can run `local` actors.
    ///
    /// The last handle may be dropped on any thread. The actors are then killed. They end on that
    /// thread or on one started for this purpose, unless the thread of the system runs them at that
    /// time. The state of a `local` actor is dropped only on its own thread: when that thread next
    /// enters or leaves a current-thread system, or ends. A caller whose call such an actor was
    /// handling waits until then.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// use std::rc::Rc;
    ///
    /// #[actor(local)]
    /// struct Notes {
    ///     lines: Rc<Vec<String>>,
    /// }
    ///
    /// #[actor(local)]
    /// impl Notes {
    ///     fn count(&self) -> usize {
    ///         self.lines.len()
    ///     }
    /// }
    ///
    /// System::current_thread().block_on(async {
    ///     let notes = Notes { lines: Rc::new(vec![]) }.spawn();
    ///     assert_eq!(notes.count().await, Ok(0));
    /// });
    /// ```
    pub fn current_thread() -> Self {
        System::start(CurrentThread::new(), Reporter::default(), true, true)
    }

    /// Creates a simulation: a system on this thread in virtual time, where `seed` chooses what
    /// runs next among all runnable tasks (deterministic simulation testing).
    ///
    /// The same seed gives the same run. Virtual time advances only when nothing is runnable: it
    /// jumps to the next timer, so a day of ticks passes in an instant. `#[actor_core::test]`
    /// creates a simulation automatically; [`Sim::of`](crate::simulation::Sim::of) controls it. While a
    /// simulation runs, this thread's `fastrand` follows the seed, and with it
    /// [`race`](crate::future::race).
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// use std::time::Duration;
    ///
    /// let system = System::simulation(7);
    /// let slept = system.block_on(async {
    ///     let begun = actor_core::time::now();
    ///     actor_core::time::sleep(Duration::from_secs(3600)).await;
    ///     actor_core::time::now() - begun
    /// });
    /// assert_eq!(slept, Duration::from_secs(3600));
    /// ```
    ///
    /// # Panics
    /// `block_on` panics and reports which actor waits for which if nothing is left to run and the
    /// future is not ready (a deadlock). It also panics after 20 million steps, or three million new actors
    /// or tasks, without an advance of virtual time (a livelock), after ten million advances of it in a row while
    /// the future waits for something other than an instant, and if another thread wakes, sends or spawns.
    pub fn simulation(seed: u64) -> Self {
        System::simulated(Scheduler::seeded(seed, false), seed, Reporter::default())
    }

    pub(crate) fn simulated(scheduler: Scheduler, seed: u64, reporter: Reporter) -> Self {
        panics::install_hook();
        System::handle(SystemShared::simulated(SimExecutor::new(scheduler, seed), reporter, seed))
    }

    /// Returns the reason why `block_on` of a simulation ended before its future was ready.
    fn abort_reason(&self) -> String {
        let sim_observer = self.shared.sim_observer.as_ref();
        let error = sim_observer
            .and_then(|sim_observer| Some((sim_observer, sim_observer.executor.take_error()?)));
        error.map_or_else(
            || "the executor ended before its future was ready".into(),
            |(sim_observer, error)| sim_observer.explain(&error),
        )
    }

    pub(super) fn start(
        executor: Arc<dyn Executor>,
        reporter: Reporter,
        is_local: bool,
        detects: bool,
    ) -> Self {
        panics::install_hook();
        System::handle(SystemShared::new(executor, reporter, is_local, detects))
    }

    pub(crate) fn handle(shared: Arc<SystemShared>) -> Self {
        shared.handles.fetch_add(1, Ordering::Relaxed);
        System { shared }
    }

    /// Returns the system of the current thread. Outside any system, returns the global one, which
    /// is started at first use. The environment variable `ACTOR_THREADS` sets its number of worker
    /// threads.
    ///
    /// With the feature `tokio`, a thread inside a tokio runtime is in the system of that runtime.
    ///
    /// WebAssembly has no threads. The global system of a browser is `System::browser()`, and that of
    /// WASI is a current-thread system, which runs inside of `block_on`.
    ///
    /// # Panics
    /// If it would start the global system, and `ACTOR_THREADS` is set but is not a number of at least 1.
    #[track_caller]
    pub fn current() -> Self {
        System::handle(System::current_shared())
    }

    #[track_caller]
    pub(crate) fn current_shared() -> Arc<SystemShared> {
        if let Some(shared) = current::shared() {
            return shared;
        }
        #[cfg(feature = "tokio")]
        if let Some(shared) = tokio::current_shared() {
            return shared;
        }
        System::global().shared.clone()
    }

    /// Returns a closure that kills all actors, for the end of the runtime that they run on.
    #[cfg(any(
        feature = "smol",
        feature = "tokio",
        all(target_family = "wasm", target_os = "unknown")
    ))]
    pub(super) fn ends_with_its_executor(&self) -> impl FnOnce() + Send + 'static {
        let shared = Arc::downgrade(&self.shared);
        move || {
            if let Some(shared) = shared.upgrade() {
                shared.kill_all();
            }
        }
    }

    #[track_caller]
    pub(crate) fn global() -> &'static System {
        if let Some(system) = GLOBAL.get() {
            return system;
        }
        GLOBAL.get_or_init(System::global_constructor())
    }

    /// Returns the constructor of the global system.
    #[cfg(not(target_family = "wasm"))]
    #[track_caller]
    fn global_constructor() -> impl FnOnce() -> System {
        // Outside the closure, so that a panic has the location of the caller.
        let threads = super::builder::threads_wanted();
        move || match threads {
            Some(threads) => System::builder().threads(threads).build(),
            None => System::new(),
        }
    }

    #[cfg(all(target_family = "wasm", target_os = "unknown"))]
    fn global_constructor() -> impl FnOnce() -> System {
        System::browser_default
    }

    /// Returns the constructor of the global system. WASI has one thread, so it is a current-thread system.
    #[cfg(all(target_family = "wasm", not(target_os = "unknown")))]
    fn global_constructor() -> impl FnOnce() -> System {
        System::current_thread
    }

    pub(crate) fn shared(&self) -> &Arc<SystemShared> {
        &self.shared
    }

    /// Runs `future` on this thread to completion, with this system as the current one.
    ///
    /// A current-thread system runs its actors in the meantime; they continue at the next
    /// `block_on`.
    ///
    /// # Panics
    /// If this thread already runs a system, or if a current-thread system belongs to another
    /// thread.
    #[track_caller]
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        match self.try_block_on(future) {
            Ok(output) => output,
            Err(BlockOnError::Panicked(payload)) => resume_unwind(payload),
            Err(BlockOnError::Aborted(why)) => panic!("{why}"),
        }
    }

    /// Like `block_on`, but returns a panic of the future, or the reason why a simulation was
    /// aborted.
    #[track_caller]
    pub(crate) fn try_block_on<F: Future>(&self, future: F) -> Result<F::Output, BlockOnError> {
        assert!(
            !executor::is_inside(),
            "`block_on` inside of a system would block its thread; use `.await`"
        );
        assert!(
            !self.shared.is_local || self.shared.executor.is_executor_thread(),
            "a current-thread system runs on the thread that made it; call `block_on` there"
        );
        let mut output = None;
        let future = async { output = Some(catch(future).await) };
        let within = InSystem::new(future, self.shared.clone());
        self.shared.executor.block_on(pin!(within));
        match output {
            Some(output) => output.map_err(BlockOnError::Panicked),
            None => Err(BlockOnError::Aborted(self.abort_reason())),
        }
    }

    /// Runs a whole program: runs `body` until it returns, then does a graceful
    /// [shutdown](System::shutdown) of this system, with a limit of five seconds. Actors that did
    /// not end in time are listed on stderr.
    ///
    /// With the feature `signals`, which is on by default, Ctrl-C or SIGTERM drops the body and starts
    /// the shutdown on Unix; the process then exits with code 130. A second signal ends the process
    /// immediately. On Windows, Ctrl-C ends the process at once. `#[actor_core::main]` does the same with the
    /// global system.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # #[actor] struct Idle; #[actor] impl Idle {}
    /// let idle = System::builder().threads(1).build().run(async { Idle.spawn() });
    /// assert!(!idle.is_alive());
    /// ```
    ///
    /// # Panics
    /// The panics of [`block_on`](System::block_on).
    #[track_caller]
    pub fn run<F: Future>(&self, body: F) -> F::Output {
        run::run(self, body)
    }

    /// Returns a random number generator seeded by this system. In a simulation, it follows the seed; see
    /// [`rng`](crate::rng).
    ///
    /// ```
    /// # use actor_core::System;
    /// let throw = |seed| System::simulation(seed).rng().u64(..);
    /// assert_eq!(throw(1), throw(1));
    /// ```
    #[must_use]
    pub fn rng(&self) -> fastrand::Rng {
        self.shared.rng()
    }

    /// Returns the counts of lost messages and failures in this system. See [`Counters`].
    pub fn counters(&self) -> Counters {
        self.shared.counts.read()
    }

    /// Runs a future on this system, concurrently with the actors.
    ///
    /// # Cancellation
    /// Dropping the task cancels the future; `.detach()` keeps it running.
    ///
    /// ```
    /// # use actor_core::System;
    /// let system = System::builder().threads(1).build();
    /// let task = system.spawn_task(async { 1 + 1 });
    /// assert_eq!(system.block_on(task), 2);
    /// ```
    pub fn spawn_task<F>(&self, future: F) -> Task<F::Output>
    where
        F: Future + Send + 'static, // for a call, write `call.into_owned()`
        F::Output: Send + 'static,
    {
        spawn_on(&self.shared, future)
    }
}

impl Clone for System {
    fn clone(&self) -> Self {
        System::handle(self.shared.clone())
    }
}

impl PartialEq for System {
    fn eq(&self, other: &Self) -> bool {
        self.shared.id == other.shared.id
    }
}

impl Eq for System {}

impl fmt::Debug for System {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("System").field("number", &self.shared.id).finish_non_exhaustive()
    }
}

/// Runs a future on the current system, concurrently with the actors. See [`System::spawn_task`].
///
/// ```
/// # actor_core::System::current_thread().block_on(async {
/// assert_eq!(actor_core::spawn_task(async { 1 + 1 }).await, 2);
/// # });
/// ```
pub fn spawn_task<F>(future: F) -> Task<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    spawn_on(&System::current_shared(), future)
}

pub(super) fn spawn_on<F>(shared: &Arc<SystemShared>, future: F) -> Task<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let number = shared.executor.next_task_number();
    let (task_future, outcome) = TaskFuture::new(future, Some(shared), number);
    let (runnable, task) = task::numbered(shared, number, task_future);
    runnable.schedule();
    Task::new(outcome, Some(TaskKind::Task(task)))
}

/// Returns a random number generator seeded by the current system. In a simulation, it follows the
/// seed.
///
/// ```
/// # use actor_core::System;
/// let throw = |seed| System::simulation(seed).block_on(async { actor_core::rng().u64(..) });
/// assert_eq!(throw(1), throw(1));
/// assert_ne!(throw(1), throw(2));
/// ```
#[must_use]
pub fn rng() -> fastrand::Rng {
    System::current_shared().rng()
}

/// Returns the executor of the current system.
pub(crate) fn current_executor() -> Arc<dyn Executor> {
    System::current_shared().executor.clone()
}

/// Catches a panic of the future, which `block_on` resumes.
async fn catch<F: Future>(future: F) -> Result<F::Output, Box<dyn Any + Send>> {
    AssertUnwindSafe(future).catch_unwind().await
}
