//! The project's own targets, compared with the results. Only printed: nothing fails, because times
//! depend on the machine.

use crate::results::Results;
use std::fmt::Write;

/// A row, a framework, and the target as a multiple of that framework.
const AGAINST: &[(&str, usize, &str, f64)] = &[
    ("call", 1, "smol", 0.40),
    ("call", 1, "tokio", 0.75),
    ("call", 2, "smol", 0.17),
    ("call", 2, "tokio", 0.42),
    ("send", 1, "smol", 0.42),
    ("send", 1, "tokio", 0.50),
    ("send-4", 1, "smol", 0.42),
    ("send-4", 1, "tokio", 0.50),
    ("send", 2, "smol", 0.25),
    ("send", 2, "tokio", 0.35),
    ("ring", 1, "smol", 0.28),
    ("ring", 1, "tokio", 0.50),
    ("ring", 2, "smol", 0.10),
    ("ring", 2, "tokio", 0.25),
    ("fan", 1, "smol", 0.62),
    ("fan", 2, "smol", 1.0),
    ("fan", 2, "tokio", 1.0),
    ("spawn", 1, "smol", 0.20),
];

/// A workload, and the target for two workers as a multiple of one.
const IN_PARALLEL: &[(&str, f64)] =
    &[("call", 1.10), ("ring", 1.10), ("rings", 0.60), ("work", 1.0 / 1.65)];

/// A workload, one of our variants, the counted quantity, and its target.
const COUNTS: &[(&str, &str, &str, f64)] = &[
    ("call", "ours", "allocations", 1.01),
    ("send", "ours", "allocations", 0.02),
    ("call", "ours", "instructions", 1450.0),
    ("send", "ours", "instructions", 260.0),
    ("send", "ours-async", "instructions", 330.0),
    ("ring", "ours", "instructions", 450.0),
    ("idle", "ours", "bytes", 256.0),
    ("idle", "ours-async", "bytes", 384.0),
    ("idle", "ours-supervised", "bytes", 600.0),
    ("idle-million", "ours", "bytes", 256.0),
    ("idle-million", "ours-async", "bytes", 384.0),
    ("idle-million", "ours-supervised", "bytes", 600.0),
];

pub fn markdown(results: &Results) -> String {
    let mut out = String::from("| target | at most | measured | |\n|---|--:|--:|---|\n");
    let mut line = |title: String, most: f64, measured: Option<f64>| {
        let Some(measured) = measured else { return };
        let verdict = if measured <= most { "met" } else { "MISSED" };
        let _ = writeln!(out, "| {title} | {most:.2} | {measured:.2} | {verdict} |");
    };
    for (workload, workers, other, most) in AGAINST {
        let ratio = results.ratio((workload, *workers), "ours", other, "ns");
        let title = format!("{workload}, workers: {workers}, of {other}");
        line(title, *most, ratio.map(|ratio| ratio.median));
    }
    for (workload, most) in IN_PARALLEL {
        let of = |workers| Some(results.get(workload, workers, "ours", "ns")?.median);
        let ratio = of(2).zip(of(1)).map(|(two, one)| two / one);
        line(format!("{workload}, 2 workers, of 1"), *most, ratio);
    }
    let flood = results.ratio(("flood", 2), "ours", "tokio", "p99");
    line("flood, p99, of tokio".into(), 1.5, flood.map(|ratio| ratio.median));
    for (workload, flavour, what, most) in COUNTS {
        let count = results.get(workload, 1, flavour, what);
        line(format!("{workload}, {flavour}, {what}"), *most, count.map(|count| count.median));
    }
    out
}
