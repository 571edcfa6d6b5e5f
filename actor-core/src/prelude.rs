//! The most commonly used items: `use actor_core::prelude::*;`.
//!
//! ```
//! use actor_core::prelude::*;
//!
//! #[actor]
//! struct Idle;
//!
//! #[actor]
//! impl Idle {}
//! ```

pub use crate::context::Timer;
pub use crate::process::{Inbox, spawn_process};
pub use crate::streaming::Replies;
pub use crate::supervision::{Backoff, Child, Restart, Supervisor};
pub use crate::topic::Topic;
pub use crate::{
    Actor, ActorId, Addr, Call, CallError, Context, Exit, FailureKind, Reply, SendError,
    SendReason, Spawn, System, TypedAddr, WeakAddr, actor,
};
