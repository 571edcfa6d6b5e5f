//! Systems on tokio runtimes: one for each runtime, made when it is first asked for.

use super::{System, SystemBuilder};
use crate::cell::hub::Hub;
use crate::host::{Foreign, Tokio};
use crate::sync::{Arc, LazyLock, Mutex};
use std::collections::HashMap;
use tokio::runtime::{Handle, Id};

/// The system of each runtime, from its first use until the runtime is over.
static SYSTEMS: LazyLock<Mutex<HashMap<Id, System>>> = LazyLock::new(Mutex::default);

impl System {
    /// The system whose actors run on the tokio runtime of `handle`; it is started by the first who
    /// asks, and there is one for each runtime.
    ///
    /// Inside the runtime `spawn()` and [`System::current`] mean this system too. Its handlers run
    /// inside the runtime's context, so that whatever needs tokio works in them as it is. It starts
    /// no thread, and lives as long as the runtime, unless it is shut down: that leaves the runtime
    /// as it was. When the runtime is dropped first, the actors are killed and their callers told.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use std::time::Duration;
    /// #[actor]
    /// struct Sleeper;
    ///
    /// #[actor]
    /// impl Sleeper {
    ///     async fn nap(&self) {
    ///         tokio::time::sleep(Duration::from_millis(1)).await;
    ///     }
    /// }
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    /// runtime.block_on(async {
    ///     let sleeper = Sleeper.spawn(); // on this runtime
    ///     sleeper.nap().await
    /// })?;
    /// assert!(System::tokio(runtime.handle().clone()) != System::current());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    /// If the runtime has no clock: build it with `enable_time` or `enable_all`.
    #[track_caller]
    pub fn tokio(handle: Handle) -> System {
        let known = SYSTEMS.lock().get(&handle.id()).cloned();
        known.unwrap_or_else(|| {
            let host = Tokio::new(handle);
            start(host, SystemBuilder::default()).unwrap_or_else(|raced| raced)
        })
    }

    #[track_caller]
    pub(super) fn start_tokio(handle: Handle, settings: SystemBuilder) -> System {
        match start(Tokio::new(handle), settings) {
            Ok(system) => system,
            Err(_) => panic!(
                "this tokio runtime has a system already; build it before anything is spawned there"
            ),
        }
    }
}

/// The hub of the system of the runtime that this thread is in, if it is in one.
#[track_caller]
pub(super) fn current_hub() -> Option<Arc<Hub>> {
    let handle = Handle::try_current().ok()?;
    Some(System::tokio(handle).hub.clone())
}

/// Starts the system of a runtime; if that has one already, gives it back as the error.
fn start(runtime: Tokio, settings: SystemBuilder) -> Result<System, System> {
    let id = runtime.id();
    let mut systems = SYSTEMS.lock();
    if let Some(known) = systems.get(&id) {
        return Err(known.clone());
    }
    let host = Foreign::new(runtime);
    let system = System::start(host.clone(), settings.reporter, false, settings.detects);
    systems.insert(id, system.clone());
    drop(systems);
    // A runtime that is over already drops the keeper at once, which needs the table.
    let end = system.ends_with_its_executor();
    host.keep(move || {
        let gone = SYSTEMS.lock().remove(&id);
        end();
        drop(gone);
    });
    Ok(system)
}
