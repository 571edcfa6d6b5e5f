//! The collector: adds up what the others find, and alone speaks to the user meanwhile.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use actor_core::prelude::*;
use actor_core::{Failure, unblock};

use crate::progress::Progress;
use crate::tally::Tally;
use crate::text::Skip;
use crate::walker;

/// What all the counting came to.
#[derive(Default)]
pub struct Totals {
    pub files: u64,
    pub bytes: u64,
    pub skipped: BTreeMap<&'static str, u64>,
    pub tally: Tally,
}

/// The end of the pipeline.
#[actor(capacity = 256)]
pub struct Collector {
    totals: Totals,
    progress: Progress,
    /// What is counted, for an estimate of how much there is.
    paths: Vec<PathBuf>,
}

impl Collector {
    pub fn new(paths: Vec<PathBuf>) -> Self {
        Collector { totals: Totals::default(), progress: Progress::start(), paths }
    }
}

#[actor]
impl Collector {
    #[on_start]
    fn begin(&mut self, context: &Context<Self>) {
        if self.progress.is_bar() {
            // A bar has an end, which takes a walk of its own to know. It is blocking work beside
            // this actor, and its result comes as one more message.
            let paths = std::mem::take(&mut self.paths);
            context.pipe(unblock(move || walker::size(&paths)), |me, size| me.expect(size));
        } else {
            context.after(Progress::FIRST_LINE, |me| me.tick(Progress::FIRST_LINE)).detach();
        }
    }

    /// Sets the length of the bar. Without one there is still the count.
    fn expect(&mut self, size: Result<u64, Failure>) {
        if let Ok(size) = size {
            self.progress.expect(size);
        }
    }

    /// Prints a line; each takes twice as long as the one before, so that there are few.
    fn tick(&mut self, last: Duration, context: &Context<Self>) {
        self.progress.line(self.totals.files);
        context.after(last * 2, move |me| me.tick(last * 2)).detach();
    }

    /// Moves the bar: so many bytes more were looked at.
    pub fn seen(&mut self, bytes: u64) {
        self.progress.advance(bytes);
    }

    /// Enters a file of `size` bytes that was counted.
    pub fn counted(&mut self, size: u64) {
        self.totals.files += 1;
        self.totals.bytes += size;
    }

    /// Enters what was passed over, and tells the user.
    pub fn skipped(&mut self, path: PathBuf, skip: Skip) {
        *self.totals.skipped.entry(skip.reason()).or_default() += 1;
        // Quoted: a name may hold line ends and worse.
        self.progress.say(format_args!("wordcount: skipped {path:?}: {skip}"));
    }

    /// Adds the words of one counter.
    pub fn add(&mut self, tally: Tally) {
        self.totals.tally.absorb(tally);
    }

    /// Gives the totals; the bar is gone by then.
    #[message(last)]
    pub fn finish(self) -> Totals {
        self.totals
    }
}
