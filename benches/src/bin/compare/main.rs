//! The one command: builds all, runs all, interleaved, and writes one table of ratios, which the
//! book includes, and a few of its figures into the README. `--quick` tries it in a minute and
//! writes nothing; `--readme` takes the README's figures out of the table that is there.

mod plan;
mod readme;
mod results;
mod run;
mod table;
mod targets;

use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Instant;

/// Where the book finds the table.
const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/results.md");

/// Has a few of its figures.
const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md");

fn main() -> ExitCode {
    let quick = match std::env::args().nth(1).as_deref() {
        None => false,
        Some("--quick") => true,
        Some("--readme") => return written(std::fs::read_to_string(TABLE).and_then(into_readme)),
        Some(other) => {
            eprintln!("unknown option `{other}`; expected `--quick` or `--readme`");
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
    written(std::fs::write(TABLE, &table).and_then(|()| into_readme(table)))
}

/// Puts the README's figures in their place.
fn into_readme(table: impl AsRef<str>) -> std::io::Result<()> {
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
