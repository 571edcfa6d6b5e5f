//! [`Sleep`], a future that is ready at an instant of an executor's clock; [`Timeout`], which
//! limits another future; and the thread that fires the timers of threads that cannot rely on the
//! timers of an executor.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use pin_project_lite::pin_project;

use super::{Executor, TimerKey};
use crate::clock::Instant;
use crate::panics::drop_waker;
use crate::sync::Arc;

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
    pub(crate) timer: Timer,
}

/// A deadline on the clock of an executor, and the key of its waker in the timers of that executor.
/// The owner passes the same executor to each method, and cancels the timer before it is dropped.
pub(crate) struct Timer {
    /// The deadline, or `None` if it is later than the clock can represent.
    pub(crate) at: Option<Instant>,
    /// Set while a waker of this timer is among the timers.
    key: Option<TimerKey>,
    /// Whether the timers belong to the timer thread. Set on other threads than the owner of a
    /// current-thread executor, which cannot rely on the executor's timers.
    is_outside: bool,
    /// Whether the timer is periodic.
    pub(crate) is_periodic: bool,
}

impl Sleep {
    /// Waits until `duration` has passed on the clock of `executor`.
    pub(crate) fn on(executor: Arc<dyn Executor>, duration: Duration) -> Sleep {
        let at = executor.now().checked_add(duration);
        Sleep { executor, timer: Timer::at(at) }
    }

    /// Waits until `at` on the clock of `executor`.
    pub(crate) fn until(executor: Arc<dyn Executor>, at: Instant) -> Sleep {
        Sleep { executor, timer: Timer::at(Some(at)) }
    }

    /// Returns whether the clock can represent the deadline.
    pub(crate) fn ends(&self) -> bool {
        self.timer.at.is_some()
    }

    /// Limits the time of a future by this timer: returns the output that the future has been `polled`
    /// to, or an error once the deadline has passed. An output counts even if the future is polled only
    /// after the deadline.
    pub(crate) fn limit<T>(&mut self, polled: Poll<T>, waker: &Waker) -> Poll<Result<T, Elapsed>> {
        if let Poll::Ready(output) = polled {
            self.cancel();
            return Poll::Ready(Ok(output));
        }
        self.timer.poll(&*self.executor, waker).map(|()| Err(Elapsed))
    }

    /// Removes the timer, and with it the clone of the waker.
    pub(crate) fn cancel(&mut self) {
        self.timer.cancel(&*self.executor);
    }
}

pin_project! {
    /// The future of [`timeout`](crate::time::timeout).
    #[derive(Debug)]
    #[must_use = "a future does nothing unless it is awaited"]
    pub struct Timeout<F> {
        #[pin]
        future: F,
        sleep: Sleep,
    }
}

impl<F> Timeout<F> {
    pub(crate) fn new(future: F, sleep: Sleep) -> Self {
        Timeout { future, sleep }
    }
}

impl<F: Future> Future for Timeout<F> {
    type Output = Result<F::Output, Elapsed>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let polled = this.future.poll(context);
        this.sleep.limit(polled, context.waker())
    }
}

/// The error of [`timeout`](crate::time::timeout): the timeout elapsed before the future was ready.
///
/// # Examples
///
/// ```
/// assert_eq!(actor_core::time::Elapsed.to_string(), "the timeout elapsed");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Elapsed;

impl fmt::Display for Elapsed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the timeout elapsed")
    }
}

impl std::error::Error for Elapsed {}

impl Timer {
    pub(crate) fn at(at: Option<Instant>) -> Timer {
        Timer { at, key: None, is_outside: false, is_periodic: false }
    }

    /// Returns whether the deadline has passed. If it has not, `waker` is woken when it passes.
    pub(crate) fn poll(&mut self, executor: &dyn Executor, waker: &Waker) -> Poll<()> {
        let Some(at) = self.at else { return Poll::Pending };
        if executor.now() >= at {
            self.cancel(executor);
            return Poll::Ready(());
        }
        self.arm(executor, waker);
        Poll::Pending
    }

