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

pub use crate::{
    Actor, ActorId, Addr, Backoff, Call, CallError, Child, Context, Exit, FailureKind, Inbox,
    Replies, Reply, Restart, SendError, SendReason, Spawn, Supervisor, System, Timer, Topic,
    TypedAddr, WeakAddr, actor, spawn_process,
};
