//! The chart of the guide: bars for some rows of the table, as SVG in the colors of the page that shows it.

use crate::plan::FRAMEWORKS;
use crate::table;
use std::fmt::Write;

/// Rows by their title in the table, which is also shown.
const ROWS: &[&str] =
    &["call", "send, 1 producer", "ring of 1000, per hop", "spawn and first call"];

/// The frameworks without bars.
const HIDDEN: &[&str] = &["ours-async", "tokio-unbounded"];

/// The numbers of workers, and how strongly their bars are colored.
const WORKERS: &[(&str, f64)] = &[("1", 0.55), ("2", 0.25)];

/// The places at which the axis can begin and end, and its labels.
const TICKS: &[f64] = &[
    0.001, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0,
    1000.0,
];

const TITLE: &str = "Time per operation as a multiple of ours, with the spread of the rounds";

// Lengths in pixels of an undiminished drawing.
const WIDTH: f64 = 460.0;
const NAMES: f64 = 108.0;
const MARGIN: f64 = 12.0;
const LINE: f64 = 24.0;
const BAR: f64 = 8.0;

/// A cell of the table: multiples of ours.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Multiple {
    median: f64,
    least: f64,
    most: f64,
}

/// Returns the chart of `table`; nothing if it has none of the rows.
pub fn svg(table: &str) -> Option<String> {
    let bars: Vec<_> = ROWS.iter().map(|title| (*title, frameworks(table, title))).collect();
    let all = || bars.iter().flat_map(|(_, of)| of).flat_map(|(_, bars)| bars.iter().flatten());
    let least = all().map(|(_, bar)| bar.least).min_by(f64::total_cmp)?;
    let most = all().map(|(_, bar)| bar.most).max_by(f64::total_cmp)?;
    let axis = Axis::around(least.min(1.0), most.max(1.0));

    let mut shapes = String::new();
    let mut top = legend(&mut shapes, MARGIN);
    for (title, frameworks) in &bars {
        let out = &mut shapes;
        let _ = writeln!(
            out,
            "<text x=\"0\" y=\"{:.1}\" font-weight=\"bold\">{title}</text>",
            top + 14.0
        );
        top += LINE;
        let bottom = top + LINE * frameworks.len() as f64;
        axis.grid(out, top, bottom);
        for (name, bars) in frameworks {
            draw(out, &axis, top, name, bars);
            top += LINE;
        }
        axis.labels(out, bottom + 14.0);
        top += 1.5 * LINE;
    }
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"{TITLE}\" style=\"width: {WIDTH}px\" \
         viewBox=\"0 0 {WIDTH} {top}\" font-size=\"13\" fill=\"currentColor\">\n<title>{TITLE}</title>\n{shapes}</svg>\n"
    ))
}

/// The frameworks that have bars in a row, ours first: each with its heading, and its bar for each number of
/// workers.
type Bars<'a> = Vec<(&'static str, Vec<Option<(&'a str, Multiple)>>)>;

fn frameworks<'a>(table: &'a str, title: &str) -> Bars<'a> {
    let shown = FRAMEWORKS.iter().filter(|(binary, _)| !HIDDEN.contains(binary));
    let bars = shown.map(|(_, heading)| {
        let of = |(workers, _): &(&str, f64)| {
            let cell = table::cell(table, title, workers, heading)?;
            Some((cell, multiple(cell)?))
        };
        (*heading, WORKERS.iter().map(of).collect())
    });
    bars.filter(|(_, bars): &(_, Vec<Option<_>>)| bars.iter().any(Option::is_some)).collect()
}

/// Reads a cell. Ours is in nanoseconds and has a spread in percent; the others are `median (least–most)`.
fn multiple(cell: &str) -> Option<Multiple> {
    if let Some((_, percent)) = cell.split_once(" ns ± ") {
        let half = percent.strip_suffix(" %")?.parse::<f64>().ok()? / 100.0;
        return Some(Multiple { median: 1.0, least: (1.0 - half).max(TICKS[0]), most: 1.0 + half });
    }
    let (median, extremes) = cell.split_once(" (")?;
    let (least, most) = extremes.strip_suffix(')')?.split_once('–')?;
    let number = |text: &str| text.parse::<f64>().ok().map(|it| it.max(TICKS[0]));
    Some(Multiple { median: number(median)?, least: number(least)?, most: number(most)? })
}

