//! The actor cell: mailbox and task in one object. Knows messages and wakers, but not handlers.
//!
//! ```text
//! address --push--> messages (in the lane) --batch--> driver (in the cell, while it runs)
//!                   seat (in the lane) holds the cell while it does not run
//! ```
//! One mutex, the lane's, protects the messages and the seat. No user code runs under it: values
//! taken out under the lock are dropped, woken or run after it is released.

pub(crate) mod block;
pub(crate) mod clock;
pub(crate) mod core;
pub(crate) mod current;
mod cycle;
pub(crate) mod draw;
pub(crate) mod head;
pub(crate) mod holding;
pub(crate) mod hub;
pub(crate) mod lane;
pub(crate) mod mail;
pub(crate) mod message;
pub(crate) mod names;
pub(crate) mod ordered;
pub(crate) mod pending;
pub(crate) mod post;
pub(crate) mod queue;
pub(crate) mod record;
pub(crate) mod restart;
pub(crate) mod seat;
pub(crate) mod stamp;
mod waiting;
pub(crate) mod waker;
mod watchers;
pub(crate) mod witness;
