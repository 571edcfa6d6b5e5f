//! Sleep, timeout and interval on the clock of the current system.
//!
//! All functions use the system of the calling thread: real time on a multi-threaded or
//! current-thread system, virtual time in a simulation. Outside any system, the global one is used.
//!
//! # Examples
//!
//! ```
//! use std::time::Duration;
//! use actor_core::{System, time};
//!
//! System::current_thread().block_on(async {
//!     let begun = time::now();
//!     time::sleep(Duration::from_millis(2)).await;
//!     assert!(time::now() - begun >= Duration::from_millis(2));
//! });
//! ```

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_lite::Stream;

/// `std::time::Instant`, except in a browser, which has no clock that std can read.
#[doc(no_inline)]
pub use crate::clock::Instant;
pub use crate::executor::sleep::{Elapsed, Sleep, Timeout};
use crate::executor::{self, Executor};
use crate::sync::Arc;

/// Returns the time on the clock of the current system.
///
/// # Examples
///
/// ```
/// # actor_core::System::current_thread().block_on(async {
/// let earlier = actor_core::time::now();
/// assert!(actor_core::time::now() >= earlier);
/// # });
/// ```
#[must_use]
pub fn now() -> Instant {
    current_executor().now()
}

/// Waits until `duration` has passed, counted from this call.
///
/// The future uses the clock of the system that is current at this call, wherever it is polled.
///
/// # Cancellation
///
/// Dropping the future cancels its timer immediately.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// # actor_core::System::current_thread().block_on(async {
/// actor_core::time::sleep(Duration::from_millis(1)).await;
/// # });
/// ```
pub fn sleep(duration: Duration) -> Sleep {
    Sleep::on(current_executor(), duration)
}

/// Runs `future` for at most `duration`, counted from this call.
///
/// The future is polled first: if it is ready when the timeout elapses, its output is returned.
///
/// # Errors
///
/// [`Elapsed`], if the timeout elapses first. The future is dropped together with the [`Timeout`].
///
/// # Cancellation
///
/// Dropping the timeout drops `future` and cancels the timer immediately.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use actor_core::time;
///
/// # actor_core::System::current_thread().block_on(async {
/// assert_eq!(time::timeout(Duration::from_secs(5), async { 7 }).await, Ok(7));
///
/// let never = std::future::pending::<()>();
/// assert_eq!(time::timeout(Duration::from_millis(1), never).await, Err(time::Elapsed));
/// # });
/// ```
pub fn timeout<F: Future>(duration: Duration, future: F) -> Timeout<F> {
    Timeout::new(future, sleep(duration))
}

/// Returns an interval that ticks every `period`. The first tick is after one period.
///
/// Ticks do not drift: a late tick does not delay later ones. If several ticks were missed, only
/// the last of them is delivered.
///
/// # Panics
///
/// Panics if `period` is zero.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use actor_core::time;
///
/// # actor_core::System::current_thread().block_on(async {
/// let mut interval = time::interval(Duration::from_millis(1));
/// let first = interval.tick().await;
/// let second = interval.tick().await;
/// assert!(second - first >= Duration::from_millis(1));
/// # });
/// ```
#[track_caller]
pub fn interval(period: Duration) -> Interval {
    assert!(!period.is_zero(), "the period of an interval must not be zero");
    let mut sleep = sleep(period);
    sleep.timer.is_periodic = true;
    Interval { sleep, period }
}

/// The interval returned by [`interval`]. It is also an endless stream of ticks.
///
/// ```
/// # use std::time::Duration;
/// use futures_lite::StreamExt;
///
/// # actor_core::System::current_thread().block_on(async {
/// let ticks = actor_core::time::interval(Duration::from_millis(1));
/// assert_eq!(ticks.take(2).count().await, 2);
/// # });
/// ```
#[derive(Debug)]
#[must_use = "an interval ticks only while it is awaited"]
pub struct Interval {
    /// Completes at the next tick.
    sleep: Sleep,
    period: Duration,
}

/// The nanoseconds of a second.
const NANOS: u128 = 1_000_000_000;

impl Interval {
    /// Waits for the next tick and returns the instant at which it was due.
    ///
    /// # Cancellation
    ///
    /// No tick is lost: if the future is dropped before it is ready, the next call waits for the
    /// same tick.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// # actor_core::System::current_thread().block_on(async {
    /// let mut interval = actor_core::time::interval(Duration::from_millis(1));
    /// interval.tick().await;
    /// # });
    /// ```
    pub fn tick(&mut self) -> Tick<'_> {
        Tick { interval: self }
    }

    fn poll_tick(&mut self, context: &mut Context<'_>) -> Poll<Instant> {
        let Some(first) = self.sleep.timer.at else { return Poll::Pending };
        if Pin::new(&mut self.sleep).poll(context).is_pending() {
            return Poll::Pending;
        }
        let now = self.sleep.executor.now();
        let late = now.saturating_duration_since(first);
        // The time since the last tick that is due.
        let rest = late.as_nanos() % self.period.as_nanos();
        let seconds = u64::try_from(rest / NANOS).unwrap_or(u64::MAX);
        let rest = Duration::new(seconds, u32::try_from(rest % NANOS).unwrap_or(0));
        let due = now.checked_sub(rest).unwrap_or(first);
        self.sleep.timer.at = due.checked_add(self.period);
        Poll::Ready(due)
    }
}

impl Stream for Interval {
    type Item = Instant;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Instant>> {
        self.poll_tick(context).map(Some)
    }
}

/// The future of [`Interval::tick`].
///
/// ```
/// # use std::time::Duration;
/// # actor_core::System::current_thread().block_on(async {
/// let mut interval = actor_core::time::interval(Duration::from_millis(1));
/// let when = interval.tick().await;
/// assert!(when <= actor_core::time::now());
/// # });
/// ```
#[derive(Debug)]
#[must_use = "a future does nothing unless it is awaited"]
pub struct Tick<'a> {
    interval: &'a mut Interval,
}

impl Future for Tick<'_> {
    type Output = Instant;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Instant> {
        self.interval.poll_tick(context)
    }
}

impl Drop for Tick<'_> {
    /// Removes the waker from the timers, because no task waits for it anymore.
    fn drop(&mut self) {
        self.interval.sleep.cancel();
    }
}

fn current_executor() -> Arc<dyn Executor> {
    executor::current().unwrap_or_else(crate::system::handle::current_executor)
}

#[cfg(test)]
mod tests;
