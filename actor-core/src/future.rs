//! Combinators of futures, so that users need no other dependency for them.
//!
//! ```
//! use actor_core::future::{join_all, race, zip};
//!
//! actor_core::System::current_thread().block_on(async {
//!     assert_eq!(zip(async { 1 }, async { 2 }).await, (1, 2));
//!     assert_eq!(join_all([async { 1 }]).await, [1]);
//!     assert_eq!(race(async { 1 }, async { 1 }).await, 1);
//! });
//! ```

mod join_all;

pub use futures_lite::future::{or, race, yield_now, zip};
pub use join_all::join_all;
#[cfg(all(test, actor_loom))]
pub(crate) use join_all::{JoinAll, Part};
