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
    Actor, ActorId, Addr, Address, CallError, Context, Exit, FailureKind, Reply, SendError,
    SendReason, Spawn, System, actor,
};
