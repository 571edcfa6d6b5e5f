//! A protocol of another crate than the actors that implement it.

use actor_core::prelude::*;

/// Greets, and says what it was told.
#[actor]
pub trait Greeter {
    /// Greets `name`.
    fn greet(&mut self, name: String) -> String;

    /// Greets `name` when it has thought about it.
    async fn think(&mut self, name: String) -> String {
        self.greet(name)
    }
}