/// Draws the explanation of the colors, and returns the place below it.
fn legend(out: &mut String, top: f64) -> f64 {
    let mut left = NAMES;
    for (workers, strength) in WORKERS {
        let plural = if *workers == "1" { "" } else { "s" };
        let _ = writeln!(
            out,
            "<rect x=\"{left}\" y=\"{top}\" width=\"{LINE}\" height=\"{BAR}\" opacity=\"{strength}\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\">{workers} worker{plural}</text>",
            left + LINE + 6.0,
            top + BAR
        );
        left += 110.0;
    }
    top + LINE
}

/// Draws the name of a framework, and its bars from the line of ours to the median. A line over each bar shows
/// the extremes.
fn draw(out: &mut String, axis: &Axis, top: f64, name: &str, bars: &[Option<(&str, Multiple)>]) {
    let color = if name == FRAMEWORKS[0].1 { " fill=\"var(--picture-blue, blue)\"" } else { "" };
    let _ = writeln!(out, "<text x=\"0\" y=\"{:.1}\"{color}>{name}</text>", top + 16.0);
    for (place, (bar, (workers, strength))) in bars.iter().zip(WORKERS).enumerate() {
        let Some((cell, multiple)) = bar else { continue };
        let y = top + 3.0 + place as f64 * (BAR + 1.0);
        let middle = y + BAR / 2.0;
        let [median, least, most, ours] =
            [multiple.median, multiple.least, multiple.most, 1.0].map(|it| axis.place(it));
        let (left, width) = (median.min(ours) - 1.0, (median - ours).abs() + 2.0);
        let _ = writeln!(
            out,
            "<g{color}><title>{name}, workers {workers}: {cell}</title>\
             <rect x=\"{left:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{BAR}\" opacity=\"{strength}\"/>\
             <path d=\"M{least:.1} {middle:.1}H{most:.1}M{least:.1} {:.1}v5M{most:.1} {:.1}v5\" \
             stroke=\"currentColor\" fill=\"none\"/></g>",
            middle - 2.5,
            middle - 2.5
        );
    }
}

/// A logarithmic axis.
struct Axis {
    least: f64,
    most: f64,
}

impl Axis {
    fn around(least: f64, most: f64) -> Self {
        let below = TICKS.iter().rev().find(|tick| **tick <= least);
        let above = TICKS.iter().find(|tick| **tick >= most);
        Axis { least: below.copied().unwrap_or(least), most: above.copied().unwrap_or(most) }
    }

    fn place(&self, multiple: f64) -> f64 {
        let part = (multiple / self.least).ln() / (self.most / self.least).ln();
        NAMES + part * (WIDTH - NAMES - MARGIN)
    }

    fn ticks(&self) -> impl Iterator<Item = f64> {
        TICKS.iter().copied().filter(|tick| (self.least..=self.most).contains(tick))
    }

    fn grid(&self, out: &mut String, top: f64, bottom: f64) {
        for tick in self.ticks() {
            let strength = if tick == 1.0 { 0.9 } else { 0.15 };
            let _ = writeln!(
                out,
                "<path d=\"M{:.1} {top:.1}V{bottom:.1}\" stroke=\"currentColor\" opacity=\"{strength}\"/>",
                self.place(tick)
            );
        }
    }

    fn labels(&self, out: &mut String, y: f64) {
        for tick in self.ticks() {
            let _ = writeln!(
                out,
                "<text x=\"{:.1}\" y=\"{y:.1}\" text-anchor=\"middle\" font-size=\"11\">{tick}</text>",
                self.place(tick)
            );
        }
    }
}

#[test]
fn a_cell_is_a_median_and_the_extremes() {
    let other = Multiple { median: 1.1, least: 0.9, most: 1.9 };
    assert_eq!(multiple("1.1 (0.9–1.9)"), Some(other));
    assert_eq!(multiple("517 ns ± 50 %"), Some(Multiple { median: 1.0, least: 0.5, most: 1.5 }));
    assert_eq!(multiple(""), None);
}

#[test]
fn the_chart_has_a_bar_for_each_cell() {
    let table = "| workload | workers | ours | tokio by hand |\n|---|--:|--:|--:|\n\
                 | call | 1 | 517 ns ± 18 % | 1.1 (0.9–1.9) |\n| call | 2 | 481 ns ± 47 % | |\n";
    let chart = svg(table).unwrap_or_default();
    assert_eq!(chart.matches("<rect ").count(), WORKERS.len() + 3);
    assert!(chart.contains("<title>tokio by hand, workers 1: 1.1 (0.9–1.9)</title>"));
    assert_eq!(svg("no table"), None);
}
