//! The counter: reads files and counts their words. As many of them work as there are threads.

use std::fs::File;
use std::path::{Path, PathBuf};

use actor_core::prelude::*;
use futures_lite::future::yield_now;

use crate::collector::CollectorAddr;
use crate::tally::Tally;
use crate::text::{Pieces, Skip};

/// How much of a file is in memory at a time; most files fit in whole.
const PIECE: usize = 256 * 1024;

/// Counts what it is given and keeps the result until it is asked for.
///
/// Few files wait in its mailbox, so that the walker is never far ahead and no counter sits on
/// work that others have time for.
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

    /// Counts the file at `path` and returns its size, or counts nothing of it.
    ///
    /// It reads on the worker thread itself: there is one counter a worker and its work is
    /// computing, so a thread for the reading would only add a hand-over for each file.
    async fn read(&mut self, path: &Path) -> Result<u64, Skip> {
        let mut file = File::open(path)?;
        self.pieces.begin();
        let mut size = 0;
        // The beginning of a large file is counted before its end has been seen, which may show
        // that it is no text: its words stay aside until then.
        let mut aside = Tally::default();
        loop {
            let piece = self.pieces.next(&mut file)?;
            let is_whole = size == 0 && piece.is_last;
            let tally = if is_whole { &mut self.tally } else { &mut aside };
            tally.add(piece.text);
            size += piece.bytes;
            // For the bar only, which may miss a step: work does not wait for its picture.
            let _ = self.collector.seen(piece.bytes).try_send();
            if piece.is_last {
                break;
            }
            // A large file takes long: others get their turn, and `kill()` its chance.
            yield_now().await;
        }
        self.tally.absorb(aside);
        Ok(size)
    }
}

#[actor]
impl Counter {
    /// Ties the counter to the collector: neither is of use without the other.
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

    /// Hands over what was counted. The call waits behind all files that were sent before.
    #[message(last)]
    pub fn finish(self) -> Tally {
        self.tally
    }
}
