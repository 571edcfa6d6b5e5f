//! The progress on stderr: a bar on a terminal, a few plain lines elsewhere.

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use indicatif::{HumanBytes, ProgressBar, ProgressFinish, ProgressStyle};

const COUNT: &str = "{bytes}, {binary_bytes_per_sec}";
const SHARE: &str = "[{wide_bar}] {bytes} of {total_bytes}, {binary_bytes_per_sec}, {eta} left";

/// The only writer to stderr: a line printed across the bar would break it.
pub struct Progress {
    bar: Option<ProgressBar>,
    /// The number of bytes read.
    seen: u64,
}

impl Progress {
    /// The pause between lines if there is no bar.
    pub const FIRST_LINE: Duration = Duration::from_secs(5);

    pub fn start() -> Self {
        // When its actor ends for any reason, dropping the bar removes it.
        let bar = || ProgressBar::no_length().with_finish(ProgressFinish::AndClear);
        let bar = io::stderr().is_terminal().then(bar);
        let progress = Progress { bar, seen: 0 };
        progress.style(COUNT);
        progress
    }

    /// Whether there is a bar; otherwise lines are printed.
    pub fn is_bar(&self) -> bool {
        self.bar.is_some()
    }

    /// Sets the length of the bar.
    pub fn expect(&self, size: u64) {
        if let Some(bar) = &self.bar {
            bar.set_length(size);
        }
        self.style(SHARE);
    }

    /// Advances by this many bytes.
    pub fn advance(&mut self, bytes: u64) {
        self.seen += bytes;
        if let Some(bar) = &self.bar {
            bar.inc(bytes);
        }
    }

    /// Prints the progress.
    pub fn line(&self, files: u64) {
        self.say(format_args!("wordcount: {files} files, {} so far", HumanBytes(self.seen)));
    }

    /// Prints a line, above the bar if there is one.
    pub fn say(&self, line: fmt::Arguments<'_>) {
        // Unlike `eprintln!`, this does not fail if stderr is closed.
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
