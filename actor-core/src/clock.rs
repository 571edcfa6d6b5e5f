//! The clock of the platform. All instants of this crate have the type [`Instant`].

#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
pub use std::time::Instant;
/// A browser has no clock that std can read.
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
pub use web_time::Instant;

/// Returns the nanoseconds of a duration, unless they take more than 64 bits, which is the case
/// from 584 years on.
#[inline]
pub(crate) fn nanos(duration: std::time::Duration) -> Option<u64> {
    duration.as_secs().checked_mul(1_000_000_000)?.checked_add(u64::from(duration.subsec_nanos()))
}
