//! The system of a browser: one for each page or worker, which is also its global system; and the event loop
//! of a browser as an external runtime.

use super::builder::SystemBuilder;
use super::handle::{GLOBAL, System};
use crate::clock::Instant;
use crate::executor::{External, ExternalRuntime};
use gloo_timers::future::sleep;
use send_wrapper::SendWrapper;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;
use wasm_bindgen_futures::spawn_local;

impl System {
    /// Returns the system of the page or worker that the program runs in, which is started at first
    /// use. Its actors and tasks run on the event loop of the browser.
    ///
    /// It is the global system: `spawn()` and [`System::current`] use it outside of other systems.
    /// It can run `local` actors, which may hold JavaScript values. Nothing can block there:
    /// [`block_on`](System::block_on) panics, and `.wait()` returns an error.
    ///
    /// ```
    /// # #[cfg(all(target_family = "wasm", target_os = "unknown"))]
    /// # async fn end() {
    /// let report = actor_core::System::browser().shutdown(std::time::Duration::from_secs(1)).await;
    /// assert!(report.is_clean());
    /// # }
    /// ```
    #[must_use]
    pub fn browser() -> System {
        System::global().clone()
    }

    pub(super) fn browser_default() -> System {
        started(SystemBuilder::default())
    }

    /// # Panics
    /// If the page already has a system.
    #[track_caller]
    pub(super) fn start_browser(settings: SystemBuilder) -> System {
        let system = started(settings);
        let is_first = GLOBAL.set(system.clone()).is_ok();
        assert!(is_first, "this page has a system already; build it before anything is spawned");
        system
    }
}

fn started(settings: SystemBuilder) -> System {
    let executor = External::new(Browser);
    let system = System::start(executor.clone(), settings.reporter, true, settings.detects);
    executor.spawn_timer_driver(system.ends_with_its_executor());
    system
}

/// The timers of a browser have whole milliseconds, so a wait is rounded up.
const ROUNDING: Duration = Duration::from_nanos(999_999);

/// The longest timer of a browser. The timer driver continues a longer wait with another timer.
const LONGEST: Duration = Duration::from_millis(i32::MAX as u64);

/// The event loop of the page or worker that the program runs in.
struct Browser;

impl ExternalRuntime for Browser {
    const IS_WHOLE_PROGRAM: bool = true;

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        spawn_local(task);
    }

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep_until(&self, at: Instant) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let left = at.saturating_duration_since(Instant::now()) + ROUNDING;
        Box::pin(SendWrapper::new(sleep(left.min(LONGEST))))
    }

    fn block_on(&self, _future: Pin<&mut dyn Future<Output = ()>>) {
        panic!("a browser cannot block its thread; use `.await` inside of `spawn_task`");
    }

    fn is_only_driver(&self) -> bool {
        true
    }
}
