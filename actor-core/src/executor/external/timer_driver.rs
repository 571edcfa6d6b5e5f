//! Layer 1: the permanent task of a foreign executor on its executor. It fires the timers, and its drop
//! shows that the executor has ended.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use super::{ALIVE, External, ExternalRuntime};
use crate::sync::{Arc, Mutex};
use crate::waking::{drop_waker, wake};

/// Wakes the keeper.
#[derive(Default)]
pub(super) struct WakerCell {
    waker: Mutex<Option<Waker>>,
}

impl WakerCell {
    pub(super) fn wake_driver(&self) {
        // In a separate statement: the waker may be user code, and is not woken under the lock.
        let waker = self.waker.lock().take();
        if let Some(waker) = waker {
            wake(waker);
        }
    }

    fn register(&self, waker: &Waker) {
        let waker = waker.clone();
        let before = self.waker.lock().replace(waker);
        drop_waker(before);
    }
}

/// Fires the timers of an executor, until the executor is closed or the executor drops this task.
pub(super) struct TimerDriver<R: ExternalRuntime> {
    executor: Arc<External<R>>,
    /// The sleep of the executor, and its deadline.
    sleep: Option<(Instant, Pin<Box<dyn Future<Output = ()> + Send>>)>,
    on_runtime_end: Option<Box<dyn FnOnce() + Send>>,
}

impl<R: ExternalRuntime> TimerDriver<R> {
    pub(super) fn new(
        executor: Arc<External<R>>,
        on_runtime_end: Box<dyn FnOnce() + Send>,
    ) -> Self {
        TimerDriver { executor, sleep: None, on_runtime_end: Some(on_runtime_end) }
    }
}

impl<R: ExternalRuntime> Unpin for TimerDriver<R> {}

impl<R: ExternalRuntime> Future for TimerDriver<R> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let executor = self.executor.clone();
        // Before checking for work, so that a later wake-up is noticed.
        executor.driver_waker.register(cx.waker());
        loop {
            if executor.phase() != ALIVE {
                return Poll::Ready(());
            }
            executor.timers.fire(executor.runtime.now());
            let Some(until) = executor.timers.sleep_until(None) else {
                self.sleep = None;
                return Poll::Pending;
            };
            let sleep = match &mut self.sleep {
                Some((at, sleep)) if *at == until => sleep,
                other => &mut other.insert((until, executor.runtime.sleep_until(until))).1,
            };
            if sleep.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            self.sleep = None;
        }
    }
}

impl<R: ExternalRuntime> Drop for TimerDriver<R> {
    fn drop(&mut self) {
        if let Some(on_runtime_end) = self.on_runtime_end.take() {
            self.executor.end(on_runtime_end);
        }
    }
}
