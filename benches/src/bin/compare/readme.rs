//! The figures of the README, copied from the table: the median of each cell, for the most
//! requested frameworks and rows.

use crate::table::cells;
use std::fmt::Write;

/// The markers before and after the figures in the README.
const BEGIN: &str =
    "figures: written from benches/results.md by `cargo run --release` in `benches`";
const END: &str = "<!-- end of figures -->";

/// The headings of the columns after those that name the row.
const COLUMNS: &[&str] =
    &["ours", "tokio by hand", "kameo 0.22.2", "ractor 0.16.5", "actix 0.13.5", "a mutex"];

/// Rows by their first two cells.
const ROWS: &[(&str, &str)] = &[
    ("call", "1"),
    ("call, 64 clients", "2"),
    ("send, 1 producer", "2"),
    ("spawn and first call", "2"),
    ("ring of 1000, per hop", "2"),
    ("allocations per call", "1"),
    ("bytes per idle actor, 200 000 actors", "1"),
];

/// Returns `readme` with the figures of `table`; nothing if it has no markers.
pub fn with_figures(readme: &str, table: &str) -> Option<String> {
    let (before, rest) = readme.split_once(BEGIN)?;
    let (marker, rest) = rest.split_once('\n')?;
    let (_, behind) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}{marker}\n{}{END}{behind}", figures(table)))
}

fn figures(table: &str) -> String {
    let mut out = String::new();
    let mut columns: Vec<usize> = Vec::new();
    for line in table.lines() {
        let cells = cells(line);
        let is_heading = cells.get(1) == Some(&"workers");
        if is_heading {
            let places = COLUMNS.iter().filter_map(|name| cells.iter().position(|it| it == name));
            let is_first = columns.is_empty();
            columns = places.collect();
            if is_first {
                let _ = writeln!(out, "| | workers | {} |", COLUMNS.join(" | "));
                let _ = writeln!(out, "|---|--:|{}", "--:|".repeat(COLUMNS.len()));
            }
        } else if let [title, workers, ..] = cells[..]
            && ROWS.contains(&(title, workers))
        {
            let middle = |place: &usize| cells.get(*place).map_or("", |cell| middle(cell));
            let figures: Vec<&str> = columns.iter().map(middle).collect();
            let _ = writeln!(out, "| {title} | {workers} | {} |", figures.join(" | "));
        }
    }
    if out.is_empty() {
        return "*`cd benches && cargo run --release` writes the figures; it has not been run on this \
                revision.*\n"
            .to_owned();
    }
    out.push_str(
        "\nTimes: ours in nanoseconds per operation, the others as multiples of ours (2.0 is twice as slow). \
         Allocations and bytes are counts. [All rows, the method, and where others \
         win](book/src/performance.md).\n",
    );
    out
}

/// A cell without the spread of the rounds.
fn middle(cell: &str) -> &str {
    let end = cell.find(" (").or_else(|| cell.find(" ±")).unwrap_or(cell.len());
    &cell[..end]
}
