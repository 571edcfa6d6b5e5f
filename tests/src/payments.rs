//! A protocol together with an actor that implements it, for implementations in other crates.

use actor_core::prelude::*;

/// Takes payments.
#[actor]
pub trait Payments {
    /// Returns whether the payment was accepted.
    fn charge(&mut self, cents: u64) -> bool;
}

/// Accepts payments up to a limit.
#[actor]
pub struct Cards {
    /// The limit, in cents.
    pub limit: u64,
}

#[actor]
impl Cards {}

#[actor]
impl Payments for Cards {
    fn charge(&mut self, cents: u64) -> bool {
        cents <= self.limit
    }
}
