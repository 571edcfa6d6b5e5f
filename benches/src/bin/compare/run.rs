//! Runs the binaries, one at a time: each round runs every framework once per row, so that a
//! temporarily slow machine slows all of them.

use crate::executed::{self, Counter, Executed};
use crate::plan::{COUNTED, FRAMEWORKS, GROWTH, LATENCY, Row, SUPERVISED, TIMED, is_small};
use crate::results::{Results, Sample};
use std::path::PathBuf;
use std::process::Command;

/// The number of rounds.
const ROUNDS: usize = 5;
/// The duration of one timed run in milliseconds, without the setup.
const MILLIS: u64 = 120;
/// The number of rounds of expensive rows: large ones, and memory.
const FEW_ROUNDS: usize = 3;
/// The number of operations of the shorter run whose instructions are counted. So many that it does not matter
/// whether the actors of a run end before its process does.
const OPERATIONS: u64 = 20_000;

pub fn all(quick: bool) -> Results {
    let mut results = Results::default();
    let (rounds, millis) = if quick { (1, 30) } else { (ROUNDS, MILLIS) };
    let rows = || TIMED.iter().chain(GROWTH).chain(LATENCY).filter(|row| !(quick && row.is_long));
    for round in 0..rounds {
        eprintln!("round {} of {rounds}", round + 1);
        for row in rows().filter(|row| !row.is_large || round < FEW_ROUNDS) {
            // Quantiles need more calls.
            let millis = if row.workload == "crowd" { millis * 4 } else { millis };
            timed(&mut results, row, millis);
        }
    }
    memory(&mut results, quick);
    executed(&mut results);
    results
}

fn timed(results: &mut Results, row: &Row, millis: u64) {
    for (framework, _) in FRAMEWORKS {
        if !row.is_large || is_small(framework) {
            let arguments =
                [row.workload, &row.workers.to_string(), "--millis", &millis.to_string()];
            let output = output(Command::new(binary(framework)).args(arguments));
            results.add(row.workload, row.workers, framework, sample(&output.0));
        }
    }
}

/// Bytes per idle actor; each measured in a separate process.
fn memory(results: &mut Results, quick: bool) {
    let counts: &[(&str, u64)] = &[("idle", 200_000), ("idle-million", 1_000_000)];
    let (rounds, counts) = if quick { (1, &counts[..1]) } else { (FEW_ROUNDS, counts) };
    for (workload, actors) in counts {
        for round in 0..rounds {
            eprintln!("{actors} idle actors, round {} of {rounds}", round + 1);
            for (framework, _) in FRAMEWORKS.iter().chain([&SUPERVISED]) {
                if *workload == "idle" || framework.starts_with("ours") {
                    let actors = if quick { 20_000 } else { *actors }.to_string();
                    let arguments = ["idle", "1", "--operations", &actors];
                    let output = output(Command::new(binary(framework)).args(arguments));
                    results.add(workload, 1, framework, sample(&output.0));
                }
            }
        }
    }
}

/// Instructions and atomic operations per operation, if callgrind is available: the difference between a long
/// and a short run, so that startup and shutdown do not count.
fn executed(results: &mut Results) {
    if Command::new("valgrind").arg("--version").output().is_err() {
        eprintln!("no instructions are counted: valgrind was not found");
        return;
    }
    let knows_atomics = executed::knows_atomics();
    let mut counter = Counter::default();
    for (workload, _) in COUNTED {
        eprintln!("instructions of {workload}");
        for (framework, _) in FRAMEWORKS {
            let [short, long] = [OPERATIONS, 3 * OPERATIONS]
                .map(|operations| count(&mut counter, framework, workload, operations));
            let (Some(short), Some(long)) = (short, long) else { continue };
            let each = |long: f64, short: f64| (long - short) / (2 * OPERATIONS) as f64;
            let mut sample = Sample::new();
            sample.insert("instructions".into(), each(long.instructions, short.instructions));
            if knows_atomics {
                sample.insert("atomics".into(), each(long.atomics, short.atomics));
            }
            results.add(workload, 1, framework, sample);
        }
    }
}

fn count(
    counter: &mut Counter,
    framework: &str,
    workload: &str,
    operations: u64,
) -> Option<Executed> {
    let dump = binary(framework).with_extension("callgrind");
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--dump-instr=yes", "--dump-line=no"]);
    command.args(["--compress-strings=no", "--compress-pos=no"]);
    command.arg(format!("--callgrind-out-file={}", dump.display()));
    command.arg(binary(framework));
    command.args([workload, "1", "--operations", &operations.to_string()]);
    let (printed, _) = output(&mut command);
    let text = std::fs::read(&dump).ok()?;
    let _ = std::fs::remove_file(&dump);
    // A framework that does not support the workload prints nothing.
    (!printed.is_empty()).then(|| counter.read(&String::from_utf8_lossy(&text)))?
}

/// The stdout and stderr of `command`. If it fails, reports the failure and returns empty strings.
fn output(command: &mut Command) -> (String, String) {
    match command.output() {
        Ok(output) if output.status.success() => (
            String::from_utf8_lossy(&output.stdout).into_owned(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        ),
        Ok(output) => {
            let told = String::from_utf8_lossy(&output.stderr);
            eprintln!("{command:?}: {}\n{told}", output.status);
            (String::new(), String::new())
        }
        Err(error) => {
            eprintln!("{command:?}: {error}");
            (String::new(), String::new())
        }
    }
}

fn sample(line: &str) -> Sample {
    let pairs = line.split_whitespace().filter_map(|pair| pair.split_once('='));
    pairs.filter_map(|(name, value)| Some((name.to_owned(), value.parse().ok()?))).collect()
}

/// All binaries are in one folder.
fn binary(name: &str) -> PathBuf {
    std::env::current_exe().unwrap_or_default().with_file_name(name)
}
