//! The results as Markdown: one row per workload, one column per framework, as multiples of ours.

use crate::plan::{COUNTED, FRAMEWORKS, GROWTH, LATENCY, Row, SUPERVISED, TIMED};
use crate::results::{Results, Spread};
use std::fmt::Write;

const OURS: &str = FRAMEWORKS[0].0;

pub fn markdown(results: &Results, minutes: f64) -> String {
    let mut text = String::new();
    let out = &mut text;
    let _ = writeln!(out, "<!-- Written by `cargo run --release` in `benches`; do not edit. -->\n");
    let _ = writeln!(
        out,
        "Measured on {} in {minutes:.0} minutes. The column *ours* shows nanoseconds per operation and the \
         spread of the rounds. The other columns are multiples of ours (2.0 is twice as slow), with the \
         extremes of the rounds in brackets.\n",
        machine()
    );
    heading(out, "workload | workers");
    rows(out, results, TIMED, "ns");
    rows(out, results, GROWTH, "ns");
    for (quantile, name) in [("p50", "p50"), ("p99", "p99"), ("p999", "p99.9")] {
        for row in LATENCY {
            let title = format!("{}, {name}", row.title);
            line(out, results, &title, (row.workload, row.workers), quantile);
        }
    }
    let _ = writeln!(
        out,
        "\nCPU time of all threads, in user mode and in the kernel, in the same form. It is up to twice the time \
         above if both workers are busy, or while one of them looks for work:\n"
    );
    heading(out, "CPU time | workers");
    for row in TIMED.iter().filter(|row| row.workers == 2) {
        let title = format!("{}, CPU time", row.title);
        line(out, results, &title, (row.workload, row.workers), "cpu");
    }
    let _ = writeln!(
        out,
        "\nCounts, which do not depend on the load of the machine. Absolute values, not ratios:\n"
    );
    heading(out, "count | workers");
    for (workload, title) in
        [("call", "call"), ("send", "send"), ("ring", "hop"), ("spawn", "spawn and call")]
    {
        counts(out, results, &format!("allocations per {title}"), workload, "allocations", 2);
    }
    for (workload, title) in COUNTED {
        counts(out, results, &format!("instructions per {title}"), workload, "instructions", 0);
    }
    for (workload, title) in COUNTED {
        let title = format!("atomic read-modify-writes per {title}");
        counts(out, results, &title, workload, "atomics", 1);
    }
    counts(out, results, "bytes per idle actor, 200 000 actors", "idle", "bytes", 0);
    counts(out, results, "bytes per idle actor, 1 000 000 actors", "idle-million", "bytes", 0);
    for workload in ["idle", "idle-million"] {
        if let Some(bytes) = results.get(workload, 1, SUPERVISED.0, "bytes") {
            let actors = if workload == "idle" { "200 000" } else { "1 000 000" };
            let _ = writeln!(
                out,
                "\n{}, {actors} actors: {:.0} bytes per actor.",
                SUPERVISED.1, bytes.median
            );
        }
    }
    text
}

/// Returns the cells of a row, if the line is one.
pub fn cells(line: &str) -> Vec<&str> {
    let row = line.strip_prefix('|').and_then(|line| line.strip_suffix('|'));
    row.map_or(Vec::new(), |row| row.split('|').map(str::trim).collect())
}

/// Returns a cell of the first part of a table, by the first two cells of its row and its heading.
pub fn cell<'a>(table: &'a str, title: &str, workers: &str, heading: &str) -> Option<&'a str> {
    let mut rows = table.lines().map(cells).skip_while(|cells| cells.get(1) != Some(&"workers"));
    let column = rows.next()?.iter().position(|cell| *cell == heading)?;
    let row = rows.find(|cells| cells.starts_with(&[title, workers]))?;
    row.get(column).copied()
}

fn heading(out: &mut String, first: &str) {
    let names: Vec<&str> = FRAMEWORKS.iter().map(|(_, heading)| *heading).collect();
    let _ = writeln!(out, "| {first} | {} |", names.join(" | "));
    let _ = writeln!(out, "|---|--:|{}", "--:|".repeat(names.len()));
}

fn rows(out: &mut String, results: &Results, rows: &[Row], what: &str) {
    for row in rows {
        line(out, results, row.title, (row.workload, row.workers), what);
    }
}

fn line(out: &mut String, results: &Results, title: &str, of: (&str, usize), what: &str) {
    let Some(ours) = results.get(of.0, of.1, OURS, what) else { return };
    let _ = write!(out, "| {title} | {} | {}", of.1, absolute(ours));
    for (framework, _) in &FRAMEWORKS[1..] {
        let cell = results.ratio(of, framework, OURS, what).map_or("".into(), relative);
        let _ = write!(out, " | {cell}");
    }
    let _ = writeln!(out, " |");
}

fn counts(out: &mut String, results: &Results, title: &str, of: &str, what: &str, digits: usize) {
    if results.get(of, 1, OURS, what).is_none() {
        return;
    }
    let _ = write!(out, "| {title} | 1");
    for (framework, _) in FRAMEWORKS {
        let value = results.get(of, 1, framework, what);
        let cell = value.map_or(String::new(), |value| format!("{:.digits$}", value.median));
        let _ = write!(out, " | {cell}");
    }
    let _ = writeln!(out, " |");
}

fn absolute(spread: Spread) -> String {
    let half = (spread.most - spread.least) / 2.0 / spread.median * 100.0;
    format!("{:.0} ns ± {half:.0} %", spread.median)
}

fn relative(spread: Spread) -> String {
    let digits = if spread.median < 0.1 { 2 } else { 1 };
    let Spread { median, least, most } = spread;
    format!("{median:.digits$} ({least:.digits$}–{most:.digits$})")
}

/// The processor, and the number of cores.
fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name"));
    let model =
        model.and_then(|line| line.split_once(": ")).map_or("an unknown processor", |it| it.1);
    format!("{cores} cores of {model}")
}
