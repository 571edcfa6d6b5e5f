//! The system of a browser: one for each page or worker, which is also its global system.

use super::builder::SystemBuilder;
use super::handle::{GLOBAL, System};
use crate::executor::{Browser, External};

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
