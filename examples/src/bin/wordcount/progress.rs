//! What the user sees on stderr while it works: a bar on a terminal, a few plain lines elsewhere.

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use indicatif::{HumanBytes, ProgressBar, ProgressFinish, ProgressStyle};

const COUNT: &str = "{bytes}, {binary_bytes_per_sec}";
const SHARE: &str = "[{wide_bar}] {bytes} of {total_bytes}, {binary_bytes_per_sec}, {eta} left";

/// The one who writes to stderr: a line that is printed across the bar would tear it.
pub struct Progress {
    bar: Option<ProgressBar>,
    /// How many bytes were looked at.
    seen: u64,
}

impl Progress {
    /// How long it is quiet where there is no bar.
    pub const FIRST_LINE: Duration = Duration::from_secs(5);

    pub fn start() -> Self {
        // Dropped by whatever end of its actor, the bar takes itself away.
        let bar = || ProgressBar::no_length().with_finish(ProgressFinish::AndClear);
        let bar = io::stderr().is_terminal().then(bar);
        let progress = Progress { bar, seen: 0 };
        progress.style(COUNT);
        progress
    }

    /// Whether there is a bar; if not, there are lines.
    pub fn is_bar(&self) -> bool {
        self.bar.is_some()
    }

    /// Gives the bar its length.
    pub fn expect(&self, size: u64) {
        if let Some(bar) = &self.bar {
            bar.set_length(size);
        }
        self.style(SHARE);
    }

    /// Goes on by so many bytes.
    pub fn advance(&mut self, bytes: u64) {
        self.seen += bytes;
        if let Some(bar) = &self.bar {
            bar.inc(bytes);
        }
    }

    /// Prints how far it is.
    pub fn line(&self, files: u64) {
        self.say(format_args!("wordcount: {files} files, {} so far", HumanBytes(self.seen)));
    }

    /// Prints a line, above the bar if there is one.
    pub fn say(&self, line: fmt::Arguments<'_>) {
        // Unlike `eprintln!` this goes on when nobody reads stderr any more.
        let write = || _ = writeln!(io::stderr(), "{line}");
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    fn style(&self, template: &str) {
        if let (Some(bar), Ok(style)) = (&self.bar, ProgressStyle::with_template(template)) {
            bar.set_style(style.progress_chars("=> "));
        }
    }
}
