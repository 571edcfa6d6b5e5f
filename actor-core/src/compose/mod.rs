//! Actors built of actors. Nothing below knows them.

pub(crate) mod bridge;
pub(crate) mod pool;
pub(crate) mod process;
mod registry;
pub(crate) mod supervisor;
pub(crate) mod topic;
