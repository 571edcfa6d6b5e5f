//! A state that can be spawned, and its typed address.

use super::addr::TypedAddr;
use crate::cell::settings::Settings;

/// A type that can be spawned as an actor. Implemented by `#[actor]` on a struct or enum.
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
    /// The typed address: `CounterAddr` for `Counter`.
    type Addr: TypedAddr<Actor = Self>;

    #[doc(hidden)]
    const SETTINGS: Settings;
}
