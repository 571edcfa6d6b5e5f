//! `wordcount`: counts words with a pipeline of actors. Start here; see also `--help`.
//!
//! ```text
//!  walker --count(path)--> counters --counted, skipped--> collector --> totals
//!                              '------add(tally)--------------^
//! ```
//!
//! Every mailbox is bounded and every sender waits for capacity, so the slowest stage sets the
//! pace, and memory does not grow with the number of files. A counter needs 256 KiB to read (more
//! only for a longer word) and less than 100 bytes for each different word. Merging the words of
//! all counters at the end takes at most the same amount again.

mod collector;
mod counter;
mod options;
mod progress;
mod report;
mod tally;
mod text;
mod walker;

use std::error::Error;
use std::fmt;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use actor_core::future::{join_all, or};
use actor_core::incident::Incident;
use actor_core::prelude::*;
use actor_core::system::shutdown_signal;

use collector::{Collector, CollectorAddr, Totals};
use counter::{Counter, CounterAddr};
use options::{Options, Wish};
use walker::{Walker, WalkerAddr};

const FAILED: u8 = 1;
const WRONG_USE: u8 = 2;
const INTERRUPTED: u8 = 130;

/// The time limit for actors to end when their work is done.
const GRACE: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let options = match options::parse(std::env::args_os().skip(1)) {
        Ok(Wish::Count(options)) => options,
        Ok(Wish::Help) => return show(options::HELP),
        Ok(Wish::Version) => return show(concat!("wordcount ", env!("CARGO_PKG_VERSION"), "\n")),
        Err(error) => {
            let usage = options::HELP.lines().next().unwrap_or_default();
            return fail(WRONG_USE, format_args!("{error}\n{usage}\nTry --help."));
        }
    };
    for path in &options.paths {
        if let Err(error) = fs::metadata(path)
            && error.kind() == ErrorKind::NotFound
        {
            return fail(WRONG_USE, format_args!("{path:?}: no such file or folder"));
        }
    }
    let system = System::builder()
        .threads(options.threads)
        .name("wordcount")
        .on_incident(tell_failures)
        .build();
    let work = async { Some(count(&options).await) };
    let outcome = system.block_on(or(work, async {
        shutdown_signal().await;
        None
    }));
    // After an interrupt, the queued files are not needed.
    let limit = if outcome.is_some() { GRACE } else { Duration::ZERO };
    system.block_on(system.shutdown(limit));
    match outcome {
        Some(Ok(totals)) => printed(report::print(&totals, options.top)),
        Some(Err(error)) => fail(FAILED, error),
        None => fail(INTERRUPTED, "interrupted"),
    }
}

/// Builds the pipeline, feeds it and takes its result.
async fn count(options: &Options) -> Result<Totals, Box<dyn Error>> {
    let collector = Collector::new(options.paths.clone()).spawn();
    let counters: Vec<CounterAddr> =
        (0..options.threads).map(|_| Counter::new(collector.clone()).spawn()).collect();
    let walker = Walker::new(counters.clone(), collector.clone()).spawn();

    let error = match feed(walker, counters, &collector, options.paths.clone()).await {
        Ok(totals) => return Ok(totals),
        Err(error) => error,
    };
    // The error may only say that an actor has stopped. The counters are linked to the collector,
    // so its exit contains the original failure.
    match collector.stop_within(GRACE).await {
        Exit::Stopped => Err(error.into()),
        exit => Err(exit.into()),
    }
}

/// Sends the paths into one end and takes the totals from the other.
async fn feed(
    walker: WalkerAddr,
    counters: Vec<CounterAddr>,
    collector: &CollectorAddr,
    paths: Vec<PathBuf>,
) -> Result<Totals, CallError> {
    walker.walk(paths).await??;
    for tally in join_all(counters.iter().map(|counter| counter.finish())).await {
        collector.add(tally?).send().await?;
    }
    collector.finish().await
}

/// Work left undone by an interrupt or a failure is not reported; a failure is.
fn tell_failures(incident: &Incident) {
    if let Incident::UnobservedFailure { .. } | Incident::SuppressedPanic { .. } = incident {
        let _ = writeln!(io::stderr(), "wordcount: {incident}");
    }
}

fn show(text: &str) -> ExitCode {
    printed(io::stdout().write_all(text.as_bytes()))
}

/// The result of printing. A reader that closes the pipe, such as `head`, is not a failure.
fn printed(result: io::Result<()>) -> ExitCode {
    match result {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => fail(FAILED, error),
        _ => ExitCode::SUCCESS,
    }
}

fn fail(code: u8, text: impl fmt::Display) -> ExitCode {
    let _ = writeln!(io::stderr(), "wordcount: {text}");
    ExitCode::from(code)
}
