//! The counter: reads files and counts their words. There is one counter per thread.

use std::fs::File;
use std::path::{Path, PathBuf};

use actor_core::prelude::*;
use futures_lite::future::yield_now;

use crate::collector::CollectorAddr;
use crate::tally::Tally;
use crate::text::{Pieces, Skip};

/// The part of a file that is in memory at a time; most files fit completely.
const PIECE: usize = 256 * 1024;

/// Counts the words of the given files and keeps the result until it is requested.
///
/// Its mailbox is small, so the walker is never far ahead, and no counter holds work that others
/// have time for.
#[actor(capacity = 32)]
pub struct Counter {
    tally: Tally,
    pieces: Pieces,
    collector: CollectorAddr,
}

impl Counter {
    pub fn new(collector: CollectorAddr) -> Self {
        Counter { tally: Tally::default(), pieces: Pieces::new(PIECE), collector }
    }

    /// Counts the file at `path` and returns its size, or counts nothing.
    ///
    /// It reads on the worker thread itself: there is one counter per worker, and its work is
    /// computation, so a separate thread for reading would only add a hand-over for each file.
    async fn read(&mut self, path: &Path) -> Result<u64, Skip> {
        let mut file = File::open(path)?;
        self.pieces.begin();
        let mut size = 0;
        // The beginning of a large file is counted before its end is read, which may show that the
        // file is not text: its words are kept separately until then.
        let mut aside = Tally::default();
        loop {
            let piece = self.pieces.next(&mut file)?;
            let is_whole = size == 0 && piece.is_last;
            let tally = if is_whole { &mut self.tally } else { &mut aside };
            tally.add(piece.text);
            size += piece.bytes;
            // Only for the bar, which may miss a step: the work does not wait for the display.
            let _ = self.collector.seen(piece.bytes).try_send();
            if piece.is_last {
                break;
            }
            // A large file takes a long time: yield to other tasks and to `kill()`.
            yield_now().await;
        }
        self.tally.absorb(aside);
        Ok(size)
    }
}

#[actor]
impl Counter {
    /// Links the counter to the collector: neither is useful without the other.
    #[on_start]
    fn begin(&mut self, context: &Context<Self>) {
        context.link(&self.collector);
    }

    /// Counts the words of the file at `path`.
    pub async fn count(&mut self, path: PathBuf) -> Result<(), CallError> {
        match self.read(&path).await {
            Ok(size) => self.collector.counted(size).send().await?,
            Err(skip) => self.collector.skipped(path, skip).send().await?,
        }
        Ok(())
    }

    /// Returns the counts. The call waits behind all files that were sent before it.
    #[message(last)]
    pub fn finish(self) -> Tally {
        self.tally
    }
}
