//! The handle of a system: starting one, blocking on it, shutting it down.

use crate::actor::Dispatch;
use crate::cell::current::{self, install_panic_hook};
use crate::cell::hub::Hub;
use crate::cell::mail::Verbs;
use crate::host::{self, CurrentThread, Host, MultiThread};
use crate::incident::{Incident, Reporter};
use crate::life::task::{self, Within};
use crate::sync::atomic::Ordering;
use crate::sync::{Arc, OnceLock};
use crate::time::Sleep;
use event_listener::{Listener, listener};
use futures_lite::FutureExt;
use futures_lite::future::or;
use std::any::Any;
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::pin::pin;
use std::time::Duration;

/// How long what was killed may take to end, and a worker thread to leave user code.
const GRACE: Duration = Duration::from_secs(1);

/// Where actors live: an executor, a clock and all that its actors share.
///
/// It is a handle, cheap to clone. Dropping the last one kills the actors and does not wait; use
/// [`shutdown`](System::shutdown) to end them in order.
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
    hub: Arc<Hub>,
}

static GLOBAL: OnceLock<System> = OnceLock::new();

impl System {
    /// Starts a system with a worker thread for each core.
    #[allow(clippy::new_without_default, reason = "starting threads is no default value")]
    pub fn new() -> Self {
        System::builder().build()
    }

    /// Starts a system as set: see [`SystemBuilder`].
    pub fn builder() -> SystemBuilder {
        SystemBuilder { threads: None, name: "actor".into(), reporter: Reporter::default() }
    }

    /// Makes a system that runs on this thread only, while it is inside
    /// [`block_on`](System::block_on): the home of `local` actors.
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
        System::start(CurrentThread::new(), Reporter::default(), true)
    }

    fn start(host: Arc<dyn Host>, reporter: Reporter, is_local: bool) -> Self {
        install_panic_hook();
        System::handle(Hub::new(host, reporter, is_local))
    }

    fn handle(hub: Arc<Hub>) -> Self {
        hub.handles.fetch_add(1, Ordering::Relaxed);
        System { hub }
    }

    /// The system that this thread is in; outside of any, the global one, which is started by the
    /// first who asks. The variable `ACTOR_THREADS` sets its number of worker threads.
    pub fn current() -> Self {
        System::handle(System::current_hub())
    }

    pub(crate) fn current_hub() -> Arc<Hub> {
        current::hub().unwrap_or_else(|| System::global().hub.clone())
    }

    pub(crate) fn global() -> &'static System {
        GLOBAL.get_or_init(|| {
            let threads = std::env::var("ACTOR_THREADS").ok().and_then(|text| text.parse().ok());
            SystemBuilder { threads, ..System::builder() }.build()
        })
    }

    pub(crate) fn hub(&self) -> &Arc<Hub> {
        &self.hub
    }

    /// Runs `future` on this thread until it is done, with this as the current system.
    ///
    /// A current-thread system runs its actors meanwhile; what is left of them waits for the next
    /// `block_on`.
    ///
    /// # Panics
    /// If this thread runs a system already, and if a current-thread system belongs to another
    /// thread.
    #[track_caller]
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        assert!(
            !host::is_inside(),
            "`block_on` inside of a system would block its thread; use `.await`"
        );
        assert!(
            !self.hub.is_local || self.hub.host.is_own_thread(),
            "a current-thread system runs on the thread that made it; call `block_on` there"
        );
        let mut output = None;
        let future = async { output = Some(catch(future).await) };
        let within = Within::new(future, self.hub.clone());
        self.hub.host.drive(pin!(within));
        match output {
            Some(Ok(output)) => output,
            Some(Err(payload)) => resume_unwind(payload),
            None => unreachable!("a driven future is done when `drive` returns"),
        }
    }

    /// Spawns an actor here. See [`Actor::spawn`].
    ///
    /// # Panics
    /// As [`Actor::spawn`].
    #[track_caller]
    pub fn spawn<A: Dispatch>(&self, actor: A) -> A::Addr {
        actor.spawn_on(self)
    }

    /// Runs a future here, beside the actors.
    ///
    /// # Cancellation
    /// Dropping the task cancels the future; `.detach()` lets it run on.
    ///
    /// ```
    /// # use actor_core::System;
    /// let system = System::builder().threads(1).build();
    /// let task = system.spawn_task(async { 1 + 1 });
    /// assert_eq!(system.block_on(task), 2);
    /// ```
    pub fn spawn_task<F>(&self, future: F) -> async_task::Task<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        spawn_on(&self.hub, future)
    }

    /// Ends all actors: each top-level one is stopped at once, trees end in their order; what is
    /// left after `limit` is killed. Then the worker threads end.
    ///
    /// Returns who did not end in time. Nothing starts on the system from now on: `spawn` gives the
    /// address of an ended actor.
    ///
    /// # Cancellation
    /// Dropped before it is done, the stops stay in force and nothing is killed.
    pub async fn shutdown(&self, limit: Duration) -> ShutdownReport {
        for actor in self.hub.close() {
            let mut is_child = false;
            actor.with(&mut |seat, _| is_child = seat.known().is_some_and(|known| known.is_child));
            if !is_child {
                actor.close();
            }
        }
        let killed = if self.emptied_within(limit).await {
            Vec::new()
        } else {
            let late = self.hub.actors();
            late.iter().for_each(|actor| actor.kill());
            self.emptied_within(GRACE).await;
            late.iter().map(|actor| actor.label()).collect()
        };
        let host = self.hub.host.clone();
        let stuck = if self.hub.is_local {
            host.close(GRACE)
        } else {
            // Joining threads blocks; it must not block one of those that are to be joined.
            blocking::unblock(move || host.close(GRACE)).await
        };
        ShutdownReport { killed, stuck }
    }

    /// Waits until no actor is left; false if that takes longer than `limit`.
    async fn emptied_within(&self, limit: Duration) -> bool {
        let empty = async {
            loop {
                listener!(self.hub.emptied => emptied);
                if self.hub.is_empty() {
                    return true;
                }
                emptied.await;
            }
        };
        or(empty, async {
            Sleep::on(self.hub.host.clone(), limit).await;
            false
        })
        .await
    }
}

