//! Layer 1: the permanent task of a foreign executor on its executor. It fires the timers, and its drop
//! shows that the executor has ended.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use super::{ALIVE, Foreign, Runtime};
use crate::sync::{Arc, Mutex};
use crate::waking::{drop_waker, wake};

/// Wakes the keeper.
#[derive(Default)]
pub(super) struct Bell {
    waker: Mutex<Option<Waker>>,
}

impl Bell {
    pub(super) fn ring(&self) {
        // In a separate statement: the waker may be user code, and is not woken under the lock.
        let waker = self.waker.lock().take();
        if let Some(waker) = waker {
            wake(waker);
        }
    }

    fn listen(&self, waker: &Waker) {
        let waker = waker.clone();
        let before = self.waker.lock().replace(waker);
        drop_waker(before);
    }
}

/// Fires the timers of an executor, until the executor is closed or the executor drops this task.
pub(super) struct Keeper<R: Runtime> {
    executor: Arc<Foreign<R>>,
    /// The sleep of the executor, and its deadline.
    sleep: Option<(Instant, Pin<Box<dyn Future<Output = ()> + Send>>)>,
    tell: Option<Box<dyn FnOnce() + Send>>,
}

impl<R: Runtime> Keeper<R> {
    pub(super) fn new(executor: Arc<Foreign<R>>, tell: Box<dyn FnOnce() + Send>) -> Self {
        Keeper { executor, sleep: None, tell: Some(tell) }
    }
}

impl<R: Runtime> Unpin for Keeper<R> {}

impl<R: Runtime> Future for Keeper<R> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let executor = self.executor.clone();
        // Before checking for work, so that a later wake-up is noticed.
        executor.bell.listen(cx.waker());
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

impl<R: Runtime> Drop for Keeper<R> {
    fn drop(&mut self) {
        if let Some(tell) = self.tell.take() {
            self.executor.end(tell);
        }
    }
}
