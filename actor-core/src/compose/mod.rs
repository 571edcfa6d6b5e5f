//! Actors built of actors. Nothing below knows them.

mod registry;
pub(crate) mod supervisor;
