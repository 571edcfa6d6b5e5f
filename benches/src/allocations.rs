//! The allocator of all binaries: the usual one, with a count for each thread, so that counting costs no
//! contention.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

struct Counting;

/// How many counts there are; threads share one only if there are more threads than that.
const SHARDS: usize = 64;

#[repr(align(128))]
struct Shard(AtomicU64);

static SHARD: [Shard; SHARDS] = [const { Shard(AtomicU64::new(0)) }; SHARDS];
static NEXT: AtomicU64 = AtomicU64::new(0);

thread_local! {
    static OWN: Cell<usize> = const { Cell::new(usize::MAX) };
}

fn count() {
    let own = OWN.try_with(|own| {
        if own.get() == usize::MAX {
            own.set(NEXT.fetch_add(1, Ordering::Relaxed) as usize % SHARDS);
        }
        own.get()
    });
    SHARD[own.unwrap_or(0)].0.fetch_add(1, Ordering::Relaxed);
}

// SAFETY: everything is passed on to the usual allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the caller keeps the contract.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// How many allocations there were so far.
pub(crate) fn total() -> u64 {
    SHARD.iter().map(|shard| shard.0.load(Ordering::Relaxed)).sum()
}
