//! The actor cell: mailbox and task in one object. Depends on messages and wakers, but not on
//! handlers.
//!
//! ```text
//! address --push--> messages (in the mailbox) --batch--> run loop (in the task, while it runs)
//!                   state (in the mailbox) holds the task while it does not run
//! ```
//! One lock, that of the mailbox, protects the messages and the state. No user code runs under it: values
//! taken out under the lock are dropped, woken or run after it is released.

pub(crate) mod capacity;
pub(crate) mod current;
pub(crate) mod deadline;
pub(crate) mod deadlock;
pub(crate) mod handle;
pub(crate) mod header;
pub(crate) mod mailbox;
pub(crate) mod message;
pub(crate) mod ordered_map;
pub(crate) mod queue;
pub(crate) mod resources;
pub(crate) mod sim_observer;
pub(crate) mod state;
pub(crate) mod system_shared;
mod watchers;
