//! The timers of threads that cannot rely on those of an executor: a thread of the process fires them. It is
//! started for the first such timer, and runs until the process ends.
//!
//! A platform without threads needs none: its only thread is the owner of every executor.

pub(super) use platform::timers;

#[cfg(not(target_family = "wasm"))]
mod platform {
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

#[cfg(target_family = "wasm")]
mod platform {
    use crate::executor::Timers;

    pub(crate) fn timers() -> &'static Timers {
        unreachable!("the only thread relies on the timers of its executor")
    }
}
