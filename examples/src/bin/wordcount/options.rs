//! The command line of `wordcount` and its meaning.

use std::ffi::OsString;
use std::num::NonZero;
use std::path::PathBuf;

use lexopt::prelude::*;

/// The text of `--help`; its first line is also shown after a wrong option.
pub const HELP: &str = "\
Usage: wordcount [OPTIONS] PATH...

Counts the words of all text files in the given files and folders.

Options:
  -n, --top N       print the N most frequent words [default: 10]
  -j, --threads N   use N counters on N worker threads [default: one a core]
  -h, --help        print this help
  -V, --version     print the version

A word is a longest run of the letters A-Z and a-z, taken in lower case. All else separates words,
and so does the end of a file. This pipeline prints the same counts, as far as the files are text:

  find PATH... -name '.?*' -prune -o -type f -exec sh -c 'for f; do cat \"$f\"; echo; done' sh {} + |
    LC_ALL=C tr -cs 'A-Za-z' '\\n' | LC_ALL=C tr 'A-Z' 'a-z' | grep . | sort | uniq -c

Skipped, counted by reason and named on stderr: what cannot be read, binary files (those with a NUL
byte), files that are not UTF-8, symbolic links inside of a folder, and pipes, sockets and devices.

Exit codes: 0 all done, 1 the counting failed, 2 wrong options or a missing path, 130 interrupted.
";

/// More threads than this are useless, and a system may refuse to start them.
const MOST_THREADS: usize = 1024;

/// The parsed command.
pub enum Wish {
    Count(Options),
    Help,
    Version,
}

/// The settings and paths to count.
pub struct Options {
    pub top: usize,
    pub threads: usize,
    pub paths: Vec<PathBuf>,
}

/// Parses the arguments of the program, without its name.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Wish, lexopt::Error> {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let mut options = Options { top: 10, threads: cores, paths: Vec::new() };
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            Short('n') | Long("top") => options.top = parser.value()?.parse()?,
            Short('j') | Long("threads") => {
                options.threads = parser.value()?.parse_with(threads)?
            }
            Short('h') | Long("help") => return Ok(Wish::Help),
            Short('V') | Long("version") => return Ok(Wish::Version),
            Value(path) => options.paths.push(path.into()),
            _ => return Err(argument.unexpected()),
        }
    }
    if options.paths.is_empty() {
        return Err("no PATH given".into());
    }
    Ok(Wish::Count(options))
}

fn threads(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(threads @ 1..=MOST_THREADS) => Ok(threads),
        _ => Err(format!("expected a number from 1 to {MOST_THREADS}")),
    }
}
