//! A smol executor as an external runtime.

use std::future::Future;
use std::pin::Pin;

use async_executor::Executor;

use super::ExternalRuntime;
use crate::clock::Instant;
use crate::sync::{Arc, Weak};

/// A smol executor that the user runs. A shared executor is held weakly, because its owner decides
/// about its lifetime.
pub(crate) enum Smol {
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
