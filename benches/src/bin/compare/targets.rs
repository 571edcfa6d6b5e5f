//! The project's own targets, compared with the results. Only printed: nothing fails, because times
//! depend on the machine.

use crate::results::Results;
use std::fmt::Write;

/// A row, a framework, and the target as a multiple of that framework.
const AGAINST: &[(&str, usize, &str, f64)] = &[
    ("call", 1, "tokio", 0.55),
    ("call", 1, "tokio-unbounded", 0.70),
    ("call", 2, "tokio", 0.50),
    ("relay", 1, "tokio", 0.55),
    ("fan", 1, "tokio", 0.65),
    ("fan", 2, "tokio", 0.70),
    ("send", 1, "tokio", 0.45),
    ("send", 2, "tokio", 0.35),
    ("send-512B", 1, "tokio", 0.80),
    ("send-4096B", 1, "tokio", 0.90),
    ("ring", 1, "tokio", 0.30),
    ("ring", 2, "tokio", 0.30),
    ("big", 1, "tokio", 0.50),
    ("chameneos", 1, "tokio", 0.50),
    ("spread", 2, "tokio", 1.0),
    ("spread", 2, "smol", 1.0),
];

/// A workload, and the target for two workers as a multiple of one.
const IN_PARALLEL: &[(&str, f64)] =
    &[("call", 1.10), ("ring", 1.10), ("rings", 0.60), ("work", 1.0 / 1.65)];

/// A workload, one of our variants, the counted quantity, and its target.
const COUNTS: &[(&str, &str, &str, f64)] = &[
    ("call", "ours", "allocations", 1.01),
    ("send", "ours", "allocations", 0.02),
    ("call", "ours", "instructions", 900.0),
    ("call", "ours", "atomics", 13.0),
    ("relay", "ours", "instructions", 2000.0),
    ("relay", "ours", "atomics", 26.0),
    ("send", "ours", "instructions", 260.0),
    ("send", "ours", "atomics", 2.5),
    ("ring", "ours", "instructions", 300.0),
    ("ring", "ours", "atomics", 4.0),
    ("idle", "ours", "bytes", 208.0),
    ("idle", "ours-async", "bytes", 336.0),
    ("idle", "ours-supervised", "bytes", 560.0),
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
