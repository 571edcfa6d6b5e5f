//! Addresses, calls and replies. Knows mailboxes, but not the run loop.

pub(crate) mod actor;
pub(crate) mod addr;
pub(crate) mod any;
pub(crate) mod call;
pub(crate) mod caller_watch;
pub(crate) mod join;
pub(crate) mod observers;
pub(crate) mod replies;
pub(crate) mod reply;
pub(crate) mod reply_receiver;
pub(crate) mod reply_slot;
pub(crate) mod reply_stream;
pub(crate) mod send;
pub(crate) mod state_change;
pub(crate) mod weak;
pub(crate) mod with_timeout;
