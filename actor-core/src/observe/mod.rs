//! Read-only views of a system from outside.

#[cfg(feature = "metrics")]
mod metrics;
pub(crate) mod snapshot;
#[cfg(feature = "tracing")]
mod trace;
mod tree;
pub(crate) mod wait_kind;
pub(crate) mod work;
