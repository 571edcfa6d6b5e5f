//! How one reaches an actor and gets an answer. Knows mailboxes, not lives.

pub(crate) mod address;
pub(crate) mod any;
pub(crate) mod call;
pub(crate) mod join;
pub(crate) mod reply;
pub(crate) mod send;
pub(crate) mod timed;
pub(crate) mod weak;
