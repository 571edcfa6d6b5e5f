//! The main command: builds and runs all frameworks, interleaved, and writes one table of ratios,
//! which the book includes, a chart of some of its rows, and some of its figures into the README.
//! `--quick` is a trial run of a minute that writes nothing; `--figures` writes the chart and the
//! README's figures from the existing table.

mod chart;
mod executed;
mod plan;
mod readme;
mod results;
mod run;
mod table;
mod targets;

use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Instant;

/// The table that the book includes.
const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/results.md");

/// The chart that the book shows.
const CHART: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/results.svg");

/// Contains some of its figures.
const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md");

fn main() -> ExitCode {
    let quick = match std::env::args().nth(1).as_deref() {
        None => false,
        Some("--quick") => true,
        Some("--figures") => return written(std::fs::read_to_string(TABLE).and_then(figures)),
        Some(other) => {
            eprintln!("unknown option `{other}`; expected `--quick` or `--figures`");
            return ExitCode::from(2);
        }
    };
    let built = Command::new("cargo")
        .args(["build", "--release", "--bins", "--manifest-path"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
        .status();
    if !built.is_ok_and(|status| status.success()) {
        eprintln!("the frameworks' binaries could not be built");
        return ExitCode::FAILURE;
    }
    let began = Instant::now();
    let results = run::all(quick);
    let minutes = began.elapsed().as_secs_f64() / 60.0;
    let table = table::markdown(&results, minutes);
    println!("{table}\n{}", targets::markdown(&results));
    if quick {
        return ExitCode::SUCCESS;
    }
    written(std::fs::write(TABLE, &table).and_then(|()| figures(table)))
}

/// Writes the chart, and the figures of the README.
fn figures(table: impl AsRef<str>) -> std::io::Result<()> {
    let no_rows = || std::io::Error::other("the table has no rows for the chart");
    std::fs::write(CHART, chart::svg(table.as_ref()).ok_or_else(no_rows)?)?;
    let readme = std::fs::read_to_string(README)?;
    let no_place = || std::io::Error::other("the README has no section for the figures");
    std::fs::write(README, readme::with_figures(&readme, table.as_ref()).ok_or_else(no_place)?)
}

fn written(outcome: std::io::Result<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the figures cannot be written: {error}");
            ExitCode::FAILURE
        }
    }
}
