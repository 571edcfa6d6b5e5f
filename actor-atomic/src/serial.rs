//! The serial numbers of cells, which differ though a cell has the address of an earlier one.

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering};

/// A thread takes this many numbers at once.
const BLOCK: u32 = 1 << 8;

thread_local! {
    /// The next number of this thread. If it is a multiple of `BLOCK`, the thread has none left.
    static NEXT: Cell<u32> = const { Cell::new(0) };
}

/// Returns a number that no other cell has, until the numbers start again: after four billion cells, or
/// sixteen million threads, each of which takes a block. Never 0.
#[inline]
pub(crate) fn next() -> u32 {
    let mut serial = NEXT.get();
    if serial.is_multiple_of(BLOCK) {
        serial = take_block();
    }
    NEXT.set(serial.wrapping_add(1));
    serial
}

#[cold]
fn take_block() -> u32 {
    static BLOCKS: AtomicU32 = AtomicU32::new(BLOCK);
    // Relaxed: the numbers publish nothing.
    BLOCKS.fetch_add(BLOCK, Ordering::Relaxed).max(1)
}

#[cfg(all(test, not(actor_loom)))]
mod tests {
    use super::{BLOCK, next};
    use std::collections::HashSet;
    use std::thread;

    #[test]
    fn the_numbers_of_all_threads_differ() {
        let numbers = || (0..BLOCK * 4 + 1).map(|_| next()).collect::<Vec<u32>>();
        let threads: Vec<_> = (0..4).map(|_| thread::spawn(numbers)).collect();
        let mut all = numbers();
        all.extend(threads.into_iter().flat_map(|thread| thread.join().unwrap()));
        let different: HashSet<u32> = all.iter().copied().collect();
        assert_eq!(different.len(), all.len());
    }
}
