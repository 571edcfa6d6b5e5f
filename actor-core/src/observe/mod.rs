//! Beside the floors: what can be seen of a system from outside. It reads, and steers nothing.

#[cfg(feature = "metrics")]
mod metrics;
pub(crate) mod snapshot;
#[cfg(feature = "tracing")]
mod trace;
pub(crate) mod work;
