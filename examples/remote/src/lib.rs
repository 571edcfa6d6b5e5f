//! The messages that the server and the client have in common.

use actor_core::prelude::*;

/// Greets people.
#[actor(remote)]
pub trait Greeter {
    /// Returns a greeting for `name`.
    fn greet(&mut self, name: String) -> String;
}
