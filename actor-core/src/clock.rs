//! The clock of the platform. All instants of this crate have the type [`Instant`].

#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
pub use std::time::Instant;
/// A browser has no clock that std can read.
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
pub use web_time::Instant;
