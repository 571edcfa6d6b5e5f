//! The collector: sums up the results of the others, and is the only actor that prints.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use actor_core::prelude::*;
use actor_core::unblock;

use crate::progress::Progress;
use crate::tally::Tally;
use crate::text::Skip;
use crate::walker;

/// The totals.
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
    /// The counted paths, for an estimate of the total size.
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
            // A bar needs a total, which takes a separate walk. This is blocking work outside the
            // actor, and its result arrives as another message.
            let paths = std::mem::take(&mut self.paths);
            context.pipe(unblock(move || walker::size(&paths)), |me, size| me.expect(size));
        } else {
            context.after(Progress::FIRST_LINE, |me| me.tick(Progress::FIRST_LINE)).detach();
        }
    }

    /// Sets the length of the bar. Without a length, only the count is shown.
    fn expect(&mut self, size: Result<u64, Failure>) {
        if let Ok(size) = size {
            self.progress.expect(size);
        }
    }

    /// Prints a line. The pause doubles each time, so that there are few lines.
    fn tick(&mut self, last: Duration, context: &Context<Self>) {
        self.progress.line(self.totals.files);
        context.after(last * 2, move |me| me.tick(last * 2)).detach();
    }

    /// Advances the bar by this many bytes.
    pub fn seen(&mut self, bytes: u64) {
        self.progress.advance(bytes);
    }

    /// Records a counted file of `size` bytes.
    pub fn counted(&mut self, size: u64) {
        self.totals.files += 1;
        self.totals.bytes += size;
    }

    /// Records a skipped file, and reports it.
    pub fn skipped(&mut self, path: PathBuf, skip: Skip) {
        *self.totals.skipped.entry(skip.reason()).or_default() += 1;
        // Quoted: a name may contain newlines and control characters.
        self.progress.say(format_args!("wordcount: skipped {path:?}: {skip}"));
    }

    /// Adds the words of one counter.
    pub fn add(&mut self, tally: Tally) {
        self.totals.tally.absorb(tally);
    }

    /// Returns the totals and removes the bar.
    #[message(last)]
    pub fn finish(self) -> Totals {
        self.totals
    }
}
