//! Actors built of actors. Nothing below knows them.

pub(crate) mod pool;
mod registry;
pub(crate) mod supervisor;
