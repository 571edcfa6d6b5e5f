//! The one command: builds all, runs all, interleaved, and writes one table of ratios, which the
//! book includes. `--quick` tries it in a minute and writes nothing.

mod plan;
mod results;
mod run;
mod table;
mod targets;

use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Instant;

/// Where the book finds the table.
const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/results.md");

fn main() -> ExitCode {
    let quick = match std::env::args().nth(1).as_deref() {
        None => false,
        Some("--quick") => true,
        Some(other) => {
            eprintln!("`{other}` is not known; the only option is `--quick`");
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
    if !quick && let Err(error) = std::fs::write(TABLE, &table) {
        eprintln!("{TABLE}: {error}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
