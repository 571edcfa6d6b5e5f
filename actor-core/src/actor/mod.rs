//! One actor from spawn to exit. Depends on mailboxes and addresses, but not on supervisors.
//!
//! - `dispatch`: the contract between an actor and the run loop, implemented by `#[actor]`.
//! - `run_loop`: the states of a life, the next step, and the outcome of each handler. `slow_path`:
//!   the rare steps, compiled once for all actors; `deferred`, `system_messages`: parts of it.
//!   `shutdown`: the end of a life. `restart`: the wait for the supervisor, and the next life.
//! - `actor_task`, `concurrent`, `local_task`: how handlers are run.
//! - `spawn`: how an actor is created. `context`: what handlers can do.
//! - `protocol_message`: messages of protocols. `fault`: injected faults of simulations.

pub(crate) mod dispatch;

pub(crate) mod run_loop;

mod slow_path;

mod deferred;

pub(crate) mod system_messages;

pub(crate) mod shutdown;

pub(crate) mod restart;

pub(crate) mod actor_task;

mod concurrent;

pub(crate) mod local_task;

pub(crate) mod spawn;

pub(crate) mod context;

pub(crate) mod protocol_message;

pub(crate) mod fault;

pub use actor_task::{Runner, run_async};
pub use concurrent::run_concurrent;
pub use context::Context;
pub use spawn::Life;
