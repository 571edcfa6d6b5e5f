//! The result on stdout: the most frequent words, then the totals, as plain lines.

use std::io::{self, BufWriter, Write};

use crate::collector::Totals;

/// Prints the `top` most frequent words and the totals.
pub fn print(totals: &Totals, top: usize) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    for (word, count) in totals.tally.top(top) {
        // A word consists of ASCII letters, so nothing needs escaping.
        writeln!(out, "{count:>12} {}", word.escape_ascii())?;
    }
    writeln!(out, "files:    {}", totals.files)?;
    writeln!(out, "bytes:    {}", totals.bytes)?;
    writeln!(out, "words:    {}", totals.tally.words())?;
    writeln!(out, "distinct: {}", totals.tally.distinct())?;
    writeln!(out, "skipped:  {}", totals.skipped.values().sum::<u64>())?;
    for (reason, count) in &totals.skipped {
        writeln!(out, "  {reason}: {count}")?;
    }
    out.flush()
}