    /// Wakes `waker` when the deadline passes, or soon if it has passed. Reads no clock.
    fn arm(&mut self, executor: &dyn Executor, waker: &Waker) {
        let Some(at) = self.at else { return };
        let is_outside = !executor.fires_for_this_thread();
        if self.is_outside != is_outside {
            self.cancel(executor);
            self.is_outside = is_outside;
        }
        let kept = self.key.is_some_and(|key| match self.is_outside {
            true => timer_thread::timers().replace(key, waker),
            false => executor.replace_timer(key, waker),
        });
        if !kept {
            let timers = if is_outside { timer_thread::timers() } else { executor.timers() };
            self.key = Some(timers.insert(at, waker.clone(), self.is_periodic));
        }
        executor.record_wait(at, self.is_periodic);
    }

    /// Like a first `poll`, for a timeout that has just begun, will probably be cancelled long before its
    /// end, and is not zero. Reads no clock.
    pub(crate) fn begin(&mut self, executor: &dyn Executor, timeout: Duration, waker: &Waker) {
        let Some(at) = self.at else { return };
        self.is_outside = !executor.fires_for_this_thread();
        let waker = waker.clone();
        self.key = Some(match self.is_outside {
            true => timer_thread::timers().insert(at, waker, false),
            false => executor.insert_timeout(at, timeout, waker),
        });
        executor.record_wait(at, false);
    }

    /// Returns whether a waker may be among the timers.
    pub(crate) fn is_armed(&self) -> bool {
        self.key.is_some()
    }

    /// Removes the waker from the timers.
    pub(crate) fn take(&mut self, executor: &dyn Executor) -> Option<Waker> {
        let key = self.key.take()?;
        match self.is_outside {
            true => timer_thread::timers().remove(key),
            false => executor.remove_timer(key),
        }
    }

    /// Removes the waker from the timers, and drops it.
    pub(crate) fn cancel(&mut self, executor: &dyn Executor) {
        drop_waker(self.take(executor));
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        this.timer.poll(&*this.executor, context.waker())
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.cancel();
    }
}

impl fmt::Debug for Sleep {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Sleep").field("at", &self.timer.at).finish_non_exhaustive()
    }
}

/// The timers of threads that cannot rely on those of an executor: a thread of the process fires them.
/// It is started for the first such timer, and runs until the process ends.
#[cfg(not(target_family = "wasm"))]
mod timer_thread {
    use std::thread::{self, Thread};

    use crate::clock::Instant;
    use crate::executor::Timers;
    use crate::sync::OnceLock;
    use crate::sync::thread::start;

    /// Set before the thread uses `timers`, and so before the first alarm.
    static THREAD: OnceLock<Thread> = OnceLock::new();

    /// Returns the timers of the thread.
    ///
    /// # Panics
    /// If the thread cannot be started.
    pub(crate) fn timers() -> &'static Timers {
        static TIMERS: OnceLock<Timers> = OnceLock::new();
        TIMERS.get_or_init(|| {
            let thread = start("actor-timers".into(), || fire(timers()))
                .expect("the operating system gives no thread for timers");
            THREAD.get_or_init(|| thread.thread().clone());
            Timers::new(Instant::now(), || {
                if let Some(thread) = THREAD.get() {
                    thread.unpark();
                }
            })
        })
    }

    fn fire(timers: &Timers) -> ! {
        loop {
            timers.fire(Instant::now());
            match timers.sleep_until(None) {
                None => thread::park(),
                Some(at) => thread::park_timeout(at.saturating_duration_since(Instant::now())),
            }
        }
    }
}

/// A platform without threads needs none: its only thread is the owner of every executor.
#[cfg(target_family = "wasm")]
mod timer_thread {
    use crate::executor::Timers;

    pub(crate) fn timers() -> &'static Timers {
        unreachable!("the only thread relies on the timers of its executor")
    }
}
