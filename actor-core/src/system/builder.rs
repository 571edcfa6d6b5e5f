//! The settings of a system.

use super::System;
use crate::executor::MultiThread;
use crate::incident::{Incident, Reporter};
use std::fmt;

/// A builder for a system.
///
/// ```
/// # use actor_core::System;
/// let system = System::builder().threads(2).name("io").build();
/// # drop(system);
/// ```
#[must_use = "nothing starts before `.build()`"]
pub struct SystemBuilder {
    threads: Option<usize>,
    name: String,
    executor: ExecutorKind,
    pub(super) reporter: Reporter,
    pub(super) detects: bool,
}

/// The executor of the actors.
enum ExecutorKind {
    /// Worker threads of the system.
    Threads,
    #[cfg(feature = "smol")]
    Smol(super::SmolExecutor),
    #[cfg(feature = "tokio")]
    Tokio(tokio::runtime::Handle),
    #[cfg(all(target_family = "wasm", target_os = "unknown"))]
    Browser,
}

impl SystemBuilder {
    /// Sets the number of worker threads. The default is one per core. More than 65 535 threads count as
    /// 65 535. The number has no effect on a system that runs on another executor, such as tokio or smol.
    ///
    /// # Panics
    /// If `threads` is zero.
    #[track_caller]
    pub fn threads(mut self, threads: usize) -> Self {
        assert!(threads > 0, "a system needs a thread; use 1 or more");
        self.threads = Some(threads);
        self
    }

    /// Sets the name of the threads, which is followed by a number. The name has no effect on a system that runs
    /// on another executor.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Sets the incident hook. The hook runs on the thread on which an [`Incident`] occurs and must
    /// not block. A panic of the hook is caught and ignored.
    pub fn on_incident(mut self, hook: impl Fn(&Incident) + Send + Sync + 'static) -> Self {
        self.reporter = Reporter::Hook(Box::new(hook));
        self
    }

    /// Aborts the process at the first [`Incident`], for programs that should crash rather than
    /// continue. The incident is printed first.
    ///
    /// Every incident counts, including routine ones. A [`RestartableFailure`](Incident::RestartableFailure)
    /// aborts the process before the supervisor can restart the actor, and one missed tick of
    /// [`Context::every`](crate::Context::every) aborts it, too ([`MissedTicks`](Incident::MissedTicks)). To abort
    /// at some incidents only, call `std::process::abort` in a hook set by
    /// [`on_incident`](SystemBuilder::on_incident).
    ///
    /// ```
    /// # use actor_core::System;
    /// let system = System::builder().threads(1).abort_on_incident().build();
    /// assert_eq!(system.block_on(async { 7 }), 7);
    /// ```
    pub fn abort_on_incident(mut self) -> Self {
        self.reporter = Reporter::Abort;
        self
    }

    /// Sets whether a call or send that would complete a cycle of waiting actors in this system is
    /// refused with a [`Cycle`](crate::error::Cycle). The default is `true`.
    ///
    /// Without detection, such actors hang until one of them is killed. Turning it off saves a few
    /// nanoseconds for each call that a handler makes.
    ///
    /// ```
    /// # use actor_core::System;
    /// let system = System::builder().threads(1).deadlock_detection(false).build();
    /// # drop(system);
    /// ```
    pub fn deadlock_detection(mut self, is_on: bool) -> Self {
        self.detects = is_on;
        self
    }

    /// Runs the actors on a smol executor instead of separate threads. See [`System::smol`].
    #[cfg(feature = "smol")]
    pub fn smol(mut self, executor: impl Into<super::SmolExecutor>) -> Self {
        self.executor = ExecutorKind::Smol(executor.into());
        self
    }

    /// Runs the actors on a tokio runtime instead of separate threads, as the system of that
    /// runtime. See [`System::tokio`].
    #[cfg(feature = "tokio")]
    pub fn tokio(mut self, handle: tokio::runtime::Handle) -> Self {
        self.executor = ExecutorKind::Tokio(handle);
        self
    }

    /// Runs the actors on the event loop of the browser, as the system of the page. See
    /// [`System::browser`].
    ///
    /// ```
    /// # #[cfg(all(target_family = "wasm", target_os = "unknown"))]
    /// # fn start() {
    /// let system = actor_core::System::builder().on_incident(|_| ()).browser().build();
    /// # }
    /// ```
    #[cfg(all(target_family = "wasm", target_os = "unknown"))]
    pub fn browser(mut self) -> Self {
        self.executor = ExecutorKind::Browser;
        self
    }

    /// Starts the system.
    ///
    /// # Panics
    /// - If the tokio runtime already has a system, or has no clock.
    /// - If the page already has a system.
    /// - On WebAssembly, if the system would need threads.
    #[track_caller]
    pub fn build(mut self) -> System {
        match std::mem::replace(&mut self.executor, ExecutorKind::Threads) {
            ExecutorKind::Threads => self.build_threads(),
            #[cfg(feature = "smol")]
            ExecutorKind::Smol(executor) => System::start_smol(executor, self),
            #[cfg(feature = "tokio")]
            ExecutorKind::Tokio(handle) => System::start_tokio(handle, self),
            #[cfg(all(target_family = "wasm", target_os = "unknown"))]
            ExecutorKind::Browser => System::start_browser(self),
        }
    }

    #[track_caller]
    fn build_threads(self) -> System {
        if cfg!(target_family = "wasm") {
            panic!(
                "WebAssembly has no threads; use `System::current_thread()`, or `System::browser()` in a browser"
            );
        }
        let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let threads = self.threads.unwrap_or_else(cores);
        System::start(MultiThread::start(threads, &self.name), self.reporter, false, self.detects)
    }
}

/// Returns the number of worker threads in the variable `ACTOR_THREADS`, if it is set.
#[cfg(not(target_family = "wasm"))]
#[track_caller]
pub(super) fn threads_wanted() -> Option<usize> {
    let text = std::env::var_os("ACTOR_THREADS")?;
    let threads = text.to_str().and_then(|text| text.parse().ok()).filter(|threads| *threads > 0);
    let Some(threads) = threads else {
        panic!("`ACTOR_THREADS` is {text:?}; set it to a number of threads from 1 on, or remove it")
    };
    Some(threads)
}

impl fmt::Debug for SystemBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SystemBuilder").field("threads", &self.threads).finish_non_exhaustive()
    }
}

impl Default for SystemBuilder {
    fn default() -> Self {
        SystemBuilder {
            threads: None,
            name: "actor".into(),
            executor: ExecutorKind::Threads,
            reporter: Reporter::default(),
            detects: true,
        }
    }
}
