//! One actor from spawn to exit. Knows mailboxes and addresses, but not supervisors.

pub(crate) mod attachment;
pub(crate) mod body;
pub(crate) mod context;
pub(crate) mod dispatch;
pub(crate) mod driver;
pub(crate) mod end;
mod failing;
pub(crate) mod fault;
pub(crate) mod foreign;
pub(crate) mod handler;
mod kept;
pub(crate) mod lender;
pub(crate) mod local;
pub(crate) mod made;
pub(crate) mod making;
mod message;
pub(crate) mod next;
mod notices;
mod outcome;
pub(crate) mod restart;
mod shared;
mod signals;
pub(crate) mod spawn;
mod steps;
pub(crate) mod task;
pub(crate) mod timer;
pub(crate) mod watch;

pub use body::{Runner, run};
pub use context::Context;
pub use shared::run_shared;
pub use spawn::Life;
