//! Systems on a smol executor run by the user, and a smol executor as an external runtime.

use super::System;
use super::builder::SystemBuilder;
use crate::clock::Instant;
use crate::executor::{External, ExternalRuntime};
use crate::sync::{Arc, Weak};
use async_executor::Executor;
use std::fmt;
use std::future::Future;
use std::pin::Pin;

/// An executor for [`System::smol`], converted from an `Arc` or a `&'static` reference to a
/// `smol::Executor`.
///
/// The system stores a weak reference to an `Arc`, which does not keep the executor alive.
///
/// ```
/// # use std::sync::Arc;
/// let executor = Arc::new(async_executor::Executor::new());
/// let executor = actor_core::system::SmolExecutor::from(executor.clone());
/// # drop(executor);
/// ```
pub struct SmolExecutor(Smol);

impl From<Arc<Executor<'static>>> for SmolExecutor {
    fn from(executor: Arc<Executor<'static>>) -> Self {
        SmolExecutor(executor.into())
    }
}

impl From<&'static Executor<'static>> for SmolExecutor {
    fn from(executor: &'static Executor<'static>) -> Self {
        SmolExecutor(Smol::Static(executor))
    }
}

impl fmt::Debug for SmolExecutor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmolExecutor").finish_non_exhaustive()
    }
}

impl System {
    /// Starts a system whose actors run on `executor`, a `smol::Executor` (the same type as
    /// `async_executor::Executor`) that the program runs. Starts no thread.
    ///
    /// The end of the system ends its actors and does not affect the executor. If the executor is
    /// dropped first, the actors are killed and their callers get errors. While the executor is not
    /// run, the actors wait.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use std::sync::Arc;
    /// # #[actor] struct Echo; #[actor] impl Echo { fn say(&self, n: u8) -> u8 { n } }
    /// let executor = Arc::new(async_executor::Executor::new());
    /// let system = System::smol(executor.clone());
    /// let echo = system.spawn(Echo);
    /// let answer = futures_lite::future::block_on(executor.run(async { echo.say(3).await }));
    /// assert_eq!(answer, Ok(3));
    /// ```
    pub fn smol(executor: impl Into<SmolExecutor>) -> System {
        System::builder().smol(executor).build()
    }

    pub(super) fn start_smol(executor: SmolExecutor, settings: SystemBuilder) -> System {
        let external = External::new(executor.0);
        let system = System::start(external.clone(), settings.reporter, false, settings.detects);
        external.spawn_timer_driver(system.ends_with_its_executor());
        system
    }
}

/// A smol executor that the user runs. The reference to a shared executor is weak, because the
/// owner of the executor decides when the executor is dropped.
enum Smol {
    Shared(Weak<Executor<'static>>),
    Static(&'static Executor<'static>),
}

impl ExternalRuntime for Smol {
    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        match self {
            Smol::Static(executor) => executor.spawn(task).detach(),
            Smol::Shared(executor) => match Weak::upgrade(executor) {
                Some(executor) => executor.spawn(task).detach(),
                None => drop(task),
            },
        }
    }

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep_until(&self, at: Instant) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(async move {
            async_io::Timer::at(at).await;
        })
    }

    fn block_on(&self, future: Pin<&mut dyn Future<Output = ()>>) {
        async_io::block_on(future);
    }
}

impl From<Arc<Executor<'static>>> for Smol {
    fn from(executor: Arc<Executor<'static>>) -> Smol {
        Smol::Shared(Arc::downgrade(&executor))
    }
}
