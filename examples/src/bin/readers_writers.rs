//! `readers_writers`: any number of readers, or a single writer. The guards are the whole protocol;
//! a reader or writer returns its access with a message that needs no capacity.

use actor_core::future::{join_all, yield_now};
use actor_core::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

#[actor]
#[derive(Default)]
struct Library {
    readers: usize,
    is_written: bool,
}

#[actor]
impl Library {
    #[message(when = !self.is_written)]
    fn begin_reading(&mut self) {
        self.readers += 1;
    }

    #[message(unbounded)]
    fn end_reading(&mut self) {
        self.readers -= 1;
    }

    #[message(when = !self.is_written && self.readers == 0)]
    fn begin_writing(&mut self) {
        self.is_written = true;
    }

    #[message(unbounded)]
    fn end_writing(&mut self) {
        self.is_written = false;
    }
}

/// A book in two volumes, which must stay consistent.
type Book = Arc<[AtomicU64; 2]>;

async fn read(library: LibraryAddr, book: Book) -> Result<bool, CallError> {
    library.begin_reading().await?;
    let first = book[0].load(Ordering::Relaxed);
    yield_now().await;
    let second = book[1].load(Ordering::Relaxed);
    library.end_reading().await?;
    Ok(first == second)
}

async fn write(library: LibraryAddr, book: Book) -> Result<bool, CallError> {
    library.begin_writing().await?;
    for volume in &*book {
        let edition = volume.load(Ordering::Relaxed);
        yield_now().await;
        volume.store(edition + 1, Ordering::Relaxed);
    }
    library.end_writing().await?;
    Ok(true)
}

#[actor_core::main]
async fn main() -> Result<(), CallError> {
    let (library, book) = (Library::default().spawn(), Book::default());
    let reads = (0..90).map(|_| actor_core::spawn_task(read(library.clone(), book.clone())));
    let reads: Vec<_> = reads.collect();
    let writes = (0..10).map(|_| actor_core::spawn_task(write(library.clone(), book.clone())));
    let writes: Vec<_> = writes.collect();
    let whole: Vec<bool> = join_all(reads).await.into_iter().collect::<Result<_, _>>()?;
    join_all(writes).await.into_iter().collect::<Result<Vec<_>, _>>()?;
    println!(
        "{} reads, {} of them of one edition",
        whole.len(),
        whole.iter().filter(|it| **it).count()
    );
    println!("edition {}", book[1].load(Ordering::Relaxed));
    Ok(())
}
