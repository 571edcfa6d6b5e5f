//! The allocation budget of each operation. In a separate binary with a single test, so that no
//! other test's allocations are counted. Instructions have their budget in `.ci/instructions`.

use actor_core::prelude::*;
use std::alloc::{GlobalAlloc, Layout, System as Heap};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts allocations.
struct Counting;

static ALLOCATED: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is passed on unchanged to the default allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATED.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller upholds the contract.
        unsafe { Heap.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller upholds the contract.
        unsafe { Heap.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

#[actor]
struct Now {
    total: u64,
}

#[actor]
impl Now {
    fn add(&mut self, amount: u64) -> u64 {
        self.total += amount;
        self.total
    }
}

#[actor]
struct Later {
    total: u64,
}

#[actor]
impl Later {
    async fn add(&mut self, amount: u64) -> u64 {
        self.total += amount;
        self.total
    }
}

#[actor]
trait Sum {
    fn raise(&mut self, amount: u64) -> u64;
}

#[actor]
impl Sum for Now {
    fn raise(&mut self, amount: u64) -> u64 {
        self.add(amount)
    }
}

const TIMES: usize = 20_000;

/// Allowance for growing tables and the test itself.
const STRAYS: usize = 100;

/// Fails if an operation that runs [`TIMES`] times allocates more than `hundredths` of an
/// allocation each time.
async fn within(what: &str, hundredths: usize, run: impl AsyncFn()) {
    // One-time allocations.
    for _ in 0..100 {
        run().await;
    }
    let before = ALLOCATED.load(Ordering::Relaxed);
    for _ in 0..TIMES {
        run().await;
    }
    let allocated = ALLOCATED.load(Ordering::Relaxed) - before;
    let each = allocated as f64 / TIMES as f64;
    assert!(
        allocated * 100 <= hundredths * TIMES + 100 * STRAYS,
        "{what} takes {each} allocations, but it may only take {hundredths} hundredths of one"
    );
}

#[test]
fn calls_sends_and_spawns_keep_to_their_allocations() {
    System::current_thread().block_on(async {
        let now = Now { total: 0 }.spawn();
        let later = Later { total: 0 }.spawn();
        within("a call", 100, async || assert!(now.add(1).await.is_ok())).await;
        within("a call of an async handler", 100, async || assert!(later.add(1).await.is_ok()))
            .await;
        // The message is boxed.
        let sum: SumAddr = now.clone().into();
        within("a call of a protocol", 200, async || assert!(sum.raise(1).await.is_ok())).await;
        within("a send", 2, async || now.add(1).send().await.unwrap()).await;
        within("a send to an async handler", 9, async || later.add(1).send().await.unwrap()).await;
        // The mailbox and the cell.
        within("an actor", 200, async || drop(Now { total: 0 }.spawn())).await;
        let first_call = async || assert!(Now { total: 0 }.spawn().add(1).await.is_ok());
        within("an actor with its first call and its end", 400, first_call).await;
    });
}
