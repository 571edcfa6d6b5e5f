//! Read-only views of a system from outside.

pub(crate) mod handler_span;
#[cfg(feature = "metrics")]
mod metrics;
pub(crate) mod snapshot;
#[cfg(feature = "tracing")]
mod span;
mod tree;
pub(crate) mod wait_kind;
