//! Timers of the reactor of `async-io`, for threads that cannot rely on the timers of an executor.
//!
//! A platform without threads has no reactor and needs none: its only thread is the owner of every
//! executor, for which the executor's own timers fire.

pub(super) use platform::ReactorTimer;
pub(crate) use platform::flush;

#[cfg(not(target_family = "wasm"))]
mod platform {
    use std::future::Future;
    use std::pin::Pin;
    use std::task::{Context, Poll, Waker};
    use std::time::Duration;

    use async_io::Timer;

    use crate::clock::Instant;

    /// A timer that is started by its first poll. Boxed, because few sleeps need one.
    #[derive(Default)]
    pub(crate) struct ReactorTimer(Option<Box<Timer>>);

    impl ReactorTimer {
        /// Waits until `at`.
        pub(crate) fn poll(&mut self, at: Instant, context: &mut Context<'_>) -> Poll<()> {
            let timer = self.0.get_or_insert_with(|| Box::new(Timer::at(at)));
            Pin::new(&mut **timer).poll(context).map(drop)
        }

        /// Removes the timer from the reactor.
        pub(crate) fn cancel(&mut self) {
            self.0 = None;
        }
    }

    /// Makes the reactor drop cancelled timers and their wakers, by adding a new one.
    pub(crate) fn flush() {
        let mut timer = Timer::after(Duration::from_millis(1));
        let _ = Pin::new(&mut timer).poll(&mut Context::from_waker(Waker::noop()));
    }
}

#[cfg(target_family = "wasm")]
mod platform {
    use std::task::{Context, Poll};

    use crate::clock::Instant;

    #[derive(Default)]
    pub(crate) struct ReactorTimer;

    impl ReactorTimer {
        pub(crate) fn poll(&mut self, _: Instant, _: &mut Context<'_>) -> Poll<()> {
            unreachable!("the only thread relies on the timers of its executor")
        }

        pub(crate) fn cancel(&mut self) {}
    }

    pub(crate) fn flush() {}
}
