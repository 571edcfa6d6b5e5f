//! The state of a running system: its actors as a tree, and which actor waits for which.
//!
//! [`System::snapshot`](crate::System::snapshot) returns a [`Snapshot`]. It stops no actor, prints as a
//! tree, and can be serialized with the feature `serde`.
//!
//! ```
//! use actor_core::prelude::*;
//! use actor_core::snapshot::ActorState;
//!
//! #[actor]
//! struct Shop;
//!
//! #[actor]
//! impl Shop {}
//!
//! System::current_thread().block_on(async {
//!     let shop = Shop.prepare().name("shop").spawn();
//!     shop.started().await.unwrap();
//!     let snapshot = System::current().snapshot();
//!     assert_eq!(snapshot.actor(shop.id()).unwrap().state, ActorState::Running);
//!     println!("{snapshot}");
//! });
//! ```

// Only names; the code is in `telemetry`.

pub use crate::telemetry::snapshot::{Activity, ActorSnapshot, ActorState, Snapshot};
pub use crate::telemetry::wait_kind::WaitKind;
