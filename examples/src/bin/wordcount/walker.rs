//! The walker: finds the files and deals them out to the counters.

use std::path::PathBuf;
use std::time::Duration;
use std::{fs, io};

use actor_core::prelude::*;
use walkdir::{DirEntry, WalkDir};

use crate::collector::CollectorAddr;
use crate::counter::CounterAddr;
use crate::text::Skip;

/// How long the walker waits for room at one counter before it looks at all of them again.
const PATIENCE: Duration = Duration::from_millis(1);

/// Walks folders, but what is hidden in them. Symbolic links inside of them are not followed, so there are no loops.
#[actor]
pub struct Walker {
    counters: Vec<CounterAddr>,
    collector: CollectorAddr,
}

impl Walker {
    pub fn new(counters: Vec<CounterAddr>, collector: CollectorAddr) -> Self {
        Walker { counters, collector }
    }

    /// Sends a file to the counter with the least to do.
    ///
    /// Where all mailboxes are full this waits, and so the walk goes only as fast as the counting.
    /// The wait is short, since the counter it waits for may be at a very large file while others
    /// run out of work.
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
    /// It waits for room and not for the counting: that is done when the counters say so.
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

/// How large all files at or below `paths` are. What cannot be read does not count.
pub fn size(paths: &[PathBuf]) -> u64 {
    let files = paths.iter().flat_map(entries).filter_map(|entry| find(entry.ok()?).ok()?);
    files.filter_map(|path| fs::metadata(path).ok()).map(|file| file.len()).sum()
}

/// All that is at or below `path`, but what is hidden in it: a version history, for instance.
fn entries(path: &PathBuf) -> impl Iterator<Item = walkdir::Result<DirEntry>> {
    let is_hidden = |entry: &DirEntry| entry.file_name().as_encoded_bytes().starts_with(b".");
    WalkDir::new(path)
        .into_iter()
        .filter_entry(move |entry| entry.depth() == 0 || !is_hidden(entry))
}

/// The path of a regular file, `None` for a folder.
fn find(entry: DirEntry) -> Result<Option<PathBuf>, (PathBuf, Skip)> {
    let kind = if entry.depth() == 0 {
        // A link that the user names is meant, not found.
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
    // The error of the system alone: the walk's own would name the path once more.
    let error = error.into_io_error().unwrap_or_else(|| io::Error::other("a loop of links"));
    (path, Skip::Unreadable(error))
}
