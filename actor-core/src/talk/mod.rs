//! Addresses, calls and replies. Knows mailboxes, but not the run loop.

pub(crate) mod actor;
pub(crate) mod address;
pub(crate) mod answer;
pub(crate) mod any;
pub(crate) mod call;
pub(crate) mod change;
pub(crate) mod join;
pub(crate) mod reply;
pub(crate) mod reply_slot;
pub(crate) mod send;
mod slot;
pub(crate) mod timed;
pub(crate) mod weak;
