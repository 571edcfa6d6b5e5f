#![doc = include_str!("../README.md")]
#![deny(missing_docs, missing_debug_implementations, unsafe_op_in_unsafe_fn)]
#![deny(clippy::undocumented_unsafe_blocks, clippy::multiple_unsafe_ops_per_block)]

mod lock;
mod move_value;
mod reply_cell;
mod serial;
mod steal_slot;
mod sync;

pub use lock::{Lock, LockGuard};
pub use move_value::move_value;
pub use reply_cell::{Attachment, Initial, Left, Mark, Receiver, Sender, State, reply_cell};
pub use steal_slot::{SlotOwner, SlotStealer, steal_slot};
