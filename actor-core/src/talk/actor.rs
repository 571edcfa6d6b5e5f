//! A state that can be spawned, and its typed address.

use super::address::Address;
use crate::cell::message::Settings;

/// A state that can be spawned: what `#[actor]` makes of a struct or enum.
///
/// ```
/// use actor_core::prelude::*;
///
/// #[actor]
/// struct Counter {
///     total: u64,
/// }
///
/// #[actor]
/// impl Counter {
///     /// Adds `amount` and returns the new total.
///     fn add(&mut self, amount: u64) -> u64 {
///         self.total += amount;
///         self.total
///     }
/// }
///
/// #[actor_core::main]
/// async fn main() {
///     let counter = Counter { total: 0 }.spawn();
///     assert_eq!(counter.add(5).await, Ok(5));
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an actor",
    label = "add `#[actor]` to the declaration of `{Self}`",
    note = "an actor is a struct with `#[actor]` and an `#[actor] impl` block"
)]
pub trait Actor: Sized {
    /// The typed handle: `CounterAddr` for `Counter`.
    type Addr: Address<Actor = Self>;

    #[doc(hidden)]
    const SETTINGS: Settings;
}
