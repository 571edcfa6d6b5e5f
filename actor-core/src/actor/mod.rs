//! One actor from spawn to exit. Knows mailboxes and addresses, but not supervisors.

pub(crate) mod actor_task;
pub(crate) mod attachment;
pub(crate) mod callback;
mod concurrent;
pub(crate) mod context;
mod deferred;
pub(crate) mod dispatch;
mod erased;
mod erased_message;
pub(crate) mod factory;
mod failing;
pub(crate) mod fault;
pub(crate) mod future_box;
pub(crate) mod handler_future;
pub(crate) mod local_task;
pub(crate) mod next;
mod outcome;
pub(crate) mod protocol_message;
pub(crate) mod restart;
pub(crate) mod run_loop;
pub(crate) mod shutdown;
mod signals;
pub(crate) mod spawn;
mod system_messages;
pub(crate) mod task;
pub(crate) mod timer;
pub(crate) mod watch;

pub use actor_task::{Runner, run_async};
pub use concurrent::run_concurrent;
pub use context::Context;
pub use spawn::Life;
