//! A tokio runtime as an external runtime.

use std::future::{Future, pending};
use std::panic::catch_unwind;
use std::pin::Pin;

use tokio::runtime::{Handle, Id, RuntimeFlavor};

use super::ExternalRuntime;
use crate::clock::Instant;

/// A tokio runtime that the user runs. A job runs inside its context, like any task of the runtime.
pub(crate) struct Tokio {
    handle: Handle,
}

impl Tokio {
    /// # Panics
    /// If the runtime has no clock, with tokio's message.
    #[track_caller]
    pub(crate) fn new(handle: Handle) -> Tokio {
        let entered = handle.enter();
        drop(tokio::time::sleep(std::time::Duration::ZERO));
        drop(entered);
        Tokio { handle }
    }

    /// Drops `guard` when the runtime ends.
    pub(crate) fn hold(handle: &Handle, guard: impl Send + 'static) {
        let held = async move {
            let _guard = guard;
            pending::<()>().await;
        };
        drop(handle.spawn(held));
    }

    pub(crate) fn handle(&self) -> &Handle {
        &self.handle
    }

    pub(crate) fn id(&self) -> Id {
        self.handle.id()
    }
}

impl ExternalRuntime for Tokio {
    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        drop(self.handle.spawn(task));
    }

    /// Returns the time on the clock of the runtime, which a test may have paused.
    fn now(&self) -> Instant {
        let _entered = self.handle.enter();
        tokio::time::Instant::now().into_std()
    }

    fn sleep_until(&self, at: Instant) -> Pin<Box<dyn Future<Output = ()> + Send>> {
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
