//! The signals that ask a program to end. Without the feature `signals`, and on platforms without signals,
//! none ever arrives.

/// Waits for a shutdown signal, Ctrl-C or SIGTERM. Waits forever on platforms without signals, such as
/// Windows and WebAssembly.
///
/// [`System::run`](crate::System::run) and `#[actor_core::main]` wait for it automatically.
///
/// ```
/// # use actor_core::future::or;
/// # actor_core::System::current_thread().block_on(async {
/// let done = or(async { true }, async {
///     actor_core::system::shutdown_signal().await;
///     false
/// });
/// assert!(done.await);
/// # });
/// ```
#[cfg(feature = "signals")]
pub async fn shutdown_signal() {
    interruption().await;
}

pub(super) use platform::interruption;

#[cfg(all(feature = "signals", unix))]
mod platform {
    use crate::event::Event;
    use crate::sync::thread::start as start_thread;
    use crate::sync::{Arc, OnceLock};
    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use std::future::pending;

    /// Waits for the next signal.
    pub(crate) async fn interruption() {
        static SIGNALS: OnceLock<Option<Arc<Event>>> = OnceLock::new();
        match SIGNALS.get_or_init(start) {
            Some(signals) => signals.listen().await,
            None => pending().await,
        }
    }

    /// Starts a thread that reports each signal. Returns nothing if the operating system refuses the
    /// handler or the thread.
    fn start() -> Option<Arc<Event>> {
        let received = Event::new();
        let mut signals = Signals::new([SIGINT, SIGTERM]).ok()?;
        let run = {
            let received = received.clone();
            move || {
                for _ in signals.forever() {
                    received.notify();
                }
            }
        };
        start_thread("actor-signals".into(), run).ok()?;
        Some(received)
    }
}

#[cfg(not(all(feature = "signals", unix)))]
mod platform {
    pub(crate) async fn interruption() {
        std::future::pending().await
    }
}
