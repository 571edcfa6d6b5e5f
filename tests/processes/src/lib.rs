//! Shared code of the tests with several processes: the protocol, the process of a peer, and a link
//! that can be cut.

mod broadcast;
#[cfg(feature = "zenoh")]
mod certificates;
#[cfg(feature = "zenoh")]
mod engine;
mod link;
mod process;
mod store;
#[cfg(feature = "zenoh")]
mod version;

pub use broadcast::{Broadcast, Item, Reader, ReaderAddr};
#[cfg(feature = "zenoh")]
pub use certificates::{Authority, Files, Kind};
#[cfg(feature = "zenoh")]
pub use engine::{Engine, News};
pub use link::Link;
pub use process::{Process, Signal, free_port, memory_of};
pub use store::{Memory, Slow, Store, StoreAddr};
#[cfg(feature = "zenoh")]
pub use version::{outcome, serve_or_call};

use actor_core::System;
use std::time::{Duration, Instant};

/// The time in which anything that works happens, on a busy machine too.
pub const SOON: Duration = Duration::from_secs(30);

/// The lease of a member that uses the engine alone.
pub const ENGINE_LEASE: Duration = Duration::from_secs(2);

/// Runs a test on a system of its own.
///
/// # Panics
/// If the body panics.
pub fn run<T>(body: impl Future<Output = T>) -> T {
    let system = System::builder().threads(2).build();
    let output = system.block_on(body);
    assert!(system.block_on(system.shutdown(SOON)).is_clean());
    output
}

/// Returns the output of a future and the time that it took, which is printed for the reader of the test.
///
/// # Panics
/// If it takes longer than a minute.
pub async fn timed<T>(event: &str, future: impl Future<Output = T>) -> (T, Duration) {
    let start = Instant::now();
    let output = futures_lite::future::or(async { Some(future.await) }, async {
        actor_core::time::sleep(Duration::from_secs(60)).await;
        None
    });
    let output = output.await.unwrap_or_else(|| panic!("{event}: nothing for a minute"));
    let time = start.elapsed();
    println!("{event}: {time:.1?}");
    (output, time)
}

/// Looks every ten milliseconds until `look` returns a value.
///
/// # Panics
/// If there is none after [`SOON`].
pub async fn until<T>(expected: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < SOON, "{expected}: not in time");
        actor_core::time::sleep(Duration::from_millis(10)).await;
    }
}
