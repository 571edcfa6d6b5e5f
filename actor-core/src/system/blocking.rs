//! Blocking code as a task: the feature `unblock`. The crate `blocking` starts the threads; WebAssembly
//! has none.

use super::handle::{GLOBAL, spawn_on};
use super::task::{BlockingClosure, InSystem, Task, TaskFuture, TaskKind, run_now};
#[cfg(feature = "tokio")]
use super::tokio;
use crate::cell::current;

#[cfg(not(target_family = "wasm"))]
pub(super) use ::blocking::Task as BlockingTask;
#[cfg(not(target_family = "wasm"))]
use ::blocking::unblock as on_thread;

#[cfg(target_family = "wasm")]
pub(super) use none::BlockingTask;
#[cfg(target_family = "wasm")]
use none::on_thread;

/// Runs blocking code on a separate thread and waits for it without blocking the system. In a
/// simulation, the code runs inline, as one step.
///
/// The code is in the system of the caller: `spawn()` and [`System::current`](crate::System::current) use that
/// system. If the caller is inside a tokio runtime, the code is, too. It does not keep the system alive; on a system
/// that has ended, no actor starts.
///
/// # Panics
/// On WebAssembly, outside of a simulation, because there are no threads.
///
/// ```
/// # actor_core::System::current_thread().block_on(async {
/// let text = actor_core::unblock(|| std::fs::read_to_string("Cargo.toml")).await;
/// assert!(text.is_ok());
/// # });
/// ```
#[track_caller]
pub fn unblock<T, F>(run: F) -> Task<T>
where
    T: Send + 'static,
    F: FnOnce() -> T + Send + 'static,
{
    match current::shared() {
        // On a separate thread, it would run at a different time in each run.
        Some(shared) if shared.sim_observer.is_some() => {
            spawn_on(&shared, BlockingClosure::new(run))
        }
        shared => {
            let closure = BlockingClosure::new(run);
            #[cfg(feature = "tokio")]
            let closure = tokio::InRuntime::current(closure);
            let of_task =
                shared.clone().or_else(|| GLOBAL.get().map(|system| system.shared.clone()));
            let (task_future, outcome) = TaskFuture::new(closure, of_task.as_ref(), 0);
            // Outside any system, the code finds the current one itself: that of a tokio runtime, or the global
            // one, which is not started for it.
            let within = InSystem::of(task_future, shared);
            let task = on_thread(move || run_now(within));
            Task::new(outcome, Some(TaskKind::Blocking(task)))
        }
    }
}

#[cfg(target_family = "wasm")]
mod none {
    use std::convert::Infallible;
    use std::future::Future;
    use std::marker::PhantomData;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    /// Blocking code that runs on another thread.
    pub(crate) struct BlockingTask<T>(Infallible, PhantomData<T>);

    impl<T> BlockingTask<T> {
        pub(crate) fn detach(self) {
            match self.0 {}
        }
    }

    impl<T> Future for BlockingTask<T> {
        type Output = T;

        fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<T> {
            match self.0 {}
        }
    }

    #[track_caller]
    pub(crate) fn on_thread<T>(_run: impl FnOnce() -> T) -> BlockingTask<T> {
        panic!("`unblock` needs a thread, and WebAssembly has none")
    }
}
