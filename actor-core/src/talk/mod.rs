//! How one reaches an actor and gets an answer. Knows mailboxes, not lives.

pub(crate) mod actor;
pub(crate) mod address;
pub(crate) mod answer;
pub(crate) mod any;
pub(crate) mod call;
pub(crate) mod join;
pub(crate) mod reply;
pub(crate) mod reply_slot;
pub(crate) mod send;
mod slot;
pub(crate) mod timed;
pub(crate) mod weak;
