//! The walker: finds the files and distributes them to the counters.

use std::path::PathBuf;
use std::time::Duration;
use std::{fs, io};

use actor_core::prelude::*;
use walkdir::{DirEntry, WalkDir};

use crate::collector::CollectorAddr;
use crate::counter::CounterAddr;
use crate::text::Skip;

/// The time that the walker waits for capacity at one counter before it checks all of them again.
const PATIENCE: Duration = Duration::from_millis(1);

/// Walks folders, except hidden entries. Symbolic links inside them are not followed, so there are
/// no loops.
#[actor]
pub struct Walker {
    counters: Vec<CounterAddr>,
    collector: CollectorAddr,
}

impl Walker {
    pub fn new(counters: Vec<CounterAddr>, collector: CollectorAddr) -> Self {
        Walker { counters, collector }
    }

    /// Sends a file to the least busy counter.
    ///
    /// If all mailboxes are full, this waits, so the walk is only as fast as the counting. Each
    /// wait is short, because the counter it waits for may be busy with a very large file while
    /// others run out of work.
    async fn deal(&self, path: PathBuf) -> Result<(), CallError> {
        loop {
            let Some(counter) = self.counters.iter().min_by_key(|counter| counter.len()) else {
                return Err(CallError::Stopped);
            };
            match counter.count(path.clone()).send().timeout(PATIENCE).await {
                Err(error) if error.reason() == SendReason::Timeout => {}
                done => return Ok(done?),
            }
        }
    }
}

#[actor]
impl Walker {
    /// Sends every file at or below `paths` to a counter, and ends.
    ///
    /// It waits for capacity and not for the counting: the counters report when that is done.
    #[message(last)]
    pub async fn walk(self, paths: Vec<PathBuf>) -> Result<(), CallError> {
        for entry in paths.iter().flat_map(entries) {
            match entry.map_err(unreadable).and_then(find) {
                Ok(Some(path)) => self.deal(path).await?,
                Ok(None) => {}
                Err((path, skip)) => self.collector.skipped(path, skip).send().await?,
            }
        }
        Ok(())
    }
}

/// Returns the total size of all files at or below `paths`. Unreadable files do not count.
pub fn size(paths: &[PathBuf]) -> u64 {
    let files = paths.iter().flat_map(entries).filter_map(|entry| find(entry.ok()?).ok()?);
    files.filter_map(|path| fs::metadata(path).ok()).map(|file| file.len()).sum()
}

/// Returns all entries at or below `path`, except hidden ones, such as a version history.
fn entries(path: &PathBuf) -> impl Iterator<Item = walkdir::Result<DirEntry>> {
    let is_hidden = |entry: &DirEntry| entry.file_name().as_encoded_bytes().starts_with(b".");
    WalkDir::new(path)
        .into_iter()
        .filter_entry(move |entry| entry.depth() == 0 || !is_hidden(entry))
}

/// Returns the path of a regular file, `None` for a folder.
fn find(entry: DirEntry) -> Result<Option<PathBuf>, (PathBuf, Skip)> {
    let kind = if entry.depth() == 0 {
        // A link that the user names is followed.
        match fs::metadata(entry.path()) {
            Ok(target) => target.file_type(),
            Err(error) => return Err((entry.into_path(), error.into())),
        }
    } else {
        entry.file_type()
    };
    if kind.is_dir() {
        Ok(None)
    } else if kind.is_file() {
        Ok(Some(entry.into_path()))
    } else if kind.is_symlink() {
        Err((entry.into_path(), Skip::SymbolicLink))
    } else {
        Err((entry.into_path(), Skip::Special))
    }
}

fn unreadable(error: walkdir::Error) -> (PathBuf, Skip) {
    let path = error.path().map(PathBuf::from).unwrap_or_default();
    // Only the system error: the error of the walk would repeat the path.
    let error = error.into_io_error().unwrap_or_else(|| io::Error::other("a loop of links"));
    (path, Skip::Unreadable(error))
}
