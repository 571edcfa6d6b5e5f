//! The figures of the README and of the chart are those in the results of the benches.

use std::fs;

use super::page;

#[test]
fn the_figures_of_the_readme_are_those_of_the_benches() {
    let read = |name| fs::read_to_string(page::root().join(name)).expect("a page can be read");
    let (measured, readme) = (read("benches/results.md"), read("README.md"));
    let (_, block) = readme.split_once("<!-- figures: ").expect("the README has their place");
    let (block, _) = block.split_once("<!-- end of figures -->").expect("and its end");
    let (measured, shown) = (rows(&measured), rows(block));
    // Before the first run, both have none.
    assert_eq!(shown.is_empty(), measured.is_empty(), "run `cargo run -- --figures` in `benches`");
    let mut wrong = Vec::new();
    for row in &shown {
        let of = |other: &&Row| other.name() == row.name();
        let full: Vec<_> = measured.iter().filter(of).flat_map(|row| &row.cells).collect();
        for (heading, cell) in &row.cells {
            let is_measured =
                full.iter().any(|(column, full)| column == heading && middle(full) == cell);
            if !is_measured {
                wrong.push(format!("{} of {}: {cell}", row.name(), heading));
            }
        }
    }
    assert!(wrong.is_empty(), "not what was measured:\n  {}", wrong.join("\n  "));
}

/// Each bar of the chart has a title with its cell.
#[test]
fn the_bars_of_the_chart_are_those_of_the_benches() {
    let read = |name| fs::read_to_string(page::root().join(name)).expect("a page can be read");
    let (measured, chart) = (rows(&read("benches/results.md")), read("benches/results.svg"));
    let mut wrong = Vec::new();
    let (mut title, mut bars) = ("", 0);
    for line in chart.lines() {
        if let Some((_, heading)) = line.split_once("font-weight=\"bold\">") {
            title = heading.strip_suffix("</text>").expect("a heading is a line");
        }
        let Some((_, bar)) = line.split_once("<g") else { continue };
        let (_, bar) = bar.split_once("<title>").expect("a bar has a title");
        let (bar, _) = bar.split_once("</title>").expect("and its end");
        bars += 1;
        let is_measured = measured.iter().filter(|row| row.title == title).any(|row| {
            let of = |(heading, cell): &(String, String)| {
                format!("{heading}, workers {}: {cell}", row.workers) == bar
            };
            row.cells.iter().any(of)
        });
        if !is_measured {
            wrong.push(format!("{title}: {bar}"));
        }
    }
    assert!(bars > 40, "the chart has {bars} bars");
    assert!(wrong.is_empty(), "not what was measured:\n  {}", wrong.join("\n  "));
}

/// A row of a table: its name, and each other cell with the heading of its column.
struct Row {
    title: String,
    workers: String,
    cells: Vec<(String, String)>,
}

impl Row {
    fn name(&self) -> String {
        format!("{}, workers: {}", self.title, self.workers)
    }
}

/// The rows of all tables whose second column is the number of workers.
fn rows(text: &str) -> Vec<Row> {
    let (mut headings, mut rows) = (Vec::new(), Vec::new());
    for line in text.lines().filter(|line| line.starts_with('|') && !line.starts_with("|--")) {
        let line = line.trim_matches('|');
        let cells: Vec<String> = line.split('|').map(|cell| cell.trim().to_owned()).collect();
        if cells.get(1).is_some_and(|cell| cell == "workers") {
            headings = cells;
            continue;
        }
        let columns = headings.iter().cloned().zip(cells.iter().cloned());
        let [title, workers, ..] = &cells[..] else { continue };
        rows.push(Row {
            title: title.clone(),
            workers: workers.clone(),
            cells: columns.skip(2).collect(),
        });
    }
    rows
}

/// A cell without the spread of the rounds.
fn middle(cell: &str) -> &str {
    cell.split_once(" (").or_else(|| cell.split_once(" ±")).map_or(cell, |(middle, _)| middle)
}