impl Clone for System {
    fn clone(&self) -> Self {
        System::handle(self.hub.clone())
    }
}

impl Drop for System {
    fn drop(&mut self) {
        if self.hub.handles.fetch_sub(1, Ordering::AcqRel) != 1 {
            return;
        }
        let actors = self.hub.close();
        actors.iter().for_each(|actor| actor.kill());
        drop(actors);
        if self.hub.is_local {
            // Nobody will drive it again: here or never. Killed actors end without waiting.
            if self.hub.host.is_own_thread() && !host::is_inside() {
                let all_gone = async { self.emptied_within(GRACE).await };
                let mut all_gone = pin!(all_gone);
                self.hub.host.drive(pin!(async {
                    all_gone.as_mut().await;
                }));
            }
            return;
        }
        let hub = self.hub.clone();
        // The workers end when the last actor is gone. It is a plain thread that waits for that,
        // since the workers themselves are what is waited for.
        let waits = std::thread::Builder::new().name("actor-end".into()).spawn(move || {
            while !hub.is_empty() {
                listener!(hub.emptied => emptied);
                if hub.is_empty() || emptied.wait_timeout(GRACE).is_none() {
                    break;
                }
            }
            hub.host.close(Duration::ZERO);
        });
        drop(waits);
    }
}

impl PartialEq for System {
    fn eq(&self, other: &Self) -> bool {
        self.hub.id == other.hub.id
    }
}

impl Eq for System {}

impl fmt::Debug for System {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("System").field("number", &self.hub.id).finish_non_exhaustive()
    }
}

/// The settings of a system that is about to start.
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
    reporter: Reporter,
}

impl SystemBuilder {
    /// How many worker threads; a thread for each core if not set.
    ///
    /// # Panics
    /// If `threads` is zero.
    #[track_caller]
    pub fn threads(mut self, threads: usize) -> Self {
        assert!(threads > 0, "a system needs a thread; use 1 or more");
        self.threads = Some(threads);
        self
    }

    /// What its threads are called, with a number behind it.
    pub fn name(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// What is told of [`Incident`]s. It runs where they happen and must not block; a panic of it
    /// is swallowed.
    pub fn on_incident(mut self, hook: impl Fn(&Incident) + Send + Sync + 'static) -> Self {
        self.reporter = Reporter::Hook(Box::new(hook));
        self
    }

    /// Starts the system.
    pub fn build(self) -> System {
        let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let threads = self.threads.filter(|threads| *threads > 0).unwrap_or_else(cores);
        System::start(MultiThread::start(threads, &self.name), self.reporter, false)
    }
}

impl fmt::Debug for SystemBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SystemBuilder").field("threads", &self.threads).finish_non_exhaustive()
    }
}

/// What a [`shutdown`](System::shutdown) came to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShutdownReport {
    /// The labels of the actors that did not end in time and were killed.
    pub killed: Vec<String>,
    /// The names of the worker threads that were still inside user code a second later, and were
    /// left behind.
    pub stuck: Vec<String>,
}

impl ShutdownReport {
    /// Whether everything ended in time.
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

/// Runs a future on the current system, beside the actors. See [`System::spawn_task`].
///
/// ```
/// # actor_core::System::current_thread().block_on(async {
/// assert_eq!(actor_core::spawn(async { 1 + 1 }).await, 2);
/// # });
/// ```
pub fn spawn<F>(future: F) -> async_task::Task<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    spawn_on(&System::current_hub(), future)
}

fn spawn_on<F>(hub: &Arc<Hub>, future: F) -> async_task::Task<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let (runnable, task) = task::prepare(hub, future);
    runnable.schedule();
    task
}

/// Runs blocking code on a thread of its own, and waits for it without blocking the system.
///
/// ```
/// # actor_core::System::current_thread().block_on(async {
/// let text = actor_core::unblock(|| std::fs::read_to_string("Cargo.toml")).await;
/// assert!(text.is_ok());
/// # });
/// ```
pub fn unblock<T, F>(run: F) -> blocking::Task<T>
where
    T: Send + 'static,
    F: FnOnce() -> T + Send + 'static,
{
    blocking::unblock(run)
}

/// The host of the current system.
pub(crate) fn current_host() -> Arc<dyn Host> {
    System::current_hub().host.clone()
}

/// Catches the panic of the future that a system is blocked on, so that it leaves by `block_on`.
async fn catch<F: Future>(future: F) -> Result<F::Output, Box<dyn Any + Send>> {
    AssertUnwindSafe(future).catch_unwind().await
}
