//! Beside the floors: what can be seen of a system from outside. It reads, and steers nothing.

pub(crate) mod snapshot;
