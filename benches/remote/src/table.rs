//! The tables of the medians and of their ratios.

/// The figures of one run, each with its name, in the order of the measurements.
pub type Run = Vec<(String, f64)>;

/// Prints the medians of each column, and its ratios to the first and to the second column.
pub fn print(titles: &[&str], runs: &[Vec<Run>]) {
    let names = names(runs);
    let columns: Vec<Vec<f64>> = runs.iter().map(|runs| medians(runs, &names)).collect();
    part("", titles, &names, &columns, |value, _| shown(value));
    for (base, title) in titles.iter().enumerate().take(2) {
        let heading = format!("divided by {title}");
        part(&heading, titles, &names, &columns, |value, row| {
            format!("{:.2}", value / columns[base][row])
        });
    }
}

fn part(
    heading: &str,
    titles: &[&str],
    names: &[&str],
    columns: &[Vec<f64>],
    cell: impl Fn(f64, usize) -> String,
) {
    println!("\n| {heading} | {} |\n|---|{}", titles.join(" | "), "--:|".repeat(titles.len()));
    for (row, name) in names.iter().enumerate() {
        let cells: Vec<String> = columns.iter().map(|column| cell(column[row], row)).collect();
        println!("| {name} | {} |", cells.join(" | "));
    }
}

/// Returns the names of the figures of all runs. Those that only some runs have come last.
fn names(runs: &[Vec<Run>]) -> Vec<&str> {
    let mut names = Vec::new();
    for (name, _) in runs.iter().flatten().flatten() {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    names
}

/// Returns the middle value of each figure. A run without it had no failures: it is a share, and 100 %.
fn medians(runs: &[Run], names: &[&str]) -> Vec<f64> {
    let of = |run: &Run, name: &str| {
        run.iter().find(|(other, _)| other == name).map_or(100.0, |(_, value)| *value)
    };
    let middle = |name: &&str| {
        let mut values: Vec<f64> = runs.iter().map(|run| of(run, name)).collect();
        values.sort_unstable_by(f64::total_cmp);
        values[values.len() / 2]
    };
    names.iter().map(middle).collect()
}

fn shown(value: f64) -> String {
    if value < 10.0 { format!("{value:.2}") } else { format!("{value:.1}") }
}
