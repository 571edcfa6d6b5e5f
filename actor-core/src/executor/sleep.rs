//! A future that is ready at an instant of an executor's clock.

use super::{Executor, TimerKey, Timers, timer_thread};
use crate::clock::Instant;
use crate::panics::drop_waker;
use crate::sync::Arc;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

/// The future of [`sleep`](crate::time::sleep).
///
/// ```
/// # use std::time::Duration;
/// # actor_core::System::current_thread().block_on(async {
/// let sleep: actor_core::time::Sleep = actor_core::time::sleep(Duration::from_millis(1));
/// sleep.await;
/// # });
/// ```
#[must_use = "a future does nothing unless it is awaited"]
pub struct Sleep {
    pub(crate) executor: Arc<dyn Executor>,
    /// The deadline, or `None` if it is later than the clock can represent.
    pub(crate) at: Option<Instant>,
    /// Set while a waker of this future is among the timers.
    pub(crate) key: Option<TimerKey>,
    /// Whether the timers belong to the timer thread. Set on other threads than the owner of a
    /// current-thread executor, which cannot rely on the executor's timers.
    is_outside: bool,
    /// Whether the future belongs to a periodic timer.
    pub(crate) is_periodic: bool,
}

impl Sleep {
    /// Waits until `duration` has passed on the clock of `executor`.
    pub(crate) fn on(executor: Arc<dyn Executor>, duration: Duration) -> Sleep {
        let at = executor.now().checked_add(duration);
        Sleep::at(executor, at)
    }

    /// Waits until `at` on the clock of `executor`.
    pub(crate) fn until(executor: Arc<dyn Executor>, at: Instant) -> Sleep {
        Sleep::at(executor, Some(at))
    }

    fn at(executor: Arc<dyn Executor>, at: Option<Instant>) -> Sleep {
        Sleep { executor, at, key: None, is_outside: false, is_periodic: false }
    }

    /// Returns whether the clock can represent the deadline.
    pub(crate) fn ends(&self) -> bool {
        self.at.is_some()
    }

    /// Removes the timer, and with it the clone of the waker.
    pub(crate) fn cancel(&mut self) {
        if let Some(key) = self.key.take() {
            drop_waker(self.timers().remove(key));
        }
    }

    fn timers(&self) -> &Timers {
        if self.is_outside { timer_thread::timers() } else { self.executor.timers() }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let Some(at) = self.at else { return Poll::Pending };
        if self.executor.now() >= at {
            self.cancel();
            return Poll::Ready(());
        }
        let is_outside = !self.executor.fires_for_this_thread();
        if self.is_outside != is_outside {
            self.cancel();
            self.is_outside = is_outside;
        }
        let kept = self.key.is_some_and(|key| self.timers().replace(key, context.waker()));
        if !kept {
            let key = self.timers().insert(at, context.waker().clone(), self.is_periodic);
            self.key = Some(key);
        }
        self.executor.record_wait(at, self.is_periodic);
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.cancel();
    }
}

impl fmt::Debug for Sleep {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Sleep").field("at", &self.at).finish_non_exhaustive()
    }
}
