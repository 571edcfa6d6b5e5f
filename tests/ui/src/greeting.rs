//! A protocol in a different crate than the actors that implement it.

use actor_core::prelude::*;

/// Greets, and repeats its argument.
#[actor]
pub trait Greeter {
    /// Greets `name`.
    fn greet(&mut self, name: String) -> String;

    /// Greets `name` after an await.
    async fn think(&mut self, name: String) -> String {
        self.greet(name)
    }
}
