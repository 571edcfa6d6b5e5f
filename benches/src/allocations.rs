//! The allocator of all binaries: the default one with a counter per thread, so that counting
//! causes no contention, and executes no atomic read-modify-write that would count for a framework.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

struct Counting;

/// The number of counters. Threads share one only if there are more threads than this, and then lose counts.
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
    let shard = &SHARD[own.unwrap_or(0)].0;
    shard.store(shard.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
}

// SAFETY: every call is passed on unchanged to the default allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller upholds the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller upholds the contract.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the caller upholds the contract.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// Returns the number of allocations so far.
pub(crate) fn total() -> u64 {
    SHARD.iter().map(|shard| shard.0.load(Ordering::Relaxed)).sum()
}
