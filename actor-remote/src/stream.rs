//! Streams of replies between two nodes, and their credit: [`reader`] is the caller's side, and
//! [`producer`] is the actor's side.
//!
//! Invariants:
//! - An item is sent only while the stream has credit. The reader's side returns the credit once the item is in
//!   the buffer of the reader.
//! - `End` is sent after the last item. Both `End` and the end of the session remove the call from the tables of
//!   both sides. The first of the two determines how the stream ends.
//! - A cancellation is answered by `End`. Until then, items can arrive although the reader has left.

use crate::import::WINDOW;

pub(crate) mod producer;
pub(crate) mod reader;

/// The maximum number of items in the buffer of a reader.
pub(crate) const ITEMS: u64 = 65_536;

/// The number of items and of bytes that may be sent. One item may exceed the bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Credit {
    items: u64,
    bytes: i64,
}

impl Credit {
    /// Returns the credit of a new stream whose reader has a buffer for this many items.
    fn first(items: u64) -> Self {
        Credit { items, bytes: WINDOW.cast_signed() }
    }

    fn has_room(self) -> bool {
        self.items > 0 && self.bytes > 0
    }

    /// Takes the cost of an item. The caller has checked that there is credit.
    fn spend(&mut self, cost: u64) {
        self.items -= 1;
        self.bytes -= cost.cast_signed();
    }

    fn give(&mut self, items: u64, bytes: u64) {
        self.items = self.items.saturating_add(items);
        self.bytes = self.bytes.saturating_add(i64::try_from(bytes).unwrap_or(i64::MAX));
    }
}
