//! The messages that the processes have in common.

use actor_core::prelude::*;

/// Greets people.
#[actor(remote)]
pub trait Greeter {
    /// Returns a greeting for `name`.
    fn greet(&mut self, name: String) -> String;
}

/// Does jobs. A job can be done twice without harm.
#[actor(remote)]
pub trait Worker {
    /// Returns the square of `number`.
    async fn square(&mut self, number: u64) -> u64;
}
