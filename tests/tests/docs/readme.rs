//! The README fits on a first screen, and its features are links into the guide.

use std::fs;

use super::page;

/// At most this many lines, without the folded ones.
const LINES: usize = 150;

fn readme() -> String {
    fs::read_to_string(page::root().join("README.md")).expect("the README is there")
}

#[test]
fn the_readme_is_short() {
    let (readme, mut is_folded) = (readme(), false);
    let shown = readme.lines().filter(|line| {
        is_folded |= *line == "<details>";
        let is_shown = !is_folded;
        is_folded &= *line != "</details>";
        is_shown
    });
    let shown = shown.count();
    assert!(shown <= LINES, "the README has {shown} lines, at most {LINES}");
}

#[test]
fn each_feature_of_the_readme_is_a_link() {
    let readme = readme();
    let (_, features) = readme.split_once("## Features\n").expect("the README lists features");
    let bullets: Vec<&str> = features.lines().filter(|line| line.starts_with("- ")).collect();
    assert_eq!(bullets.len(), 8, "{bullets:#?}");
    let plain: Vec<_> = bullets.iter().filter(|line| !line.contains("](book/src/")).collect();
    assert!(plain.is_empty(), "features without a link: {plain:#?}");
}
